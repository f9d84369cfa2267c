"""Feeds of the web, carried from one store to another in parts: nothing is lost, and what is there stays."""

import json
from pathlib import Path
from typing import Any

import pytest

from thimbl.core.web import FeedUrl, entry_id
from thimbl.core.webfeed import Entry, Feed, Kind
from thimbl.store import Selection, View, Writer, web, webcarrying
from thimbl.store.carrying import NotCarried
from thimbl.store.web import Standing

BLOG = FeedUrl.parse("https://blog.example/feed.xml")
NOW = 1_795_000_000
ENTRIES = tuple(
    Entry(
        entry_id(str(number), BLOG),
        f"Entry {number}, to @bo. #leeks",
        NOW - number if number != 2 else None,
        answers=entry_id("4", BLOG) if number == 1 else "",
        licence="PPL" if number == 3 else "",
    )
    for number in range(5)
)


def store(folder: Path) -> Writer:
    folder.mkdir()
    writer = Writer.open(folder / "store.sqlite3")
    writer.follow(BLOG.address, "blog", private=True)
    web.know(writer, [BLOG])
    return writer


def take(writer: Writer, *entries: Entry, now: int = NOW) -> None:
    feed = Feed(Kind.ATOM, "A blog", entries, people={"bo": "bo@mill.example"})
    web.take(writer, BLOG.address, feed, now, Standing(BLOG))


def carry(old: Writer, new: Writer) -> int:
    """Carry all of it, as JSON; the number of parts."""
    parts = [json.loads(json.dumps(webcarrying.part(old, one))) for one in webcarrying.parts(old)]
    for one in parts:
        webcarrying.restore_part(new, webcarrying.read_part(one))
    return len(parts)


def items(writer: Writer) -> list[tuple[Any, ...]]:
    return [
        (one.id, one.text, one.time, one.re, one.licence, one.unread, one.edited)
        for one in writer.items(writer.rowids(Selection(View.EVERYONE)))
    ]


@pytest.mark.parametrize(("part", "number"), [(1, 5), (webcarrying.PART, 1)])
def test_it_comes_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int, number: int) -> None:
    """In its order, with what is read; also what the feed has not shown for long, and what answers an older one."""
    monkeypatch.setattr(webcarrying, "PART", part)
    with store(tmp_path / "old") as old, store(tmp_path / "new") as new:
        take(old, *ENTRIES[2:], now=NOW - 50)
        take(old, *ENTRIES[:2])
        old.mark(old.rowids(Selection(View.EVERYONE))[:2])
        assert carry(old, new) == number
        assert items(new) == items(old)
        assert [one.web for one in old.authors()] == [one.web for one in new.authors()]
        assert [one.unread for one in new.items(new.rowids(Selection(View.EVERYONE)))].count(False) == 2
        take(new, *ENTRIES[:2])
        assert items(new) == items(old)


def test_what_is_there_stays(tmp_path: Path) -> None:
    """An entry that was edited since is not taken back; read is what was read in either place."""
    with store(tmp_path / "old") as old, store(tmp_path / "new") as new:
        take(old, *ENTRIES[:2])
        newer = Entry(ENTRIES[0].id, "Edited.", ENTRIES[0].time, edited=NOW + 5)
        take(new, newer, now=NOW + 9)
        old.mark([old.find(f"{BLOG.address}#{ENTRIES[0].id}")[0].rowid])
        carry(old, new)
        found = {one.id: one for one in new.items(new.rowids(Selection(View.EVERYONE)))}
        assert (found[newer.id].text, found[newer.id].unread) == ("Edited.", False)
        assert found[ENTRIES[1].id].unread


@pytest.mark.parametrize(
    "change",
    [
        {"url": "ftp://x"},
        {"feed": 3},
        {"stored": []},
        {"stored": ["1"]},
        {"stored": [10**15]},
        {"unread": [[]]},
        {"unread": None},
    ],
)
def test_what_is_none(tmp_path: Path, change: dict[str, Any]) -> None:
    with store(tmp_path / "old") as old:
        take(old, ENTRIES[0])
        [one] = webcarrying.parts(old)
        data = webcarrying.part(old, one)
    webcarrying.read_part(data)
    with pytest.raises(NotCarried):
        webcarrying.read_part({**data, **change})
