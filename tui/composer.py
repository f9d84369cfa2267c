"""Writing a post, a reply or an edit.

- Nothing is signed by a single key: what is written is sent by Ctrl-S, Ctrl-Enter or the button, and by nothing else.
  Over or beside it stands how others will read it; an edit shows the exact record too, and asks.
- Whatever is typed is a draft at once: it survives Esc, an error, an editor, and the end of the program. A draft that
  can not be read is not written over, and what can not be written stays in memory and is tried again.
"""

from collections.abc import Callable
from functools import partial
from typing import ClassVar, Final, Self

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.timer import Timer
from textual.widgets import Button, Input, Label, Static, TextArea

from thimbl.core.address import Reference
from thimbl.core.compose import Change
from thimbl.core.terminal import safe
from thimbl.store.errors import StoreError
from tui.aside import DRAFT_DELAY, Pen, Shelf, told
from tui.completing import candidates, own_nicks
from tui.dialogs import Confirm
from tui.draft import Draft
from tui.editor import EditorFailed, EditorKilled, edit_file, editor_command
from tui.foot import Foot
from tui.keyhelp import key_of
from tui.over import Over
from tui.ports import Desk, subject_draft
from tui.preview import Preview, room_left
from tui.quoting import Quote
from tui.strips import Ground
from tui.suggesting import Editor, Suggestions
from tui.workers import begin

BESIDE: Final = 2
"""What a draft is called beside one that can not be read: as `thimbl post` does, which keeps both as well."""

EMPTIED: Final = "The editor left nothing: the text is as it was. To write it anew, clear it here."

SENDING: Final = "Signing and writing …"

SLOW: Final = 3.0
"""Seconds after which whoever waits is told what for: a signature and a file take a tenth of one."""

STILL_SENDING: Final = (
    "Still signing and writing: another program holds the store or the plan, or an agent asks whether the key may "
    "sign. It goes on by itself, and your text is kept until then."
)

LONG: Final = 2_000
"""Characters from which a text is previewed when its writer pauses: to set it takes longer than a key may."""

PREVIEW_DELAY: Final = 0.15
"""Seconds without a key that are a pause."""


