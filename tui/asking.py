"""A form: what is asked before something can be signed, and what is wrong with the answers.

- What is refused is the desk's to say (`tui.ports.Market`), in the words of the commands; a refusal leaves the form as
  it was typed.
- Few questions stand apart, each under what an answer looks like. Many stand one a line, so that all are in sight, and
  what an answer looks like is said of the one that is being answered.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import pairwise
from typing import ClassVar, Final

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static

from thimbl.core.commune.acts import Rehearsed
from thimbl.core.commune.forms import Form, Question
from thimbl.core.terminal import safe_line
from tui.aside import told
from tui.foot import Foot
from tui.lines import Line, Role, line, wrap
from tui.over import BY_TAB, Over, first
from tui.sheet import Sheet
from tui.strips import Ground
from tui.workers import begin

FEW: Final = 4
"""Questions of a form that stand apart from each other."""

BESIDE: Final = 11
"""Lines of the screen that are not the questions, where there are many: frame, what is to be known first, the hint,
what is refused, the buttons, the foot."""

LEAST: Final = 3
"""Lines of questions that are in sight, however low the screen is."""

Rehearse = Callable[[Mapping[str, str]], Awaitable[Rehearsed]]
"""From the answers to what they would sign. Raises whatever a desk raises."""


class Asking(Over[Rehearsed | None]):
    """A form; what its answers would sign, or None where nothing. `before` are answers that were given already, and
    `trouble` is what was wrong with them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("enter", "answer_next", show=False, priority=True),  # as `BY_TAB`, and for the same reason
        *BY_TAB,
    ]

    def __init__(
        self, form: Form, rehearse: Rehearse, before: Mapping[str, str] | None = None, trouble: str = ""
    ) -> None:
        super().__init__()
        self._form, self._rehearse = form, rehearse
        given = before or {}
        self.inputs = [
            Input(given.get(one.name, one.answer), id=f"answer-{index}", compact=True)
            for index, one in enumerate(form.questions)
        ]
        first(self.inputs[0])
        self.trouble = Static(Text(safe_line(trouble)), id="refused", markup=False)
        self.hint = Sheet(id="hint")
        self.hint.can_focus = False
        self._questions = VerticalScroll(can_focus=False)

    @property
    def is_long(self) -> bool:
        """Whether there are so many questions that they stand one a line."""
        return len(self.inputs) > FEW

    def compose(self) -> ComposeResult:
        with Ground(classes="dialog", id="asking") as dialog:
            dialog.set_class(self.is_long, "-many")
            dialog.border_title = Text(safe_line(self._form.title))
            if self._form.about:
                yield Static(Text(self._form.about), markup=False, classes="told")
            with self._questions:
                for question, field in zip(self._form.questions, self.inputs, strict=True):
                    yield from self._row(question, field)
            if self.is_long:
                yield self.hint
            yield self.trouble
            with Horizontal(classes="buttons"):
                yield Button("Show what will be signed", id="next", variant="primary", compact=True)
                yield Button("Back", id="no", compact=True)
        yield Foot()
        self._fit(self.app.size)

    def _row(self, question: Question, field: Input) -> ComposeResult:
        if self.is_long:
            yield Horizontal(Label(question.label, markup=False), field, classes="question")
        else:
            yield Label(Text.assemble((question.label, "bold"), f"  {safe_line(question.hint)}"), markup=False)
            yield field

    def _fit(self, size: Size) -> None:
        """All questions are in sight where there is so much room."""
        if self.is_long:
            self._questions.styles.max_height = max(LEAST, size.height - BESIDE)

    def on_mount(self) -> None:
        self.inputs[0].focus()

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the answer looks like that is being given."""
        if self.is_long:
            self.hint.show(partial(_hinted, self._hint_of(event.widget)))

    def _hint_of(self, widget: Widget) -> str:
        return next((one.hint for one, at in zip(self._form.questions, self.inputs, strict=True) if at is widget), "")

    @property
    def answers(self) -> dict[str, str]:
        """What is in the form."""
        return {question.name: field.value for question, field in zip(self._form.questions, self.inputs, strict=True)}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter goes to the next question, and in the last one on: there, and elsewhere, it is not the form's."""
        return self.focused in self.inputs[:-1] if action == "answer_next" else super().check_action(action, parameters)

    def action_answer_next(self) -> None:
        """At once: the next key is meant for it."""
        self.set_focus(next(after for one, after in pairwise(self.inputs) if one is self.focused))

    @on(Input.Submitted)
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


def _hinted(hint: str, width: int) -> list[Line]:
    return [line(*pieces) for pieces in wrap(((safe_line(hint), Role.DIM),), max(1, width))] if hint else []
