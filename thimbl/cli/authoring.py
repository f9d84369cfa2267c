"""Commands that write: init, post, reply, edit, retract, sign."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import USAGE, Failure
from thimbl.cli.options import address, argument, command, fingerprint, json_option, licence, option
from thimbl.cli.output import emit, note, say
from thimbl.cli.texts import kept, read_text

if TYPE_CHECKING:
    from thimbl.core.address import Address
    from thimbl.home.account import Account
    from thimbl.home.authoring import Published
    from thimbl.home.heritage import Heritage
    from thimbl.store.types import Item

_LICENCE: Final = "The licence of the text: an SPDX identifier such as CC-BY-SA-4.0, PPL, or LicenseRef-… of your own."

@command(
    examples="""
    thimbl init ana@fields.example
    thimbl init ana@fields.example --name 'Ana' --bio 'Grows leeks.'
    thimbl init ana@fields.example --key ~/.ssh/id_ed25519
    THIMBL_HOME=~/coop thimbl init coop@fields.example
    thimbl init dk@fields.example --import plan-of-2010.json
"""
)
@argument("who", type=address, metavar="ADDRESS", required=False)
@option("--name", default="", help="Your name, as people read it.")
@option("--bio", default="", help="A line about you.")
@option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="An Ed25519 key of OpenSSH; its .pub for one in ssh-agent.",
)
@option("--recovery", type=fingerprint, help="Fingerprint of a second key that you keep offline.")
@option(
    "--plan", type=click.Path(path_type=Path, dir_okay=False), help="Where your plan is, such as a spool's NAME.plan."
)
@option(
    "--import", "heritage", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
    help="Your Thimbl plan of 2010: its messages become your first posts.",
)
@pass_context
def init(
    context: Context,
    who: "Address | None",
    name: str,
    bio: str,
    key: Path | None,
    recovery: str | None,
    plan: Path | None,
    heritage: Path | None,
) -> None:
    """Make an account: a key, and a plan to write in.

    ADDRESS is where others will finger you: your login, '@', and the name of the host that serves your plan. A plan
    that was there is kept beside the new one; with --import it becomes the beginning of your log, if it is one of 2010.
    """
    from thimbl.home.beginning import begin, for_address

    if (there := context.settings.address) is not None:
        if heritage is not None and who in (None, there) and not context.account.files.load().seq:
            _inherit(context.account, heritage)  # it was cut short
            return
        raise Failure(f"There is an account here already: {there}. Set THIMBL_HOME for another one.")
    if who is None:
        who = _ask_address(context)
    inherited = _read_heritage(heritage, who)  # before anything is made, and before the plan is another one
    elsewhere = key.expanduser().absolute() if key else None
    account = for_address(context.account, who, elsewhere, plan.expanduser().absolute() if plan else None)
    begun = begin(account, {"name": name, "bio": bio} | ({"recovery": recovery} if recovery else {}))
    if begun.key is not None:
        note(f"Made a key: {begun.key}. Keep a copy of it where you keep what you can not lose.")
    if begun.kept is not None:
        note(f"The plan that was there is kept: {begun.kept}")
    note(f"You are {who}; your key is {begun.fingerprint}.")
    if begun.taken_up:
        follows = f" You follow {begun.follows}, as it tells." if begun.follows else ""
        note(f"{begun.account.paths.plan} was yours already: it goes on where it was.{follows}")
    if inherited is not None:
        _bequeath(begun.account, inherited)
    note("Now 'thimbl post' says something, and 'thimbl serve' lets others finger it.")


def _read_heritage(path: Path | None, who: "Address") -> "Heritage | None":
    from thimbl.home.heritage import read_heritage

    return None if path is None else read_heritage(path, who)


def _inherit(account: "Account", path: Path) -> None:
    if (inherited := _read_heritage(path, account.address)) is not None:
        _bequeath(account, inherited)


def _bequeath(account: "Account", inherited: "Heritage") -> None:
    from thimbl.core.counting import counted
    from thimbl.home.heritage import bequeath

    number = bequeath(account, inherited)
    begins = "is" if number == 1 else "are"
    note(f"{counted(number, 'message')} of {inherited.source} {begins} the beginning of your log, marked as imported.")
    for what in inherited.left_out:
        note(f"Left out: {what}.")


def _ask_address(context: Context) -> "Address":
    import getpass
    import socket

    if not context.stdin_is_terminal:
        raise Failure("Whose account? Give an address: thimbl init ana@fields.example", code=USAGE)
    guess = f"{getpass.getuser()}@{socket.getfqdn()}"
    found: Address = click.prompt("Your address", default=guess, value_proc=address, err=True)
    return found


@command(
    examples="""
    thimbl post 'First furrow of the winter.'
    echo 'From a pipe.' | thimbl post
    thimbl post -e
    thimbl post --subject 'the end of the film' 'It was a dream.'
    thimbl post --licence CC-BY-SA-4.0 'How to prune a pear.'
"""
)
@argument("text", nargs=-1)
@option("--edit", "-e", "editor", is_flag=True, help="Write it in $VISUAL or $EDITOR.")
@option("--subject", help="A warning to fold the text under.")
@option("--lang", help="The language, such as en or de.")
@option("--licence", "license", type=licence, metavar="ID", help=_LICENCE)
@json_option
@pass_context
def post(
    context: Context,
    text: tuple[str, ...],
    editor: bool,
    subject: str | None,
    lang: str | None,
    license: str | None,
    as_json: bool,
) -> None:
    """Publish a post.

    The text comes from the arguments, from standard input ('-', or a pipe), or from an editor. It prints the
    reference of the post. A draft is kept if anything goes wrong.
    """
    account = context.account
    authoring = account.authoring
    words = read_text(context, text, editor, "post")
    fields = {"subject": subject, "lang": lang, "license": license}
    given = {key: value for key, value in fields.items() if value}
    _publish(context, "post", words, as_json, lambda: authoring.post(words, **given))


@command(
    examples="""
    thimbl reply ic6w2m 'Bring it on Saturday.'
    thimbl reply bob@dairy.example#ic6w2mxl… -e
