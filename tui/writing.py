"""The one screen, as far as it is for writing: a post, a reply, an edit, and taking the last post back.

- What signs shows first what it will sign, and asks: of a new post that is its preview, of all else the exact record.
- Only the last post is taken back by a key, as one notices a slip; any other by `thimbl retract`.
"""

from collections.abc import Awaitable, Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from textual import work

from thimbl.core.address import Address, Reference
from thimbl.core.terminal import safe_line
from thimbl.store.reader import Reader
from thimbl.store.types import Item, Selection, View
from tui.aside import told
from tui.bidi import isolated
from tui.draft import Draft
from tui.living import LivingScreen
from tui.ports import POST_DRAFT, Desk, edit_draft, reply_draft
from tui.setting import paragraph
from tui.waiting import Waiting
from tui.when import exactly

if TYPE_CHECKING:
    from tui.composer import Composer

TAKEN_BACK_SHOWN: Final = 6
"""Lines of a post that stand over the question whether it is taken back."""

SHORT_ID: Final = 8
"""Characters of an id that are shown (plan-format 3)."""


class WritingScreen(LivingScreen):
    """The screen, with what writes."""

    @cached_property
    def composers(self) -> "Waiting[Composer]":
        """One of them waits for something to be written."""
        return Waiting("composer", self._new_composer)

    def _new_composer(self) -> "Composer":
        from tui.composer import Composer

        return Composer(self.shelf, self.pen)

    def made_ready(self) -> list[Callable[[], Awaitable[None]]]:
        return [partial(self.composers.prepare, self.app), *super().made_ready()]

    async def _written(self, draft: Draft) -> Reference | None:
        """What was published of a draft; None where it still is one."""
        try:
            return await self.app.push_screen_wait(self.composers.take(self.app).about(draft))
        finally:
            self.composers.prepare_soon(self.app)

    @work
    async def action_compose(self) -> None:
        await self.write_post(POST_DRAFT)

    async def write_post(self, name: str) -> None:
        """Let a post be written, beginning with the draft of this name."""
        at_top = self.timeline.row == 0
        draft = Draft(name, "A new post", lambda desk, text, subject: desk.post(text, subject))
        posted = await self._written(draft)
        if posted is not None:
            await self._show_posted(posted, self._posted(posted), select=at_top)

    @work
    async def action_reply(self) -> None:
        item = self.item
        if item is None:
            self.say("Select a post to answer.")
            return
        await self.write_reply(item, reply_draft(item.reference))

    async def write_reply(self, item: Item, name: str) -> None:
        """Likewise an answer to `item`."""
        from tui.quoting import quoted

        def send(desk: Desk, text: str, _: str | None) -> Reference:
            return desk.reply(item, text)

        title = f"A reply to {isolated(safe_line(item.nick or str(item.address)))}"
        shown = self.detail.facts.item
        is_open = self.detail.unfolded and shown is not None and shown.reference == item.reference
        parent = partial(quoted, item, self.clock(), unfolded=is_open)
        draft = Draft(name, title, send, parent, subject=False)
        posted = await self._written(draft)
        if posted is not None:
            await self._show_posted(posted, self._posted(posted), select=False)

    @work
    async def action_edit(self) -> None:
        item = self.item
        if item is None or not item.is_me or item.kind != "post" or item.seq is None:
            self.say("Select a post of your own to edit it.")
            return
        if item.retracted:
            self.say("That was retracted: post anew.")
            return
        await self.write_edit(item, edit_draft(item.reference))

    async def write_edit(self, item: Item, name: str) -> None:
        """Likewise an edit of `item`, which is one's own."""
        of = item.reference
        draft = Draft(
            name,
            "An edit of your post",
            lambda desk, text, _: desk.publish(desk.rehearse_edit(of, text)),
            lambda width: paragraph(f"Posted {exactly(item.time)}. Readers can still see what it said before.", width),
            subject=False,
            start=item.text,
            rehearse=lambda desk, text: desk.rehearse_edit(of, text),
        )
        edited = await self._written(draft)
        if edited is not None:
            await self._show_posted(edited, f"Edited #{of.id[:SHORT_ID]}.", select=False)

    @work
    async def action_undo(self) -> None:
        last = await self.ask(partial(last_own, me=self.pen.desk.address))
        if last is None or last.kind != "post" or last.seq is None:
            self.say("Your last record is no post: there is nothing to take back.")
            return
        if last.retracted:
            self.say("Your last post is taken back already.")
            return
        from tui.composer import to_sign
        from tui.dialogs import Confirm

        of = last.reference
        try:
            change = await self.pen.do(lambda desk: desk.rehearse_retraction(of))
            lines = [
                f"Take back your last post, of {exactly(last.time)}?",
                "",
                *(f"    {safe_line(row)}" for row in last.text.splitlines()[:TAKEN_BACK_SHOWN]),
                "",
                "Readers drop its text when they fetch it; that it was there stays known.",
                "",
                *to_sign(change),
            ]
            if not await self.app.push_screen_wait(Confirm("Retract", lines, "Sign and retract")):
                return
            done = await self.pen.do(lambda desk: desk.publish(change))
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)
            return
        await self._show_posted(done, f"Retracted #{of.id[:SHORT_ID]}.", select=False)

    def _posted(self, posted: Reference) -> str:
        return f"Posted #{posted.id[:SHORT_ID]}. {self.key('undo')} takes it back."

    async def _show_posted(self, reference: Reference, said: str, *, select: bool) -> None:
        self.say(said)
        place = self.spot.place
        await self.look()
        if self.spot.place != place or (place.is_items and not self.status.offered):
            return
        await self.reload()
        found = await self.ask(lambda reader: reader.find(str(reference)))
        if found and select:
            self.timeline.select_key(found[0].rowid)


def last_own(reader: Reader, me: Address) -> Item | None:
    """The newest item of one's own; None where there is none."""
    newest = reader.rowids(Selection(View.AUTHOR, author=me), 1)
    return next(iter(reader.items(newest)), None)
