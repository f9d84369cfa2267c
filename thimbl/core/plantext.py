"""Strict reading of a plan's text: YAML or JSON in, plain data out (plan-format 1).

One data model, two spellings. A text that starts with `{` is read by the JSON parser, all
else by libyaml's event stream, which carries line numbers and shows anchors, aliases, tags
and directives instead of acting on them. Whatever the data model lacks is refused with the
line it stands on; nothing is guessed, nothing is repaired.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from thimbl.core import jsontext

MAX_BYTES = 1024 * 1024
"""A plan's text, in bytes of UTF-8 with LF: 16 windows of 64 KiB, and a parse that stays well under a second."""

MAX_DEPTH = 8
"""The root is 1. The deepest that this format uses is 4; the rest is room for what comes."""

MAX_NODES = 50_000
"""Maps, lists, scalars and keys: a full window of 64 KiB holds some 5,000."""

MAX_INTEGER = 2**53 - 1
"""The integers that every JSON parser keeps exactly (RFC 8259 6)."""

_KEY = re.compile(r"[a-z][a-z0-9_-]*")
_COMMON_KEYS = frozenset({"seq", "prev", "time", "kind", "text", "salt", "re", "of", "sig", "nick", "address"})
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})

# YAML 1.1 parsers take some of these for line breaks, libyaml among them; the C0 controls no YAML allows.
_RAW_IN_YAML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

Loader = getattr(yaml, "CSafeLoader", None)
"""libyaml's parser, which PyYAML's wheels and Debian's package both carry."""


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


def read_data(text: str, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The data of a plan's text. Raises `PlanTextError`, and nothing else, for any text."""
    try:
        size = len(text) if text.isascii() or len(text) > max_bytes else len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise PlanTextError("lone surrogate", text.count("\n", 0, error.start) + 1) from None
    if size > max_bytes:
        raise PlanTextError(f"longer than {max_bytes} bytes")
    if text.startswith("{"):
        return _read_json(text)
    return _YamlReader(text).document()


def check_key(key: str) -> bool:
    """Whether `key` may name a value in a plan."""
    return _KEY.fullmatch(key) is not None


def resolves_plain(text: str) -> bool:
    """Whether `text` without quotes is something else than text: null, a boolean or a number (plan-format 1)."""
    if text in _NULLS or text in ("true", "false"):
        return True
    return _INTEGER.fullmatch(text) is not None or _FLOAT.fullmatch(text) is not None


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


def _read_json(text: str) -> dict[str, Any]:
    try:
        data = _decode_json(text)
        _measure(data)
        if _SURROGATE_ESCAPE.search(text):
            json.dumps(data, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        limits = jsontext.Limits(MAX_DEPTH, MAX_NODES, MAX_INTEGER)
        broken_at = error.pos if isinstance(error, json.JSONDecodeError) else None
        reason, line = jsontext.find_fault(text, limits, check_key, broken_at)
        raise PlanTextError(reason, line) from None
    return data


def _measure(data: dict[str, Any]) -> None:
    """Raise `_Refused` for more than `MAX_NODES`, for null, and for what lies too deep: level by level."""
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
        if nodes > MAX_NODES or None in below:
            raise _Refused
        level = [value for value in below if type(value) is dict or type(value) is list]
        if not level:
            return
    raise _Refused


# YAML


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _YamlReader:
    """One document from libyaml's events."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.nodes = 0

    def document(self) -> dict[str, Any]:
        if (raw := _RAW_IN_YAML.search(self.text)) is not None:
            line = self.text.count("\n", 0, raw.start()) + 1
            raise PlanTextError(f"raw U+{ord(raw.group()):04X} in YAML: write it as an escape in double quotes", line)
        if Loader is None:
            raise PlanTextError("PyYAML was built without libyaml here: install a PyYAML that has it")
        try:
            self.next = Loader(self.text).get_event
            self.next()
            return self._only_document()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "it can not be read"
            raise PlanTextError(f"not YAML: {problem}", mark.line + 1 if mark else None) from None

    def _only_document(self) -> dict[str, Any]:
        start = self.next()
        if not isinstance(start, DocumentStartEvent):
            raise PlanTextError("the text is empty")
        if start.version is not None or start.tags:
            raise PlanTextError("directives are not allowed", _line(start))
        root = self.next()
        if not isinstance(root, MappingStartEvent):
            # Words, most often: somebody's plan as plans were before there was a format.
            self._refuse_extras(root)
            raise PlanTextError("not a map: plain text, not a Thimbl plan", _line(root))
        data: dict[str, Any] = self._value(root, 1)
        self.next()
        if not isinstance(end := self.next(), StreamEndEvent):
            raise PlanTextError("more than one document", _line(end))
        return data

    def _refuse_extras(self, event: Any) -> None:
        line = _line(event)
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise PlanTextError("YAML anchors and aliases are not allowed", line)
        if event.tag is not None:
            raise PlanTextError("YAML tags are not allowed", line)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise PlanTextError(f"more than {MAX_NODES} nodes", line)

    def _value(self, event: Any, depth: int) -> Any:
        self._refuse_extras(event)
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if depth > MAX_DEPTH:
            raise PlanTextError("nested too deeply", _line(event))
        if isinstance(event, SequenceStartEvent):
            items = []
            while not isinstance(event := self.next(), SequenceEndEvent):
                items.append(self._value(event, depth + 1))
            return items
        made: dict[str, Any] = {}
        while not isinstance(event := self.next(), MappingEndEvent):
            key = self._key(event)
            if key in made:
                raise PlanTextError(f"duplicate key '{key}'", _line(event))
            made[key] = self._value(self.next(), depth + 1)
        return made

    def _key(self, event: Any) -> str:
        line = _line(event)
        self._refuse_extras(event)
        if not isinstance(event, ScalarEvent):
            raise PlanTextError("a key must be a word", line)
        if event.implicit[0] and event.value == "<<":
            raise PlanTextError("merge keys are not allowed", line)
        key = self._scalar(event)
        if not isinstance(key, str) or not check_key(key):
            raise PlanTextError(f"key '{event.value[:40]}' is not allowed", line)
        return key

    @staticmethod
    def _scalar(event: ScalarEvent) -> str | int | bool:
        value: str = event.value
        if not event.implicit[0]:  # quoted, or a block: always a string
            return value
        line = _line(event)
        if value in _NULLS:
            raise PlanTextError("null is not allowed", line)
        if value == "true":
            return True
        if value == "false":
            return False
        if _INTEGER.fullmatch(value):
            if len(value) > 17 or abs(int(value)) > MAX_INTEGER:
                raise PlanTextError("integer out of range", line)
            return int(value)
        if _FLOAT.fullmatch(value):
            raise PlanTextError("floats are not allowed", line)
        return value
