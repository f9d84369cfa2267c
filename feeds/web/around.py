"""What is around the pages: WebFinger (RFC 7033), ``robots.txt`` (RFC 9309), and the icon of the site.

- WebFinger answers for those for whom Finger does, by name: ``acct:ana@fields.example``, the account's ``finger:``
  address, or the address of its page. It links the page, the plan, and the feeds.
- Its answers may be read by programs in a browser (5: ``Access-Control-Allow-Origin: *``), refusals too.
- ``robots.txt`` shuts nobody out: who did not agree to be listed is left out page by page (``noindex``), which only
  works where the page may be read.
"""

import json
import re
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from feeds.web.asked import Asked, Raw, Reply, path_of
from feeds.web.offered import of_profile
from thimbl.core.address import Address, AddressError
from thimbl.core.iri import account_iri
from thimbl.home.shown import Profile

JRD: Final = "application/jrd+json"
"""RFC 7033 10.2."""

ANY_ORIGIN: Final = (("Access-Control-Allow-Origin", "*"),)

FOR_A_DAY: Final = (("Cache-Control", "public, max-age=86400"),)
"""For what changes with the program alone."""

PROFILE_PAGE: Final = "http://webfinger.net/rel/profile-page"
"""The relation of an account to the page that tells people of it (webfinger.net/rel)."""

UPDATES_FROM: Final = "http://schemas.google.com/g/2010#updates-from"
"""The relation to its Atom feed, as OStatus called it and as readers still look for it."""

DESCRIBED_BY: Final = "describedby"
"""The relation to its plan: "a resource providing information about the link's context" (IANA, link relations)."""

ALTERNATE: Final = "alternate"

_HOST: Final = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
)

_ICON: Final = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">\
<rect width="32" height="32" rx="6" fill="#0b5394"/>\
<path d="M9 26V14a7 7 0 0 1 14 0v12z" fill="none" stroke="#fff" stroke-width="2.6" stroke-linejoin="round"/>\
<path d="M9 21h14M13 15.5h.01M19 15.5h.01M16 12.5h.01" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/></svg>
"""
"""A thimble."""

_ROBOTS: Final = b"""\
# Everything may be read. Whoever did not agree to be listed is marked noindex on their own pages.
User-agent: *
Allow: /
"""


def robots(asked: Asked) -> Reply:
    """``/robots.txt``."""
    return Raw(_ROBOTS, "text/plain; charset=utf-8", FOR_A_DAY)


def favicon(asked: Asked) -> Reply:
    """``/favicon.svg``."""
    return Raw(_ICON, "image/svg+xml", FOR_A_DAY)


def webfinger(asked: Asked) -> Reply:
    """``/.well-known/webfinger``."""
    if not asked.site.base and (host := _HOST.fullmatch(asked.headers.get("host", ""))) is not None:
        # Links have to be whole addresses here: where nobody said what the site's is, it is that which was asked.
        asked = replace(asked, site=replace(asked.site, base=f"http://{host[0].lower()}"))
    resource = asked.query.get("resource", "")
    if not resource or ":" not in resource:
        return _refused(400, "Ask with ?resource=acct:NAME@HOST (RFC 7033 4.2).")
    who = _who(asked, resource)
    profile = None if who is None else asked.source.profile(who)
    if profile is None:
        return _refused(404, "There is no such account here.")
    body = json.dumps(_jrd(asked, profile), ensure_ascii=False, indent=1).encode("utf-8")
    return Raw(body, JRD, ANY_ORIGIN, indexed=profile.listed)


def _refused(status: int, why: str) -> Raw:
    return Raw(f"{why}\n".encode(), "text/plain; charset=utf-8", ANY_ORIGIN, status)


def _who(asked: Asked, resource: str) -> str | None:
    """How pages name the account that a resource is; None for what is none of ours."""
    scheme, _, rest = resource.partition(":")
    match scheme.lower():
        case "acct":
            return _by_address(asked, unquote(rest))
        case "finger":
            try:
                parts = urlsplit(resource)
            except ValueError:
                return None
            return _by_address(asked, f"{unquote(parts.path.removeprefix('/'))}@{parts.netloc}")
        case "http" | "https" if asked.site.base:
            path = resource.removeprefix(asked.site.base)
            return unquote(path[1:]) if path[:1] == "/" and "/" not in path[1:] else None
    return None


def _by_address(asked: Asked, text: str) -> str | None:
    """By an address: one that a plan states, or a name of this host at the host that these pages have."""
    try:
        address = Address.parse(text)
    except AddressError:
        return None
    if (who := asked.source.who_is(address)) is not None:
        return who
    # An acct: URI has no port (RFC 7565 7), and pages may have another host than Finger has.
    ours = {urlsplit(asked.site.base).hostname, asked.site.host.partition(":")[0]}
    profile = asked.source.profile(address.user) if address.host in ours else None
    return None if profile is None or profile.copied else profile.who


def _jrd(asked: Asked, profile: Profile) -> dict[str, Any]:
    path = path_of(profile.who)
    absolute = asked.site.absolute
    page, address = absolute(path), profile.address
    finger = None if address is None else account_iri(address)
    host = address.host if address else urlsplit(asked.site.base).hostname or asked.site.host
    links: list[dict[str, Any]] = [
        {"rel": PROFILE_PAGE, "type": "text/html", "href": page},
        {"rel": DESCRIBED_BY, "type": "text/plain", "href": absolute(path_of(profile.who, "plan"))},
        {"rel": ALTERNATE, "href": finger},
        *(
            {"rel": rel, "type": feed.type, "href": absolute(feed.path), "titles": {"und": feed.title}}
            for feed in of_profile(profile, path)
            for rel in ((ALTERNATE, UPDATES_FROM) if feed.path.endswith(".atom") else (ALTERNATE,))
        ),
    ]
    shown = [link for link in links if link["href"] is not None and (not asked.rel or link["rel"] in asked.rel)]
    return {
        "subject": f"acct:{address.user if address else profile.who}@{host}",
        "aliases": [alias for alias in (finger, page) if alias is not None],
        "links": shown,
    }
