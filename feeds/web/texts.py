"""A stranger's text as elements: paragraphs, and links for what it names (plan-format 2; `thimbl.core.text`).

- Only http, https, mailto and finger become links: those that `feeds.web.html.SCHEMES` has. Each says what it is: the
  address stands there as it leads, from left to right whatever is around it.
- A mention leads to the account's page or copy here, or to its plan by Finger; a tag to its page here.
- A line end is one, an empty line parts paragraphs. Nothing else in a text means anything: no markup is read.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from feeds.web.asked import Asked
from feeds.web.html import Element, Node, clean, el, is_safe_address, lines
from feeds.web.words import STRANGE, account_link
from thimbl.core.address import Address
from thimbl.core.text import NO_NICKS, Span, SpanKind, spans

MOST_SPANS: Final = 500
"""Links, mentions and tags of one text that become links: a text has 8 KiB, and beyond this nobody reads it."""

MOST_CHARACTERS: Final = 1_500
"""Of a text in a list of many: some twenty lines. The rest is on its own page."""

_PARAGRAPHS: Final = re.compile(r"\n[ \t]*\n\s*")


def text(asked: Asked, written: str, nicks: Mapping[str, Address] = NO_NICKS) -> Element:
    """A whole text."""
    shown = clean(written).strip("\n")
    parts = [part for part in _PARAGRAPHS.split(shown) if part.strip()]
    return el("div", *(el("p", *_inline(asked, part, nicks), dir="auto") for part in parts), class_="text", lang="")


def excerpt(asked: Asked, written: str, nicks: Mapping[str, Address], whole: str) -> Element:
    """A text in a list: as much as a list bears, and a link to `whole` where that is not all."""
    shown = clean(written).strip("\n")
    if len(shown) <= MOST_CHARACTERS:
        return text(asked, written, nicks)
    cut = max(shown.rfind(" ", 0, MOST_CHARACTERS), shown.rfind("\n", 0, MOST_CHARACTERS))
    begins = shown[: cut if cut > MOST_CHARACTERS // 2 else MOST_CHARACTERS].rstrip()
    left = len(shown) - len(begins)
    more = el("p", el("a", f"All of it: {left:,} more characters", href=whole), class_="context")
    return el("div", text(asked, begins + " …", nicks), more)


def _inline(asked: Asked, part: str, nicks: Mapping[str, Address]) -> Iterator[Node]:
    at = 0
    for span in spans(part, nicks, MOST_SPANS):
        yield from lines(part[at : span.start])
        yield _link(asked, span, part[span.start : span.end])
        at = span.end
    yield from lines(part[at:])


def _link(asked: Asked, span: Span, written: str) -> Node:
    match span.kind:
        case SpanKind.MENTION:
            return account_link(asked, Address.parse(span.value), el("bdi", written))
        case SpanKind.TAG:
            return el("a", written, href=asked.site.to("tag", span.value), dir="auto")
        case SpanKind.LINK if is_safe_address(span.value):
            return el("a", written, href=span.value, rel=STRANGE, dir="ltr")
    return written
