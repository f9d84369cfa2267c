"""A program on a screen of tmux, as a person has it."""

import os
import re
import select
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from uuid import uuid4

from tests.end_to_end.stage import PATIENCE


class NeverCame(AssertionError):
    """The screen never showed what was waited for. `screen` is the last that was seen."""

    def __init__(self, what: str, screen: str) -> None:
        super().__init__(f"{what} never came. Last seen:\n{screen}")
        self.screen = screen


class Tmux:
    """A tmux server of our own with one window, 80 by 24 unless it is said otherwise, as `command` fills it."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], size: tuple[int, int] = (80, 24)) -> None:
        self._base = ["tmux", "-L", f"thimbl-{uuid4().hex[:12]}", "-f", os.devnull]
        self._environ = {**environ, "TERM": "xterm-256color"}
        # The window stays open and says the exit code: tmux's own word of it is at times lost.
        shell = f"{shlex.join(command)}; echo ended with $?; exec cat"
        self._do("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), shell)

    def _do(self, *words: str) -> str:
        argv = [*self._base, *words]
        done = subprocess.run(argv, env=self._environ, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names for them."""
        self._do("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._do("send-keys", "-l", text)

    @property
    def screen(self) -> str:
        """What it shows now."""
        return self._do("capture-pane", "-p")

    def when(self, holds: Callable[[str], object], what: str, patience: float = PATIENCE) -> str:
        """The screen, as soon as this holds of it."""
        # tmux tells nobody that a screen has changed, so it is looked at, some twenty times a second.
        end = time.monotonic() + patience
        while not holds(screen := self.screen):
            if time.monotonic() > end:
                raise NeverCame(what, screen)
            select.select([], [], [], 0.03)
        return screen

    def until(self, pattern: str) -> str:
        """The screen, as soon as it shows this."""
        return self.when(lambda screen: re.search(pattern, screen), repr(pattern))

    def close(self) -> None:
        """End the server and whatever runs in it."""
        subprocess.run([*self._base, "kill-server"], env=self._environ, capture_output=True, check=False)
