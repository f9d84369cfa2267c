"""The one screen, as far as it asks others: fetching by hand, and the poller that runs beside it.

- What goes over the network is a child's (`tui.children`), and says in the status line how far it is and what failed.
- A clock that was set back is said, since what was asked when makes no sense by it (`tui.setback`).
- A poller that ends is said with its last words, and started again: soon, and then less and less often. Where another
  program polls for this account, none is started, until that has ended.
"""

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar, Final

from thimbl.core.terminal import safe_line
from thimbl.core.times import short_span
from thimbl.store.reader import Reader
from tui import places
from tui.aside import told
from tui.frame import TOLD
from tui.living import LivingScreen
from tui.progress import Progress
from tui.setback import ClockWatch
from tui.workers import begin

if TYPE_CHECKING:
    from tui.reports import Report

STEADY: Final = 600.0
"""Seconds after which a poller that ends had begun well: the next is started as soon as the first would be."""


CLOCK_EVERY: Final = 30.0
"""Seconds between looks at whether the clock was set back."""


class FetchingScreen(LivingScreen):
    """The screen, with what fetches."""

    RESTARTS: ClassVar[tuple[float, ...]] = (2.0, 10.0, 60.0, 300.0)
    """Seconds from the end of a poller to the next, by how many have ended one after the other; then the last of these:
    a fault that a person has to mend is not told every second."""

    LOOK_FOR_OTHER: ClassVar[float] = 60.0
    """Seconds between looks at whether another program's poller has ended."""

    fetching: Progress | None = None
    """How far the fetch is that is going on."""

    def settle_in(self) -> None:
        """Begin to fetch, too, and to look at the clock."""
        super().settle_in()
        self._clock_watch = ClockWatch(self.clock)
        begin(self, self._watch, "watch")
        begin(self, self._mind_clock, "clock")

    async def _mind_clock(self) -> None:
        self._clock_watch.know(await self.ask(_last_asked))
        self.set_interval(CLOCK_EVERY, self.look_at_clock)
        self.look_at_clock()

    def look_at_clock(self) -> None:
        """Say that the clock was set back, where it was since the last look."""
        if told := self._clock_watch.look():
            self.say(told, trouble=True)

    # by hand

    def action_fetch(self) -> None:
        """Ask everybody now; a second press while it runs says so."""
        if self.fetching is not None:
            self.say(f"Already fetching: {self.fetching.counted}.")
        else:
            self._show_progress(Progress(0))
            begin(self, self._fetch, "fetch")

    def _show_progress(self, progress: Progress | None) -> None:
        self.fetching = progress
        if progress is not None:
            self.say(f"Fetching {progress.words}" if progress.total else "Fetching …")
        if self.pane is not None:
            self.pane.progress(progress)

    async def _fetch(self) -> None:
        from tui.children import fetch

        followed = await self.ask(lambda reader: places.counts(reader)[places.Tab.FOLLOWING]) or 0

        def one_more(report: "Report") -> None:
            self._show_progress((self.fetching or Progress(followed)).after(report))

        self._show_progress(Progress(followed))
        try:
            tally = await fetch(self.pen.desk.fetch_command(), one_more)
        except Exception as error:  # the argv is the desk's, which may raise anything; the person is told
            self.say(f"The fetch failed: {told(error)}", trouble=True)
        else:
            await self.look()
            moves = tally.moves(await self.ask(_followed) or ()) if tally.moved else ""
            self.say(f"{moves} {tally.words}".strip(), trouble=bool(tally.failures))
            if moves and self.status.is_cut and not tally.failures:
                self.notify(safe_line(moves), timeout=TOLD, markup=False)
        finally:
            self._show_progress(None)

    # beside

    async def _watch(self) -> None:
        from tui.children import ChildFailed, watch

        ended, before = 0, ""
        while True:
            began = time.monotonic()
            try:
                argv = self.pen.desk.watch_command()
                if argv is None:
                    await asyncio.sleep(self.LOOK_FOR_OTHER)
                    continue
                if ended:
                    self.say("The poller was started again.")
                what = f"has ended: {await watch(argv, lambda _: None)}"
            except ChildFailed as error:
                what = f"did not start: {told(error)}"
            except Exception as error:  # the argv is the desk's, which may raise anything; the person is told
                what = f"can not be started: {told(error)}"
            ended = 1 if time.monotonic() - began >= STEADY else ended + 1
            pause = self.RESTARTS[min(ended, len(self.RESTARTS)) - 1]
            by_hand = self.key("fetch")
            again = f"It is started again in {short_span(int(pause))}; {by_hand} fetches by hand."
            tell = self.say if what != before else self.status.say  # whole once, and not at each try
            tell(f"The poller {what.rstrip('.')}. {again}", trouble=True)
            before = what
            await asyncio.sleep(pause)


def _last_asked(reader: Reader) -> int | None:
    from thimbl.store.scheduling import last_asked  # only here, in the thread of the store: the first screen needs none

    return last_asked(reader)


def _followed(reader: Reader) -> frozenset[str]:
    """The addresses of those who are followed."""
    return frozenset(str(author.address) for author in reader.authors())
