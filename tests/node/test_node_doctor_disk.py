"""The store, the disk and the poller: newer, damaged, closed, held up, full, asleep."""

import errno
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.node.ward import PROC, Ward, one
from thimbl.core.address import Address
from thimbl.home.durable import try_lock
from thimbl.home.serving import ServeSettings
from thimbl.node.doctor import Level, disk, poller, stored
from thimbl.store.database import Database
from thimbl.store.schema import VERSION

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


def version(path: Path, number: int) -> None:
    """Write the version of the tables into the file."""
    database = Database.writing(path)
    database.run(f"PRAGMA user_version = {number}")
    database.close()


class TestStore:
    def test_whole(self, ward: Ward) -> None:
        before = sorted(path.name for path in ward.home.iterdir())
        assert ward.is_well(stored.store)
        assert sorted(path.name for path in ward.home.iterdir()) == before  # not even SQLite's own files

    def test_of_a_newer_version(self, ward: Ward) -> None:
        version(ward.paths.store, VERSION + 1)
        found = ward.the_fault(stored.store)
        assert f"of version {VERSION + 1}, made by a newer thimbl" in found.said
        assert found.remedy[0] == "install the newer thimbl"

    def test_of_an_older_version(self, ward: Ward) -> None:
        """It is not upgraded by being looked at."""
        version(ward.paths.store, VERSION - 1)
        before = ward.paths.store.read_bytes()
        assert f"of version {VERSION - 1}" in one(ward.find(stored.store), Level.NOTE).said
        assert ward.paths.store.read_bytes() == before

    @pytest.mark.parametrize("damage", ["no database", "a page", "empty"])
    def test_damaged(self, ward: Ward, damage: str) -> None:
        raw = ward.paths.store.read_bytes()
        page = int.from_bytes(raw[16:18], "big") or 65536
        ward.paths.store.write_bytes(
            {
                "no database": b"Leeks. " * 1000,
                "a page": raw[:page] + b"\xff" * page * 3 + raw[4 * page :],
                "empty": b"",
            }[damage]
        )
        assert "thimbl rebuild" in ward.the_fault(stored.store).remedy[-1]

    @pytest.mark.parametrize(
        ("mode", "said"), [(0o400, "read-only"), (0o200, "not even you"), (0o644, "Others can read")]
    )
    def test_permissions(self, ward: Ward, mode: int, said: str) -> None:
        ward.paths.store.chmod(mode)
        found = ward.the_fault(stored.store)
        assert said in found.said
        assert found.remedy == (f"chmod 600 {ward.paths.store}",)

    def test_a_folder_that_is_read_only(self, ward: Ward) -> None:
        ward.home.chmod(0o555)
        assert "chmod u+w" in ward.the_fault(stored.store).remedy[0]

    def test_held_up(self, ward: Ward) -> None:
        """By another process, which is named."""
        argv = [sys.executable, "-c", HOLD, str(ward.paths.store)]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holding:
            assert holding.stdout is not None
            assert holding.stdin is not None
            assert holding.stdout.readline() == b"held\n"
            assert f"Process {holding.pid} is writing" in one(ward.find(stored.store), Level.NOTE).said
            holding.stdin.close()
        assert stored.writer_of(ward.paths.store) is None

    def test_not_there(self, ward: Ward) -> None:
        ward.paths.store.unlink()
        assert one(ward.find(stored.store), Level.NOTE).remedy == ("thimbl rebuild",)


