"""Keys that a person has changed in the configuration: by the id of a binding, `compose: C`, or `compose: C, ctrl+n`.

- A line that is no good changes nothing, and is told of in a sentence: an id that no binding has, a key that no
  terminal sends, a key that would do two things at one place.
- Two bindings clash where both have the same key, in the same scope, and had not before: a pane that has a key of the
  screen for something of its own means it so.
- Of two lines that clash neither is taken, so that no order of lines counts.
- What is done while a text is written has no key that writes: nobody could type it any more.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from textual.binding import Binding, BindingsMap, BindingType
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, format_key, key_to_character

MODIFIERS: Final = frozenset({"alt", "ctrl", "hyper", "meta", "shift", "super"})
"""What can be held down with a key, as Textual names it."""

NAMES: Final = frozenset({*(key.value for key in Keys), *KEY_NAME_REPLACEMENTS.values(), "space"})
"""Keys that have a name of Textual's own, such as `f1`, `pageup` and `slash`."""

HOW: Final = "write one character, or a name such as f5, pageup or ctrl+n"

MAX_KEYS: Final = 8
"""Keys of one binding: more than anybody remembers."""

WRITES: Final = frozenset({"space", "enter", "tab", "backspace", "delete"})
"""Keys beside those of characters that do something in a text."""

SIGNS: Final = frozenset({"up", "down", "left", "right", "backspace", "enter"})
"""Keys of which Textual has a sign that nobody can type."""

Scopes = Mapping[str, Sequence[BindingType]]
"""What is bound together, by the words for where that is."""


@dataclass(frozen=True, slots=True)
class Remapped:
    """What is left of a person's wishes."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by id, as Textual names them, parted by commas."""
    faults: tuple[str, ...] = ()
    """What is the matter with the others: a sentence each."""


def remap(wanted: Mapping[str, str], scopes: Scopes, writing: Collection[str] = ()) -> Remapped:
    """What of `wanted` can be had; `writing` are the ids of what is done while a text is written."""
    keys: dict[str, str] = {}
    faults: list[str] = []
    ids = {one.id for bindings in scopes.values() for one in _declared(bindings) if one.id}
    for name, text in wanted.items():
        try:
            if name not in ids:
                raise ValueError(f"there is nothing called {name!r}: {_some(name, ids)}")
            found = parsed(text)
            if name in writing and any(map(_writes, found)):
                raise ValueError(
                    f"{text!r} is typed in a text, where {name} is to be done: take one such as ctrl+n or f5"
                )
            keys[name] = ",".join(found)
        except ValueError as error:
            faults.append(f"tui: keys: {error}.")
    while clash := next(_clashes(keys, scopes), None):
        key, names, where = clash
        faults.append(f"tui: keys: {shown(key)!r} would be both {' and '.join(names)} {where}: neither is changed.")
        for name in names:
            keys.pop(name, None)
    return Remapped(keys, tuple(faults))


def parsed(text: str) -> list[str]:
    """The keys that a text names, as Textual names them. Raises :class:`ValueError`."""
    parts = ["comma"] if text.strip() == "," else [part.strip() for part in text.split(",")]
    if len(parts) > MAX_KEYS:
        raise ValueError(f"{len(parts)} keys are more than {MAX_KEYS}")
    return [_key(part, text) for part in parts]


def _key(part: str, text: str) -> str:
    *held, base = ["+"] if part == "+" else part.split("+")
    if not base or not MODIFIERS.issuperset(held):
        raise ValueError(f"{text!r} is no key: {HOW}")
    char = base if len(base) == 1 else None if base in NAMES else key_to_character(base)
    if char is not None and char.isprintable() and not char.isspace():
        # Textual knows the name of every character that is no letter: '?' is 'question_mark'.
        [base] = ["comma"] if char == "," else BindingsMap([Binding(char, "none")]).key_to_bindings
    elif base not in NAMES:
        raise ValueError(f"{text!r} is no key: {HOW}")
    return "+".join([*held, base])


def _writes(key: str) -> bool:
    return key in WRITES or len(shown(key)) == 1


def shown(key: str) -> str:
    """A key as people write it: the character, where Textual has a name for it."""
    *held, base = key.split("+")
    sign = format_key(base)
    return "+".join([*held, sign if len(sign) == 1 and base not in SIGNS else base])


def _clashes(keys: Mapping[str, str], scopes: Scopes) -> Iterator[tuple[str, list[str], str]]:
    """Each key that would be two things where it is one now: the key, the ids, and where."""
    for where, bindings in scopes.items():
        before, after = _ids(bindings, {}), _ids(bindings, keys)
        for key, names in after.items():
            if len(names) > 1 and any(name in keys for name in names) and not names <= before.get(key, set()):
                yield key, sorted(names), where


def _ids(bindings: Sequence[BindingType], keys: Mapping[str, str]) -> dict[str, set[str]]:
    """Which bindings have each key: their ids, or where they have none what they are called."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in _declared(bindings):
        for key in keys.get(one.id or "", one.key).split(","):
            found[key].add(one.id or one.description or one.action)
    return found


def _declared(bindings: Sequence[BindingType]) -> Iterable[Binding]:
    return Binding.make_bindings(bindings)


def _some(name: str, ids: Iterable[str]) -> str:
    """What somebody may have meant."""
    near = get_close_matches(name, sorted(ids))
    return f"perhaps {' or '.join(near)}" if near else f"there are {', '.join(sorted(ids))}"
