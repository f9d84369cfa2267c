"""How far long work has got: one line on stderr that is written over, on a terminal and nowhere else."""

import sys
from typing import Final

from thimbl.cli.context import Context

_CLEAR: Final = "\r\x1b[K"


class Progress:
    """`fetching: 3 of 12`, gone when the work is done or something else is to be said."""

    def __init__(self, context: Context, what: str) -> None:
        self.what = what
        self.shown = False
        self.wanted = context.terminal is not False and sys.stderr.isatty()

    def tell(self, done: int, of: int) -> None:
        """Show that `done` of `of` steps are behind."""
        self.clear()
        if self.wanted and done < of:
            sys.stderr.write(f"{self.what}: {done} of {of}")
            sys.stderr.flush()
            self.shown = True

    def count(self, done: int) -> None:
        """Show that `done` steps are behind, of nobody knows how many."""
        self.clear()
        if self.wanted:
            sys.stderr.write(f"{self.what}: {done:,}")
            sys.stderr.flush()
            self.shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
            self.shown = False
