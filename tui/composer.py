"""Writing a post or a reply.

- Nothing is signed by a single key: what is written is sent by Ctrl-S, Ctrl-Enter or the button, and by nothing else.
- Whatever is typed is a draft at once: it survives Esc, an error, and the end of the program.
- The count is of bytes too, since that is what a plan limits (plan-format 3).
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Footer, Input, Label, Static, TextArea

from thimbl.core.address import Reference
from thimbl.core.records import MAX_TEXT
from tui.aside import DRAFT_DELAY, Pen, told
from tui.lines import Line
from tui.ports import Desk
from tui.workers import begin

PARENT_SHOWN: Final = 6
"""Lines of the post that is answered which stand over the reply; the page behind has all of it."""

COUNT_BOTH: Final = 72
"""Columns from which characters are counted beside bytes; the buttons need the room on less."""

Send = Callable[[Desk, str, str | None], Reference]


class Composer(ModalScreen[Reference | None]):
    """Gives the reference of what was posted, or None where it was left as a draft."""

    AUTO_FOCUS = "#text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter", "send", "Send", tooltip="sign and publish it", priority=True),
        Binding("escape", "leave", "Keep as draft", tooltip="close; the draft is kept"),
    ]

    def __init__(
        self, pen: Pen, name: str, title: str, send: Send, parent: Sequence[Line] = (), *, subject: bool = True
    ) -> None:
        super().__init__()
        self._pen, self._draft, self._heading, self._how = pen, name, title, send
        self._parent_lines = parent
        self._has_subject = subject
        self._saving: Timer | None = None
        self._sending = False
        self.loaded = False
        """Whether the draft has been read; until then nothing is written over it."""
        self.area = TextArea(id="text", soft_wrap=True, show_line_numbers=False, compact=True)
        self.subject = Input(placeholder="subject, to fold the text under (optional)", id="subject", compact=True)
        self.counter = Label("", id="counter", markup=False)
        self.trouble = Static("", id="trouble", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="sheet") as sheet:
            sheet.border_title = Text(self._heading)
            if self._parent_lines:
                yield Static(Text("\n".join(line.text for line in self._parent_lines)), id="parent", markup=False)
            if self._has_subject:
                yield self.subject
            yield self.area
            yield self.trouble
            with Horizontal(id="buttons"):
                yield self.counter
                yield Button("Send  ^S", id="send", variant="primary", compact=True)
                yield Button("Keep as draft", id="leave", compact=True)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.trouble.display = False
        self._show_count()
        begin(self, self._load, "draft")

    async def _load(self) -> None:
        text = subject = ""
        try:
            text = await self._pen.do(lambda desk: desk.draft(self._draft))
            if self._has_subject:
                subject = await self._pen.do(lambda desk: desk.draft(self._subject_name))
        except Exception as error:  # a desk may raise anything; the person is told
            self._tell(told(error))
        # Whoever types at once, on a slow machine, has typed something by now: it stays, and stands after the draft.
        self.area.load_text(text + self.area.text)
        self.area.move_cursor(self.area.document.end)
        self.subject.value = self.subject.value or subject
        self.loaded = True
        self._changed()

    @property
    def _subject_name(self) -> str:
        return f"{self._draft}-subject"

    @property
    def text(self) -> str:
        """What would be posted."""
        return self.area.text.strip()

    def _tell(self, message: str) -> None:
        self.trouble.update(Text(message))
        self.trouble.display = True

    def _show_count(self) -> None:
        size = len(self.text.encode("utf-8", "surrogatepass"))
        over = size > MAX_TEXT
        words = f"{size:,} of {MAX_TEXT:,} bytes"
        if self.app.size.width >= COUNT_BOTH:
            words = f"{len(self.text):,} characters, {words}"
        self.counter.update(Text(f"{words}: too long by {size - MAX_TEXT:,}" if over else words))
        self.counter.set_class(over, "-over")
        self.query_one("#send", Button).disabled = over or not self.text or self._sending

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _changed(self) -> None:
        self._show_count()
        if not self.loaded:
            return
        self._pen.note_draft(self._draft, self.area.text)
        if self._has_subject:
            self._pen.note_draft(self._subject_name, self.subject.value)
        if self._saving is not None:
            self._saving.stop()
        self._saving = self.set_timer(DRAFT_DELAY, self._save)

    def _save(self) -> None:
        self._pen.save_drafts(self._not_kept)

    def _not_kept(self, error: BaseException) -> None:
        self.app.notify(f"The draft was not kept: {told(error)}", severity="warning", markup=False)

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        if self.loaded and not self._sending:
            self._save()
            self.dismiss(None)

    @on(Button.Pressed, "#send")
    def action_send(self) -> None:
        if not self.text:
            self._tell("There is nothing to post yet.")
        elif self.loaded and not self.query_one("#send", Button).disabled:
            begin(self, self._post, "send")

    async def _post(self) -> None:
        text, subject = self.text, self.subject.value.strip() or None
        self._sending = True
        self.area.read_only = True
        self._show_count()
        self._tell("Signing and writing …")
        try:
            reference = await self._pen.do(lambda desk: self._how(desk, text, subject))
        except Exception as error:  # a desk may raise anything; the person is told, and the text stays
            self._sending = False
            self.area.read_only = False
            self._tell(told(error))
            self._show_count()
            return
        if self._saving is not None:
            self._saving.stop()
        for name in (self._draft, self._subject_name) if self._has_subject else (self._draft,):
            self._drop(name)
        self.dismiss(reference)

    def _drop(self, name: str) -> None:
        self._pen.forget_draft(name)
        self._pen.later(lambda desk: desk.drop_draft(name), self._not_dropped)

    def _not_dropped(self, error: BaseException) -> None:
        self.app.notify(f"The draft was not dropped: {told(error)}", severity="warning", markup=False)
