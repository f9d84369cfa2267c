"""Files of twtxt, with the metadata, hashes and subjects of Yarn (https://twtxt.readthedocs.io, https://twtxt.dev).

- A line is a time (RFC 3339), a tab and a text; a line that begins with ``#`` is a comment, or a field of the file's
  author (``# key = value``). Any other line is passed over, as the format asks of readers.
- The hash of a twt is of its feed's URL, its time and its text, so nobody has to state it: it is what an answer names
  in its subject, ``(#abcdefg)``. The URL is the one that the file states, or else the one that it was asked for by.
- A licence that the file states (``# license = CC0-1.0``) is that of all its twts.
- U+2028 is the break of a line within a text. ``@<nick url>`` and ``#<tag url>`` are shown as ``@nick`` and ``#tag``.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from math import floor
from typing import Final

from thimbl.core.address import Address, AddressError
from thimbl.core.iri import account_of, is_finger
from thimbl.core.licences import known_licence
from thimbl.core.times import FIRST, LAST
from thimbl.core.twt import twt_hash
from thimbl.core.web import FeedUrl, UrlError, twt_id
from thimbl.core.webfeed import Entry, Feed, Kind, NotAFeed

MAX_PEOPLE: Final = 1_000
"""Whom the texts of one file can name."""

MAX_EVERY: Final = 7 * 86_400
"""Seconds that a file can ask to be left alone for: who says more is asked once a week."""

_FIELD: Final = re.compile(r"#\s*([A-Za-z_][A-Za-z0-9_-]{0,40})\s*=\s*(.{0,2000})")
_STAMP: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_SUBJECT: Final = re.compile(r"\(#(?:<([a-z2-7]{7,12})(?: [^<>\s]*)?>|([a-z2-7]{7,12}))\)\s*")
_MENTION: Final = re.compile(r"@<(?:([^\s<>]{1,100})\s+)?([^\s<>]{1,2000})>")
_TAG: Final = re.compile(r"#<([^\s<>]{1,100})(?:\s+[^\s<>]{1,2000})?>")
_NICK: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def looks_like_twtxt(text: str) -> bool:
    """Whether one of the first lines that are no comments is a twt; or, where there is none yet, a field says so."""
    fields = False
    for line in _lines(text[:100_000]):
        if line.startswith("#"):
            fields = fields or _FIELD.fullmatch(line.strip()) is not None
        else:
            stamp, tab, _ = line.partition("\t")
            return bool(tab) and _STAMP.fullmatch(stamp) is not None
    return fields


def read_twtxt(text: str, url: FeedUrl) -> Feed:
    """The feed of a file that was asked for at `url`. Raises `NotAFeed`."""
    fields: dict[str, str] = {}
    follows: dict[str, str] = {}
    twts: list[tuple[str, str]] = []
    for line in _lines(text):
        if line.startswith("#"):
            found = _FIELD.fullmatch(line.strip())
            if found is not None and found[1].lower() == "follow":
                _note(follows, *_nick_and_url(found[2]))
            elif found is not None:
                fields.setdefault(found[1].lower(), found[2].strip())
            continue
        stamp, tab, twt = line.partition("\t")
        if tab and twt.strip() and _STAMP.fullmatch(stamp.strip()):
            twts.append((stamp.strip(), twt))
    if not twts and not fields:
        raise NotAFeed("there is no line of twtxt in it (a time, a tab and a text)")
    people: dict[str, str] = {}
    stated = fields.get("url", "") or str(url)
    licence = known_licence(fields.get("license", "")) or ""
    entries = [entry for stamp, twt in twts if (entry := _entry(stamp, twt, stated, people, licence)) is not None]
    nick = fields.get("nick", "")
    return Feed(
        Kind.TWTXT,
        title=nick or url.host,
        entries=tuple(sorted(entries, key=lambda entry: -(entry.time or 0))),
        home=fields.get("link", "").rpartition(" ")[2],
        about=fields.get("description", ""),
        nick=nick if _NICK.fullmatch(nick) else "",
        people=follows | people,
        every=min(int(refresh), MAX_EVERY) if (refresh := fields.get("refresh", "")).isdecimal() else 0,
        whole=True,
    )


def parse_moment(text: str) -> int | None:
    """Unix seconds of a time of RFC 3339, or nearly that; UTC where it has no offset. None for anything else."""
    if _STAMP.fullmatch(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text.upper().replace(" ", "T"))
        seconds = floor((moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
    # The first moment of all is how programs write that there is none.
    return seconds if FIRST < seconds <= LAST else None


def _lines(text: str) -> Iterator[str]:
    """Lines that end in LF alone: U+2028 and its like are part of a text."""
    return (line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n") if line.strip())


def _entry(stamp: str, twt: str, url: str, people: dict[str, str], licence: str) -> Entry | None:
    time = parse_moment(stamp)
    if time is None:
        return None
    hash_ = twt_hash(url, stamp, twt)
    answers = ""
    shown = twt.replace("\u2028", "\n").replace("\u2029", "\n")
    if (subject := _SUBJECT.search(shown)) is not None and not _MENTION.sub("", shown[: subject.start()]).strip(" ,:"):
        # It stands at the beginning, or behind those whom the twt is to.
        answers = twt_id(subject[1] or subject[2])
        shown = shown[: subject.start()] + shown[subject.end() :]

    def mention(found: re.Match[str]) -> str:
        return _mention(found, people)

    shown = _TAG.sub(r"#\1", _MENTION.sub(mention, shown)).strip()
    return Entry(twt_id(hash_), shown, time, answers=answers, name=hash_, licence=licence)


def _mention(found: re.Match[str], people: dict[str, str]) -> str:
    nick, url = found[1], found[2]
    address = _address(url)
    if address is not None and not address.is_web:
        return f"@{address}"  # somebody with a plan: they are found by their address, whoever calls them what
    if nick is None:
        return url
    _note(people, nick, url)
    return f"@{nick}"


def _nick_and_url(value: str) -> tuple[str, str]:
    nick, _, url = value.strip().partition(" ")
    return nick, url.strip()


def _note(people: dict[str, str], nick: str, url: str) -> None:
    address = _address(url)
    if address is not None and nick and len(people) < MAX_PEOPLE:
        people.setdefault(nick, str(address))


def _address(url: str) -> Address | None:
    """Whom a URL in a twt means: a feed of the web, or somebody with a plan (docs/decisions/0006)."""
    try:
        return account_of(url) if is_finger(url) else FeedUrl.parse(url).address
    except (AddressError, UrlError):
        return None
