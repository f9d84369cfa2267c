"""The logs that are asked for communes' sake, and which hosts a person has named (commune.md 12.4).

- Whom the records of a commune cite is a stranger's word: such a host is asked as mirrors are, by a client that does
  not go into this machine or a private network (`thimbl.node.guard`), unless the person named that host themselves, by
  following somebody there, mirroring somebody there, or asking for them.
- Here is what is known of it as of the last look; whoever uses it says when to look again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from thimbl.core.address import Address
from thimbl.core.schedule import WELL
from thimbl.node.polling.outcome import Outcome
from thimbl.store import citations, scheduling
from thimbl.store.citations import Commune
from thimbl.store.writer import Writer

if TYPE_CHECKING:
    from thimbl.node.polling.fetch import Fetcher


class Cited:
    """Whom to ask for the communes that are followed."""

    def __init__(
        self, writer: Writer, who: Sequence[Address] = (), mirrored: Callable[[], Iterable[Address]] = tuple
    ) -> None:
        """`who` are asked in place of all who are followed: then nobody is for a commune's sake. `mirrored` are those
        of whom this host keeps copies. May raise `StoreError`."""
        self._writer, self._who, self._mirrored = writer, tuple(who), mirrored
        self._citing: Mapping[str, tuple[str, ...]] = {}
        self._hosts: set[str] = set()
        self.communes: tuple[Commune, ...] = ()
        citations.complete(writer)
        self.look()

    def look(self) -> list[Address]:
        """Look who it is now; in the order of the communes, those of whom the newest records tell first."""
        mirrored = list(self._mirrored())
        self._hosts = citations.trusted_hosts(self._writer) | {one.hostport for one in (*self._who, *mirrored)}
        self.communes = () if self._who else tuple(citations.communes(self._writer, mirrored))
        self._citing = citations.by_log(self.communes)
        return [Address.parse(log) for log in self._citing]

    def answering(self, now: int) -> list[Address]:
        """The same, without those whose host did not answer the last time and is not to be tried before later than
        `now` (Unix seconds)."""
        hosts = scheduling.failing_hosts(self._writer)
        return [one for one in self.look() if (hosts.get(one.hostport, WELL).due or 0) <= now]

    def marked(self, outcome: Outcome) -> Outcome:
        """An outcome that says for whose sake it was asked for."""
        citing = self.by(outcome.address)
        return replace(outcome, cited_by=citing) if citing else outcome

    def by(self, address: Address) -> tuple[str, ...]:
        """The communes for whose sake an address is asked; none where it is followed."""
        return self._citing.get(str(address), ())

    def trusts(self, hostport: str) -> bool:
        """Whether the person has named this host."""
        return hostport in self._hosts


async def fetch_all(
    fetcher: "Fetcher",
    cited: Cited,
    whom: Sequence[Address],
    now: int,
    heard: Callable[[Outcome], None] = lambda outcome: None,
    expect: Callable[[int], None] = lambda number: None,
) -> list[Outcome]:
    """Fetch these, and whom the followed communes cite; then whom those cite that turned out to be communes.

    These two rounds and no third. `heard` gets each outcome as it comes, `expect` how many there will be in all. Fails
    as `Fetcher.fetch_all` does.
    """

    def told(outcome: Outcome) -> None:
        heard(cited.marked(outcome))

    first = list(dict.fromkeys([*whom, *cited.answering(now)]))
    expect(len(first))
    outcomes = await fetcher.fetch_all(first, told)
    asked = set(first)
    second = [one for one in cited.answering(now) if one not in asked]
    if second:
        expect(len(first) + len(second))
        outcomes += await fetcher.fetch_all(second, told)
    return [cited.marked(outcome) for outcome in outcomes]
