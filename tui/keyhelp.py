"""The keys as they are bound: for the key help, for the palette, and for sentences that name a key.

- All of it is read off Textual's bindings of the moment, after the configuration has changed them. A binding without a
  `tooltip` is not told: it is one that everybody tries by themselves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from textual.app import App
from textual.binding import Binding, BindingsMap, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from tui.detail import Detail
from tui.keys import GROUPS, SCREEN_KEYS
from tui.pane import Pane
from tui.timeline import Timeline

Group = tuple[str, list[tuple[str, str]]]
"""A heading, and rows of keys and what they do."""


def bound(screen: Screen[None], keymap: Mapping[str, str]) -> list[Group]:
    """All keys that do something now, in groups: those of what is in focus, then all others by what they are for."""
    from tui.composer import Composer  # only here: who reads needs no editor

    groups: dict[str, dict[str, list[str]]] = {}
    keys = screen.active_bindings.items()
    for binding, node in in_order((one.binding.with_key(key, one.binding.key_display), one.node) for key, one in keys):
        if binding.tooltip:
            rows = groups.setdefault(_group(binding, node), {})
            rows.setdefault(binding.tooltip, []).append(display(screen.app, binding))
    writing = groups.setdefault("While you write", {})
    for binding in bindings(Composer.BINDINGS, keymap):
        if binding.tooltip:
            writing.setdefault(binding.tooltip, []).append(display(screen.app, binding))
    return [
        (name, [(" ".join(dict.fromkeys(keys)), told) for told, keys in rows.items()]) for name, rows in groups.items()
    ]


def in_order(found: Iterable[tuple[Binding, DOMNode]]) -> list[tuple[Binding, DOMNode]]:
    """What is about the focus first, then in the order of the tables: Textual's is that in which classes come
    together."""
    at: dict[str, int] = {}
    for number, binding in enumerate(SCREEN_KEYS):
        at.setdefault(binding.tooltip, number)

    def place(one: tuple[Binding, DOMNode]) -> tuple[int, int]:
        group = one[0].group
        return GROUPS.index(group) if group in GROUPS else -1, at.get(one[0].tooltip, len(at))

    return sorted(found, key=place)


def _group(binding: Binding, node: DOMNode) -> str:
    if binding.group is not None:
        return binding.group.description
    if isinstance(node, Timeline):
        return "In the list"
    if isinstance(node, Detail):
        return "On the page"
    pane = next((one for one in node.ancestors_with_self if isinstance(one, Pane)), None)
    return f"In {(pane.id or '').capitalize()}" if pane is not None else "In general"


def display(app: App[Any], binding: Binding) -> str:
    """A key as people read it."""
    return binding.key_display or app.get_key_display(binding)


def bindings(declared: Sequence[BindingType], keymap: Mapping[str, str]) -> Iterator[Binding]:
    """What is declared, one key each, as `keymap` changes it."""
    mapped = BindingsMap(declared)
    mapped.apply_keymap(dict(keymap))
    for _, binding in mapped:
        yield binding


def key_of(app: App[Any], declared: Sequence[BindingType], id: str) -> str:
    """The first key of the binding of this id, as it is bound now and as people read it; empty where there is none."""
    return next((display(app, one) for one in bindings(declared, app._keymap) if one.id == id), "")
