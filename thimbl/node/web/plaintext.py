"""HTML as plain text: what a person would read of it, with the links written out.

- Nothing of the markup is left, and nothing is made of it: scripts, styles, forms and pictures are not looked at. What
  comes out may hold a `<` that was written as ``&lt;``; it is a text as any other, and is escaped by whoever shows it.
- A link is its words with the URL behind them in angle brackets, as RFC 3986 C has it; where the words are the URL, it
  stands alone. Only what a person can open is kept, and a reference is made whole by where the text comes from.
- A paragraph is a paragraph, an item of a list has a dash, and preformatted text stays as it is.
- HTML that is no HTML is soup: every tag may be missing its other half, and every bound is the caller's (the text is
  bounded, and so is the time of the process that this runs in).
"""

import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

OPENABLE: Final = ("http://", "https://", "mailto:", "gemini://", "gopher://", "finger://")
"""The beginnings of links that are kept: what `thimbl.core.text` finds in a post."""

MAX_LINK: Final = 2_000
"""Characters of a link that is written out. A ``data:`` of megabytes is none that anybody opens."""

MAX_PICTURE: Final = 200
"""Characters of the words that stand for a picture."""

_SKIPPED: Final = frozenset({
    "audio", "button", "canvas", "embed", "form", "head", "iframe", "map", "math", "noscript", "object", "script",
    "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "legend",
    "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_VOID: Final = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
})  # fmt: skip
_CLOSE: Final = frozenset({
    "dd", "div", "dt", "figcaption", "li", "summary", "tbody", "tfoot", "thead", "tr",
})  # fmt: skip
"""Blocks that stand line by line, without an empty one between them."""
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_BEGINS: Final = re.compile(r"<[A-Za-z/!?]")
_LOOKS_LIKE: Final = re.compile(r"</?[A-Za-z][^<>]*>|&(?:#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);")


def looks_like_html(text: str) -> bool:
    """Whether a text that may be plain or HTML has a tag or a character reference in it."""
    return _LOOKS_LIKE.search(text) is not None


def to_text(html: str, base: str = "") -> str:
    """The text of `html`, whose links are relative to `base`."""
    return _read(_Text(base), html).text()


def to_line(html: str, base: str = "") -> str:
    """The same on one line, without links: a title."""
    return " ".join(_read(_Text(base, links=False), html).text().split())


def _read(parser: "_Text", html: str) -> "_Text":
    """`parser`, fed with `html`.

    What begins behind the last ``>`` has no end, and is left out (HTML Standard 13.2.2, "eof-in-tag"): Python's parser
    would look for one again from each ``<``, which takes a time that grows with the square of their number.
    """
    whole = html.rfind(">") + 1
    begun = _BEGINS.search(html, whole)
    parser.feed(html if begun is None else html[: begun.start()])
    parser.close()
    return parser


class _Text(HTMLParser):
    """Collects the text of what it is fed."""

    def __init__(self, base: str, links: bool = True) -> None:
        super().__init__(convert_charrefs=True)
        self._base, self._links = base, links
        self._parts: list[str] = []
        self._breaks = 2
        """Line breaks that stand at the end of the text; at its beginning none is wanted."""
        self._skipping: list[str] = []
        self._preformatted = 0
        self._lists: list[int | None] = []
        self._link: tuple[str, int] | None = None
        self._blank = False

    def text(self) -> str:
        """What was collected."""
        self._end_link()
        lines = "".join(self._parts).split("\n")
        return "\n".join(line.rstrip() for line in lines).strip("\n")

    # what comes

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipping:
            if tag == self._skipping[-1] and tag not in _VOID:
                self._skipping.append(tag)
            return
        if tag in _SKIPPED and tag not in _VOID:
            self._skipping.append(tag)
        elif tag == "br":
            self._break(self._breaks + 1 if self._breaks < 2 else 2)
        elif tag == "img":
            self._picture(dict(attrs))
        elif tag == "a":
            self._end_link()
            self._begin_link(dict(attrs).get("href") or "")
        elif tag == "li":
            self._item()
        elif tag in ("td", "th"):
            self._blank = True
        elif tag in _BLOCKS:
            self._block(tag, begins=True)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self._skipping and self._skipping[-1] == tag:
            self._skipping.pop()

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
            return
        if tag == "a":
            self._end_link()
        elif tag in ("li", "br"):
            self._break(1)
        elif tag in _BLOCKS:
            self._block(tag, begins=False)

    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        if self._preformatted:
            self._write(data.replace("\r\n", "\n").expandtabs(4))
            return
        words = _BLANKS.sub(" ", data)
        if words.startswith(" "):
            self._blank = True
            words = words[1:]
        if not words:
            return
        ends = words.endswith(" ")
        self._write_words(words.removesuffix(" "))
        self._blank = ends

    # what is written

    def _write(self, text: str) -> None:
        if text:
            self._parts.append(text)
            stripped = text.rstrip("\n")
            trailing = len(text) - len(stripped)
            self._breaks = min(2, trailing if stripped else self._breaks + trailing)
            self._blank = False

    def _write_words(self, words: str) -> None:
        if words:
            self._write((" " if self._blank and not self._breaks else "") + words)

    def _break(self, wanted: int) -> None:
        """See that the text ends in so many line breaks, at least."""
        if wanted > self._breaks:
            self._parts.append("\n" * (wanted - self._breaks))
            self._breaks = wanted
        self._blank = False

    def _block(self, tag: str, *, begins: bool) -> None:
        is_list = tag in ("ul", "ol", "menu", "dir")
        if is_list and not begins and self._lists:
            self._lists.pop()
        self._break(1 if tag in _CLOSE or (is_list and self._lists) else 2)
        if is_list and begins:
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "pre":
            self._preformatted = max(0, self._preformatted + (1 if begins else -1))
        elif tag == "hr" and begins and self._parts:
            self._write("---")
            self._break(2)

    def _item(self) -> None:
        self._break(1)
        mark = "- "
        if self._lists and (number := self._lists[-1]) is not None:
            self._lists[-1] = number + 1
            mark = f"{number + 1}. "
        self._write("  " * min(max(0, len(self._lists) - 1), 8) + mark)
        self._breaks = 0
        self._blank = False

    def _picture(self, attrs: dict[str, str | None]) -> None:
        words = " ".join((attrs.get("alt") or "").split())[:MAX_PICTURE]
        if words:
            self._blank = self._blank or not self._breaks
            self._write_words(f"[{words}]")

    def _begin_link(self, href: str) -> None:
        href = whole_link(self._base, href)
        if href and self._links:
            self._link = href, len(self._parts)

    def _end_link(self) -> None:
        if self._link is None:
            return
        (href, start), self._link = self._link, None
        words = " ".join("".join(self._parts[start:]).split())
        if not words:
            self._write_words(f"<{href}>")
        elif _bare(words) != _bare(href):
            self._blank = True
            self._write_words(f"<{href}>")


def whole_link(base: str, href: str) -> str:
    """A link as somebody can open it; '' where nobody could."""
    href = "".join(href.split())
    if not href or href.startswith("#") or len(href) > MAX_LINK:
        return ""
    try:
        made = urljoin(base, href)
    except ValueError:
        return ""
    return made if made.lower().startswith(OPENABLE) and len(made) <= MAX_LINK and "<" not in made else ""


def _bare(link: str) -> str:
    """A link as people write it in a text."""
    for beginning in ("mailto:", "https://", "http://", "www."):
        link = link.removeprefix(beginning)
    return link.rstrip("/")

