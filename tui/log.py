"""The view Log: what this node asked of others, and what came of it, host by host and asking by asking.

- Two pages: the hosts, the one that was asked last first, and the askings that brought something or went wrong, newest
  first. Of one host its askings stand over the page of the hosts.
- What a host or a mirror said of itself is escaped here. Verdicts are told in words.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from thimbl.core.address import Address, AddressError, site_of
from thimbl.core.counting import counted
from thimbl.core.terminal import safe_line
from thimbl.core.times import MINUTE, short_span
from thimbl.store import askings
from thimbl.store.askings import Asking, HostLog
from thimbl.store.reader import Reader
from tui.aside import Pen, Shelf
from tui.grid import Grid
from tui.lines import BLANK, Line, Piece, Role, line, plain, wrap
from tui.pane import Pane
from tui.places import Place, Tab
from tui.progress import Progress
from tui.rows import VERDICTS
from tui.tables import Cell, Column, Row
from tui.when import ahead, moment, since

HOSTS: Final = "hosts"
NEWS: Final = "news"

HOST_COLUMNS: Final = (
    Column("host", needed=0),
    Column("asked", right=True, needed=4),
    Column("answered", right=True, needed=3),
    Column("new", right=True, needed=5),
    Column("bytes", right=True, needed=6),
    Column("last", right=True, needed=2),
    Column("how it stands", grows=True, needed=1),
)

ROOMY: Final = 100
"""Cells from which on there is room for all columns of a host; below, what came of it all is worth more than sums."""

LEFT_OUT: Final = frozenset({"new", "bytes"})
"""Columns that a narrow screen has no room for."""

NEWS_COLUMNS: Final = (
    Column("when", right=True, needed=2),
    Column("who", needed=0),
    Column("what came of it", grows=True, needed=1),
)

_UNITS: Final = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def size_words(size: int) -> str:
    """Bytes for people: ``999 B``, ``4.2 MiB``."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} B"


def standing(host: HostLog, now: float) -> tuple[Piece, ...]:
    """How a host stands: what does not answer and when it is tried again, and the verdicts that came, in words."""
    told: list[Piece] = []
    if host.state.is_failing:
        away = 0 if host.state.failing_since is None else int(now) - host.state.failing_since
        length = f" for {short_span(away)}" if away >= MINUTE else ""
        told.append((f"✗ no answer{length}, again {ahead(host.state.due, now)}: ", Role.BAD))
        told.append(plain(host.words, Role.BAD))
    for verdict, number in host.verdicts.items():
        shape, role = VERDICTS[verdict]
        told += [(" · ", Role.DIM)] if told else []
        told.append((f"{shape} {number}", role))
    if host.failed is not None and not host.state.is_failing:
        told += [(" · ", Role.DIM)] if told else []
        told.append((f"{host.asked - host.answered} without a plan, last {since(host.failed, now)}: ", Role.DIM))
        told.append(plain(host.words, Role.DIM))
    return tuple(told)


def sums(host: HostLog, now: float) -> str:
    """A host's columns in a sentence, for where there is no room for all of them."""
    return (
        f"Asked {counted(host.asked, 'time')}, {counted(host.answered, 'plan')} came, {host.new:,} new, "
        f"{size_words(host.bytes)}; last {since(host.last, now)}."
    )


def fitting(width: int) -> list[int]:
    """Which columns of a host a screen of so many cells has room for."""
    return [index for index, one in enumerate(HOST_COLUMNS) if width >= ROOMY or one.title not in LEFT_OUT]


def host_row(host: HostLog, now: float) -> Row:
    """A host as a row of its table, with all columns."""
    stands = standing(host, now)
    return Row(
        host.hostport,
        (
            Cell(
                safe_line(host.hostport if (site := site_of(host.hostport)) is None else f"{site} (web)"),
                role=Role.BAD if host.state.is_failing else Role.NAME,
            ),
            Cell(f"{host.asked:,}", host.asked),
            Cell(f"{host.answered:,}", host.answered, Role.TEXT if host.answered == host.asked else Role.WARN),
            Cell(f"{host.new:,}", host.new),
            Cell(size_words(host.bytes), host.bytes),
            Cell(moment(host.last, now), host.last, Role.DIM),
            Cell("".join(text for text, _ in stands), pieces=stands),
        ),
    )


def came_of(asking: Asking) -> tuple[Piece, ...]:
    """What came of an asking, in words, and where that was not at the author's own host."""
    told: list[Piece] = []
    if asking.verdict is None:
        told += [("✗ no answer: ", Role.BAD), plain(asking.words or "nothing came", Role.BAD)]
    else:
        told += [(f"{asking.new} new, ", Role.MARK)] if asking.new else []
        told.append(VERDICTS[asking.verdict])
        if asking.words and not asking.new:
            told += [(": ", Role.DIM), plain(asking.words, Role.DIM)]
    if asking.hostport != asking.address.rpartition("@")[2]:
        told += [(", by way of ", Role.DIM), plain(asking.hostport, Role.NAME)]
    return tuple(told)


def news_row(number: int, asking: Asking, now: float) -> Row:
    """An asking as a row of its table; `number` is its place from the oldest."""
    what = came_of(asking)
    return Row(
        f"{asking.time}/{number}/{asking.address}",
        (
            Cell(moment(asking.time, now), asking.time, Role.DIM),
            Cell(safe_line(site_of(asking.hostport) or asking.address), role=Role.NAME),
            Cell("".join(text for text, _ in what), pieces=what),
        ),
    )


