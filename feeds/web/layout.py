"""What is around every page: the head of the document, a header with the places of the site, and a footer.

- Landmarks for those who hear the page: header, nav, main and footer, one of each, and a link that skips to main as the
  first thing in the document (WCAG 2.4.1). One `h1`, in main.
- One style sheet from this site, under a name with a digest of what is in it (`style_path`), so that it may be kept for
  ever; no script, no font, no picture of others.
- Open Graph (ogp.me) says what a link to the page is called elsewhere: title, kind, and where the site's address is
  known, the page's.
"""

from base64 import b32encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from feeds.about import cut
from feeds.web.asked import Page, Refused, Site
from feeds.web.html import Element, Node, document, el

SHEETS: Final = ("style.css", "books.css")
"""Parts of the style sheet, in this folder: what all pages have, and what those of communes have."""

MOST_TITLE: Final = 120
"""Characters of a title: what a tab, a bookmark or the preview of a link shows, with room to spare."""

MOST_DESCRIPTION: Final = 200
"""Characters of a description: about what search engines show."""


@cache
def style() -> bytes:
    """The style sheet."""
    here = Path(__file__).parent
    return b"\n".join((here / name).read_bytes() for name in SHEETS)


@cache
def style_path() -> str:
    """Where the style sheet stands: another place whenever there is anything else in it."""
    digest = b32encode(sha256(style()).digest()).decode("ascii").lower()
    return f"/style-{digest[:16]}.css"


def page(site: Site, shown: Page) -> bytes:
    """A page as a whole document."""
    return document(
        el(
            "html",
            _head(site, shown),
            el(
                "body",
                el("a", "Skip to the text", class_="skip", href="#main"),
                _header(site, shown.here),
                el("main", *shown.main, id="main", tabindex="-1"),
                _footer(site),
            ),
            lang="en",
        )
    )


def refusal(site: Site, refused: Refused) -> bytes:
    """What is shown where there is no page, or not now: what happened, and what to do."""
    shown = Page(
        TITLES.get(refused.status, "This is not to be had"),
        (
            el("h1", TITLES.get(refused.status, "This is not to be had")),
            el("p", refused.why),
            el("p", refused.then) if refused.then else "",
            el("p", el("a", "To the beginning of this site", href=site.to())),
        ),
        indexed=False,
        status=refused.status,
    )
    return page(site, shown)


TITLES: Final = {
    400: "That is not to be understood",
    403: "Not from here",
    404: "There is no such page",
    405: "Pages are only read here",
    410: "This was taken back",
    414: "That address is too long",
    429: "Too many requests",
    431: "That request is too long",
    500: "Something went wrong here",
    503: "In a moment",
}
"""What a refusal is called, by its status."""


def _head(site: Site, shown: Page) -> Element:
    title = cut(" ".join(shown.title.split()), MOST_TITLE)
    description = cut(" ".join(shown.description.split()), MOST_DESCRIPTION)
    whole = title if title == site.name else f"{title} · {site.name}"
    address = site.absolute(shown.path) if shown.status == 200 else None
    graph = (
        ("og:title", title),
        ("og:type", shown.kind),
        ("og:site_name", site.name),
        ("og:description", description),
        ("og:url", address or ""),
        *shown.properties,
    )
    parts: list[Node] = [
        el("meta", charset="utf-8"),
        el("title", whole),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("link", rel="stylesheet", href=site.link(style_path())),
        el("link", rel="icon", type="image/svg+xml", href=site.link("/favicon.svg")),
    ]
    if description:
        parts.append(el("meta", name="description", content=description))
    if not shown.indexed:
        parts.append(el("meta", name="robots", content="noindex"))
    if address is not None:
        parts.append(el("link", rel="canonical", href=address))
    parts += [
        el("link", rel="alternate", type=feed.type, title=feed.title, href=site.link(feed.path)) for feed in shown.feeds
    ]
    if shown.status == 200:
        parts += [el("meta", property=name, content=content) for name, content in graph if content]
    return el("head", *parts)


def _header(site: Site, here: str) -> Element:
    places = [
        el("li", el("a", name, href=site.link(path), aria_current="page" if path == here else None))
        for path, name in site.places
    ]
    return el(
        "header",
        el("p", el("a", site.name, href=site.to()), class_="site"),
        el("nav", el("ul", *places), aria_label="Places of this site"),
        class_="top",
    )


def _footer(site: Site) -> Element:
    asked: list[Node] = [": ", el("code", f"finger @{site.host}", class_="short")] if site.host else []
    return el(
        "footer",
        el(
            "p",
            "Here stands what people publish in their plans. Finger tells the same",
            *asked,
            ". These pages need no script and keep no cookie, and nothing can be written here.",
        ),
        class_="bottom",
    )
