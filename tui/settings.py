"""What a person has chosen for the terminal UI: a value that the command line makes of `config.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Notice(StrEnum):
    """A way to tell somebody who looks elsewhere."""

    OSC9 = "osc9"
    """An escape sequence that many terminals show on the desktop (iTerm2, foot, WezTerm, Windows Terminal)."""
    OSC99 = "osc99"
    """That of kitty."""
    BELL = "bell"


@dataclass(frozen=True, slots=True)
class Comfort:
    """How it looks, moves and rings."""

    theme: str = ""
    """A theme by name; empty: the one that was chosen last."""
    motion: bool = True
    """Whether anything may move by itself: scrolling, a blinking cursor."""
    colour: bool = True
    """False: no colour at all (no-color.org)."""
    notify: tuple[Notice, ...] = ()
    """How new mentions and findings are told; none: not at all."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by the ids of bindings, as they were written."""