def summary(hosts: Sequence[HostLog]) -> str:
    """All hosts in one line."""
    if not hosts:
        return "Nobody was asked yet."
    asked, answered = sum(host.asked for host in hosts), sum(host.answered for host in hosts)
    size, failing = sum(host.bytes for host in hosts), sum(host.state.is_failing for host in hosts)
    away = f", {failing:,} of them do{'es' if failing == 1 else ''} not answer" if failing else ""
    return f"{counted(len(hosts), 'host')}{away}. {answered:,} plans for {asked:,} askings, {size_words(size)}."


class LogPane(Pane):
    """What the node did."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left_square_bracket,right_square_bracket", "turn", "Page", key_display="[ ]", id="log-page",
            tooltip="the hosts, or the news of all of them",
        )
    ]  # fmt: skip

    def __init__(self, shelf: Shelf, pen: Pen, clock: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(shelf, pen, clock, id=id)
        self.grid = Grid(id="log-grid")
        self._page = HOSTS
        self._host: str | None = None
        self._hosts: list[HostLog] = []
        self._news: list[Asking] = []
        self._told: Progress | None = None
        self._fitting = fitting(0)

    def compose(self) -> ComposeResult:
        yield self.grid

    @property
    def title(self) -> str:
        if self._host is not None:
            return f"Log: {safe_line(self._host)}"
        return "Log: hosts" if self._page == HOSTS else "Log: news"

    @property
    def where(self) -> str:
        total = len(self.grid.rows)
        return f"{self.grid.at + 1:,} of {total:,}" if total else ""

    @property
    def _is_hosts(self) -> bool:
        return self._page == HOSTS and self._host is None

    async def open(self) -> None:
        self.grid.focus()
        await self._turn_to(self._page, self._host)

    async def changed(self) -> None:
        page, host = self._page, self._host
        found = await self.ask(partial(_read, host=host))
        if found is not None and (self._page, self._host) == (page, host):
            self._hosts, self._news = found
            self.grid.renew(self._rows(), self._heading)

    def tick(self) -> None:
        self.grid.renew(self._rows(), self._heading)

    def progress(self, told: Progress | None) -> None:
        self._told = told
        self.grid.renew(self._rows(), self._heading)

    def on_resize(self) -> None:
        if self._is_hosts and self._fitting != fitting(self.size.width):
            self._show(self.grid.row.key if self.grid.row is not None else None)

    def back(self) -> bool:
        if self._host is None:
            return False
        key, self._host = self._host, None
        self._show(key)
        return True

    def remembered(self) -> Mapping[str, object]:
        return {"page": self._page}

    def recall(self, kept: Mapping[str, object]) -> None:
        self._page = NEWS if kept.get("page") == NEWS else HOSTS

    # What is shown

    async def _turn_to(self, page: str, host: str | None) -> None:
        """Another page: what stands there is read first, so that none is shown half."""
        found = await self.ask(partial(_read, host=host))
        self._page, self._host = page, host
        if found is not None:
            self._hosts, self._news = found
        self._show()

    def _rows(self) -> list[Row]:
        now = self.clock()
        if self._is_hosts:
            rows = [host_row(host, now) for host in self._hosts]
            return [Row(row.key, tuple(row.cells[index] for index in self._fitting)) for row in rows]
        count = len(self._news)
        return [news_row(count - index, asking, now) for index, asking in enumerate(self._news)]

    def _show(self, key: str | None = None) -> None:
        self._fitting = fitting(self.size.width)
        columns = [HOST_COLUMNS[index] for index in self._fitting] if self._is_hosts else NEWS_COLUMNS
        self.grid.show(columns, self._rows(), self._heading, key=key)
        self.post_message(self.Titled())

    def _heading(self, width: int) -> Sequence[Line]:
        lines: list[Line] = []
        if self._told is not None:
            bar = max(10, min(40, width - 40))
            lines += [line((f" {self._told.bar(bar)} ", Role.MARK), (self._told.counted, Role.TEXT))]
            lines += [line((" ", Role.TEXT), plain(self._told.last, Role.DIM))] if self._told.last else []
        told: list[Piece] = [("What it brought, and what went wrong.", Role.DIM)]
        if (host := next((one for one in self._hosts if one.hostport == self._host), None)) is not None:
            # All of it, also what a row has no room for.
            for said in ((sums(host, self.clock()), Role.TEXT),), standing(host, self.clock()):
                lines += [line((" ", Role.TEXT), *pieces) for pieces in wrap(said, max(10, width - 2))]
        if self._is_hosts:
            told = [(summary(self._hosts), Role.TEXT), (" ", Role.TEXT), ("[ ]", Role.KEY), (" news of all", Role.DIM)]
        elif self._host is None:
            told = [("What came, and what went wrong. ", Role.DIM), ("[ ]", Role.KEY), (" hosts", Role.DIM)]
        lines += [line((" ", Role.TEXT), *pieces) for pieces in wrap(told, max(10, width - 2))]
        return [*lines, BLANK]

    @on(Grid.Moved)
    def _moved(self) -> None:
        self.post_message(self.Titled())

    @on(Grid.Opened)
    async def _opened(self) -> None:
        row = self.grid.row
        if row is None:
            return
        if self._is_hosts:
            await self._turn_to(HOSTS, row.key)
            return
        try:
            self.post_message(self.Go(Place(Tab.LOG, author=Address.parse(row.key.split("/", 2)[2]))))
        except AddressError as error:
            self.say(str(error), trouble=True)

    async def action_turn(self) -> None:
        """The other page."""
        await self._turn_to(NEWS if self._page == HOSTS else HOSTS, None)


def _read(reader: Reader, host: str | None) -> tuple[list[HostLog], list[Asking]]:
    return askings.hosts(reader), askings.news(reader, hostport=host)
