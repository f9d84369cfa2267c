"""Which path is which page. Whoever writes a page adds a line to `ROUTES`.

- A route is a path with open places in braces: ``/{name}/series/{code}``. What is written out goes before what is open,
  segment for segment from the left, as reserved names go before accounts with Finger (`/timeline` is no account's).
- No page stands under two paths: a slash at the end, or an empty segment, leads to the path without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from feeds.web import (
    accounts,
    archive,
    around,
    bonds,
    commune,
    findings,
    front,
    ledger,
    lists,
    offered,
    posts,
    series,
    why,
)
from feeds.web.asked import MakePage


@dataclass(frozen=True, slots=True)
class Route:
    """A pattern, and the page that stands there."""

    pattern: str
    page: MakePage

    @property
    def segments(self) -> tuple[str, ...]:
        """Of the pattern; the open ones are in braces."""
        return _segments(self.pattern)

    def match(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """What stands at the open places; None where it is another path."""
        wanted = self.segments
        if len(wanted) != len(segments):
            return None
        found: dict[str, str] = {}
        for want, segment in zip(wanted, segments, strict=True):
            if want.startswith("{"):
                found[want[1:-1]] = segment
            elif want != segment:
                return None
        return found


@cache
def _segments(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.split("/")[1:]) if pattern != "/" else ()


ROUTES: Final[tuple[Route, ...]] = (
    Route("/", front.page),
    Route("/timeline", lists.timeline),
    Route("/tag/{tag}", lists.tag),
    Route("/{name}", accounts.page),
    Route("/{name}/plan", accounts.plan),
    Route("/{name}/plan.d", archive.page),
    Route("/{name}/plan.d/{file}", archive.file),
    Route("/{name}/{id}", posts.page),
    Route("/robots.txt", around.robots),
    Route("/favicon.svg", around.favicon),
    Route("/.well-known/webfinger", around.webfinger),
    Route("/bonds", bonds.page),
    Route("/{name}/commune", commune.page),
    Route("/{name}/register", commune.register),
    Route("/{name}/series", series.page),
    Route("/{name}/series/{code}", series.one),
    Route("/{name}/ledger", ledger.page),
    Route("/{name}/journal", ledger.journal),
    Route("/{name}/findings", findings.page),
    *(Route(pattern, why.page) for pattern in why.PATTERNS),
    *(
        Route(f"{below}/feed.{suffix}", page)
        for below, page in (
            ("/timeline", offered.timeline),
            ("/tag/{tag}", offered.tag),
            ("/{name}", offered.account),
            ("/{name}/commune", findings.announcements),
            ("/{name}/findings", findings.feed),
        )
        for suffix in offered.SUFFIXES
    ),
)
"""All pages but the style sheet, whose name depends on what is in it."""


def find(segments: tuple[str, ...], routes: tuple[Route, ...] = ROUTES) -> tuple[Route, Mapping[str, str]] | None:
    """The page of a path, by its unescaped segments, and what stands at the open places; None where there is none."""
    found = [(route, names) for route in routes if (names := route.match(segments)) is not None]
    # Of two routes the one that has a word where the other is open, from the left.
    return min(found, key=lambda one: [part.startswith("{") for part in one[0].segments], default=None)
