"""A person with a pen, and what must hold of their files whenever somebody looks."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from thimbl.core.address import Address
from thimbl.core.archive import PAGE, page_name
from thimbl.core.chain import walk
from thimbl.core.compose import WINDOW_BYTES
from thimbl.core.keys import PrivateKey
from thimbl.core.plan import ListDigest, Plan, plan_from_data, read_plan
from thimbl.core.plantext import read_data
from thimbl.core.records import RETRACT, Record
from thimbl.core.times import parse_time
from thimbl.home.authoring import Authoring
from thimbl.home.notes import HEAD_FILE, NEXT_FILE
from thimbl.home.paths import archive_of
from thimbl.home.planfiles import FOLLOWING_FILE, PlanFiles, looks_like_ours

ANA = Address.parse("ana@fields.example")
KEY = PrivateKey.from_seed(bytes(range(32)))
NOW = parse_time("2026-11-22T08:00:00Z")


def never() -> float:
    """A clock that stands still."""
    return float(NOW)


def make_pen(
    folder: Path,
    *,
    window: int = WINDOW_BYTES,
    clock: Callable[[], float] = never,
    key: PrivateKey = KEY,
    address: Address = ANA,
) -> Authoring:
    """The pen of whoever has their plan in `folder`."""
    plan = folder / ".plan"
    return Authoring(PlanFiles(plan, archive_of(plan), window), address, lambda: key, clock, os.urandom)


def whole_log(files: PlanFiles) -> list[Record]:
    """The published log, oldest first, after every check that plan and archive must stand."""
    raw = files.plan.read_bytes()
    assert looks_like_ours(raw)
    plan = read_plan(raw.decode())
    walk(plan)
    log = files.load()
    assert log.head == plan.head
    entire: list[Record] = []
    for start in range(1, plan.head.seq + 1, PAGE):
        page = json.loads((files.archive / page_name(start)).read_text())
        entire += [Record.from_data(data) for data in page]
    del entire[plan.head.seq :]
    assert [record.seq for record in entire] == list(range(1, plan.head.seq + 1))
    walk(Plan(plan.head, tuple(entire[::-1])))
    assert [record.id for record in entire[plan.head.seq - len(plan.records) :]] == [r.id for r in plan.records[::-1]]
    # What this program's own reader makes of it is the same.
    assert [record.id for record in files.all_records(log)] == [record.id for record in entire]
    return entire


def settled_log(files: PlanFiles) -> list[Record]:
    """`whole_log` after a writer has gone through to the end: nothing is left over, and all files say the same."""
    return settled(files, whole_log(files))


def settled(files: PlanFiles, log: list[Record]) -> list[Record]:
    """The further half of `settled_log`, for a log that was found whole."""
    plan = read_plan(files.plan.read_text())
    names = {path.name for path in files.archive.iterdir()}
    assert not [name for name in names | {path.name for path in files.plan.parent.iterdir()} if name.endswith(".new")]
    assert NEXT_FILE not in names
    assert read_data((files.archive / HEAD_FILE).read_text())["head"]["sig"] == plan.head.sig
    if isinstance(plan.head.following, ListDigest):
        listed = json.loads((files.archive / FOLLOWING_FILE).read_text())
        walk(plan_from_data({**plan.head.data, "following_list": listed}))
    in_plan = {record.seq: record for record in plan.records}
    for record in log:
        if record.seq in in_plan:
            assert record.data == in_plan[record.seq].data
    retracted = {record.body["of"] for record in log if record.kind == RETRACT}
    assert {record.id for record in log if record.withheld} == retracted
    return log
