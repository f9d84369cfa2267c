"""What of a person's wishes the program can not take, and which bindings meet each other.

A key that is given to one binding may be another's, in a list, on a page or in one pane alone. So every part of the
program is imported for it, and it is asked only where somebody has changed keys, and by `thimbl doctor`.
"""

from textual.binding import Binding, BindingType
from textual.theme import BUILTIN_THEMES

from tui.composer import Composer
from tui.detail import Detail
from tui.frame import pane_kind
from tui.grid import Grid
from tui.keymap import Remapped, Scopes, remap
from tui.keys import SCREEN_KEYS, action_of, of_lists
from tui.pane import Pane
from tui.places import PANES, Tab
from tui.program import Program
from tui.settings import Comfort
from tui.themes import THEMES
from tui.timeline import Timeline


def scopes() -> Scopes:
    """All bindings that the configuration may change, by where they hold."""
    everywhere = [*SCREEN_KEYS, *Program.BINDINGS]
    # What is about a list of posts has no key in a pane, which may have it for something of its own.
    around = [*(one for one in SCREEN_KEYS if not of_lists(action_of(one))), *Program.BINDINGS]
    panes = [tab for tab in Tab if tab in PANES]
    return {
        "in the list": [*Timeline.BINDINGS, *everywhere],
        "on the page": [*Detail.BINDINGS, *everywhere],
        **{f"in {tab.capitalize()}": [*Grid.BINDINGS, *_bound_in(pane_kind(tab)), *around] for tab in panes},
        "when writing": [*Composer.BINDINGS, *Program.BINDINGS],
    }


def _bound_in(kind: type[Pane]) -> list[BindingType]:
    """What a kind of pane has, and the kinds that it is made of."""
    return [one for base in kind.__mro__ if issubclass(base, Pane) for one in vars(base).get("BINDINGS", ())]


def remapped(comfort: Comfort) -> Remapped:
    """The keys that a person has changed, and what is the matter with those that can not be."""
    writing = {one.id for one in Binding.make_bindings([*Composer.BINDINGS, *Program.BINDINGS]) if one.id}
    return remap(comfort.keys, scopes(), writing)


def unfit(comfort: Comfort) -> list[str]:
    """What of a person's wishes can not be had: a sentence each."""
    return [*unknown_theme(comfort), *(remapped(comfort).faults if comfort.keys else ())]


def unknown_theme(comfort: Comfort) -> list[str]:
    """That there is no such theme, where there is none."""
    known = {*BUILTIN_THEMES, *(theme.name for theme in THEMES), ""}
    if comfort.theme in known:
        return []
    return [f"tui: theme: there is no theme {comfort.theme!r}: Ctrl-P, Theme shows those there are."]
