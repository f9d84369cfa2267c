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
from textual.widgets import Input

from thimbl.core.address import Address, Reference
from thimbl.core.commune.acts import Verb
from thimbl.core.commune.study import Study
from thimbl.core.commune.whence import Clew, Whence
from tui.aside import Pen, Shelf
from tui.book import MAX_WAY, Chapter, Chapters, Leaf, Opened, at_chapter, chapter_of, opened_from, turned
from tui.frame import Frame
from tui.grid import Grid, sentence
from tui.keyhelp import bindings, display
from tui.market import Market, read_market
from tui.places import Place, Tab
from tui.signing import SigningPane
from tui.why import Why
from tui.workers import begin


def _key(key: str, action: str, name: str, told: str, id: str, *, shown: bool = False, display: str = "") -> Binding:
    return Binding(key, action, name, tooltip=told, show=shown, id=id, key_display=display or None)


def _signs(key: str, verb: Verb, told: str, *, shown: bool = False) -> Binding:
    return _key(key, f"act('{verb}')", verb.capitalize(), f"{told}: asks first", f"bond-{verb}", shown=shown)


OF_COMMUNES: Final = frozenset({Verb.OFFER, Verb.ACKNOWLEDGE, Verb.JOIN, Verb.LEAVE})
"""What is signed about a commune, and about no offer that is there."""

READING: Final = "Reading the books …"
"""What stands there until they are: of a large commune the first time takes a while."""


