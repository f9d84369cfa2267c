"""What is typed: Escape alone is told when its wait is over, what comes in parts stays whole, and no bytes end it."""

import os
import pty
from collections.abc import Iterator
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread

import pytest
from textual import constants, events
from textual.drivers.headless_driver import HeadlessDriver
from textual.message import Message

from tui import driver
from tui.driver import Lasting, PromptDriver
from tui.program import Program
from tui.settings import Comfort

LONG = 30.0
"""Seconds that never pass in a test."""


class Typed(PromptDriver):
    """The driver at the other end of a pipe, with its ears alone."""

    def __init__(self) -> None:
        self.fileno, self._keys = os.pipe()
        self.exit_event = Event()
        self._debug = False
        self.told: SimpleQueue[Message] = SimpleQueue()
        self.thread = Thread(target=self.run_input_thread)
        self.thread.start()

    def process_message(self, message: Message) -> None:
        self.told.put(message)

    def type(self, data: bytes) -> None:
        os.write(self._keys, data)

    @property
    def key(self) -> str:
        """The next key."""
        message = self.told.get(timeout=LONG)
        assert isinstance(message, events.Key)
        return message.key

    def hang_up(self) -> None:
        os.close(self._keys)
        self._keys = -1

    def end(self) -> None:
        self.exit_event.set()
        if self._keys >= 0:
            self.type(b" ")  # whoever waits is woken
            self.hang_up()
        self.thread.join(LONG)
        assert not self.thread.is_alive()
        with suppress(OSError):
            os.close(self.fileno)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """A driver that looks by itself never again while nothing was typed."""
    monkeypatch.setattr(driver, "IDLE", LONG)
    typed = Typed()
    yield typed
    typed.end()


def test_escape_alone_is_told_when_its_wait_is_over(typed: Typed) -> None:
    typed.type(b"j")
    assert typed.key == "j"
    typed.type(b"\x1b")
    assert typed.key == "escape"
    typed.type(b"k")
    assert typed.key == "k"


def test_a_key_that_comes_in_parts_stays_one(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ESCAPE_DELAY", LONG)
    for byte in b"\x1b[A":
        typed.type(bytes([byte]))
    assert typed.key == "up"
    for byte in "é".encode():
        typed.type(bytes([byte]))
    assert typed.key == "é"


def test_bytes_that_are_no_text_end_nothing(typed: Typed) -> None:
    typed.type(b"\xff\xfe")
    typed.type(b"q")
    while typed.key != "q":
        pass


def test_a_terminal_that_has_gone_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: SimpleQueue[float | None] = SimpleQueue()

    class Patient(Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.put(timeout)
            return super().wait(LONG)

    monkeypatch.setattr(driver, "IDLE", 0.25)
    typed = Typed()
    typed.exit_event = Patient()
    typed.hang_up()
    assert waits.get(timeout=LONG) == 0.25
    typed.end()
    assert waits.empty()  # it was not read again and again meanwhile


def test_it_takes_the_place_of_textuals_own_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    program: Program[None] = Program(Comfort())
    assert program.get_driver_class() is PromptDriver
    monkeypatch.setattr(constants, "DRIVER", "textual.drivers.headless_driver:HeadlessDriver")
    assert program.get_driver_class() is HeadlessDriver


def test_a_terminal_that_has_gone_can_be_written_to() -> None:
    """And nothing comes of it: whoever writes goes on, to its end."""
    ours, theirs = pty.openpty()
    with suppress(OSError), os.fdopen(theirs, "w", encoding="utf-8") as file:  # to close it fails as well
        lasting = Lasting(file)
        lasting.write("here")
        lasting.flush()
        assert os.read(ours, 9) == b"here"
        assert lasting.fileno() == theirs
        os.close(ours)
        assert lasting.write("gone") == 4
        lasting.flush()
        ended = True
    assert ended
    lasting.write("closed")


def test_it_goes_on_only_after_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGCONT comes behind SIGHUP as well: a terminal that is gone is not read anew by a thread that nobody ends."""
    begun: list[bool] = []
    monkeypatch.setattr(PromptDriver, "start_application_mode", lambda self: begun.append(True))
    typed = Typed()
    typed._auto_restart, typed._must_signal_resume = True, False
    typed._sigcont_application()
    assert begun == []
    typed._must_signal_resume = True
    typed._sigcont_application()
    assert begun == [True]
    typed.end()
