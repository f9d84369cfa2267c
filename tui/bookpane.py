"""A pane that is a book (`tui.book`): its chapters, its table, the line of words that filters it, and its keys.

- Pages are made in the reader's thread, and signed from in the pen's; a page that the reader has left meanwhile is
  thrown away.
- When the store has changed, what is shown is found anew, and the selected row stays where it is.
- Its keys are for what is selected; what a person may not sign is refused in the words of the commands.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer

from thimbl.core.address import Address, Reference
from thimbl.core.commune.acts import Verb
from thimbl.core.commune.study import Study
from thimbl.core.commune.whence import Whence
from thimbl.store.reader import Reader
from tui.aside import Pen, Shelf
from tui.beside import REST, Beside, set_out
from tui.book import MAX_WAY, Chapter, Chapters, Leaf, Opened, at_chapter, chapter_of, opened_from, turned
from tui.bookkeys import BOOK_KEYS, OF_COMMUNES, verbs_bound
from tui.filtering import FilteringPane
from tui.frame import Frame
from tui.grid import Grid, sentence
from tui.keyhelp import bindings, display
from tui.market import Market, money, read_market
from tui.places import Place, Tab
from tui.waiting import Waiting
from tui.why import Derive, Why, leaf_of
from tui.workers import begin

READING: Final = "Reading the books …"
"""What stands there until they are: of a large commune the first time takes a while."""


class BookPane(FilteringPane):
    """One view with chapters."""

    BINDINGS: ClassVar[list[BindingType]] = [*BOOK_KEYS]

    TAB: ClassVar[Tab] = Tab.BONDS
    """Under which view the records and people stand that it leads to."""
    CALLED: ClassVar[tuple[str, ...]] = ()
    """Ids of bindings that its pages speak of."""

    def __init__(self, shelf: Shelf, pen: Pen, clock: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(shelf, pen, clock, id=id)
        self.market: Market | None = None
        self.way: list[Opened] = []
        self.leaf = Leaf()
        self.keys: Mapping[Verb, str] = {}
        """What to press for what can be signed, as it is bound by now."""
        self._been: dict[tuple[str, str, str], Opened] = {}
        """Where the reader was in the chapters that they turned away from."""
        self.called: Mapping[str, str] = {}
        """What to press for `CALLED`, likewise."""
        self.pages: Sequence[Chapter] = ()
        self.chapter = ""
        self._shown: Opened | None = None
        self.bar = Chapters()
        self.beside = Beside()
        self.whys = Waiting(f"why-{self.TAB}", Why)
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self.bar
        with self.leaves:
            yield self.grid
            yield self.beside

    # What a book is made of

    def root(self, market: Market) -> Opened:
        """The first page."""
        raise NotImplementedError

    def chapters(self, market: Market, opened: Opened, now: int) -> Sequence[Chapter]:
        """The chapters of a page, at least one. Called in the reader's thread."""
        raise NotImplementedError

    def name_of(self, market: Market, opened: Opened) -> str:
        """What a page is called."""
        raise NotImplementedError

    def study_at(self, market: Market, offer: str) -> Study | None:
        """The commune that the selected row is about."""
        return market.study_of(offer)

    # What the frame asks

    @property
    def opened(self) -> Opened | None:
        """Where the reader is."""
        return self.way[-1] if self.way else None

    @property
    def title(self) -> str:
        if self.market is None or self.opened is None:
            return self.TAB.capitalize()
        return self.name_of(self.market, self.opened)

    @property
    def where(self) -> str:
        if not self.grid.total:
            return ""
        shown = f"{self.grid.at + 1:,} of {len(self.grid.rows):,}" if self.grid.rows else "none"
        return f"{shown} with {self.grid.words!r}" if self.grid.words else shown

    async def open(self) -> None:
        self.grid.focus()
        if self.market is None:
            self.grid.show((), (), sentence(READING))
        await self._read()
        self.whys.prepare_soon(self.app)

    async def changed(self) -> None:
        await self._read()

    def tick(self) -> None:
        if self.market is not None:
            self._show_soon(renew=True)

    def back(self) -> bool:
        if self.is_typing or self.grid.words:
            self._hide_filter()
            self.grid.filter("")
        elif len(self.way) > 1:
            self.way.pop()
            self._show_soon()
        else:
            return False
        return True

    def remembered(self) -> Mapping[str, object]:
        self._note()
        return {"way": [opened.to_json() for opened in self.way[-MAX_WAY:]]}

    def recall(self, kept: Mapping[str, object]) -> None:
        way = kept.get("way")
        steps = [opened_from(step) for step in way] if isinstance(way, list) else []
        if steps and None not in steps:
            self.way = [step for step in steps if step is not None]

    # Pages

    async def _read(self) -> None:
        """Find the market, and show the page anew; where it is in sight already, it stays where it is."""
        before, me = self.market, str(self.pen.desk.address)
        market = await self.ask(lambda reader: self.look(reader, me))
        if market is None:
            return
        self.market = market
        if market is not before:
            await self.learnt(market)
        if not self.way:
            self.way = [self.root(market)]
        await self._show(renew=True)

    def look(self, reader: Reader, me: str) -> Market:
        """What the pane shows of the store. Called in the reader's thread, as what makes the pages is."""
        return read_market(reader, me)

    async def learnt(self, market: Market) -> None:
        """The market is another."""

    def go_to(self, opened: Opened) -> None:
        """Deeper into the book."""
        self._note()
        self.way.append(opened)
        self._show_soon()

    def _note(self) -> None:
        """Keep where the reader is on the page that is shown."""
        if self.way and self._shown is not None and self._shown.is_page(self.way[-1]):
            grid = self.grid
            row = grid.row.key if grid.row else None
            self.way[-1] = replace(self.way[-1], row=row, words=grid.words, order=grid.order, figure=grid.figure)

    def _show_soon(self, *, renew: bool = False) -> None:
        begin(self, partial(self._show, renew=renew), "page", exclusive=True)

    async def _show(self, *, renew: bool = False) -> None:
        market, opened, now = self.market, self.way[-1], int(self.clock())
        if market is None:
            return
        self.keys = self._bound()
        self.called = {binding: self.key_of(binding) for binding in self.CALLED}

        def made(reader: object) -> tuple[Sequence[Chapter], Chapter, Leaf]:
            found = self.chapters(market, opened, now)
            chapter = chapter_of(found, opened)
            return found, chapter, chapter.make(market, now)

        page = await self.ask(made)
        if page is None or not self.way or not self.way[-1].is_page(opened):
            return  # the reader has gone on meanwhile
        self.pages, chapter, self.leaf = page
        self.bar.show(self.pages, chapter.name)
        same = self._shown is not None and self._shown.is_page(opened) and self.chapter == chapter.name
        self.chapter = chapter.name
        if renew and same:
            self.grid.renew(self.leaf.rows, self.leaf.heading)
        else:
            leaf, order = self.leaf, opened.order
            order = order if order is not None and order.column < len(leaf.columns) else None
            self.grid.show(
                leaf.columns, leaf.rows, leaf.heading, order=order, words=opened.words, key=opened.row,
                figure=opened.figure,
            )  # fmt: skip
            self._shown = opened
        self.post_message(self.Titled())
        await self.shown(opened)

    async def shown(self, opened: Opened) -> None:
        """A page is in sight."""

    def _bound(self) -> dict[Verb, str]:
        """The keys of what can be signed: those of the configuration, where it has changed them."""
        return verbs_bound(self.app, self._bindings_now())

    def key_of(self, binding: str) -> str:
        """The key that is bound to this id by now, as it is shown: one of the pane's, or of the screen's."""
        found = next((display(self.app, one) for one in self._bindings_now() if one.id == binding), binding)
        return self.screen.key(binding) if found == binding and isinstance(self.screen, Frame) else found

    def _bindings_now(self) -> Iterable[Binding]:
        keymap = self.screen.keymap if isinstance(self.screen, Frame) else {}
        return bindings([*BookPane.BINDINGS, *type(self).BINDINGS], keymap)

    @on(Chapters.Chosen)
    def _chosen(self, message: Chapters.Chosen) -> None:
        message.stop()
        if self.way:
            self._turn_to(message.name)

    def action_chapter(self, step: int) -> None:
        if self.pages and self.way:
            self._turn_to(turned(self.pages, self.way[-1], step))

    def _turn_to(self, name: str) -> None:
        """Another chapter of the page, where the reader left it; what filtered it is not remembered."""
        self._note()
        here = self.way[-1]
        if self._shown is not None and self._shown.is_page(here):  # and not one that was never in sight
            self._been[here.kind, here.of, self.chapter] = here
        there = at_chapter(here, name)
        self.way[-1] = replace(self._been.get((there.kind, there.of, name), there), chapter=name, words="")
        self._hide_filter()
        self._show_soon()

    @on(Grid.Moved)
    def _moved(self, message: Grid.Moved) -> None:
        message.stop()
        self.post_message(self.Titled())
        self._look()

    @on(Beside.Resized)
    def _look(self) -> None:
        """Show beside the table what is selected in it, where there is room, when the reader rests on it."""
        if self._resting is not None:
            self._resting.stop()
        if self.beside.is_seen:
            self._resting = self.set_timer(REST, self._look_beside)

    def _look_beside(self) -> None:
        begin(self, self._read_beside, "beside", exclusive=True)

    async def _read_beside(self) -> None:
        market, leaf, row, column, now = self.market, self.leaf, self.grid.row, self.grid.figure, int(self.clock())
        if market is None or row is None or row.key not in {one.key for one in leaf.rows}:
            self.beside.show(lambda width: ())
            return

        def made(reader: object) -> Leaf:
            deeper = leaf.opens(row.key)
            if isinstance(deeper, Opened):
                return self.chapters(market, deeper, now)[0].make(market, now)
            return leaf_of(leaf.whence(row.key, column or 0), self._money(market, leaf.offer(row.key)))

        if (found := await self.ask(made)) is not None:
            self.beside.show(partial(set_out, found))

    @on(Grid.Opened)
    def _open_row(self, message: Grid.Opened) -> None:
        message.stop()
        if self.grid.row is not None:
            self.open_row(self.grid.row.key)

    def open_row(self, key: str) -> None:
        """Where a row leads."""
        match self.leaf.opens(key):
            case Opened() as deeper:
                self.go_to(deeper)
            case Reference() as reference:
                self._go_record(reference)
            case Address() as address:
                self.post_message(self.Go(Place(self.TAB, author=address)))
            case None:
                self.action_why()

    # Records and people

    def _go_record(self, reference: Reference) -> None:
        begin(self, partial(self._find, reference), "record", exclusive=True)

    async def _find(self, reference: Reference) -> None:
        found = await self.ask(lambda reader: reader.find(str(reference)))
        if found:
            self.post_message(self.Go(Place(self.TAB, thread=found[0].reference), found[0].rowid))
        elif found is not None:
            self.say("That record is not here: follow its author to read it.")

    def action_record(self) -> None:
        if self.grid.row is None:
            return
        reference = self.leaf.record(self.grid.row.key)
        if reference is None:
            self.say(f"That row is about no one record: {self.key_of('why')} says where its figures come from.")
        else:
            self._go_record(reference)

    def action_author(self) -> None:
        if self.grid.row is None:
            return
        way, record = self.leaf.opens(self.grid.row.key), self.leaf.record(self.grid.row.key)
        address = way if isinstance(way, Address) else record.address if record is not None else None
        if address is not None:
            self.post_message(self.Go(Place(self.TAB, author=address)))

    # Why

    def action_why(self) -> None:
        if self.market is None or self.grid.row is None:
            return
        begin(self, partial(self._why, self.grid.row.key, self.grid.figure), "why", exclusive=True)

    async def _why(self, key: str, column: int | None) -> None:
        market, leaf = self.market, self.leaf
        if market is None:
            return
        offer = leaf.offer(key)
        study = self.study_at(market, offer)
        reasons = await self.ask(lambda reader: leaf.whence(key, 0 if column is None else column))
        if not reasons:
            if reasons is not None:
                self.say("There is no figure, and nothing to derive.")
            return

        async def deeper(derive: Derive) -> Sequence[Whence] | None:
            return () if study is None else await self.ask(lambda reader: derive(study))

        why = self.whys.take(self.app).about(reasons, self._money(market, offer), deeper)
        try:
            reference = await self.app.push_screen_wait(why)
        finally:
            self.whys.prepare_soon(self.app)
        if reference is not None:
            self._go_record(reference)

    def _money(self, market: Market, offer: str) -> Callable[[int], str]:
        """How amounts are written that are about an offer, or about the commune whose page it is."""
        study, terms = self.study_at(market, offer), market.offers.get(offer)
        charter = None if study is None else study.ledger.state.charter
        currency = charter.currency if charter is not None else terms.currency if terms is not None else None
        return lambda minor: "" if currency is None else money(minor, currency)

    # Signing

    def action_act(self, verb: str) -> None:
        commune, offer = self.subject
        if commune is None and self.market is not None and len(self.market.studies) == 1:
            [commune] = self.market.studies
        if commune is None and self.market is not None and not self.market.studies:
            self.say("There is no commune here, and no offer of bonds.")
        elif commune is None:
            self.say("Select an offer or a commune first.")
        elif Verb(verb) in OF_COMMUNES:
            self.act(Verb(verb), commune)
        elif not offer:
            self.say("Select an offer first: its row, or its own page.")
        else:
            self.act(Verb(verb), commune, offer)

    @property
    def subject(self) -> tuple[Address | None, str]:
        """The commune and the offer that the selected row is about, as far as it is about one."""
        offer = self.leaf.offer(self.grid.row.key) if self.grid.row else ""
        if not offer and self.opened is not None and self.opened.kind == "offer":
            offer = self.opened.of
        terms = self.market.offers.get(offer) if self.market is not None else None
        return (None if terms is None else terms.commune), offer
