"""Small questions: one of several, links with where they lead, all keys."""

from collections.abc import Sequence
from functools import partial
from itertools import count, zip_longest
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Size
from textual.widgets import Button, OptionList
from textual.widgets.option_list import Option

from thimbl.core.terminal import safe_line
from tui.foot import Foot
from tui.hosts import way_of
from tui.lines import BLANK, Line, Piece, Role, cut, line, width_of, wrap
from tui.over import Over, first, framed
from tui.scrolling import Scrolling, Told
from tui.setting import paragraph, rule
from tui.sheet import Sheet
from tui.strips import Ground

KEYS_WIDE: Final = 14
"""Cells for the keys of one row in the help: several keys that do the same stand side by side."""

COLUMN: Final = 56
"""Cells of a column of the help; where there is room for two or three of them, all keys are seen at once."""

GAP: Final = 3
"""Cells between two columns."""

MAX_COLUMNS: Final = 3

LEAST_TOLD: Final = 8
"""Cells of what a key does that are a line, however narrow the screen is."""

WIDE: Final = 74
"""Cells of a question's frame at least, where the screen has as many."""

AROUND: Final = 7
"""Cells beside the text in it: frame, margin, and where one sees that it goes on."""

BESIDE: Final = 8
"""Lines of the screen that are not the text: frame, margin, the buttons with a blank line over them, the foot."""

MAX_LINKS: Final = 50
"""Links of one post that are listed; a post has room for more, and nobody opens them."""


class Choice(Over[str | None]):
    """One of several things, each chosen by its key, by Enter or by a click; None where nothing was."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, title: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._heading, self._choices = title, choices

    def compose(self) -> ComposeResult:
        with Ground(classes="dialog") as dialog:
            dialog.border_title = Text(self._heading)
            options = [Option(Text.assemble((f" {key}  ", "bold"), told), id=key) for key, told in self._choices]
            yield first(OptionList(*options, markup=False, compact=True))
        yield Foot()

    def on_key(self, event: events.Key) -> None:
        if event.character in dict(self._choices):
            event.stop()
            self.dismiss(event.character)

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(message.option_id)


class Confirm(Scrolling[bool]):
    """Whether to do something that is told in full first. Enter alone does nothing until the button is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "Back"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
        Binding("space", "move(8)", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str], yes: str) -> None:
        super().__init__()
        self._heading, self._lines, self._yes = title, lines, yes
        self.told = Told(partial(set_indented, lines))
        self.dialog = Ground(classes="dialog", id="confirm")
        self._fitted = Size(0, 0)

    def compose(self) -> ComposeResult:
        with self.dialog:
            self.dialog.border_title = Text(self._heading)
            yield self.told
            with Horizontal(classes="buttons"):
                yield first(Button("Back", id="no", compact=True))
                yield Button(Text(self._yes), id="yes", variant="primary", compact=True)
        yield Foot()
        self._fit(self.app.size)

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    def on_resize(self, event: events.Resize) -> None:
        if event.size != self._fitted:
            self._fit(event.size)

    def _fit(self, size: Size) -> None:
        """As wide as the longest line and as high as all of them, where the screen has so much room: what will be
        signed is to be seen whole."""
        self._fitted = size
        longest = max(map(cell_len, self._lines), default=0)
        wide = min(size.width, max(WIDE, longest + AROUND))
        lines = set_indented(self._lines, wide - AROUND)
        high = max(1, min(len(lines), size.height - BESIDE))
        self.dialog.styles.width, self.told.styles.height = wide, high
        self.dialog.border_subtitle = Text(" ↓ goes on ") if len(lines) > high else None

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        self.dismiss(message.button.id == "yes")


def set_indented(lines: Sequence[str], width: int) -> list[Line]:
    """Lines of at most `width` cells; what goes on in the next one stands under its beginning."""
    found: list[Line] = []
    for text in lines:
        rest = text.lstrip(" ")
        margin = (" " * min(len(text) - len(rest), max(0, width - LEAST_TOLD)), Role.TEXT)
        if width_of((margin, (rest, Role.TEXT))) <= width:
            found.append(line(margin, (rest, Role.TEXT)))
        else:
            wrapped = wrap(((rest, Role.TEXT),), max(1, width - width_of((margin,))))
            found += [line(margin, *pieces) for pieces in wrapped]
    return found


class Links(Over[str | None]):
    """The links of a post, each in full with the host that it leads to; the one that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, links: Sequence[str]) -> None:
        super().__init__()
        self._links = links[:MAX_LINKS]

    def compose(self) -> ComposeResult:
        with Ground(classes="dialog") as dialog:
            dialog.border_title = Text("Links: where they lead")
            shown = [Text(_told(link)) for link in self._links]
            options = [Option(text, id=str(number)) for number, text in enumerate(shown)]
            yield first(OptionList(*options, markup=False, compact=True))
        yield Foot()

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._links[int(message.option_id or 0)])


def _told(link: str) -> str:
    way = way_of(link)
    return "\n".join([way.host, f"  {safe_line(link)}", *(f"  {note}" for note in way.notes)])


Groups = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""Of each its title, and rows of keys and what they do."""


class Help(Over[None]):
    """All keys, as they are bound: each group is a title and rows of keys and what they do."""

    AUTO_FOCUS = "#help"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark", "dismiss(None)", "Back")]

    def __init__(self, groups: Groups) -> None:
        super().__init__()
        self.groups = groups

    def compose(self) -> ComposeResult:
        yield framed(Sheet(partial(keys_page, self.groups), id="help"), "Keys")
        yield Foot()


def keys_page(groups: Groups, width: int) -> list[Line]:
    """The keys in lines of at most `width` cells: as many columns as there is room for, each of whole groups."""
    room = max(1, min(MAX_COLUMNS, (width + GAP) // (COLUMN + GAP)))
    wide = (width - GAP * (room - 1)) // room
    columns = _columns([_group(title, rows, wide) for title, rows in groups], room)
    lines = [_beside(row, wide) for row in zip_longest(*columns, fillvalue=BLANK)]
    mouse = "The mouse works: click to select, wheel to scroll, double click to read. Marks: ● unread, ▌ selected."
    other = "Other keys are given in config.yaml, under 'tui: keys:'."
    return [*lines, *paragraph(mouse, width), *paragraph(other, width, Role.DIM)]


def _group(title: str, rows: Sequence[tuple[str, str]], width: int) -> list[Line]:
    lines = [rule(title, width)]
    for keys, told in rows:
        before: Piece = (f" {keys:<{KEYS_WIDE}} ", Role.KEY)
        for pieces in wrap(((told, Role.TEXT),), max(LEAST_TOLD, width - width_of((before,)))):
            lines.append(Line(cut((before, *pieces), width)))
            before = (" " * width_of((before,)), Role.TEXT)
    return [*lines, BLANK]


def _columns(groups: Sequence[list[Line]], room: int) -> list[list[Line]]:
    """The groups one after the other in at most `room` columns, no longer than they have to be."""
    for height in count(max(map(len, groups), default=0)):
        columns: list[list[Line]] = [[]]
        for group in groups:
            if columns[-1] and len(columns[-1]) + len(group) > height:
                columns.append([])
            columns[-1] += group
        if len(columns) <= room:
            return columns
    raise AssertionError("a column that is as long as all groups holds them")


def _beside(row: Sequence[Line], width: int) -> Line:
    pieces: list[Piece] = []
    for number, one in enumerate(row):
        pieces += one.pieces
        if number < len(row) - 1:
            pieces.append((" " * (width - one.width + GAP), Role.TEXT))
    return Line(tuple(pieces))
