"""A folder of plan files as an auditor has it: `*.plan`, and the archives beside them (plan-format 7, commune.md 7)."""

from pathlib import Path
from typing import Final

from thimbl.core.answer import plan_in
from thimbl.core.archive import ArchiveDamaged, read_page, start_of
from thimbl.core.commune.gather import Gathering, NotTaken
from thimbl.core.log import Verdict
from thimbl.core.plan import Plan, PlanUnreadable, read_plan
from thimbl.core.plantext import PlanTextError, decode
from thimbl.core.records import Record
from thimbl.home.errors import Refused
from thimbl.home.paths import archive_of

MOST_BYTES: Final = 8 * 1024 * 1024
"""Of a file that is read at all: a page of an archive at its longest."""


def gather(folder: Path) -> Gathering:
    """The logs in a folder. What is no plan is named among those not taken. Raises `Refused` where there is no folder,
    or no plan in it, and `OSError` where one can not be read."""
    if not folder.is_dir():
        raise Refused(f"There is no folder {folder}: name one with *.plan files in it.")
    paths = sorted(folder.glob("*.plan"))
    if not paths:
        raise Refused(f"There is no *.plan file in {folder}: save the answers of 'thimbl finger' there, one a file.")
    gathering = Gathering()
    for path in paths:
        try:
            plan = read_plan(decode(plan_in(_read(path))))
        except (PlanTextError, PlanUnreadable) as error:
            gathering.not_taken.append(NotTaken(path.name, Verdict.UNREADABLE, str(error)))
        else:
            gathering.take(path.name, _with_archive(plan, archive_of(path)))
    return gathering


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES)


def _with_archive(plan: Plan, archive: Path) -> Plan:
    """The plan with the older records that lie beside it; as far as they hang on its own, by the chain."""
    if not archive.is_dir():
        return plan
    found: dict[int, Record] = {}
    for path in archive.iterdir():
        start = start_of(path.name)
        if start is not None:
            try:
                found |= {record.seq: record for record in read_page(_read(path).decode("utf-8"), start)}
            except (ArchiveDamaged, UnicodeDecodeError):
                continue
    records = list(plan.records)
    seq, name = (records[-1].seq - 1, records[-1].prev) if records else (plan.head.seq, plan.head.last)
    while (record := found.get(seq)) is not None and record.id == name:
        records.append(record)
        seq, name = seq - 1, record.prev
    return Plan(plan.head, tuple(records))
