"""The one screen, as far as it is for people: following and not, comparing keys; muting is `tui.muting`.

- What signs or forgets asks first.
"""

from collections.abc import Awaitable, Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import work

from thimbl.core.address import Address
from thimbl.core.terminal import safe_line
from thimbl.store.reader import Reader
from thimbl.store.types import Author
from tui.aside import told
from tui.muting import MutingScreen
from tui.waiting import Waiting

if TYPE_CHECKING:
    from thimbl.core.web import FeedUrl
    from thimbl.store.pins import SeenKey
    from tui.comparing import Keys
    from tui.lookup import Acquaintance


class PeopleScreen(MutingScreen):
    """The screen, with what follows, unfollows and pins."""

    @cached_property
    def keys(self) -> "Waiting[Keys]":
        """A dialog that compares keys waits."""
        return Waiting("keys", _new_keys)

    def made_ready(self) -> list[Callable[[], Awaitable[None]]]:
        return [*super().made_ready(), partial(self.keys.prepare, self.app)]

    @property
    def whom(self) -> Address | None:
        """Whom the selected row is about, or whose posts these would be. The page is read aside, and may be that of
        the row before still."""
        return self.address or self.spot.place.author

    async def _author(self, whom: Address | None) -> Author | None:
        """Somebody as the store knows them."""
        shown = self.detail.facts.author
        if whom is None or (shown is not None and shown.address == whom):
            return None if whom is None else shown
        return await self.ask(lambda reader: reader.author(whom))

    @work
    async def action_follow(self) -> None:
        from tui.follow import Follow

        address = self.detail.pointed
        if address is None:
            address = self.whom
            author = await self._author(address)
            if author is not None and (author.followed or author.is_me):
                address = None
        self.app.clear_notifications()  # else they lie over its buttons
        asked = Follow(self.pen.desk, self.clock, self._know, self._add, address)
        whom = await self.app.push_screen_wait(asked)
        if whom is not None:
            self.say(f"You follow {whom}.")
            self.action_fetch()

    async def _know(self, address: Address) -> "Acquaintance | None":
        from tui.lookup import acquainted

        return await self.ask(partial(acquainted, address=address))

    async def _add(self, whom: "Address | FeedUrl", nick: str | None, private: bool | None) -> None:
        if isinstance(whom, Address):
            await self.pen.do(lambda desk: desk.follow(whom, nick, private))
        else:
            await self.pen.do(lambda desk: desk.follow_feed(whom, nick))

    @work
    async def action_unfollow(self) -> None:
        author = await self._author(self.whom)
        if author is None or not author.followed or author.is_me:
            self.say("Select somebody whom you follow.")
            return
        from tui.dialogs import Confirm

        whom = author.address
        lines = [f"Stop following {safe_line(author.place)}?", "What was fetched of theirs stays here."]
        lines += ["Your plan is signed anew."] if author.web is None and not author.private else []
        if not await self.app.push_screen_wait(Confirm("Unfollow", lines, "Unfollow")):
            return
        try:
            await self.pen.do(lambda desk: desk.unfollow(whom))
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)
            return
        self.say(f"You no longer follow {safe_line(author.place)}.")

    @work
    async def action_compare(self) -> None:
        """Show the keys of the selected author, and pin the one that is theirs."""
        whom = self.whom
        found = None if whom is None else await self.ask(partial(_keys, whom))
        if found is None:
            self.say("Select somebody whose key is to be compared.")
            return
        author, seen = found
        if author.is_me:
            self.say(f"Your own key is {author.key}.")
            return
        if author.web is not None:
            self.say("A feed of the web has no key: nobody signs it.")
            return
        self.app.clear_notifications()  # else they lie over its buttons
        try:
            chosen = await self.app.push_screen_wait(self.keys.take(self.app).about(author, seen, self.clock()))
        finally:
            self.keys.prepare_soon(self.app)
        if chosen is None:
            return
        try:
            await self.pen.do(lambda desk: desk.pin(author.address, chosen))
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)
            return
        self.say(f"Pinned for {author.address}: {chosen}.")
        self.action_fetch()


def _new_keys() -> "Keys":
    from tui.comparing import Keys

    return Keys()


def _keys(address: Address, reader: Reader) -> "tuple[Author, SeenKey | None] | None":
    from thimbl.store.pins import seen_key

    author = reader.author(address)
    return None if author is None else (author, seen_key(reader, author))
