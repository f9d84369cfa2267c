"""`thimbl commune`: joining one, and the clerk's desk; `todo` lists what waits there."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from thimbl.cli.commune_clerk import Clerk
from thimbl.cli.commune_desk import DESK
from thimbl.cli.commune_wishes import join, leave
from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.options import command, group, json_option, option
from thimbl.cli.output import emit, note, say

if TYPE_CHECKING:
    from thimbl.core.commune.todo import Task


@group(
    examples="""
    thimbl commune join commune@fields.example
    thimbl commune --as ~/fields todo
"""
)
@option(
    "--as",
    "home",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="Work with the account of this folder: what THIMBL_HOME does.",
)
@pass_context
@click.pass_context
def commune(ctx: click.Context, context: Context, home: Path | None) -> None:
    """A commune: join one, or keep its desk.

    A commune is an ordinary account, and its clerk is whoever has its key. Who keeps several gives each a folder of
    its own.
    """
    if home is not None:
        environ = {**context.environ, "THIMBL_HOME": str(home.expanduser().absolute())}
        ctx.obj = Context(environ, context.clock, context.sleep, context.terminal)


@command(
    examples="""
    thimbl commune todo
    thimbl commune todo --do
"""
)
@option("--do", "walk", is_flag=True, help="Walk through it, asking for each.")
@option("--yes", is_flag=True, help="With --do: sign all that is computed, without being asked.")
@json_option
@pass_context
def todo(context: Context, walk: bool, yes: bool, as_json: bool) -> None:
    """List what waits for the clerk.

    Each with the command that does it: applications, offers to float, sales past closing, rents, redemptions,
    transfers, a pool to share. With --do, what is signed is printed instead.
    """
    if walk:
        _walk(context, yes, as_json)
        return
    waiting = Clerk(context).tasks()
    for task in waiting:
        if as_json:
            body = None if task.body is None else dict(task.body)
            emit({"kind": task.kind, "sentence": task.sentence, "command": task.command, "body": body})
        else:
            say(task.sentence)
            say(f"    {task.command}")
    if not waiting and not as_json:
        note("Nothing waits.")


def _walk(context: Context, yes: bool, as_json: bool) -> None:
    """One task after the other: each changes what waits after it. What was not done is not asked again."""
    if not yes and not context.stdin_is_terminal:
        raise Failure("Nothing was signed: add --yes to sign without being asked.")
    passed: set[str] = set()
    while True:
        clerk = Clerk(context, yes=yes, as_json=as_json)
        task = next((one for one in clerk.tasks() if one.command not in passed), None)
        if task is None:
            break
        passed.add(task.command)
        note("")
        note(task.sentence)
        body = task.body if task.body is not None else _figure(clerk, task)
        if body is None:
            note(f"Left for later: {task.command}")
        elif clerk.state(task.kind, body, may_skip=True):
            passed.discard(task.command)
    if not passed:
        note("Nothing waits any more.")


def _figure(clerk: Clerk, task: "Task") -> Mapping[str, Any] | None:
    """The statement with what the clerk says came or was paid; None where nobody is there to say, or says nothing."""
    if task.offer is None or not clerk.context.stdin_is_terminal:
        return None
    code = clerk.ledger.state.series[task.offer].code
    question = f"What the asset of {code} cost" if task.period is None else f"Rent that came for {task.period}"
    amount = _ask(clerk, f"{question} (Enter: later)")
    return None if amount is None else clerk.desk.figured(task, amount)


def _ask(clerk: Clerk, question: str) -> int | None:
    """The amount that a person answers, in minor units; what is none is asked again. None where they answer nothing."""
    from thimbl.core.commune.money import AmountError

    while answer := click.prompt(question, default="", show_default=False, err=True):
        try:
            return clerk.read_amount(answer)
        except AmountError as error:
            note(str(error))
    return None


for member in (join, leave, todo, *DESK):
    commune.add_command(member)
