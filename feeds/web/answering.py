"""From the request line and the header fields of HTTP to an answer (RFC 9110). Pure: no socket, no clock.

- Only GET and HEAD, since nothing can be written here; all else is 405. What is wrong is told on a page that says what
  to do.
- Every answer has the same fields for safety (`SAFE`): nothing may be loaded but this site's own style and pictures,
  no form may be sent, no frame may hold it, and whoever follows a link does not tell from where.
- A page has an entity tag of its bytes, and is asked for again each time (``no-cache``): that costs the answer 304 and
  nothing on the wire, and an edited plan shows at once. The style sheet may be kept for ever: its name changes with it.
- A path in another spelling (``%40`` for ``@``, a slash at its end) leads to the one that counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote_to_bytes

from feeds.conditions import entity_tag, is_held
from feeds.web import layout, routes
from feeds.web.asked import Asked, Moved, Page, Raw, Refused, Reply, Site, path_of
from feeds.web.sums import KeptSums
from thimbl.home.shown import Source

MAX_TARGET: Final = 2_048
"""Bytes of a request's target: a tag of 100 characters of four bytes is 1,200 when it is escaped."""

MAX_FIELDS: Final = 20
"""Of a query: no page has more than three."""

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy (w3.org/TR/CSP3)."""

BUSY_SECONDS: Final = 60
"""After so long who was over a limit should ask again: rates are by the minute."""

SAFE: Final = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)
"""What every answer has."""

ASK_AGAIN: Final = ("Cache-Control", "no-cache")
FOR_EVER: Final = ("Cache-Control", "public, max-age=31536000, immutable")

_HTML: Final = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole; of one to HEAD the server leaves out the body. It adds `Date` and `Content-Length`."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    kind: str = "page"
    """What was asked for, of a fixed number of kinds (`KINDS`): for figures."""


KINDS: Final = (
    "front", "timeline", "tag", "account", "post", "plan", "archive", "feed", "commune", "webfinger", "style", "page",
)  # fmt: skip
"""Kinds of what may be asked for; ``page`` is any other, and what is not there."""

_OF_ACCOUNT: Final[Mapping[str, str]] = {
    "": "account", "{id}": "post", "plan": "plan", "plan.d": "archive", "plan.d/{file}": "archive",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers requests with the pages of a site. Call it."""

    site: Site
    source: Source
    clock: Callable[[], float]
    """Unix seconds."""
    sums: KeptSums = field(default_factory=KeptSums)
    """Of the ledgers that were asked for: they stay from one request to the next."""

    def __call__(self, method: str, target: str, headers: Mapping[str, str]) -> Response:
        """The answer to a request; `headers` by their names in lower case."""
        if method not in ("GET", "HEAD"):
            return self.refused(405, "These pages can be read (GET, HEAD), and nothing else can be done with them.")
        if len(target) > MAX_TARGET:
            return self.refused(414, "No page here has an address that long.")
        try:
            segments, query = _read(target)
        except ValueError:
            return self.refused(400, "The address of a page here is a path, such as /timeline, in UTF-8.")
        path = path_of(*segments)
        if path == layout.style_path():
            return conditional(_whole(layout.style(), "text/css; charset=utf-8", (FOR_EVER,), "style"), headers)
        if path != target.partition("?")[0]:
            fields = {name: value for name, value in query if name in ("before", "from", "page")}
            return self._response(Moved(path_of(*segments, **fields), permanent=True), "page")
        if (found := routes.find(segments)) is None:
            return self.refused(404, "Nothing stands at this address.", "It may have been mistyped.")
        route, names = found
        fields = dict(reversed(query))  # of several of a name the first counts
        rel = tuple(value for name, value in query if name == "rel")
        asked = Asked(self.site, self.source, int(self.clock()), path, names, fields, rel, headers, self.sums)
        return conditional(self._response(route.page(asked), kind_of(route.pattern)), headers)

    def refused(self, status: int, why: str, then: str = "") -> Response:
        """A refusal as a page: for the server too, where it refuses by itself."""
        again = BUSY_SECONDS if status in (429, 503) else None
        return self._response(Refused(status, why, then, again), "page")

    def _response(self, reply: Reply, kind: str) -> Response:
        match reply:
            case Page():
                seen = _seen(reply)
                return _whole(layout.page(self.site, reply), _HTML, (*seen, ASK_AGAIN), kind, reply.status)
            case Raw():
                seen = _seen(reply)
                own = {name.lower() for name, _ in reply.headers}
                cached = () if "cache-control" in own else (ASK_AGAIN,)
                more = (*seen, *cached, *reply.headers)
                if "etag" in own or reply.status != 200:  # it has looked at the conditions by itself
                    typed = () if reply.status == 304 else (("Content-Type", reply.type),)
                    return Response(reply.status, (*typed, *more, *SAFE), reply.body, kind)
                return _whole(reply.body, reply.type, more, kind)
            case Moved():
                shown = layout.refusal(self.site, Refused(404, "This stands elsewhere by now.", reply.path))
                to = ("Location", self.site.link(reply.path))
                return Response(
                    308 if reply.permanent else 307, (to, ("Content-Type", _HTML), ASK_AGAIN, *SAFE), shown, kind
                )
            case Refused():
                again = () if reply.seconds is None else (("Retry-After", str(reply.seconds)),)
                allow = (("Allow", "GET, HEAD"),) if reply.status == 405 else ()
                never = ("Cache-Control", "no-store")
                rest = (("Content-Type", _HTML), never, *again, *allow, *SAFE)
                return Response(reply.status, rest, layout.refusal(self.site, reply), kind)


def kind_of(pattern: str) -> str:
    """What kind of thing stands at a route."""
    first, _, rest = pattern[1:].partition("/")
    if "/feed." in pattern:
        return "feed"
    if pattern == "/.well-known/webfinger":
        return "webfinger"
    if first != "{name}":
        return first if first in KINDS else "commune" if first == "bonds" else "page" if first else "front"
    return _OF_ACCOUNT.get(rest, "commune")


def _read(target: str) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """The segments of a target's path, and its query. Raises `ValueError` for what is none.

    Each character of `target` stands for a byte: UTF-8 that was not escaped (RFC 3986 2.5) is read all the same, where
    the server lets it through.
    """
    path, _, query = target.encode("latin-1").decode("utf-8").partition("?")
    if not path.startswith("/"):
        raise ValueError("no path")
    segments = [unquote_to_bytes(part).decode("utf-8") for part in path.split("/")[1:]]
    if any(part in (".", "..") or not part.isprintable() for part in segments):
        raise ValueError("no path of a page")
    given = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    return tuple(part for part in segments if part), given


def conditional(response: Response, headers: Mapping[str, str]) -> Response:
    """The answer, or 304 where whoever asks has it already (RFC 9110 13.1.2 and 15.4.5)."""
    tag = next((value for name, value in response.headers if name == "ETag"), None)
    if response.status != 200 or tag is None or not is_held(headers.get("if-none-match"), tag):
        return response
    rest = tuple((name, value) for name, value in response.headers if name not in ("Content-Type", "Last-Modified"))
    return Response(304, rest, b"", response.kind)


def _whole(body: bytes, type_: str, more: tuple[tuple[str, str], ...], kind: str, status: int = 200) -> Response:
    """An answer with its entity tag."""
    return Response(status, (("Content-Type", type_), ("ETag", entity_tag(body)), *more, *SAFE), body, kind)


def _seen(reply: Page | Raw) -> tuple[tuple[str, str], ...]:
    return () if reply.indexed else (("X-Robots-Tag", "noindex"),)
