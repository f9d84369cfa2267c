"""The command that finds people: known."""

from typing import TYPE_CHECKING, Any, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.options import command, json_option, option
from thimbl.cli.output import emit, note, painter, say
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from thimbl.store.known import Acquaintance

SHOWN: Final = 20
"""People, unless the person says otherwise: a screen of a small terminal."""

NAMED: Final = 3
"""Of those who follow somebody, and of the names they have, so many are in a row; `--json` has all of them."""

NICK_WIDTH: Final = 24
"""Columns for what somebody is called: whoever has a long name does not push the rest off the screen."""


@command(
    examples="""
    thimbl known
    thimbl known --min 3 -n 50
    thimbl known --mentions
    thimbl known --json | jq -r '.address'
    """,
    epilog="""\
--json gives for each: address, nicks, followed_by, number, mentions, seen, followed.
""",
)
@option("--min", "least", type=click.IntRange(min=0), default=0, metavar="NUMBER", help="Followed by so many of yours.")
@option("--mentions", is_flag=True, help="Only those who name you.")
@option("--all", "everybody", is_flag=True, help="Also those whom you follow.")
@option(
    "-n", "--limit", type=click.IntRange(min=0), default=SHOWN, show_default=True, metavar="NUMBER",
    help="The first so many; 0 for all.",
)  # fmt: skip
@json_option
@pass_context
def known(context: Context, least: int, mentions: bool, everybody: bool, limit: int, as_json: bool) -> None:
    """List people whom those you follow know.

    They are those whom your people follow, by how many of yours do, and those who name you in what is here. Nobody is
    asked, and nobody is followed by this: 'thimbl follow ADDRESS' does that.
    """
    from thimbl.store.errors import StoreMissing
    from thimbl.store.known import Wanted

    found: list[Acquaintance] = []
    try:
        with context.reader() as reader:
            found = reader.acquaintances(Wanted(least, mentions, everybody, limit or None))
    except StoreMissing:
        pass
    if as_json:
        for one in found:
            emit(acquaintance_data(one))
    elif found:
        say("\n".join(_page(context, found)))
        if limit and len(found) == limit:
            note("There may be more: 'thimbl known -n 0' lists all.")
    else:
        note("Nobody is known beyond those you follow. 'thimbl fetch' brings whom they follow.")


def acquaintance_data(one: "Acquaintance") -> dict[str, Any]:
    """Somebody who was found, for programs."""
    from thimbl.cli.jsonform import stamp

    return {
        "address": str(one.address),
        "nicks": list(one.nicks),
        "followed_by": [str(address) for address in one.followed_by],
        "number": len(one.followed_by),
        "mentions": one.mentions,
        "seen": stamp(one.seen),
        "followed": one.followed,
    }


def _page(context: Context, found: "list[Acquaintance]") -> list[str]:
    from thimbl.cli.layout import clip, columns
    from thimbl.cli.when import age

    now, paint = context.now(), painter(context)
    rows = [["address", "called", "seen", "why"]]
    for one in found:
        nicks = [safe_line(nick) for nick in one.nicks[:NAMED]]
        rows.append(
            [
                str(one.address),
                clip(", ".join(nicks), NICK_WIDTH) or "-",
                "-" if one.seen is None else age(one.seen, now),
                _why(one),
            ]
        )
    header, *cells = columns(rows)
    lines = [paint("".join(header), "faint")]
    return [*lines, *(paint(address, "author") + "".join(rest) for address, *rest in cells)]


def _why(one: "Acquaintance") -> str:
    """Who follows them, by number and a few names; and that they name oneself."""
    words = []
    if number := len(one.followed_by):
        names = ", ".join(address.user for address in one.followed_by[:NAMED])
        words.append(f"followed by {number}: {names}{', …' if number > NAMED else ''}")
    if one.mentions:
        words.append("names you" if one.mentions == 1 else f"names you {one.mentions} times")
    return "; ".join([*words, *(["you follow them"] if one.followed else [])])
