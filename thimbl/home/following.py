"""Whom a person follows: `following.yaml`, the one place for it, private follows included.

What is public of it goes into the head of the plan; the store's copy is made equal to it. The file is read
strictly and may be edited by hand. A feed of the web stands there by its URL, and is told nobody: a plan lists plans.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from thimbl.core.address import Address, AddressError
from thimbl.core.keys import is_fingerprint
from thimbl.core.plan import Follow
from thimbl.core.plantext import MAX_BYTES, Bounds, PlanTextError, decode, read_data
from thimbl.core.planwriter import write
from thimbl.home.durable import SECRET, locked, write_file
from thimbl.home.errors import Refused, SettingsError, unreadable
from thimbl.home.paths import Paths

if TYPE_CHECKING:
    from thimbl.core.web import FeedUrl

_KEYS: Final = ("nick", "address", "url", "private", "fingerprint")
_FEED_KEYS: Final = ("nick", "url")

MAX_WORD: Final = 30
"""Characters of a name that is made of a title: it stands before each entry, and is typed."""

_ASIDE: Final = re.compile(r"\([^()]*\)")
"""What a title says in brackets: an address, as those do that thimbl writes."""

_ANY_FEED: Final = frozenset({"", "feed", "feeds", "rss", "rss2", "atom", "index", "twtxt", "blog"})
"""Parts of a path that tell no feed from another."""

BOUNDS: Final = Bounds(bytes=16 * MAX_BYTES, nodes=1_000_000)
"""Of the list: some 100,000 people with all that can be said of each. As large as a plan it would hold 9,999."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One whom the person follows."""

    nick: str
    address: Address
    private: bool = False
    fingerprint: str | None = None
    """Of the key that the person was told by other means; pinned before the first answer."""
    url: "FeedUrl | None" = None
    """Of a feed of the web, which `address` stands for (`thimbl.core.web`) and which is always private."""

    @classmethod
    def of_feed(cls, nick: str, url: "FeedUrl") -> "Followed":
        """A feed of the web."""
        return cls(nick, url.address, private=True, url=url)

    @property
    def place(self) -> str:
        """Where they are, as a person writes it: an address or a URL."""
        return str(self.url or self.address)


def load(paths: Paths) -> tuple[Followed, ...]:
    """The list, in its order. Raises `SettingsError`."""
    path = paths.following
    if not path.exists():
        return ()
    try:
        data = read_data(decode(path.read_bytes()), BOUNDS)
    except (PlanTextError, OSError) as error:
        raise unreadable(path, error) from None
    items = data.pop("following", [])
    if not isinstance(items, list) or data:
        raise SettingsError(f"{path}: following must be a list, and there is nothing beside it.")
    followed = tuple(_read(path, number, item) for number, item in enumerate(items, 1))
    seen: set[Address] = set()
    for one in followed:
        if one.address in seen:
            raise SettingsError(f"{path}: {one.place} is there twice. Keep one of the two.")
        seen.add(one.address)
    return followed


def _read(path: object, number: int, item: object) -> Followed:
    where = f"{path}: follow {number}"
    if not isinstance(item, Mapping):
        raise SettingsError(f"{where} must have an address and a nick.")
    # Strictly: a misspelt `private`, or `private: yes`, must not publish what was meant to be private.
    if strange := sorted(item.keys() - set(_KEYS)):
        raise SettingsError(f"{where} has {strange[0]!r}; there are {', '.join(_KEYS)}.")
    if "url" in item:
        return _read_feed(where, item)
    nick, address, fingerprint = item.get("nick"), item.get("address"), item.get("fingerprint")
    if not isinstance(private := item.get("private", False), bool):
        raise SettingsError(f"{where}: private must be true or false.")
    if not isinstance(nick, str) or not isinstance(address, str) or not nick:
        raise SettingsError(f"{where} must have an address and a nick.")
    if fingerprint is not None and not (isinstance(fingerprint, str) and is_fingerprint(fingerprint)):
        raise SettingsError(f"{where}: the fingerprint is not one (SHA256:…).")
    try:
        one = Followed(nick, Address.parse(address), private, fingerprint)
    except AddressError as error:
        raise SettingsError(f"{where}: {error}") from None
    if one.address.is_web:
        raise SettingsError(f"{where}: {one.address} stands for a feed of the web: give its url in place of it.")
    return one


