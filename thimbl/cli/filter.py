"""`filter`: for newsboat's `exec:` and `filter:`, and for any other reader that runs a program (newsboat's
documentation, "Scripts and Filters")."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from io import StringIO
from typing import TYPE_CHECKING, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import USAGE, Failure
from thimbl.cli.feed import ENTRIES
from thimbl.cli.options import argument, command, option
from thimbl.cli.output import note

if TYPE_CHECKING:
    from feeds.sieve import Found
    from thimbl.store.mutes import Mute
    from thimbl.store.reader import Reader
    from thimbl.store.types import Item

FRESH: Final = 300
"""Seconds within which nobody is asked again: a reader that reloads ten feeds of one host at once asks it once each."""

UNCHECKED: Final = "[unchecked]"
"""Before a title: the record that the entry says it is, is not here."""

DIFFERENT: Final = "[not as signed]"
"""Before a title: the record is here, and says something else."""


@command(
    "filter",
    examples="""
    thimbl filter ana@fields.example
    thimbl filter mark --no-fetch --format rss
    curl -s https://fields.example/timeline/feed.atom | thimbl filter
    """,
    epilog="""\
In newsboat's urls file:

\b
    "exec:thimbl filter ana@fields.example"
    "exec:thimbl filter mark -n 20" mill
    "filter:thimbl filter:https://fields.example/timeline/feed.atom"

Exit code 0 also where the account could not be asked and something of it is here: it is told on stderr. What is no feed
is one line there, and exit code 1.
""",
)
@argument("who", required=False, metavar="[ADDRESS|NICK]")
@option("--no-fetch", is_flag=True, help="Ask nobody: only what is here already.")
@option(
    "--format", "form", type=click.Choice(["atom", "rss"]), default="atom", show_default=True, help="Atom or RSS 2.0."
)
@option(
    "-n", "--limit", type=click.IntRange(min=0), default=ENTRIES, show_default=True, metavar="NUMBER",
    help="The newest so many; 0 for all.",
)  # fmt: skip
@pass_context
def filter_(context: Context, who: str | None, no_fetch: bool, form: str, limit: int) -> None:
    """Be a feed for newsboat, or check one that it reads.

    With a name it asks that account what is new, unless that was done in the last five minutes, and writes a feed of
    what it wrote; you need not follow it. Without one it reads Atom or RSS and writes it as it came, but for what you
    have muted and what its author took back. An entry that says it is somebody's post is compared with what they
    signed, as far as that is here: [not as signed] or [unchecked] stands before its title, or the verdict on its
    author where there is something wrong with it.
    """
    if who is not None:
        _account(context, who, no_fetch, form, limit)
        return
    if context.stdin_is_terminal:
        raise Failure("Give an account, or a feed on standard input. See 'thimbl filter --help'.", USAGE)
    _feed(context)


def _account(context: Context, who: str, no_fetch: bool, form: str, limit: int) -> None:
    from thimbl.cli.feed import feed

    if not no_fetch:
        _ask(context, who)
    click.get_current_context().invoke(feed, who=who, form=form, limit=limit)


def _ask(context: Context, who: str) -> None:
    """Ask them, unless that was just done. What goes wrong is told, and what is here is written all the same.

    Raises `Failure` where nothing is.
    """
    from thimbl.cli.names import find_author
    from thimbl.cli.network import fetch_now
    from thimbl.core.address import Address
    from thimbl.store.errors import StoreMissing

    try:
        with context.reader() as reader:
            address = find_author(reader, who)
            author = reader.author(address)
    except StoreMissing:
        address, author = Address.parse(who.lstrip("@")), None
    if author is not None and author.asked is not None and 0 <= context.now() - author.asked < FRESH:
        return
    with redirect_stderr(StringIO()) as said:  # where all is well there is nothing to say to a program
        code = fetch_now(context, [address])
    if code:
        with context.reader() as reader:
            author = reader.author(address)
        if author is None or author.answered is None:
            raise Failure(said.getvalue().strip())
        note(said.getvalue().strip())


def _feed(context: Context) -> None:
    """Read a feed, sift it, write it: all of it or nothing."""
    from feeds.sieve import MAX_BYTES, FeedFault, sift
    from thimbl.store.errors import StoreMissing

    raw = sys.stdin.buffer.read(MAX_BYTES + 1)
    mutes = context.account.mutes()
    try:
        try:
            with context.reader() as reader:
                made = sift(raw, lambda found: _judged(found, mutes, reader))
        except StoreMissing:
            made = sift(raw, lambda found: _judged(found, mutes, None))
    except FeedFault as error:
        raise Failure(str(error)) from None
    sys.stdout.flush()
    sys.stdout.buffer.write(made)


def _judged(found: "list[Found]", mutes: "Sequence[Mute]", reader: "Reader | None") -> "Iterator[str | None]":
    """Of each entry what goes before its title; None for one to leave out."""
    from thimbl.store.elsewhere import Said, muted

    references = [entry.reference for entry in found]
    said = [
        Said(entry.words, entry.tags, None if reference is None else str(reference.address))
        for entry, reference in zip(found, references, strict=True)
    ]
    for entry, reference, by in zip(found, references, muted(mutes, said), strict=True):
        if by is not None:
            yield None
        elif reference is None:
            yield UNCHECKED if "finger://" in entry.id else ""
        else:
            items = [] if reader is None else reader.find(str(reference))
            yield _word(entry, items[0], reader) if items and reader is not None else UNCHECKED


def _word(entry: "Found", item: "Item", reader: "Reader") -> str | None:
    from feeds.about import About
    from feeds.entries import entry_of
    from feeds.sieve import plain
    from thimbl.core.log import Verdict

    if item.retracted:
        return None
    signed = entry_of(item, About(item.address, item.name))
    if signed is None:
        return DIFFERENT
    said = {signed.text, *(text for _, text in (reader.earlier_texts(item) if item.edited is not None else ()))}
    if not any(_says(entry, plain(text), plain(signed.title)) for text in said):
        return DIFFERENT
    fine = (None, Verdict.VERIFIED, Verdict.UNSIGNED)
    return "" if item.verdict in fine else f"[{item.verdict}]"


def _says(entry: "Found", text: str, title: str) -> bool:
    """Whether an entry says this text and no other: under its title or its first words, and whole if at all."""
    begins = text.startswith(entry.title.removesuffix("…").strip())
    return (entry.title == title or begins) and (entry.body == text or (begins and not entry.body))
