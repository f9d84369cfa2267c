"""Signing from a view: a form where something must be said, then exactly what will be signed, then a yes.

- Nothing is signed by a single key: the button that signs must be chosen first.
- Whoever does not say yes is led back to the form, with their answers; so are they where things have changed between
  the form and the yes, and they are told what has.
- A long form that is left keeps what was typed, for as long as the program runs.
- One thing is signed at a time: what is asked for meanwhile is not begun.
"""

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Final

from thimbl.core.address import SHOWN_ID, Address, Reference
from thimbl.core.commune.acts import Act, Rehearsed, Statement, Verb
from thimbl.core.commune.deeds import SAYS, Doing
from thimbl.core.commune.forms import Form
from thimbl.core.commune.signed import lines
from thimbl.core.commune.todo import Task
from thimbl.core.terminal import safe
from tui.aside import Pen, Shelf, told
from tui.asking import Asking, Rehearse
from tui.dialogs import Choice, Confirm
from tui.pane import Pane
from tui.ports import Desk
from tui.workers import begin

Asked = Callable[[Desk], Form]
"""What a desk asks before something is signed; likewise."""

Wanted = Callable[[Mapping[str, str]], Act | Statement | Doing]
"""What answers come to."""

UNSIGNED: Final = "Nothing was signed."


def shown(rehearsed: Rehearsed) -> list[str]:
    """Exactly what will be signed, as lines for a person."""
    found = [safe(row, newlines=False) for one in rehearsed.announcements for row in lines(one, rehearsed.author)]
    if rehearsed.notes and found[:1] not in ([], [""]):
        found.insert(0, "")
    return [*rehearsed.notes, *found][: -1 if found else None]


class SigningPane(Pane):
    """A pane from which something can be signed."""

    def __init__(self, shelf: Shelf, pen: Pen, clock: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(shelf, pen, clock, id=id)
        self._is_walking = False
        """Whether somebody is being asked, or something is being signed."""
        self._left: dict[str, Mapping[str, str]] = {}
        """What was typed into long forms that were left, by their titles."""

    def act(self, verb: Verb, commune: Address, offer: str = "") -> None:
        """Walk somebody through what they want: form, record, yes."""
        self._walk_soon(
            lambda desk: desk.form(verb, commune, offer), lambda answers: Act(verb, commune, offer, answers)
        )

    def do_task(self, task: Task) -> None:
        """Walk a clerk through one of their tasks."""
        self._walk_soon(lambda desk: desk.task_form(task), lambda answers: Statement(task, answers))

    def do_deed(self) -> None:
        """Ask a clerk what else there is to state, and walk them through it."""
        begin(self, partial(self._alone, self._do_deed), "sign")

    def _walk_soon(self, asked: Asked, wanted: Wanted) -> None:
        begin(self, partial(self._alone, partial(self._sign, asked, wanted)), "sign")

    async def _alone(self, walk: Callable[[], Coroutine[None, None, None]]) -> None:
        """Nothing is asked over what is asked already: a key that was pressed twice asks once."""
        if self._is_walking:
            return
        self._is_walking = True
        try:
            await walk()
        except Exception as error:  # a desk may refuse with anything, in its own words
            self.say(told(error), trouble=True)
        finally:
            self._is_walking = False

    async def _do_deed(self) -> None:
        found = await self.pen.do(lambda desk: desk.deeds())
        ways = {str(number): deed for number, deed in enumerate(found, 1)}
        chosen = next(iter(ways), None)
        if len(ways) > 1:
            choices = [(number, SAYS[deed]) for number, deed in ways.items()]
            chosen = await self.app.push_screen_wait(Choice("As the commune's clerk", choices))
        if chosen is not None:
            deed = ways[chosen]
            await self._sign(lambda desk: desk.deed_form(deed), lambda answers: Doing(deed, answers))

    async def _sign(self, asked: Asked, wanted: Wanted) -> None:
        form = await self.pen.do(asked)

        async def rehearse(answers: Mapping[str, str]) -> Rehearsed:
            return await self.pen.do(lambda desk: desk.rehearse(wanted(answers)))

        if form.questions:
            await self._ask(form, rehearse)
        elif await self._is_meant(rehearsed := await rehearse({})):
            await self._publish(rehearsed)
            await self.signed()
        else:
            self.say(UNSIGNED)

    async def _ask(self, form: Form, rehearse: Rehearse) -> None:
        """Ask until it is signed, or nobody wants it."""
        before: Mapping[str, str] = self._left.pop(form.title, {})
        trouble = ""
        while (found := await self.app.push_screen_wait(asking := Asking(form, rehearse, before, trouble))) is not None:
            before, trouble = found.of.answers, ""
            if not await self._is_meant(found):
                continue
            try:
                await self._publish(found)
            except Exception as error:  # likewise; the form says it, and what was typed is there still
                trouble = told(error)
                self.say(UNSIGNED)
            else:
                await self.signed()
                return
        if asking.is_long:
            self._left[form.title] = asking.answers
        self.say(UNSIGNED)

    async def _is_meant(self, rehearsed: Rehearsed) -> bool:
        asked = Confirm("Sign and publish?", shown(rehearsed), "Sign and publish")
        return await self.app.push_screen_wait(asked) is True

    async def _publish(self, rehearsed: Rehearsed) -> None:
        self.say("Signing …")
        reference = await self.pen.do(lambda desk: desk.sign(rehearsed))
        self.say(f"Signed and published: {_short(reference)}")

    async def signed(self) -> None:
        """Something was signed: what is shown is found anew."""
        await self.changed()


def _short(reference: Reference) -> str:
    return f"{reference.address}#{reference.id[:SHOWN_ID]}"
