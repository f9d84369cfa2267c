"""Commands about people: profile, key."""

from typing import TYPE_CHECKING, Any

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.options import argument, command, group, json_option, option
from thimbl.cli.output import emit, note, say
from thimbl.cli.pinning import key_pin
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thimbl.store.types import Author


@command(
    examples="""
    thimbl profile
    thimbl profile ana@fields.example
    thimbl profile --name 'Ana' --bio 'Grows leeks.' --set website=https://fields.example
    thimbl profile --mirror mirror.example:7979 --listed
    thimbl profile --licence CC-BY-SA-4.0
"""
)
@argument("who", metavar="[ADDRESS|NICK]", required=False)
@option("--name", help="Your name, as people read it; '' takes it away.")
@option("--bio", help="A line about you; '' takes it away.")
@option("--set", "properties", multiple=True, metavar="KEY=VALUE", help="A property, such as website=https://….")
@option("--unset", "removed", multiple=True, metavar="KEY", help="Take a property away.")
@option("--mirror", "mirrors", multiple=True, metavar="HOST[:PORT]", help="A host that serves copies of your plan.")
@option("--no-mirrors", is_flag=True, help="Name no mirrors.")
@option(
    "--licence", "license", metavar="ID",
    help="The licence of all that you write, but where a post says another; '' takes it away.",
)
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
    license: str | None,
    listed: bool | None,
    as_json: bool,
) -> None:
    """Show or change a profile.

    Without options it shows yours, or that of somebody in your store. Options change yours, and publish it.
    """
    changes: dict[str, Any] = {key: value for key, value in (("name", name), ("bio", bio)) if value is not None}
    if license is not None:
        from thimbl.core.licences import LICENSE, parse_licence

        if license:
            properties = (*properties, f"{LICENSE}={parse_licence(license)}")
        else:
            removed = (*removed, LICENSE)
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
    from thimbl.core.licences import LICENSE, licence_of
    from thimbl.core.times import ago

    rows = [("address" if author.web is None else "feed", author.place), ("name", author.name), ("bio", author.bio)]
    rows.append(("licence", licence_of(author.properties) or ""))
    rows.append(("following", ", ".join(f"{follow.nick} <{follow.address}>" for follow in author.following)))
    rows.append(("verdict", str(author.verdict or "not asked yet") + (f": {author.reason}" if author.reason else "")))
    rows.append(("key", author.key or ""))
    rows.append(("records", str(author.seq) if author.seq else ""))
    rows.append(("updated", f"{ago(author.updated, now)}" if author.updated is not None else ""))
    # An author may call a property 'key' or 'verdict': theirs stand last, each marked, and never look like ours.
    rows += sorted((f". {safe_line(name)}", value) for name, value in author.properties.items() if name != LICENSE)
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
