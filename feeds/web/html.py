"""Elements of HTML and SVG as values, which escape themselves when they are written (HTML Standard 13.3).

- A `str` among the children of an element is text, and that alone: there is no way to put markup into a page but to
  build an element. So nothing that a stranger wrote can leave the element that it was put into.
- Only tags and attributes that a page without script has are known: no `script`, `style`, `form` or `iframe`, no
  attribute that begins with `on`, no `style`. To ask for another is a mistake of the program, and raises.
- An address in `href` or `src` is one of `SCHEMES`, or a path of this site. Any other (`javascript:`, `data:`) is left
  out, and the element stays without it.
- Characters that HTML can not carry, or that act on a terminal in which somebody reads, come as U+FFFD. Marks that turn
  the direction of writing are kept inside of the element that they stand in by `bdi` and `dir` (`isolated`).
- Nothing here knows what a page is about: that is `feeds.web.layout`'s, and each page's own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from thimbl.core.unfit import UNFIT

SCHEMES: Final = ("http", "https", "mailto", "finger")
"""What a link may lead to: the web, mail, and a plan. Every browser asks before it hands on the last two."""

VOID: Final = frozenset({"br", "hr", "img", "link", "meta", "wbr"})
"""Elements without content or end tag (13.1.2)."""

BLOCKS: Final = frozenset(
    {
        "html", "head", "body", "header", "nav", "main", "footer", "section", "article", "aside", "div", "p", "pre",
        "h1", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr",
        "th", "td", "blockquote", "figure", "figcaption", "details", "summary", "address", "title", "meta", "link",
        "hr", "svg",
    }
)  # fmt: skip
"""Elements after which a line ends, so that a person can read the source."""

_PHRASES: Final = frozenset(
    {
        "a", "abbr", "b", "bdi", "br", "cite", "code", "data", "del", "em", "i", "img", "ins", "kbd", "mark", "meter",
        "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "var", "wbr",
    }
)  # fmt: skip
_PICTURES: Final = frozenset(
    {
        "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "desc", "defs",
        "linearGradient", "stop", "clipPath", "marker", "symbol",
    }
)  # fmt: skip
TAGS: Final = BLOCKS | _PHRASES | _PICTURES
"""All elements that a page may have."""

_ATTRIBUTE: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9:-]*")
_ADDRESSES: Final = frozenset({"href", "src"})
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

Value = str | int | bool | None
"""Of an attribute: True is one without a value, False and None leave it out."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element. Made by `el`, which checks it."""

    tag: str
    attributes: tuple[tuple[str, str | None], ...]
    children: "tuple[Node, ...]"

    def __str__(self) -> str:
        """As HTML."""
        return render(self)


@dataclass(frozen=True, slots=True)
class Fragment:
    """Several nodes beside each other, for a place that takes one."""

    children: "tuple[Node, ...]"


Node = Element | Fragment | str


def el(tag: str, *children: Node | None, **attributes: Value) -> Element:
    """The element `tag`. Children that are None are left out.

    Of an attribute's name a `_` at its end is dropped and others are `-`: `class_="post"`, `aria_label="Pages"`. Raises
    `ValueError` for what no page may have (see above).
    """
    if tag not in TAGS:
        raise ValueError(f"pages have no element {tag!r}")
    if tag in VOID and children:
        raise ValueError(f"{tag!r} has no content")
    given = []
    for key, value in attributes.items():
        name = key.rstrip("_").replace("_", "-")
        if not _ATTRIBUTE.fullmatch(name) or name[:2].lower() == "on" or name.lower() in ("style", "srcdoc", "srcset"):
            raise ValueError(f"pages have no attribute {name!r}")
        if value is None or value is False:
            continue
        if name in _ADDRESSES and not is_safe_address(str(value)):
            continue
        given.append((name, None if value is True else str(value)))
    return Element(tag, tuple(given), tuple(child for child in children if child is not None))


def several(nodes: Iterable[Node | None]) -> Fragment:
    """Nodes beside each other; those that are None are left out."""
    return Fragment(tuple(node for node in nodes if node is not None))


def isolated(text: str, **attributes: Value) -> Element:
    """A stranger's words in a line of ours, such as a name: what turns their direction ends with them."""
    return el("bdi", text, **attributes)


def lines(words: str) -> Iterator[Node]:
    """Plain words whose line ends stay."""
    for number, line in enumerate(words.split("\n")):
        if number:
            yield el("br")
        if line:
            yield line


def is_safe_address(address: str) -> bool:
    """Whether a link may lead there: a scheme of `SCHEMES`, or a path of this site.

    A browser takes white space and controls out of an address before it reads it, and a backslash for a slash (URL
    Standard 4.4): what has any is no address of ours.
    """
    if any(character <= " " or character in "\\\x7f" for character in address):
        return False
    scheme = _SCHEME.match(address)
    if scheme is not None:
        return scheme[0][:-1].lower() in SCHEMES
    # Not "//host/path": that is another site by the scheme of this one.
    return not address.startswith("//")


def render(node: Node) -> str:
    """A node as HTML text."""
    out: list[str] = []
    _write(node, out)
    return "".join(out)


def document(html: Element) -> bytes:
    """A whole document, in UTF-8."""
    return ("<!DOCTYPE html>\n" + render(html)).encode("utf-8")


def clean(text: str) -> str:
    """`text` without what HTML can not carry: CRLF and CR are LF, all else that is unfit U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    return UNFIT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _write(node: Node, out: list[str]) -> None:
    if isinstance(node, str):
        out.append(escape(clean(node), quote=False))
        return
    if isinstance(node, Fragment):
        for child in node.children:
            _write(child, out)
        return
    tag = node.tag
    given = "".join(
        f" {name}" if value is None else f' {name}="{escape(clean(value), quote=True)}"'
        for name, value in node.attributes
    )
    out.append(f"<{tag}{given}>")
    if tag not in VOID:
        if tag == "pre":
            out.append("\n")  # the first line end in it does not count (13.1.2.5)
        for child in node.children:
            _write(child, out)
        out.append(f"</{tag}>")
    if tag in BLOCKS:
        out.append("\n")
