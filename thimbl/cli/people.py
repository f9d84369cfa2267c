"""Commands about people: follow, unfollow, profile, key."""

from typing import TYPE_CHECKING, Any

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.options import address, argument, command, fingerprint, group, json_option, option
from thimbl.cli.output import emit, note, say
from thimbl.cli.pinning import key_pin
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finger.client import FingerClient
    from thimbl.core.address import Address
    from thimbl.core.log import Judgement, Verdict
    from thimbl.home.following import Followed
    from thimbl.store.types import Author


@command(
    examples="""
    thimbl follow ana@fields.example
    thimbl follow mark@mill.example --nick marky
    thimbl follow coop@dairy.example --fingerprint SHA256:O1iTiXz9h6XlkPTwLH/iq+W4TfGs0rEXDgZIQOjaV18
"""
)
@argument("who", type=address, metavar="ADDRESS")
@option("--nick", help="Your own name for them; else the name before the '@', or as before.")
@option("--fingerprint", "pinned", type=fingerprint, help="Of their key, if they told you: no other is taken.")
@option("--private/--public", default=None, help="Whether your plan tells it; public, or as before.")
@option("--anyway", is_flag=True, help="Follow even if nobody answers now.")
@pass_context
def follow(
    context: Context, who: "Address", nick: str | None, pinned: str | None, private: bool | None, anyway: bool
) -> None:
    """Follow somebody.

    It fingers the address first and says what it found: compare the key's fingerprint with what they told you. For
    somebody whom you follow already it changes what you give; with --fingerprint, a new key takes the old one's place.
    """
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
        note(f"{who}{name}: {found.verdict}, {head.seq} record{'' if head.seq == 1 else 's'}.")
        note(f"Key {head.key.fingerprint}")
    elif found.classic is not None:
        classic = found.classic
        name = f" ({safe_line(classic.name)})" if classic.name else ""
        note(f"{who}{name}: {found.verdict}, {len(classic.messages)} messages of version 1: nobody has signed them.")


@command(
    examples="""
    thimbl unfollow mark@mill.example
    thimbl unfollow marky
"""
)
@argument("who", metavar="ADDRESS|NICK")
@pass_context
def unfollow(context: Context, who: str) -> None:
    """Follow somebody no longer.

    What was fetched of theirs stays in your store, and shows with --everyone.
    """
    from thimbl.core.address import Address
    from thimbl.home import following

    before = following.load(context.paths)
    found = next((one.address for one in before if one.nick == who), None)
    if found is None and "@" not in who:
        raise Failure(f"You follow nobody whom you call {who[:80]!r}: 'thimbl following' lists all.")
    found = found or Address.parse(who)
    context.account.unfollow(found)
    note(f"You follow {found} no longer.")


@command(
    examples="""
    thimbl profile
    thimbl profile ana@fields.example
    thimbl profile --name 'Ana' --bio 'Grows leeks.' --set website=https://fields.example
    thimbl profile --mirror mirror.example:7979 --listed
"""
)
@argument("who", metavar="[ADDRESS|NICK]", required=False)
@option("--name", help="Your name, as people read it; '' takes it away.")
@option("--bio", help="A line about you; '' takes it away.")
@option("--set", "properties", multiple=True, metavar="KEY=VALUE", help="A property, such as website=https://….")
@option("--unset", "removed", multiple=True, metavar="KEY", help="Take a property away.")
@option("--mirror", "mirrors", multiple=True, metavar="HOST[:PORT]", help="A host that serves copies of your plan.")
@option("--no-mirrors", is_flag=True, help="Name no mirrors.")
@option("--listed/--unlisted", default=None, help="Whether your host lists you to those who ask for nobody.")
@json_option
@pass_context
def profile(
    context: Context,
    who: str | None,
    name: str | None,
    bio: str | None,
    properties: tuple[str, ...],
    removed: tuple[str, ...],
    mirrors: tuple[str, ...],
    no_mirrors: bool,
    listed: bool | None,
    as_json: bool,
) -> None:
    """Show or change a profile.

    Without options it shows yours, or that of somebody in your store. Options change yours, and publish it.
    """
    changes: dict[str, Any] = {key: value for key, value in (("name", name), ("bio", bio)) if value is not None}
    asked_for_change = changes or properties or removed or mirrors or no_mirrors or listed is not None
    if not asked_for_change:
        _show_profile(context, who, as_json)
        return
    if who is not None:
        raise click.UsageError("You can change only your own profile: leave out the address.")
    account = context.account
    about = account.authoring.head_about()
    wanted = _changed_properties(about.get("properties", {}), properties, removed, listed)
    if wanted is not None:
        changes["properties"] = wanted or None
    if mirrors or no_mirrors:
        changes["mirrors"] = _hostports(mirrors) or None
    published = account.authoring.describe(changes)
    account.remember_published(published)
    _show_profile(context, None, as_json)


