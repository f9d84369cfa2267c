"""The page for whoever has no account yet: an address, what will be made for it, and then the program itself.

- Nothing is made before it was shown: Enter shows what an address comes to, however often; Ctrl-S or a button makes it.
- What the making says when it fails stands on the page, and what was typed stays.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import ClassVar, Final, Protocol

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Button, Input, Label, Static

from thimbl.core.address import Address, AddressError
from tui.aside import told
from tui.foot import Foot
from tui.over import BY_TAB
from tui.ports import Desk
from tui.program import Program
from tui.settings import Comfort
from tui.strips import Ground
from tui.workers import begin

WELCOME: Final = (
    "On thimbl what you write is a signed page on a host of your own or of your friends, and whoever wants to read it "
    "asks that host by the Finger protocol. You need an address, as for mail: your login, @, and the name of the host."
)

AFTER: Final = (
    "Then follow somebody, and write a post: the next page says with which keys. Others can read you as soon as your "
    "host answers for you: 'thimbl serve' on that host does, and 'thimbl push' takes your plan to one from here."
)


class Beginning(Protocol):
    """What makes an account. Each may wait for the disk, and raise what a person is to read."""

    def guess(self) -> str:
        """An address that may be meant; it may wait for a name server."""

    def outlook(self, address: Address) -> list[str]:
        """What would be made for this address, a sentence each."""

    def make(self, address: Address, name: str) -> Desk:
        """Make it."""


class FirstRun(Program[Desk]):
    """Gives the desk of the account that was made; None where none was."""

    def __init__(self, beginning: Beginning, comfort: Comfort) -> None:
        super().__init__(comfort)
        self.page = FirstPage(beginning, self.exit)

    def get_default_screen(self) -> Screen[None]:
        """The one page."""
        return self.page


class FirstPage(Screen[None]):
    """Address and name, and below them what they come to. `made` is called with the desk of the new account."""

    AUTO_FOCUS = "#address"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", tooltip="change the address; from there: leave"),
        Binding("ctrl+s", "make", "Make the account", tooltip="make what is shown", priority=True),
        *BY_TAB,
    ]

    def __init__(self, beginning: Beginning, made: Callable[[Desk], object]) -> None:
        super().__init__()
        self._beginning, self._made = beginning, made
        self.address = Input(placeholder="ana@fields.example", id="address", compact=True)
        self.called = Input(placeholder="as people read it (optional)", id="called", compact=True)
        self.outlook = Static("", id="outlook", markup=False)
        self.shown: Address | None = None
        """The address whose making is shown, and so may be made."""

    def compose(self) -> ComposeResult:
        with Ground(id="first") as page:
            page.border_title = Text("Welcome to thimbl")
            with VerticalScroll(can_focus=False):
                yield Static(Text(WELCOME), markup=False, id="welcome")
                yield Label("Your address", classes="label")
                yield self.address
                yield Label("Your name", classes="label")
                yield self.called
                yield self.outlook
            with Horizontal(classes="buttons"):
                yield Button("See what will be made", id="see", variant="primary", compact=True)
                yield Button("Make it  ^S", id="make", variant="primary", compact=True)
                yield Button("Leave", id="leave", compact=True)
        yield Foot()

    def on_mount(self) -> None:
        self._show(None)
        # A name server may take its time, and nobody waits for it: not even the end of the program.
        threading.Thread(target=self._guess, daemon=True).start()

    def _guess(self) -> None:
        guess = self._beginning.guess()
        with contextlib.suppress(RuntimeError):  # nobody is there any more
            self.app.call_from_thread(self._take_guess, guess)

    def _take_guess(self, guess: str) -> None:
        if not self.address.value:
            self.address.value = guess
            self.address.action_select_all()  # so that typing takes its place

    def _show(self, shown: Address | None, text: str = "", *, trouble: bool = False) -> None:
        self.shown = shown
        self.outlook.set_class(trouble, "-trouble")
        self.outlook.update(Text(text))
        self.query_one("#welcome").display = shown is None  # what will be made needs its room
        self.query_one("#see").display = shown is None
        self.query_one("#make").display = shown is not None
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is made that was not shown."""
        return self.shown is not None if action == "make" else super().check_action(action, parameters)

    # What is typed and pressed

    @on(Input.Changed, "#address")
    def _changed(self) -> None:
        if self.shown is not None or self.outlook.has_class("-trouble"):
            self._show(None)

    @on(Input.Submitted)
    @on(Button.Pressed, "#see")
    def action_see(self) -> None:
        """Show what would be made."""
        try:
            address = Address.parse(self.address.value.strip())
        except AddressError as error:
            self._show(None, f"{told(error)}", trouble=True)
            self.address.focus()
        else:
            begin(self, partial(self._see, address), "making", exclusive=True)

    async def _see(self, address: Address) -> None:
        try:
            lines = await asyncio.to_thread(self._beginning.outlook, address)
        except Exception as error:  # whatever it is, the person is told
            self._show(None, told(error), trouble=True)
            return
        self._show(address, "\n".join([f"You will be {address}.", "", *lines, "", AFTER]))

    @on(Button.Pressed, "#make")
    def action_make(self) -> None:
        """Make what is shown, once."""
        if (address := self.shown) is not None:
            self._show(None, "Making it …")
            begin(self, partial(self._make, address, self.called.value.strip()), "making", exclusive=True)

    async def _make(self, address: Address, name: str) -> None:
        try:
            desk = await asyncio.shield(asyncio.to_thread(self._beginning.make, address, name))
        except Exception as error:  # whatever it is, the person is told
            self._show(None, told(error), trouble=True)
            self.address.focus()
        else:
            self._made(desk)

    def action_back(self) -> None:
        if self.shown is not None:
            self._show(None)
            self.address.focus()
        else:
            self.app.exit()

    @on(Button.Pressed, "#leave")
    def _leave_it(self) -> None:
        self.app.exit()
