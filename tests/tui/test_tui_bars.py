"""The views at the side and on top: how they stand in what room there is, and what their counts say."""

from pathlib import Path

import pytest

from tests.tui.running import Session, play
from tui.bars import Views, tally
from tui.lines import Role
from tui.places import Tab

COUNTS = {Tab.TIMELINE: 12, Tab.MENTIONS: 3, Tab.COMMUNE: 2, Tab.FOLLOWING: 41, Tab.LOG: 1}


def row(width: int, tab: Tab = Tab.COMMUNE, counts: dict[Tab, int] = COUNTS) -> str:
    views = Views("cy@mill.example")
    views.show(tab, counts)
    return views._row(width).text.rstrip()


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (
            120,
            " 1 Timeline 12   2 Mentions 3   3 Bonds   [4 Commune 2 findings]   "
            "5 Following 41   6 Search   7 Log 1 failed",
        ),
        (90, " 1 Timeline 12  2 Mentions 3  3 Bonds  [4 Commune 2!]  5 Following 41  6 Search  7 Log 1"),
        (84, " 1 Timeline 12 2 Mentions 3 3 Bonds [4 Commune 2!] 5 Following 41 6 Search 7 Log 1"),
        (80, " 1 Timeli 12 2 Mentio 3 3 Bonds [4 Commune 2!] 5 Follow 41 6 Search 7 Log 1"),
        (66, " 1 Time 12 2 Ment 3 3 Bond [4 Commune 2!] 5 Foll 41 6 Sear 7 Log 1"),
        (64, " 1 Tim 12 2 Men 3 3 Bon [4 Commune 2!] 5 Fol 41 6 Sea 7 Log 1"),
        (60, " 1 Ti 12 2 Me 3 3 Bo [4 Commune 2!] 5 Fo 41 6 Se 7 Lo 1"),
        (40, " 1:12 2:3 3 [4 Commune 2!] 5:41 6 7:1"),
    ],
)
def test_the_views_on_one_line(width: int, shown: str) -> None:
    """Words go first, then letters of names; numbers stay, and the view in sight keeps its name."""
    found = row(width)
    assert len(found) <= width
    assert found == shown


@pytest.mark.parametrize("tab", Tab)
@pytest.mark.parametrize("width", [40, 60, 80, 300])
def test_the_view_in_sight_and_every_number_are_there(width: int, tab: Tab) -> None:
    """Down to the narrowest, with counts that are as long as counts are."""
    found = row(width, tab, dict.fromkeys([Tab.TIMELINE, Tab.MENTIONS, Tab.COMMUNE], 2))
    assert f"{tab.capitalize()}" in found
    assert len(found) <= width


def test_what_a_count_says() -> None:
    """Findings in red and in a word, or a shape where no word has room."""
    assert tally(Tab.COMMUNE, 1, worded=True) == [("1 finding", Role.BAD)]
    assert tally(Tab.COMMUNE, 3, worded=True) == [("3 findings", Role.BAD)]
    assert tally(Tab.COMMUNE, 3, worded=False) == [("3!", Role.BAD)]
    assert tally(Tab.LOG, 2, worded=True) == [("2 failed", Role.WARN)]
    assert tally(Tab.TIMELINE, 10_000, worded=True) == [("9999+", Role.MARK)]
    assert tally(Tab.COMMUNE, 0, worded=True) == []


def test_counts_that_are_not_new_stay() -> None:
    views = Views("cy@mill.example")
    views.show(Tab.TIMELINE, COUNTS)
    views.show(Tab.LOG, {Tab.TIMELINE: 1})
    assert views.counts == {**COUNTS, Tab.TIMELINE: 1}


def test_what_is_wrong_is_told_to_its_end(tmp_path: Path) -> None:
    """The place where the reader is makes room for it; what is longer than the line stands beside it, whole."""
    short = "Nothing is muted. m mutes something of the selected post."
    long = "The store is of version 999, made by a newer thimbl than this one, which can not read it: get that one."

    async def scene(s: Session) -> None:
        s.screen.say("There is no store at /home/you/store.sqlite3. 'thimbl init' makes one.", trouble=True)
        assert s.status.rstrip().endswith("'thimbl init' makes one.")
        await s.settle()
        assert not s.app._notifications
        s.screen.say(long, trouble=True)
        await s.until(lambda: [notice.message for notice in s.app._notifications] == [long])
        s.screen.say(short)
        assert s.status.split(short)[1].strip() == "1 of 8"  # where in the list; which it is stands over it
        s.screen.say("All is well.")
        assert "Timeline, followed" in s.status

    play(tmp_path, scene)
