"""The keys of a view that is a book (`tui.bookpane`): about its chapters, about a figure, and what they sign."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from textual.app import App
from textual.binding import Binding

from thimbl.core.commune.acts import Verb
from tui.keyhelp import display
from tui.keys import DEALING


def _key(key: str, action: str, name: str, told: str, id: str, *, shown: bool = False, display: str = "") -> Binding:
    return Binding(key, action, name, tooltip=told, show=shown, id=id, key_display=display or None)


def _signs(key: str, verb: Verb, told: str, *, shown: bool = False) -> Binding:
    made = _key(key, f"act('{verb}')", verb.capitalize(), told, f"bond-{verb}", shown=shown)
    return replace(made, group=DEALING)


OF_COMMUNES: Final = frozenset({Verb.OFFER, Verb.ACKNOWLEDGE, Verb.JOIN, Verb.LEAVE})
"""What is signed about a commune, and about no offer that is there."""

BOOK_KEYS: Final = (
    _key("left_square_bracket", "chapter(-1)", "Before", "the chapter before", "previous-chapter", display="["),
    _key("right_square_bracket", "chapter(1)", "Next chapter", "the next chapter", "next-chapter", display="]"),
    _key("w", "why", "Why", "why the chosen figure is what it is", "why", shown=True),
    _key("F", "filter", "Filter", "show only rows with these words", "filter", shown=True),
    _key("v,t", "record", "Record", "the record that the selected row is about, in its thread", "record"),
    _key("u", "author", "Author", "all posts of whom the selected row is about", "author"),
    _signs("O", Verb.OFFER, "offer bonds of your co-op"),
    _signs("S", Verb.SUBSCRIBE, "subscribe to the selected bonds, or change it", shown=True),
    _signs("W", Verb.WITHDRAW, "withdraw your subscription"),
    _signs("P", Verb.PAY, "say that you paid for bonds, or rent"),
    _signs("T", Verb.TRANSFER, "pass bonds on to somebody"),
    _signs("b", Verb.BID, "bid a rent for a vacant asset"),
    _signs("X", Verb.SURRENDER, "give an asset back that you rent"),
    _signs("a", Verb.ACKNOWLEDGE, "say that what you were paid has come"),
    _signs("J", Verb.JOIN, "apply to the commune"),
    _signs("L", Verb.LEAVE, "ask the commune to take you off its register"),
)


def verbs_bound(app: App[object], bound: Iterable[Binding]) -> dict[Verb, str]:
    """What to press for what can be signed, by these bindings."""
    found: dict[Verb, str] = {}
    for one in bound:
        action, _, rest = one.action.partition("('")
        if action == "act":
            found.setdefault(Verb(rest.removesuffix("')")), display(app, one))
    return found
