"""Plans published over Finger: who wrote them, what follows from them, and the program around that.

What `__all__` names is the Python API (docs/api.md); it stays as it is, or the version says otherwise. All else is the
program's own, and may change with any release. A name is imported when it is first asked for, so that `import thimbl`
costs nothing.

The layers import one way only: `thimbl.cli`, then `tui`, `feeds` and `thimbl.node`, then `thimbl.home`, then
`thimbl.store`, then `thimbl.core`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from thimbl.core.version import __version__

if TYPE_CHECKING:
    from thimbl.core.address import Address, AddressError, Reference
    from thimbl.core.classic import ClassicPlan
    from thimbl.core.log import Judgement, Verdict
    from thimbl.core.plan import Plan, PlanUnreadable
    from thimbl.home.api import FetchFailed, Home, Outcome, open
    from thimbl.home.checks import NotFound, audit, ledger, parse_plan, verify
    from thimbl.home.errors import HomeError
    from thimbl.store.errors import StoreError
    from thimbl.store.types import Author, Item, ThreadItem

__all__ = [
    "Address",
    "AddressError",
    "Author",
    "ClassicPlan",
    "FetchFailed",
    "Home",
    "HomeError",
    "Item",
    "Judgement",
    "NotFound",
    "Outcome",
    "Plan",
    "PlanUnreadable",
    "Reference",
    "StoreError",
    "ThreadItem",
    "Verdict",
    "__version__",
    "audit",
    "ledger",
    "open",
    "parse_plan",
    "verify",
]

_MODULES: Final = {
    "core.address": ("Address", "AddressError", "Reference"),
    "core.classic": ("ClassicPlan",),
    "core.log": ("Judgement", "Verdict"),
    "core.plan": ("Plan", "PlanUnreadable"),
    "home.api": ("FetchFailed", "Home", "Outcome", "open"),
    "home.checks": ("NotFound", "audit", "ledger", "parse_plan", "verify"),
    "home.errors": ("HomeError",),
    "store.errors": ("StoreError",),
    "store.types": ("Author", "Item", "ThreadItem"),
}
"""Where what is named here is."""

_HOMES: Final = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
