"""`feed`: a timeline, a commune's announcements or its findings for readers that do not speak Finger, to stdout or into
a file."""

import re
import stat
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import USAGE, Failure
from thimbl.cli.options import argument, command, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feeds.about import About
    from feeds.carried import Carried
    from feeds.entries import Entry
    from feeds.serving import Write
    from thimbl.store.reader import Reader
    from thimbl.store.types import Item, Selection

ENTRIES: Final = 50
"""Unless the person says otherwise: more than most people read in the hour or the day between two looks of a reader."""

STDOUT: Final = "-"

MAX_URL: Final = 2_000
"""Characters of a URL: longer ones are refused by servers and by the programs that read feeds."""

# RFC 3986 2 and 3, of an absolute one; twtxt is also read over gemini and gopher.
_URL: Final = re.compile(r"(?:https?|gemini|gopher)://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


def _url(value: str) -> str:
    """For ``type=``: an absolute URL; a fault is one of usage."""
    if len(value) > MAX_URL or not _URL.fullmatch(value):
        raise click.BadParameter(
            f"{value[:60]!r} is no URL of a feed: they look like https://fields.example/ana.atom, in ASCII."
        )
    return value


@command(
    examples="""
    thimbl feed > timeline.xml
    thimbl feed ana@fields.example --output /srv/www/ana.atom
    thimbl feed mark --format rss -n 20
    thimbl feed --tag leeks --format json | jq -r '.items[].title'
    thimbl feed ana@fields.example --format twtxt --url https://fields.example/ana.txt -o ana.txt
    thimbl feed --commune commune@fields.example -o /srv/www/commune.atom
    thimbl feed --findings commune@fields.example
    """,
    epilog="""\
An entry's id is finger://HOST/USER#ID and stays the same when its author edits it. The verdict on its author is a
category, such as verdict:verified, beside the tags. Malformed records are left out, and so are retracted ones; Atom
names those, so that readers drop them.

The feed of an account has its signed plan in it: 'thimbl import' of the file checks that and takes it in. The feed of
your timeline tells whom you follow, the private ones too: for the public, take that of an account.
""",
)
@argument("who", required=False, metavar="[ADDRESS|NICK]")
@option("--commune", metavar="WHO", help="Instead: what this commune announced, without its posts.")
@option("--findings", metavar="WHO", help="Instead: where this commune's records do not follow from each other.")
@option(
    "--format",
    "form",
    type=click.Choice(["atom", "rss", "json", "twtxt"]),
    default="atom",
    show_default=True,
    help="Atom, RSS 2.0, JSON Feed 1.1 or twtxt.",
)
@option(
    "-n",
    "--limit",
    type=click.IntRange(min=0),
    default=ENTRIES,
    show_default=True,
    metavar="NUMBER",
    help="The newest so many; 0 for all.",
)
@option("-o", "--output", metavar="FILE", default=STDOUT, help="Write this file, at once or not at all; else stdout.")
@option("--tag", metavar="TAG", help="Only posts with this tag.")
@option("--url", type=_url, metavar="URL", help="Where the feed will be published, for it to say so.")
@pass_context
def feed(
    context: Context,
    who: str | None,
    commune: str | None,
    findings: str | None,
    form: str,
    limit: int,
    output: str,
    tag: str | None,
    url: str | None,
) -> None:
    """Write a timeline as a feed: Atom, RSS, JSON Feed or twtxt.

    Without a name it is what you and those you follow have written; with one, what that account wrote. It is made of
    what is here already: 'thimbl fetch' asks for what is new.
    """
    if sum(one is not None for one in (who, commune, findings)) > 1:
        raise click.UsageError("An account, --commune and --findings are three different feeds: name one.")
    if tag is not None and not (commune is None and findings is None):
        raise click.UsageError("--tag goes with posts: announcements and findings have no tags.")
    folded = None if tag is None else _folded(tag)
    path = None if output == STDOUT else _writable(Path(output))
    write = _writer(form)
    with context.reader() as reader:
        about = replace(_about(reader, who, commune, findings, folded), url=url)
        told, floor = _told(context, reader, about, limit)
        data = write(told, context.now(), replace(about, plan=_plan(reader, about, floor)))
    if path is not None:
        _replace(path, data)
    else:
        _print(context, data)


def _writer(form: str) -> "Write":
    """The function for a format; raises `Failure` where what it needs is not installed."""
    from feeds.serving import FORMS

    if form in ("atom", "rss") and find_spec("feedgen") is None:
        raise Failure(
            "Atom and RSS need feedgen: install it with  pip install 'thimbl-node[feeds]'\n"
            "or take --format json or twtxt, which do without."
        )
    return FORMS[form].writer()


def _about(reader: "Reader", who: str | None, commune: str | None, findings: str | None, tag: str | None) -> "About":
    """Which feed is meant; raises `Failure` where nobody is."""
    from feeds.about import About, What
    from feeds.around import Stored
    from thimbl.cli.names import find_author

    around = Stored(reader)
    whom = next((one for one in (who, commune, findings) if one is not None), None)
    if whom is None:
        if (me := reader.me()) is None:
            raise Failure("You have no account whose timeline this could be: thimbl init YOU@YOUR.HOST")
        return About(me.address, me.name, What.TIMELINE, tag, around=around)
    address = find_author(reader, whom)
    if (author := reader.author(address)) is None:
        raise Failure(f"Nothing by {address} is here: 'thimbl follow {address}' brings what they wrote.")
    what = What.ACCOUNT
    if who is None:
        what = What.ANNOUNCEMENTS if findings is None else What.FINDINGS
    return About(author.address, author.name, what, tag, around=around)


def _selection(about: "About") -> "Selection":
    from feeds.about import What
    from thimbl.store.types import Selection, View

    words = f"#{about.tag}" if about.tag else ""
    if about.what is What.TIMELINE:
        return Selection(View.FOLLOWED, words=words)
    return Selection(View.AUTHOR, author=about.address, words=words)


def _told(context: Context, reader: "Reader", about: "About", limit: int) -> "tuple[list[Item | Entry], int]":
    """The newest `limit` entries: what a feed leaves out does not count. Between them, what was retracted. And the seq
    of the oldest, 1 where there are no more."""
    from feeds.about import What

    if about.what is What.FINDINGS:
        return list(_found(context, reader, about)[: limit or None]), 1
    told: list[Item | Entry] = []
    number, floor = 0, 1
    for item, entry in _entries(reader, about):
        if number == limit > 0:
            return told, floor
        told.append(item if entry is None else entry)
        number += entry is not None
        floor = item.seq or 1  # a plan that nobody signed has no numbers
    return told, 1


def _entries(reader: "Reader", about: "About") -> "Iterator[tuple[Item, Entry | None]]":
    """The items that a feed tells of, newest first, each with its entry; with none what was retracted."""
    from feeds.about import What
    from feeds.entries import entry_of
    from thimbl.cli.lists import items_of
    from thimbl.core.records import POST

    for item in items_of(reader, reader.rowids(_selection(about))):
        if about.what is What.ANNOUNCEMENTS and item.kind == POST:
            continue
        if (entry := entry_of(item, about)) is not None or item.retracted:
            yield item, entry


def _plan(reader: "Reader", about: "About", floor: int) -> "Carried | None":
    """The signed plan that goes along with the feed of an account; None of what nobody signed."""
    from feeds.carried import carried
    from thimbl.store.copying import copy_of

    if not about.is_of_one or (copy := copy_of(reader, about.address)) is None:
        return None
    newest_first = (record for _, page in copy.pages() for record in reversed(page))
    return carried(copy.head, newest_first, floor)


def _found(context: Context, reader: "Reader", about: "About") -> "list[Entry]":
    """What is wrong at a commune. Raises `Failure` where the account is none."""
    from feeds.findings import findings_of
    from thimbl.cli.ledger import Until, studies_of

    [study] = studies_of(context, about.address, Until(), None)
    if study.ledger.state.charter is None:
        raise Failure(f"{about.address} has no charter: it is no commune, and there is nothing to find yet.")
    author = reader.author(about.address)
    return findings_of(study, about, None if author is None else author.verdict)


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
