"""What is new, and what counts as read: `read` and `mark`."""

import sys
from typing import TYPE_CHECKING, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import OK, USAGE, Failure
from thimbl.cli.jsonform import ITEM_HELP
from thimbl.cli.lists import ORDER, show_list
from thimbl.cli.names import find_author, find_item
from thimbl.cli.options import argument, command, json_option, option
from thimbl.cli.output import note

if TYPE_CHECKING:
    from thimbl.store.reader import Reader
    from thimbl.store.types import Selection

SHOWN: Final = 50
"""Items that are new: more are no news, and the person is told how many there are."""


@command(
    examples="""
    thimbl read
    thimbl read -n 0
    thimbl read --no-fetch --json
    """,
    epilog=ORDER + ITEM_HELP + "\nThe exit code is that of the fetch: 3 when some could not be asked.",
)
@option(
    "-n", "--limit", type=click.IntRange(min=0), default=SHOWN, show_default=True, metavar="NUMBER",
    help="The newest so many; 0 for all.",
)
@option("--no-fetch", is_flag=True, help="Ask nobody: only what is here already.")
@option("--unfold", is_flag=True, help="Show the texts that their authors folded under a subject.")
@option("--newest-first", is_flag=True, help="Begin with the newest.")
@json_option
@pass_context
def read(
    context: Context, limit: int, no_fetch: bool, unfold: bool, newest_first: bool, as_json: bool
) -> int:
    """Fetch, then show what is new.

    New is what you have not read yet of those you follow. What was printed counts as read from then on.
    """
    code = OK if no_fetch else _fetch(context)

    def select(_reader: "Reader") -> "Selection":
        return _unread()

    shown = show_list(
        context, select, "Nothing is new.", limit=limit, newest_first=newest_first, as_json=as_json, unfold=unfold,
        asked=not no_fetch,
    )
    if shown:
        sys.stdout.flush()  # what could not be printed is not read
        with context.writer() as writer:
            writer.mark(shown)
        with context.reader() as reader:
            left = reader.count(_unread())
        if left:
            are = "is" if left == 1 else "are"
            note(f"{left} more {are} unread: 'thimbl read --no-fetch' goes on, 'thimbl mark --all' leaves it at that.")
    return code


def _unread() -> "Selection":
    from thimbl.store.types import Selection, View

    return Selection(View.FOLLOWED, unread=True)


def _fetch(context: Context) -> int:
    from thimbl.cli.network import fetch_now

    return fetch_now(context)


@command(
    examples="""
    thimbl mark k3jd92ma x7c2mmqp
    thimbl mark --unread k3jd92ma
    thimbl mark --all
    thimbl mark --all --author mark
    """
)
@argument("refs", nargs=-1, metavar="[REF]...")
@option("--unread", is_flag=True, help="Mark as unread instead.")
@option("--all", "everything", is_flag=True, help="All that is here.")
@option("-a", "--author", metavar="WHO", help="With --all: only what this one wrote.")
@pass_context
def mark(context: Context, refs: tuple[str, ...], unread: bool, everything: bool, author: str | None) -> None:
    """Mark posts as read or unread.

    REF is address#id, or the first characters of its id.
    """
    from thimbl.store.types import Selection, View

    if everything == bool(refs):
        raise Failure("Say which: one or more REF, or --all. See 'thimbl mark --help'.", USAGE)
    if author is not None and not everything:
        raise Failure("--author goes with --all. See 'thimbl mark --help'.", USAGE)
    with context.reader() as reader:
        rowids = list(dict.fromkeys(find_item(reader, ref).rowid for ref in refs))
        who = None if author is None else find_author(reader, author)
    with context.writer() as writer:
        if everything:
            view = View.EVERYONE if who is None else View.AUTHOR
            number = writer.mark_all(Selection(view, author=who), not unread)
        else:
            writer.mark(rowids, not unread)
            number = len(rowids)
    note(f"Marked {number} as {'unread' if unread else 'read'}.")
