"""What the one screen is made of: the views at its side, a list with a page or a pane, and the status line.

- A pane is imported, made and mounted before it is first shown (`tui.warming`), or then, and stays as it is left. What
  is not in sight is told nothing: a pane finds what it shows whenever it opens.
- Whatever is read is asked for aside (`tui.aside`), so that nothing here waits.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget

from thimbl.core.terminal import safe_line
from thimbl.store.errors import StoreError
from thimbl.store.reader import Reader
from tui.aside import Pen, Shelf, told
from tui.bars import Status, Views
from tui.bidi import isolated
from tui.detail import Detail
from tui.foot import Foot
from tui.holding import Holding
from tui.keyhelp import Group, bound, key_of
from tui.keys import SCREEN_KEYS
from tui.pane import Pane
from tui.places import FIRST, PANES, Place, Spot, Tab
from tui.strips import Ground
from tui.timeline import Timeline

if TYPE_CHECKING:
    from textual.widgets import Input

T = TypeVar("T")


TOLD: Final = 15.0
"""Seconds for which a long sentence stands beside the status line: enough to read it twice."""


def pane_kind(tab: Tab) -> type[Pane]:
    """What shows a view that is no list of posts; it is imported here, and not before."""
    if tab is Tab.BONDS:
        from tui.bonds.pane import BondsPane

        return BondsPane
    if tab is Tab.COMMUNE:
        from tui.commune.pane import CommunePane

        return CommunePane
    from tui.log import LogPane

    return LogPane


class Room(Container):
    """What holds others that cover all of it: it is painted as one ground, and not line by line."""

    BLANK: ClassVar[bool] = True


class Frame(Holding[None]):
    """Views, list and page or pane, status. `clock` gives Unix seconds.

    `books` is a second thread for reading the store, where what takes long is asked: the books of communes. Without
    one it is the same.
    """

    BLANK: ClassVar[bool] = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-beside"), (130, "-wide")]

    def __init__(self, shelf: Shelf, pen: Pen, clock: Callable[[], float], books: Shelf | None = None) -> None:
        super().__init__()
        self.shelf, self.pen, self.clock = shelf, pen, clock
        self.books = books or shelf
        self.keymap: Mapping[str, str] = {}
        """Keys by the ids of bindings, where they are not those of `tui.keys`; set before the screen is shown."""
        self.around: Sequence[Callable[[], Awaitable[None]]] = ()
        """What the application has made before anybody asks for it; likewise."""
        self.spot = Spot(Place())
        self._panes: dict[Tab, Pane] = {}
        self._mounting: dict[Tab, Awaitable[None]] = {}
        self._kept_panes: dict[Tab, Mapping[str, object]] = {}
        self._titled = ""
        self._led_back = False
        self.unreadable = ""
        """Why the store can not be read; empty where it can."""
        self._beside: dict[str, float] = {}
        """When what stands beside the status line was said: not the same twice at once."""
        self.refused = 0
        """Questions that the store did not answer."""
        self.views = Views(str(pen.desk.address), id="views")
        self.timeline = Timeline(clock, id="timeline")
        self.timeline.moved = self.show_where
        self.detail = Detail(clock, id="detail")
        self.status = Status(id="status")
        self._words: Input | None = None

    def compose(self) -> ComposeResult:
        with Room(id="body"):
            yield self.views
            with Room(id="panes"):
                with Ground(id="list"):
                    yield self.timeline
                yield self.detail
        yield self.status
        yield Foot()

    # The search line, which is made when it is first asked for

    @property
    def words(self) -> "Input":
        """Where words are typed to be searched for."""
        if self._words is None:
            from textual.widgets import Input  # only here: who reads needs none

            self._words = Input(placeholder="words, or a #tag", id="search", compact=True)
            self.query_one("#list").mount(self._words, before=self.timeline)
        return self._words

    @property
    def is_searching(self) -> bool:
        """Whether the reader is typing what is to be searched for."""
        return self._words is not None and self._words.has_focus

    @property
    def enter_does(self) -> str:
        """What Enter does in the line where words are typed, for the foot."""
        return "Search" if self.is_searching else "Go on"

    def put_words_away(self) -> None:
        """Show the search line no longer."""
        if self._words is not None:
            self._words.display = False

    async def painted(self) -> None:
        """Wait until what there is has been painted: whatever is asked meanwhile takes the time of that."""
        done = asyncio.Event()
        self.call_after_refresh(done.set)
        await done.wait()

    # Asking and telling

    async def ask(self, question: Callable[[Reader], T]) -> T | None:
        """What the store says; None where it can not be read, which the status line tells."""
        return await self.answer(self.shelf.begin(question))

    async def answer(self, asked: Future[T]) -> T | None:
        """The same, where it was asked before."""
        try:
            return await asyncio.wrap_future(asked)
        except StoreError as error:
            self.refused += 1
            before, self.unreadable = self.unreadable, told(error)
            tell = self.say if before != self.unreadable else self.status.say  # whole once, and not at each question
            tell(self.unreadable, trouble=True)
            return None

    def readable_again(self) -> None:
        """All that is in sight could be read. One answer says little: of a damaged store whole pages are left."""
        self.unreadable = ""
        self.status.say("The store can be read again.")

    def say(self, text: str, *, trouble: bool = False) -> None:
        """Tell the person something, in the status line, which escapes it; what is wrong, and too long for that, whole
        beside it as well."""
        self.status.say(text, trouble=trouble)
        said, now = self.status.said, time.monotonic()
        if trouble and self.status.is_cut and now - self._beside.get(said, -TOLD) >= TOLD:
            self._beside = {text: then for text, then in self._beside.items() if now - then < TOLD} | {said: now}
            self.notify(said, severity="warning", timeout=TOLD, markup=False)

    def key(self, binding: str) -> str:
        """The key that is bound to this id by now, as it is shown: a sentence names no key that was given away."""
        return key_of(self.app, (*SCREEN_KEYS, *Timeline.BINDINGS, *Detail.BINDINGS), binding) or binding

    def bound(self) -> list[Group]:
        """The keys as they are bound now."""
        return bound(self, self.keymap)

    def action_help(self) -> None:
        from tui.dialogs import Help

        self.app.push_screen(Help(self.bound()))

    # Panes

    @property
    def pane(self) -> Pane | None:
        """The pane in sight, where it is not a list."""
        return self._panes.get(self.spot.place.tab) if self.spot.place.is_pane else None

    def bring(self, place: Place) -> None:
        """Bring the list, or the pane of a view, into sight; what it shows comes when it is opened."""
        tab = place.tab if place.is_pane else None
        lists = self.query_one("#panes")
        if tab is not None and tab not in self._panes:
            self._make(tab)
        for other, pane in self._panes.items():
            pane.display = other is tab
        if tab is not None and lists.display:
            self.set_focus(_inside(self._panes[tab]))  # and not to whatever Textual finds
        if lists.display != (tab is None):
            lists.display = tab is None
            # At once: Textual itself lays out only after what it paints anew meanwhile. Only what moves is painted.
            self.refresh(repaint=False, layout=True)

    def _make(self, tab: Tab) -> None:
        pane = pane_kind(tab)(self.shelf if tab is Tab.LOG else self.books, self.pen, self.clock, id=tab)
        pane.recall(self._kept_panes.get(tab, {}))
        pane.display = False
        self._panes[tab] = pane
        mounted = self.query_one("#body").mount(pane)

        async def mounting() -> None:
            await mounted

        self._mounting[tab] = asyncio.ensure_future(mounting())

    def made_ready(self) -> list[Callable[[], Awaitable[None]]]:
        """What is made before anybody asks for it, one after the other."""
        return [*self.around, *(partial(self.make_ready, tab) for tab in sorted(PANES))]

    async def make_ready(self, tab: Tab) -> None:
        """Make the pane of a view before anybody asks for it."""
        if tab not in self._panes:
            self._make(tab)
            await asyncio.shield(self._mounting[tab])
            await self._panes[tab].ask(Reader.data_version)  # whoever reads for it opens the store for that

    async def meet(self, widget: Widget) -> None:
        """Let Textual read how a kind of widget looks, by one that nobody sees."""
        widget.display = False
        await self.mount(widget)
        await widget.remove()

    async def open_pane(self, tab: Tab) -> None:
        """Let the pane of a view find what it shows, and take the focus; not where the reader has gone on meanwhile."""
        # Shielded: the reader may be elsewhere before it is mounted, and back when it is.
        await asyncio.shield(self._mounting[tab])
        pane = self._panes[tab]
        if self.pane is not pane:
            return
        await pane.open()
        if self.pane is pane and not _holds_focus(self, pane):
            inside = _inside(pane)
            if inside is not None:
                self.set_focus(inside)

    @property
    def kept_panes(self) -> dict[Tab, Mapping[str, object]]:
        """What each pane is to be opened with next time: that of those that were not opened is as it was."""
        return {**self._kept_panes, **{tab: pane.remembered() for tab, pane in self._panes.items()}}

    def recall_panes(self, kept: Mapping[Tab, Mapping[str, object]]) -> None:
        """What was kept of panes that are still to be opened."""
        self._kept_panes = dict(kept)

    # Where the reader is

    @property
    def leads_back(self) -> bool:
        """Whether there is somewhere to go back to."""
        return False

    def show_where(self) -> None:
        """Say which list or pane this is, and where in it the reader is."""
        place, pane = self.spot.place, self.pane
        self.views.show(place.tab)
        if place.is_pane:
            title = (pane.title if pane is not None else "") or place.title
            position = pane.where if pane is not None else ""
            if pane is not None and str(pane.border_title or "") != title:
                pane.border_title = Text(title)
        else:
            title = place.title
            # Those that were known when the reader was here last are nearly all, and are counted anew in a moment.
            known = len(self.timeline.keys)
            total = f"{known:,}" if self.timeline.is_whole or known > FIRST else "…"
            position = f"{self.timeline.row + 1:,} of {total}" if self.timeline.keys else "nothing here"
            if self._titled != title:  # setting it lays out and styles anew
                self._titled = title
                self.query_one("#list").border_title = Text(isolated(safe_line(title)))
        self.status.set_where(title, position)
        if self._led_back != self.leads_back:
            self._led_back = self.leads_back
            self.refresh_bindings()  # the foot calls the way out by another name

    @on(Pane.Titled)
    def _retitled(self) -> None:
        self.show_where()

    @on(Pane.Said)
    def _told(self, message: Pane.Said) -> None:
        self.say(message.text, trouble=message.trouble)


def _inside(pane: Pane) -> Widget | None:
    """What takes the focus in a pane; None as long as nothing of it is there."""
    return next((node for node in pane.query("*") if node.focusable), None)


def _holds_focus(screen: Screen[None], pane: Pane) -> bool:
    return screen.focused is not None and pane in screen.focused.ancestors_with_self
