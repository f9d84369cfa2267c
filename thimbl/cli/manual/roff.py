"""man(7): texts escaped for it, and the few macros that the pages are made of (groff_man(7), mandoc's man(7)).

A line that begins with a dot or an apostrophe is a request, a backslash an escape; and a hyphen, a quote, a caret or a
tilde is another character on paper than on a keyboard. Everything that goes into a page passes `text` or `literal`.
"""

import re
from collections.abc import Iterable
from typing import Final

WIDTH: Final = 78
"""Columns of a line in the source, where it can be broken: mandoc complains of more than 80."""

_ALWAYS: Final = {"\\": r"\e", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
_LITERAL: Final = str.maketrans(_ALWAYS | {"-": r"\-"})
_PROSE: Final = str.maketrans(_ALWAYS)
# Of prose the hyphens of options, dates and signs; not those between the parts of a word.
_DASHES: Final = re.compile(r"(?<![A-Za-z])-|-(?=-)")


def text(words: str) -> str:
    """Prose, in which a hyphen is one."""
    return _DASHES.sub(r"\\-", words.translate(_PROSE))


def literal(words: str) -> str:
    """What is to be typed, or copied, as it stands."""
    return words.translate(_LITERAL)


def bold(words: str) -> str:
    """Literal words in bold."""
    return rf"\fB{literal(words)}\fR"


def italic(words: str) -> str:
    """A word that stands for something, or is stressed."""
    return rf"\fI{literal(words)}\fR"


def argument(words: str) -> str:
    """Escaped words as one argument of a macro."""
    return '"' + words.replace('"', r"\(dq") + '"'


class Page:
    """A page as it grows. What `put` and `item` are given is escaped already; titles and blocks are not."""

    def __init__(self, name: str, section: int, *, date: str, version: str) -> None:
        self._lines = [
            ".TH " + " ".join(map(argument, (name.upper(), str(section), date, version, "Manual of thimbl"))),
            ".nh",  # a name that is broken with a hyphen can not be copied
            ".ad l",
            ".ss 12 0",  # one blank between sentences
        ]
        self._fresh = True
        """Whether nothing has been said yet since a heading: then a paragraph needs no macro before it."""

    def section(self, title: str) -> None:
        """A section."""
        self._lines.append(f".SH {argument(text(title).upper())}")
        self._fresh = True

    def subsection(self, title: str) -> None:
        """A part of a section; the title is escaped already."""
        self._lines.append(f".SS {argument(title)}")
        self._fresh = True

    def paragraph(self, words: str) -> None:
        """A paragraph."""
        if not self._fresh:
            self._lines.append(".PP")
        self.put(words)

    def line(self, words: str) -> None:
        """A line of its own, right below the one before."""
        if not self._fresh:
            self._lines.append(".br")
        self.put(words)

    def put(self, words: str) -> None:
        """Words that go on where the last ones ended."""
        self._lines += _lines(words)
        self._fresh = False

    def item(self, tag: str, words: str, *, indent: int | None = None) -> None:
        """One of a list: a tag, and what it is; `indent` in columns, where the tag is narrow."""
        self._lines.append(".TP" if indent is None else f".TP {indent}")
        self._lines += _lines(tag, width=10_000)
        self._lines += _lines(words) or [r"\&"]
        self._fresh = False

    def block(self, lines: Iterable[str]) -> None:
        """Lines that stay as they are, set off from the rest."""
        if not self._fresh:
            self._lines.append(".PP")
        self._lines += [".RS 4", ".nf", *(_begun(literal(line.rstrip())) for line in lines), ".fi", ".RE"]
        self._fresh = False

    def indented(self) -> None:
        """From here on, further in."""
        if not self._fresh:
            self._lines.append(".PP")
        self._lines.append(".RS 4")
        self._fresh = True

    def back(self) -> None:
        """No longer."""
        self._lines.append(".RE")
        self._fresh = False

    def __str__(self) -> str:
        return "\n".join([*self._lines, ""])


def alias(name: str, section: int) -> str:
    """A page that is another one by another name."""
    return f".so man{section}/{name}.{section}\n"


def _begun(line: str) -> str:
    """A line that is no request, whatever it begins with; an empty one keeps its place."""
    return rf"\&{line}" if line.startswith((".", "'")) or not line else line


def _lines(words: str, width: int = WIDTH) -> list[str]:
    """Words as lines of the source. A request among them is none any more."""
    lines: list[str] = []
    line = ""
    for word in words.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(_begun(line))
            line = ""
        line = f"{line} {word}" if line else word
    return [*lines, _begun(line)] if line else lines
