"""What is told of a daemon's poller: figures, and a line for what went wrong."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.defer import succeed
from twisted.internet.task import Clock

from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.node.polling.book import Counts
from thimbl.node.polling.outcome import Outcome
from thimbl.node.serving.logs import Log
from thimbl.node.serving.metrics import Metrics
from thimbl.node.serving.polled import MAX_REASON, Polled
from thimbl.store.errors import StoreBusy

ANA, BO = Address.parse("ana@fields.example"), Address.parse("bo@dairy.example")


@dataclass
class Poller:
    """A poller that asks nobody."""

    heard: Callable[..., None]
    held_up: Callable[[StoreBusy], None]
    done: list[str] = field(default_factory=list)
    counts: Counts = field(default_factory=lambda: Counts(7, 3, 2, 1, 0, 0, 0))

    def start(self) -> object:
        self.done.append("start")
        return succeed(None)

    def stop(self) -> object:
        self.done.append("stop")
        return succeed(None)


def test_figures_and_lines():
    pieces: list[bytes] = []
    clock, metrics = Clock(), Metrics()
    log = Log(clock, pieces.append)

    def make(reactor: Any, **told: Any) -> Poller:
        assert reactor is clock
        return Poller(**told)

    polled = Polled(clock, make, log, metrics)
    poller: Any = polled.poller
    polled.start()
    poller.heard(Outcome(ANA, Verdict.VERIFIED, new=5), False)
    poller.heard(Outcome(ANA, Verdict.VERIFIED, source="mill.example"), False)
    poller.heard(Outcome(ANA, Verdict.VERIFIED, moved_to=BO, settled=True), True)
    poller.heard(Outcome(BO, Verdict.FORKED, "two histories"), False)
    poller.heard(Outcome(BO, None, "no answer \x1b[2J" + "x" * 1000), False)
    poller.held_up(StoreBusy("The store is held."))
    polled.stop()
    log.close(10)
    assert poller.done == ["start", "stop"]

    text = metrics.render().decode()
    for line in (
        'thimbl_fetches_total{outcome="failed"} 1',
        'thimbl_fetches_total{outcome="refused"} 1',
        'thimbl_fetches_total{outcome="taken"} 3',
        "thimbl_fetched_records_total 5",
        "thimbl_fetches_by_mirror_total 1",
        "thimbl_plans 7",
        "thimbl_plans_due 3",
        "thimbl_fetches_under_way 2",
        "thimbl_failing_hosts 1",
    ):
        assert line in text.splitlines()

    lines = [json.loads(line) for line in b"".join(pieces).decode("ascii").splitlines()]
    assert [line["event"] for line in lines] == ["moved", "fetch", "fetch", "store-busy"]
    assert lines[0]["to"] == "bo@dairy.example"
    assert (lines[1]["verdict"], lines[1]["reason"]) == ("forked", "two histories")
    assert lines[2]["verdict"] is None
    assert len(lines[2]["reason"]) == MAX_REASON
