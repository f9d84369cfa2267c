"""Whom one follows: `follow` and `unfollow`. Feeds of the web and lists of them are in `thimbl.cli.web`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.jsonform import looked_data
from thimbl.cli.options import argument, command, fingerprint, json_option, option, somebody
from thimbl.cli.output import emit, note
from thimbl.core.counting import counted
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from finger.client import FingerClient
    from thimbl.core.address import Address
    from thimbl.core.log import Judgement, Verdict
    from thimbl.core.web import FeedUrl
    from thimbl.home.following import Followed


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants besides to follow somebody."""

    nick: str | None
    pinned: str | None
    """The fingerprint that they were told."""
    private: bool | None
    anyway: bool
    look: bool
    """Only to look."""
    as_json: bool


@dataclass(frozen=True, slots=True)
class Silent:
    """Why there is no plan."""

    words: str
    may_change: bool
    """Whether a later asking may find one, with nothing changed here: else to follow them now helps nobody."""


@command(
    examples="""
    thimbl follow ana@fields.example
    thimbl follow mark@mill.example --nick marky
    thimbl follow mark@mill.example --look
    thimbl follow coop@dairy.example --fingerprint SHA256:O1iTiXz9h6XlkPTwLH/iq+W4TfGs0rEXDgZIQOjaV18
    thimbl follow https://blog.example/feed.xml
    thimbl follow --opml feeds.opml
""",
    epilog="""\
--json gives: address, url, nick, followed, private, verdict, reason, failure, name, fingerprint, seq, format, entries,
moved_url, plan (of a feed of the web, whose plan stands in it). What is not known is null.
""",
)
@argument("who", type=somebody, required=False, metavar="[ADDRESS|URL]")
@option("--nick", help="Your own name for them; else the name before the '@', or as before.")
@option("--fingerprint", "pinned", type=fingerprint, help="Of their key, if they told you: no other is taken.")
@option("--private/--public", default=None, help="Whether your plan tells it; public, or as before.")
@option("--anyway", is_flag=True, help="Follow even if nobody answers now.")
@option("--look", is_flag=True, help="Say what is there, and follow nobody.")
@option("--opml", type=click.File("rb"), metavar="FILE", help="Instead: all in a list of feeds; - for standard input.")
@json_option
@pass_context
def follow(
    context: Context,
    who: "Address | FeedUrl | None",
    nick: str | None,
    pinned: str | None,
    private: bool | None,
    anyway: bool,
    look: bool,
    opml: "BinaryIO | None",
    as_json: bool,
) -> None:
    """Follow somebody.

    It fingers the address first and says what it found: compare the key's fingerprint with what they told you. For
    somebody whom you follow already it changes what you give; with --fingerprint, a new key takes the old one's place.

    A URL is a feed of the web: Atom, RSS, JSON Feed or twtxt. Nobody signs those, and your plan does not tell of them.
    """
    from thimbl.core.address import Address

    if opml is not None:
        from thimbl.cli.web import follow_list

        if any((who, nick, pinned, private is not None, anyway, look, as_json)):
            raise click.UsageError("--opml is a list: it goes with nothing else.")
        follow_list(context, opml)
        return
    if who is None:
        raise click.UsageError("Say whom to follow: an address, or the URL of a feed.")
    wish = Wish(nick, pinned, private, anyway, look, as_json)
    if not isinstance(who, Address):
        from thimbl.cli.web import follow_feed

        if pinned is not None or private is False:
            raise click.UsageError("A feed has no key, and no plan tells it: leave --fingerprint and --public away.")
        follow_feed(context, who, wish)
        return
    _follow(context, who, wish)


def _follow(context: Context, who: "Address", wish: Wish) -> None:
    from thimbl.cli.network import with_client
    from thimbl.home import following

    following.check(who, context.settings.address)
    have = following.load(context.paths)
    one, before = following.wished(have, who, wish.nick, wish.private, wish.pinned), any(o.address == who for o in have)

    async def work(client: "FingerClient") -> None:
        from thimbl.cli.network import fetch_these

        found = await _look(context, client, one, compared=wish.pinned is not None)
        if wish.look:
            _tell(who, found)
        else:
            _decide(who, found, wish.anyway)
            context.account.follow(one, compared=wish.pinned is not None)
            note(f"You follow {who}{' in private' if one.private else ''} as {one.nick}.")
        if wish.as_json:
            emit(looked_data(one, followed=before or not wish.look, **_data(found)))
        if not (wish.look or isinstance(found, Silent)):
            with context.account.writer() as writer:
                await fetch_these(context, writer, client, [who])

    with_client(context, work)


def _data(found: "Judgement | Silent") -> dict[str, object]:
    if isinstance(found, Silent):
        return {"failure": found.words}
    said = found.head or found.classic
    return {
        "verdict": found.verdict,
        "reason": found.reason,
        "name": said.name if said is not None else None,
        "fingerprint": found.head.key.fingerprint if found.head is not None else None,
        "seq": found.head.seq if found.head is not None else None,
    }


def _tell(who: "Address", found: "Judgement | Silent") -> None:
    """Say what was found, to whoever only looks. Raises `Failure` where there was nothing."""
    if isinstance(found, Silent):
        raise Failure(_sentence(found.words))
    _tell_look(who, found)
    if found.reason:
        key = found.head.key.fingerprint if found.head is not None else None
        note(f"{safe_line(found.reason)}.{accepting(who, found.verdict, key)}")


def _decide(who: "Address", found: "Judgement | Silent", anyway: bool) -> None:
    """Say what was found. Raises `Failure` where that is no reason to follow, and the person did not insist."""
    from thimbl.core.log import Verdict

    if isinstance(found, Silent):
        if not anyway:
            raise Failure(_sentence(found.words) + (" To follow all the same: --anyway." if found.may_change else ""))
        note(f"{_sentence(found.words)} Followed all the same.")
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


async def _look(context: Context, client: "FingerClient", one: "Followed", compared: bool) -> "Judgement | Silent":
    """What stands at the address now, judged with what is known and pinned; or why nothing does.

    `compared`: the fingerprint is given now, and what another key said does not count.
    """
    from finger.errors import FingerError
    from thimbl.core.answer import read_answer
    from thimbl.core.log import Known, judge_bytes
    from thimbl.node.guard import HostGuarded
    from thimbl.node.polling.asking import why_no_plan
    from thimbl.node.reach import OnionWithoutProxy, ProxyUnreachable
    from thimbl.store.errors import StoreMissing

    who = one.address
    try:
        raw = await client.ask(who.host, who.port, f"{who.user}\r\n".encode("ascii"))
    except FingerError as error:
        # Of these says the error itself what has to be set here first.
        return Silent(str(error), not isinstance(error, HostGuarded | OnionWithoutProxy | ProxyUnreachable))
    answer = read_answer(raw)
    if answer.plan is None:
        return Silent(why_no_plan(raw, who), True)
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
