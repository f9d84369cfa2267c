"""Muting: what of a post one does not want to see, and for how long; and the list of what is muted, to undo it.

The questions (`tui.mutes`) are asked one after the other, each answered by one key; only a word is typed.
"""

from collections.abc import Callable
from functools import partial

from textual import work

from thimbl.core.terminal import safe_line
from thimbl.store.mutes import Mute
from thimbl.store.types import Author
from tui.aside import told
from tui.fetching import FetchingScreen
from tui.ports import Desk

Deed = Callable[[Desk], None]


def _mute(mute: Mute, desk: Desk) -> None:
    desk.mute(mute)


def _unmute(mute: Mute, desk: Desk) -> None:
    desk.unmute(mute)


class MutingScreen(FetchingScreen):
    """The screen, with what mutes."""

    @work
    async def action_mute(self) -> None:
        """Mute something of what is selected."""
        from tui.dialogs import Choice
        from tui.mutes import LIST_KEY, TERMS, AskWord, offered

        entry = self._entry
        choices = offered(self.item, entry if isinstance(entry, Author) else None)
        asked = Choice("Mute what?", [(key, words) for key, (words, _) in choices.items()])
        key = await self.app.push_screen_wait(asked)
        if key is None:
            return
        if key == LIST_KEY:
            self.action_muted()
            return
        mute = choices[key][1] or await self.app.push_screen_wait(AskWord())
        if mute is None:
            return
        asked = Choice(f"Mute {safe_line(mute.name)} for how long?", [(key, told) for key, (told, _) in TERMS.items()])
        term = await self.app.push_screen_wait(asked)
        if term is None:
            return
        words, seconds = TERMS[term]
        until = None if seconds is None else int(self.clock()) + seconds
        if await self._change(partial(_mute, Mute(mute.kind, mute.what, until))):
            length = words if seconds is None else f"for {words}"
            self.say(f"Muted {length}: {mute.kind} {mute.name}. {self.key('muted')} lists what is muted.")

    @work
    async def action_muted(self) -> None:
        """List what is muted, to take it back."""
        now = int(self.clock())
        mutes = await self.ask(lambda reader: [mute for mute in reader.mutes() if mute.holds(now)])
        if mutes is None:
            return
        if not mutes:
            self.say(f"Nothing is muted. {self.key('mute')} mutes something of what is selected.")
            return
        from tui.mutes import Muted

        mute = await self.app.push_screen_wait(Muted(mutes))
        if mute is not None and await self._change(partial(_unmute, mute)):
            self.say(f"Muted no longer: {mute.kind} {mute.name}.")

    async def _change(self, deed: Deed) -> bool:
        """Do it, and list this place anew; False where it failed, which the status line tells."""
        try:
            await self.pen.do(deed)
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)
            return False
        await self.reload()
        await self.count()
        return True
