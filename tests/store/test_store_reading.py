"""Reading: selections, marks, search and mentions; and that none of it scans what it need not."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.people import somebody, three
from tests.store.shelf import EVERYTHING, search, shown, taken, taken_of
from tests.support.scribe import MINUTE, START, Scribe
from thimbl.core.address import Address
from thimbl.core.records import Record
from thimbl.store import Item, Reader, Selection, View, Writer
from thimbl.store.derive import first_rowid, rowid_at

BOB = Address.parse("bob@x.example")


def names(items: list[Item]) -> list[str]:
    return [f"{item.address.user}{item.seq}" for item in items]


# selections


def test_views(writer):
    _, bo, cy = three(writer)
    assert names(writer.timeline(Selection(), 4)) == ["bo5", "ana5", "bo4", "ana4"]
    assert names(writer.timeline(EVERYTHING, 4)) == ["cy5", "bo5", "ana5", "cy4"]
    assert names(writer.timeline(Selection(View.AUTHOR, author=cy.address), 2)) == ["cy5", "cy4"]
    assert writer.timeline(Selection(View.AUTHOR, author=BOB), 2) == []
    assert writer.timeline(Selection(View.AUTHOR), 2) == []
    assert names(writer.timeline(Selection(author=bo.address), 2)) == ["bo5", "bo4"]
    assert writer.timeline(Selection(author=cy.address), 2) == []  # not followed: all conditions hold at once
    assert (writer.count(Selection()), writer.count(EVERYTHING)) == (10, 15)
    item = writer.timeline(Selection(), 1)[0]
    assert (item.name, item.nick, item.is_me, item.address) == ("Bo", "bobo", False, bo.address)


def test_whether_an_item_is_one_of_a_selection(writer):
    """As the whole selection says, one by one: by view, author, words, tags and marks."""
    _, _, cy = three(writer)
    newest, *_ = everything = writer.rowids(EVERYTHING)
    writer.mark([newest])
    words = next(item.text.split()[0] for item in writer.timeline(EVERYTHING, 1))
    for selection in (
        Selection(),
        Selection(unread=True),
        Selection(View.AUTHOR, author=cy.address),
        Selection(View.AUTHOR, author=BOB),
        Selection(View.MENTIONS),
        Selection(View.SEARCH, words=words),
        Selection(View.SEARCH, words=f"{words} unheard-of"),
        Selection(View.SEARCH),
    ):
        held = [rowid for rowid in everything if writer.holds(selection, rowid)]
        assert held == writer.rowids(selection), selection
    assert not writer.holds(EVERYTHING, newest + 1)


def test_times(writer):
    three(writer)
    since, until = START + 2 * MINUTE, START + 3 * MINUTE
    assert names(writer.timeline(Selection(View.EVERYONE, since=since, until=until), 9)) == ["cy3", "bo3", "ana3"]
    assert names(writer.timeline(Selection(since=since + 1), 3)) == ["bo5", "ana5", "bo4"]
    assert writer.count(Selection(since=since + 1)) == 5


def test_marks(writer):
    ana, bo, _ = three(writer)
    assert [writer.unread(view) for view in (View.FOLLOWED, View.EVERYONE)] == [5, 10]  # one's own is never unread
    first, second, *_ = writer.rowids(Selection(unread=True))
    assert writer.mark([first, second, second, 7]) == 2
    assert names(writer.timeline(Selection(unread=True), 9)) == ["bo3", "bo2", "bo1"]
    assert writer.mark([first], read=False) == 1
    assert writer.mark(writer.rowids(Selection(View.AUTHOR, author=ana.address)), read=False) == 0
    assert writer.mark_all(Selection()) == 4
    assert writer.mark_all(Selection()) == 0
    assert (writer.unread(View.FOLLOWED), writer.unread(View.EVERYONE)) == (0, 5)
    assert writer.mark_all(Selection(View.AUTHOR, author=bo.address), read=False) == 5
    writer.set_me(bo.address)
    assert writer.unread(View.FOLLOWED) == 0
    assert [author.address for author in writer.authors(False) if author.is_me] == [bo.address]


FOLLOWED_LOGS = st.lists(st.lists(st.integers(0, 400), max_size=6), min_size=4, max_size=8)


@settings(max_examples=30)
@given(FOLLOWED_LOGS, st.integers(1, 8), st.one_of(st.none(), st.integers(START, START + 400)))
def test_the_newest_few_are_the_first_of_all(empty_store, tmp_path_factory, logs, limit, since):
    path = shutil.copy(empty_store, tmp_path_factory.getbasetemp() / "few")
    with Writer.open(path) as writer, writer.batch():
        for number, gaps in enumerate(logs):
            scribe = somebody(f"u{number}")
            for gap in sorted(gaps):
                scribe.now = START + gap
                scribe.post()
            scribe.now = START + 1000
            taken_of(writer, scribe)
            if number % 3 != 2:
                writer.follow(scribe.address, f"u{number}")
        wanted = Selection(since=since)
        every = writer.rowids(wanted)
        assert every == sorted(set(every), reverse=True)
        assert writer.rowids(wanted, limit) == every[:limit]
        assert writer.count(wanted) == len(every)
        assert [item.rowid for item in writer.items(every)] == every


def test_who_said_something_last_is_read_off_an_index(writer):
    three(writer)
    statements: list[str] = []
    writer._db._connection.set_trace_callback(statements.append)
    writer.rowids(Selection(), 2)
    writer._db._connection.set_trace_callback(None)
    (newest,) = [statement for statement in statements if "newest" in statement]
    (plan,) = writer._db.rows(f"EXPLAIN QUERY PLAN {newest}")
    assert "INDEX author_newest" in plan[-1]


@given(
    st.integers(-(10**10), 2 * 10**11), st.integers(-(10**10), 2 * 10**11), st.integers(0, 2**53), st.integers(0, 2**40)
)
def test_rowids_hold_the_time_and_fit(time, stored, rank, author):
    rowid = first_rowid(time, stored, rank, author)
    assert rowid_at(min(time, stored)) <= rowid < rowid_at(min(time, stored) + 1)
    assert -(2**63) <= rowid < 2**63


def test_those_who_agree_in_all_of_the_key_lie_beside_each_other(writer):
    posts: list[Record] = []
    for number in range(300):  # so that an id beyond them is free
        writer.follow(Address.parse(f"filler{number}@x.example"), "f")
    for name in ("ana", "bo"):
        scribe = somebody(name)
        writer.follow(scribe.address, name)
        writer._db.run("UPDATE author SET id = ? WHERE address = ?", (len(posts) * 4096 + 8192, str(scribe.address)))
        posts.append(scribe.post())
        taken_of(writer, scribe)
    assert {item.id for item in shown(writer)} == {post.id for post in posts}
    first, second = writer.rowids(EVERYTHING)
    assert first == second + 1


def test_items_of_any_number_of_rowids(writer):
    scribe = Scribe()
    scribe.posts(1200)
    taken_of(writer, scribe)
    rowids = writer.rowids(EVERYTHING)
    assert [item.seq for item in writer.items(rowids)] == list(range(1200, 0, -1))
    assert [item.seq for item in writer.items([rowids[5], 12345, rowids[3], rowids[5]])] == [1195, 1197, 1195]
    assert writer.items([]) == []
    assert writer.rowids(EVERYTHING, 0) == []


# words


def test_search(writer):
    scribe = Scribe()
    said = [
        scribe.post(text)
        for text in (
            "Café au lait, naïvely",
            "lait and plums #Garden",
            "AND OR NOT NEAR(x) \"quoted\" col:umn 'x' -minus ^x (a) *",
            "Straße #STRASSE don't",
            "東京 plumsauce #東京",
        )
    ]
    taken_of(writer, scribe)
    ids = [post.id for post in said]
    expected = {
        "cafe": [0],
        "LAIT": [1, 0],
        "lait plums": [1],
        "plum": [],
        "plum*": [4, 1],
        "#garden": [1],
        "#Garden lait": [1],
        "#garden cafe": [],
        "#strasse": [3],
        "#東京": [4],
        "NEAR(x)": [2],
        '"quoted"': [2],
        '"': [],
        "AND NOT": [2],
        "col:umn": [2],
        "-minus": [2],
        "don't": [3],
        "": [],
        "  ": [],
        "*": [],
        "#": [],
        "\0": [],
        "( )": [],
    }
    assert {words: search(writer, words) for words in expected} == {
        words: [ids[place] for place in places] for words, places in expected.items()
    }
    assert writer.count(Selection(View.SEARCH, words="lait")) == 2
    assert writer.count(Selection(View.SEARCH, words="lait", since=said[1].time)) == 1
    assert writer.count(Selection(words="lait")) == 0  # nobody is followed
    assert writer.rowids(Selection(View.SEARCH, words="lait"), 1) == writer.rowids(
        Selection(View.SEARCH, words="lait plums")
    )


@given(st.text(max_size=30))
def test_no_search_is_an_error(tmp_path_factory, words):
    path = tmp_path_factory.getbasetemp() / "searched" / "s"
    with Writer.open(path) as writer:
        assert writer.rowids(Selection(View.SEARCH, words=words)) == []
        assert writer.find(words) == []


# mentions


def test_mentions(writer):
    bob = Scribe(str(BOB), key="bob")
    writer.set_me(BOB)
    mine = bob.post("hello @bob@x.example, that is me")
    taken(writer, bob.plan(), bob.now, me=True)
    ana = somebody("ana", following=[{"nick": "bobby", "address": str(BOB)}])
    by_nick = ana.post("@bobby: look")
    by_address = ana.post("for @bob@x.example")
    ana.post("@carl and @bob are others")
    answer = ana.post("an answer", re=f"{BOB}#{mine.id}")
    taken_of(writer, ana)
    found = writer.timeline(Selection(View.MENTIONS), 9)
    assert [item.id for item in found] == [answer.id, by_address.id, by_nick.id]
    assert (writer.unread(View.MENTIONS), writer.count(Selection(View.MENTIONS))) == (3, 3)
    # what the author calls people now is what counts
    ana.head_data["following"] = [{"nick": "carl", "address": str(BOB)}]
    taken_of(writer, ana)
    assert [item.seq for item in writer.timeline(Selection(View.MENTIONS), 9)] == [4, 3, 2]


# what it costs


@pytest.mark.parametrize(
    ("wanted", "limit", "index"),
    [
        (Selection(), None, "COVERING INDEX item_author"),
        (Selection(unread=True), None, "INDEX item_unread"),
        (Selection(View.AUTHOR, author=BOB), 50, "COVERING INDEX item_author"),
        (Selection(View.BONDS), 50, "INDEX item_kind"),
        (Selection(View.MENTIONS), 50, "PRIMARY KEY (address=?)"),
        (Selection(View.SEARCH, words="plums"), 50, "VIRTUAL TABLE INDEX"),
    ],
)
def test_selections_go_by_an_index(writer, monkeypatch, wanted, limit, index):
    writer.follow(BOB, "bob")
    plans: list[str] = []

    def explaining(ask: Callable[..., Any]) -> Callable[..., Any]:
        def explained(sql: str, values: tuple[object, ...] = ()) -> Any:
            plans.extend(row[3] for row in writer._db.rows(f"EXPLAIN QUERY PLAN {sql}", values))
            return ask(sql, values)

        return explained

    for way in ("column", "value"):
        monkeypatch.setattr(writer._db, way, explaining(getattr(writer._db, way)))
    writer.rowids(wanted, limit)
    assert any(index in step for step in plans), plans
    assert not any(step in ("SCAN item", "USE TEMP B-TREE FOR ORDER BY") for step in plans), plans


def test_the_timeline_of_the_followed_takes_one_seek_for_each(writer):
    three(writer)
    (plan,) = [
        row[3]
        for row in writer._db.rows("EXPLAIN QUERY PLAN SELECT max(rowid) FROM item WHERE author = 1")
        if "item" in row[3]
    ]
    assert "COVERING INDEX item_author (author=?)" in plan


def test_reading_the_store_loads_no_framework():
    code = (
        "import sys, thimbl.store; "
        "print([m for m in ('twisted', 'textual', 'asyncio', 'importlib.resources') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, cwd=root)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_reader_has_no_way_to_write():
    assert not {"take", "mark", "follow", "pin", "rebuild"} & set(dir(Reader))
