"""Commands about hooks: list, run, try."""

import time
from typing import TYPE_CHECKING, Any, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import OK, PARTLY, Failure
from thimbl.cli.jsonform import stamp
from thimbl.cli.options import argument, command, group, json_option, option
from thimbl.cli.output import emit, json_line, note, painter, say
from thimbl.cli.when import age
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from thimbl.home.hooks.delivery import Failure as LastFailure
    from thimbl.home.hooks.settings import Hook

HOOKS: Final = ("before_post", "on_post", "on_mention", "on_announcement", "on_finding")
"""Their names, which stand here so that `--help` and completion load no settings."""


@group(
    examples="""
    thimbl hook list
    thimbl hook try on_mention
    thimbl hook try before_post 'Is this fit to print?'
    """,
    epilog="Which command is run when stands below 'hooks:' in config.yaml; docs/hooks.md has examples.",
)
def hook() -> None:
    """Commands of yours that are run when something happens."""


@command(
    "list",
    examples="""
    thimbl hook list
    thimbl hook list --json
    """,
)
@json_option
@pass_context
def list_(context: Context, as_json: bool) -> None:
    """List your hooks, and whether they can be run."""
    import shlex

    from thimbl.home.hooks.running import environment, trouble

    hooks, paint = context.settings.hooks, painter(context)
    if not hooks and not as_json:
        note(f"You have no hooks: 'hooks:' in {context.paths.config} names them.")
    for name, words in hooks.commands.items():
        why, failure = trouble(words, environment(name, context.environ)), _last_failure(context, name)
        if as_json:
            emit(_data(name, words, why, failure))
            continue
        say(f"{paint(str(name), 'author')}  {safe_line(shlex.join(words))}")
        if why:
            say(f"    {paint(f'can not be run: {why}', 'bad')}")
        elif failure is not None:
            said = f"failed {age(failure.time, context.now())}: {failure.words}"
            say(f"    {paint(said, 'doubtful')}")


def _data(name: "Hook", words: tuple[str, ...], why: str, failure: "LastFailure | None") -> dict[str, Any]:
    return {
        "hook": str(name),
        "command": list(words),
        "trouble": why or None,
        "failed": stamp(failure.time if failure else None),
        "failure": failure.words if failure else None,
    }


def _last_failure(context: Context, name: "Hook") -> "LastFailure | None":
    from thimbl.home.hooks.delivery import last_failure
    from thimbl.store.errors import StoreMissing

    try:
        with context.reader() as reader:
            return last_failure(reader, name)
    except StoreMissing:
        return None


@command(
    examples="""
    thimbl hook run
    """
)
@option("--apart", is_flag=True, help="Not to be ended with the terminal, as a poller starts it.")
@pass_context
def run(context: Context, apart: bool) -> int:
    """Tell your hooks what they were not told yet.

    Every command that brings something does it by itself, and so does a poller.
    """
    import os

    from thimbl.home.hooks.delivery import deliver

    if apart and os.getpgrp() != os.getpid():  # who leads a group can not leave it for a session, and is apart already
        os.setsid()
    done = deliver(context.account, note)
    return PARTLY if done.failed else OK


@command(
    "try",
    examples="""
    thimbl hook try on_mention
    thimbl hook try on_mention ic6w2m
    thimbl hook try before_post 'Is this fit to print?'
    thimbl hook try on_announcement --print | jq .
    """,
)
@argument("name", type=click.Choice(HOOKS), metavar="HOOK")
@argument("what", required=False)
@option("--print", "only_print", is_flag=True, help="Print the object that it would be given, and run nothing.")
@pass_context
def try_(context: Context, name: str, what: str | None, only_print: bool) -> int:
    """Run one of your hooks now, and show what it prints.

    It is given the newest thing of its sort, or WHAT: the id of a post, or the text of one for before_post. Nothing is
    signed, and nothing counts as told by it.
    """
    from thimbl.home.hooks.running import run
    from thimbl.home.hooks.settings import Hook

    hook = Hook(name)
    data = _sample(context, hook, what)
    if only_print:
        say(json_line(data))
        return OK
    words = context.settings.hooks.commands.get(hook)
    if words is None:
        raise Failure(f"You have no hook {hook}: 'hooks:' in {context.paths.config} names them.")
    began = time.monotonic()
    ran = run(hook, words, data, context.environ, shown=True)
    if not ran.is_good:
        raise Failure(f"The hook {hook} failed: {ran.reason}.")
    note(f"The hook {hook} succeeded, in {time.monotonic() - began:.1f} s.")
    return OK


def _sample(context: Context, hook: "Hook", what: str | None) -> dict[str, Any]:
    from thimbl.cli.names import find_item
    from thimbl.core.compose import Entry
    from thimbl.home.hooks.delivery import event, finding_event
    from thimbl.home.hooks.gate import would_sign
    from thimbl.home.hooks.settings import Hook

    if hook is Hook.BEFORE_POST:
        if context.settings.address is None:
            raise Failure("There is no account here yet: make one with 'thimbl init'.")
        return would_sign(Entry("post", {"text": what or "Good morning."}), context.settings.address)
    if hook is Hook.ON_FINDING:
        if what is not None:
            raise click.UsageError("on_finding is given the newest finding, and takes no WHAT.")
        return finding_event(_newest_finding(context))
    with context.reader() as reader:
        if what is not None:
            return event(hook, find_item(reader, what))
        from thimbl.store.types import Selection, View

        view = View.MENTIONS if hook is Hook.ON_MENTION else View.FOLLOWED
        rowids = reader.rowids(Selection(view))
        for start in range(0, len(rowids), 100):
            for item in reader.items(rowids[start : start + 100]):
                if hook is Hook.ON_MENTION or (item.is_me if hook is Hook.ON_POST else item.kind != "post"):
                    return event(hook, item)
    raise Failure(f"Nothing is here that {hook} would be told of: give it a post, 'thimbl hook try {hook} ID'.")


def _newest_finding(context: Context) -> dict[str, Any]:
    from thimbl.home.hooks.findings import audits

    with context.reader() as reader:
        faults = [one for audited in audits(reader) for one in audited["found"] if one["fault"]]
    if not faults:
        raise Failure("There is no finding in the books that are here.")
    newest: dict[str, Any] = faults[-1]
    return newest


hook.add_command(list_)
hook.add_command(run)
hook.add_command(try_)
