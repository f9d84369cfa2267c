"""The file: made, upgraded, refused, shared between processes; and SQLite's errors as a person's."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.shelf import shown, taken_of
from tests.support.scribe import Scribe
from thimbl.store import (
    Reader,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreMissing,
    StoreReadOnly,
    StoreTooNew,
    StoreUnread,
    Writer,
    database,
    schema,
)

pytestmark = pytest.mark.usefixtures("made_by_sql")

ROOT = Path(__file__).resolve().parents[2]


def set_version(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


def test_a_new_store_is_the_persons_alone(path, writer):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    writer.set_state("place", "top")
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert {file.name for file in path.parent.iterdir()} <= {path.name, f"{path.name}-wal", f"{path.name}-shm"}


def test_wal_mode_and_secure_delete(writer):
    assert writer._db.value("PRAGMA journal_mode") == "wal"
    assert writer._db.value("PRAGMA secure_delete") == 1
    assert writer._db.value("PRAGMA foreign_keys") == 1


def test_reading_without_a_store_says_what_to_do(path):
    with pytest.raises(StoreMissing, match="thimbl init"):
        Reader.open(path)
    assert not path.parent.exists()


def test_a_reader_changes_nothing(path, writer):
    with Reader.open(path) as reader, pytest.raises(StoreReadOnly, match="read-only"):
        reader._db.run("DELETE FROM author")


def test_a_store_of_a_newer_thimbl_is_left_alone(path, writer):
    writer.close()
    set_version(path, schema.VERSION + 1)
    for kind in (Reader, Writer):
        with pytest.raises(StoreTooNew, match="newer thimbl"):
            kind.open(path)


@pytest.mark.parametrize("kind", [Reader, Writer])
def test_what_is_no_database_is_damaged(path, kind):
    path.parent.mkdir()
    path.write_bytes(b"Plan:\nnothing of the kind\n" * 400)
    with pytest.raises(StoreDamaged, match="rebuild"):
        kind.open(path)


def test_a_page_of_rubbish_is_damaged(path, writer):
    scribe = Scribe()
    scribe.posts(200)
    taken_of(writer, scribe)
    writer.close()
    raw = bytearray(path.read_bytes())
    start = 50 * 4096  # behind the pages that say what tables there are
    raw[start:] = b"\x55" * (len(raw) - start)
    path.write_bytes(raw)
    with Reader.open(path) as reader, pytest.raises(StoreDamaged, match="plan files are whole"):
        shown(reader)


def test_a_place_where_no_store_can_be(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreReadOnly):
        Writer.open(tmp_path / "file" / "store.sqlite3")


@pytest.mark.parametrize("kind", [Reader, Writer])
def test_a_folder_that_lets_nobody_look(path, kind, monkeypatch):
    """As another user's: it is a fault of the store like any other, and no traceback."""

    def closed(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "exists", closed)
    with pytest.raises(StoreReadOnly, match=r"can not be opened\. Let both .* chmod u\+w"):
        kind.open(path)


def test_what_the_disk_does_not_give_is_said_with_what_to_do(path):
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHORT_READ
    told = database.translate(error, path)
    assert isinstance(told, StoreUnread)
    assert "disk I/O error). Leave all that runs of thimbl" in str(told)


def test_a_full_disk_is_said(path, writer):
    pages = writer._db.value("PRAGMA page_count")
    writer._db.run(f"PRAGMA max_page_count = {pages}")
    scribe = Scribe()
    scribe.posts(300)
    with pytest.raises(StoreError, match="make room"):
        taken_of(writer, scribe)
    assert shown(writer) == []
    writer._db.run("PRAGMA max_page_count = 1000000")
    assert taken_of(writer, scribe) == 300


def test_another_writer_for_too_long_is_busy(path, writer, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.02)
    with Writer.open(path) as other, writer.batch():
        with pytest.raises(StoreBusy, match="busy"):
            other.set_state("a", "1")
        assert other.state("a") is None
    assert writer.state("a") is None


def test_a_reader_sees_that_somebody_wrote_and_never_half_of_it(path, writer):
    with Reader.open(path) as reader:
        before = reader.data_version()
        with writer.batch():
            writer.set_state("a", "1")
            assert reader.state("a") is None
            assert reader.data_version() == before
        assert reader.data_version() != before
        assert reader.state("a") == "1"


def broken_batch(writer: Writer, key: str) -> None:
    with writer.batch():
        writer.set_state(key, "1")
        raise ZeroDivisionError


def test_a_batch_is_all_or_nothing_and_a_part_of_it_can_fail_alone(writer):
    with pytest.raises(ZeroDivisionError):
        broken_batch(writer, "a")
    assert writer.state("a") is None
    with writer.batch():
        writer.set_state("a", "1")
        with pytest.raises(ZeroDivisionError):
            broken_batch(writer, "b")
    assert (writer.state("a"), writer.state("b")) == ("1", None)


WRITING = """
import sys
from pathlib import Path
from tests.support.scribe import Scribe
from thimbl.core.log import judge
from thimbl.store import Writer

name = sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
with Writer.open(Path(sys.argv[1])) as writer:
    scribe = Scribe(f"{name}@fields.example", key=name)
    for turn in range(40):
        scribe.post()
        writer.take(judge(scribe.plan(1), writer.known(scribe.address, 1, 1000), scribe.now), scribe.now)
        writer.set_state(f"{name} {turn}", "done")
"""


def test_two_processes_make_and_write_one_store_at_once(path):
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WRITING, str(path), name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        for name in ("ana", "bo")
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
    for child in children:
        _, errors = child.communicate(timeout=60)
        assert (child.returncode, errors) == (0, b"")
    with Reader.open(path) as reader:
        assert len(shown(reader)) == 80
        assert reader.state("ana 39") == reader.state("bo 39") == "done"
    assert not list(path.parent.glob(".store-*"))
