"""Puts a scribe's log into files as its author's program does: the published plan, and the archive beside it."""

from collections.abc import Sequence
from pathlib import Path

from tests.support.scribe import Scribe
from thimbl.core.archive import PAGE, page_name, write_page
from thimbl.core.compose import WINDOW_BYTES, window
from thimbl.core.plan import plan_from_data
from thimbl.core.planwriter import write_plan
from thimbl.core.records import Record


def spool(folder: Path, scribe: Scribe, *, window_bytes: int = WINDOW_BYTES, withheld: Sequence[int] = ()) -> Path:
    """Write `NAME.plan` and `NAME.plan.d/` into `folder`; the path of the plan."""
    shown = [record.withhold() if record.seq in withheld else record for record in scribe.records]
    plan = folder / f"{scribe.address.user}.plan"
    head = plan_from_data(scribe.data(0)).head
    write_archive(plan.with_name(plan.name + ".d"), shown)
    entries = [record.data for record in window(head, shown[::-1], window_bytes)]
    plan.write_text(write_plan({**head.data, "entries": entries}), encoding="utf-8")
    return plan


def write_archive(folder: Path, records: Sequence[Record]) -> None:
    """The pages of these records, which are the log from its beginning, oldest first."""
    folder.mkdir(exist_ok=True)
    for start in range(0, len(records), PAGE):
        page = write_page(records[start : start + PAGE])
        (folder / page_name(start + 1)).write_text(page, encoding="utf-8")
