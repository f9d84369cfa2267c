"""Panes that stand in for those of the program, where a test is about the frame around them."""

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.pane import Pane
from tui.places import Tab

MADE: list[str] = []
"""The views whose panes were made, in order."""


class Book(Static, can_focus=True):
    """Something that takes the focus, and has a key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort", "Sort", tooltip="sort by the next column", id="sort"),
        Binding("t", "turn", "Turn", tooltip="turn the page over", id="turn"),
    ]

    def action_sort(self) -> None:
        self.pane.say("sorted [bold]")

    def action_turn(self) -> None:
        self.pane.turned = True
        self.pane.post_message(Pane.Titled())

    @property
    def pane(self) -> "Placeholder":
        return next(node for node in self.ancestors if isinstance(node, Placeholder))


class Placeholder(Pane):
    """A pane of one page, with another one over it."""

    turned = False
    opened = told = ticked = 0
    kept: Mapping[str, object] = {}

    def on_mount(self) -> None:
        MADE.append(str(self.id))
        self.mount(Book("what is in the book"))

    @property
    def title(self) -> str:
        return f"The {self.id}"

    @property
    def where(self) -> str:
        return "page 2" if self.turned else "page 1"

    async def open(self) -> None:
        self.opened += 1
        self.query_one(Book).focus()

    async def changed(self) -> None:
        self.told += 1

    def tick(self) -> None:
        self.ticked += 1

    def back(self) -> bool:
        was, self.turned = self.turned, False
        return was

    def remembered(self) -> Mapping[str, object]:
        return {"turned": self.turned}

    def recall(self, kept: Mapping[str, object]) -> None:
        self.kept = kept


def pane_kind(tab: Tab) -> type[Pane]:
    """For `tui.frame.pane_kind`."""
    return Placeholder
