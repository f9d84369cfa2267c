"""Pages for people with nothing but finger: plain text of 72 columns (plan-format 6, "reserved names").

- Times are in UTC, to the minute, and say so: a page is read in every zone.
- A text under a subject stays folded, as its author asked; a long one is cut, and the page says where it goes on.
- All that others wrote passes `thimbl.core.terminal` before it is laid out. No line is wider than `WIDTH`, counted in
  the columns of a terminal; even a link is broken for that.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from thimbl.core.address import SHOWN_ID
from thimbl.core.layout import clip, width_of, wrap
from thimbl.core.terminal import safe, safe_line
from thimbl.core.text import folded
from thimbl.core.times import TimeError, format_time
from thimbl.node.serving.census import Signed
from thimbl.node.serving.posts import Post

WIDTH: Final = 72
"""Columns of a page: what finger has always used of the 80 of a terminal."""

INDENT: Final = 4
"""Columns before a text, so that the headings stand out."""

MAX_LINES: Final = 12
"""Lines of a post on a page of many: half a screen, so that nobody fills it alone."""

MAX_NAME: Final = 30
"""Columns of a name in a heading: the rest is for login, time and id."""

_MAKING: Final = "This host is looking through its accounts. Ask again in a moment.\n"


def paragraph(text: str, indent: int = 0) -> list[str]:
    """The lines of a text of others, made safe and wrapped."""
    margin = " " * indent
    return [f"{margin}{line}".rstrip(" ") for line in wrap(safe(text), WIDTH - indent, links=False)]


def heading(*parts: str) -> list[str]:
    """Parts of a heading beside each other; what does not fit in a line goes on in the next, indented."""
    lines: list[str] = [""]
    for part in parts:
        if not part:
            continue
        pieces = wrap(safe_line(part), WIDTH - INDENT, links=False)
        for piece in pieces:
            joined = f"{lines[-1]}  {piece}" if lines[-1].strip() else lines[-1] + piece
            if width_of(joined) <= WIDTH:
                lines[-1] = joined
            else:
                lines.append(" " * INDENT + piece)
    return lines


def post_block(who: str, name: str, post: Post, *, asked_as: str, whole: bool = False) -> list[str]:
    """One post: who and when, what it answers, and its text. `asked_as` is the query that shows all of it."""
    lines = heading(
        who,
        f"({clip(safe_line(name), MAX_NAME)})" if name and name != who else "",
        moment(post.time),
        post.id[:SHOWN_ID],
        "edited" if post.edited else "",
        "imported" if post.imported is not None else "",
        clip(safe_line(post.licence), MAX_NAME),
    )
    if post.imported is not None and post.imported.to is not None:
        lines += indented(f"to {post.imported.to}")
    if post.re is not None:
        lines += indented(f"answers {post.re.address} {post.re.id[:SHOWN_ID]}")
    if whole:
        if post.subject.strip():
            lines += indented(f"[{safe_line(post.subject)}]")
        return [*lines, *paragraph(post.text, INDENT)]
    if post.subject.strip():
        return [*lines, *indented(folded(post.subject, post.text)), *indented(f"[all of it: finger {asked_as}]")]
    text = paragraph(post.text, INDENT)
    if len(text) > MAX_LINES:
        left = len(text) - MAX_LINES
        text = [*text[:MAX_LINES], *indented(f"[{left} more line{'s' if left > 1 else ''}: finger {asked_as}]")]
    return [*lines, *text]


def indented(line: str) -> list[str]:
    """One line of ours or of others under a heading."""
    return paragraph(safe_line(line), INDENT)


def moment(seconds: int) -> str:
    """A time as pages show it: `2026-11-22 08:00 UTC`."""
    try:
        stamp = format_time(seconds)
    except TimeError:
        return ""
    return f"{stamp[:10]} {stamp[11:16]} UTC"


def page(title: str, blocks: Iterable[Sequence[str]], *ends: str) -> str:
    """A whole page: a title, blocks with an empty line between, and what to do next."""
    parts = [paragraph(title) if title else [], *blocks, *map(paragraph, ends)]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def timeline(newest: Sequence[Signed] | None) -> str:
    """The page `timeline`: the newest posts of those who agreed to be listed."""
    if newest is None:
        return _MAKING
    if not newest:
        return page("Nobody here who agreed to be listed has posted yet.", [])
    blocks = [
        post_block(
            signed.account.name,
            signed.name,
            signed.post,
            asked_as=f"{signed.account.name}/thread/{signed.post.id[:SHOWN_ID]}",
        )
        for signed in newest
    ]
    return page(
        "The newest posts of those here who agreed to be listed",
        blocks,
        "Ask for NAME to read a plan, and for NAME/thread/ID to read a post with what it answers and what answers it.",
    )
