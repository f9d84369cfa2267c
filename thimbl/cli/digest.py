"""`digest`: what is new since last week, as a page of text or as a letter for `sendmail -t`."""

import sys
from typing import TYPE_CHECKING, Any

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.options import command, moment, option, tag
from thimbl.cli.output import note
from thimbl.core.times import WEEK

if TYPE_CHECKING:
    from email.headerregistry import Address as Mailbox

    from feeds.about import About
    from feeds.digest import Digest
    from feeds.entries import Entry
    from thimbl.store.reader import Reader
    from thimbl.store.types import Selection


def _mailbox(value: str) -> "Mailbox":
    """For ``type=``: a mail address; a fault is one of usage."""
    from feeds.digestmail import MailboxFault, mailbox

    try:
        return mailbox(value)
    except MailboxFault as fault:
        raise click.BadParameter(str(fault)) from None


@command(
    examples="""
    thimbl digest
    thimbl digest --since yesterday --by thread
    thimbl digest --tag leeks --since 2026-11-01 --until 2026-12-01
    thimbl digest --mail --to ana@fields.example | sendmail -t
    """,
    epilog="""\
For cron, once a week, without a letter where nothing is new:

    0 7 * * 1  thimbl fetch 2>/dev/null; thimbl digest --mail --to me@x | sendmail -t
""",
)
@option(
    "--since",
    type=moment,
    default=None,
    metavar="TIME",
    help="From this moment on: 1w, which is the default, 2d, yesterday, 2026-11-01 (UTC).",
)
@option("--until", type=moment, metavar="TIME", help="Up to this moment, and no further; now otherwise.")
@option("--tag", type=tag, metavar="TAG", help="Only posts with this tag.")
@option("--unread", is_flag=True, help="Only what you have not read.")
@option(
    "--by",
    type=click.Choice(["author", "thread"]),
    default="author",
    show_default=True,
    help="How posts are put together.",
)
@option("--unfold", is_flag=True, help="Show the texts that their authors folded under a subject.")
@option("--mail", is_flag=True, help="A letter of plain text and HTML, with its headers.")
@option("--to", type=_mailbox, multiple=True, metavar="ADDRESS", help="With --mail: whom it is to. Repeatable.")
@option("--from", "sender", type=_mailbox, metavar="ADDRESS", help="With --mail: whose it is; else your own address.")
@option("--even-empty", is_flag=True, help="With --mail: a letter where nothing is new, too.")
@pass_context
def digest(context: Context, /, **options: Any) -> None:
    """Write what is new as a newsletter, for yourself or as mail.

    Mentions and answers come first, then what bonds and communes announced and what is wrong in their books, then the
    posts of those you follow. It shows what is here: 'thimbl fetch' asks for what is new. Nothing counts as read by it.
    """
    if not options["mail"] and (options["to"] or options["sender"] is not None or options["even_empty"]):
        raise click.UsageError("--to, --from and --even-empty are for --mail.")
    if options["mail"] and not options["to"]:
        raise click.UsageError("Whom is the letter to? Give --to ana@fields.example.")
    with context.reader() as reader:
        made = _digest(context, reader, **options)
    if not made.sections and not (options["mail"] and options["even_empty"]):
        note(f"Nothing is new from {made.period}.")
        return
    if not options["mail"]:
        from feeds.digesttext import text

        sys.stdout.write(text(made))
        return
    sys.stdout.buffer.write(_letter(made, options["sender"], options["to"]))
    sys.stdout.buffer.flush()


def _letter(made: "Digest", sender: "Mailbox | None", to: "tuple[Mailbox, ...]") -> bytes:
    from feeds.digestmail import MailboxFault, letter, mailbox_of

    try:
        return letter(made, sender or mailbox_of(made.about.address, made.about.name), to)
    except MailboxFault as fault:
        raise Failure(str(fault)) from None


def _digest(
    context: Context,
    reader: "Reader",
    since: int | None,
    until: int | None,
    tag: str | None,
    unread: bool,
    by: str,
    unfold: bool,
    **_mail: Any,
) -> "Digest":
    from feeds.about import About, What
    from feeds.around import Stored
    from feeds.digest import By, digest
    from thimbl.store.types import Selection, View

    if (me := reader.me()) is None:
        raise Failure("You have no account whose timeline this could be: thimbl init YOU@YOUR.HOST")
    until = context.now() + 1 if until is None else until  # what was said just now is in it
    since = until - WEEK if since is None else since
    if since >= until:
        raise click.UsageError("--since is not before --until: nothing lies between them.")
    about = About(me.address, me.name, What.TIMELINE, tag, around=Stored(reader))
    words = "" if tag is None else f"#{tag}"

    def select(view: View) -> "Selection":
        return Selection(view, words=words, unread=unread, since=since, until=until)

    mentions = reader.rowids(select(View.MENTIONS))
    rowids = sorted({*reader.rowids(select(View.FOLLOWED)), *mentions}, reverse=True)
    named = {item.reference for item in reader.items(mentions)}
    findings = [] if tag is not None or unread else _findings(reader, about)
    return digest(reader.items(rowids), named, findings, about, since, until, By(by), unfold)


def _findings(reader: "Reader", about: "About") -> "list[Entry]":
    """What is wrong in the books of those communes that one follows, or is."""
    from feeds.findings import findings_of

    whose = {author.address for author in reader.authors() if not author.muted} | {about.address}
    ledgers = reader.ledgers()
    ledgers.refresh()
    found: list[Entry] = []
    for commune in ledgers.communes():
        study = ledgers.study(commune) if commune in whose else None
        if study is not None:
            author = reader.author(commune)
            found += findings_of(study, about, None if author is None else author.verdict)
    return sorted(found, key=lambda one: -one.published)
