"""The command that takes one's log to another address: move."""

from typing import TYPE_CHECKING, Final

from thimbl.cli.context import WIDTH, Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.options import address, argument, command, option
from thimbl.cli.output import emit, note, say
from thimbl.cli.signing import Announcement, agreed, signing_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from thimbl.core.address import Address
    from thimbl.home.account import Account
    from thimbl.home.moving import Move, Settled

_BEFORE: Final = (
    "You move from {old} to {new}. Your log goes on there under the same key, and what is signed now leads those who "
    "follow you there. It can not be taken back; but you can move back."
)


@command(
    examples="""
    thimbl move ana@dairy.example
    thimbl move ana@dairy.example --yes --json
    """,
    epilog="""\
Your plan and your settings have the new address from then on. Which files have to go where, it says when it is done.
Where it was cut short, say it again. Said again later, it makes the last plan for the old host anew, without what you
have retracted since.

--json gives: reference, from, to, last_plan, signed.
""",
)
@argument("new", type=address, metavar="NEW-ADDRESS")
@option("--leave-behind", is_flag=True, help="Move though a commune knows you by your old address.")
@signing_options
@pass_context
def move(context: Context, new: "Address", leave_behind: bool, yes: bool, as_json: bool) -> None:
    """Move to another address, and lead those who follow you there.

    NEW-ADDRESS is where others will finger you from now on. The new host needs your plan and its archive, and the old
    one a last plan that says where you went, which is made for you.
    """
    from thimbl.core.address import Reference
    from thimbl.home import moving

    account = context.account
    wanted = moving.plan_move(account, new)
    if wanted.record is None:
        if not leave_behind:
            _check_ties(moving.at(account, wanted.old), wanted)
        said = _lines(_BEFORE.format(old=wanted.old, new=wanted.new))
        agreed(context, [Announcement(wanted.entry.kind, wanted.entry.body, before=said)], yes=yes)
        record = moving.publish(account, wanted).records[-1]
    else:
        record = wanted.record
    reference = Reference(wanted.old, record.id)
    if not as_json:
        say(str(reference))  # the promise that it is on the disk, whatever happens to what follows
    try:
        settled = moving.settle(account, wanted, record)
    except Exception:
        note(f"The move is published, and not finished: say 'thimbl move {wanted.new}' again.")
        raise
    if as_json:
        emit(
            {
                "reference": str(reference),
                "from": str(wanted.old),
                "to": str(wanted.new),
                "last_plan": str(settled.last_plan),
                "signed": wanted.record is None,
            }
        )
    for step in _next(context, wanted, settled):
        for line in _lines(step):
            note(line)


def _lines(said: str) -> list[str]:
    """A sentence as lines that fit a terminal; commands and paths are not broken in the middle of a word."""
    import textwrap

    return textwrap.wrap(said, WIDTH, break_long_words=False, break_on_hyphens=False)


def _check_ties(account: "Account", wanted: "Move") -> None:
    from thimbl.home import moving

    found = moving.ties(account)
    if not found:
        return
    for tie in found:
        note(tie)
    raise Failure(
        f"Communes know you as {wanted.old}, and nothing of that goes along: what you sign as {wanted.new} does not "
        "count for it. Pass your bonds on ('thimbl bond transfer', to the new address), take leave, and join from "
        "there. To move all the same: --leave-behind."
    )


def _next(context: Context, wanted: "Move", settled: "Settled") -> "Iterator[str]":
    """What is done, and what is left to do."""
    plan = settled.account.paths.plan
    done = "You are" if wanted.record is None else "You have moved: you are"
    yield f"{done} {wanted.new} now; {plan} and {context.paths.config} say so. What is left to do:"
    yield (
        f"1. Have your plan and its archive served as {wanted.new}: 'thimbl push' takes them to a shell host or a "
        f"spool; where {plan} itself is served, it is there already."
    )
    yield (
        f"2. Then leave {settled.last_plan} at the old host as the plan of {wanted.old.user!r}, for as long as you "
        f"may: it leads whoever asks for {wanted.old} to the new address."
    )
    if (target := settled.account.settings.push) is not None:
        yield f"3. 'push' in {context.paths.config} is {target}: change it, if that is the old host."
    head = settled.account.files.load().head
    if head is not None and head.mirrors:
        yield "Tell those who mirror you: their settings have the old address."
    if wanted.old.user != wanted.new.user:
        yield f"A daemon of yours that answers for {wanted.old.user!r} has to be started again."
