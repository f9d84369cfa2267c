"""The store: what was fetched, as it came, and what follows from it, in SQLite.

May import `thimbl.core`. It knows no network and no user interface; `Reader` and `Writer` are the seam behind which
another database may stand.
"""

from thimbl.store.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreMissing,
    StoreReadOnly,
    StoreTooNew,
)
from thimbl.store.reader import Reader
from thimbl.store.types import Author, Brief, Evidence, Item, Selection, Take, ThreadItem, View
from thimbl.store.writer import Writer

__all__ = [
    "Author",
    "Brief",
    "Evidence",
    "Item",
    "Reader",
    "Selection",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreMissing",
    "StoreReadOnly",
    "StoreTooNew",
    "Take",
    "ThreadItem",
    "View",
    "Writer",
]
