"""`timeline --follow`: what comes into a list, as it comes, like `tail -f`.

- Everything new once, in the order in which it came; a post that was shown, or might have been, once more each time
  that it is edited or retracted, as it is then. With `--json` whoever keeps copies goes by `reference`, and the last
  object counts.
- Each look is written out before the next: a line is whole when it goes into a pipe. It ends with Ctrl-C, and when
  whoever read it has gone (`jq` that has found what it wanted), though nothing comes in by which that would show.
"""

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, NoReturn

from thimbl.cli.context import Context
from thimbl.cli.errors import check_reader
from thimbl.cli.lists import items_of, show_items
from thimbl.cli.output import say
from thimbl.store.changes import Changes

if TYPE_CHECKING:
    from thimbl.store.reader import Reader
    from thimbl.store.types import Selection

PAUSE: Final = 1.0
"""Seconds between two looks for what came in: a person does not notice, and a look costs some microseconds."""


class Tail:
    """The end of a list, from the moment at which this is made."""

    def __init__(
        self,
        context: Context,
        reader: "Reader",
        select: "Callable[[Reader], Selection]",
        *,
        as_json: bool,
        unfold: bool,
    ) -> None:
        self._context, self._reader, self._select = context, reader, select
        self._as_json, self._unfold = as_json, unfold
        # In this order: what comes between the two is new, and not taken for known.
        self._changes = Changes(reader)
        self._known = set(reader.rowids(select(reader)))

    def has_shown(self, rowids: "Iterable[int]") -> None:
        """These were shown meanwhile."""
        self._known.update(rowids)

    def follow(self) -> NoReturn:
        """Print what comes, until Ctrl-C or until nobody reads it."""
        version = None
        while True:
            sys.stdout.flush()
            check_reader()
            self._context.sleep(PAUSE)
            if (newer := self._reader.data_version()) != version:
                version = newer
                self._show()

    def _show(self) -> None:
        now = self._reader.rowids(self._select(self._reader))
        changed = [rowid for rowid in self._changes.look() if rowid in self._known]
        fresh = [rowid for rowid in reversed(now) if rowid not in self._known]
        self._known.update(fresh)
        if (fresh or changed) and not self._as_json:
            say()
        show_items(
            self._context, items_of(self._reader, fresh + changed), as_json=self._as_json, unfold=self._unfold
        )
