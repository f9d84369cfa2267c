"""What of a post can be muted, and the questions about it (`tui.muting` asks them)."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from thimbl.core.terminal import safe_line
from thimbl.core.text import SpanKind, spans
from thimbl.core.times import DAY, WEEK
from thimbl.store.mutes import MAX_WORD, Mute, MuteError, MuteKind
from thimbl.store.types import Author, Item
from tui.aside import told
from tui.foot import Foot
from tui.over import Over, first
from tui.strips import Ground
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


class AskWord(Over[Mute | None]):
    """A word, or several that stand together; None where nothing was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self) -> None:
        super().__init__()
        self.word = Input(placeholder="frost, or: lower field", max_length=MAX_WORD, id="word", compact=True)
        self.trouble = Static("", markup=False)

    def compose(self) -> ComposeResult:
        with Ground(classes="dialog") as dialog:
            dialog.border_title = Text("Mute which word?")
            yield first(self.word)
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


class Muted(Over[Mute | None]):
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
        with Ground(classes="dialog") as dialog:
            dialog.border_title = Text("Muted: Enter takes it back")
            shown = [Text(described(mute)) for mute in self._mutes]
            options = [Option(text, id=str(number)) for number, text in enumerate(shown)]
            yield first(OptionList(*options, markup=False, compact=True))
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
