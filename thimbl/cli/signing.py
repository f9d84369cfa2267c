"""The one way in which commands sign announcements: show exactly what will be signed, ask once, publish, say where.

On a terminal a person is asked; anywhere else nothing is signed without `--yes`. What is shown goes to stderr, the
reference of what was published to stdout.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import click

from thimbl.cli.context import Context
from thimbl.cli.errors import Failure
from thimbl.cli.options import json_option, option
from thimbl.cli.output import emit, note, say

F = TypeVar("F", bound=Callable[..., object])

Codes = Callable[[str], str | None]
"""From an offer's reference to its series' code."""

_NOTHING: Final = "Nothing was signed"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement."""

    kind: str
    body: Mapping[str, Any]
    before: Sequence[str] = ()
    """Lines to be read before it; where there are none, the sentence that says what it does."""
    after: Sequence[str] = ()


def signing_options(function: F) -> F:
    """`--yes` and `--json`; the parameters are `yes` and `as_json`."""
    return option("--yes", is_flag=True, help="Do not ask before signing.")(json_option(function))


def sign(
    context: Context,
    announcements: Sequence[Announcement],
    *,
    yes: bool,
    as_json: bool,
    code_of: Codes = lambda reference: None,
    witness: Sequence[Mapping[str, Any]] = (),
    may_skip: bool = False,
) -> bool:
    """Show the announcements, ask whether to sign them, publish them, print their references; whether that was done.

    `witness` goes into the head with them: how far one has read the communes that one takes part in (plan-format 2).

    Raises `Failure` where nobody can be asked and `yes` was not given, and `click.Abort` where somebody says no, unless
    they `may_skip`.
    """
    from thimbl.cli.authoring import remember

    authoring = context.account.authoring
    if not agreed(context, announcements, yes=yes, code_of=code_of, may_skip=may_skip):
        return False
    for one in announcements:
        published = authoring.announce(one.kind, one.body, {"witness": list(witness)} if witness else None)
        if as_json:
            emit({"reference": str(published.reference), "kind": one.kind, "body": dict(one.body)})
        else:
            say(str(published.reference))
        remember(context, published)
    return True


def agreed(
    context: Context,
    announcements: Sequence[Announcement],
    *,
    yes: bool,
    code_of: Codes = lambda reference: None,
    may_skip: bool = False,
) -> bool:
    """Show the announcements, and ask whether to sign them; raises as `sign` does."""
    for one in announcements:
        _show(context, one, code_of)
    if yes:
        return True
    if not context.stdin_is_terminal:
        raise Failure(f"{_NOTHING}: add --yes to sign without being asked.")
    return click.confirm("Sign and publish this?", err=True, abort=not may_skip)


def _show(context: Context, one: Announcement, code_of: Codes) -> None:
    from thimbl.core.commune.signed import lines, to_sign

    for line in one.before:
        note(line)
    for line in lines(to_sign(one.kind, one.body, code_of), str(context.account.address)):
        note(line)
    for line in one.after:
        note(line)