def _changed_properties(
    have: "Mapping[str, str]", set_: tuple[str, ...], removed: tuple[str, ...], listed: bool | None
) -> dict[str, str] | None:
    if not set_ and not removed and listed is None:
        return None
    made = dict(have)
    for item in set_:
        key, equals, value = item.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"{item!r} is not KEY=VALUE.", param_hint="--set")
        made[key.strip().lower()] = value
    for key in removed:
        made.pop(key, None)
    if listed is not None:
        made.pop("listed", None)
        if listed:
            made["listed"] = "yes"
    return made


def _hostports(mirrors: tuple[str, ...]) -> list[str]:
    from thimbl.core.address import format_hostport, parse_hostport

    return [format_hostport(*parse_hostport(mirror)) for mirror in mirrors]


def _show_profile(context: Context, who: str | None, as_json: bool) -> None:
    from thimbl.cli.names import find_author

    if who is None:
        mine = context.account.address
        with context.account.writer() as writer:
            context.account.catch_up(writer)
            author = writer.author(mine)
    else:
        with context.reader() as reader:
            author = reader.author(find_author(reader, who))
    if author is None:
        raise Failure(f"Nothing is known of {who}: 'thimbl follow {who}', or look with 'thimbl finger {who}'.")
    if as_json:
        emit(profile_data(author))
        return
    for line in _profile_lines(author, context.now()):
        say(line)


def profile_data(author: "Author") -> dict[str, Any]:
    """A profile for programs."""
    from thimbl.core.times import format_time

    return {
        "address": str(author.address),
        "name": author.name,
        "bio": author.bio,
        "properties": dict(author.properties),
        "following": [{"nick": follow.nick, "address": str(follow.address)} for follow in author.following],
        "followed": author.followed,
        "verdict": str(author.verdict) if author.verdict else None,
        "fingerprint": author.key,
        "seq": author.seq,
        "updated": format_time(author.updated) if author.updated is not None else None,
    }


def _profile_lines(author: "Author", now: int) -> list[str]:
    from thimbl.core.times import ago

    rows = [("address", str(author.address)), ("name", author.name), ("bio", author.bio)]
    rows.append(("following", ", ".join(f"{follow.nick} <{follow.address}>" for follow in author.following)))
    rows.append(("verdict", str(author.verdict or "not asked yet") + (f": {author.reason}" if author.reason else "")))
    rows.append(("key", author.key or ""))
    rows.append(("records", str(author.seq) if author.seq else ""))
    rows.append(("updated", f"{ago(author.updated, now)}" if author.updated is not None else ""))
    # An author may call a property 'key' or 'verdict': theirs stand last, each marked, and never look like ours.
    rows += sorted((f". {safe_line(name)}", value) for name, value in author.properties.items())
    return [f"{label:<10} {safe_line(value)}" for label, value in rows if value]


@group(
    examples="""
    thimbl key show
    thimbl key pin mark@mill.example
"""
)
def key() -> None:
    """Your key, and the pinned keys of others."""


@command(
    "show",
    examples="""
    thimbl key show
    thimbl key show --line >> ~/coop-keys
""",
)
@option("--line", is_flag=True, help="Only the public key, as OpenSSH writes it.")
@json_option
@pass_context
def key_show(context: Context, line: bool, as_json: bool) -> None:
    """Show your key and its fingerprint.

    Tell the fingerprint to those who follow you, by another way than your plan: then they can be sure.
    """
    from thimbl.home.keyfile import inspect

    account = context.account
    path = account.key_path
    if not path.exists() and path.with_name(path.name + ".pub").exists():
        path = path.with_name(path.name + ".pub")
    if not path.exists() and account.settings.address is None:
        raise Failure("There is no account here yet: make one with 'thimbl init'.")
    found = inspect(path)
    held = (
        "in ssh-agent" if not found.is_private else "with a passphrase" if found.encrypted else "without a passphrase"
    )
    if as_json:
        emit({"fingerprint": found.public.fingerprint, "key": found.public.line, "path": str(path), "held": held})
    elif line:
        say(found.public.line)
    else:
        say(found.public.fingerprint)
        say(found.public.line)
        note(f"{path}, {held}.")


key.add_command(key_show)
key.add_command(key_pin)
