"""Signing from a view: a form where something must be said, then exactly what will be signed, then a yes.

- What is asked and what is refused is the desk's to say (`tui.ports.Market`), in the words of the commands.
- A refusal leaves the form as it was typed.
- Nothing is signed by a single key: the button that signs must be chosen first.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Label, Static

from thimbl.core.address import SHOWN_ID, Address, Reference
from thimbl.core.commune.acts import Act, Rehearsed, Statement, Verb
from thimbl.core.commune.deeds import SAYS, Doing
from thimbl.core.commune.forms import Form
from thimbl.core.commune.signed import lines
from thimbl.core.commune.todo import Task
from thimbl.core.terminal import safe_line
from tui.aside import told
from tui.dialogs import Choice, Confirm
from tui.foot import Foot
from tui.over import Over
from tui.pane import Pane
from tui.ports import Desk
from tui.workers import begin

FEW: Final = 4
"""Questions of a form that stand apart from each other; more of them stand closer, so that more are in sight."""

Rehearse = Callable[[Mapping[str, str]], Awaitable[Rehearsed]]
"""From the answers to what they would sign. Raises whatever a desk raises."""

Asked = Callable[[Desk], Form]
"""What a desk asks before something is signed; likewise."""

Wanted = Callable[[Mapping[str, str]], Act | Statement | Doing]
"""What answers come to."""


class Asking(Over[Rehearsed | None]):
    """A form; what its answers would sign, or None where nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, form: Form, rehearse: Rehearse) -> None:
        super().__init__()
        self._form, self._rehearse = form, rehearse
        self.inputs = [
            Input(one.answer, id=f"answer-{index}", compact=True) for index, one in enumerate(form.questions)
        ]
        self.trouble = Static("", id="refused", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="asking") as dialog:
            dialog.set_class(len(self.inputs) > FEW, "-many")
            dialog.border_title = Text(safe_line(self._form.title))
            with VerticalScroll(can_focus=False):
                if self._form.about:
                    yield Static(Text(self._form.about), markup=False, classes="told")
                for question, field in zip(self._form.questions, self.inputs, strict=True):
                    yield Label(Text.assemble((question.label, "bold"), f"  {safe_line(question.hint)}"), markup=False)
                    yield field
            yield self.trouble
            with Horizontal(classes="buttons"):
                yield Button("Show what will be signed", id="next", variant="primary", compact=True)
                yield Button("Back", id="no", compact=True)
        yield Foot()

    def on_mount(self) -> None:
        self.inputs[0].focus()

    @property
    def answers(self) -> dict[str, str]:
        """What is in the form."""
        return {question.name: field.value for question, field in zip(self._form.questions, self.inputs, strict=True)}

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        """Enter goes to the next question, and from the last on."""
        at = self.inputs.index(message.input)
        if at + 1 < len(self.inputs):
            self.set_focus(self.inputs[at + 1])  # at once: the next key is meant for it
        else:
            self._go_on()

    @on(Button.Pressed, "#next")
    def _go_on(self) -> None:
        begin(self, self._ask, "rehearse", exclusive=True)

    async def _ask(self) -> None:
        try:
            rehearsed = await self._rehearse(self.answers)
        except Exception as error:  # a desk may refuse with anything; the person is told, and nothing typed is lost
            self.trouble.update(Text(safe_line(told(error))))
        else:
            self.dismiss(rehearsed)

    @on(Button.Pressed, "#no")
    def _leave(self) -> None:
        self.dismiss(None)


def shown(rehearsed: Rehearsed) -> list[str]:
    """Exactly what will be signed, as lines for a person."""
    found = [line for one in rehearsed.announcements for line in lines(one, rehearsed.author)]
    if rehearsed.notes and found[:1] not in ([], [""]):
        found.insert(0, "")
    return [*rehearsed.notes, *found][: -1 if found else None]


class SigningPane(Pane):
    """A pane from which something can be signed."""

    def act(self, verb: Verb, commune: Address, offer: str = "") -> None:
        """Walk somebody through what they want: form, record, yes."""
        self._walk_soon(
            lambda desk: desk.form(verb, commune, offer), lambda answers: Act(verb, commune, offer, answers)
        )

    def do_task(self, task: Task) -> None:
        """Walk a clerk through one of their tasks."""
        self._walk_soon(lambda desk: desk.task_form(task), lambda answers: Statement(task, answers))

    def _walk_soon(self, asked: Asked, wanted: Wanted) -> None:
        begin(self, partial(self._sign, asked, wanted), "sign")

    def do_deed(self) -> None:
        """Ask a clerk what else there is to state, and walk them through it."""
        begin(self, self._do_deed, "sign")

    async def _do_deed(self) -> None:
        try:
            found = await self.pen.do(lambda desk: desk.deeds())
        except Exception as error:  # a desk may refuse with anything, in its own words
            self.say(told(error), trouble=True)
            return
        ways = {str(number): deed for number, deed in enumerate(found, 1)}
        chosen = next(iter(ways), None)
        if len(ways) > 1:
            choices = [(number, SAYS[deed]) for number, deed in ways.items()]
            chosen = await self.app.push_screen_wait(Choice("As the commune's clerk", choices))
        if chosen is not None:
            deed = ways[chosen]
            await self._sign(lambda desk: desk.deed_form(deed), lambda answers: Doing(deed, answers))

    async def _sign(self, asked: Asked, wanted: Wanted) -> None:
        try:
            form = await self.pen.do(asked)
        except Exception as error:  # likewise
            self.say(told(error), trouble=True)
            return

        async def rehearse(answers: Mapping[str, str]) -> Rehearsed:
            return await self.pen.do(lambda desk: desk.rehearse(wanted(answers)))

        await self._walk(form, rehearse)

    async def _walk(self, form: Form, rehearse: Rehearse) -> None:
        if form.questions:
            rehearsed = await self.app.push_screen_wait(Asking(form, rehearse))
            if rehearsed is None:
                return
        else:
            try:
                rehearsed = await rehearse({})
            except Exception as error:
                self.say(told(error), trouble=True)
                return
        if not await self.app.push_screen_wait(Confirm("Sign and publish?", shown(rehearsed), "Sign and publish")):
            self.say("Nothing was signed.")
            return
        self.say("Signing …")
        try:
            reference = await self.pen.do(lambda desk: desk.sign(rehearsed))
        except Exception as error:
            self.say(told(error), trouble=True)
            return
        self.say(f"Signed and published: {_short(reference)}")
        await self.signed()

    async def signed(self) -> None:
        """Something was signed: what is shown is found anew."""
        await self.changed()


def _short(reference: Reference) -> str:
    return f"{reference.address}#{reference.id[:SHOWN_ID]}"
