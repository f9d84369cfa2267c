"""`thimbl verify`: what plan-format 4 concludes from a file, without a network and without a store."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import FOUND_FAULTS, OK
from thimbl.cli.marks import mark_of, style_of
from thimbl.cli.options import argument, command, fingerprint, json_option, moment, option
from thimbl.cli.output import emit, note, painter, say
from thimbl.core.counting import counted
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from thimbl.core.classic import ClassicPlan
    from thimbl.core.log import Judgement, Known
    from thimbl.core.plan import Plan

MOST_BYTES: Final = 4 * 1024 * 1024
"""What is looked at of a file that is no feed: a plan of the longest kind (1 MiB) with CRLF line ends and any heading;
more is none."""

FINE: Final = frozenset({"verified", "unsigned"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was given, with the plan in it."""

    name: str
    plan: "Plan | ClassicPlan | None"
    fault: str
    """Why there is no plan; empty where there is one."""

    @classmethod
    def read(cls, path: Path) -> "Source":
        """Read a file, or stdin for ``-``. Raises `OSError` where it can not be read."""
        from thimbl.core.answer import plan_in, says_no_plan
        from thimbl.core.feedplan import MAX_FEED, NoPlan, is_feed
        from thimbl.core.log import read_answer_plan
        from thimbl.core.plan import PlanUnreadable
        from thimbl.core.plantext import PlanTextError, decode
        from thimbl.home.feedfile import plan_in_feed

        if str(path) == "-":
            name, answer = "standard input", sys.stdin.buffer.read(MAX_FEED + 1)
        else:
            with path.open("rb") as file:
                name, answer = str(path), file.read(MAX_FEED + 1)
        try:
            raw = plan_in_feed(answer) if is_feed(answer[:MOST_BYTES]) else plan_in(answer[:MOST_BYTES])
        except NoPlan as fault:
            return cls(name, None, str(fault))
        if says_no_plan(answer):
            return cls(name, None, "the answer says that there is no plan")
        try:
            return cls(name, read_answer_plan(decode(raw)), "")
        except (PlanTextError, PlanUnreadable) as error:
            return cls(name, None, str(error))

    def first_known(self, pinned: str | None) -> "Known | None":
        """What a reader knows who asked for the address that this plan names; None where it names none."""
        from thimbl.core.log import Known
        from thimbl.core.plan import Plan

        found = self.plan.head.address if isinstance(self.plan, Plan) else self.plan and self.plan.address
        return Known(found, pinned=pinned) if found else None

    def judge(self, known: "Known | None", now: int) -> "Judgement":
        """The verdict on it. Without `known`, whatever address it states is the one that was asked for."""
        from thimbl.core.address import Address
        from thimbl.core.log import Judgement, Known, Verdict, judge
        from thimbl.core.plan import Plan

        nobody = Known(Address("nobody", "nowhere.invalid"))
        if self.plan is None:
            return Judgement(Verdict.UNREADABLE, self.fault, known or nobody)
        if known is None and not isinstance(self.plan, Plan):
            # A version 1 plan may state no address, or one that is none.
            return judge(replace(self.plan, stated_address=""), nobody, now)
        return judge(self.plan, known or nobody, now)


@command(
    examples="""
    thimbl verify ~/.plan
    finger -l ana@fields.example | thimbl verify -
    thimbl verify ana.plan --pin SHA256:0xyhH/kqy3Li/kgNeOuGSO7vNCMnzspZzzmJrbG2PzY
    thimbl verify ana.atom
    thimbl verify new.plan --after old.plan --after newer.plan
    thimbl verify ana.plan --json
    """,
    epilog="""\
Exit code 0 for 'verified' and 'unsigned' (a plan of 2010, which nobody signs), 4 for every other verdict.

--json gives verdict, reason, address, fingerprint, seq, updated, records (how many came along), version, moved_to and
file; what is not known is null.
""",
)
@argument("file", type=click.Path(path_type=Path, allow_dash=True))
@option("--pin", type=fingerprint, metavar="FINGERPRINT", help="The key that its author is known by.")
@option(
    "--after", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="A plan that was seen before it; repeat it for several, oldest first.",
)
@option("--now", type=moment, metavar="TIME", help="Judge as if it were this time.")
@json_option
@pass_context
def verify(
    context: Context, file: Path, pin: str | None, after: tuple[Path, ...], now: int | None, as_json: bool
) -> int:
    """Check a plan: who signed it, and whether it holds.

    FILE is a plan, a whole Finger answer, or the feed of an account ('thimbl feed'); - is standard input. It is judged
    as a reader judges an answer: by the key of --pin, by what the plans of --after said, or, without either, by its own
    key. The last says that nobody changed it, not whose it is: compare the fingerprint.
    """
    when = context.now() if now is None else now
    source = Source.read(file)
    known = _learn([Source.read(path) for path in after], pin, when) if after else None
    if known is None:
        known = source.first_known(pin or (None if after else _own_key(source)))
    judgement = source.judge(known, when)
    if as_json:
        emit(_data(source, judgement))
    else:
        for line in _page(context, source, judgement, when, own_key=not pin and not after):
            say(line)
    return OK if judgement.verdict in FINE else FOUND_FAULTS


