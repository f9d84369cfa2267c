"""The one screen, as far as it is for doing: writing, following, fetching, opening links, copying.

- What goes over the network is a child's (`tui.children`), and says in the status line how far it is and what failed.
- What signs or forgets asks first.
"""

import webbrowser
from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from textual import work
from textual.app import SuspendNotSupported
from textual.binding import BindingType

from thimbl.core.address import Reference
from thimbl.core.terminal import safe, safe_line
from thimbl.core.text import links
from thimbl.store.types import Item
from tui import places
from tui.aside import told
from tui.children import ChildFailed, Report, fetch, watch
from tui.composer import PARENT_SHOWN, Composer
from tui.dialogs import Choice, Confirm, Help, Links, host_of
from tui.follow import Follow
from tui.keys import SCREEN_KEYS
from tui.lines import Line, line, wrap
from tui.living import LivingScreen
from tui.ports import POST_DRAFT, Desk, reply_draft
from tui.rows import summary, who
from tui.timeline import Timeline
from tui.workers import begin

PARENT_WIDTH: Final = 72
"""Cells to which the post that is answered is wrapped over the reply."""

SHORT_ID: Final = 8
"""Characters of an id that are shown (plan-format 3)."""


class ThimblScreen(LivingScreen):
    """All of it."""

    BINDINGS: ClassVar[list[BindingType]] = list(SCREEN_KEYS)

    _fetching = False

    def on_mount(self) -> None:
        begin(self, self._watch, "watch")

    # Writing

    @work
    async def action_compose(self) -> None:
        composer = Composer(self.pen, POST_DRAFT, "A new post", lambda desk, text, subject: desk.post(text, subject))
        posted = await self.app.push_screen_wait(composer)
        if posted is not None:
            at_top = self.timeline.row == 0
            await self._show_posted(posted, select=at_top)

    @work
    async def action_reply(self) -> None:
        item = self.item
        if item is None:
            self.say("Select a post to answer.")
            return
        title = f"A reply to {safe_line(item.nick or str(item.address))}"

        def send(desk: Desk, text: str, _: str | None) -> Reference:
            return desk.reply(item, text)

        composer = Composer(self.pen, reply_draft(item.reference), title, send, self._answered(item), subject=False)
        posted = await self.app.push_screen_wait(composer)
        if posted is not None:
            await self._show_posted(posted, select=False)

    def _answered(self, item: Item) -> Sequence[Line]:
        wrapped = wrap(summary(item, self.clock()), PARENT_WIDTH, PARENT_SHOWN - 1)
        return [line(*who(item)), *(line(*pieces) for pieces in wrapped)]

    async def _show_posted(self, reference: Reference, *, select: bool) -> None:
        self.say(f"Posted #{reference.id[:SHORT_ID]}.")
        place = self.spot.place
        await self.look()
        if self.spot.place != place or (place.is_items and not self.status.offered):
            return
        await self.reload()
        found = await self.ask(lambda reader: reader.find(str(reference)))
        if found and select:
            self.timeline.select_key(found[0].rowid)

    # Following

    @work
    async def action_follow(self) -> None:
        entry = self.timeline.entry
        address = None
        if self.detail.facts.author is not None and entry is not None and not self.detail.facts.author.followed:
            author = self.detail.facts.author
            address = None if author.is_me else author.address
        answer = await self.app.push_screen_wait(Follow(self.pen.desk, self.clock, address))
        if answer is None:
            return
        whom, nick = answer
        try:
            await self.pen.do(lambda desk: desk.follow(whom, nick))
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)
            return
        self.say(f"You follow {whom}.")
        self.action_fetch()

    @work
    async def action_unfollow(self) -> None:
        author = self.detail.facts.author
        if author is None or not author.followed or author.is_me:
            self.say("Select somebody whom you follow.")
            return
        whom = author.address
        lines = [f"Stop following {whom}?", "What was fetched of theirs stays here.", "Your plan is signed anew."]
        if not await self.app.push_screen_wait(Confirm("Unfollow", lines, "Unfollow")):
            return
        try:
            await self.pen.do(lambda desk: desk.unfollow(whom))
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)
            return
        self.say(f"You no longer follow {whom}.")

    # Fetching

    def action_fetch(self) -> None:
        """Ask everybody now; a second press while it runs says so."""
        if self._fetching:
            self.say("Already fetching.")
        else:
            self._fetching = True
            begin(self, self._fetch, "fetch")

    async def _fetch(self) -> None:
        followed = await self.ask(lambda reader: places.counts(reader)[places.Tab.FOLLOWING]) or 0
        done = new = 0

        def one_more(report: Report) -> None:
            nonlocal done, new
            done, new = done + 1, new + report.new
            what = report.failure or f"{report.new} new"
            self.say(f"Fetching {done} of {max(done, followed)}: {report.address}: {what}")

        self.say("Fetching …")
        try:
            tally = await fetch(self.pen.desk.fetch_command(), one_more)
        except Exception as error:  # the argv is the desk's, which may raise anything; the person is told
            self.say(f"The fetch failed: {told(error)}", trouble=True)
        else:
            await self.look()
            self.say(tally.words, trouble=bool(tally.failures))
        finally:
            self._fetching = False

    async def _watch(self) -> None:
        try:
            argv = self.pen.desk.watch_command()
            if argv is None:
                return
            last = await watch(argv, lambda _: None)
            self.say(f"The poller has ended: {last}. R fetches by hand.", trouble=True)
        except ChildFailed as error:
            self.say(f"The poller did not start: {told(error)}. R fetches by hand.", trouble=True)

    # Links and copies

    @work
    async def action_links(self) -> None:
        found = _links(self.item) if self.item is not None else ()
        if not found:
            self.say("No links in this post.")
            return
        link = found[0] if len(found) == 1 else await self.app.push_screen_wait(Links(found))
        if link is None:
            return
        told_of = [f"This leads to {host_of(link)}:", "", safe_line(link)]
        if await self.app.push_screen_wait(Confirm("Open in your browser?", told_of, "Open")):
            self._browse(link)

    def _browse(self, link: str) -> None:
        try:
            browser = webbrowser.get()
        except webbrowser.Error:
            self.say("No browser was found: set BROWSER to the one you use.", trouble=True)
            return
        # A browser that runs in this terminal has it to itself meanwhile.
        in_terminal = isinstance(browser, webbrowser.GenericBrowser) and not isinstance(
            browser, webbrowser.BackgroundBrowser
        )
        if in_terminal:
            try:
                with self.app.suspend():
                    opened = browser.open(link)
                self.refresh(layout=True)
                self._say_opened(link, opened)
                return
            except SuspendNotSupported:
                pass
        self.run_worker(partial(self._browse_aside, browser, link), thread=True, group="browse", exit_on_error=False)

    def _browse_aside(self, browser: webbrowser.BaseBrowser, link: str) -> None:
        opened = browser.open(link)
        self.app.call_from_thread(self._say_opened, link, opened)

    def _say_opened(self, link: str, opened: bool) -> None:
        if opened:
            self.say(f"Opened {host_of(link)}.")
        else:
            self.say("The browser could not be started: set BROWSER to the one you use.", trouble=True)

    @work
    async def action_copy(self) -> None:
        item = self.item
        if item is None:
            self.say("Select a post to copy from.")
            return
        choices = [("y", "the reference"), ("t", "the text")]
        chosen = await self.app.push_screen_wait(Choice("Copy", choices))
        if chosen == "y":
            self.app.copy_to_clipboard(str(item.reference))
            self.say("Copied the reference.")
        elif chosen == "t":
            # Escaped: what is pasted into a shell must hold no key strokes.
            self.app.copy_to_clipboard(safe(item.text))
            self.say("Copied the text.")

    # Help

    def bound(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The keys as they are bound now, in groups: those of the list or page in focus, and those of the screen."""
        groups: dict[str, dict[str, list[str]]] = {}
        for key, active in self.active_bindings.items():
            binding = active.binding
            if not binding.tooltip or (active.node is self.app and binding.action == "quit"):
                continue
            here = active.node is self
            group = "Everywhere" if here else "In the list" if isinstance(active.node, Timeline) else "In general"
            shown = binding.key_display or self.app.get_key_display(binding.with_key(key))
            groups.setdefault(group, {}).setdefault(binding.tooltip, []).append(shown)
        general = {"change pane": ["tab"], "leave at once": ["^q"], "send, when writing": ["^s"]}
        groups.setdefault("In general", {}).update(general)
        return [(group, [(" ".join(keys), told) for told, keys in rows.items()]) for group, rows in groups.items()]

    def action_help(self) -> None:
        self.app.push_screen(Help(self.bound()))


def _links(item: Item) -> tuple[str, ...]:
    """The links of a post, or of all that an announcement says."""
    if item.text or item.kind == "post":
        return links(item.text)
    return links("\n".join(value for value in item.body.values() if isinstance(value, str)))
