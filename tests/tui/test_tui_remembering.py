"""What is not asked twice: who is followed, as long as nobody writes; the rows of a list that was left."""

import asyncio
from pathlib import Path

import pytest
from textual.widget import Widget

import tui.starting
from tests.tui.running import Session, play
from tests.tui.test_tui_starting import loaded
from tests.tui.village import NOW, Village, furnished
from thimbl.store.reader import Reader
from thimbl.store.types import Selection
from tui import warming
from tui.order import Descending
from tui.places import FIRST, FIRST_READ, MAX_LEFT, Left, Place, Tab, opening
from tui.remembering import remembered


def test_an_answer_holds_until_somebody_writes(tmp_path: Path) -> None:
    """And is another reader's own."""
    village = furnished(tmp_path)
    asked: list[Reader] = []

    def question(reader: Reader) -> int:
        asked.append(reader)
        return len(reader.authors())

    with Reader.open(village.path) as reader, Reader.open(village.path) as other:
        before = remembered(reader, question)
        assert remembered(reader, question) == before
        assert asked == [reader]
        assert remembered(other, question) == before
        assert asked == [reader, other]
        eve = village.meet("eve@evil.example", "eve", start=NOW - 30)
        eve.post("Hello.")
        village.follow(eve, "eve")
        assert remembered(reader, question) == before + 1
        assert asked == [reader, other, reader]


def test_few_lists_are_remembered() -> None:
    """Those that were left last."""
    left = Left()
    places = [Place(Tab.SEARCH, words=str(number)) for number in range(MAX_LEFT + 1)]
    for number, place in enumerate(places):
        left.note(place, [number])
    left.note(places[1], [9])
    left.note(Place(), [7])
    assert [list(left.rows(place)) for place in places[:4]] == [[], [9], [], [3]]


def test_whoever_comes_back_to_the_middle_reads_no_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are those that were left, and the entries those around the selected one; the rest comes after it."""
    village = Village(tmp_path)
    many = village.meet("many@mill.example", "many")
    many.posts(FIRST * 4)
    village.follow(many, "many")
    with Reader.open(village.path) as reader:
        rows = Descending(reader.rowids(Place().selection))
        deep = rows[FIRST * 3]
        limits: list[int | None] = []
        ask = reader.rowids

        def rowids(selection: Selection, limit: int | None = None) -> list[int]:
            limits.append(limit)
            return ask(selection, limit)

        monkeypatch.setattr(reader, "rowids", rowids)
        found = opening(reader, Place(), deep, rows)
        assert (found.keys, found.is_whole, limits) == (rows, False, [FIRST])
        assert deep in found.entries
        assert len(found.entries) == FIRST_READ
        assert opening(reader, Place(), deep).is_whole
        assert limits == [FIRST, FIRST, None]


def test_it_is_made_ready_one_at_a_time(tmp_path: Path) -> None:
    """Of each kind of widget one is met and gone again, and the panes stand out of sight."""
    met: list[str] = []

    async def scene(s: Session) -> None:
        before = len(s.screen.query("*"))
        for widget in warming.samples():
            met.append(type(widget).__name__)
            await s.screen.meet(widget)
        assert len(s.screen.query("*")) == before
        for tab in (Tab.BONDS, Tab.BONDS, Tab.LOG):
            await s.screen.make_ready(tab)
        assert [one.display for one in s.screen.query("Pane").results(Widget)] == [False, False]
        assert s.screen.timeline.has_focus

    play(tmp_path, scene)
    assert met == ["Button", "OptionList", "Input", "VerticalScroll", "Label", "TextArea"]


def test_nothing_more_is_made_where_something_can_not_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens it meets the fault, and is told."""
    monkeypatch.setattr(warming, "imported", lambda: False)
    monkeypatch.setattr(warming, "WARM_AFTER", 0)
    made: list[object] = []

    async def meet(widget: Widget) -> None:
        made.append(widget)

    async def scene() -> None:
        await warming.warm(meet, [])

    asyncio.run(scene())
    assert made == []


def test_escape_waits_a_tenth_as_long_and_what_is_to_be_painted_is_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless somebody has said for how long; and nothing of it is left for what is started from here."""
    code = """
import os, sys, tui.starting
with tui.starting.pace():
    from textual.constants import ESCAPE_DELAY, MAX_FPS
sys.modules[f"{ESCAPE_DELAY},{MAX_FPS},{os.environ.get('ESCDELAY')},{os.environ.get('TEXTUAL_FPS')}"] = sys
"""
    for name in tui.starting.PACE:
        monkeypatch.delenv(name, raising=False)
    assert "0.01,1000,None,None" in loaded(code)
    monkeypatch.setenv("ESCDELAY", "25")
    assert "0.025,1000,25,None" in loaded(code)
