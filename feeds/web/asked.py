"""What a page is asked for with, and what it may answer: values that no server is needed for.

- A page is a function from `Asked` to a `Reply`. It does no I/O but through `Asked.source`, and reads no clock.
- Paths within the site are made by `Site.to`, which a static site replaces by relative ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from feeds.web.html import Node
from feeds.web.sums import KeptSums
from thimbl.home.shown import Source


def same(path: str) -> str:
    """A path as it is."""
    return path


@dataclass(frozen=True, slots=True)
class Site:
    """The site that a page is of."""

    name: str
    """What it calls itself in the title of each page: mostly its host."""
    base: str = ""
    """Where it is for others: ``https://fields.example``, without a slash at its end. Empty where that is not known."""
    host: str = ""
    """Whom to ask by Finger: ``fields.example`` or ``fields.example:7979``. Empty where that is not known."""
    places: tuple[tuple[str, str], ...] = (("/", "People"), ("/timeline", "Timeline"))
    """Paths and names of what the header of each page leads to."""
    stands: Callable[[str], str] = same
    """Where a path of this site stands below `base`: in a site of files a plan's text has another name."""
    link: Callable[[str], str] = same
    """Makes the address of a path of this site (``/ana``), seen from the page that is being made."""

    def to(self, *segments: str, **query: str) -> str:
        """The address of a page by the segments of its path, which need not be escaped: `site.to("tag", "leeks")`."""
        return self.link(path_of(*segments, **query))

    def absolute(self, path: str) -> str | None:
        """The whole address of a path, for others than who reads this page; None where `base` is not known."""
        return self.base + self.stands(path) if self.base else None


def path_of(*segments: str, **query: str) -> str:
    """The path of these segments, ``/`` for none. Empty parts of the query are left out."""
    # What a path may have unescaped (RFC 3986 3.3, pchar): an address stays an address that people can read.
    path = "/" + "/".join(quote(segment, safe="@:!$&'()*+,;=") for segment in segments)
    given = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if value)
    return f"{path}?{given}" if given else path


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as a page sees it."""

    site: Site
    source: Source
    now: int
    """Unix seconds."""
    path: str = "/"
    """The path that was asked for, in canonical form, without its query."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What stood at the places that the route leaves open, unescaped: ``{"name": "ana"}``."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Of what came after ``?``, the first of each name."""
    rel: tuple[str, ...] = ()
    """Each ``rel`` of it (RFC 7033 4.3)."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name in lower case: for answers that depend on conditions (RFC 9110 13)."""
    sums: KeptSums = field(default_factory=KeptSums)
    """Of the ledgers that this site was asked for."""

    @property
    def before(self) -> str:
        """What to go on with in a list; empty for its beginning."""
        return self.query.get("before", "")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that a page offers."""

    path: str
    title: str
    type: str
    """Its media type."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page: `feeds.web.layout` puts it between the header and the footer of the site."""

    title: str
    main: tuple[Node, ...]
    """Begins with the page's `h1`."""
    description: str = ""
    """A sentence, for search engines and for those who are sent a link to it (Open Graph)."""
    path: str = "/"
    """The one path under which it stands, for ``rel=canonical``."""
    kind: str = "website"
    """Of Open Graph: ``website``, ``profile`` or ``article``."""
    feeds: tuple[Feed, ...] = ()
    indexed: bool = True
    """Whether search engines may list it: not where it is of somebody who did not agree to be listed."""
    here: str = ""
    """Which of the places in the header it is, such as ``/timeline``."""
    properties: tuple[tuple[str, str], ...] = ()
    """More of Open Graph, such as ``article:published_time``."""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """The same stands elsewhere."""

    path: str
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """Something other than a page of HTML, with all its headers but the length."""

    body: bytes
    type: str
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200
    indexed: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no such page, or not now: `why` is a sentence, and `then` says what to do."""

    status: int
    why: str
    then: str = ""
    seconds: int | None = None
    """Where asking again helps: after so many seconds."""


Reply = Page | Moved | Raw | Refused
"""What a page answers."""

MakePage = Callable[[Asked], Reply]
