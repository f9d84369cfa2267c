"""Writing a post, a reply or an edit.

- Nothing is signed by a single key: what is written is sent by Ctrl-S, Ctrl-Enter or the button, and by nothing else.
  Over or beside it stands how others will read it; an edit shows the exact record too, and asks.
- Whatever is typed is a draft at once: it survives Esc, an error, an editor, and the end of the program.
- What counts is bytes, since that is what a plan limits (plan-format 3).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Button, Input, Label, Static, TextArea

from thimbl.core.address import Reference
from thimbl.core.compose import Change
from thimbl.core.records import MAX_TEXT
from thimbl.core.terminal import safe
from thimbl.store.errors import StoreError
from tui.aside import DRAFT_DELAY, Pen, Shelf, told
from tui.completing import candidates, own_nicks
from tui.dialogs import Confirm
from tui.editor import EditorFailed, edit_file, editor_command
from tui.foot import Foot
from tui.lines import Line
from tui.over import Over
from tui.ports import Desk
from tui.preview import Preview
from tui.suggesting import Editor, Suggestions
from tui.workers import begin

PARENT_SHOWN: Final = 6
"""Lines of the post that is answered which stand over the reply; the page behind has all of it."""

COUNT_BOTH: Final = 72
"""Columns from which characters are counted beside bytes; the buttons need the room on less."""

Send = Callable[[Desk, str, str | None], Reference]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is being written."""

    name: str
    """The name of its draft."""
    title: str
    send: Send
    """Sign and publish a text with its subject."""
    parent: Sequence[Line] = ()
    """What stands over it: the post that is answered."""
    subject: bool = True
    """Whether it may have one."""
    start: str = ""
    """What it begins with, where there is no draft."""
    rehearse: Callable[[Desk, str], Change] | None = None
    """What would be signed, which is shown and asked about; then `Desk.publish` takes the place of `send`."""


