"""Where items go: each at the place that its time gives it, or else at the next one that is free."""

import pytest

from tests.support.scribe import START
from thimbl.core.text import Nicks
from thimbl.store.database import Database
from thimbl.store.derive import AUTHOR_BITS, Line, first_rowid
from thimbl.store.items import Items

NOBODY = Nicks({})
ONE, OTHER = 7, 7 + (1 << AUTHOR_BITS)
"""Two authors whose nth posts of one second want one place."""


@pytest.fixture
def database(path):
    database = Database.writing(path)
    for author in (ONE, OTHER):
        database.run("INSERT INTO author (id, address) VALUES (?, ?)", (author, f"u{author}@h.example"))
    yield database
    database.close()


def line(seq, author, subject=None):
    words = f"Entry {seq} of {author}."
    return Line("post", f"{author:04}{seq:048}", seq, START, words, False, False, subject, None, None, None, None)


def insert(database, author, lines, unread=True):
    items = Items(database)
    with database.batch(), items.together():
        return items.insert(author, [(one, START) for one in lines], NOBODY, unread=unread)


def places(database, author):
    return dict(database.rows("SELECT seq, rowid FROM item WHERE author = ?", (author,)))


def wanted(seq, author):
    return first_rowid(START, START, seq, author)


def test_where_there_is_room_each_has_the_place_that_it_wants(database):
    assert insert(database, ONE, [line(seq, ONE) for seq in (3, 1, 2)]) == 3
    assert places(database, ONE) == {seq: wanted(seq, ONE) for seq in (1, 2, 3)}


@pytest.mark.parametrize("subject", [None, "Churning"])
def test_what_another_has_is_left_to_them_and_the_next_place_taken(database, subject):
    assert insert(database, ONE, [line(seq, ONE) for seq in (1, 2, 3)]) == 3
    assert insert(database, OTHER, [line(seq, OTHER, subject) for seq in (2, 3, 4)]) == 3
    assert places(database, ONE) == {seq: wanted(seq, ONE) for seq in (1, 2, 3)}
    assert places(database, OTHER) == {
        2: wanted(2, OTHER) + 1, 3: wanted(3, OTHER) + 1, 4: wanted(4, OTHER),
    }  # fmt: skip
    newest = database.value("SELECT newest FROM author WHERE id = ?", (OTHER,))
    assert newest == max(places(database, OTHER).values())
    found = "SELECT rowid FROM item_fts WHERE item_fts MATCH ? ORDER BY rowid"
    assert database.column(found, (f'"of {OTHER}"',)) == sorted(places(database, OTHER).values())


def test_two_that_want_one_place_have_places_side_by_side(database):
    apart = 1 << AUTHOR_BITS  # the seq that comes round again
    assert insert(database, ONE, [line(1 + apart, ONE), line(1, ONE), line(1 + 2 * apart, ONE)]) == 3
    first = wanted(1, ONE)
    assert sorted(places(database, ONE).values()) == [first, first + 1, first + 2]


def test_lines_with_and_without_what_most_lack_are_kept_whole(database):
    lines = [line(1, ONE), line(2, ONE, "Churning"), line(3, ONE)._replace(retracted=True, words="", edited=START + 9)]
    insert(database, ONE, lines)
    columns = ", ".join(Line._fields)
    rows = database.rows(f"SELECT {columns} FROM item WHERE author = ? ORDER BY rowid", (ONE,))
    assert [Line(*row) for row in rows] == lines
    assert database.column("SELECT unread FROM item WHERE author = ? ORDER BY rowid", (ONE,)) == [1, 1, 0]