class BookPane(SigningPane):
    """One view with chapters."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("left_square_bracket", "chapter(-1)", "Before", "the chapter before", "previous-chapter", display="["),
        _key("right_square_bracket", "chapter(1)", "Next chapter", "the next chapter", "next-chapter", display="]"),
        _key("w", "why", "Why", "why the chosen figure is what it is", "why", shown=True),
        _key("F", "filter", "Filter", "show only rows with these words", "filter", shown=True),
        _key("v,t", "record", "Record", "the record that the selected row is about, in its thread", "record"),
        _key("u", "author", "Author", "all posts of whom the selected row is about", "author"),
        _signs("O", Verb.OFFER, "offer bonds of your co-op"),
        _signs("S", Verb.SUBSCRIBE, "subscribe to the selected bonds, or change it", shown=True),
        _signs("W", Verb.WITHDRAW, "withdraw your subscription"),
        _signs("P", Verb.PAY, "say that you paid for bonds, or rent"),
        _signs("T", Verb.TRANSFER, "pass bonds on to somebody"),
        _signs("b", Verb.BID, "bid a rent for a vacant asset"),
        _signs("X", Verb.SURRENDER, "give an asset back that you rent"),
        _signs("a", Verb.ACKNOWLEDGE, "say that what you were paid has come"),
        _signs("J", Verb.JOIN, "apply to the commune"),
        _signs("L", Verb.LEAVE, "ask the commune to take you off its register"),
    ]

    TAB: ClassVar[Tab] = Tab.BONDS
    """Under which view the records and people stand that it leads to."""

    def __init__(self, shelf: Shelf, pen: Pen, clock: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(shelf, pen, clock, id=id)
        self.market: Market | None = None
        self.way: list[Opened] = []
        self.leaf = Leaf()
        self.keys: Mapping[Verb, str] = {}
        """What to press for what can be signed, as it is bound by now."""
        self.pages: Sequence[Chapter] = ()
        self.chapter = ""
        self._shown: Opened | None = None
        self.bar = Chapters()
        self._words: Input | None = None
        self.grid = Grid()

    def compose(self) -> ComposeResult:
        yield self.bar
        yield self.grid

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
        market = await self.ask(lambda reader: read_market(reader, me))
        if market is None:
            return
        self.market = market
        if market is not before:
            await self.learnt(market)
        if not self.way:
            self.way = [self.root(market)]
        await self._show(renew=True)

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
            row = self.grid.row.key if self.grid.row else None
            self.way[-1] = replace(self.way[-1], row=row, words=self.grid.words, order=self.grid.order)

    def _show_soon(self, *, renew: bool = False) -> None:
        begin(self, partial(self._show, renew=renew), "page", exclusive=True)

    async def _show(self, *, renew: bool = False) -> None:
        market, opened, now = self.market, self.way[-1], int(self.clock())
        if market is None:
            return
        self.keys = self._bound()

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
            self.grid.show(leaf.columns, leaf.rows, leaf.heading, order=order, words=opened.words, key=opened.row)
            self._shown = opened
        self.post_message(self.Titled())
        await self.shown(opened)

    async def shown(self, opened: Opened) -> None:
        """A page is in sight."""

    def _bound(self) -> dict[Verb, str]:
        """The keys of what can be signed: those of the configuration, where it has changed them."""
        found: dict[Verb, str] = {}
        for one in self._bindings_now():
            action, _, rest = one.action.partition("('")
            if action == "act":
                found.setdefault(Verb(rest.removesuffix("')")), display(self.app, one))
        return found

    def key_of(self, binding: str) -> str:
        """The key that is bound to this id of the pane's by now, as it is shown."""
        return next((display(self.app, one) for one in self._bindings_now() if one.id == binding), binding)

    def _bindings_now(self) -> Iterable[Binding]:
        keymap = self.screen.keymap if isinstance(self.screen, Frame) else {}
        return bindings([*BookPane.BINDINGS, *type(self).BINDINGS], keymap)

    @on(Chapters.Chosen)
    def _chosen(self, message: Chapters.Chosen) -> None:
        message.stop()
        self.way[-1] = at_chapter(self.way[-1], message.name)
        self._show_soon()

    def action_chapter(self, step: int) -> None:
        if self.pages and self.way:
            self.way[-1] = turned(self.pages, self.way[-1], step)
            self._hide_filter()
            self._show_soon()

    @on(Grid.Moved)
    def _moved(self, message: Grid.Moved) -> None:
        message.stop()
        self.post_message(self.Titled())

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
        reference = self.leaf.record(self.grid.row.key) if self.grid.row else None
        if reference is None:
            self.say("That row is about no one record: w says where its figures come from.")
        else:
            self._go_record(reference)

    def action_author(self) -> None:
        if self.grid.row is None:
            return
        way, record = self.leaf.opens(self.grid.row.key), self.leaf.record(self.grid.row.key)
        address = way if isinstance(way, Address) else record.address if record is not None else None
        if address is not None:
            self.post_message(self.Go(Place(self.TAB, author=address)))

    # Words

    @property
    def words(self) -> Input:
        """The line in which words are typed; it is made when it is first asked for."""
        if self._words is None:
            told = "words that a row must have; Esc shows all"
            self._words = Input(placeholder=told, classes="filter", compact=True)
            self.mount(self._words, before=self.grid)
        return self._words

    @property
    def is_typing(self) -> bool:
        """Whether the reader is typing words."""
        return self._words is not None and self._words.has_focus

    def action_filter(self) -> None:
        self.words.display = True
        self.words.value = self.grid.words
        self.words.focus()

    def _hide_filter(self) -> None:
        was_typing = self.is_typing
        if self._words is not None:
            self._words.display = False
        if was_typing:
            self.grid.focus()

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        if message.input.display:
            self.grid.filter(message.value.strip())

    @on(Input.Submitted)
    def _filtered(self, message: Input.Submitted) -> None:
        message.stop()
        if not self.grid.words:
            message.input.display = False
        self.grid.focus()

    # Why

    def action_why(self) -> None:
        if self.market is None or self.grid.row is None:
            return
        study = self.study_at(self.market, self.leaf.offer(self.grid.row.key))
        if study is None or study.ledger.state.charter is None:
            self.say("Nothing is known here from which that figure could be derived.")
            return
        begin(self, partial(self._why, study, self.grid.row.key, self.grid.figure), "why", exclusive=True)

    async def _why(self, study: Study, key: str, column: int | None) -> None:
        leaf, clew = self.leaf, Clew(study)
        reasons = await self.ask(lambda reader: leaf.whence(key, 0 if column is None else column))
        if not reasons:
            if reasons is not None:
                self.say("That is no figure: it stands in a record as it is.")
            return

        async def deeper(seq: int, who: str | None) -> Sequence[Whence] | None:
            return await self.ask(lambda reader: clew.deeper(seq, who))

        reference = await self.app.push_screen_wait(Why(reasons, clew.money, deeper))
        if reference is not None:
            self._go_record(reference)

    # Signing

    def action_act(self, verb: str) -> None:
        commune, offer = self.subject
        if commune is None and self.market is not None and len(self.market.studies) == 1:
            [commune] = self.market.studies
        if commune is None:
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
