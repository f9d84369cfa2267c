"""`feed`: a timeline for readers that do not speak Finger, to stdout or into a file."""

import stat
import sys
from collections.abc import Callable
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import USAGE, Failure
from thimbl.cli.options import argument, command, option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feeds.entries import About
    from thimbl.store.reader import Reader
    from thimbl.store.types import Item, Selection

    Writer = Callable[[Iterable[Item], int, About], bytes]

ENTRIES: Final = 50
"""Unless the person says otherwise: more than most people read in the hour or the day between two looks of a reader."""

STDOUT: Final = "-"


@command(
    examples="""
    thimbl feed > timeline.xml
    thimbl feed ana@fields.example --output /srv/www/ana.atom
    thimbl feed mark --format rss -n 20
    thimbl feed --tag leeks --format json | jq -r '.items[].title'
    """,
    epilog="""\
An entry's id is finger://HOST/USER#ID and stays the same when its author edits it. The verdict on its author is a
category, such as verdict:verified, beside the tags. Retracted and malformed records are left out.

The feed of your timeline tells whom you follow, the private ones too: for the public, take that of an account.
""",
)
@argument("who", required=False, metavar="[ADDRESS|NICK]")
@option(
    "--format", "form", type=click.Choice(["atom", "rss", "json"]), default="atom", show_default=True,
    help="Atom, RSS 2.0 or JSON Feed 1.1.",
)
@option(
    "-n", "--limit", type=click.IntRange(min=0), default=ENTRIES, show_default=True, metavar="NUMBER",
    help="The newest so many; 0 for all.",
)
@option("-o", "--output", metavar="FILE", default=STDOUT, help="Write this file, at once or not at all; else stdout.")
@option("--tag", metavar="TAG", help="Only posts with this tag.")
@pass_context
def feed(context: Context, who: str | None, form: str, limit: int, output: str, tag: str | None) -> None:
    """Write a timeline as a feed: Atom, RSS or JSON Feed.

    Without a name it is what you and those you follow have written; with one, what that account wrote. It is made of
    what is here already: 'thimbl fetch' asks for what is new.
    """
    folded = None if tag is None else _folded(tag)
    path = None if output == STDOUT else _writable(Path(output))
    write = _writer(form)
    now = context.now()
    with context.reader() as reader:
        about = _about(reader, who, folded)
        rowids = reader.rowids(_selection(about))
        data = write(_told(reader, rowids, limit, now), now, about)
    if path is not None:
        _replace(path, data)
    else:
        _print(context, data)


def _writer(form: str) -> "Writer":
    """The function for a format; raises `Failure` where what it needs is not installed."""
    if form == "json":
        from feeds.jsonfeed import jsonfeed

        return jsonfeed
    if find_spec("feedgen") is None:
        raise Failure(
            "Atom and RSS need feedgen: install it with  pip install 'thimbl-node[feeds]'\n"
            "or take --format json, which does without."
        )
    from feeds.atom import atom, rss

    return atom if form == "atom" else rss


def _about(reader: "Reader", who: str | None, tag: str | None) -> "About":
    """Which feed is meant; raises `Failure` where nobody is."""
    from feeds.entries import About
    from thimbl.cli.names import find_author

    if who is None:
        if (me := reader.me()) is None:
            raise Failure("You have no account whose timeline this could be: thimbl init YOU@YOUR.HOST")
        return About(me.address, me.name, timeline=True, tag=tag)
    address = find_author(reader, who)
    if (author := reader.author(address)) is None:
        raise Failure(f"Nothing by {address} is here: 'thimbl follow {address}' brings what they wrote.")
    return About(author.address, author.name, tag=tag)


def _selection(about: "About") -> "Selection":
    from thimbl.store.types import Selection, View

    words = f"#{about.tag}" if about.tag else ""
    if about.timeline:
        return Selection(View.FOLLOWED, words=words)
    return Selection(View.AUTHOR, author=about.address, words=words)


def _told(reader: "Reader", rowids: list[int], limit: int, now: int) -> "Iterable[Item]":
    """The newest `limit` items that a feed tells: what it leaves out does not count."""
    from feeds.entries import entry_of
    from thimbl.cli.lists import items_of

    told = (item for item in items_of(reader, rowids) if entry_of(item, now) is not None)
    return islice(told, limit or None)


def _folded(tag: str) -> str:
    from thimbl.core.text import fold_tag, tags

    folded = fold_tag(tag.strip())
    if tags(f"#{folded}") != (folded,):
        raise click.BadParameter(
            f"{tag[:60]!r} is no tag: give letters, digits and '_', one letter at least.", param_hint="--tag"
        )
    return folded


def _writable(path: Path) -> Path:
    """`path`, where a file can be put in its place: a device or pipe would be gone afterwards. Raises `Failure`."""
    if path.exists() and not path.is_file():
        raise Failure(f"{path} is no file: give the name of one, or none for stdout.", code=USAGE)
    if not path.parent.is_dir():
        raise Failure(f"There is no folder {path.parent}: make it first.")
    return path


def _replace(path: Path, data: bytes) -> None:
    """Put `data` in the file, whole or not at all. A file that is there keeps its mode; a new one others may read."""
    from thimbl.home.durable import PUBLIC, write_file

    write_file(path, data, stat.S_IMODE(path.stat().st_mode) if path.exists() else PUBLIC)


def _print(context: Context, data: bytes) -> None:
    from thimbl.cli.output import say
    from thimbl.core.terminal import safe

    if context.stdout_is_terminal:
        # To look at. A program gets the bytes as they are, whatever the locale.
        say(safe(data.decode().rstrip("\n")))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
