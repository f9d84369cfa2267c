"""Small pieces that many pages have: names, times, verdicts, links to accounts and records.

- A stranger's name is one line, cut, and isolated, so that it neither turns the words beside it nor pushes them away;
  whose it is stands beside it, since anybody can take any name.
- A time is a `time` element, in UTC as everywhere in this program, for people and for programs.
- A verdict is a word and a mark, never a colour alone (WCAG 1.4.1).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from feeds.about import MOST_NAME, cut
from feeds.web.asked import Asked, Site
from feeds.web.html import Element, Node, Value, el, isolated, several
from thimbl.core.address import SHOWN_ID, Address, Reference
from thimbl.core.iri import account_iri
from thimbl.core.log import Verdict
from thimbl.core.terminal import safe_line
from thimbl.core.times import TimeError, format_time
from thimbl.home.shown import Profile

_VERDICTS: Final[Mapping[Verdict, tuple[str, str, str]]] = {
    Verdict.VERIFIED: ("✓", "good", "The signature holds, and the log hangs together."),
    Verdict.UNSIGNED: ("○", "faint", "Nobody signed this: it may be from anyone."),
    Verdict.NEW_KEY: ("?", "doubtful", "It is signed with another key than the one that is known here."),
    Verdict.STALE: ("~", "doubtful", "An older state of the log than the one that is known here."),
    Verdict.FUTURE: ("~", "doubtful", "It is dated in the future."),
    Verdict.FORKED: ("!", "bad", "There are two histories of this log, each signed: one of them is a lie."),
    Verdict.FORGED: ("!", "bad", "A signature does not hold, or a record was changed."),
    Verdict.UNREADABLE: ("!", "bad", "The plan is not as plans are written."),
}


def verdict(found: Verdict | None) -> Element:
    """A verdict in a word, with its mark."""
    mark, style, _ = _VERDICTS[found] if found else ("-", "faint", "")
    return el("span", el("span", mark, aria_hidden="true"), f" {found or 'not checked'}", class_=f"verdict {style}")


def verdict_sentence(found: Verdict | None) -> str:
    """What a verdict means."""
    return _VERDICTS[found][2] if found else "This host has not checked it."


def stamp(seconds: int) -> Node:
    """A moment given in Unix seconds: ``2026-11-22 08:00 UTC``. Nothing for what is no moment of our calendar."""
    try:
        written = format_time(seconds)
    except TimeError:
        return ""
    return el("time", f"{written[:10]} {written[11:16]} UTC", datetime=written)


def day(seconds: int) -> Node:
    """The day of a moment."""
    try:
        written = format_time(seconds)
    except TimeError:
        return ""
    return el("time", written[:10], datetime=written[:10])


def clip(text: str, most: int = MOST_NAME) -> str:
    """A stranger's words as one line of at most `most` characters."""
    return cut(safe_line(text), most)


def named(name: str, otherwise: str) -> Element:
    """A stranger's name; `otherwise`, such as their address, where they have none."""
    return isolated(clip(name) or clip(otherwise))


def account_path(asked: Asked, address: Address) -> str | None:
    """The path of whoever has this address; None where this host shows nothing of them."""
    who = asked.source.who_is(address)
    return None if who is None else asked.site.to(who)


def account_link(asked: Asked, address: Address, *children: Node) -> Node:
    """A link to an account: its page here, or where there is none, by Finger. Its address, unless `children` are
    given."""
    shown = children or (el("bdi", *parted(str(address))),)
    path = account_path(asked, address)
    if path is not None:
        return el("a", *shown, href=path, class_="at")
    return el("a", *shown, href=account_iri(address), rel=STRANGE, class_="at")


def breaking(text: str, **attributes: Value) -> Element:
    """Words of ours with addresses, records and amounts in them, for a narrow column: see `breaks`."""
    return el("bdi", *breaks(text), **attributes)


def breaks(text: str) -> Iterator[Node]:
    """The parts of such words. No line ends within an address, an amount, a rate, a month or the code of a series;
    within an address it may where that is longer than a line."""
    at = 0
    for found in _WHOLE.finditer(text):
        yield text[at : found.start()]
        if found["address"] is None:
            yield el("span", found[0], class_="short")
        else:
            yield el("span", *parted(found[0]), class_="at")
        at = found.end()
    yield text[at:]


def parted(address: str) -> Iterator[Node]:
    """An address, or a reference, which a narrow column breaks where it says "at", and before the id; for what has the
    class ``at``."""
    for index, part in enumerate(_BREAKS.split(address)):
        if index:
            yield el("wbr")
        yield part


def capital(words: str) -> str:
    """Words at the beginning of a line. An address with which they may begin stays as it is."""
    return words if "@" in words.partition(" ")[0] else words[:1].upper() + words[1:]


_BREAKS: Final = re.compile(r"(?<=[^\s@]@)(?=\S)|(?=#[a-z2-7]{8})")
"""Behind the "at" of an address, and before the beginning of an id."""

_WHOLE: Final = re.compile(
    r"(?<![\w.-])(?:(?P<address>[A-Za-z0-9][\w.-]*@\S*[\w\]][:,.;]?)|-?[0-9][0-9.]* (?:%|[A-Z][A-Z0-9]{2,7}(?![\w-]))"
    r"|[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?(?![\w-])|[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+(?![\w-]))"
)
"""Addresses, amounts and rates, months and days, codes of series."""

STRANGE: Final = "nofollow noreferrer ugc"
"""The relation of this page to what a stranger linked to: no word for it, and it does not learn who reads."""


def record_link(asked: Asked, reference: Reference) -> Node:
    """A link to one record: its page here; as text where there is none."""
    who = asked.source.who_is(reference.address)
    shown = el("bdi", *parted(short(reference)), class_="at" if who is None else None)
    return shown if who is None else el("a", shown, href=asked.site.to(who, reference.id), class_="at")


def short(reference: Reference) -> str:
    """A reference with the beginning of its id."""
    return f"{reference.address}#{reference.id[:SHOWN_ID]}"


def facts(*rows: tuple[str, Node | None]) -> Element | None:
    """A list of what is to be known, name and value; rows without a value are left out, and all of it if none has."""
    shown = [(name, value) for name, value in rows if value is not None and value != ""]
    if not shown:
        return None
    pairs = ((name, several(breaks(value)) if isinstance(value, str) else value) for name, value in shown)
    return el("dl", *(several([el("dt", name), el("dd", value)]) for name, value in pairs), class_="facts")


def older(site: Site, path: str, before: str | None, *, begins: bool, what: str = "Older posts") -> Element | None:
    """Where a list goes on, and where it begins if this page is not its beginning."""
    links = []
    if not begins:
        links.append(el("a", "Back to the newest", href=site.link(path)))
    if before is not None:
        links.append(el("a", what, href=site.link(f"{path}?before={before}"), rel="next"))
    return el("nav", *links, class_="pages", aria_label="More of this list") if links else None


def whose(profile: Profile) -> str:
    """How an account is called in a title: its name, and whose it is."""
    where = str(profile.address) if profile.address is not None else profile.who
    name = clip(profile.name)
    return f"{name} ({where})" if name else where
