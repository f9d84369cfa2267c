"""`thimbl sign`: a plan that its author has edited by hand becomes a signed one again.

What is new in it becomes posts; what it says of its author replaces what was said. What was signed before
stays as it was signed: an entry that reads differently now is refused, with the command that does it properly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from thimbl.core.address import Address, AddressError
from thimbl.core.compose import Entry
from thimbl.core.plan import Follow, Plan
from thimbl.core.plantext import PlanTextError, decode, read_data
from thimbl.core.records import POST
from thimbl.home.authoring import Authoring, Published, clean_text
from thimbl.home.durable import PUBLIC, keep_aside, locked
from thimbl.home.errors import PlanProblem, Refused
from thimbl.home.planfiles import OwnLog, looks_like_ours

_SIGNED_KEYS: Final = ("thimbl", "key", "updated", "seq", "last", "sig", "entries", "following", "following_list")
_ENTRY_KEYS: Final = ("text", "subject", "re", "lang", "license")


@dataclass(frozen=True, slots=True)
class Edited:
    """What a plan that was edited by hand wants."""

    entries: tuple[Entry, ...]
    """New posts, oldest first."""
    about: Mapping[str, Any]
    """Keys of the head; None for one that was taken out."""
    follows: tuple[Follow, ...] | None
    """The public list, where the file has one."""


def sign(authoring: Authoring, public: Sequence[Follow]) -> tuple[Published, Edited]:
    """Publish the plan's file as it stands. `public` is whom the author follows in public, where the file is silent.

    Raises `Refused` with the entry at fault.
    """
    files = authoring.files
    with locked(files.lock_path, PUBLIC):
        raw = files.read_raw()
        if raw is None:
            raise Refused(
                f"There is no {files.plan}. Write one, or bring back the signed one with 'thimbl sign --discard'."
            )
        log = files.load_signed()
        edited = read_edited(raw, log, authoring.address)
        follows = public if edited.follows is None else edited.follows
        return authoring.append(log, edited.entries, about=edited.about, follows=follows), edited


def discard(authoring: Authoring) -> None:
    """Bring back the plan as it was signed last; the edited file is kept beside it."""
    files = authoring.files
    with locked(files.lock_path, PUBLIC):
        log = files.load_signed()
        if log.head is None:
            raise PlanProblem("Nothing was signed here yet, so there is nothing to bring back.")
        if files.read_raw() is not None:
            keep_aside(files.plan, "edited")
        files.write_plan(Plan(log.head, log.window))


def read_edited(raw: bytes, log: OwnLog, address: Address) -> Edited:
    """What the file of these bytes wants beyond `log`. Raises `Refused`."""
    if not looks_like_ours(raw):
        # Plain words, as plans were before there was a format: they are the news.
        try:
            return Edited((Entry(POST, {"text": clean_text(decode(raw))}),), {}, None)
        except PlanTextError as error:
            raise Refused(f"The plan can not be read: {error}.") from None
    try:
        data = read_data(decode(raw))
    except PlanTextError as error:
        raise Refused(f"The plan can not be read: {error}.") from None
    if (stated := data.get("address", str(address))) != str(address):
        raise Refused(f"The plan says that it is {stated}'s, and you are {address}. Put the address back.")
    if log.head is not None and data.get("key", log.head.key.line) != log.head.key.line:
        raise Refused("The plan has another key than the one you signed with. Put the key back.")
    about = {key: value for key, value in data.items() if key not in _SIGNED_KEYS}
    gone = {key: None for key in (log.head.data if log.head else {}) if key not in data and key not in _SIGNED_KEYS}
    return Edited(tuple(_entries(data.get("entries", []), log)), {**gone, **about}, _follows(data.get("following")))


def _entries(entries: object, log: OwnLog) -> list[Entry]:
    if not isinstance(entries, list):
        raise Refused("entries must be a list.")
    signed = {record.seq: record.data for record in log.window}
    new = []
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            raise Refused(f"Entry {number} from the top is not a map. A new post is '- text: what you say'.")
        if (seq := entry.get("seq")) is None:
            new.append(_new(number, entry))
        elif seq in signed and entry != signed[seq]:
            raise Refused(
                f"Entry {seq} is not as you signed it. Put it back ('thimbl sign --discard' does), and use "
                "'thimbl edit' or 'thimbl retract' to change what was said."
            )
    return new[::-1]


def _new(number: int, entry: Mapping[str, Any]) -> Entry:
    where = f"Entry {number} from the top"
    if entry.get("kind", POST) != POST:
        raise Refused(f"{where} is a {entry['kind']}: only posts are made by hand.")
    body = {key: value for key, value in entry.items() if key not in ("kind", "time")}
    if strange := sorted(body.keys() - set(_ENTRY_KEYS)):
        raise Refused(f"{where} has {strange[0]!r}; a post has {', '.join(_ENTRY_KEYS)}.")
    if not isinstance(body.get("text"), str):
        raise Refused(f"{where} has no text.")
    return Entry(POST, body | {"text": clean_text(body["text"])})


def _follows(value: object) -> tuple[Follow, ...] | None:
    if not isinstance(value, list):
        return None  # a digest, or nothing: the list stays as it was
    try:
        return tuple(Follow(str(item["nick"]), Address.parse(item["address"])) for item in value)
    except (KeyError, TypeError, AttributeError):
        raise Refused("Each one in following needs a nick and an address.") from None
    except AddressError as error:
        raise Refused(f"following: {error}") from None
