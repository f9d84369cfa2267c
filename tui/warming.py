"""What keys open is made ready before they are pressed, once the first screen stands.

- It is imported in a thread, and needed by nothing until then. Whoever leaves at once waits until that is done.
- Then the widgets that dialogs are made of are mounted out of sight and removed again, one at a time: Textual reads how
  a kind of widget looks when it meets the first of it, which takes longer than all else about it.
- Last come the panes, which stay. Between any two of these a key is served.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.widget import Widget

WARM_AFTER: Final = 0.5
"""Seconds after the first screen: by then it is whole, and the reader looks at it."""

PAUSE: Final = 0.1
"""Seconds between two things that are made: each takes some 20 ms, for which a key has to wait."""

OPENED: Final = (
    "tui.dialogs",
    "tui.palette",
    "tui.log",
    "tui.composer",
    "tui.bonds.pane",
    "tui.commune.pane",
    "tui.follow",
    "tui.mutes",
    "tui.record",
    "tui.comparing",
    "tui.offers",
)
"""Modules, those that are opened most often first."""


def imported(modules: Sequence[str] = OPENED) -> bool:
    """Import them; whether all of them could be. One that can not be imported fails where it is needed."""
    try:
        for name in modules:
            import_module(name)
    except Exception:  # whoever opens it meets the same, and says so
        return False
    return True


def samples() -> "Iterable[Widget]":
    """One of each kind of widget that dialogs are made of. Called when all is imported."""
    from textual.containers import VerticalScroll
    from textual.widgets import Button, Input, Label, OptionList, TextArea

    yield from (kind() for kind in (Button, OptionList, Input, VerticalScroll, Label, TextArea))


async def warm(meet: "Callable[[Widget], Awaitable[None]]", make: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Import, let Textual `meet` one of each kind of widget, and make what else there is to `make`."""
    await asyncio.sleep(WARM_AFTER)
    if not await asyncio.to_thread(imported):
        return
    for widget in samples():
        await asyncio.sleep(PAUSE)
        await meet(widget)
    for one in make:
        await asyncio.sleep(PAUSE)
        await one()