class Composer(Over[Reference | None]):
    """Gives the reference of what was published, or None where it was left as a draft.

    It may be mounted before anybody writes (`tui.waiting`): what is written in it, it is told by `about`, right before
    it is shown.
    """

    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (130, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter", "send", "Send", id="send", tooltip="sign and publish it", priority=True),
        Binding("ctrl+o", "editor", "Editor", id="editor", tooltip="go on in your editor", priority=True),
        Binding(
            "f2", "preview", "Preview", id="preview", tooltip="show how others will read it, or not", priority=True
        ),
        Binding("escape", "leave", "Keep as draft", id="keep-draft", tooltip="close; the draft is kept"),
    ]

    draft: Draft
    _kept_as: str
    """The name of its draft; another where that draft can not be read."""
    _begun = False

    def __init__(self, shelf: Shelf, pen: Pen) -> None:
        super().__init__()
        self.fit(self.app.size)
        self._shelf, self._pen = shelf, pen
        self._noted: set[str] = set()
        """The drafts that are there, or were."""
        self._saving: Timer | None = None
        self._previewing: Timer | None = None
        self._sending = False
        self._told_of: tuple[str, str] | None = None
        """Of which text and subject something was said."""
        self._undropped: Exception | None = None
        self.loaded = False
        """Whether the draft has been read; until then nothing is written over it."""
        self.quote = Quote(id="parent")
        self.quote.display = False
        self.suggestions = Suggestions(id="suggestions")
        self.area = Editor(self.suggestions, id="text")
        self.preview = Preview(id="preview")
        self.subject = Input(placeholder="subject, to fold the text under (optional)", id="subject", compact=True)
        self.counter = Label("", id="counter", markup=False)
        self.trouble = Static("", id="trouble", markup=False)

    def compose(self) -> ComposeResult:
        with Ground(id="sheet"):
            yield self.quote
            yield self.subject
            with Container(id="writing"):
                yield self.area
                yield self.preview
            yield self.trouble
            with Horizontal(id="buttons"):
                yield self.counter
                send = Text(f"Send  {key_of(self.app, Composer.BINDINGS, 'send')}")
                yield Button(send, id="send", variant="primary", compact=True, disabled=True)
                yield Button("Keep as draft", id="leave", compact=True)
            yield self.suggestions
        yield Foot()

    def about(self, draft: Draft) -> Self:
        """What is to be written, before it is shown."""
        self.draft, self._kept_as = draft, draft.name
        self.subject.display = draft.subject
        if draft.parent is not None:
            self.quote.show(draft.parent)
            self.quote.display = True
        if self.is_mounted:
            self.set_focus(self.area)  # before any key that comes now
        return self

    def on_mount(self) -> None:
        self.trouble.display = False

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """It comes to the front: for the first time there is something to write."""
        if self._begun:
            return
        self._begun = True
        self.query_one("#sheet").border_title = Text(self.draft.title)
        self.set_focus(self.area)
        self._show_count()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Read what is needed; who looks at it has seen it open by now."""
        begin(self, self._load, "draft")
        begin(self, self._resolve, "nicks")

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_count)  # when the counter has been told its size

    async def _load(self) -> None:
        text, trouble = await self._read(self._kept_as)
        if trouble:
            trouble += " That draft is left alone: what you write now is kept beside it."
            self._kept_as = f"{self._kept_as}-{BESIDE}"
            text, _ = await self._read(self._kept_as)
        subject, _ = await self._read(self._subject_name) if self.draft.subject else ("", "")
        # Whoever types at once, on a slow machine, has typed something by now: it stays, and stands after the draft.
        self.area.load_text((text or self.draft.start) + self.area.text)
        self.area.move_cursor(self.area.document.end)
        self.subject.value = self.subject.value or subject
        self.loaded = True
        self._changed()
        if trouble:
            self._tell(trouble)

    async def _read(self, name: str) -> tuple[str, str]:
        """A draft, and what is the matter where it can not be read."""
        try:
            text = await self._pen.draft(name)
        except Exception as error:  # a desk may raise anything; the person is told
            return "", told(error)
        if text:
            self._noted.add(name)
        return text, ""

    async def _resolve(self) -> None:
        try:
            self.preview.resolve(await self._shelf.ask(own_nicks))
        except StoreError as error:
            self._tell(told(error))

    @property
    def _subject_name(self) -> str:
        return subject_draft(self._kept_as)

    @property
    def _names(self) -> tuple[str, ...]:
        """The drafts that this is."""
        return (self._kept_as, self._subject_name) if self.draft.subject else (self._kept_as,)

    @property
    def text(self) -> str:
        """What would be posted."""
        return self.area.text.strip()

    def _tell(self, message: str) -> None:
        """Say something, until what it was said of is another text."""
        self.trouble.update(Text(message))
        self.trouble.display = True
        self._told_of = self.area.text, self.subject.value

    def _show_count(self) -> None:
        if not self._begun:
            return
        words, over = room_left(self.text, self.counter.size.width)
        self.counter.update(Text(words), layout=False)
        self.counter.set_class(over, "-over")
        self.query_one("#send", Button).disabled = over or not self.text or self._sending

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _changed(self) -> None:
        self._show_count()
        if not self.loaded or self._sending:
            return
        if self._told_of != (self.area.text, self.subject.value):
            self.trouble.display = False
        if self._previewing is not None:
            self._previewing.stop()
        if len(self.area.text) < LONG:
            self._preview()
        else:
            self._previewing = self.set_timer(PREVIEW_DELAY, self._preview)
        # An edit that says what the post says is nothing to keep.
        written = "" if self.area.text == self.draft.start else self.area.text
        for name, text in zip(self._names, (written, self.subject.value), strict=False):
            if text or name in self._noted:  # nothing is dropped that was not written here, or read
                self._noted.add(name)
                self._pen.note_draft(name, text)
        if self._saving is not None:
            self._saving.stop()
        self._saving = self.set_timer(DRAFT_DELAY, self._save)

    def _preview(self) -> None:
        self.preview.put(self.text, self.subject.value, self.area.place)

    def _save(self) -> None:
        self._pen.save_drafts(self._not_kept)

    def _not_kept(self, error: BaseException) -> None:
        message = f"The draft could not be written, and is here only while thimbl runs: {told(error)}"
        self.app.notify(message, severity="warning", markup=False)

    # Completion and preview

    @on(TextArea.SelectionChanged)
    def _went(self) -> None:
        self.preview.follow(self.area.place)

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
            self.set_focus(self.area)  # at once, for whoever types on
            self.call_after_refresh(self.area.focus)

    # An editor

    def action_editor(self) -> None:
        if self.loaded and not self._sending:
            begin(self, self._edit, "editor")

    async def _edit(self) -> None:
        self.area.close()
        self._hold(True)  # what was typed until the editor has the terminal would not be in it
        before = text = self.area.text
        trouble = ""
        try:
            # The editor works on the draft itself: what is typed there is on disk whatever happens to us.
            self._pen.forget_draft(self._kept_as)
            await self._pen.do(lambda desk: desk.save_draft(self._kept_as, before))
            path = await self._pen.do(lambda desk: desk.draft_file(self._kept_as))
            try:
                edit_file(self.app, editor_command(), path)
            except EditorKilled as error:
                trouble = str(error)
            text = await self._pen.do(lambda desk: desk.draft(self._kept_as))
        except EditorFailed as error:
            trouble = str(error)
        except Exception as error:  # a desk may raise anything; the person is told
            trouble = told(error)
        if before.strip() and not text.strip():
            text, trouble = before, trouble or EMPTIED
        self._hold(False)
        self.area.put(text.rstrip("\n"))
        self._changed()  # whatever the file says by now, the draft is what stands here
        if trouble:
            self._tell(trouble)

    # Leaving

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        if self.loaded and not self._sending:
            self._save()
            self.dismiss(None)
        elif self._sending:
            self._tell(STILL_SENDING)

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
            self._changed()  # the subject may be another by now
            self._tell(told(error))
            return
        if reference is None:
            self._hold(False)
            self._tell("Nothing was signed.")
            return
        if self._undropped is not None:
            self.app.notify(f"The draft was not dropped: {told(self._undropped)}", severity="warning", markup=False)
        self.dismiss(reference)

    async def _sent(self, text: str, subject: str | None) -> Reference | None:
        """Publish it; None where its writer has seen what would be signed, and says no."""
        if (rehearse := self.draft.rehearse) is None:
            self._tell_sending()
            return await self._pen.do(partial(self._published, lambda desk: self.draft.send(desk, text, subject)))
        change = await self._pen.do(lambda desk: rehearse(desk, text))
        if not await self.app.push_screen_wait(Confirm(self.draft.title, to_sign(change), "Sign")):
            return None
        self._tell_sending()
        return await self._pen.do(partial(self._published, lambda desk: desk.publish(change)))

    def _tell_sending(self) -> None:
        self._tell(SENDING)
        self.set_timer(SLOW, lambda: self._tell(STILL_SENDING) if self._sending else None)

    def _published(self, publish: Callable[[Desk], Reference], desk: Desk) -> Reference:
        """Publish it and drop its drafts, in one deed of the desk's thread: if the program ends meanwhile, what was
        published is not offered again."""
        reference = publish(desk)
        for name in self._names:
            self._pen.forget_draft(name)
            try:
                desk.drop_draft(name)
            except Exception as error:  # it is published all the same; the person is told
                self._undropped = error
        return reference

    def _hold(self, held: bool) -> None:
        self._sending = self.area.read_only = held
        self._show_count()


def to_sign(change: Change) -> list[str]:
    """The exact record, as it is shown before it is signed."""
    rows = (f"    {safe(row, newlines=False)}" for row in change.record.splitlines())
    after = "The number, the time and the id of the record before it are added."
    return ["This will be signed:", "", *rows, "", after]
