"""One record, or one conversation: `show` and `thread`."""

from typing import TYPE_CHECKING, Any, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import FAILED, Failure
from thimbl.cli.jsonform import ITEM_HELP, item_data, stamp, thread_data
from thimbl.cli.layout import columns, wrap
from thimbl.cli.marks import words_of
from thimbl.cli.names import find_item
from thimbl.cli.options import argument, command, json_option, option
from thimbl.cli.output import emit, painter, say
from thimbl.cli.when import local, since
from thimbl.core.imported import IMPORTED
from thimbl.core.licences import LICENSE, licence_of
from thimbl.core.records import POST
from thimbl.core.terminal import safe, safe_line

if TYPE_CHECKING:
    from thimbl.store.reader import Reader
    from thimbl.store.types import Author, Item


_TOLD: Final = ("text", "subject", "re", "salt", LICENSE, IMPORTED)
"""Fields of a post that are shown by themselves."""


@command(
    examples="""
    thimbl thread k3jd92ma
    thimbl thread mark@mill.example#k3jd92ma
    thimbl thread k3jd --json
    """,
    epilog=ITEM_HELP + """\
Before these come depth (0 is where the conversation began) and missing; of a record that is missing there are only
reference, id and address.
""",
)
@argument("ref")
@option("--unfold", is_flag=True, help="Show the texts that their authors folded under a subject.")
@json_option
@pass_context
def thread(context: Context, ref: str, unfold: bool, as_json: bool) -> None:
    """Show a whole conversation.

    REF is any record of it: address#id, or the first characters of its id. Each answer stands under what it answers.
    """
    with context.reader() as reader:
        places = reader.thread(find_item(reader, ref).reference)
    if as_json:
        for place in places:
            emit(thread_data(place))
        return
    from thimbl.cli.render import Renderer

    renderer = Renderer(context, unfold=unfold)
    for number, place in enumerate(places):
        if number:
            say()
        # The place in the tree says what it answers, but the root may answer somebody of 2010.
        block = (
            renderer.missing(place.reference, place.depth)
            if place.item is None
            else renderer.block(place.item, depth=place.depth, reply_line=place.depth == 0)
        )
        say("\n".join(block))


@command(
    examples="""
    thimbl show k3jd92ma
    thimbl show mark@mill.example#k3jd92ma --earlier
    thimbl show k3jd92ma --raw
    thimbl show k3jd92ma --json
    """,
    epilog=ITEM_HELP + """\
After these come fingerprint, reason, head_seq, head_updated (of the author) and earlier (with --earlier: a list of time
and text, else null).
""",
)
@argument("ref")
@option("--earlier", is_flag=True, help="Also what it said before it was edited.")
@option("--raw", is_flag=True, help="Only the record's data, as it came.")
@json_option
@pass_context
def show(context: Context, ref: str, earlier: bool, raw: bool, as_json: bool) -> None:
    """Show one record in full.

    REF is address#id, or the first characters of its id. Shown are its text, unfolded, all its fields, its whole id and
    reference, and what is known of its author's key.
    """
    if raw and (earlier or as_json):
        raise click.UsageError("--raw is the record alone: it goes with neither --earlier nor --json.")
    with context.reader() as reader:
        item = find_item(reader, ref)
        if raw:
            emit(_record(reader, item))
            return
        author = reader.author(item.address)
        texts = reader.earlier_texts(item) if earlier else None
    if as_json:
        emit(_data(item, author, texts))
    else:
        say("\n".join(_page(context, item, author, texts)))


def _record(reader: "Reader", item: "Item") -> dict[str, Any]:
    if item.seq is None:
        if item.address.is_web:
            raise Failure("An entry of a feed is no record, so there is none to show as it came. Leave --raw away.")
        raise Failure(
            "A message of version 1 is no record, so there is none to show as it came. Leave --raw away, or use --json."
        )
    found = reader.record_data(item.address, item.seq, item.seq)
    if not found:
        raise Failure("The record itself is not in the store: 'thimbl fetch' asks for it again.", FAILED)
    return found[0]


def _data(item: "Item", author: "Author | None", texts: list[tuple[int, str]] | None) -> dict[str, Any]:
    earlier = None if texts is None else [{"time": stamp(time), "text": text} for time, text in texts]
    return item_data(item) | {
        "fingerprint": author.key if author else None,
        "reason": author.reason if author else None,
        "head_seq": author.seq if author else None,
        "head_updated": stamp(author.updated) if author else None,
        "earlier": earlier,
    }


def _page(
    context: Context, item: "Item", author: "Author | None", texts: list[tuple[int, str]] | None
) -> list[str]:
    from thimbl.cli.render import Renderer

    renderer, paint = Renderer(context, full=True), painter(context)
    lines = renderer.block(item)
    if item.kind == "post":
        extra = {key: value for key, value in item.body.items() if key not in _TOLD}
        if extra:
            lines += ["", *("  " + line for line in renderer.fields(extra, context.width - 4, ""))]
    for time, text in texts or []:
        lines += ["", "    " + paint(f"before, {since(time, context.now())}", "faint")]
        lines += ["    " + line if line else "" for line in wrap(safe(text), context.width - 4)]
    lines.append("")
    rows = columns([[f"  {label}", text] for label, text in _facts(context, item, author)])
    return lines + [paint(label, "faint") + text for label, text in rows]


def _facts(context: Context, item: "Item", author: "Author | None") -> list[tuple[str, str]]:
    """What is known of a record besides what it says."""
    from thimbl.core.text import links

    now = context.now()
    facts = [("record", str(item.reference))]
    if item.seq is not None:
        of = f" of {author.seq}" if author and author.seq >= item.seq else ""
        facts.append(("number", f"{item.seq}{of}, kind {safe_line(item.kind)}"))
    elif item.address.is_web:
        facts.append(("number", "none: an entry of a feed has no place in a log"))
    else:
        facts.append(("number", "none: a message of version 1 has no place in a log"))
    if item.link is not None:
        facts.append(("page", safe_line(item.link)))
    facts.append(("written", f"{stamp(item.time)} ({local(item.time)} here)"))
    if item.edited is not None:
        facts.append(("edited", f"{stamp(item.edited)} ({local(item.edited)} here)"))
    if item.re is not None:
        facts.append(("answers", str(item.re)))
    if (origin := item.imported) is not None:
        facts.append(("imported", f"said {stamp(origin.time)} as {origin.source}"))
    if item.licence is not None:
        facts.append(("licence", safe_line(item.licence)))
    elif item.kind == POST and author is not None and (of_plan := licence_of(author.properties)) is not None:
        facts.append(("licence", f"{safe_line(of_plan)}, as all of {item.address}'s"))
    if item.by:
        facts.append(("written by", safe_line(item.by)))
    if author is not None and author.name:
        facts.append(("author" if author.web is None else "feed", safe_line(author.name)))
    if author is not None and author.web is not None:
        facts.append(("", f"{safe_line(author.web.url)}" + (f" ({author.web.kind})" if author.web.kind else "")))
    facts.append(("verdict", words_of(item.verdict)))
    if author is not None:
        if author.reason and str(author.verdict) not in ("verified", "unsigned"):
            facts.append(("", safe_line(author.reason)))
        facts.append(("key", author.key or f"none: nobody signs this {'plan' if author.web is None else 'feed'}"))
        if author.updated is not None:
            facts.append(("plan of", since(author.updated, now)))
    facts += [("link", safe_line(link)) for link in links(item.text) if link != item.link]
    return facts
