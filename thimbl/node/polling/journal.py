"""What a fetch or a poller did, on its way into the store (`thimbl.store.askings`).

Outcomes are counted as they come and kept with the schedule, in the same transaction. Where a mirror answered in place
of an author's own host, both were asked: the one failed, and the other has the verdict.
"""

from collections.abc import Iterator

from thimbl.node.polling.outcome import Outcome
from thimbl.store import askings
from thimbl.store.askings import Asking
from thimbl.store.writer import Writer


class Journal:
    """What has come since it was last kept."""

    def __init__(self, received: dict[str, int]) -> None:
        """`received` are the bytes that came from each host, which whoever asks counts; what was kept leaves it."""
        self._received = received
        self._askings: list[Asking] = []

    def heard(self, outcome: Outcome, now: int) -> None:
        """Something came of asking for somebody at `now` (Unix seconds)."""
        self._askings += _askings(outcome, now)

    def write(self, writer: Writer) -> None:
        """Write it, in the caller's transaction. It is there to be written again until `forget`."""
        if self._askings:
            askings.note(writer, self._askings, self._received)

    def forget(self) -> None:
        """What was written is durable."""
        for asking in self._askings:
            self._received.pop(asking.hostport, None)
        self._askings.clear()


def _askings(outcome: Outcome, now: int) -> Iterator[Asking]:
    home, address = outcome.address.hostport, str(outcome.address)
    if outcome.source is not None and outcome.unreachable:
        yield Asking(home, address, None, 0, outcome.failure, now)
    yield Asking(outcome.source or home, address, outcome.verdict, outcome.new, outcome.reason, now)
