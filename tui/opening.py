"""The one screen, as far as it leads out of it: links opened in a browser, and copies.

- A link is opened only after it was shown where it leads.
- What is copied is escaped: what is pasted into a shell must hold no key strokes.
"""

import asyncio
from typing import TYPE_CHECKING

from textual import work
from textual.app import SuspendNotSupported

from thimbl.core.terminal import safe, safe_line
from thimbl.core.text import links
from thimbl.store.types import Item
from tui.hosts import way_of
from tui.living import LivingScreen
from tui.when import exactly, in_utc

if TYPE_CHECKING:
    from tui.browsing import Browser


class OpeningScreen(LivingScreen):
    """The screen, with what opens and copies."""

    @work
    async def action_links(self) -> None:
        from tui.dialogs import Links

        found = _links(self.item) if self.item is not None else ()
        if not found:
            self.say("No links in this post.")
            return
        link = found[0] if len(found) == 1 else await self.app.push_screen_wait(Links(found))
        if link is not None:
            await self._ask_and_open(link)

    @work
    async def open_link(self, link: str) -> None:
        """Show where a link leads, and open it if the person says so."""
        await self._ask_and_open(link)

    async def _ask_and_open(self, link: str) -> None:
        from tui.dialogs import Confirm

        way = way_of(link)
        if way.url is None:
            self.say(f"This link has {way.host}: {safe_line(link)}", trouble=True)
            return
        told_of = [f"This leads to {way.host}:", "", safe_line(way.url)]
        for note in way.notes:
            told_of += ["", note]
        if await self.app.push_screen_wait(Confirm("Open in your browser?", told_of, "Open")):
            await self._browse(way.url)

    async def _browse(self, link: str) -> None:
        from tui import browsing

        try:
            browser = await asyncio.to_thread(browsing.find)
        except browsing.NoBrowser as error:
            self.say(str(error), trouble=True)
            return
        trouble = self._lend(browser, link) if browser.in_terminal else await asyncio.to_thread(browser.open, link)
        if trouble:
            self.say(trouble, trouble=True)
        else:
            self.say(f"Opened {way_of(link).host}.")

    def _lend(self, browser: "Browser", link: str) -> str:
        """Open a link in a browser that has the terminal to itself until it ends; what went wrong."""
        try:
            with self.app.suspend():
                # In this thread, on purpose: while the terminal is lent, nothing else may write to it.
                return browser.open(link)
        except SuspendNotSupported:
            return "This terminal can not be lent to a browser."
        finally:
            self.refresh(layout=True)

    @work
    async def action_copy(self) -> None:
        item = self.item
        if item is None:
            self.say("Select a post to copy from.")
            return
        from tui.dialogs import Choice

        whole = {key: (name, copied) for key, name, copied in copies(item)}
        chosen = await self.app.push_screen_wait(Choice("Copy", [(key, name) for key, (name, _) in whole.items()]))
        if chosen is not None:
            name, copied = whole[chosen]
            self.app.copy_to_clipboard(copied)
            self.say(f"Copied {name}.")


def copies(item: Item) -> list[tuple[str, str, str]]:
    """What can be copied of an item: a key, what it is, and the text, which holds no key strokes."""
    found = [("y", "the reference", str(item.reference))]
    if item.text:
        found.append(("t", "the text", safe(item.text)))
    if links_found := _links(item):
        several = len(links_found) > 1
        found.append(("l", "the links" if several else "the link", "\n".join(safe_line(link) for link in links_found)))
    found.append(("w", "the exact time", f"{exactly(item.time)} ({in_utc(item.time)})"))
    found.append(("a", "the author's address", item.address.place))
    return found


def _links(item: Item) -> tuple[str, ...]:
    """The links of a post, or of all that an announcement says."""
    if item.text or item.kind == "post":
        return links(item.text)
    return links("\n".join(value for value in item.body.values() if isinstance(value, str)))
