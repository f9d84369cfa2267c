"""Threads: who answered whom, as a tree in reading order.

- The root is the topmost message that `re` leads to, here or not; then depth first, siblings by time.
- A reference by an old address of a log that moved is one to the log.
- A reference holds the id that it answers, and an id covers its own reference, so there is no cycle by honest hashes;
  visited ones are left out all the same, and both the depth and the number are bounded.
"""

from typing import Final

from thimbl.core.address import Address, Reference
from thimbl.store.authors import addresses_of, author_id
from thimbl.store.database import Database, marks
from thimbl.store.offers import with_series
from thimbl.store.rows import ITEM_COLUMNS, ITEM_TABLES, item_of
from thimbl.store.types import Item, ThreadItem

MAX_ITEMS: Final = 1_000
"""Of a thread: more than a person reads at once, and little enough for one screen's memory."""

MAX_DEPTH: Final = 100
"""Answers to answers, upwards and downwards: deeper ones can be opened as threads of their own."""


def item_at(database: Database, reference: Reference) -> Item | None:
    """The item of this reference."""
    author = author_id(database, reference.address)
    row = database.row(
        f"SELECT {ITEM_COLUMNS} FROM {ITEM_TABLES} WHERE item.id = ? AND item.author = ?", (reference.id, author)
    )
    return None if row is None else with_series(database, [item_of(row)])[0]


def thread(database: Database, reference: Reference) -> list[ThreadItem]:
    """The whole tree that the message of `reference` stands in; at least that message itself, here or not."""
    root, item = _root(database, reference)
    found: list[ThreadItem] = []
    visited = {root}
    waiting: list[tuple[int, Reference, Item | None]] = [(0, root, item)]
    while waiting and len(found) < MAX_ITEMS:
        depth, here, item = waiting.pop()
        found.append(ThreadItem(depth, here, item))
        if depth == MAX_DEPTH:
            continue
        answers = [answer for answer in _answers(database, here) if answer.reference not in visited]
        visited |= {answer.reference for answer in answers}
        waiting += [(depth + 1, answer.reference, answer) for answer in reversed(answers)]
    return found


def _root(database: Database, reference: Reference) -> tuple[Reference, Item | None]:
    item = item_at(database, reference)
    here = reference if item is None else item.reference
    visited = {here}
    while item is not None and item.re is not None and len(visited) <= MAX_DEPTH:
        above = item_at(database, item.re)
        up = item.re if above is None else above.reference
        if up in visited:
            break
        visited.add(up)
        here, item = up, above
    return here, item


def _answers(database: Database, reference: Reference) -> list[Item]:
    """The answers to a message, oldest first."""
    author = author_id(database, reference.address)
    addresses = [str(reference.address)] if author is None else addresses_of(database, author)
    names = [str(Reference(Address.parse(address), reference.id)) for address in addresses]
    rows = database.rows(
        f"SELECT {ITEM_COLUMNS} FROM {ITEM_TABLES} WHERE item.re IN ({marks(names)}) ORDER BY item.rowid LIMIT ?",
        (*names, MAX_ITEMS),
    )
    return [item_of(row) for row in rows]
