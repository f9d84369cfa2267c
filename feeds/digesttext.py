"""A digest as plain text, for a terminal or as the text of a letter (RFC 3676, "format=flowed").

- What strangers wrote is quoted: each of its lines begins with ``>``, or with blanks, and none of ours does. So nobody
  can write a line that looks like one of ours, such as that of another author. What acts on terminals is made visible.
- Lines have at most `WIDTH` columns, wide characters counted as two. A link stays whole, however long it is.
- In a flowed text a line that goes on ends in a blank (RFC 3676 4.1): a reader of mail then breaks it by its own
  window. A line that the author ended does not.
"""

from collections.abc import Iterator
from typing import Final

from feeds.digest import Digest, Section, Told, moment
from thimbl.core.address import SHOWN_ID
from thimbl.core.layout import width_of, wrap
from thimbl.core.licences import known_licence
from thimbl.core.terminal import safe, safe_line

WIDTH: Final = 72
"""Columns: what leaves room for being quoted (RFC 3676 4.2 asks for at most 78)."""

QUOTED: Final = "> "
INDENTED: Final = "    "


def text(digest: Digest, *, flowed: bool = False) -> str:
    """The digest. `flowed`: as the text of a letter, quoted and with soft line ends; else indented."""
    return "\n".join(_lines(digest, QUOTED if flowed else INDENTED, flowed)) + "\n"


def _lines(digest: Digest, before: str, flowed: bool) -> Iterator[str]:
    yield from _flow(safe_line(digest.title), "", flowed)
    yield from _flow(f"{digest.period}: {digest.summary}.", "", flowed)
    if digest.left_out:
        left = f"Left out: {digest.left_out} older ones. 'thimbl timeline' has them."
        yield from _flow(left, "", flowed)
    for section in digest.sections:
        yield ""
        yield section.title.upper()
        yield "=" * width_of(section.title)
        yield from _section(section, before, flowed)


def _section(section: Section, before: str, flowed: bool) -> Iterator[str]:
    for part in section.parts:
        if part.heading:
            yield ""
            heading = f"By {safe_line(part.heading)}"  # a name alone might look like any line of ours
            yield from _flow(heading, "", flowed)
            yield "-" * min(width_of(heading), WIDTH)
        for told in part.told:
            yield ""
            name = "" if part.heading else f"{safe_line(told.entry.author.name)}, "
            yield from _flow(f"* {name}{head(told)}", "", flowed)
            inside = before * (told.depth + 1)
            for line in safe(told.text).split("\n"):
                yield from _flow(line.rstrip(), inside, flowed)


def head(told: Told) -> str:
    """When it was said, the verdict, how to find it, what it answers, its licence: a line of our own words."""
    entry = told.entry
    parts = [moment(entry.published)]
    if entry.verdict is not None:
        parts.append(entry.verdict)
    parts.append(entry.link if entry.link.startswith("http") else entry.reference.id[:SHOWN_ID])
    if entry.updated != entry.published:
        parts.append("edited")
    if told.answers is not None:
        parts.append(f"answers {told.answers.address.place} {told.answers.id[:SHOWN_ID]}")
    if entry.rights is not None and (licence := known_licence(entry.rights)) is not None:
        parts.append(licence)  # what is none could read as another verdict
    return ", ".join(parts)


def _flow(paragraph: str, before: str, flowed: bool) -> Iterator[str]:
    """The lines of a paragraph."""
    if not paragraph:
        yield before.rstrip()
        return
    lines, at = wrap(paragraph, WIDTH - width_of(before)), 0
    for number, line in enumerate(lines):
        at = paragraph.find(line, at) + len(line)
        # Only where a blank was: a word that was cut, or a line of a script without blanks, goes on without one.
        soft = flowed and number + 1 < len(lines) and paragraph[at : at + 1] == " "
        yield before + line + (" " if soft else "")
