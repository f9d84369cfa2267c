"""Writing a plan so that a person likes to read it (plan-format 1).

Name, bio and posts first, keys and signatures last; newest post first; of a post the time and text
first. Long or many-lined text is a literal block, emoji stand as themselves. libyaml's emitter escapes
emoji and gives up literal blocks, hence this one; its measure is that `read_data(write(x)) == x`.

What YAML 1.1 takes for something else than text (`yes`, `2026-11-22`) is quoted although YAML 1.2
would not need it: a sceptic's parser may be of either kind.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml

from thimbl.core.plantext import resolves_plain

LONG_TEXT: Final = 60
"""Characters from which a single line of text goes into a literal block: the key before it makes up the rest of 72."""

LONG_TEXT_SPACES: Final = 3
"""A long line with fewer spaces is a key or a signature, not prose."""

_HEAD_FIRST: Final = ("thimbl", "address", "name", "bio", "properties", "entries", "following_list")
_HEAD_LAST: Final = ("following", "mirrors", "witness", "key", "recovery", "updated", "seq", "last", "sig")
_RECORD_FIRST: Final = ("time", "text")
_RECORD_LAST: Final = ("salt", "kind", "seq", "prev", "digest", "sig", "cosigs")

# What may not stand outside of double quotes: what does not print, what some YAML parser takes for a line break, and
# what turns the reading order round: a plan is shown by programs that escape nothing (Unicode TR 36, 3.1). It is
# listed, rather than all the rest: a set of most of Unicode takes 20 ms to compile.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
# A plain scalar: begins with a letter, a digit or what no YAML gives a meaning to; goes on without `: ` and ` #`.
_PLAIN: Final = re.compile(r"(?:[A-Za-z0-9/+(.$]|[^\x00-\xa0])(?:[^\n\t:#]|:(?=\S)|(?<=\S)#)*")
_PLAIN_KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,99}")
_SIMPLE_KEY_MAX: Final = 128
_MEANINGS: Final[Mapping[str, list[tuple[str, re.Pattern[str]]]]] = yaml.SafeLoader.yaml_implicit_resolvers
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\x1b": "\\e"}


def write_plan(data: Mapping[str, Any]) -> str:
    """The plan as YAML, ending in a line feed. `data` is a head with its `entries`."""
    ordered = dict(_ordered(data, _HEAD_FIRST, _HEAD_LAST))
    if "entries" in ordered:
        ordered["entries"] = [dict(_ordered(entry, _RECORD_FIRST, _RECORD_LAST)) for entry in ordered["entries"]]
    return write(ordered)


def write_line(data: Mapping[str, Any]) -> str:
    """The plan as JSON on one line, for programs (plan-format 6, the views)."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


def write(data: Mapping[str, Any]) -> str:
    """Any data of the model (a map at its root) as YAML, in the order it is in."""
    if not data:
        return "{}\n"
    return "".join(f"{line}\n" for line in _map_lines(data, ""))


def _ordered(data: Mapping[str, Any], first: Sequence[str], last: Sequence[str]) -> Iterator[tuple[str, Any]]:
    yield from ((key, data[key]) for key in first if key in data)
    yield from ((key, value) for key, value in data.items() if key not in first and key not in last)
    yield from ((key, data[key]) for key in last if key in data)


def _map_lines(data: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in data.items():
        written = key if _PLAIN_KEY.fullmatch(key) and not _means_something(key) else _quoted(key)
        if len(written) > _SIMPLE_KEY_MAX:
            # YAML finds the colon of a long key only when it is announced.
            yield f"{indent}? {written}"
            written = ""
        yield from _value_lines(f"{indent}{written}:", value, indent)


def _value_lines(lead: str, value: Any, indent: str) -> Iterator[str]:
    """The lines of `value` after `lead`, which ends in `:` or `-`."""
    if isinstance(value, Mapping) and value:
        if lead.endswith("-"):
            # The first pair stands on the line of its dash.
            pairs = _map_lines(value, indent + "  ")
            yield f"{lead} {next(pairs)[len(indent) + 2 :]}"
            yield from pairs
        else:
            yield lead
            yield from _map_lines(value, indent + "  ")
    elif isinstance(value, Mapping):
        yield f"{lead} {{}}"
    elif isinstance(value, str):
        yield from _text_lines(lead, value, indent)
    elif isinstance(value, bool):
        yield f"{lead} {'true' if value else 'false'}"
    elif isinstance(value, int):
        yield f"{lead} {value}"
    elif value:
        below = indent if lead.endswith(":") else indent + "  "
        yield lead
        for item in value:
            yield from _value_lines(f"{below}-", item, below)
    else:
        yield f"{lead} []"


def _text_lines(lead: str, text: str, indent: str) -> Iterator[str]:
    if _wants_block(text):
        body = text.rstrip("\n")
        kept = len(text) - len(body)
        chomp = "-" if kept == 0 else "" if kept == 1 else "+"
        # A block whose first line begins with a space needs to be told its indentation.
        yield f"{lead} |{'2' if _needs_indicator(body) else ''}{chomp}"
        yield from (f"{indent}  {line}" if line else "" for line in body.split("\n"))
        yield from ("" for _ in range(kept - 1))
    else:
        yield f"{lead} {_scalar(text)}"


def _wants_block(text: str) -> bool:
    if _UNPRINTABLE.search(text) or not text.strip("\n\t "):
        return False
    if "\n" not in text and (len(text) <= LONG_TEXT or text.count(" ") < LONG_TEXT_SPACES):
        return False
    # Blank lines before the first word would have to guess the indentation; tabs there confuse some parsers.
    return text[0] not in "\n\t"


def _needs_indicator(body: str) -> bool:
    return body[0] == " "


def _scalar(text: str) -> str:
    if _UNPRINTABLE.search(text) or "\n" in text or "\t" in text:
        return _quoted(text)
    if _PLAIN.fullmatch(text) and not text.endswith((" ", ":")) and not _means_something(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def _quoted(text: str) -> str:
    def escape(character: str) -> str:
        if (short := _ESCAPES.get(character)) is not None:
            return short
        if not _UNPRINTABLE.match(character):
            return character
        code = ord(character)
        return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"

    return '"' + "".join(map(escape, text)) + '"'


def _means_something(text: str) -> bool:
    """Whether some version of YAML reads the bare `text` as anything but text."""
    if resolves_plain(text):
        return True
    candidates = [*_MEANINGS.get(text[:1], []), *_MEANINGS.get("", [])]
    return any(pattern.match(text) for _, pattern in candidates)