class TestDisk:
    def left(self, ward: Ward, **numbers: int) -> None:
        """Let the disks have so much left."""
        real = os.statvfs

        def statvfs(path: Path) -> os.statvfs_result:
            found = real(path)
            names = [name for name in dir(found) if name.startswith("f_") and name != "f_fsid"]
            values = {name: getattr(found, name) for name in names} | numbers
            order = ["bsize", "frsize", "blocks", "bfree", "bavail", "files", "ffree", "favail", "flag", "namemax"]
            return os.statvfs_result([values[f"f_{name}"] for name in order])

        ward.on(statvfs=statvfs)

    def test_room(self, ward: Ward) -> None:
        """And nothing of the file that was tried stays."""
        self.left(ward, f_bavail=10**6, f_frsize=4096, f_favail=10**6, f_files=10**6)
        before = sorted(ward.home.rglob("*"))
        assert ward.is_well(disk.room)
        assert sorted(ward.home.rglob("*")) == before

    def test_no_bytes(self, ward: Ward) -> None:
        self.left(ward, f_bavail=100, f_frsize=4096)
        assert "is full: 400 KiB are left" in ward.the_fault(disk.room).said

    def test_few_bytes(self, ward: Ward) -> None:
        self.left(ward, f_bavail=5_000, f_frsize=4096)
        assert "Only 19 MiB" in one(ward.find(disk.room), Level.NOTE).said

    def test_no_files(self, ward: Ward) -> None:
        self.left(ward, f_favail=3, f_files=1000)
        assert "takes no more files" in ward.the_fault(disk.room).said

    def test_a_file_system_without_a_number_of_files(self, ward: Ward) -> None:
        self.left(ward, f_favail=0, f_files=0, f_bavail=10**6, f_frsize=4096)
        assert ward.is_well(disk.room)

    def test_mounted_read_only(self, ward: Ward) -> None:
        self.left(ward, f_flag=os.ST_RDONLY)
        assert "read-only" in ward.the_fault(disk.room).said

    def test_a_folder_that_may_not_be_written_to(self, ward: Ward) -> None:
        ward.home.chmod(0o555)
        assert ward.the_fault(disk.room).remedy == (f"chmod u+w {ward.home}",)

    def test_a_limit_that_is_met_while_writing(self, ward: Ward) -> None:
        with limited(1000):
            assert ward.the_fault(disk.room).remedy == ("ulimit -f unlimited",)

    @pytest.mark.parametrize(("number", "said"), [(errno.ENOSPC, "is full."), (errno.EDQUOT, "your quota")])
    def test_full_when_it_is_written_to(self, ward: Ward, monkeypatch, number: int, said: str) -> None:
        """What statvfs(3) does not tell: quotas, and file systems that are kept elsewhere."""

        def write(descriptor: int, data: object) -> int:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr("thimbl.node.doctor.disk.os.write", write)
        assert said in ward.the_fault(disk.room).said

    def test_a_spool(self, ward: Ward) -> None:
        """Others write to it; the daemon only reads, so nothing is tried there."""
        ward.serve = ServeSettings(spool=ward.home)
        self.left(ward, f_bavail=100, f_frsize=4096)
        assert "The disk of plans" in ward.the_fault(disk.room).said


@contextmanager
def limited(size: int) -> Iterator[None]:
    """No file may be larger than this, for the time of a block."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class TestPoller:
    def follow(self, ward: Ward, asked: int | None, failure: str | None = None) -> None:
        """Mark is followed, and was asked so many seconds ago."""
        with ward.account.writer() as writer:
            writer.follow(Address("mark", "mill.example"), "mark")
        database = Database.writing(ward.paths.store)
        when = None if asked is None else int(time.time()) - asked
        database.run("UPDATE author SET asked = ?, failure = ? WHERE nick = 'mark'", (when, failure))
        database.close()

    def test_nobody_is_followed(self, ward: Ward) -> None:
        assert ward.find(poller.polling) == []

    def test_asked_lately(self, ward: Ward) -> None:
        self.follow(ward, 600)
        assert "10m ago" in one(ward.find(poller.polling), Level.OK).said

    @pytest.mark.parametrize("asked", [None, 200_000])
    def test_asked_long_ago(self, ward: Ward, asked: int | None) -> None:
        self.follow(ward, asked)
        assert "thimbl fetch --watch" in one(ward.find(poller.polling), Level.NOTE).remedy

    def test_all_fail(self, ward: Ward) -> None:
        self.follow(ward, 60, "no route leads to it")
        assert "has a network" in one(ward.find(poller.polling), Level.NOTE).said

    def test_who_holds_the_lock(self, ward: Ward) -> None:
        """Told by the kernel; the lock is not taken for it."""
        self.follow(ward, None)
        ward.on(proc=PROC)
        held = try_lock(ward.paths.lock)
        assert held is not None
        try:
            assert poller.lock_holder(ward.machine, ward.paths.lock) == os.getpid()
            assert f"process {os.getpid()} fetches" in one(ward.find(poller.polling), Level.NOTE).said
        finally:
            os.close(held)
        assert poller.lock_holder(ward.machine, ward.paths.lock) is None

    def test_a_store_that_is_of_no_use(self, ward: Ward) -> None:
        ward.paths.store.write_bytes(b"Leeks. " * 100)
        assert ward.find(poller.polling) == []
