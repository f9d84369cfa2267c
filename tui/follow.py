"""Following somebody: their address or the URL of a feed, a look at what is there, and only then a yes.

- The look is a child's (`Desk.preview`, `Desk.look_at_feed`); what it found is judged by `tui.lookup`. It belongs to
  what was looked at: whoever types on has to look again, and a look that is under way then is ended.
- Where what was found is not what one would want to follow, nothing but Enter in the address leads on by itself.
- The dialog stays until it is done: what can not be done is said in it, and what was typed stays.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Input

from thimbl.core.address import Address, AddressError
from thimbl.core.log import Known
from thimbl.core.web import FeedUrl, UrlError, looks_like_url
from tui.aside import told
from tui.children import ChildFailed, preview
from tui.foot import Foot
from tui.lines import Role
from tui.lookup import Acquaintance, Found, feed_found, nothing_found, plan_found
from tui.over import BY_TAB, first
from tui.ports import Desk
from tui.scrolling import Scrolling, Told
from tui.setting import paragraph
from tui.strips import Ground
from tui.workers import begin

MAX_NICK: Final = 64
"""Characters of a nick: what a user name of an address has at most (plan-format 1)."""

NAME: Final = "your name for them (optional)"

UNASKED: Final = "Enter looks at what is there first; nothing is added yet."

Whom = Address | FeedUrl
Know = Callable[[Address], Awaitable[Acquaintance | None]]
"""What the store knows of somebody; None where it can not be read."""
Add = Callable[[Whom, str | None, bool | None], Awaitable[None]]
"""Follows somebody, by a name or none, in private or not or (None) as before. Raises what the person is to read."""


def meant(text: str, me: Address) -> Whom:
    """Whom somebody means who types this. Raises `AddressError` and `UrlError`."""
    if looks_like_url(text):
        return FeedUrl.parse(text)
    address = Address.parse(text)
    if address == me:
        raise AddressError("That is you: your own posts stand in your timeline as it is.")
    if address.is_web:
        raise AddressError(f"That address stands for a feed of {address.place}: type its URL.")
    return address


class Follow(Scrolling[Whom | None]):
    """Whom one follows now; None where nothing was changed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back"), *BY_TAB]

    def __init__(
        self, desk: Desk, clock: Callable[[], float], know: Know, add: Add, address: Address | None = None
    ) -> None:
        super().__init__()
        self._desk, self._clock, self._know, self._add = desk, clock, know, add
        self._found: Found | None = None
        """What was found of whom the address names now."""
        self._adding = False
        self.where = Input(str(address or ""), placeholder="ana@fields.example", id="address", compact=True)
        self.nick = Input(placeholder=NAME, id="nick", max_length=MAX_NICK, compact=True)
        self.told = Told(partial(paragraph, UNASKED, role=Role.DIM))

    def compose(self) -> ComposeResult:
        with Ground(classes="dialog", id="follow") as dialog:
            dialog.border_title = Text("Follow: whose plan, or which feed?")
            yield first(self.where)
            yield self.nick
            yield self.told
            with Horizontal(classes="buttons"):
                yield Button("Look", id="look", variant="primary", compact=True)
                yield Button("Back", id="no", compact=True)
        yield Foot()

    def on_mount(self) -> None:
        self.where.focus()

    def _offer(self, found: Found | None) -> None:
        """Let this be followed; None: let it be looked for."""
        self._found = found
        self._show("look", found is None)
        self._show("yes", found is not None)
        self._show("private", found is not None and isinstance(found.whom, Address))
        self._show("plan", found is not None and found.plan is not None)
        self.nick.placeholder = f"your name for them: {found.nick}" if found is not None and found.nick else NAME

    def _show(self, button: str, shown: bool) -> None:
        for one in self.query(f"#{button}"):
            one.display = shown

    async def _make_buttons(self, found: Found) -> None:
        """Those that follow: who opens the dialog does not wait for them."""
        if not self.query("#yes"):
            made = [
                Button("Its plan", id="plan", variant="primary", compact=True),
                Button("Follow", id="yes", variant="success", compact=True),
                Button("In private", id="private", compact=True),
            ]
            for one in made:
                one.display = False  # until it is said what was found
            await self.query_one(".buttons").mount(*made, before="#no")
        # To follow in public whom one follows in private is to be meant.
        self.query_one("#yes", Button).label = "In public" if found.in_private else "Follow"

    # Looking

    @on(Input.Changed, "#address")
    def _edited(self) -> None:
        self.workers.cancel_group(self, "look")
        if self._found is not None:
            self._offer(None)

    @on(Input.Submitted)
    @on(Button.Pressed, "#look")
    def _look(self) -> None:
        try:
            whom = meant(self.where.value.strip(), self._desk.address)
        except (AddressError, UrlError) as error:
            self.told.show(partial(paragraph, told(error), role=Role.BAD))
            return
        if self._found is not None:
            self._go_on(self._found)
            return
        self.told.show(partial(paragraph, f"Asking {whom} …", role=Role.DIM))
        begin(self, partial(self._ask, whom), "look", exclusive=True)

    async def _ask(self, whom: Whom) -> None:
        before: Acquaintance | None = None
        try:
            if isinstance(whom, FeedUrl):
                raw = await preview(self._desk.look_at_feed(whom))
                found = feed_found(raw, whom)
            else:
                before = await self._know(whom)
                raw = await preview(self._desk.preview(whom))
                known = before or Acquaintance(None, Known(whom))
                found = await asyncio.to_thread(plan_found, raw, whom, known, self._clock())
        except (ChildFailed, ValueError) as error:
            found = nothing_found(whom, told(error), before)
        await self._make_buttons(found)
        self.told.show_lines(found.lines)
        self._offer(found)
        if found.speaks_for:
            self._go_on(found)

    def _go_on(self, found: Found) -> None:
        self.query_one("#private" if found.in_private else "#yes", Button).focus()

    @on(Button.Pressed, "#plan")
    def _look_at_plan(self) -> None:
        if self._found is not None and self._found.plan is not None:
            with self.prevent(Input.Changed):  # which would end the look that begins here
                self.where.value = str(self._found.plan)
            self._offer(None)
            self.where.focus()
            self._look()

    # Following

    @on(Button.Pressed, "#yes")
    def _follow(self) -> None:
        self._begin_to_add(private=False)

    @on(Button.Pressed, "#private")
    def _follow_in_private(self) -> None:
        self._begin_to_add(private=True)

    def _begin_to_add(self, *, private: bool) -> None:
        if self._found is not None and not self._adding:
            self._adding = True
            self.told.show(partial(paragraph, "Writing it down …", role=Role.DIM))
            begin(self, partial(self._follow_now, self._found, private), "add")

    async def _follow_now(self, found: Found, private: bool) -> None:
        nick = self.nick.value.strip()
        try:
            if isinstance(found.whom, FeedUrl):
                # Its title makes its name, and only who looked has seen it.
                await self._add(found.whom, nick or found.nick or None, None)
            else:
                await self._add(found.whom, nick or None, private)
        except Exception as error:  # a desk may raise anything; the person is told
            self.told.show(partial(paragraph, told(error), role=Role.BAD))
            self.nick.focus()
        else:
            self.dismiss(found.whom)
        finally:
            self._adding = False

    @on(Button.Pressed, "#no")
    def action_leave(self) -> None:
        """Not while it is being written down: what came of that is to be said."""
        if not self._adding:
            self.dismiss(None)
