"""Tables: rows of cells in columns that are as wide as what stands in them, sorted, filtered, drawn.

- A table is a value: columns and rows. What is shown of it is arithmetic on them: which rows (:func:`arranged`), how
  wide (:func:`widths`), which line (:func:`draw_row`). The widget is `tui.grid`.
- Amounts stand at the right of their column. A column that does not fit is left out, the last that one needs first; one
  of words gives way before, and is cut with an ellipsis.
- What a row has that its columns have no room for is told below the table, of the row that is selected (:func:`told`).
- The order is told in the head of its column by ▲ or ▼; a row that is selected begins with ▌, and the figure that is
  chosen in it stands in brackets. Nothing depends on colour.
- Cells hold what is safe already (`tui.lines.plain`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from rich.cells import cell_len

from tui.bidi import isolated_pieces
from tui.lines import Line, Piece, Pieces, Role, cut, line, width_of

GAP: Final = 2
"""Cells around what stands in a column, one at either side: blank, or the brackets of the chosen figure."""

GUTTER: Final = 1
"""Cells at the left: the cursor."""

LEAST: Final = 8
"""Cells that a column of words is given before another column is left out for it."""

TOLD: Final = 3
"""Lines at most in which is told what of a row has no room in it."""

BETWEEN: Final = 3
"""Cells between two things that are told there."""

CURSOR: Final = "▌"

NOTHING: Final[Pieces] = (("–", Role.DIM),)
"""A figure that is chosen where there is none."""

UP: Final = "▲"
DOWN: Final = "▼"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. The first of `needed` 0 are never left out; of the others the highest goes first."""

    title: str
    right: bool = False
    """An amount or a number, which stands at the right; sorted, the largest comes first."""
    grows: bool = False
    """Words, which are cut where there is little room."""
    needed: int = 1
    figure: bool = False
    """What stands in it can be derived."""
    chosen: bool = False
    """Of the figures of a row, the one that is chosen first; without one the first of them is."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a table."""

    text: str
    order: int | str | None = None
    """What it is sorted by; without it its text, case folded."""
    role: Role = Role.TEXT
    pieces: Pieces = ()
    """Where it has more than one role; its text is then for filtering alone."""

    @property
    def shown(self) -> Pieces:
        """As it is drawn."""
        return self.pieces or ((self.text, self.role),)

    @property
    def width(self) -> int:
        """Cells that it takes."""
        if self.pieces:
            return width_of(self.pieces)
        return len(self.text) if self.text.isascii() else cell_len(self.text)

    @property
    def sorted_by(self) -> tuple[int, int, str]:
        """Numbers before words, each among their like."""
        order = self.order
        if isinstance(order, int):
            return 0, order, ""
        return 1, 0, (order or self.text).casefold()


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `key` is its own among those of its table, from one reading of the store to the next."""

    key: str
    cells: tuple[Cell, ...]
    text: str = field(init=False, compare=False)
    """All that stands in it, case folded, for filtering: made where the row is made, which is aside."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", " ".join([cell.text for cell in self.cells]).casefold())


@dataclass(frozen=True, slots=True)
class Order:
    """By which column rows are sorted, and whether from its end."""

    column: int
    reverse: bool = False


def natural(columns: Sequence[Column], column: int) -> Order:
    """The order that one expects first of a column: the largest amount, or A before B."""
    return Order(column, columns[column].right)


def arranged(rows: Sequence[Row], order: Order | None, words: str = "") -> list[Row]:
    """The rows that have all of these words, case folded, in this order; in their own where there is none.

    Rows that are alike stay in their own order, also when it is reversed.
    """
    wanted = words.casefold().split()
    found = [row for row in rows if all(word in row.text for word in wanted)] if wanted else list(rows)
    if order is not None:
        cells = {row.key: row.cells[order.column] for row in found}
        if any(isinstance(cell.order, int) for cell in cells.values()):
            found.sort(key=lambda row: cells[row.key].sorted_by, reverse=order.reverse)
        else:
            words_of = {key: cell.sorted_by[2] for key, cell in cells.items()}
            found.sort(key=lambda row: words_of[row.key], reverse=order.reverse)
    return found


def naturally(columns: Sequence[Column], rows: Sequence[Row]) -> list[int]:
    """How wide each column would like to be, its title with the mark of order included; in cells."""
    wide = [width_of(((column.title, Role.TEXT),)) + 2 for column in columns]
    for row in rows:
        for index, cell in enumerate(row.cells):
            if (cells := cell.width) > wide[index]:
                wide[index] = cells
    return wide


