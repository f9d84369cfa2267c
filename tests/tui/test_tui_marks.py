"""Marks on their way to the store, and rows of what is not here."""

from dataclasses import replace
from pathlib import Path

from tests.tui.test_tui_rows import POST
from tests.tui.village import furnished
from thimbl.core.address import Reference
from thimbl.store.reader import Reader
from thimbl.store.types import Item, ThreadItem
from tui.marks import Marks
from tui.places import Place, absent, listing


def test_of_several_marks_the_last_one_holds() -> None:
    """Also while the store has taken only the first of them, and after one that it did not take."""
    marks, row = Marks(), [POST.rowid]
    marks.note(row, True)
    marks.note(row, False)
    marks.note(row, True)
    for _ in range(2):
        marks.settle(row)
        assert not marks.is_unread(POST)
        assert marks.is_marked_read(POST.rowid)
    marks.settle(row)
    assert marks.is_unread(POST)
    assert not marks.is_marked_read(POST.rowid)


def test_entries_are_as_they_are_marked() -> None:
    marks = Marks()
    marks.note([POST.rowid], True)
    place = ThreadItem(0, POST.reference, POST)
    entry = marks.one(place)
    assert isinstance(entry, ThreadItem)
    assert entry.item == replace(POST, unread=False)
    assert marks.one(replace(place, item=None)) == replace(place, item=None)
    other: Item = replace(POST, rowid=2)
    assert marks.apply({2: other}) == {2: other}


def test_what_is_not_here_is_the_same_row_wherever_it_stands(tmp_path: Path) -> None:
    """A thread that grows above it moves neither the selection nor what is folded."""
    village = furnished(tmp_path)
    lost = Reference(village.me.address, "a" * 52)
    assert absent(lost) < 0
    assert absent(lost) >= -(2**63)
    village.scribes["ana"].post("An answer.", re=str(lost))
    village.fetch(village.scribes["ana"])
    with Reader.open(village.path) as reader:
        keys = listing(reader, Place(thread=lost)).keys
        assert keys[0] == absent(lost)
        assert len(keys) == 2
