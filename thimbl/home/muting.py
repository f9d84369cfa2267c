"""What a person has muted: `muted.yaml` beside `following.yaml`, the one place for it, told to nobody.

The store has a copy, which is made equal to it. The file is read strictly and may be edited by hand: a misspelt `until`
must not mute for ever. Entries that have ended leave the file when it is next written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from thimbl.core.plantext import PlanTextError, decode, read_data
from thimbl.core.planwriter import write
from thimbl.core.times import LAST, TimeError, format_time, parse_time
from thimbl.home.durable import SECRET, locked, write_file
from thimbl.home.errors import Refused, SettingsError, unreadable
from thimbl.home.paths import Paths
from thimbl.store.mutes import Mute, MuteError, MuteKind

MAX_MUTES: Final = 1_000
"""Entries: more than a person keeps in mind, and few enough to be asked for with every list."""


def load(paths: Paths) -> tuple[Mute, ...]:
    """The list, in its order, with what has ended. Raises `SettingsError`."""
    path = paths.muted
    if not path.exists():
        return ()
    try:
        data = read_data(decode(path.read_bytes()))
    except (PlanTextError, OSError) as error:
        raise unreadable(path, error) from None
    items = data.pop("muted", [])
    if not isinstance(items, list) or data:
        raise SettingsError(f"{path}: muted must be a list, and there is nothing beside it.")
    if len(items) > MAX_MUTES:
        raise SettingsError(f"{path}: {len(items)} entries; {MAX_MUTES} are the most.")
    found: list[Mute] = []
    for number, item in enumerate(items, 1):
        mute = _read(f"{path}: entry {number}", item)
        if any(mute.is_same(other) for other in found):
            raise SettingsError(f"{path}: {mute.name} is there twice. Keep one of the two.")
        found.append(mute)
    return tuple(found)


def _read(where: str, item: object) -> Mute:
    kinds = ", ".join(MuteKind)
    if not isinstance(item, Mapping):
        raise SettingsError(f"{where} must have one of {kinds}.")
    if strange := sorted(item.keys() - {*MuteKind, "until"}):
        raise SettingsError(f"{where} has {strange[0]!r}; there are {kinds} and until.")
    named = [(kind, item[kind]) for kind in MuteKind if kind in item]
    if len(named) != 1 or not isinstance(named[0][1], str):
        raise SettingsError(f"{where} must have one of {kinds}, with a text.")
    (kind, what), until = named[0], item.get("until")
    if until is not None and not isinstance(until, str):
        raise SettingsError(f"{where}: until must be a time such as 2026-11-22T08:00:00Z.")
    try:
        return Mute.of(kind, what, None if until is None else parse_time(until))
    except (MuteError, TimeError) as error:
        raise SettingsError(f"{where}: {error}") from None


def save(paths: Paths, mutes: Iterable[Mute]) -> None:
    """Write the list. Raises `Refused` where it can not be written."""
    items: list[dict[str, Any]] = []
    for mute in mutes:
        until = {} if mute.until is None else {"until": format_time(mute.until)}
        items.append({str(mute.kind): mute.what, **until})
    text = write({"muted": items})
    try:
        read_data(text)
    except PlanTextError as error:
        raise Refused(f"{paths.muted} can not say that: {error.reason}.") from None
    write_file(paths.muted, text.encode("utf-8"), SECRET)


def add(paths: Paths, mutes: Iterable[Mute], now: int) -> tuple[Mute, ...]:
    """Mute these, or mute them for another time from now on; the new list. Raises `Refused`."""
    with locked(paths.muted.with_suffix(".lock")):
        made = [mute for mute in load(paths) if mute.holds(now)]
        for mute in mutes:
            mute = replace(mute, until=None if mute.until is None else min(mute.until, LAST))
            made = [other for other in made if not mute.is_same(other)] + [mute]
        if len(made) > MAX_MUTES:
            raise Refused(f"{MAX_MUTES} things can be muted at once: take some back, 'thimbl mute' lists them.")
        save(paths, made)
        return tuple(made)


def remove(paths: Paths, mutes: Iterable[Mute], now: int) -> tuple[Mute, ...]:
    """Mute these no longer; the new list. Raises `Refused` where one of them was not muted."""
    with locked(paths.muted.with_suffix(".lock")):
        made = [mute for mute in load(paths) if mute.holds(now)]
        for mute in mutes:
            left = [other for other in made if not mute.is_same(other)]
            if len(left) == len(made):
                raise Refused(f"{mute.name} is not muted: 'thimbl mute' lists what is.")
            made = left
        save(paths, made)
        return tuple(made)
