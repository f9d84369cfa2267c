"""The palette: everything that can be done from here, by name, with its key.

- It is made of the bindings of the moment, after the configuration has changed them; what has no `tooltip` is what
  everybody tries by themselves. Typed words are looked for in what a command is called and in what it is said to do.
- What is done in another view, as to subscribe, is offered from any: choosing it goes there first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from rich.text import Text
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Input

from tui.foot import Foot
from tui.keyhelp import bindings, display, in_order
from tui.keys import DEALING, action_of
from tui.lines import Line, Pieces, Role, cut, line
from tui.over import Over, first
from tui.paint import CURSOR, Painted
from tui.places import PANES, Tab
from tui.strips import Ground
from tui.workers import begin

if TYPE_CHECKING:
    from tui.going import GoingScreen

KEY_WIDE: Final = 9
"""Cells for the key before a command; what is longer, as ``shift+tab``, pushes the rest on."""

NAME_WIDE: Final = 17
"""Cells for its name."""

MOVES: Final = frozenset({"down", "up", "top", "end", "open", "fold"})
"""Ids of what is done by hand rather than by name, and stands last."""

ITSELF: Final = "palette"
"""The action that opens it, which it does not offer."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something that can be done: its name, what that does, its key as people read it, and the doing."""

    name: str
    told: str
    key: str
    do: Callable[[], object]

    def set(self, width: int, *, selected: bool) -> Line:
        """One line of the list, of `width` cells at most."""
        mark, key, name = "▌" if selected else " ", f"{self.key:<{KEY_WIDE}} ", f"{self.name:<{NAME_WIDE}} "
        pieces: Pieces = ((mark, Role.KEY), (key, Role.KEY), (name, Role.STRONG), (self.told, Role.TEXT))
        return Line(cut(pieces, width))


def commands(app: App[Any], screen: Screen[Any]) -> list[Command]:
    """All of `screen`: as the help has it, then what is done in other views, and moves last."""
    from tui.going import GoingScreen

    found: list[Command] = []
    moves: list[Command] = []
    known: set[str] = set()
    for binding, node in in_order((one.binding, one.node) for one in screen.active_bindings.values()):
        if not binding.tooltip or binding.tooltip in known or action_of(binding).removeprefix("app.") == ITSELF:
            continue
        known.add(binding.tooltip)
        do = partial(_do, app, screen, binding.action, node)
        command = Command(binding.description, binding.tooltip, display(app, binding), do)
        (moves if binding.id in MOVES else found).append(command)
    found.append(Command("Theme", "other colours", "", partial(_choose_theme, app)))
    if isinstance(screen, GoingScreen):
        found += _elsewhere(app, screen, known)
    return found + moves


def _elsewhere(app: App[Any], screen: "GoingScreen", known: set[str]) -> Iterator[Command]:
    """What is done in a view that is not in sight, each of it once."""
    from tui.frame import pane_kind

    for tab in Tab:
        if tab not in PANES or tab is screen.spot.place.tab:
            continue
        declared = [one for kind in pane_kind(tab).__mro__ for one in vars(kind).get("BINDINGS", ())]
        for binding in bindings(declared, screen.keymap):
            if binding.group == DEALING and binding.tooltip not in known:
                known.add(binding.tooltip)
                told = f"in {tab.capitalize()}: {binding.tooltip}"
                # A worker: whatever waits for the screen must not be what the screen waits for.
                do = partial(begin, screen, partial(_go_and_do, app, screen, tab, binding.action), "elsewhere")
                yield Command(binding.description, told, display(app, binding), do)


def _do(app: App[Any], screen: Screen[Any], action: str, node: DOMNode) -> None:
    soon: Callable[..., object] = screen.call_later  # when the palette has gone
    soon(app.run_action, action, node)


async def _go_and_do(app: App[Any], screen: "GoingScreen", tab: Tab, action: str) -> None:
    await screen.run_action(f"view('{tab}')")
    pane = screen.pane
    await screen.arrival()
    if pane is not None and screen.pane is pane:  # nobody has gone on meanwhile
        await app.run_action(action, pane)


