"""Plans and books checked by themselves: the functions of the Python API that need no account and no store.

A plan is somebody else's words, and so are the plans of a folder: what is wrong with them is a verdict or a finding,
and never an exception.
"""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thimbl.core.address import Address
from thimbl.core.log import Judgement, Known, Verdict, judge_bytes, read_answer_plan
from thimbl.core.plan import PlanUnreadable
from thimbl.home.errors import HomeError

if TYPE_CHECKING:
    from thimbl.core.classic import ClassicPlan
    from thimbl.core.commune.study import Study
    from thimbl.core.plan import Plan


class NotFound(HomeError):
    """There is nobody of that name here, or no such record."""


def parse_plan(text: str | bytes) -> "Plan | ClassicPlan":
    """The plan in `text`, which is a plan's file or a whole Finger answer. Nothing of it is checked: `verify` does.

    Raises `PlanUnreadable` where there is none.
    """
    from thimbl.core.answer import plan_in
    from thimbl.core.plantext import PlanTextError, decode

    try:
        return read_answer_plan(decode(plan_in(_raw(text))))
    except PlanTextError as error:
        raise PlanUnreadable(str(error)) from None


def verify(
    text: str | bytes, address: str | Address, *, fingerprint: str | None = None, now: int | None = None
) -> Judgement:
    """What plan-format 4 concludes from an answer of `address`, or from a plan's file: its `verdict` and `reason`.

    `fingerprint` is of the key that the author is known by. Without it the plan is judged by its own: then `verified`
    says that nobody changed it, and not whose it is. `now` is in Unix seconds, by default the clock's. Never raises for
    a plan, however bad; `AddressError` for an address that is none.
    """
    from thimbl.core.answer import plan_in, says_no_plan

    raw, who = _raw(text), as_address(address)
    known = Known(who, pinned=fingerprint)
    if says_no_plan(raw):
        return Judgement(Verdict.UNREADABLE, "the answer says that there is no plan", known)
    return judge_bytes(plan_in(raw), known, int(time.time()) if now is None else now)


def ledger(folder: str | os.PathLike[str], commune: str | Address | None = None) -> dict[str, Any]:
    """What a commune's records come to, by the plans in a folder alone: the object of `thimbl ledger --json`.

    Raises `HomeError` where there is no plan in it, and `NotFound` where none is that of a commune, or several are and
    none is named.
    """
    return ledger_of(_study(folder, commune))


def audit(folder: str | os.PathLike[str], commune: str | Address | None = None) -> list[dict[str, Any]]:
    """What does not follow from a commune's records, likewise: the objects of `thimbl audit --json`."""
    return audit_of(_study(folder, commune))


def ledger_of(study: "Study") -> dict[str, Any]:
    """The object of `thimbl ledger --json`."""
    from thimbl.core.commune.report import ledger_data

    return ledger_data(study.ledger, study.notices)


def audit_of(study: "Study") -> list[dict[str, Any]]:
    """The objects of `thimbl audit --json`."""
    from thimbl.core.commune.report import audit_data

    found: list[dict[str, Any]] = audit_data(study)["found"]
    return found


def the_one(communes: list[Address], wanted: str | Address | None) -> Address:
    """The commune that is meant. Raises `NotFound`."""
    if wanted is not None:
        return as_address(wanted)
    if len(communes) == 1:
        return communes[0]
    raise NotFound(f"Name one of {', '.join(map(str, communes))}." if communes else "No commune is here.")


def as_address(address: str | Address) -> Address:
    """An address as a caller gives it. Raises `AddressError`."""
    return address if isinstance(address, Address) else Address.parse(address.lstrip("@"))


def _study(folder: str | os.PathLike[str], commune: str | Address | None) -> "Study":
    from thimbl.core.commune.study import study
    from thimbl.home.folders import gather

    gathering = gather(Path(folder))
    one = the_one(gathering.communes(), commune)
    if one not in gathering.logs:
        raise NotFound(f"There is no plan of {one} in {folder}.")
    return study(gathering, one)


def _raw(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
