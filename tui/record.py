"""The page of one record as it was signed, over whatever was there; Esc goes back (`tui.provenance` sets it)."""

from functools import partial
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from thimbl.core.address import Reference
from thimbl.store.errors import StoreError
from tui.aside import Shelf, told
from tui.dialogs import Choice
from tui.foot import Foot
from tui.lines import Role, line, plain
from tui.over import Over, framed
from tui.provenance import Provenance, canonical_text, gather, indented_text, record_page
from tui.sheet import Sheet
from tui.workers import begin


class RecordPage(Over[None]):
    """One record. Any view may push it over itself."""

    AUTO_FOCUS = "#record"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,v", "dismiss(None)", "Back"),
        Binding("y", "copy", "Copy", tooltip="copy the record, its id or its reference"),
    ]

    def __init__(self, shelf: Shelf, reference: Reference) -> None:
        super().__init__()
        self._shelf, self._reference = shelf, reference
        self.provenance: Provenance | None = None
        self.sheet = Sheet(lambda width: [line(("…", Role.DIM))], id="record")

    def compose(self) -> ComposeResult:
        yield framed(self.sheet, "The record, as it was signed")
        yield Foot()

    def on_mount(self) -> None:
        begin(self, self._load, "record")

    async def _load(self) -> None:
        try:
            self.provenance = found = await self._shelf.ask(partial(gather, reference=self._reference))
        except StoreError as error:
            trouble = told(error)
            self.sheet.show(lambda width: [line(plain(trouble, Role.BAD))])
        else:
            self.sheet.show(lambda width: record_page(found, max(20, width)))

    @work
    async def action_copy(self) -> None:
        provenance = self.provenance
        copied = {"y": str(self._reference), "i": self._reference.id}
        choices = [("y", "the reference"), ("i", "the id")]
        if provenance is not None and provenance.data is not None:
            copied |= {"j": canonical_text(provenance.data), "p": indented_text(provenance.data)}
            choices += [("j", "the record, canonical"), ("p", "the record, indented")]
        chosen = await self.app.push_screen_wait(Choice("Copy", choices))
        if chosen is not None:
            self.app.copy_to_clipboard(copied[chosen])
            self.app.notify(f"Copied {dict(choices)[chosen]}.", markup=False)
