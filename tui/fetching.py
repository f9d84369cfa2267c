"""The one screen, as far as it asks others: fetching by hand, and the poller that runs beside it.

- What goes over the network is a child's (`tui.children`), and says in the status line how far it is and what failed.
- A poller that ends is said with its last words, and started again: soon, and then less and less often. Where another
  program polls for this account, none is started, until that has ended.
"""

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar, Final

from thimbl.core.times import short_span
from tui import places
from tui.aside import told
from tui.living import LivingScreen
from tui.progress import Progress
from tui.workers import begin

if TYPE_CHECKING:
    from tui.children import Report

STEADY: Final = 600.0
"""Seconds after which a poller that ends had begun well: the next is started as soon as the first would be."""


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
        """Begin to fetch, too."""
        super().settle_in()
        begin(self, self._watch, "watch")

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
            self.say(tally.words, trouble=bool(tally.failures))
        finally:
            self._show_progress(None)

    # beside

    async def _watch(self) -> None:
        from tui.children import ChildFailed, watch

        ended = 0
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
            self.say(f"The poller {what.rstrip('.')}. {again}", trouble=True)
            await asyncio.sleep(pause)
