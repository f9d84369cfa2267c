"""Muting: what of a post one does not want to see, and for how long; and the list of what is muted, to undo it.

The questions are asked one after the other, each answered by one key; only a word is typed.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar, Final

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from thimbl.core.terminal import safe_line
from thimbl.core.text import SpanKind, spans
from thimbl.core.times import DAY, WEEK
from thimbl.store.mutes import MAX_WORD, Mute, MuteError, MuteKind
from thimbl.store.types import Author, Item
from tui.aside import told
from tui.dialogs import Choice
from tui.fetching import FetchingScreen
from tui.foot import Foot
from tui.ports import Desk
from tui.when import exactly

TAGS_SHOWN: Final = 8
"""Tags of one post that are offered: by the keys 1 to 8."""

TERMS: Final[Mapping[str, tuple[str, int | None]]] = {
    "d": ("a day", DAY),
    "w": ("a week", WEEK),
    "m": ("thirty days", 30 * DAY),
    "e": ("until you take it back", None),
}
"""For how long, in seconds, by key."""

AUTHOR_KEY: Final = "a"
WORD_KEY: Final = "w"
LIST_KEY: Final = "l"


def offered(item: Item | None, author: Author | None) -> dict[str, tuple[str, Mute | None]]:
    """What can be muted of what is selected, by key: what is said of it, escaped, and the mute where that is known."""
    found: dict[str, tuple[str, Mute | None]] = {}
    about = item or author
    if about is not None and not about.is_me:
        name = safe_line(about.nick or about.name)
        who = f"{name}, {about.address}" if name else str(about.address)
        found[AUTHOR_KEY] = (f"all by {who}", Mute(MuteKind.AUTHOR, str(about.address)))
    if item is not None:
        named = (span.value for span in spans(item.text, {}) if span.kind is SpanKind.TAG)
        for number, tag in enumerate(list(dict.fromkeys(named))[:TAGS_SHOWN], 1):
            found[str(number)] = (f"the tag #{safe_line(tag)}", Mute(MuteKind.TAG, tag))
    found[WORD_KEY] = ("a word …", None)
    found[LIST_KEY] = ("what is muted already …", None)
    return found


def described(mute: Mute) -> str:
    """What is muted and until when, on one safe line."""
    until = "" if mute.until is None else f"  until {exactly(mute.until)}"
    return f"{mute.kind:<6}  {safe_line(mute.name)}{until}"


class AskWord(ModalScreen[Mute | None]):
    """A word, or several that stand together; None where nothing was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self) -> None:
        super().__init__()
        self.word = Input(placeholder="frost, or: lower field", max_length=MAX_WORD, id="word", compact=True)
        self.trouble = Static("", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Text("Mute which word?")
            yield self.word
            yield Static("Whole words, in any case. Several are muted where they stand together.", markup=False)
            yield self.trouble
        yield Foot()

    def on_mount(self) -> None:
        self.word.focus()

    @on(Input.Submitted)
    def _given(self) -> None:
        try:
            self.dismiss(Mute.of(MuteKind.WORD, self.word.value))
        except MuteError as error:
            self.trouble.update(Text(safe_line(told(error)), "bold"))


class Muted(ModalScreen[Mute | None]):
    """What is muted; the one to be taken back, None where none is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Back"),
        Binding("j", "move('down')", show=False),
        Binding("k", "move('up')", show=False),
    ]

    def __init__(self, mutes: Sequence[Mute]) -> None:
        super().__init__()
        self._mutes = mutes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Text("Muted: Enter takes it back")
            shown = [Text(described(mute)) for mute in self._mutes]
            yield OptionList(*(Option(text, id=str(i)) for i, text in enumerate(shown)), markup=False, compact=True)
        yield Foot()

    def action_move(self, way: str) -> None:
        options = self.query_one(OptionList)
        if way == "down":
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._mutes[int(message.option_id or 0)])


Deed = Callable[[Desk], None]


def _mute(mute: Mute, desk: Desk) -> None:
    desk.mute(mute)


def _unmute(mute: Mute, desk: Desk) -> None:
    desk.unmute(mute)


class MutingScreen(FetchingScreen):
    """The screen, with what mutes."""

    @work
    async def action_mute(self) -> None:
        """Mute something of what is selected."""
        entry = None if self.spot.place.is_pane else self.timeline.entry
        choices = offered(self.item, entry if isinstance(entry, Author) else None)
        asked = Choice("Mute what?", [(key, words) for key, (words, _) in choices.items()])
        key = await self.app.push_screen_wait(asked)
        if key is None:
            return
        if key == LIST_KEY:
            self.action_muted()
            return
        mute = choices[key][1] or await self.app.push_screen_wait(AskWord())
        if mute is None:
            return
        asked = Choice(f"Mute {safe_line(mute.name)} for how long?", [(key, told) for key, (told, _) in TERMS.items()])
        term = await self.app.push_screen_wait(asked)
        if term is None:
            return
        words, seconds = TERMS[term]
        until = None if seconds is None else int(self.clock()) + seconds
        if await self._change(partial(_mute, Mute(mute.kind, mute.what, until))):
            length = words if seconds is None else f"for {words}"
            self.say(f"Muted {length}: {mute.kind} {mute.name}. {self.key('muted')} lists what is muted.")

    @work
    async def action_muted(self) -> None:
        """List what is muted, to take it back."""
        now = int(self.clock())
        mutes = await self.ask(lambda reader: [mute for mute in reader.mutes() if mute.holds(now)])
        if mutes is None:
            return
        if not mutes:
            self.say(f"Nothing is muted. {self.key('mute')} mutes something of what is selected.")
            return
        mute = await self.app.push_screen_wait(Muted(mutes))
        if mute is not None and await self._change(partial(_unmute, mute)):
            self.say(f"Muted no longer: {mute.kind} {mute.name}.")

    async def _change(self, deed: Deed) -> bool:
        """Do it, and list this place anew; False where it failed, which the status line tells."""
        try:
            await self.pen.do(deed)
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)
            return False
        await self.reload()
        await self.count()
        return True
