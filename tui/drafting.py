"""Drafts that wait: told of at the start, and listed by a key, to go on with one.

- A draft is named after what it is of (`tui.ports`): a new post, an answer, an edit. The commands use the same names,
  with a number for what they keep beside another, so that what `thimbl reply` could not publish is found here too.
- What it answers, or edits, may not be here any more; then it is said where the draft lies.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from textual import work

from thimbl.core.counting import counted
from thimbl.core.terminal import safe_line
from thimbl.store.reader import Reader
from thimbl.store.types import Item
from tui.aside import told
from tui.bidi import isolated
from tui.lines import Role, cut
from tui.ports import POST_DRAFT, Desk
from tui.workers import begin
from tui.writing import WritingScreen

MAX_DRAFTS: Final = 9
"""Drafts that are listed, the one that was written last first: each has a digit to press."""

TOLD: Final = 48
"""Cells of a draft's beginning that are shown: with what it is of, they fit a dialog."""

NAME: Final = re.compile(r"(?P<kind>post|reply|edit)(?:-(?P<id>[a-z2-7]{20,}))?(?:-\d+)?")
"""The names that drafts have; those of their subjects are none of them."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft that waits."""

    name: str
    kind: str
    """``post``, ``reply`` or ``edit``."""
    id: str
    """The id of the record that it answers or edits; empty for a post."""
    text: str
    item: Item | None = None
    """That record, where it is here."""

    @property
    def told(self) -> str:
        """What it is and how it begins, escaped."""
        whom = "what is not here" if self.item is None else self.item.nick or str(self.item.address)
        what = {"reply": f"an answer to {isolated(safe_line(whom))}", "edit": "an edit"}.get(self.kind, "a post")
        ((begins, _),) = cut(((safe_line(self.text[:1000]), Role.TEXT),), TOLD)
        return f"{what}: {isolated(begins)}"


def waiting(desk: Desk) -> list[Waiting]:
    """The drafts that wait, without the records that they are of. Raises what a desk raises."""
    found = []
    for name in desk.drafts():
        if (match := NAME.fullmatch(name)) and (text := desk.draft(name)).strip():
            found.append(Waiting(name, match["kind"], match["id"] or "", text))
        if len(found) == MAX_DRAFTS:
            break
    return found


def with_items(reader: Reader, drafts: Sequence[Waiting]) -> list[Waiting]:
    """The same, with these records."""
    return [
        Waiting(one.name, one.kind, one.id, one.text, next(iter(reader.find(one.id)), None) if one.id else None)
        for one in drafts
    ]


class DraftingScreen(WritingScreen):
    """The screen, with the drafts that wait."""

    def settle_in(self) -> None:
        """Say whether one waits, too."""
        super().settle_in()
        begin(self, self._tell_drafts, "draft")

    async def _tell_drafts(self) -> None:
        """What was left, or what a crash left, is not forgotten."""
        found = await self._waiting()
        if not found or self.status.said:
            return
        if [one.name for one in found] == [POST_DRAFT]:
            self.say(f"A draft waits: {self.key('compose')} goes on with it.")
        else:
            waits = "A draft waits" if len(found) == 1 else f"{counted(len(found), 'draft')} wait"
            self.say(f"{waits}: {self.key('drafts')} goes on.")

    async def _waiting(self) -> list[Waiting]:
        try:
            return await self.pen.do(waiting)
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)
            return []

    @work
    async def action_drafts(self) -> None:
        """Choose one of the drafts that wait, and go on with it."""
        from tui.dialogs import Choice

        drafts = await self._waiting()
        found = await self.ask(partial(with_items, drafts=drafts)) if drafts else []
        if not found:
            if found is not None:
                self.say("No draft waits.")
            return
        by_key = {str(number): one for number, one in enumerate(found, 1)}
        chosen = await self.app.push_screen_wait(Choice("Drafts", [(key, one.told) for key, one in by_key.items()]))
        if chosen is not None:
            await self._go_on(by_key[chosen])

    async def _go_on(self, draft: Waiting) -> None:
        if draft.kind == "post":
            await self.write_post(draft.name)
        elif draft.item is None:
            path = await self.pen.do(lambda desk: desk.draft_file(draft.name))
            self.say(f"What it is of is not here any more. The draft is kept in {path}.", trouble=True)
        elif draft.kind == "reply":
            await self.write_reply(draft.item, draft.name)
        else:
            await self.write_edit(draft.item, draft.name)
