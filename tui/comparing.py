"""Comparing somebody's key: the pinned one and the one that was seen, what that means, and pinning whichever is theirs.

- Both stand under each other in full, as `ssh-keygen -lf` prints them, so that a difference shows.
- What the owner says is typed or pasted, and compared letter by letter as it is typed. To take the key that was seen
  without typing is a choice of its own, and never what Enter alone does.
- Pinning is the desk's (`thimbl key pin` does the same).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final, Self

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Input

from thimbl.core.counting import counted
from thimbl.core.keys import is_fingerprint
from thimbl.core.log import Verdict
from thimbl.core.terminal import safe_line
from thimbl.store.pins import SeenKey
from thimbl.store.types import Author
from tui.bidi import isolated
from tui.foot import Foot
from tui.lines import Line, Pieces, Role, line, wrap
from tui.over import first
from tui.rows import VERDICTS
from tui.scrolling import Scrolling, Told
from tui.setting import paragraph
from tui.strips import Ground
from tui.when import since

SAYS: Final[dict[Verdict | None, str]] = {
    Verdict.NEW_KEY: "The newest answer was signed by another key than the pinned one, and nothing of it was taken. "
    "Either they have a new key and could not sign with the old one any more, or somebody answers in their place. "
    "Ask them by other means than this plan: by telephone, or face to face.",
    Verdict.FORKED: "By this key two logs were signed that contradict each other. Both are kept as evidence. To pin "
    "the key again says that you have looked, and takes the mark away.",
    Verdict.UNSIGNED: "Nobody signs this plan of 2010, so there is no key to compare. A key that you pin here has to "
    "sign their next answer.",
}
"""What there is to know at each verdict, before comparing."""

USUAL: Final = "Ask them by other means than their plan what 'thimbl key show' says, and compare it."


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of comparing a fingerprint that was typed."""

    words: str
    pins: str | None
    """The fingerprint that can be pinned now."""


def compared(typed: str, pinned: str | None, seen: str | None, forked: bool = False) -> Compared:
    """What a typed fingerprint is; the prefix ``SHA256:`` may be left out."""
    text = typed.strip().rstrip("=")
    if not text:
        return Compared("", None)
    text = text if text.startswith("SHA256:") else f"SHA256:{text}"
    if text == pinned:
        return Compared("✓ That is the pinned key, letter by letter.", text if forked else None)
    if text == seen:
        return Compared("✓ That is the key that was seen, letter by letter: it can be pinned.", text)
    if is_fingerprint(text):
        other = "neither the pinned key nor the one that was seen" if seen else "not the pinned key"
        return Compared(f"✗ That is {other}. Pinned, it is the only one that counts for them.", text)
    near = next((key for key in (pinned, seen) if key is not None and key.startswith(text)), None)
    if near is not None:
        which = "pinned key" if near == pinned else "key that was seen"
        return Compared(f"… so far as the {which}", None)
    return Compared("✗ That is no fingerprint (SHA256: and 43 characters), and no key here begins so.", None)


class Keys(Scrolling[str | None]):
    """Somebody's keys; the fingerprint that is to be pinned, None where none is."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self) -> None:
        super().__init__()
        self.typed = Input(placeholder="the fingerprint that they told you: SHA256:…", id="fingerprint", compact=True)
        self.told, self.says = Told(), Told(id="says")
        self.ground = Ground(classes="dialog", id="keys")
        self.buttons = Horizontal(classes="buttons")
        self.pin: Button | None = None
        """It pins what was typed; made when there is something to pin."""
        self._pins: str | None = None

    def compose(self) -> ComposeResult:
        with self.ground:
            yield self.told
            yield first(self.typed)
        yield Foot()

    def about(self, author: Author, seen: SeenKey | None, now: float) -> Self:
        """Whose keys they are, before they are shown; `now` in Unix seconds."""
        self._author, self._seen = author, seen
        self.ground.border_title = Text(f"The key of {author.address}")
        self.told.show(partial(keys_told, author, seen, now))
        if self.is_mounted:
            self.set_focus(self.typed)  # before any key that comes now
        return self

    @on(events.ScreenResume)
    async def _came(self) -> None:
        """To the front, for the first time: what could be pinned without typing has a button."""
        self.set_focus(self.typed)
        if self._seen is not None and not self.buttons.is_attached:
            seen = Button("Pin the key seen", id="seen", variant="warning", compact=True)
            await self._offer(Button("Back", id="no", compact=True), seen)

    async def _offer(self, *buttons: Button) -> None:
        """Show buttons, after those that are there."""
        if not self.buttons.is_attached:
            await self.ground.mount(self.buttons)
        await self.buttons.mount(*buttons)

    @on(Input.Changed)
    async def _typed(self) -> None:
        found = compared(
            self.typed.value,
            self._author.key,
            self._seen.fingerprint if self._seen else None,
            self._author.verdict is Verdict.FORKED,
        )
        self._pins = found.pins
        self.says.show(partial(paragraph, found.words, role=Role.STRONG))
        # What is of no use before something was typed is mounted when it is, and the dialog is open sooner.
        if not self.says.is_attached:
            await self.ground.mount(self.says, after=self.typed)
        if self.pin is not None:
            self.pin.disabled = found.pins is None
        elif found.pins is not None:
            self.pin = Button("Pin this", id="yes", variant="success", compact=True)
            await self._offer(self.pin)

    @on(Input.Submitted)
    def _given(self) -> None:
        if self.pin is not None and not self.pin.disabled:
            self.pin.focus()

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        if message.button.id == "yes":
            self.dismiss(self._pins)
        elif message.button.id == "seen" and self._seen is not None:
            self.dismiss(self._seen.fingerprint)
        else:
            self.dismiss(None)


def keys_told(author: Author, seen: SeenKey | None, now: float, width: int) -> list[Line]:
    """Somebody's keys and what their verdict means, in lines of at most `width` cells."""
    return [line(*found) for row in _rows(author, seen, now) for found in wrap(row, max(1, width))]


def _rows(author: Author, seen: SeenKey | None, now: float) -> Iterator[Pieces]:
    called = safe_line(author.nick or author.name)
    if called:
        yield ((isolated(called), Role.STRONG),)
    yield ((f"verdict  {VERDICTS[author.verdict][0]}", Role.TEXT),)
    yield ("pinned   ", Role.TEXT), (author.key or "none: the first key that comes is pinned", Role.STRONG)
    if seen is not None:
        yield ("seen     ", Role.TEXT), (seen.fingerprint, Role.STRONG)
        name = f", {isolated(safe_line(seen.name))}" if seen.name else ""
        yield ((f"         {since(seen.time, now)}{name}, {counted(seen.seq, 'record')}", Role.DIM),)
    if author.recovery:
        yield ((f"recovery {author.recovery}", Role.DIM),)
    yield ()
    yield ((SAYS.get(author.verdict, USUAL), Role.TEXT),)