def widths(columns: Sequence[Column], liked: Sequence[int], width: int) -> list[int]:
    """How wide each column is in `width` cells, 0 for one that is left out; `liked` is what they would like.

    Columns that grow give way first, down to `LEAST`; then columns are left out, the least needed first. What is left
    over stays blank at the right: eyes lose a row whose ends are far apart.
    """
    kept = set(range(len(columns)))
    room = width - GUTTER

    def least(index: int) -> int:
        return min(liked[index], LEAST) if columns[index].grows else liked[index]

    def taken(of: Callable[[int], int]) -> int:
        return sum(map(of, kept)) + GAP * len(kept)

    while len(kept) > 1 and taken(least) > room:
        out = max(kept, key=lambda index: (columns[index].needed, index))
        if columns[out].needed == 0:
            break
        kept.remove(out)
    found = [least(index) if index in kept else 0 for index in range(len(columns))]
    left = room - taken(least)
    growing = [index for index in sorted(kept) if columns[index].grows]
    for index in growing:
        more = max(0, min(left, liked[index] - found[index]))
        found[index] += more
        left -= more
    if left < 0:  # narrower than the columns that one always needs: the last of them is cut
        for index in sorted(kept, reverse=True):
            less = min(-left, found[index])
            found[index] -= less
            left += less
    return found


def lines_told(columns: Sequence[Column], liked: Sequence[int], wide: Sequence[int], width: int) -> int:
    """In how many lines of so many cells it is told what of a row is left out or cut; 0 where every row is whole."""
    titles = [0 if wide[index] else width_of(((column.title, Role.TEXT),)) + 1 for index, column in enumerate(columns)]
    lacking = [liked[index] + titles[index] + BETWEEN for index in range(len(columns)) if wide[index] < liked[index]]
    return min(TOLD, -(-sum(lacking) // max(1, width)))


def told(columns: Sequence[Column], wide: Sequence[int], row: Row) -> Pieces:
    """What of a row is left out, with its title, and what is cut, whole."""
    found: list[Piece] = []
    for index, column in enumerate(columns):
        cell = row.cells[index]
        if cell.width > wide[index]:
            found += [(" " * BETWEEN, Role.TEXT)] if found else []
            found += [] if wide[index] else [(f"{column.title} ", Role.DIM)]
            found += cell.shown
    return tuple(found)


def draw_head(columns: Sequence[Column], wide: Sequence[int], order: Order | None) -> Line:
    """The titles, and by which the table is sorted."""
    pieces: list[Piece] = [(" " * GUTTER, Role.TEXT)]
    for index, column in enumerate(columns):
        if wide[index]:
            mark = "" if order is None or order.column != index else f" {DOWN if order.reverse else UP}"
            role = Role.HEAD if mark else Role.DIM
            pieces += _placed(((column.title + mark, role),), wide[index], column.right)
    return line(*pieces)


def draw_row(
    columns: Sequence[Column], wide: Sequence[int], row: Row, *, selected: bool = False, figure: int | None = None
) -> Line:
    """One row; `figure` is the column whose figure is chosen in it."""
    pieces: list[Piece] = [(CURSOR if selected else " ", Role.KEY)]
    for index, column in enumerate(columns):
        if wide[index]:
            chosen = selected and figure == index
            shown = row.cells[index].shown
            pieces += _placed(shown if not chosen or shown[0][0] else NOTHING, wide[index], column.right, chosen=chosen)
    return line(*pieces)


def _placed(shown: Pieces, width: int, right: bool, *, chosen: bool = False) -> Pieces:
    """A cell in its column, with what stands around it."""
    kept = isolated_pieces(cut(shown, width))
    blank: Piece = (" " * max(0, width - width_of(kept)), Role.TEXT)
    before: Piece = ("[" if chosen else " ", Role.KEY)
    behind: Piece = ("]" if chosen else " ", Role.KEY)
    return (blank, before, *kept, behind) if right else (before, *kept, behind, blank)


def column_at(columns: Sequence[Column], wide: Sequence[int], x: int) -> int | None:
    """The column that stands at this cell of a line; None in the gutter and behind the last."""
    at = GUTTER
    for index in range(len(columns)):
        if wide[index]:
            if at <= x < at + wide[index] + GAP:
                return index
            at += wide[index] + GAP
    return None
