"""Whom one follows: `follow` and `unfollow`. Feeds of the web and lists of them are in `thimbl.cli.web`."""

from typing import TYPE_CHECKING, BinaryIO

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.options import argument, command, fingerprint, option, somebody
from thimbl.cli.output import note
from thimbl.core.counting import counted
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from finger.client import FingerClient
    from thimbl.core.address import Address
    from thimbl.core.log import Judgement, Verdict
    from thimbl.core.web import FeedUrl
    from thimbl.home.following import Followed


@command(
    examples="""
    thimbl follow ana@fields.example
    thimbl follow mark@mill.example --nick marky
    thimbl follow coop@dairy.example --fingerprint SHA256:O1iTiXz9h6XlkPTwLH/iq+W4TfGs0rEXDgZIQOjaV18
    thimbl follow https://blog.example/feed.xml
    thimbl follow --opml feeds.opml
"""
)
@argument("who", type=somebody, required=False, metavar="[ADDRESS|URL]")
@option("--nick", help="Your own name for them; else the name before the '@', or as before.")
@option("--fingerprint", "pinned", type=fingerprint, help="Of their key, if they told you: no other is taken.")
@option("--private/--public", default=None, help="Whether your plan tells it; public, or as before.")
@option("--anyway", is_flag=True, help="Follow even if nobody answers now.")
@option("--opml", type=click.File("rb"), metavar="FILE", help="Instead: all in a list of feeds; - for standard input.")
@pass_context
def follow(
    context: Context,
    who: "Address | FeedUrl | None",
    nick: str | None,
    pinned: str | None,
    private: bool | None,
    anyway: bool,
    opml: "BinaryIO | None",
) -> None:
    """Follow somebody.

    It fingers the address first and says what it found: compare the key's fingerprint with what they told you. For
    somebody whom you follow already it changes what you give; with --fingerprint, a new key takes the old one's place.

    A URL is a feed of the web: Atom, RSS, JSON Feed or twtxt. Nobody signs those, and your plan does not tell of them.
    """
    from thimbl.core.address import Address

    if opml is not None:
        from thimbl.cli.web import follow_list

        if who is not None or nick is not None or pinned is not None or private is not None or anyway:
            raise click.UsageError("--opml is a list: it goes with nothing else.")
        follow_list(context, opml)
        return
    if who is None:
        raise click.UsageError("Say whom to follow: an address, or the URL of a feed.")
    if not isinstance(who, Address):
        from thimbl.cli.web import follow_feed

        if pinned is not None or private is False:
            raise click.UsageError("A feed has no key, and no plan tells it: leave --fingerprint and --public away.")
        follow_feed(context, who, nick, anyway)
        return
    if who.is_web:
        raise Failure(f"That address stands for a feed of {who.place}: 'thimbl follow' its URL.")
    _follow(context, who, nick, pinned, private, anyway)


def _follow(
    context: Context, who: "Address", nick: str | None, pinned: str | None, private: bool | None, anyway: bool
) -> None:
    from thimbl.cli.network import with_client
    from thimbl.home import following

    if who == context.settings.address:
        raise Failure("That is you: your own posts stand in your timeline as it is.")
    one = following.wished(following.load(context.paths), who, nick, private, pinned)

    async def work(client: "FingerClient") -> None:
        from thimbl.cli.network import fetch_these

        found = await _look(context, client, one, compared=pinned is not None)
        _decide(who, found, anyway)
        context.account.follow(one, compared=pinned is not None)
        note(f"You follow {who}{' in private' if one.private else ''} as {one.nick}.")
        if not isinstance(found, str):
            with context.account.writer() as writer:
                await fetch_these(context, writer, client, [who])

    with_client(context, work)


def _decide(who: "Address", found: "Judgement | str", anyway: bool) -> None:
    """Say what was found. Raises `Failure` where that is no reason to follow, and the person did not insist."""
    from thimbl.core.log import Verdict

    if isinstance(found, str):
        if not anyway:
            raise Failure(f"{_sentence(found)} To follow all the same: --anyway.")
        note(f"{_sentence(found)} Followed all the same.")
        return
    _tell_look(who, found)
    if found.verdict not in (Verdict.VERIFIED, Verdict.UNSIGNED) and not anyway:
        raise Failure(
            f"{who} is not followed: the plan is {found.verdict}: {safe_line(found.reason)}."
            f"{accepting(who, found.verdict, found.head.key.fingerprint if found.head else None)}"
        )


def accepting(who: "Address", verdict: "Verdict | None", key: str | None) -> str:
    """What to do about a new key, as a sentence to add; '' where the key is not what is wrong (plan-format 4)."""
    from thimbl.core.log import Verdict

    if verdict is not Verdict.NEW_KEY or key is None:
        return ""
    return f" If they tell you that this key is theirs: 'thimbl follow {who} --fingerprint {key}'."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


async def _look(context: Context, client: "FingerClient", one: "Followed", compared: bool) -> "Judgement | str":
    """What stands at the address now, judged with what is known and pinned; or why nothing does.

    `compared`: the fingerprint is given now, and what another key said does not count.
    """
    from finger.errors import FingerError
    from thimbl.core.answer import read_answer
    from thimbl.core.log import Known, judge_bytes
    from thimbl.node.polling.asking import why_no_plan
    from thimbl.store.errors import StoreMissing

    who = one.address
    try:
        raw = await client.ask(who.host, who.port, f"{who.user}\r\n".encode("ascii"))
    except FingerError as error:
        return str(error)
    answer = read_answer(raw)
    if answer.plan is None:
        return why_no_plan(raw, who)
    known = Known(who, pinned=one.fingerprint)
    try:
        with context.reader() as reader:
            author = reader.author(who)
            if author is not None and author.key and (not compared or author.key == one.fingerprint):
                known = reader.known(who, 1, max(author.seq, 1))
    except StoreMissing:
        pass
    return judge_bytes(answer.plan, known, context.now())


def _tell_look(who: "Address", found: "Judgement") -> None:
    if found.head is not None:
        head = found.head
        name = f" ({safe_line(head.name)})" if head.name else ""
        note(f"{who}{name}: {found.verdict}, {counted(head.seq, 'record')}.")
        note(f"Key {head.key.fingerprint}")
    elif found.classic is not None:
        classic = found.classic
        name = f" ({safe_line(classic.name)})" if classic.name else ""
        note(f"{who}{name}: {found.verdict}, {len(classic.messages)} messages of version 1: nobody has signed them.")


@command(
    examples="""
    thimbl unfollow mark@mill.example
    thimbl unfollow marky
    thimbl unfollow https://blog.example/feed.xml
"""
)
@argument("who", metavar="ADDRESS|NICK|URL")
@pass_context
def unfollow(context: Context, who: str) -> None:
    """Follow somebody no longer.

    What was fetched of theirs stays in your store, and shows with --everyone.
    """
    from thimbl.core.address import Address
    from thimbl.core.web import FeedUrl, looks_like_url
    from thimbl.home import following

    before = following.load(context.paths)
    one = next((one for one in before if one.nick == who), None)
    if one is None and "@" not in who and not looks_like_url(who):
        raise Failure(f"You follow nobody whom you call {who[:80]!r}: 'thimbl following' lists all.")
    if one is not None:
        found = one.address
    else:
        found = FeedUrl.parse(who).address if looks_like_url(who) else Address.parse(who)
        one = next((one for one in before if one.address == found), None)
    context.account.unfollow(found)
    note(f"You follow {found if one is None else one.place} no longer.")
