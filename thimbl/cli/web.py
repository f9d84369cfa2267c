"""Feeds of the web, as `follow` and `following` have them: one by its URL, and many by a list (OPML)."""

from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from thimbl.cli.context import Context
from thimbl.cli.errors import Failure
from thimbl.cli.jsonform import looked_data
from thimbl.cli.output import emit, note, say
from thimbl.core.counting import counted
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from finger.client import FingerClient
    from thimbl.cli.follow import Wish
    from thimbl.core.address import Address
    from thimbl.core.web import FeedUrl
    from thimbl.core.webfeed import Feed
    from thimbl.home.following import Followed
    from thimbl.node.web.visit import Seen, WebFeeds


def follow_feed(context: Context, url: "FeedUrl", wish: "Wish") -> None:
    """Follow a feed of the web, or change its name, and take what it has; or only look what it is. Raises `Failure`
    where nothing is there."""
    from thimbl.cli.network import with_client
    from thimbl.core.address import Address
    from thimbl.core.webfeed import NotAFeed
    from thimbl.node.web.getting import WebFault
    from thimbl.node.web.visit import WebFeeds, lacking

    if (without := lacking()) is not None:
        raise Failure(f"{without[:1].upper()}{without[1:]}")

    async def work(client: "FingerClient") -> None:
        feeds = WebFeeds(client.clock, context.settings, context.now)
        try:
            seen = await _look(feeds, url)
        except (WebFault, NotAFeed) as error:
            why = f"{url}: {safe_line(str(error))}."
            if wish.look:
                raise Failure(why) from None
            if not wish.anyway:
                # It helps where asking again may: what is no feed today, or too large, is that tomorrow.
                later = isinstance(error, WebFault) and error.away and not error.barred
                raise Failure(f"{why} To follow all the same: --anyway." if later else why) from None
            note(f"{why} Followed all the same.")
            one = _wished(context, url, wish.nick, None)
            context.account.follow(one)
            if wish.as_json:
                emit(looked_data(one, followed=True, failure=str(error)))
            return
        there, moved = url, seen.looked.moved
        if moved is not None and not _has(context, url.address):
            there = moved
            if not wish.look:
                note(f"{url} has moved for good to {there}, which is followed in its place.")
        one, before = _wished(context, there, wish.nick, seen.feed), _has(context, there.address)
        if not wish.look:
            context.account.follow(one)
        if wish.as_json:
            emit(looked_data(one, followed=before or not wish.look, **_data(seen)))
        entries = counted(len(seen.feed.entries), "entry", "entries")
        note(f"{there} ({safe_line(seen.feed.title)}): {seen.feed.kind}, {entries}: nobody has signed them.")
        if not wish.look:
            note(f"You follow it as {safe_line(one.nick)}.")
        if seen.feed.signed and not _has(context, Address.parse(seen.feed.signed)):
            note(f"A signed plan is in it: '{_way_to(context, Address.parse(seen.feed.signed))}' follows that itself.")
        if not wish.look:
            _take(context, seen, there)

    with_client(context, work)


def _data(seen: "Seen") -> dict[str, object]:
    from thimbl.core.log import Verdict

    return {
        "verdict": Verdict.UNSIGNED,
        "name": seen.feed.title,
        "format": str(seen.feed.kind),
        "entries": len(seen.feed.entries),
        "moved_url": None if seen.looked.moved is None else str(seen.looked.moved),
        "plan": seen.feed.signed or None,
    }


async def _look(feeds: "WebFeeds", url: "FeedUrl") -> "Seen":
    from thimbl.core.webfeed import NotAFeed

    try:
        return await feeds.look(url)
    except NotAFeed as error:
        raise NotAFeed(f"no feed that can be read: {error}") from None


def _take(context: Context, seen: "Seen", url: "FeedUrl") -> None:
    """Store what was found: it is not asked for a second time."""
    from thimbl.cli.network import moved_line
    from thimbl.node.polling.book import keep_schedule
    from thimbl.store import web

    outcome = seen.outcome(url)
    with context.account.writer() as writer:
        moved = outcome.moved_url or ""
        new = web.take(writer, url.address, seen.feed, context.now(), seen.standing(url), moved)
        came = {url.address.hostport: len(seen.looked.answer.body)}
        keep_schedule(writer, [replace(outcome, new=new)], context.now(), came)
    note(f"{new} new.")
    if moved:
        note(moved_line(outcome, follows=False))


def _has(context: Context, address: "Address") -> bool:
    """Whether somebody is followed already, or is oneself."""
    from thimbl.home import following

    return address == context.settings.address or any(one.address == address for one in following.load(context.paths))


def _way_to(context: Context, address: "Address") -> str:
    """The command that follows somebody, by a name that nobody else has yet."""
    from thimbl.home import following

    nick = following.free_nick(address.user, {one.nick for one in following.load(context.paths)})
    return f"thimbl follow {address}" + ("" if nick == address.user else f" --nick {nick}")


def _wished(context: Context, url: "FeedUrl", nick: str | None, feed: "Feed | None") -> "Followed":
    from thimbl.home import following

    have = following.load(context.paths)
    return following.wished_feed(have, url, nick, feed.nick if feed else "", feed.title if feed else "")


def follow_list(context: Context, file: BinaryIO) -> None:
    """Follow all whom a list names, without asking them now."""
    from thimbl.home.opml import MAX_BYTES, read_opml

    listed = read_opml(file.read(MAX_BYTES + 1))
    mine = context.settings.address
    added = context.account.follow_many([one for one in listed.followed if one.address != mine])
    for line in listed.skipped:
        note(f"Left out: {safe_line(line)}")
    for one in added:
        note(f"You follow {one.place} as {safe_line(one.nick)}.")
    known = len(listed.followed) - len(added)
    counts = [f"{len(added)} added"] + ([f"{known} followed already"] if known else [])
    counts += [f"{len(listed.skipped)} left out"] if listed.skipped else []
    note(f"{', '.join(counts)}.{' To ask for what they wrote: thimbl fetch' if added else ''}")


def print_list(context: Context) -> None:
    """Print whom one follows as a list for other programs."""
    from thimbl.home import following
    from thimbl.home.opml import write_opml
    from thimbl.store.errors import StoreMissing

    titles: dict[Address, tuple[str, str]] = {}
    try:
        with context.reader() as reader:
            for author in reader.authors():
                if author.web is not None:
                    titles[author.address] = author.name, author.web.home
    except StoreMissing:
        pass
    listed = following.load(context.paths)
    say(write_opml(listed, titles, "Followed with thimbl").removesuffix("\n"))
    if secret := sum(one.private and one.url is None for one in listed):
        note(f"{secret} of these you follow in private: keep the list to yourself.")
