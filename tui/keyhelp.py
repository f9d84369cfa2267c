"""The keys as they are bound: for the key help, for the palette, and for sentences that name a key.

- All of it is read off Textual's bindings of the moment, after the configuration has changed them. A binding without a
  `tooltip` is not told: it is one that everybody tries by themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textual.app import App
from textual.binding import Binding, BindingsMap, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from tui.detail import Detail
from tui.keys import SCREEN_KEYS
from tui.pane import Pane
from tui.timeline import Timeline

Group = tuple[str, list[tuple[str, str]]]
"""A heading, and rows of keys and what they do."""


def bound(screen: Screen[None], keymap: Mapping[str, str]) -> list[Group]:
    """All keys that do something now, in groups: those of what is in focus, of the screen, and of the program."""
    from tui.composer import Composer  # only here: who reads needs no editor

    groups: dict[str, dict[str, list[str]]] = {}
    # In the order of the table, and not in that in which Textual's classes come together.
    order = {binding.tooltip: number for number, binding in enumerate(SCREEN_KEYS)}
    found = screen.active_bindings.items()
    for key, active in sorted(found, key=lambda one: order.get(one[1].tooltip, -1)):
        binding = active.binding
        if binding.tooltip:
            rows = groups.setdefault(_group(screen, active.node), {})
            rows.setdefault(binding.tooltip, []).append(display(screen.app, binding.with_key(key, binding.key_display)))
    writing = groups.setdefault("When writing", {})
    for binding in bindings(Composer.BINDINGS, keymap):
        if binding.tooltip:
            writing.setdefault(binding.tooltip, []).append(display(screen.app, binding))
    return [
        (name, [(" ".join(dict.fromkeys(keys)), told) for told, keys in rows.items()]) for name, rows in groups.items()
    ]


def _group(screen: Screen[None], node: DOMNode) -> str:
    if node is screen:
        return "Everywhere"
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
