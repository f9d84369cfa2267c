"""Strict reading of a plan's text: YAML or JSON in, plain data out (plan-format 1).

One data model, two spellings. A text that starts with `{` is read by the JSON parser, all
else by libyaml's event stream, which carries line numbers and shows anchors, aliases, tags
and directives instead of acting on them. Whatever the data model lacks is refused with the
line it stands on; nothing is guessed, nothing is repaired.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NoReturn

MAX_BYTES: Final = 1024 * 1024
"""A plan's text, in bytes of UTF-8 with LF: 16 windows of 64 KiB, and a parse that stays well under a second."""

MAX_DEPTH: Final = 8
"""The root is 1. The deepest that this format uses is 4; the rest is room for what comes."""

MAX_NODES: Final = 50_000
"""Maps, lists, scalars and keys: a full window of 64 KiB holds some 5,000."""

MAX_INTEGER: Final = 2**53 - 1
"""The integers that every JSON parser keeps exactly (RFC 8259 6)."""

_KEY = re.compile(r"[a-z][a-z0-9_-]*")
_COMMON_KEYS = frozenset({"seq", "prev", "time", "kind", "text", "salt", "re", "of", "sig", "nick", "address"})
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
)
_NUMBERS_BEGIN = frozenset("-+.0123456789")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a text may be: in bytes of UTF-8, and in nodes."""

    bytes: int = MAX_BYTES
    nodes: int = MAX_NODES


PLAN_BOUNDS: Final = Bounds()


class PlanTextError(ValueError):
    """The text is not a plan's; the reason names the line."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason if line is None else f"{reason} (line {line})")
        self.reason = reason
        self.line = line


def decode(raw: bytes) -> str:
    """The text of `raw`: UTF-8, line ends made LF, at most `MAX_BYTES`. Raises `PlanTextError`."""
    raw = raw.replace(b"\r\n", b"\n")
    if len(raw) > MAX_BYTES:
        raise PlanTextError(f"longer than {MAX_BYTES} bytes")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PlanTextError("not UTF-8", raw.count(b"\n", 0, error.start) + 1) from None


def read_data(text: str, bounds: Bounds = PLAN_BOUNDS) -> dict[str, Any]:
    """The data of a plan's text. Raises `PlanTextError`, and nothing else, for any text."""
    try:
        size = len(text) if text.isascii() or len(text) > bounds.bytes else len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise PlanTextError("lone surrogate", text.count("\n", 0, error.start) + 1) from None
    if size > bounds.bytes:
        raise PlanTextError(f"longer than {bounds.bytes} bytes")
    if text.startswith("{"):
        return _read_json(text, bounds.nodes)
    # Imported for the plans of people: what programs tell each other is JSON, and starts faster.
    from thimbl.core.yamltext import read_yaml

    return read_yaml(text, bounds.nodes)


def check_key(key: str) -> bool:
    """Whether `key` may name a value in a plan."""
    return _KEY.fullmatch(key) is not None


def resolves_plain(text: str) -> bool:
    """Whether `text` without quotes is something else than text: null, a boolean or a number (plan-format 1)."""
    if text in _NULLS or text in ("true", "false"):
        return True
    if text[0] not in _NUMBERS_BEGIN:
        return False
    return _INTEGER.fullmatch(text) is not None or _FLOAT.fullmatch(text) is not None


def plain_value(text: str, line: int) -> str | int | bool:
    """What a YAML scalar without quotes is (plan-format 1). Raises `PlanTextError`, which names `line`."""
    if text in _NULLS:
        raise PlanTextError("null is not allowed", line)
    if text in ("true", "false"):
        return text == "true"
    if text[0] not in _NUMBERS_BEGIN:
        return text
    if _INTEGER.fullmatch(text):
        if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
            raise PlanTextError("integer out of range", line)
        return int(text)
    if _FLOAT.fullmatch(text):
        raise PlanTextError("floats are not allowed", line)
    return text


# JSON: the standard library's parser with hooks says yes or no; where it says no, `jsontext` finds the line.


class _Refused(ValueError):
    """The fast path met something that is not in the data model."""


def _refuse(_: str) -> NoReturn:
    raise _Refused


def _integer(literal: str) -> int:
    if len(literal) > 17 or not -MAX_INTEGER <= (value := int(literal)) <= MAX_INTEGER:
        raise _Refused
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs) or not (_COMMON_KEYS.issuperset(made) or all(map(check_key, made))):
        raise _Refused
    return made


_decode_json: Callable[[str], dict[str, Any]] = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_refuse, parse_int=_integer, parse_constant=_refuse
).decode
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def _read_json(text: str, max_nodes: int) -> dict[str, Any]:
    try:
        data = _decode_json(text)
        _measure(data, max_nodes)
        if _SURROGATE_ESCAPE.search(text):
            json.dumps(data, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        # Imported for refused texts, which are few: most commands start sooner without.
        from thimbl.core import jsontext

        limits = jsontext.Limits(MAX_DEPTH, max_nodes, MAX_INTEGER)
        broken_at = error.pos if isinstance(error, json.JSONDecodeError) else None
        reason, line = jsontext.find_fault(text, limits, check_key, broken_at)
        raise PlanTextError(reason, line) from None
    return data


def _measure(data: dict[str, Any], max_nodes: int) -> None:
    """Raise `_Refused` for more than `max_nodes`, for null, and for what lies too deep: level by level."""
    level: list[Any] = [data]
    nodes = 1
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            if type(value) is dict:
                nodes += len(value)
                below += value.values()
            else:
                below += value
        nodes += len(below)
        if nodes > max_nodes or None in below:
            raise _Refused
        level = [value for value in below if type(value) is dict or type(value) is list]
        if not level:
            return
    raise _Refused
