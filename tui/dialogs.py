"""Small questions: one of several, links with where they lead, all keys."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from thimbl.core.terminal import safe_line
from tui.foot import Foot
from tui.hosts import way_of
from tui.lines import BLANK, Line, Piece, Role, cut, width_of, wrap
from tui.over import Over
from tui.setting import paragraph, rule
from tui.sheet import Sheet

KEYS_WIDE: Final = 16
"""Cells for the keys of one row in the help: several keys that do the same stand side by side."""

LEAST_TOLD: Final = 8
"""Cells of what a key does that are a line, however narrow the screen is."""

MAX_LINKS: Final = 50
"""Links of one post that are listed; a post has room for more, and nobody opens them."""


class Choice(Over[str | None]):
    """One of several things, each chosen by its key, by Enter or by a click; None where nothing was."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, title: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._heading, self._choices = title, choices

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Text(self._heading)
            yield OptionList(
                *(Option(Text.assemble((f" {key}  ", "bold"), told), id=key) for key, told in self._choices),
                markup=False,
                compact=True,
            )
        yield Foot()

    def on_key(self, event: events.Key) -> None:
        if event.character in dict(self._choices):
            event.stop()
            self.dismiss(event.character)

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(message.option_id)


class Confirm(Over[bool]):
    """Whether to do something that is told in full first. Enter alone does nothing until the button is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "Back"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("pagedown,space", "move(8)", show=False),
        Binding("pageup", "move(-8)", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str], yes: str) -> None:
        super().__init__()
        self._heading, self._lines, self._yes = title, lines, yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Text(self._heading)
            with VerticalScroll(can_focus=False):
                yield Static(Text("\n".join(self._lines)), markup=False, classes="told")
            with Horizontal(classes="buttons"):
                yield Button("Back", id="no", compact=True)
                yield Button(Text(self._yes), id="yes", variant="primary", compact=True)
        yield Foot()

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    def action_move(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        self.dismiss(message.button.id == "yes")


class Links(Over[str | None]):
    """The links of a post, each in full with the host that it leads to; the one that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, links: Sequence[str]) -> None:
        super().__init__()
        self._links = links[:MAX_LINKS]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Text("Links: where they lead")
            shown = [Text(_told(link)) for link in self._links]
            yield OptionList(*(Option(text, id=str(i)) for i, text in enumerate(shown)), markup=False, compact=True)
        yield Foot()

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._links[int(message.option_id or 0)])


def _told(link: str) -> str:
    way = way_of(link)
    return "\n".join([way.host, f"  {safe_line(link)}", *(f"  {note}" for note in way.notes)])


class Help(Over[None]):
    """All keys, as they are bound: each group is a title and rows of keys and what they do."""

    AUTO_FOCUS = "#help"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark", "dismiss(None)", "Back")]

    def __init__(self, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        super().__init__()
        self.groups = groups

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="help-page") as dialog:
            dialog.border_title = Text("Keys")
            yield Sheet(partial(keys_page, self.groups), id="help")
        yield Foot()


def keys_page(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]], width: int) -> list[Line]:
    """The keys in lines of at most `width` cells."""
    lines: list[Line] = []
    for title, rows in groups:
        lines.append(rule(title, width))
        for keys, told in rows:
            before: Piece = (f"  {keys:<{KEYS_WIDE}} ", Role.KEY)
            for pieces in wrap(((told, Role.TEXT),), max(LEAST_TOLD, width - width_of((before,)))):
                lines.append(Line(cut((before, *pieces), width)))
                before = (" " * width_of((before,)), Role.TEXT)
        lines.append(BLANK)
    mouse = "The mouse works: click to select, wheel to scroll, double click to read."
    return [*lines, *paragraph(mouse, width), *paragraph("Marks: ● unread, ▌ selected.", width, Role.DIM)]
