"""What the store is handed: an answer, and what was made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from thimbl.core.address import Address
from thimbl.core.log import Judgement


@dataclass(frozen=True, slots=True)
class Take:
    """One answer on its way into the store: what `thimbl.core.log` said of it, and where it came from."""

    judgement: Judgement
    now: int
    """When it was judged, in Unix seconds."""
    asked: Address | None = None
    """The address that was asked, where the log may have moved since; None: the one that the judgement tells of."""
    raw: bytes | None = None
    """The text of a version 1 plan, to be kept as it came."""
    me: bool = False
    """It is one's own: nothing of it is unread."""
    source: str | None = None
    """`host[:port]` of the mirror that answered; None: the author's own host did."""
    evidence: Sequence[bytes] = ()
    """Answers to keep, as they came, beside the verdict: for one that is to be shown to others."""
    carried: bool = False
    """It came by hand, as in a bundle: nobody was asked, so when they were and what failed then stays as it is."""
