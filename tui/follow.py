"""Following somebody: their address, a look at what is there, and only then a yes.

The look is a child's (`Desk.preview`). What it found is judged here as a reader would judge it who knows nothing yet
(plan-format 4), so that the key's fingerprint can be compared before it is pinned.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from thimbl.core.address import Address, AddressError
from thimbl.core.answer import read_answer, says_no_plan
from thimbl.core.log import Judgement, Known, Verdict, judge_bytes
from thimbl.core.terminal import safe_line
from thimbl.core.web import FeedUrl, UrlError, looks_like_url
from tui.aside import told
from tui.children import ChildFailed, preview
from tui.foot import Foot
from tui.lines import Line, Piece, Role, line, plain
from tui.over import Over
from tui.pages import FEED, TOLD
from tui.ports import Desk
from tui.rows import VERDICTS
from tui.setting import fields
from tui.when import old
from tui.workers import begin

RAW_SHOWN: Final = 12
"""Lines of an answer without a plan that are shown."""

WIDTH: Final = 66
"""Cells of the table; the dialog is as wide where the screen is."""

MAX_NICK: Final = 64
"""Characters of a nick: what a user name of an address has at most (plan-format 1)."""


def found_lines(raw: bytes, address: Address, now: float) -> list[Line]:
    """What an answer says of its author, escaped."""
    answer = read_answer(raw)
    if answer.plan is None:
        text = raw.decode("utf-8", "replace").splitlines()
        heading = "There is no plan yet:" if says_no_plan(raw) else "That answer has no plan in it:"
        return [line((heading, Role.WARN)), *(line(("  ", Role.TEXT), plain(row[:500])) for row in text[:RAW_SHOWN])]
    judgement = judge_bytes(answer.plan, Known(address), int(now))
    verdict = VERDICTS[judgement.verdict]
    rows = _rows(judgement, now)
    sentence: Piece = (TOLD[judgement.verdict], Role.DIM)
    if judgement.verdict is Verdict.VERIFIED:
        sentence = ("Its signature holds. Compare the key with its owner if you can: it will be pinned.", Role.DIM)
    lines = [line(verdict), *fields(rows, WIDTH), line(sentence)]
    return [*lines, line(plain(judgement.reason, Role.WARN))] if judgement.reason else lines


def _rows(judgement: Judgement, now: float) -> list[tuple[str, str]]:
    head, classic = judgement.head, judgement.classic
    if head is not None:
        rows = [("name", safe_line(head.name)), ("bio", safe_line(head.bio[:300]))]
        rows += [("key", head.key.fingerprint), ("head", f"{old(head.updated, now)}, record {head.seq}")]
    elif classic is not None:
        rows = [("name", safe_line(classic.name)), ("bio", safe_line(classic.bio[:300])), ("key", "none")]
    else:
        rows = []
    return [(name, value) for name, value in rows if value]


def _meant(text: str) -> Address | FeedUrl:
    """Whom somebody means who types this. Raises `AddressError` and `UrlError`."""
    return FeedUrl.parse(text) if looks_like_url(text) else Address.parse(text)


class Follow(Over[tuple[Address | FeedUrl, str | None] | None]):
    """Whom to follow and what to call them; None where nobody."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, desk: Desk, clock: Callable[[], float], address: Address | None = None) -> None:
        super().__init__()
        self._desk, self._clock = desk, clock
        self._looked_at: Address | FeedUrl | None = None
        self.where = Input(str(address or ""), placeholder="ana@fields.example", id="address", compact=True)
        self.nick = Input(placeholder="your name for them (optional)", id="nick", max_length=MAX_NICK, compact=True)
        self.found = Static("", id="found", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="follow") as dialog:
            dialog.border_title = Text("Follow: whose plan?")
            yield self.where
            yield self.nick
            with VerticalScroll(can_focus=False):
                yield self.found
            with Horizontal(classes="buttons"):
                yield Button("Look", id="look", variant="primary", compact=True)
                yield Button("Follow", id="yes", variant="success", compact=True, disabled=True)
                yield Button("Back", id="no", compact=True)
        yield Foot()

    def on_mount(self) -> None:
        told = "Enter looks at their plan first; nothing is added yet. Following signs your plan anew."
        self._tell([line((told, Role.DIM))])
        self.where.focus()

    def _tell(self, lines: list[Line]) -> None:
        text = Text()
        for row in lines:
            for piece, role in row.pieces:
                bold = role in (Role.BAD, Role.WARN, Role.STRONG, Role.GOOD)
                text.append(piece, "bold" if bold else "dim" if role is Role.DIM else "")
            text.append("\n")
        self.found.update(text)

    @on(Input.Changed, "#address")
    def _edited(self) -> None:
        # What was found belongs to the address that was looked at.
        self._looked_at = None
        self.query_one("#yes", Button).disabled = True

    @on(Input.Submitted)
    @on(Button.Pressed, "#look")
    def _look(self) -> None:
        try:
            address = _meant(self.where.value.strip())
        except (AddressError, UrlError) as error:
            self._tell([line(plain(told(error), Role.BAD))])
            return
        if address == self._looked_at:
            self.query_one("#yes", Button).focus()
            return
        if isinstance(address, FeedUrl):
            self._tell([line((FEED, Role.WARN)), line(("What it has comes with the next fetch.", Role.DIM))])
            self._may_follow(address)
            return
        self._tell([line((f"Asking {address} …", Role.DIM))])
        begin(self, partial(self._ask, address), "look", exclusive=True)

    async def _ask(self, address: Address) -> None:
        try:
            raw = await preview(self._desk.preview(address))
        except ChildFailed as error:
            self._tell(
                [
                    line(plain(told(error), Role.BAD)),
                    line(("You can follow them all the same: they are asked again at each fetch.", Role.DIM)),
                ]
            )
        else:
            self._tell(await asyncio.to_thread(found_lines, raw, address, self._clock()))
        self._may_follow(address)

    def _may_follow(self, whom: Address | FeedUrl) -> None:
        self._looked_at = whom
        yes = self.query_one("#yes", Button)
        yes.disabled = False
        yes.focus()

    @on(Button.Pressed, "#yes")
    def _follow(self) -> None:
        if self._looked_at is not None:
            self.dismiss((self._looked_at, self.nick.value.strip() or None))

    @on(Button.Pressed, "#no")
    def _back(self) -> None:
        self.dismiss(None)
