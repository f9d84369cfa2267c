"""Lists of items: `timeline`, `mentions`, `search`.

A list ends with the newest, so that the newest stands above the prompt, as `tail` and `journalctl` have it; the order
is the same off a terminal.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.jsonform import ITEM_HELP, item_data
from thimbl.cli.options import argument, command, json_option, moment, option
from thimbl.cli.output import emit, note, say

if TYPE_CHECKING:
    from thimbl.store.reader import Reader
    from thimbl.store.types import Item, Selection

SHOWN: Final = 20
"""Items, unless the person says otherwise: two screens of a small terminal."""

BATCH: Final = 200
"""Items that are held at once, so that a list of 100,000 takes no more memory than one of 200."""

ORDER: Final = "The newest comes last, just above the prompt.\n\n"


def list_options(function: Callable[..., object]) -> Callable[..., object]:
    """The options of every list of items."""
    for add in (
        json_option,
        option("--unfold", is_flag=True, help="Show the texts that their authors folded under a subject."),
        option("--newest-first", is_flag=True, help="Begin with the newest."),
        option("--until", type=moment, metavar="TIME", help="Not from this moment on."),
        option(
            "--since", type=moment, metavar="TIME", help="Not before this moment: 3h, 2d, yesterday, 2026-11-01 (UTC)."
        ),
        option(
            "-n",
            "--limit",
            type=click.IntRange(min=0),
            default=SHOWN,
            show_default=True,
            metavar="NUMBER",
            help="The newest so many; 0 for all.",
        ),
    ):
        function = add(function)
    return function


@command(
    examples="""
    thimbl timeline
    thimbl timeline -n 50 --since 2d
    thimbl timeline --author mark --unfold
    thimbl timeline --unread --json
    thimbl timeline --everyone --until 2026-11-01 -n 0
    thimbl timeline --follow --json | jq -r .text
    """,
    epilog=ORDER + ITEM_HELP,
)
@option("-a", "--author", metavar="WHO", help="Only what this one wrote: an address, or your name for them.")
@option("--everyone", is_flag=True, help="All that is here, also by those you do not follow.")
@option("--bonds", is_flag=True, help="Only bond offers.")
@option("--unread", is_flag=True, help="Only what you have not read.")
@option("-f", "--follow", is_flag=True, help="Go on, and show what comes in, until Ctrl-C. 'fetch --watch' brings it.")
@list_options
@pass_context
def timeline(
    context: Context, /, author: str | None, everyone: bool, bonds: bool, unread: bool, follow: bool, **options: Any
) -> None:
    """Show what you and those you follow have written.

    What is here already is shown; 'thimbl fetch' asks for what is new, and 'thimbl read' does both. With --follow a
    post that is edited or retracted later is shown again, as it is then.
    """
    if sum((author is not None, everyone, bonds)) > 1:
        raise click.UsageError("--author, --everyone and --bonds are three different lists: give one.")
    if follow and (options["newest_first"] or options["until"] is not None):
        raise click.UsageError("--follow shows what is yet to come: it goes with neither --newest-first nor --until.")

    def select(reader: "Reader") -> "Selection":
        from thimbl.cli.names import find_author
        from thimbl.store.types import Selection, View

        limits = {"unread": unread, "since": options["since"], "until": options["until"]}
        if author is not None:
            return Selection(View.AUTHOR, author=find_author(reader, author), **limits)
        return Selection(View.EVERYONE if everyone else View.BONDS if bonds else View.FOLLOWED, **limits)

    if not follow:
        show_list(context, select, "Nothing here fits.", **options)
        return
    from thimbl.cli.tail import Tail

    with context.reader() as reader:
        tail = Tail(context, reader, select, as_json=options["as_json"], unfold=options["unfold"])
        tail.has_shown(show_list(context, select, "Nothing here fits.", **options))
        tail.follow()


@command(
    examples="""
    thimbl mentions
    thimbl mentions --unread
    thimbl mentions --since 1w --json
    """,
    epilog=ORDER + ITEM_HELP,
)
@option("--unread", is_flag=True, help="Only what you have not read.")
@list_options
@pass_context
def mentions(context: Context, /, unread: bool, **options: Any) -> None:
    """Show what names you or answers you.

    A post names you by your address (@ana@fields.example), or by the name that its author follows you under.
    """

    def select(_reader: "Reader") -> "Selection":
        from thimbl.store.types import Selection, View

        return Selection(View.MENTIONS, unread=unread, since=options["since"], until=options["until"])

    show_list(context, select, "Nobody here names or answers you.", **options)


@command(
    examples="""
    thimbl search tractor
    thimbl search '#tractor' rent
    thimbl search --since 2026-11-01 'lower field' --json
    """,
    epilog=ORDER + ITEM_HELP,
)
@argument("words", nargs=-1, required=True)
@list_options
@pass_context
def search(context: Context, /, words: tuple[str, ...], **options: Any) -> None:
    """Find posts by their words and tags.

    All words must be in a post. A word that begins with # is a tag.
    """

    wanted = " ".join(words)
    if wanted.encode("utf-8", "replace").decode("utf-8") != wanted:
        raise click.UsageError("The words are not UTF-8: see that your terminal and locale are.")

    def select(_reader: "Reader") -> "Selection":
        from thimbl.store.types import Selection, View

        return Selection(View.SEARCH, words=wanted, since=options["since"], until=options["until"])

    show_list(context, select, "Nothing here has all of these words.", **options)


def show_list(
    context: Context,
    select: Callable[["Reader"], "Selection"],
    nothing: str,
    *,
    limit: int,
    newest_first: bool,
    as_json: bool,
    unfold: bool,
    since: int | None = None,
    until: int | None = None,
    asked: bool = False,
) -> list[int]:
    """Print a list, or on stderr why it is empty and what to do about it. Returns the rowids that were printed.

    `asked`: everybody has just been asked, so that another fetch would help nobody.
    """
    del since, until  # they are in the selection
    from thimbl.store.errors import StoreMissing

    try:
        with context.reader() as reader:
            selection = select(reader)
            rowids = reader.rowids(selection, limit or None)
            ordered = rowids if newest_first else rowids[::-1]
            of_one = selection.author is not None
            show_items(context, items_of(reader, ordered), as_json=as_json, unfold=unfold, show_muted=of_one)
            if not rowids and not as_json:
                note(nothing if asked and reader.authors() else f"{nothing} {_next_step(reader)}")
            return rowids
    except StoreMissing:
        if not as_json:
            note(f"Nothing is here yet. {first_step(context)}")
        return []


def items_of(reader: "Reader", rowids: Sequence[int]) -> "Iterator[Item]":
    """The items of these rows, in their order."""
    for start in range(0, len(rowids), BATCH):
        yield from reader.items(rowids[start : start + BATCH])


def show_items(
    context: Context, items: "Iterator[Item]", *, as_json: bool, unfold: bool, show_muted: bool = False
) -> None:
    """Print items: JSON, or blocks with an empty line between them. `show_muted`: they are all of one author."""
    if as_json:
        for item in items:
            emit(item_data(item))
        return
    from thimbl.cli.render import Renderer

    renderer = Renderer(context, unfold=unfold, show_muted=show_muted)
    for number, item in enumerate(items):
        if number:
            say()
        say("\n".join(renderer.block(item)))


def first_step(context: Context) -> str:
    """What to do where there is nothing yet."""
    if context.settings.address is None:
        return "Make an account: thimbl init YOU@YOUR.HOST"
    return "Follow somebody: thimbl follow ADDRESS"


def _next_step(reader: "Reader") -> str:
    if not reader.authors():
        return "You follow nobody yet: thimbl follow ADDRESS"
    return "To ask for what is new: thimbl fetch"
