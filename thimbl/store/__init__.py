"""The store: what was fetched, as it came, and what follows from it, in SQLite.

May import `thimbl.core`. It knows no network and no user interface; `Reader` and `Writer` are the seam behind which
another database may stand. What is named here is loaded when it is first asked for: who reads loads no writer.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from thimbl.store.errors import (
        StoreBusy,
        StoreDamaged,
        StoreError,
        StoreFull,
        StoreMissing,
        StoreReadOnly,
        StoreReplaced,
        StoreTooNew,
        StoreUnread,
    )
    from thimbl.store.reader import Reader
    from thimbl.store.take import Take
    from thimbl.store.types import Author, Brief, Evidence, Item, Selection, ThreadItem, View
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
    "StoreReplaced",
    "StoreTooNew",
    "StoreUnread",
    "Take",
    "ThreadItem",
    "View",
    "Writer",
]

_MODULES: Final = {"Reader": "reader", "Take": "take", "Writer": "writer"} | dict.fromkeys(
    ("Author", "Brief", "Evidence", "Item", "Selection", "ThreadItem", "View"), "types"
)
"""Where what is named here is; the errors are what is left."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'errors')}"), name)
