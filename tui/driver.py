"""What is typed, read as soon as it is there; and an end to it when the terminal has gone.

- Escape alone is told from the beginning of what another key sends by waiting for the rest. Textual looks ten times a
  second whether that wait is over, so that Escape takes up to a tenth of a second more than it has to. Here the look
  after a byte comes when the wait is over, and all others as seldom as before.
- Bytes that are no UTF-8 are no reason to end: a terminal may send whatever it likes.
- What can not be written any more is dropped. Textual's writer would end with it, and whoever writes after that would
  wait for ever for room in its queue, on the way out as well.
- The kernel sends SIGCONT behind SIGHUP to those whose terminal closes (POSIX.1-2017 `_exit`), and anybody may send it.
  Textual would begin to read the terminal anew, in a thread that nobody ends. Only after a stop is it taken for more.
"""

import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Iterable
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final, cast

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

if TYPE_CHECKING:
    from textual.app import App

IDLE: Final = 0.1
"""Seconds between two looks at whether the program ends, while nothing is typed: Textual's own."""

CHUNK: Final = 4_096
"""Bytes that are read at once, at most: as many as Linux keeps of what a terminal sends."""

A_LITTLE: Final = 0.001
"""Seconds by which a look is later than the end of the wait, which has begun a moment after the byte was read."""


class Lasting:
    """A file of a terminal that may go while it is written to."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write it, or drop it where nobody is there."""
        with suppress(OSError, ValueError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        """Likewise."""
        with suppress(OSError, ValueError):
            self._file.flush()

    def fileno(self) -> int:
        """That of the file."""
        return self._file.fileno()


class PromptDriver(LinuxDriver):
    """Textual's driver for Unix, but for when it looks at what was typed, and for its end."""

    def __init__(
        self, app: "App[Any]", *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if (file := self._file) is not None:
            self._file = cast(Any, Lasting(file))

    def _sigcont_application(self, *given: object) -> None:
        """Go on, where it was stopped before."""
        if self._must_signal_resume:
            super()._sigcont_application(*given)

    def run_input_thread(self) -> None:
        """Read what is typed until the program ends. Called in a thread of its own."""
        parser, decode = XTermParser(self._debug), getincrementaldecoder("utf-8")("replace").decode
        patience = IDLE
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(patience):
                    patience = IDLE
                elif data := self._read():
                    patience = constants.ESCAPE_DELAY + A_LITTLE
                    if text := decode(data):  # a parser takes nothing for the end
                        self._tell(parser.feed(text))
                else:  # the terminal has gone, and can be read without end
                    self.exit_event.wait(IDLE)
                self._tell(parser.tick())

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, CHUNK)
        except OSError:  # that is how Linux tells the end of a terminal
            return b""

    def _tell(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)
