"""Where a JSON text leaves the data model of a plan, and why (plan-format 1).

The fast path in `plantext` only learns that something is wrong. This walks the text once
more, token by token, to name the first fault and its line: it runs on refused texts alone.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""[ \t\n\r]*(?:
        (?P<string>"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")
      | (?P<number>-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<exponent>[eE][-+]?[0-9]+)?)
      | (?P<word>true|false|null|NaN|-?Infinity)
      | (?P<mark>[\[\]{},:])
      | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_SHORT = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

Fault = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of plan-format 1, given by the reader that has them."""

    depth: int
    nodes: int
    integer: int


@dataclass(slots=True)
class _Open:
    """A map or list that is not yet closed."""

    is_map: bool
    keys: set[str]
    expects_key: bool


def unescape(literal: str) -> str:
    """The string that a JSON literal (quotes included) spells; surrogate pairs joined, lone ones kept."""

    def plain(match: re.Match[str]) -> str:
        code, short = match.groups()
        return chr(int(code, 16)) if code else _SHORT[short]

    return _ESCAPE.sub(plain, literal[1:-1]).encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def find_fault(text: str, limits: Limits, key_allowed: Callable[[str], bool], broken_at: int | None) -> Fault:
    """The reason and the line of the first fault in `text`, which some parser has refused.

    `broken_at` is the position where the parser found that it is not JSON; None where it is.
    """
    end = len(text) if broken_at is None else broken_at
    for reason, position in _faults(text, limits, key_allowed, end):
        return reason, text.count("\n", 0, position) + 1
    return "not JSON", text.count("\n", 0, end) + 1


def _faults(text: str, limits: Limits, key_allowed: Callable[[str], bool], end: int) -> Iterator[tuple[str, int]]:
    stack: list[_Open] = []
    nodes = position = 0
    while True:
        match = _TOKEN.match(text, position)
        if match is None:
            yield "not JSON", _skip_space(text, position)
            return
        kind = match.lastgroup or ""
        kind = "number" if kind in ("fraction", "exponent") else kind
        token, start, position = match.group(kind), match.start(kind), match.end()
        if start > end:
            return
        if kind == "end":
            yield ("not JSON: it ends too early" if stack else "not JSON"), start
            return
        if kind == "mark":
            if token in "{[":
                nodes += 1
                stack.append(_Open(token == "{", set(), token == "{"))
                if len(stack) > limits.depth:
                    yield "nested too deeply", start
                    return
            elif token in "}]" and stack:
                stack.pop()
            elif token == "," and stack:
                stack[-1].expects_key = stack[-1].is_map
        else:
            nodes += 1
            yield from _scalar_faults(match, kind, token, start, limits)
            if stack and stack[-1].expects_key:
                stack[-1].expects_key = False
                yield from _key_faults(kind, token, start, stack[-1].keys, key_allowed)
        if nodes > limits.nodes:
            yield f"more than {limits.nodes} nodes", start


def _scalar_faults(
    match: re.Match[str], kind: str, token: str, start: int, limits: Limits
) -> Iterator[tuple[str, int]]:
    if kind == "number":
        if match.group("fraction") or match.group("exponent"):
            yield "floats are not allowed", start
        elif len(token) > 17 or abs(int(token)) > limits.integer:
            yield "integer out of range", start
    elif kind == "word" and token == "null":
        yield "null is not allowed", start
    elif kind == "word" and token not in ("true", "false"):
        yield "floats are not allowed", start
    elif kind == "string" and "\\u" in token and _LONE_SURROGATE.search(unescape(token)):
        yield "lone surrogate", start


def _key_faults(
    kind: str, token: str, start: int, seen: set[str], key_allowed: Callable[[str], bool]
) -> Iterator[tuple[str, int]]:
    if kind != "string":
        yield "a key must be a string", start
        return
    key = unescape(token)
    if not key_allowed(key):
        yield f"key '{key[:40]}' is not allowed", start
    elif key in seen:
        yield f"duplicate key '{key}'", start
    seen.add(key)


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\n\r":
        position += 1
    return position
