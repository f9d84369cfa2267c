"""What a command works with, made when it is first asked for: paths, settings, the store, the clock, the terminal.

A command gets its `Context` by `@pass_context`. Nothing is read before it is needed, so that `--help` reads no file.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from pathlib import Path

    from thimbl.home.account import Account
    from thimbl.home.paths import Paths
    from thimbl.home.settings import Settings
    from thimbl.store.reader import Reader
    from thimbl.store.writer import Writer

WIDTH: Final = 80
"""Columns: lines longer than this are hard to read, however wide the window is."""

MIN_WIDTH: Final = 30
"""Columns: below this every other word would be broken."""


@dataclass
class Context:
    """One run of one command. The arguments are for tests; a command changes none of them."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    terminal: bool | None = None
    """Whether stdout is a terminal; None: look."""
    waits_for_hooks: bool = True
    """Whether the command ends when hooks were told of what it brought. One that was told to end does not wait."""

    @cached_property
    def settings(self) -> "Settings":
        """What `config.yaml` and the environment say. Raises `SettingsError`."""
        from thimbl.home.settings import load

        return load(self._found, self.environ)

    @cached_property
    def paths(self) -> "Paths":
        """Where this person's files are, the plan where their settings put it."""
        plan = self.settings.plan
        return self._found if plan is None else self._found.with_plan(plan)

    @cached_property
    def account(self) -> "Account":
        """The person's account: key, plan files, pen. A passphrase is asked for on the terminal, if there is one."""
        from thimbl.home.account import Account

        # One command asks once, however often it signs.
        ask = cache(_ask_passphrase) if self.stdin_is_terminal else None
        return Account(self.paths, self.settings, self.environ, self.clock, os.urandom, ask)

    @property
    def has_account(self) -> bool:
        """Whether the command has had to do with the account: it may have brought or published something."""
        return "account" in self.__dict__

    @cached_property
    def _found(self) -> "Paths":
        from thimbl.home.paths import Paths

        return Paths.find(self.environ)

    @property
    def store(self) -> "Path":
        """Where the store is, or would be."""
        return self._found.store

    def reader(self) -> "Reader":
        """The store, for the person to read: a context manager. Raises `StoreMissing` where nothing was ever stored."""
        from thimbl.store.reader import Reader

        return Reader.open(self._found.store).for_person(self.clock)

    def writer(self) -> "Writer":
        """The store, for writing: a context manager. It is made where there is none, and knows whose it is."""
        return self.account.writer()

    def now(self) -> int:
        """The time, in Unix seconds."""
        return int(self.clock())

    @property
    def stdout_is_terminal(self) -> bool:
        """Whether a person looks at what is printed, rather than a program."""
        return sys.stdout.isatty() if self.terminal is None else self.terminal

    @property
    def stdin_is_terminal(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin.isatty() if self.terminal is None else self.terminal

    @property
    def colour(self) -> bool:
        """Whether colour is welcome (https://no-color.org: NO_COLOR, when it is not empty)."""
        return self.stdout_is_terminal and not self.environ.get("NO_COLOR") and self.environ.get("TERM") != "dumb"

    @cached_property
    def width(self) -> int:
        """Columns to fill: the terminal's, up to 80; 80 where there is none, so that a pipe always gets the same."""
        if not self.stdout_is_terminal:
            return WIDTH
        import shutil

        return max(MIN_WIDTH, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns))


def _ask_passphrase(what: str) -> str:
    return str(click.prompt(f"Passphrase for {what}", hide_input=True, err=True))


pass_context = click.make_pass_decorator(Context, ensure=True)
"""Gives a command its `Context` as the first argument."""
