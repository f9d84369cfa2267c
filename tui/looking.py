"""The one screen, as far as it looks closer: what a page names, what a post said before, the record as it was signed.

- A mention leads to all that its person has posted here, be they followed or not; a tag to all that has it; a link out
  of the program, after it was shown where; a reference to the record in its thread.
- What is selected on a page is told in the status line before anybody goes there.
"""

from dataclasses import replace
from functools import partial

from textual import on

from thimbl.core.address import SHOWN_ID, Address, Reference
from thimbl.store.reader import Reader
from thimbl.store.types import Item
from tui.detail import Detail
from tui.hosts import way_of
from tui.lines import Lead, Link, Tag
from tui.opening import OpeningScreen
from tui.places import Place, Tab
from tui.resuming import names
from tui.workers import begin


class LookingScreen(OpeningScreen):
    """The screen, with what looks closer."""

    def on_mount(self) -> None:
        self.detail.key_of = self.key

    @on(Detail.Led)
    def _led(self, message: Detail.Led) -> None:
        tab = self.spot.place.tab
        match message.lead:
            case Reference():
                self.go_to(message.lead)
            case Address():
                self.go(Place(tab, author=message.lead))
                self.timeline.focus()
            case Tag():
                self.go(Place(Tab.SEARCH, words=f"#{message.lead.name}"))
                self.timeline.focus()
            case Link():
                self.open_link(message.lead.url)

    @on(Detail.Turned)
    def _turned(self, message: Detail.Turned) -> None:
        self.timeline.action_step(message.rows)

    @on(Detail.Pointed)
    def _pointed(self, message: Detail.Pointed) -> None:
        if message.lead is None:
            self.say("")
        else:
            begin(self, partial(self._tell_lead, message.lead), "lead", exclusive=True)

    async def _tell_lead(self, lead: Lead) -> None:
        told = await self.ask(partial(whither, lead=lead, enter=self.key("lead"), follow=self.key("follow")))
        if told is not None and self.detail.lead == lead:
            self.say(told)

    async def count(self) -> None:
        """Show how much is unread, and call people by the names that they have by now."""
        await super().count()
        called = await self.ask(partial(names, me=self.pen.desk.address))
        if called is not None:
            self.timeline.draw_in(replace(self.timeline.manner, names=called))

    # The earlier texts of an edited post

    def action_history(self) -> None:
        item = self.item
        if item is None or item.edited is None:
            self.say("This has not been edited.")
        elif self.detail.earlier is not None:
            self.detail.show_earlier(None)
        else:
            begin(self, partial(self._show_earlier, item), "earlier", exclusive=True)

    async def _show_earlier(self, item: Item) -> None:
        earlier = await self.ask(lambda reader: reader.earlier_texts(item))
        shown = self.detail.facts.item
        if earlier is not None and shown is not None and shown.reference == item.reference:
            self.detail.show_earlier(earlier)

    # The record

    def action_record(self) -> None:
        if (item := self.item) is None:
            self.say("Select a post to see its record.")
        else:
            from tui.record import RecordPage

            self.app.push_screen(RecordPage(self.shelf, item.reference))

    # Times

    def action_exact(self) -> None:
        manner = self.timeline.manner
        self.timeline.draw_in(replace(manner, exact=not manner.exact))
        self.say("Times are ages again." if manner.exact else "Times are exact, as of this machine's zone.")


def whither(reader: Reader, lead: Lead, enter: str, follow: str) -> str:
    """Where something on a page leads, in a sentence; `enter` is the key that goes there, `follow` the one that
    follows."""
    match lead:
        case Reference():
            found = reader.find(str(lead))
            named = f"{lead.address}#{lead.id[:SHOWN_ID]}"
            return f"{named}: {enter} opens it." if found else f"{named} is not here."
        case Tag():
            return f"#{lead.name}: {enter} searches it."
        case Link():
            return f"{way_of(lead.url).host}: {enter} asks to open it."
        case Address():
            author = reader.author(lead)
            if author is not None and (author.is_me or author.followed):
                called = "you" if author.is_me else f"{author.nick or author.name}, followed"
                return f"{lead} ({called}): {enter} opens."
            return f"{lead}: {enter} opens, {follow} follows."
