"""The page of one record as it was signed, over whatever was there; Esc goes back (`tui.provenance` sets it)."""

import json
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.strip import Strip

from thimbl.core.address import Reference
from thimbl.store.errors import StoreError
from tui.aside import Shelf, told
from tui.dialogs import Choice
from tui.foot import Foot
from tui.lines import Line, Role, line, plain
from tui.paint import Painted
from tui.provenance import Provenance, canonical_text, gather, record_page
from tui.workers import begin


class Sheet(Painted):
    """Lines that are scrolled, and set again for another width."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", "Down", show=True),
        Binding("k,up", "step(-1)", "Up", show=False),
        Binding("g,home", "go_end(-1)", "Top", show=False),
        Binding("G,end", "go_end(1)", "End", show=False),
        Binding("pagedown,space,ctrl+f", "turn(1)", "Page down", show=False),
        Binding("pageup,ctrl+b", "turn(-1)", "Page up", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.provenance: Provenance | None = None
        self.trouble = ""
        self.lines: list[Line] = []

    def show(self, provenance: Provenance | None, trouble: str = "") -> None:
        """Set the page of a record, or say why there is none."""
        self.provenance, self.trouble = provenance, trouble
        self._set()

    def _set(self) -> None:
        width = self.columns
        if self.trouble:
            self.lines = [line(plain(self.trouble, Role.BAD))]
        elif self.provenance is None:
            self.lines = [line(("…", Role.DIM))]
        else:
            self.lines = record_page(self.provenance, max(20, width))
        self.virtual_size = Size(width, len(self.lines))
        self.refresh()

    def forget_strips(self) -> None:
        self.refresh()

    def on_resize(self) -> None:
        self._set()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        return self.paint(self.lines[row] if row < len(self.lines) else line(), self.columns)

    def action_step(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True)

    def action_turn(self, pages: int) -> None:
        self.action_step(pages * max(1, self.size.height - 1))

    def action_go_end(self, end: int) -> None:
        self.scroll_to(y=0 if end < 0 else len(self.lines), animate=False, immediate=True)


class RecordPage(ModalScreen[None]):
    """One record. Any view may push it over itself."""

    AUTO_FOCUS = "#record"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,v", "dismiss(None)", "Back"),
        Binding("y", "copy", "Copy", tooltip="copy the record, its id or its reference"),
    ]

    def __init__(self, shelf: Shelf, reference: Reference) -> None:
        super().__init__()
        self._shelf, self._reference = shelf, reference
        self.sheet = Sheet(id="record")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="record-page") as dialog:
            dialog.border_title = Text("The record, as it was signed")
            yield self.sheet
        yield Foot()

    def on_mount(self) -> None:
        begin(self, self._load, "record")

    async def _load(self) -> None:
        try:
            self.sheet.show(await self._shelf.ask(partial(gather, reference=self._reference)))
        except StoreError as error:
            self.sheet.show(None, told(error))

    @work
    async def action_copy(self) -> None:
        provenance = self.sheet.provenance
        copied = {"y": str(self._reference), "i": self._reference.id}
        choices = [("y", "the reference"), ("i", "the id")]
        if provenance is not None and provenance.data is not None:
            copied |= {"j": canonical_text(provenance.data), "p": json.dumps(provenance.data, indent=2, sort_keys=True)}
            choices += [("j", "the record, canonical"), ("p", "the record, indented")]
        chosen = await self.app.push_screen_wait(Choice("Copy", choices))
        if chosen is not None:
            self.app.copy_to_clipboard(copied[chosen])
            self.app.notify(f"Copied {dict(choices)[chosen]}.", markup=False)
