"""The two keys of an author whose newest answer was signed by another key than the pinned one (plan-format 4, new-key).

Such an answer is not taken, and is kept as evidence as it came: the key that signed it is read off that again, so that
a person can compare it with what its owner tells them by other means, and pin it or not.
"""

from dataclasses import dataclass

from thimbl.core.log import Verdict, read_answer_plan
from thimbl.core.plan import Plan, PlanUnreadable
from thimbl.core.plantext import PlanTextError, decode
from thimbl.store.reader import Reader
from thimbl.store.types import Author


@dataclass(frozen=True, slots=True)
class SeenKey:
    """A key that is not pinned, by which an answer was signed."""

    fingerprint: str
    """As `ssh-keygen -lf` prints it."""
    time: int
    """When the answer came, in Unix seconds."""
    seq: int
    """Records that its head speaks of."""
    name: str
    """Of the author, as that answer says; not made safe for a terminal."""


def seen_key(reader: Reader, author: Author) -> SeenKey | None:
    """The key of the newest answer, where it is not the pinned one; None where there is nothing to compare."""
    if author.verdict is not Verdict.NEW_KEY:
        return None
    for evidence in reader.evidence(author.address):
        if evidence.verdict is not Verdict.NEW_KEY:
            continue
        try:
            plan = read_answer_plan(decode(evidence.raw))
        except (PlanTextError, PlanUnreadable):
            continue  # cut where it was too long to keep, or an older page
        if isinstance(plan, Plan) and plan.head.key.fingerprint != author.key:
            return SeenKey(plan.head.key.fingerprint, evidence.time, plan.head.seq, plan.head.name)
    return None