def _choose_theme(app: App[Any]) -> None:
    def choose(name: str) -> Command:
        return Command(name, "now" if name == app.theme else "", "", partial(setattr, app, "theme", name))

    ours, others = (
        sorted(name for name in app.available_themes if name.startswith("thimbl") == is_ours)
        for is_ours in (True, False)
    )
    app.push_screen(Palette().about([choose(name) for name in (*ours, *others)], "Themes", "a name"), done)


def done(chosen: Command | None) -> None:
    """What comes of a palette: the command that was chosen is done."""
    if chosen is not None:
        chosen.do()


def matching(all_of_them: Iterable[Command], words: str) -> list[Command]:
    """Those that have all the words, in any case: those first whose name begins so, then those whose name has them."""
    wanted = words.casefold().split()

    def rank(command: Command) -> int | None:
        name, told = command.name.casefold(), command.told.casefold()
        if not all(word in name or word in told for word in wanted):
            return None
        return 0 if name.startswith(" ".join(wanted)) else 1 if all(word in name for word in wanted) else 2

    ranked = [(rank(command), command) for command in all_of_them]
    return [command for at in range(3) for found, command in ranked if found == at]


class Listed(Painted, can_focus=False):
    """The commands that were found, one of them selected. The keys that go through it are those of the line above."""

    class Clicked(Message):
        """A command was clicked."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: Sequence[Command] = ()
        self.at = 0

    def show(self, rows: Sequence[Command]) -> None:
        """Others, from the top."""
        self.rows, self.at = rows, 0
        self.scroll_to(y=0, animate=False, immediate=True)
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        self.set_height(len(self.rows))
        self.refresh()

    def move(self, rows: int) -> None:
        """Select another one, as far up or down as there are any."""
        self.at = max(0, min(self.at + rows, len(self.rows) - 1))
        height = max(1, self.size.height)
        self.scroll_to(y=min(max(self.scroll_offset.y, self.at - height + 1), self.at), animate=False, immediate=True)
        self.refresh()

    def forget_strips(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        row, width = y + self.scroll_offset.y, self.columns
        if row < len(self.rows):
            made = self.rows[row].set(width, selected=row == self.at)
            return self.paint(made, width, CURSOR if row == self.at else "")
        return self.paint(line((" Nothing is called so.", Role.DIM)) if row == 0 else line(), width)

    def on_click(self, event: events.Click) -> None:
        if (row := event.y + self.scroll_offset.y) < len(self.rows):
            self.post_message(self.Clicked(row))


class Palette(Over[Command | None]):
    """A list that is narrowed down by typing; the command that was chosen, None where none was."""

    AUTO_FOCUS = ""
    enter_does: ClassVar[str] = "Do it"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("down", "move(1)", "Next"),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "turn(1)", show=False),
        Binding("pageup", "turn(-1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._offered: Sequence[Command] = ()
        self.ground = Ground(classes="dialog", id="palette")
        self.wanted = first(Input(id="wanted", compact=True))
        self.listed = Listed(id="found")

    def compose(self) -> ComposeResult:
        with self.ground:
            yield self.wanted
            yield self.listed
        yield Foot()

    def about(self, offered: Sequence[Command], title: str = "Commands", wanted: str = "what to do") -> Self:
        """What it offers, before it is shown."""
        self._offered = offered
        self.ground.border_title = Text(title)
        self.wanted.placeholder = f"{wanted}: any words of it"
        self.listed.show(offered)
        if self.is_mounted:
            self.set_focus(self.wanted)  # before any key that comes now
        return self

    def on_mount(self) -> None:
        if self._offered:
            self.set_focus(self.wanted)

    @property
    def found(self) -> Sequence[Command]:
        """The commands of the list."""
        return self.listed.rows

    @on(Input.Changed, "#wanted")
    def _narrow(self, message: Input.Changed) -> None:
        if (found := matching(self._offered, message.value)) != list(self.found):
            self.listed.show(found)

    def action_move(self, rows: int) -> None:
        self.listed.move(rows)

    def action_turn(self, pages: int) -> None:
        self.listed.move(pages * max(1, self.listed.size.height - 1))

    @on(Input.Submitted, "#wanted")
    def _entered(self) -> None:
        if self.found:
            self.dismiss(self.found[self.listed.at])

    @on(Listed.Clicked)
    def _clicked(self, message: Listed.Clicked) -> None:
        self.dismiss(self.found[message.row])