class Composer(Over[Reference | None]):
    """Gives the reference of what was published, or None where it was left as a draft."""

    AUTO_FOCUS = "#text"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (130, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter", "send", "Send", id="send", tooltip="sign and publish it", priority=True),
        Binding("ctrl+o", "editor", "Editor", id="editor", tooltip="go on in your editor", priority=True),
        Binding("f2", "preview", "Preview", id="preview", tooltip="show how others will read it, or not"),
        Binding("escape", "leave", "Keep as draft", id="keep-draft", tooltip="close; the draft is kept"),
    ]

    def __init__(self, shelf: Shelf, pen: Pen, draft: Draft) -> None:
        super().__init__()
        self.fit(self.app.size)
        self._shelf, self._pen, self.draft = shelf, pen, draft
        self._saving: Timer | None = None
        self._sending = False
        self.loaded = False
        """Whether the draft has been read; until then nothing is written over it."""
        self.suggestions = Suggestions(id="suggestions")
        self.area = Editor(self.suggestions, id="text")
        self.preview = Preview(id="preview")
        self.subject = Input(placeholder="subject, to fold the text under (optional)", id="subject", compact=True)
        self.counter = Label("", id="counter", markup=False)
        self.trouble = Static("", id="trouble", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="sheet") as sheet:
            sheet.border_title = Text(self.draft.title)
            if self.draft.parent:
                yield Static(Text("\n".join(line.text for line in self.draft.parent)), id="parent", markup=False)
            if self.draft.subject:
                yield self.subject
            with Container(id="writing"):
                yield self.area
                yield self.preview
            yield self.trouble
            with Horizontal(id="buttons"):
                yield self.counter
                yield Button("Send  ^S", id="send", variant="primary", compact=True)
                yield Button("Keep as draft", id="leave", compact=True)
            yield self.suggestions
        yield Foot()

    def on_mount(self) -> None:
        self.trouble.display = False
        self._show_count()
        begin(self, self._load, "draft")
        begin(self, self._resolve, "nicks")

    async def _load(self) -> None:
        text = subject = ""
        try:
            text = await self._pen.do(lambda desk: desk.draft(self.draft.name))
            if self.draft.subject:
                subject = await self._pen.do(lambda desk: desk.draft(self._subject_name))
        except Exception as error:  # a desk may raise anything; the person is told
            self._tell(told(error))
        # Whoever types at once, on a slow machine, has typed something by now: it stays, and stands after the draft.
        self.area.load_text((text or self.draft.start) + self.area.text)
        self.area.move_cursor(self.area.document.end)
        self.subject.value = self.subject.value or subject
        self.loaded = True
        self._changed()

    async def _resolve(self) -> None:
        try:
            self.preview.resolve(await self._shelf.ask(own_nicks))
        except StoreError as error:
            self._tell(told(error))

    @property
    def _subject_name(self) -> str:
        return f"{self.draft.name}-subject"

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
        words = f"{MAX_TEXT - size:,} bytes left"
        if over:
            words = f"too long by {size - MAX_TEXT:,} byte{'' if size == MAX_TEXT + 1 else 's'}"
        if self.app.size.width >= COUNT_BOTH:
            words = f"{len(self.text):,} characters, {size:,} bytes: {words}"
        self.counter.update(Text(words))
        self.counter.set_class(over, "-over")
        self.query_one("#send", Button).disabled = over or not self.text or self._sending

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _changed(self) -> None:
        self._show_count()
        if not self.loaded:
            return
        self.preview.show(self.text, self.subject.value)
        # An edit that says what the post says is nothing to keep.
        self._pen.note_draft(self.draft.name, "" if self.area.text == self.draft.start else self.area.text)
        if self.draft.subject:
            self._pen.note_draft(self._subject_name, self.subject.value)
        if self._saving is not None:
            self._saving.stop()
        self._saving = self.set_timer(DRAFT_DELAY, self._save)

    def _save(self) -> None:
        self._pen.save_drafts(self._not_kept)

    def _not_kept(self, error: BaseException) -> None:
        self.app.notify(f"The draft was not kept: {told(error)}", severity="warning", markup=False)

    # Completion and preview

    @on(Editor.Asking)
    def _asked(self, message: Editor.Asking) -> None:
        if message.word is not None:
            begin(self, partial(self._suggest, message.word), "suggest", exclusive=True)

    async def _suggest(self, word: str) -> None:
        try:
            found = await self._shelf.ask(partial(candidates, word=word))
        except StoreError:
            return  # completion is a help: the store's trouble is told elsewhere
        self.area.offer(word, found)

    @on(Suggestions.Clicked)
    def _accepted(self) -> None:
        self.area.accept()

    def action_preview(self) -> None:
        """Show the preview where it is not shown, and the other way round."""
        shown = bool(self.preview.display and self.preview.size)
        self.set_class(not shown, "-previewing")
        self.set_class(shown, "-plain")
        if shown:  # where it had taken the place of the text, the text had lost the focus
            self.call_after_refresh(self.area.focus)

    # An editor

    def action_editor(self) -> None:
        if self.loaded and not self._sending:
            begin(self, self._edit, "editor")

    async def _edit(self) -> None:
        self.area.close()
        name, text = self.draft.name, self.area.text
        self._pen.forget_draft(name)
        try:
            # The editor works on the draft itself: what is typed there is on disk whatever happens to us.
            await self._pen.do(lambda desk: desk.save_draft(name, text))
            path = await self._pen.do(lambda desk: desk.draft_file(name))
            edit_file(self.app, editor_command(), path)
            text = await self._pen.do(lambda desk: desk.draft(name))
        except EditorFailed as error:
            self._tell(str(error))
            return
        except Exception as error:  # a desk may raise anything; the person is told
            self._tell(told(error))
            return
        self.area.load_text(text.rstrip("\n"))
        self.area.move_cursor(self.area.document.end)
        self._changed()

    # Leaving

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        if self.loaded and not self._sending:
            self._save()
            self.dismiss(None)

    @on(Button.Pressed, "#send")
    def action_send(self) -> None:
        self.area.close()
        if not self.text:
            self._tell("There is nothing to post yet.")
        elif self.loaded and not self.query_one("#send", Button).disabled:
            begin(self, self._post, "send")

    async def _post(self) -> None:
        self._hold(True)
        try:
            reference = await self._sent(self.text, self.subject.value.strip() or None)
        except Exception as error:  # a desk may raise anything; the person is told, and the text stays
            self._hold(False)
            self._tell(told(error))
            return
        if reference is None:
            self._hold(False)
            self._tell("Nothing was signed.")
            return
        if self._saving is not None:
            self._saving.stop()
        for name in (self.draft.name, self._subject_name) if self.draft.subject else (self.draft.name,):
            self._drop(name)
        self.dismiss(reference)

    async def _sent(self, text: str, subject: str | None) -> Reference | None:
        """Publish it; None where its writer has seen what would be signed, and says no."""
        if (rehearse := self.draft.rehearse) is None:
            self._tell("Signing and writing …")
            return await self._pen.do(lambda desk: self.draft.send(desk, text, subject))
        change = await self._pen.do(lambda desk: rehearse(desk, text))
        if not await self.app.push_screen_wait(Confirm(self.draft.title, to_sign(change), "Sign")):
            return None
        self._tell("Signing and writing …")
        return await self._pen.do(lambda desk: desk.publish(change))

    def _hold(self, held: bool) -> None:
        self._sending = self.area.read_only = held
        self._show_count()

    def _drop(self, name: str) -> None:
        self._pen.forget_draft(name)
        self._pen.later(lambda desk: desk.drop_draft(name), self._not_dropped)

    def _not_dropped(self, error: BaseException) -> None:
        self.app.notify(f"The draft was not dropped: {told(error)}", severity="warning", markup=False)


def to_sign(change: Change) -> list[str]:
    """The exact record, as it is shown before it is signed."""
    rows = (f"    {safe(row, newlines=False)}" for row in change.record.splitlines())
    after = "The number, the time and the id of the record before it are added."
    return ["This will be signed:", "", *rows, "", after]
