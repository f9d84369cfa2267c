"""The one screen, as far as it is for writing: a post, a reply, an edit, and taking the last post back.

- What signs shows first what it will sign, and asks: of a new post that is its preview, of all else the exact record.
- Only the last post is taken back by a key, as one notices a slip; any other by `thimbl retract`.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from textual import work

from thimbl.core.address import Address, Reference
from thimbl.core.terminal import safe_line
from thimbl.store.reader import Reader
from thimbl.store.types import Item, Selection, View
from tui.aside import told
from tui.lines import Line, line, plain, wrap
from tui.living import LivingScreen
from tui.ports import POST_DRAFT, Desk, edit_draft, reply_draft
from tui.rows import summary, who
from tui.when import exactly
from tui.workers import begin

PARENT_WIDTH: Final = 72
"""Cells to which the post that is answered is wrapped over the reply."""

SHORT_ID: Final = 8
"""Characters of an id that are shown (plan-format 3)."""


class WritingScreen(LivingScreen):
    """The screen, with what writes."""

    def settle_in(self) -> None:
        """Say whether a draft waits, too."""
        super().settle_in()
        begin(self, self._tell_draft, "draft")

    async def _tell_draft(self) -> None:
        """A draft that was left, or that a crash left, is not forgotten."""
        try:
            waits = await self.pen.do(lambda desk: desk.draft(POST_DRAFT))
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)
            return
        if waits.strip() and not self.status.said:
            self.say(f"A draft waits: {self.key('compose')} goes on with it.")

    @work
    async def action_compose(self) -> None:
        from tui.composer import Composer, Draft

        at_top = self.timeline.row == 0
        draft = Draft(POST_DRAFT, "A new post", lambda desk, text, subject: desk.post(text, subject))
        posted = await self.app.push_screen_wait(Composer(self.shelf, self.pen, draft))
        if posted is not None:
            await self._show_posted(posted, self._posted(posted), select=at_top)

    @work
    async def action_reply(self) -> None:
        item = self.item
        if item is None:
            self.say("Select a post to answer.")
            return
        from tui.composer import Composer, Draft

        def send(desk: Desk, text: str, _: str | None) -> Reference:
            return desk.reply(item, text)

        title = f"A reply to {safe_line(item.nick or str(item.address))}"
        draft = Draft(reply_draft(item.reference), title, send, self._answered(item), subject=False)
        posted = await self.app.push_screen_wait(Composer(self.shelf, self.pen, draft))
        if posted is not None:
            await self._show_posted(posted, self._posted(posted), select=False)

    def _answered(self, item: Item) -> Sequence[Line]:
        from tui.composer import PARENT_SHOWN

        # Who folds a text under a subject does not want it read in passing: the summary keeps it folded.
        wrapped = wrap(summary(item, self.clock()), PARENT_WIDTH, PARENT_SHOWN - 1)
        return [line(*who(item)), *(line(*pieces) for pieces in wrapped)]

    @work
    async def action_edit(self) -> None:
        item = self.item
        if item is None or not item.is_me or item.kind != "post" or item.seq is None:
            self.say("Select a post of your own to edit it.")
            return
        if item.retracted:
            self.say("That was retracted: post anew.")
            return
        from tui.composer import Composer, Draft

        of = item.reference
        draft = Draft(
            edit_draft(of),
            "An edit of your post",
            lambda desk, text, _: desk.publish(desk.rehearse_edit(of, text)),
            [line(plain(f"Posted {exactly(item.time)}. Readers can still see what it said before."))],
            subject=False,
            start=item.text,
            rehearse=lambda desk, text: desk.rehearse_edit(of, text),
        )
        edited = await self.app.push_screen_wait(Composer(self.shelf, self.pen, draft))
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
        from tui.composer import PARENT_SHOWN, to_sign
        from tui.dialogs import Confirm

        of = last.reference
        try:
            change = await self.pen.do(lambda desk: desk.rehearse_retraction(of))
            lines = [
                f"Take back your last post, of {exactly(last.time)}?",
                "",
                *(f"    {safe_line(row)}" for row in last.text.splitlines()[:PARENT_SHOWN]),
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
