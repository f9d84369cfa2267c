"""What stands in a list while nothing is in it: what to press."""

from collections.abc import Callable, Sequence

from tui.lines import BLANK, Line, Role, line
from tui.places import Place, Tab


def _keys(*rows: tuple[str, str]) -> list[Line]:
    wide = max(len(key) for key, _ in rows)
    return [line((f"    {key:<{wide}}   ", Role.KEY), (told, Role.TEXT)) for key, told in rows]


def empty(place: Place, address: str, key: Callable[[str], str]) -> Sequence[Line]:
    """The lines for an empty list at `place`; `address` is the reader's own, `key` tells what a binding's key is."""
    if not place.is_view:
        return [line(("  Nothing of it is here yet.", Role.DIM))]
    if place.unread:
        return [line(("  All read.", Role.DIM)), BLANK, *_keys((key("filter"), "shows all again"))]
    if place.tab is Tab.TIMELINE:
        return [
            line(("  Welcome to thimbl.", Role.STRONG)),
            line((f"  You are {address}", Role.DIM)),
            BLANK,
            line(("  Nothing is here yet. Begin with one of these:", Role.TEXT)),
            BLANK,
            *_keys(
                (key("follow"), "follow somebody: type their address"),
                (key("compose"), "write your first post"),
                (key("fetch"), "fetch what those you follow have posted"),
                (key("help"), "see every key"),
                (key("quit"), "quit"),
            ),
        ]
    if place.tab is Tab.MENTIONS:
        return [line(("  Nobody has named or answered you yet.", Role.DIM))]
    if place.tab is Tab.FOLLOWING:
        return [line(("  You follow nobody yet.", Role.DIM)), BLANK, *_keys((key("follow"), "follows somebody"))]
    if place.words:
        return [
            line(("  Nothing has all of these words.", Role.DIM)),
            BLANK,
            *_keys((key("search"), "searches again")),
        ]
    return [line(("  Press ", Role.DIM), (key("search"), Role.KEY), (" and type words, or a #tag.", Role.DIM))]
