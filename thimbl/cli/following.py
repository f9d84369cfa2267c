"""`following`: whom one follows, and how they stand; and whose logs the communes among them cite."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import click

from thimbl.cli.citing import gathered_lines
from thimbl.cli.context import Context, pass_context
from thimbl.cli.jsonform import author_data
from thimbl.cli.layout import columns
from thimbl.cli.lists import first_step
from thimbl.cli.marks import style_of, words_of
from thimbl.cli.options import command, json_option, option
from thimbl.cli.output import emit, note, painter, say
from thimbl.cli.when import age
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from thimbl.store.citations import Commune
    from thimbl.store.reader import Reader
    from thimbl.store.types import Author

    Row = tuple[Author, tuple[str, ...]]
    """Somebody, and the communes that cite them."""

_TITLES: Final = ("address", "verdict", "plan of", "asked")


@command(
    examples="""
    thimbl following
    thimbl following --cited
    thimbl following --json | jq -r 'select(.failure) | .address'
    thimbl following --opml > feeds.opml
    """,
    epilog="""\
--json gives for each: address, nick, name, followed, private, verdict, reason, fingerprint, recovery, seq, updated,
asked, answered, failure, gap_below, moved_to, posts, due, source, cited_by, url, format, moved_url (of a feed of the
web). What is not known is null.
""",
)
@option("--cited", is_flag=True, help="Instead: whose logs your communes cite, which are asked for too.")
@option("--opml", is_flag=True, help="Instead: as a list that other programs import, and 'follow --opml'.")
@json_option
@pass_context
def following(context: Context, cited: bool, opml: bool, as_json: bool) -> None:
    """List whom you follow, and how they stand.

    For each: your name for them, their address, the verdict on their newest answer, how old the newest plan is that
    holds, and when they were last asked. A commune that you follow is audited by the logs that its records cite: those
    are asked for as well, and are in nobody's timeline.
    """
    if opml:
        from thimbl.cli.web import print_list

        if cited or as_json:
            raise click.UsageError("--opml is a form of its own: it goes with neither --cited nor --json.")
        print_list(context)
        return
    from thimbl.store.citations import communes, gathered
    from thimbl.store.errors import StoreMissing

    try:
        with context.reader() as reader:
            found = communes(reader)
            authors = _cited(reader, found) if cited else [(author, ()) for author in reader.authors()]
            lines = [] if cited else list(gathered_lines(gathered(reader, found)))
    except StoreMissing:
        authors, lines = [], []
    if as_json:
        for author, citing in authors:
            emit(author_data(author, citing))
        return
    if authors:
        say("\n".join(_page(context, authors)))
    elif cited:
        note("Nobody is asked for a commune's sake: 'thimbl follow' a commune.")
    else:
        note(f"You follow nobody yet. {first_step(context)}")
    for line in lines:
        note(line)


def _cited(reader: "Reader", found: "Sequence[Commune]") -> "list[Row]":
    """Those whom communes cite, whether or not anything is known of them."""
    from thimbl.store.citations import author_of, by_log

    return [(author_of(reader, log), citing) for log, citing in by_log(found).items()]


def _page(context: Context, authors: "Sequence[Row]") -> list[str]:
    now, paint = context.now(), painter(context)
    rows = [["cited by" if any(citing for _, citing in authors) else "you call", *_TITLES]]
    for author, citing in authors:
        rows.append(
            [
                ", ".join(citing) or safe_line(author.nick or "") + (" (private)" if told(author) else ""),
                author.place,
                words_of(author.verdict),
                "-" if author.updated is None else age(author.updated, now),
                "never" if author.asked is None else age(author.asked, now),
            ]
        )
    header, *cells = columns(rows)
    lines = [paint("".join(header), "faint")]
    for (author, _), (nick, address, verdict, plan, asked) in zip(authors, cells, strict=True):
        lines.append(paint(nick, "author") + address + paint(verdict, style_of(author.verdict)) + plan + asked)
        lines += [f"    {line}" for line in _troubles(author)]
    return lines


def told(author: "Author") -> bool:
    """Whether it is to be said that somebody is followed in private: of a feed of the web it goes without saying."""
    return author.private and author.web is None


def _troubles(author: "Author") -> Iterator[str]:
    """What is to be known of somebody besides the row: each a line."""
    if author.failure:
        yield f"could not be asked: {safe_line(author.failure)}"
    if author.source is not None:
        yield f"the newest answer came by way of the mirror {safe_line(author.source)}"
    if author.reason and str(author.verdict) not in ("verified", "unsigned"):
        yield safe_line(author.reason)
    if author.gap_below is not None:
        yield f"the records before {author.gap_below} are not here"
    if author.moved_to is not None:
        yield f"moved to {author.moved_to}"
    if author.web is not None and author.web.moved is not None:
        yield f"moved for good to {safe_line(author.web.moved)}"
