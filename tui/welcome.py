"""What stands in a list while nothing is in it: what to press."""

from collections.abc import Sequence

from tui.lines import BLANK, Line, Role, line
from tui.places import Place, Tab


def _keys(*rows: tuple[str, str]) -> list[Line]:
    return [line((f"    {key:<4}", Role.KEY), (told, Role.TEXT)) for key, told in rows]


def empty(place: Place, address: str) -> Sequence[Line]:
    """The lines for an empty list at `place`; `address` is the reader's own."""
    if place.thread is not None or place.author is not None:
        return [line(("  Nothing of it is here yet.", Role.DIM))]
    if place.unread:
        return [line(("  All read.", Role.DIM)), BLANK, *_keys(("F", "shows all again"))]
    if place.tab is Tab.TIMELINE:
        return [
            line(("  Welcome to thimbl.", Role.STRONG)),
            line((f"  You are {address}", Role.DIM)),
            BLANK,
            line(("  Nothing is here yet. Begin with one of these:", Role.TEXT)),
            BLANK,
            *_keys(
                ("f", "follow somebody: type their address"),
                ("c", "write your first post"),
                ("R", "fetch what those you follow have posted"),
                ("?", "see every key"),
                ("q", "quit"),
            ),
        ]
    if place.tab is Tab.MENTIONS:
        return [line(("  Nobody has named or answered you yet.", Role.DIM))]
    if place.tab is Tab.BONDS:
        return [line(("  No bond offers from those you follow.", Role.DIM))]
    if place.tab is Tab.FOLLOWING:
        return [line(("  You follow nobody yet.", Role.DIM)), BLANK, *_keys(("f", "follows somebody"))]
    if place.words:
        return [line(("  Nothing has all of these words.", Role.DIM)), BLANK, *_keys(("/", "searches again"))]
    return [line(("  Press ", Role.DIM), ("/", Role.KEY), (" and type words, or a #tag.", Role.DIM))]
