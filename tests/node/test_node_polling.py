"""Running work in a reactor until it is done or a signal comes, and where a client connects."""

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred, FirstError, fail, gatherResults, succeed
from twisted.internet.task import Clock

from thimbl.home.settings import Settings
from thimbl.node import reach
from thimbl.node.running import Interrupted, client, run
from thimbl.store.errors import StoreBusy


class FakeReactor(Clock):
    """Runs what it was told to until it is stopped; `then` is what happens meanwhile."""

    def __init__(self, then: "Callable[[FakeReactor], object]" = lambda reactor: None) -> None:
        super().__init__()
        self.then = then
        self.stopped = False
        self._begin: list[Callable[[], Any]] = []
        self._before: list[Callable[[], Any]] = []

    def callWhenRunning(self, callable: Callable[..., Any], *args: Any) -> None:
        self._begin.append(lambda: callable(*args))

    def addSystemEventTrigger(self, phase: str, event: str, callable: Callable[..., Any]) -> None:
        assert (phase, event) == ("before", "shutdown")
        self._before.append(callable)

    def run(self) -> None:
        for begin in self._begin:
            begin()
        if not self.stopped:
            self.then(self)

    def stop(self) -> None:
        self.stopped = True
        self.signal()

    def signal(self) -> list[Any]:
        """What a signal does: the triggers, and what each of them is to be waited for."""
        return [trigger() for trigger in self._before]


def test_the_result_of_the_work_is_the_result() -> None:
    reactor = FakeReactor()
    assert run(reactor, lambda: succeed(5)) == 5
    assert reactor.stopped


def test_of_several_faults_at_once_the_one_that_went_wrong_is_raised() -> None:
    busy = StoreBusy("The store is busy.")
    with pytest.raises(StoreBusy) as caught:
        run(FakeReactor(), lambda: gatherResults([fail(busy)], consumeErrors=True))
    assert caught.value is busy
    assert not isinstance(caught.value, FirstError)


def test_a_signal_cancels_the_work() -> None:
    cancelled: list[object] = []
    with pytest.raises(Interrupted):
        run(FakeReactor(lambda reactor: reactor.signal()), lambda: Deferred(cancelled.append))
    assert len(cancelled) == 1


def test_a_signal_lets_the_work_finish_where_it_can() -> None:
    """What is waited for is what winding up gives; the work itself is not cancelled."""
    work: Deferred[str] = Deferred(lambda _: pytest.fail("It was cancelled."))
    ended: Deferred[None] = Deferred()

    def then(reactor: FakeReactor) -> None:
        assert reactor.signal() == [ended]
        work.callback("done")

    assert run(FakeReactor(then), lambda: work, lambda: ended) == "done"


def test_work_that_is_done_is_not_wound_up() -> None:
    reactor = FakeReactor()
    assert run(reactor, lambda: succeed(1), lambda: pytest.fail("It was done.")) == 1


@pytest.mark.parametrize(
    ("asked", "port", "connected"),
    [
        ("fields.example", 79, ("127.0.0.1", 7979)),
        ("Fields.EXAMPLE", 79, ("127.0.0.1", 7979)),
        ("fields.example", 80, ("fields.example", 80)),
        ("[2001:DB8::1]", 79, ("::1", 7980)),
        ("2001:db8::1", 79, ("::1", 7980)),
        ("::1", 79, ("::1", 79)),
    ],
)
def test_a_client_connects_where_the_settings_send_it(
    asked: str, port: int, connected: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[str, int]] = []

    def endpoints(_reactor: object) -> object:
        def endpoint_for(host: str, port: int) -> object:
            tried.append((host, port))
            raise OSError("no network here")

        return endpoint_for

    monkeypatch.setattr(reach, "default_endpoints", endpoints)
    routes = {("fields.example", 79): ("127.0.0.1", 7979), ("[2001:db8::1]", 79): ("[::1]", 7980)}
    failed: list[object] = []
    client(Clock(), Settings(routes=routes)).ask(asked, port, b"ana\r\n").addErrback(failed.append)
    assert tried == [connected]
    assert len(failed) == 1