"""
)
@argument("reference")
@argument("text", nargs=-1)
@option("--edit", "-e", "editor", is_flag=True, help="Write it in $VISUAL or $EDITOR.")
@option("--subject", help="A warning to fold the text under.")
@option("--licence", "license", type=licence, metavar="ID", help=_LICENCE)
@json_option
@pass_context
def reply(
    context: Context,
    reference: str,
    text: tuple[str, ...],
    editor: bool,
    subject: str | None,
    license: str | None,
    as_json: bool,
) -> None:
    """Answer a post.

    REFERENCE is an id, or the beginning of one, as the lists show it.
    """
    authoring = context.account.authoring
    target = _find(context, reference)
    words = read_text(context, text, editor, f"reply-{target.id}")
    fields = {key: value for key, value in (("subject", subject), ("license", license)) if value}
    said, more = answering(target, words)
    _publish(context, f"reply-{target.id}", words, as_json, lambda: authoring.post(said, **fields, **more))


def answering(target: "Item", words: str) -> tuple[str, dict[str, str]]:
    """The text and the fields of an answer to `target`."""
    from thimbl.home.authoring import answer_fields

    return answer_fields(target.address, None if target.seq is None else target.id, words)


def _find(context: Context, reference: str) -> "Item":
    from thimbl.cli.names import find_item

    with context.reader() as reader:
        return find_item(reader, reference)


def _publish(context: Context, draft: str, words: str, as_json: bool, act: "Callable[[], Published]") -> None:
    with kept(context, draft, words):
        published = act()
    _told(context, published, as_json)


def _told(context: Context, published: "Published", as_json: bool) -> None:
    """Print the reference, which is the promise that it is on disk; then bring the store up to date."""
    record = published.records[-1]
    if as_json:
        emit({"reference": str(published.reference), "id": record.id, "seq": record.seq, "kind": record.kind})
    else:
        say(str(published.reference))
    remember(context, published)


def remember(context: Context, published: "Published") -> None:
    """Take what was published into the store. It is published whether or not that succeeds."""
    from thimbl.store.errors import StoreError

    try:
        context.account.remember_published(published)
    except StoreError as error:
        note(f"It is published, but your store was not brought up to date: {error} Run 'thimbl rebuild' later.")


def _own(context: Context, reference: str) -> "Item":
    item = _find(context, reference)
    if item.address != context.account.address:
        raise Failure(f"That is by {item.address}: you can change only what you said yourself.")
    return item


@command(
    examples="""
    thimbl edit ic6w2m 'Second furrow of the winter.'
    thimbl edit ic6w2m -e
"""
)
@argument("reference")
@argument("text", nargs=-1)
@option("--edit", "-e", "editor", is_flag=True, help="Change it in $VISUAL or $EDITOR.")
@json_option
@pass_context
def edit(context: Context, reference: str, text: tuple[str, ...], editor: bool, as_json: bool) -> None:
    """Change the text of a post.

    Readers show the new text, marked as edited. The earlier one stays in your log.
    """
    authoring = context.account.authoring
    target = _own(context, reference)
    words = read_text(context, text, editor, f"edit-{target.id}", start=target.text)
    _publish(context, f"edit-{target.id}", words, as_json, lambda: authoring.edit(target.id, words))


@command(
    examples="""
    thimbl retract ic6w2m
    thimbl retract ic6w2m --yes
"""
)
@argument("reference")
@option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_context
def retract(context: Context, reference: str, yes: bool, as_json: bool) -> None:
    """Take a post back.

    Your host serves the text no longer, and readers drop it at once; that something stood there remains visible.
    """
    target = _own(context, reference)
    if not yes and context.stdin_is_terminal:
        from thimbl.core.terminal import safe_line

        click.confirm(f"Take back {safe_line(target.text)[:60]!r}?", abort=True, err=True)
    _told(context, context.account.authoring.retract(target.id), as_json)


@command(
    examples="""
    thimbl sign
    thimbl sign --discard
"""
)
@option("--discard", is_flag=True, help="Bring back the plan as it was signed; what you wrote is kept beside it.")
@pass_context
def sign(context: Context, discard: bool) -> None:
    """Publish what you wrote into your plan by hand.

    New entries ('- text: what you say', at the top of the entries) become posts; a changed name, bio or list of
    following is published with them. A plan of plain words becomes one post.
    """
    from thimbl.core.counting import counted
    from thimbl.home import following, signing

    account = context.account
    if discard:
        signing.discard(account.authoring)
        note(f"{account.paths.plan} is as you signed it.")
        return
    followed = following.load(account.paths)
    published, edited = signing.sign(account.authoring, following.public(followed))
    if edited.follows is not None:
        followed = following.with_public(account.paths, edited.follows)
        with account.writer() as writer:
            account.sync_following(writer, followed)
    remember(context, published)
    for record in published.records:
        say(f"{account.address}#{record.id}")
    note(f"Signed: {counted(len(published.records), 'new post')}.")
