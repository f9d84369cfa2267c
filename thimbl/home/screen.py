"""How the terminal UI looks, moves and rings: the map `tui` of `config.yaml`.

Read as strictly as the rest of that file. Which themes and bindings there are only the terminal UI knows: it says what
it can not take when it starts, and `thimbl doctor` says the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Final

from thimbl.home.errors import SettingsError


class Motion(StrEnum):
    """Whether anything may move by itself."""

    FULL = "full"
    NONE = "none"


class Notice(StrEnum):
    """A way to tell somebody who looks elsewhere."""

    OSC9 = "osc9"
    OSC99 = "osc99"
    BELL = "bell"


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """What `tui:` says."""

    theme: str = ""
    """A theme by name; empty: the one that was chosen last."""
    motion: Motion = Motion.FULL
    notify: tuple[Notice, ...] = ()
    """How new mentions and findings are told; none: not at all."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by the ids of bindings."""


_KNOWN: Final = ", ".join(one.name for one in fields(ScreenSettings))


def read_screen(value: object, where: str) -> ScreenSettings:
    """What the map `tui` says; `where` is what faults call it. Raises `SettingsError`, which names the key."""
    if value is None:
        return ScreenSettings()
    if not isinstance(value, Mapping):
        raise SettingsError(f"{where} must be a map, such as 'theme: thimbl-light'.")
    data = dict(value)
    made = ScreenSettings(
        theme=_text(data.pop("theme", None), f"{where}: theme must be the name of a theme."),
        motion=_motion(data.pop("motion", None), f"{where}: motion must be {' or '.join(Motion)}."),
        notify=_notices(data.pop("notify", None), f"{where}: notify must be a list of {', '.join(Notice)}."),
        keys=_keys(data.pop("keys", None), f"{where}: keys must be a map of names to keys, such as 'compose: C'."),
    )
    if data:
        raise SettingsError(f"{where}: there is no setting {sorted(map(str, data))[0]!r}; there are {_KNOWN}.")
    return made


def screen_data(screen: ScreenSettings) -> dict[str, Any]:
    """The map that says the same: what is as it would be without it is left out."""
    said: dict[str, Any] = {
        "theme": screen.theme,
        "motion": "" if screen.motion is Motion.FULL else str(screen.motion),
        "notify": [str(notice) for notice in screen.notify],
        "keys": dict(screen.keys),
    }
    return {name: value for name, value in said.items() if value}


def _text(value: object, fault: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(fault)
    return value.strip()


def _motion(value: object, fault: str) -> Motion:
    if value is None:
        return Motion.FULL
    if not isinstance(value, str) or value not in list(Motion):
        raise SettingsError(fault)
    return Motion(value)


def _notices(value: object, fault: str) -> tuple[Notice, ...]:
    if value is None:
        return ()
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) and item in list(Notice) for item in items):
        raise SettingsError(fault)
    return tuple(dict.fromkeys(Notice(item) for item in items))


def _keys(value: object, fault: str) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise SettingsError(fault)
    # The key 1 is a number in YAML.
    pairs = {name: str(key) if type(key) is int else key for name, key in value.items()}
    if not all(isinstance(part, str) and part.strip() for pair in pairs.items() for part in pair):
        raise SettingsError(fault)
    return pairs
