"""Plans of version 1, as Thimbl wrote them in 2010 (plan-format 5). Unsigned, so nothing in them is proof.

Real ones fold long lines by a backslash before a line break, anywhere; lack keys; stand in no order;
speak from the future; and escape characters that JSON does not know. All of that is read, none of it
is repaired in place: what an entry lacks, the entry is left out for, and `problems` says so.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from thimbl.core.address import Address, AddressError
from thimbl.core.canonical import content_id
from thimbl.core.plan import Follow
from thimbl.core.plantext import MAX_BYTES, MAX_DEPTH, MAX_NODES
from thimbl.core.times import format_time

_FOLD = re.compile(r"\\\r?\n")
_ESCAPE = re.compile(r'\\(u[0-9a-fA-F]{4}|["\\/bfnrt]|)', re.DOTALL)
_STAMP = re.compile(r"[0-9]{14}")
_UNIX = re.compile(r"[0-9]{1,11}")
_SIGNS_OF_A_PLAN = ("name", "address", "bio", "messages")
_LAST_UNIX = 253_402_300_799
"""The last second of the year 9999."""


class NotClassic(ValueError):
    """Not a version 1 plan; the message says why."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, or one reply, of 2010."""

    text: str
    time: int
    """Unix seconds, UTC; as it was written, even where that lies in the future."""
    to: Address | None = None
    """Whom a reply answers."""

    @property
    def id(self) -> str:
        """A name for it in this program: version 1 has none. No signature stands behind it."""
        data: dict[str, str | int] = {"classic": 1, "text": self.text, "time": format_time(self.time)}
        return content_id(data if self.to is None else data | {"to": str(self.to)})


@dataclass(frozen=True, slots=True)
class ClassicPlan:
    """A plan of version 1."""

    name: str
    address: Address | None
    bio: str
    messages: tuple[Message, ...]
    """Messages and replies, newest first."""
    following: tuple[Follow, ...]
    properties: Mapping[str, str]
    problems: tuple[str, ...]
    """What was left out, and why."""
    stated_address: str = ""
    """What stands under `address`, which may be no address."""


def unfold(text: str) -> str:
    """The text with its folded lines joined."""
    return _FOLD.sub("", text)


def read_classic(text: str) -> ClassicPlan:
    """The version 1 plan in `text`. Raises `NotClassic`, and nothing else, for any text."""
    if len(text) > MAX_BYTES:
        raise NotClassic(f"longer than {MAX_BYTES} bytes")
    text = unfold(text).strip()
    if not text.startswith("{"):
        raise NotClassic("it is not JSON")
    try:
        data = json.loads(_ESCAPE.sub(lambda match: match[0] if match[1] else r"\\", text), strict=False)
    except (ValueError, RecursionError):
        raise NotClassic("it is not JSON") from None
    if not isinstance(data, dict) or "thimbl" in data:
        raise NotClassic("it is not of version 1")
    _check_limits(data)
    if not any(key in data for key in _SIGNS_OF_A_PLAN):
        raise NotClassic("it has no name, address, bio or messages")
    return _Reader(data).plan()


def _check_limits(data: Any) -> None:
    level, nodes = [data], 0
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            nodes += 1
            if isinstance(value, dict):
                nodes += len(value)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        if nodes > MAX_NODES:
            raise NotClassic(f"more than {MAX_NODES} nodes")
        level = below
    if any(isinstance(value, dict | list) for value in level):
        raise NotClassic("nested too deeply")
    if nodes + len(level) > MAX_NODES:
        raise NotClassic(f"more than {MAX_NODES} nodes")


def parse_classic_time(value: object) -> int | None:
    """Unix seconds of `YYYYMMDDHHMMSS` (UTC) or of a Unix time, either as a number or as text; None for neither."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if isinstance(value, int) and abs(value) > 10**14:
        return None
    digits = str(value).strip()
    if _STAMP.fullmatch(digits):
        try:
            moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            return None
        return int(moment.timestamp())
    if _UNIX.fullmatch(digits):
        return seconds if (seconds := int(digits)) <= _LAST_UNIX else None
    return None


def _clean(text: str) -> str:
    """Text without lone surrogates, which version 1 does not refuse and no database takes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Reader:
    """Takes from loose data what is there."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.problems: list[str] = []

    def plan(self) -> ClassicPlan:
        stated = self.data.get("address")
        messages = sorted(
            [*self._messages("messages", self.data.get("messages"), None), *self._replies()],
            key=lambda message: -message.time,
        )
        return ClassicPlan(
            name=self._string("name"),
            address=self._address(stated),
            bio=self._string("bio"),
            messages=tuple(messages),
            following=tuple(self._following()),
            properties=self._properties(),
            problems=tuple(self.problems),
            stated_address=_clean(stated) if isinstance(stated, str) else "",
        )

    def _string(self, key: str) -> str:
        value = self.data.get(key, "")
        return _clean(value) if isinstance(value, str) else ""

    @staticmethod
    def _address(value: object) -> Address | None:
        try:
            return Address.parse(value) if isinstance(value, str) else None
        except AddressError:
            return None

    def _list(self, where: str, value: object) -> Iterable[Any]:
        if value is None:
            return ()
        if not isinstance(value, list):
            self.problems.append(f"{where} is not a list")
            return ()
        return value

    def _messages(self, where: str, value: object, to: Address | None) -> Iterator[Message]:
        for number, item in enumerate(self._list(where, value), 1):
            text = item.get("text") if isinstance(item, dict) else None
            time = parse_classic_time(item.get("time")) if isinstance(item, dict) else None
            if isinstance(text, str) and time is not None:
                yield Message(_clean(text), time, to)
            else:
                self.problems.append(f"{where}: item {number} has no {'time' if isinstance(text, str) else 'text'}")

    def _replies(self) -> Iterator[Message]:
        replies = self.data.get("replies")
        if not isinstance(replies, dict):
            return
        for key, value in replies.items():
            if (to := self._address(key)) is None:
                self.problems.append(f"replies: {_clean(key)[:80]!r} is no address")
            else:
                yield from self._messages(f"replies to {to}", value, to)

    def _following(self) -> Iterator[Follow]:
        for item in self._list("following", self.data.get("following")):
            if isinstance(item, dict) and (address := self._address(item.get("address"))) is not None:
                nick = item.get("nick")
                yield Follow(_clean(nick) if isinstance(nick, str) else address.user, address)
            else:
                self.problems.append("following: one of them has no address")

    def _properties(self) -> dict[str, str]:
        value = self.data.get("properties")
        if not isinstance(value, dict):
            return {}
        return {_clean(key): _clean(item) for key, item in value.items() if isinstance(item, str) and item}


def write_classic(
    name: str,
    address: Address,
    bio: str,
    messages: Iterable[Message],
    following: Iterable[Follow],
    properties: Mapping[str, str],
) -> str:
    """A version 1 plan on one line of ASCII, as the clients of 2010 read it (the view `classic`)."""
    plain: list[dict[str, str]] = []
    replies: dict[str, list[dict[str, str]]] = {}
    for message in messages:
        stamp = "".join(filter(str.isdigit, format_time(message.time)))
        target = plain if message.to is None else replies.setdefault(str(message.to), [])
        target.append({"text": message.text, "time": stamp})
    return json.dumps(
        {
            "name": name,
            "address": str(address),
            "bio": bio,
            "messages": plain,
            "replies": replies,
            "following": [{"nick": follow.nick, "address": str(follow.address)} for follow in following],
            "properties": dict(properties),
        }
    )
