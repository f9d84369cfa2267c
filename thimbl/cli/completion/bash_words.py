"""A command line as bash has it: where its last word begins, what it says, and how a candidate is written there.

bash breaks words at ``@``, ``:`` and ``=`` when it completes, and passes on what stands before the cursor unquoted and
in pieces; so the line itself is read here (POSIX.1-2017, Shell Command Language, 2.2 "Quoting"). Of what a candidate
is written as, only the part behind the last break is bash's to replace.
"""

from dataclasses import dataclass
from typing import Final

_BLANKS: Final = " \t\n"
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-")
_IN_DOUBLE: Final = frozenset('$`"\\')


@dataclass(frozen=True, slots=True)
class Line:
    """A command line up to the cursor."""

    words: tuple[str, ...]
    """Those that are complete, without their quotes."""
    raw: str
    """The one that is being typed, as it is typed."""
    word: str
    """The same without its quotes."""
    quote: str
    """``'`` or ``"`` where it begins with one that is still open; else ''."""

    def written(self, value: str) -> str | None:
        """`value` as it would stand in place of `raw`, in its kind of quotes, which bash closes itself.

        None where that can not be said: in a word that is put together of several kinds.
        """
        if self.quote == "'":
            return "'" + value.replace("'", r"'\''")
        if self.quote == '"':
            if "!" in value:  # history expansion looks into these quotes, and a backslash before it would stay
                return None
            return '"' + "".join(f"\\{char}" if char in _IN_DOUBLE else char for char in value)
        if "'" in self.raw or '"' in self.raw:
            return None
        return "".join(char if char in _PLAIN or char.isalnum() else f"\\{char}" for char in value)

    def rest(self, value: str, replaced: str) -> str | None:
        """What bash is to put in place of `replaced`, the end of `raw`, so that `value` stands there; None as above."""
        if not self.raw.endswith(replaced):
            return None
        kept, written = self.raw[: len(self.raw) - len(replaced)], self.written(value)
        return written[len(kept) :] if written is not None and written.startswith(kept) else None


def read_line(text: str) -> Line:
    """Take a line apart. What is no word yet, such as an open quote, is taken as it is."""
    words: list[str] = []
    word, start, quote, opened = "", -1, "", -1
    position = 0
    while position < len(text):
        char = text[position]
        if start < 0 and not quote and char not in _BLANKS:
            start = position
        if quote == "'":
            quote, word = ("", word) if char == "'" else (quote, word + char)
        elif char == "\\" and (not quote or text[position + 1 : position + 2] in {*_IN_DOUBLE, ""}):
            position += 1
            word += text[position : position + 1]
        elif quote:
            quote, word = ("", word) if char == '"' else (quote, word + char)
        elif char in "'\"":
            quote, opened = char, position
        elif char not in _BLANKS:
            word += char
        elif start >= 0:
            words.append(word)
            word, start = "", -1
        position += 1
    raw = text[start:] if start >= 0 else ""
    return Line(tuple(words), raw, word, quote if opened == start else "")