def _read_feed(where: str, item: Mapping[str, Any]) -> Followed:
    from thimbl.core.web import FeedUrl, UrlError  # only here: whoever follows no feed pays for none

    if strange := sorted(item.keys() - set(_FEED_KEYS)):
        raise SettingsError(f"{where} is a feed of the web and has {strange[0]!r}; those have {', '.join(_FEED_KEYS)}.")
    nick, url = item.get("nick"), item.get("url")
    if not isinstance(nick, str) or not isinstance(url, str) or not nick:
        raise SettingsError(f"{where} must have a url and a nick.")
    try:
        return Followed.of_feed(nick, FeedUrl.parse(url))
    except UrlError as error:
        raise SettingsError(f"{where}: {error}") from None


def save(paths: Paths, followed: Iterable[Followed]) -> None:
    """Write the list. Raises `Refused` where it can not be written."""
    items = []
    for one in followed:
        if one.url is not None:
            items.append({"nick": one.nick, "url": str(one.url)})
            continue
        item: dict[str, Any] = {"nick": one.nick, "address": str(one.address)}
        if one.private:
            item["private"] = True
        if one.fingerprint:
            item["fingerprint"] = one.fingerprint
        items.append(item)
    text = write({"following": items})
    try:
        read_data(text, BOUNDS)
    except PlanTextError as error:
        raise Refused(f"{paths.following} can not say that: {error.reason}. Give another name.") from None
    write_file(paths.following, text.encode("utf-8"), SECRET)


def check(address: Address, me: Address | None) -> None:
    """Raises `Refused` for an address that nobody can follow, where `me` is one's own."""
    if address == me:
        raise Refused("That is you: your own posts stand in your timeline as it is.")
    if address.is_web:
        raise Refused(f"That address stands for a feed of {address.place}: follow its URL.")


def wished(
    have: Iterable[Followed],
    address: Address,
    nick: str | None = None,
    private: bool | None = None,
    fingerprint: str | None = None,
) -> Followed:
    """How to follow `address` from now on: what is None stays as it was, or begins as the name before the '@', public,
    and with whatever key comes first. So a second `follow` never tells of somebody who is followed in private."""
    before = next((one for one in have if one.address == address), Followed(address.user, address))
    return Followed(
        nick or before.nick,
        address,
        before.private if private is None else private,
        fingerprint or before.fingerprint,
    )


def wished_feed(
    have: Sequence[Followed], url: "FeedUrl", nick: str | None = None, called: str = "", title: str = ""
) -> Followed:
    """How to follow a feed of the web from now on: under `nick`, or as before; else as its author calls themselves
    (`called`), or by its host. A second feed of a host is called by its title, or by what its URL has beside the host;
    a number comes where somebody else has that name."""
    before = next((one.nick for one in have if one.address == url.address), None)
    taken = {one.nick for one in have}
    host = url.host.removeprefix("www.")
    own = _word(_ASIDE.sub("", title))
    names = [called] if called else [host, own, _word(f"{host} {_of_path(url)}", "[^/ ]+")]
    name = nick or before or next((one for one in names if one and one not in taken), None)
    return Followed.of_feed(name or free_nick(names[0], taken), url)


def _of_path(url: "FeedUrl") -> str:
    """What tells a feed from others of its host: ``leeks`` of ``https://blog.example/leeks/feed.xml``."""
    parts = [part.partition(".")[0] for part in url.target.partition("?")[0].split("/")]
    return next((part for part in reversed(parts) if part.lower() not in _ANY_FEED), "")


def _word(text: str, part: str = r"\w+") -> str:
    """A name of one word, in small letters."""
    return "-".join(re.findall(part, text.lower()))[:MAX_WORD].strip("-")


