"""`thimbl sign`: a plan that its author has edited by hand becomes a signed one again.

What is new in it becomes posts; what it says of its author replaces what was said. What was signed before
stays as it was signed: an entry that reads differently now is refused, with the command that does it properly.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from thimbl.core.address import Address, AddressError
from thimbl.core.archive import page_start
from thimbl.core.compose import Entry
from thimbl.core.keys import PublicKey
from thimbl.core.plan import VERSION, Follow
from thimbl.core.plantext import PlanTextError, decode, read_data
from thimbl.core.records import POST, Record
from thimbl.home.authoring import Authoring, Published, clean_text
from thimbl.home.durable import PUBLIC, locked
from thimbl.home.errors import Refused
from thimbl.home.planfiles import OwnLog, PlanFiles, looks_like_ours

_SIGNED_KEYS: Final = (
    *("thimbl", "address", "key", "updated", "seq", "last", "sig"),
    *("entries", "following", "following_list"),
)
_ENTRY_KEYS: Final = ("text", "subject", "re", "lang", "license")

_PUT_BACK: Final = (
    "Put it back ('thimbl sign --discard' does that for all of the plan), and use 'thimbl edit' or 'thimbl retract' "
    "to change what was said."
)


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
    files, key = authoring.files, authoring.unlock().public
    with locked(files.lock_path, PUBLIC):
        log = files.load_signed()
        if log.raw is None:
            raise Refused(
                f"There is no {files.plan}. Write one, or bring back the signed one with 'thimbl sign --discard'."
            )
        edited = read_edited(log.raw, log, authoring.address, key, _archive(files, log))
        follows = public if edited.follows is None else edited.follows
        return authoring.append(log, edited.entries, about=edited.about, follows=follows), edited


def discard(authoring: Authoring) -> None:
    """Bring back the plan as it was signed last; the edited file is kept beside it."""
    files = authoring.files
    with locked(files.lock_path, PUBLIC):
        files.bring_back(files.load_signed())


def _archive(files: PlanFiles, log: OwnLog) -> Callable[[int], Record]:
    """From the seq of a published record to the record; each page of the archive is read once."""
    pages: dict[int, list[Record]] = {}

    def archived(seq: int) -> Record:
        start = page_start(seq)
        if start not in pages:
            pages[start] = files.page(start, log)
        return pages[start][seq - start]

    return archived


def read_edited(raw: bytes, log: OwnLog, address: Address, key: PublicKey, archived: Callable[[int], Record]) -> Edited:
    """What the file of these bytes wants beyond `log`, whose records below its window `archived` gives.

    Raises `Refused`.
    """
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
    if (version := data.get("thimbl")) != VERSION or isinstance(version, bool):
        raise Refused(f"The plan does not begin with 'thimbl: {VERSION}'. Put that line back.")
    if (stated := data.get("address", str(address))) != str(address):
        raise Refused(
            f"The plan says that it is {stated}'s, and you are {address}. Put the address back; "
            "to go elsewhere, see 'thimbl move --help'."
        )
    if data.get("key", key.line) != (log.head.key if log.head else key).line:
        raise Refused("The plan has another key than the one you sign with. Put the key back.")
    if log.head is None and "sig" in data:
        raise Refused(
            "The plan was signed before, but not here. Bring its archive too, or undo what you changed in it."
        )
    about = {name: value for name, value in data.items() if name not in _SIGNED_KEYS}
    gone = dict.fromkeys(name for name in (log.head.data if log.head else {}) if name not in _SIGNED_KEYS)
    entries = _entries(data.get("entries", []), log, archived)
    return Edited(tuple(entries), {**gone, **about}, _follows(data.get("following", {})))


def _entries(entries: object, log: OwnLog, archived: Callable[[int], Record]) -> list[Entry]:
    if not isinstance(entries, list):
        raise Refused("entries must be a list.")
    window = {record.seq: record for record in log.window}
    new: list[Entry] = []
    kept: set[int] = set()
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            raise Refused(f"Entry {number} from the top is not a map. A new post is '- text: what you say'.")
        seq = entry.get("seq")
        if seq is None:
            new.append(_new(number, entry))
            continue
        if type(seq) is not int or not 1 <= seq <= log.seq:
            raise Refused(f"Entry {number} from the top has a seq that you never signed. A new post has none.")
        if entry != (window.get(seq) or archived(seq)).data:
            raise Refused(f"Entry {seq} is not as you signed it. {_PUT_BACK}")
        kept.add(seq)
    # A file with none of the signed entries is one written afresh; of one with some, those between are missed.
    if missing := [seq for seq in sorted(window) if seq not in kept and kept and seq > min(kept)]:
        raise Refused(f"Entry {missing[0]} is missing. {_PUT_BACK}")
    return new[::-1]


def _new(number: int, entry: Mapping[str, Any]) -> Entry:
    where = f"Entry {number} from the top"
    if entry.get("kind", POST) != POST:
        raise Refused(f"{where} is a {entry['kind']}: only posts are made by hand.")
    body = {key: value for key, value in entry.items() if key not in ("kind", "time")}
    if strange := sorted(body.keys() - set(_ENTRY_KEYS)):
        raise Refused(f"{where} has {strange[0]!r}; a post has {', '.join(_ENTRY_KEYS)}.")
    if not isinstance(body.get("text"), str):
        raise Refused(f"{where} has no text. A text that is a number, true or false needs quotes.")
    try:
        return Entry(POST, body | {"text": clean_text(body["text"])})
    except Refused as error:
        raise Refused(f"{where}: {error}") from None


def _follows(value: object) -> tuple[Follow, ...] | None:
    if isinstance(value, dict):
        return None  # a digest, or nothing: the list stays as it was
    if not isinstance(value, list):
        raise Refused("following must be a list: '- nick: …' and 'address: …' of each.")
    try:
        follows = tuple(Follow(str(item["nick"]), Address.parse(item["address"])) for item in value)
    except (KeyError, TypeError, AttributeError):
        raise Refused("Each one in following needs a nick and an address.") from None
    except AddressError as error:
        raise Refused(f"following: {error}") from None
    if len({one.address for one in follows}) < len(follows):
        raise Refused("Somebody is in following twice. Keep one of the two.")
    return follows
