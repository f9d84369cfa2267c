"""Older stores become ones of today, whole or not at all."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.people import three
from tests.store.shelf import DERIVED, TRUTH, dump, search, taken_of, texts
from tests.support.scribe import Scribe
from thimbl.store import Reader, StoreError, Writer, schema

pytestmark = pytest.mark.usefixtures("made_by_sql")

TODAY = schema.VERSION
FIRST_TABLES = Path(__file__).with_name("schema-1.sql")
"""The tables of the first thimbl, as it made them."""


def columns(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Of each table its columns (name, type, not null, default, place in the key), and the text of each index."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name, type, sql FROM sqlite_schema ORDER BY name").fetchall()
        return {
            name: connection.execute(
                "SELECT name, type, [notnull], dflt_value, pk FROM pragma_table_info(?)", (name,)
            ).fetchall()
            if kind == "table"
            else [(sql,)]
            for name, kind, sql in tables
        }


def first_store(path: Path, like: Path) -> None:
    """A store of version 1 at `path`, with what is in the one at `like` as far as version 1 holds it."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST_TABLES.read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("ATTACH ? AS today", (str(like),))
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in [name for name in names if not name.startswith("item_fts")]:
            shared = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            shared = f"rowid, {shared}" if table == "item" else shared
            connection.execute(f"INSERT INTO main.{table} ({shared}) SELECT {shared} FROM today.{table}")
        connection.execute("INSERT INTO item_fts (item_fts) VALUES ('rebuild')")
        connection.commit()


def test_a_store_of_version_1_is_as_if_it_had_been_made_today(path, writer, tmp_path):
    _, bo, _ = three(writer)
    bo.retract(bo.at(1))
    taken_of(writer, bo)
    writer.keep_evidence(bo.address, writer.author(bo.address).verdict, "", b"raw", bo.now)
    writer.set_features("x.example", frozenset({"since"}), bo.now)
    writer.close()
    old = tmp_path / "old" / "store.sqlite3"
    first_store(old, path)
    with Writer.open(old) as upgraded:
        assert columns(old) == columns(path)
        assert dump(old, *TRUTH, *DERIVED) == dump(path, *TRUTH, *DERIVED)
        author = upgraded.author(bo.address)
        assert author is not None
        assert (author.due, author.source, author.posts) == (None, None, 5)
        assert upgraded.features("x.example") == frozenset({"since"})
        bo.post("Since the upgrade")
        assert taken_of(upgraded, bo) == 1
        assert len(search(upgraded, "upgrade")) == 1


def test_a_reader_finds_a_store_of_version_1_upgraded(path, writer, tmp_path):
    three(writer)
    before = texts(writer)
    writer.close()
    old = tmp_path / "old" / "store.sqlite3"
    first_store(old, path)
    with Reader.open(old) as reader:
        assert texts(reader) == before
        assert reader._db.value("PRAGMA user_version") == TODAY


# imagined versions


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The SQL files of an imagined thimbl whose tables are two versions ahead."""
    place = tmp_path / "sql"
    place.mkdir()
    (place / f"upgrade-{TODAY}-{TODAY + 1}.sql").write_text(
        "ALTER TABLE author ADD COLUMN pet TEXT;\n"
        "-- a comment; with a semicolon\n"
        "UPDATE author SET pet = 'cat;\ndog';\n"
    )
    (place / f"upgrade-{TODAY + 1}-{TODAY + 2}.sql").write_text(
        "CREATE TABLE pets (name TEXT);\nINSERT INTO pets SELECT pet FROM author;\n"
    )
    return place


def upgraded(path: Path, folder: Path, version: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        schema.upgrade(connection, folder, version)


def test_an_older_store_is_upgraded_step_by_step_with_what_is_in_it(path, writer, folder):
    scribe = Scribe(name="Alice")
    scribe.posts(3)
    taken_of(writer, scribe)
    writer.close()
    upgraded(path, folder, TODAY + 2)
    with closing(sqlite3.connect(path)) as connection:
        assert schema.version_of(connection) == TODAY + 2
        assert connection.execute("SELECT * FROM pets").fetchall() == [("cat;\ndog",)]
        assert connection.execute("SELECT name, pet FROM author").fetchall() == [("Alice", "cat;\ndog")]
        assert connection.execute("SELECT count(*) FROM item").fetchone() == (3,)
    upgraded(path, folder, TODAY + 2)  # once more does nothing


def test_an_upgrade_that_fails_leaves_the_version_before(path, writer, folder):
    writer.close()
    before = dump(path, "author")
    with (folder / f"upgrade-{TODAY + 1}-{TODAY + 2}.sql").open("a") as script:
        script.write("INSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(sqlite3.OperationalError):
        upgraded(path, folder, TODAY + 2)
    with closing(sqlite3.connect(path)) as connection:
        assert schema.version_of(connection) == TODAY
    assert dump(path, "author") == before
    with Reader.open(path) as reader:
        assert reader.authors() == []


def test_a_missing_step_is_said(path, writer, folder):
    writer.close()
    with pytest.raises(StoreError, match=rf"upgrade-{TODAY + 2}-{TODAY + 3}\.sql is missing"):
        upgraded(path, folder, TODAY + 3)


def test_a_reader_has_an_older_store_upgraded(path, writer, folder, monkeypatch):
    writer.close()
    monkeypatch.setattr(schema, "VERSION", TODAY + 1)
    monkeypatch.setattr(schema.check_version, "__defaults__", (TODAY + 1,))
    monkeypatch.setattr(schema.upgrade, "__defaults__", (folder, TODAY + 1))
    with Reader.open(path) as reader:
        assert reader._db.value("PRAGMA user_version") == TODAY + 1


def test_an_empty_file_becomes_a_store(path):
    path.parent.mkdir()
    path.touch()
    with Reader.open(path) as reader:
        assert reader.authors() == []
