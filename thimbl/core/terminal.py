"""What makes remote text safe for a terminal (architecture.md, rule 6; RFC 1288 3.2.5, "Client security").

- Nothing of a text reaches the terminal that moves its cursor, changes its state, or shows one thing and says another:
  controls (C0, DEL, C1), bidirectional marks, overrides and isolates, line and paragraph separators, invisible format
  characters, tag characters, private use, noncharacters and lone surrogates.
- They are shown, not dropped, so that a reader sees that something was there: C0 and DEL in the caret notation of
  finger(1), ``^[``; all others by number, ``\\u{202e}``.
- Scripts and emoji that need a joiner (Persian, the Indic scripts, families of emoji) keep it where it joins.
- The result is fixed: what is safe already stays as it is, so a text that passes two sinks is not mangled.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

TAB: Final = "    "
"""What a tab becomes: remote text does not know in which column it will stand."""

MAX_MARKS: Final = 8
"""Combining marks on one character. Vietnamese takes 2, Tibetan and Hebrew with cantillation 4 or 5; further marks
("zalgo") grow into the lines above and below and are dropped."""

MAX_JOINED: Final = 8
"""Joiners in one chain of symbols. The longest emoji that anybody draws have 3; programs that measure text take the
whole chain for one character of two cells, and terminals that know no joiner draw every one of its symbols."""

FIRST_JOINED: Final = 0x0590
"""Below this are Latin, Greek, Cyrillic and Armenian, where a joiner changes nothing that one can see and so can only
make two different names look alike."""

CACHED: Final = 4_096
"""Characters to remember the treatment of: more than one language uses."""

_ZWNJ: Final = "\u200c"
_ZWJ: Final = "\u200d"
_JOINERS: Final = frozenset((_ZWJ, _ZWNJ))
_FIRST_TONE: Final = "\U0001f3fb"
_LAST_TONE: Final = "\U0001f3ff"
"""The skin tones stand after the symbol that they colour, as marks do."""
_MARK: Final = "mark"
_JOINER: Final = "joiner"
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""The Hangul fillers: letters by category, but with nothing to see."""

_PLAIN: Final = re.compile(r"[\n -~]*")
_BLANKS: Final = re.compile(r"[ \t\r\n]+")


def safe(text: str, *, newlines: bool = True) -> str:
    """`text` with everything that a terminal would act on, or that hides, made visible.

    With `newlines`, LF and CRLF end a line and come out as LF; without, they are shown as ``^J`` and ``^M^J``. A tab
    becomes spaces. Safe text is returned unchanged; at most ten characters come out for one that goes in.
    """
    if _PLAIN.fullmatch(text) and (newlines or "\n" not in text):
        return text
    if newlines:
        text = text.replace("\r\n", "\n")
    out: list[str] = []
    marks = joined = 0
    before = ""  # the character that stands last in the result
    for index, character in enumerate(text):
        if character == "\n" and newlines:
            shown, marks = character, 0
        else:
            shown = _treatment(character)
            if shown == _JOINER:
                after = text[index + 1 : index + 2]
                if (
                    _joins(before)
                    and _joins(after)
                    and (marks < MAX_MARKS or not _is_mark(after))
                    and joined < MAX_JOINED
                ):
                    # It neither counts as a mark nor begins anew to count them: else every second one would be free.
                    shown, joined = character, joined + 1
                else:
                    shown, marks, joined = _number(character), 0, 0
            elif shown == _MARK:
                if marks == MAX_MARKS:
                    continue
                shown, marks = character, marks + 1
            else:
                marks = 0
                if before not in _JOINERS and not _FIRST_TONE <= character <= _LAST_TONE:
                    joined = 0
        out.append(shown)
        before = shown[-1]
    return "".join(out)


def safe_line(text: str) -> str:
    """`text` as one safe line: each run of blanks, tabs and line ends is one space, and none stands at the ends."""
    return safe(_BLANKS.sub(" ", text).strip(" "), newlines=False)


def _joins(character: str) -> bool:
    """Whether a joiner beside `character` can be meant: it is a letter, mark or symbol of a script or emoji."""
    if len(character) != 1 or ord(character) < FIRST_JOINED:
        return False
    treatment = _treatment(character)
    return treatment == _MARK or (treatment == character and unicodedata.category(character)[0] in "LS")


def _is_mark(character: str) -> bool:
    return _treatment(character) == _MARK


@lru_cache(CACHED)
def _treatment(character: str) -> str:
    """What one character becomes by itself, or `_MARK` or `_JOINER` where that depends on its neighbours."""
    code = ord(character)
    if character == "\t":
        return TAB
    if code < 0x20 or code == 0x7F:
        return "^" + chr(code ^ 0x40)
    if character in _JOINERS:
        return _JOINER
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") or character in _BLANK_LETTERS or _is_ignorable(code):
        return _number(character)
    return _MARK if category[0] == "M" else character


def _is_ignorable(code: int) -> bool:
    """Whether a code point without a character will never have a visible one (Unicode 3.4 D14; 5.21, ranges reserved).

    Other code points that this Python does not know yet are left alone: they are the emoji and letters of next year.
    """
    noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
    selector = 0xE0100 <= code <= 0xE01EF
    return noncharacter or code == 0x2065 or 0xFFF0 <= code <= 0xFFF8 or (0xE0000 <= code <= 0xE0FFF and not selector)


def _number(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"