def _learn(sources: list[Source], pin: str | None, now: int) -> "Known | None":
    """What a reader knows who saw these plans one after the other; None where none of them tells an address."""
    known: Known | None = None
    for source in sources:
        if known is None:
            known = source.first_known(pin)
        judgement = source.judge(known, now)
        if judgement.verdict not in FINE:
            note(f"thimbl: nothing is learned from {source.name}: {judgement.verdict}: {safe_line(judgement.reason)}")
        elif known is not None:
            known = judgement.known
    return known


def _own_key(source: Source) -> str | None:
    from thimbl.core.plan import Plan

    return source.plan.head.key.fingerprint if isinstance(source.plan, Plan) else None


def _data(source: Source, judgement: "Judgement") -> dict[str, Any]:
    from thimbl.core.plan import Plan
    from thimbl.core.times import format_time

    plan = source.plan
    signed = plan if isinstance(plan, Plan) else None
    classic = plan if plan is not None and not isinstance(plan, Plan) else None
    address = signed.head.address if signed else classic.address if classic else None
    return {
        "verdict": str(judgement.verdict),
        "reason": judgement.reason,
        "address": str(address) if address else None,
        "fingerprint": signed.head.key.fingerprint if signed else None,
        "seq": signed.head.seq if signed else None,
        "updated": format_time(signed.head.updated) if signed else None,
        "records": len(signed.records) if signed else len(classic.messages) if classic else None,
        "version": 2 if signed else 1 if classic else None,
        "moved_to": str(judgement.moved_to) if judgement.moved_to else None,
        "file": source.name,
    }


def _page(context: Context, source: Source, judgement: "Judgement", now: int, *, own_key: bool) -> list[str]:
    """The conclusion for people: the verdict and whose plan it is, then what bears it out."""
    from thimbl.core.plan import Plan
    from thimbl.core.times import ago, format_time

    paint = painter(context)
    verdict = str(judgement.verdict)
    plan = source.plan
    lines: list[tuple[str, str]] = []
    if judgement.reason:
        lines.append(("", safe_line(judgement.reason)))
    if isinstance(plan, Plan):
        head = plan.head
        whose = str(head.address)
        made = format_time(head.updated).replace("T", " ")[:16]
        lines.append(("head", f"{counted(head.seq, 'record')}, made {made} UTC ({_since(ago(head.updated, now))})"))
        if plan.records and len(plan.records) < head.seq:
            lines.append(("here", f"records {plan.records[-1].seq} to {head.seq}; the rest is in the archive"))
        lines.append(("key", head.key.fingerprint))
        if own_key and verdict == "verified":
            lines.append(("", "checked by its own key: compare the fingerprint, or give it with --pin"))
        if judgement.moved_to is not None:
            lines.append(("moved to", str(judgement.moved_to)))
    elif plan is not None:
        whose = str(plan.address or safe_line(plan.stated_address)[:80] or "(no address)")
        lines.append(("", f"{counted(len(plan.messages), 'message')} of version 1"))
        lines += [("left out", safe_line(problem)) for problem in plan.problems]
    else:
        whose = safe_line(source.name)
    first = f"{paint(f'{mark_of(judgement.verdict)} {verdict}', style_of(judgement.verdict))}  {whose}"
    return [first, *(f"  {label:<9} {text}" if label else f"  {text}" for label, text in lines)]


def _since(age: str) -> str:
    """`ago` in a sentence: an age gets its word, a date and `now` have none."""
    return f"{age} ago" if age[-1:] in "mhd" and not age.startswith("in ") else age
