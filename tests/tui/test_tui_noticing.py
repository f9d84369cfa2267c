"""The findings of communes in the sidebar: counted beside what is read, and told of when they come."""

import gc
import json
from pathlib import Path

import pytest

from tests.tui.running import Session, play
from thimbl.core.commune.study import Study
from thimbl.core.log import judge, read_answer_plan
from thimbl.core.plan import Plan
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer
from tui.market import count_findings, read_market
from tui.places import Tab

CROOKED = Path(__file__).parents[1] / "vectors" / "crooked"
"""A commune whose clerk makes every mistake there is, with what is to be found in it."""

LATER = 2**40
"""A clock after all of it."""


def take_crooked(store: Path) -> int:
    """Put its plans into a store; how many findings there are."""
    with Writer.open(store) as writer:
        for path in sorted(CROOKED.glob("*.plan")):
            plan = read_answer_plan(path.read_text("utf-8"))
            assert isinstance(plan, Plan)
            writer.take(judge(plan, writer.known(plan.head.address, 0, plan.head.seq + 1), LATER), LATER)
    return len(json.loads((CROOKED / "expected-ledger.json").read_text("utf-8"))["findings"])


def test_findings_are_counted_and_told_of_when_they_come(tmp_path: Path) -> None:
    """None at first; then all, once; and they are not counted anew as long as nobody says more."""

    async def scene(s: Session) -> None:
        rung: list[str] = []
        s.screen.ring = rung.append
        await s.screen.look()
        await s.until(lambda: s.screen.views.counts.get(Tab.COMMUNE) == 0)
        number = take_crooked(s.village.path)
        await s.screen.look()
        await s.screen.study()
        assert s.screen.views.counts[Tab.COMMUNE] == number
        assert rung == [f"{number} new findings in the books of a commune."]
        assert f"{number}!" in s.shown

    play(tmp_path, scene)


def test_nothing_is_folded_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for a mark, nor for the market, which shares what was folded; and a new market comes of what came since."""
    path = tmp_path / "store.sqlite3"
    with Writer.open(path) as writer, Reader.open(path) as reader:
        empty = read_market(reader, "ana@fields.example")
        assert count_findings(reader) == 0
        assert read_market(reader, "") is empty
        number = take_crooked(path)
        assert count_findings(reader) == number
        assert sum(len(study.findings) for study in read_market(reader, "").studies.values()) == number
        monkeypatch.setattr("thimbl.store.ledgers.study", None)  # what folds a whole log
        writer.set_state("tui", "{}")
        assert count_findings(reader) == number


def test_books_that_are_left_alone_by_the_collector_go_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a large commune are not looked through for garbage: there are no cycles in them."""
    monkeypatch.setattr("tui.market.LARGE", 1)
    path = tmp_path / "store.sqlite3"
    Writer.open(path).close()
    take_crooked(path)
    gc.unfreeze()  # what other tests have left
    gc.collect()
    gc.disable()
    others, frozen = _studies(), gc.get_freeze_count()
    try:
        with Reader.open(path) as reader:
            read_market(reader, "")
            assert gc.get_freeze_count() > frozen
            gc.unfreeze()
            assert _studies() == others + 1
        del reader
        assert _studies() == others
    finally:
        gc.unfreeze()
        gc.enable()


def _studies() -> int:
    return sum(isinstance(one, Study) for one in gc.get_objects())


def test_what_a_command_kept_is_folded_by_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit that was kept is what the program counts when it begins, as long as it holds."""
    path = tmp_path / "store.sqlite3"
    Writer.open(path).close()
    number = take_crooked(path)
    with Reader.open(path) as reader:
        ledgers = reader.ledgers()
        ledgers.refresh()
        assert ledgers.keep(ledgers.studies())
    with monkeypatch.context() as patch, Reader.open(path) as reader:
        patch.setattr("thimbl.store.ledgers.study", None)
        assert count_findings(reader) == number
    with Writer.open(path) as writer, Reader.open(path) as reader:
        writer.rebuild()
        assert count_findings(reader) == number
