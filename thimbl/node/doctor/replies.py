"""What an answer says of a plan that is known: the same, an older one, somebody else's, or none."""

from dataclasses import dataclass
from enum import StrEnum

from thimbl.core.answer import read_answer, says_no_plan
from thimbl.core.chain import Forged, walk
from thimbl.core.plan import Plan, PlanUnreadable, read_plan
from thimbl.core.plantext import PlanTextError, decode
from thimbl.core.terminal import safe_line
from thimbl.core.times import format_time
from thimbl.node.doctor.patient import Sample

SHOWN = 80
"""Characters of an answer that are quoted."""


class Likeness(StrEnum):
    """How an answer stands to the file here."""

    SAME = "same"
    OLDER = "older"
    NEWER = "newer"
    OTHER = "other"
    """Of another address, by another key, or another one of the same number."""
    BROKEN = "broken"
    NONE = "none"
    """No plan, or nobody of that name."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The likeness, and in words what came instead: `an older copy: …`; empty where it is the same."""

    likeness: Likeness
    said: str = ""
    is_thimbl: bool = False
    """Whether the host has the views of plan-format 6."""


def compare(raw: bytes, sample: Sample) -> Compared:
    """Hold an answer against what the file of `sample` says."""
    answer = read_answer(raw)
    ours = answer.features is not None
    if answer.plan is None or says_no_plan(raw):
        first = safe_line(raw.decode("utf-8", "replace").strip().partition("\n")[0].strip())[:SHOWN]
        return Compared(Likeness.NONE, f"no plan of {sample.name} ({first or 'an empty answer'})", ours)
    try:
        came = read_plan(decode(answer.plan))
        walk(came)
    except Forged as error:
        return Compared(Likeness.BROKEN, f"a plan that does not hold ({error})", ours)
    except (PlanTextError, PlanUnreadable):
        return Compared(*_words(answer.plan, sample), ours)
    return Compared(*_plans(came, sample.plan), ours)


def _words(came: bytes, sample: Sample) -> tuple[Likeness, str]:
    if came.replace(b"\r\n", b"\n").strip() == sample.raw.replace(b"\r\n", b"\n").strip():
        return Likeness.SAME, ""
    return Likeness.OTHER, "a plan of plain words that is not the one here"


def _plans(came: Plan, here: Plan | None) -> tuple[Likeness, str]:
    head = came.head
    if here is None:
        return Likeness.OTHER, f"a plan of {head.address}, and here is none"
    mine = here.head
    if head.address != mine.address:
        return Likeness.OTHER, f"the plan of {head.address}"
    if head.key != mine.key:
        return Likeness.OTHER, f"a plan by another key, {head.key.fingerprint}"
    if head.sig == mine.sig:
        return Likeness.SAME, ""
    which = f"record {head.seq}, of {format_time(head.updated)}, and the one here to record {mine.seq}"
    if (head.seq, head.updated) < (mine.seq, mine.updated):
        return Likeness.OLDER, f"an older copy: it goes to {which}"
    if (head.seq, head.updated) > (mine.seq, mine.updated):
        return Likeness.NEWER, f"a newer one: it goes to {which}"
    return Likeness.OTHER, f"another one of the same number, {mine.seq}"