def add(paths: Paths, one: Followed) -> tuple[Followed, ...]:
    """Follow somebody, or change how; the new list. Raises `Refused` where the nick is somebody else's."""
    with locked(paths.following.with_suffix(".lock")):
        have = load(paths)
        clash = next((other for other in have if other.nick == one.nick and other.address != one.address), None)
        if clash is not None:
            raise Refused(f"You call {clash.place} {one.nick!r} already: give another name.")
        places = [other.address for other in have]
        if one.address in places:
            made = tuple(one if other.address == one.address else other for other in have)
        else:
            made = (*have, one)
        save(paths, made)
        return made


def add_many(paths: Paths, some: Iterable[Followed]) -> list[Followed]:
    """Follow those of these who are not followed yet; who that was. A name that is another's already gets a number."""
    with locked(paths.following.with_suffix(".lock")):
        have = list(load(paths))
        places, nicks = {one.address for one in have}, {one.nick for one in have}
        added: list[Followed] = []
        for one in some:
            if one.address not in places:
                made = replace(one, nick=free_nick(one.nick, nicks))
                places.add(made.address)
                nicks.add(made.nick)
                added.append(made)
        if added:
            save(paths, [*have, *added])
        return added


def free_nick(nick: str, taken: Collection[str]) -> str:
    """`nick`, with a number behind it where somebody else is called so."""
    return next(name for number in count(1) if (name := nick if number == 1 else f"{nick}-{number}") not in taken)


def remove(paths: Paths, address: Address) -> tuple[Followed, ...]:
    """Follow somebody no longer; the new list. Raises `Refused` where they were not followed."""
    with locked(paths.following.with_suffix(".lock")):
        have = load(paths)
        made = tuple(other for other in have if other.address != address)
        if len(made) == len(have):
            raise Refused(f"You do not follow {address.place}: see 'thimbl following'.")
        save(paths, made)
        return made


def moved(paths: Paths, old: Address, new: Address) -> tuple[Followed, ...] | None:
    """Follow by the address `new` whoever was followed by `old`, as before otherwise; None where nobody was.

    Where `new` is followed already, that entry stays as it is, private or not, and gets the fingerprint of the other if
    it has none.
    """
    with locked(paths.following.with_suffix(".lock")):
        have = load(paths)
        before = next((one for one in have if one.address == old), None)
        if before is None or old == new:
            return None
        there = next((one for one in have if one.address == new), None)
        if there is None:
            made = tuple(replace(one, address=new) if one is before else one for one in have)
        else:
            both = replace(there, fingerprint=there.fingerprint or before.fingerprint)
            made = tuple(both if one is there else one for one in have if one is not before)
        save(paths, made)
        return made


def put_back(paths: Paths, address: Address, before: Sequence[Followed]) -> None:
    """Undo what was changed about `address`, whose place was as in `before`; what others changed since stays."""
    with locked(paths.following.with_suffix(".lock")):
        have = {one.address: one for one in load(paths)}
        known = {one.address: one for one in before}
        have.pop(address, None)
        # In the order of before, then whoever was added since; nobody comes back who was removed since.
        kept = [known[one] if one == address else have[one] for one in known if one == address or one in have]
        save(paths, [*kept, *(one for one in have.values() if one.address not in known)])


def with_public(paths: Paths, follows: Iterable[Follow]) -> tuple[Followed, ...]:
    """Make the public part of the list equal to `follows`, as `thimbl sign` finds it in the plan; the new list."""
    follows = tuple(follows)
    if webs := [one.nick for one in follows if one.address.is_web]:
        raise Refused(f"Your plan follows {webs[0]!r}, a feed of the web: take it out, and 'thimbl follow' its URL.")
    with locked(paths.following.with_suffix(".lock")):
        have = {one.address: one for one in load(paths)}
        told = [
            replace(have[one.address], nick=one.nick, private=False)
            if one.address in have
            else Followed(one.nick, one.address)
            for one in follows
        ]
        listed = {one.address for one in told}
        made = (*told, *(one for one in have.values() if one.private and one.address not in listed))
        save(paths, made)
        return made


def public(followed: Iterable[Followed]) -> tuple[Follow, ...]:
    """What the plan tells of the list."""
    return tuple(Follow(one.nick, one.address) for one in followed if not one.private)
