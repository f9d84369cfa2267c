"""What came of asking for one author."""

from dataclasses import dataclass

from thimbl.core.address import Address
from thimbl.core.log import Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking for one author."""

    address: Address
    verdict: Verdict | None = None
    """None where no plan came."""
    reason: str = ""
    """Why the verdict is not `verified`, or why no plan came."""
    new: int = 0
    unchanged: bool = False
    fingerprint: str | None = None
    gap_below: int | None = None
    moved_to: Address | None = None
    """Where the log goes on, as it says itself."""
    settled: bool = False
    """Whether the log was verified there, at `moved_to`: who follows it may follow it there from now on."""
    source: str | None = None
    """The mirror (`host[:port]`) that answered in place of the author's own host; None: that one did, or nobody."""
    failure: str = ""
    """Why the author's own host did not answer, where a mirror did."""
    unreachable: bool = False
    """Whether the author's own host was asked and gave nothing at all: to ask it for others would meet the same."""

    url: str | None = None
    """The feed of the web that they are; None for somebody with a plan."""
    moved_url: str | None = None
    """Where that feed says that it has moved for good."""
    least: int = 0
    """Seconds for which whoever answered asks to be left alone."""

    cited_by: tuple[str, ...] = ()
    """The communes for whose sake they were asked; none where a person follows them, or asked for them."""

    @property
    def name(self) -> str:
        """Whom a person takes it for: an address, or a URL."""
        return self.url or str(self.address)

    @property
    def failed(self) -> bool:
        """Whether no plan came."""
        return self.verdict is None

    @property
    def is_good(self) -> bool:
        """Whether what came was taken."""
        return self.verdict in (Verdict.VERIFIED, Verdict.UNSIGNED)
