"""What a person does not want to see for now: `mute` and `unmute`."""

from typing import TYPE_CHECKING, Any

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import USAGE, Failure
from thimbl.cli.layout import columns
from thimbl.cli.options import argument, command, json_option, option
from thimbl.cli.output import emit, note, painter, say
from thimbl.cli.when import local
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from thimbl.store.mutes import Mute

_JSON = """\
--json gives for each: kind (author, tag or word), what, until. What has no end is null.
"""


def span(value: str) -> int:
    """For ``type=``: a length of time as people say it, given to the command in seconds; a fault is one of usage."""
    from thimbl.core.times import TimeError, parse_span

    try:
        return parse_span(value)
    except TimeError as error:
        raise click.BadParameter(str(error)) from None


@command(
    examples="""
    thimbl mute mark@mill.example --for 2w
    thimbl mute '#football'
    thimbl mute frost 'lower field'
    thimbl mute
    thimbl mute --json
    """,
    epilog=_JSON,
)
@argument("what", nargs=-1, metavar="[AUTHOR|#TAG|WORD]...")
@option("--for", "length", type=span, metavar="TIME", help="Until then: 12h, 3d, 2w; else until 'thimbl unmute'.")
@option("--word", "as_word", is_flag=True, help="A word, also where it is your name for somebody.")
@json_option
@pass_context
def mute(context: Context, what: tuple[str, ...], length: int | None, as_word: bool, as_json: bool) -> None:
    """Leave an author, a tag or a word out of what you read.

    An author is an address, or your name for somebody whom you follow. Muted posts are left out of the timeline, of
    mentions and of what counts as unread; they still stand on their author's own page, in threads and in what a search
    finds. Nobody is told of it, and nobody is unfollowed. Without an argument it lists what is muted.
    """
    if not what:
        if length is not None or as_word:
            raise click.UsageError("Say what to mute: an author, a #tag or a word.")
        _show(context, context.account.mutes(), as_json)
        return
    now = context.now()
    mutes = [_meant(context, text, as_word, None if length is None else now + length) for text in what]
    context.account.mute(*mutes)
    if as_json:
        _show(context, mutes, as_json)
    for one in mutes:
        until = f" until {local(one.until)}" if one.until is not None else ""
        note(f"Muted{until}: {one.kind} {safe_line(one.name)}")


@command(
    examples="""
    thimbl unmute mark@mill.example
    thimbl unmute '#football' frost
    """
)
@argument("what", nargs=-1, required=True, metavar="AUTHOR|#TAG|WORD...")
@option("--word", "as_word", is_flag=True, help="A word, also where it is your name for somebody.")
@pass_context
def unmute(context: Context, what: tuple[str, ...], as_word: bool) -> None:
    """Let what was muted be seen again.

    What came meanwhile stands in your lists where it belongs by its time.
    """
    mutes = [_meant(context, text, as_word, None) for text in what]
    context.account.unmute(*mutes)
    for one in mutes:
        note(f"Muted no longer: {one.kind} {safe_line(one.name)}")


def _meant(context: Context, text: str, as_word: bool, until: int | None) -> "Mute":
    """What somebody means who types `text`. Raises `Failure`."""
    from thimbl.core.web import FeedUrl, looks_like_url
    from thimbl.home import following
    from thimbl.store.mutes import Mute, MuteError, MuteKind

    name = text.strip().removeprefix("@")
    kind = MuteKind.WORD
    if not as_word:
        if looks_like_url(text):
            kind, text = MuteKind.AUTHOR, str(FeedUrl.parse(text).address)
        elif text.startswith("#"):
            kind = MuteKind.TAG
        elif "@" in name:
            kind, text = MuteKind.AUTHOR, name
        else:
            called = [one for one in following.load(context.paths) if one.nick.casefold() == name.casefold()]
            called = [one for one in called if one.nick == name] or called
            if len(called) > 1:
                several = ", ".join(one.place for one in called)
                raise Failure(f"{name!r} is your name for several: {several}. Give the address, or --word.", USAGE)
            if called:
                kind, text = MuteKind.AUTHOR, str(called[0].address)
    try:
        mute = Mute.of(kind, text, until)
    except MuteError as error:
        raise Failure(str(error), USAGE) from None
    if mute.kind is MuteKind.AUTHOR and mute.what == str(context.settings.address):
        raise Failure("That is you: what you write yourself can not be muted.", USAGE)
    return mute


def _show(context: Context, mutes: "Iterable[Mute]", as_json: bool) -> None:
    listed = list(mutes)
    if as_json:
        for mute in listed:
            emit(mute_data(mute))
    elif listed:
        say("\n".join(_page(context, listed)))
    else:
        note("Nothing is muted.")


def mute_data(mute: "Mute") -> dict[str, Any]:
    """A mute for programs."""
    from thimbl.cli.jsonform import stamp

    return {"kind": str(mute.kind), "what": mute.name, "until": stamp(mute.until)}


def _page(context: Context, mutes: "Sequence[Mute]") -> list[str]:
    paint = painter(context)
    rows = [["muted", "", "until"]]
    for mute in mutes:
        rows.append([str(mute.kind), safe_line(mute.name), "-" if mute.until is None else local(mute.until)])
    header, *cells = columns(rows)
    return [paint("".join(header), "faint"), *("".join(row) for row in cells)]
