"""How a command prints: data on stdout, all else on stderr, and nothing of a stranger's that a terminal would act on.

- `say` prints what a person asked for. Texts of others pass `thimbl.core.terminal` before they get here; colour is put
  around them afterwards, by `paint`.
- `note` is for what else a person should know.
- `emit` prints one JSON object on one line, in UTF-8 whatever the locale is. Characters that a terminal would act on
  are written as JSON's escapes: the same data, and harmless to look at.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping
from io import TextIOWrapper
from typing import Any, Final

import click

from thimbl.cli.context import Context
from thimbl.core.terminal import safe

_NOT_PLAIN: Final = re.compile(r"[^ -~]")

STYLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "author": {"bold": True},
    "faint": {"dim": True},
    "good": {"fg": "green"},
    "doubtful": {"fg": "yellow"},
    "bad": {"fg": "red", "bold": True},
    "subject": {"fg": "yellow"},
    "unread": {"fg": "cyan", "bold": True},
    "tag": {"fg": "cyan"},
}
"""What colours mean here; each also shows in words or shape."""

Paint = Callable[[str, str], str]
"""Text and the name of a style in, text out."""


def say(text: str = "") -> None:
    """Print `text` and a line end on stdout."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Print `text` and a line end on stderr, made safe for a terminal."""
    sys.stdout.flush()
    sys.stderr.write(safe(text) + "\n")
    sys.stderr.flush()


def emit(data: Mapping[str, Any]) -> None:
    """Print `data` as one line of JSON on stdout, its keys in their order."""
    emit_json(json.dumps(data, ensure_ascii=False))


def emit_json(text: str) -> None:
    """The same of what is JSON already, on one line."""
    stdout = sys.stdout
    if isinstance(stdout, TextIOWrapper) and stdout.encoding.lower().replace("-", "") != "utf8":
        stdout.reconfigure(encoding="utf-8")
    stdout.write(_harmless(text) + "\n")


def json_line(data: Any) -> str:
    """`data` as JSON on one line, without anything that a terminal would act on."""
    return _harmless(json.dumps(data, ensure_ascii=False))


def painter(context: Context) -> Paint:
    """What puts colour around a safe text, where colour is welcome; elsewhere the text stays as it is."""
    if not context.colour:
        return _no_paint
    return lambda text, style: click.style(text, **STYLES[style])


def _no_paint(text: str, _style: str) -> str:
    return text


def _harmless(text: str) -> str:
    return _NOT_PLAIN.sub(lambda found: _json_character(found[0]), text)


def _json_character(character: str) -> str:
    if character <= "~" or safe(character) == character:
        return character
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
