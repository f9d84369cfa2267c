"""Files that are wholly there or not at all, and the lock."""

import errno
import os
import stat
import threading

import pytest

from thimbl.home.durable import PUBLIC, SECRET, keep_aside, locked, make_folder, sweep_folder, try_lock, write_file


def test_a_file_gets_its_mode_and_its_folders(tmp_path):
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "a" / "b" / "secret", b"s", SECRET)
        write_file(tmp_path / "public" / "plan", b"p", PUBLIC)
    finally:
        os.umask(before)
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b", "a/b/secret", "public")}
    assert modes == {"a": 0o700, "a/b": 0o700, "a/b/secret": 0o600, "public": 0o755}
    assert stat.S_IMODE((tmp_path / "public" / "plan").stat().st_mode) == 0o644
    write_file(tmp_path / "a" / "b" / "secret", b"", SECRET)
    assert (tmp_path / "a" / "b" / "secret").read_bytes() == b""


def test_a_folder_that_is_there_keeps_its_mode(tmp_path):
    (tmp_path / "mine").mkdir(mode=0o711)
    make_folder(tmp_path / "mine")
    assert stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o711
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        make_folder(tmp_path / "file")


def test_everything_is_on_disk_before_the_name_changes(tmp_path, monkeypatch):
    calls = []

    def noting(name):
        real = getattr(os, name)

        def noted(*args):
            calls.append(name)
            return real(*args)

        return noted

    for name in ("write", "fsync", "rename"):
        monkeypatch.setattr(os, name, noting(name))
    write_file(tmp_path / "file", b"data", SECRET)
    assert calls == ["write", "fsync", "rename", "fsync"]


def test_short_writes_are_gone_on_with(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:3]))
    write_file(tmp_path / "file", b"0123456789", SECRET)
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_a_link_put_in_the_temporary_files_place_is_not_written_through(tmp_path, monkeypatch):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    from thimbl.home import durable

    monkeypatch.setattr(durable, "_count", iter([7, 8, 9]))
    (tmp_path / f".file.{os.getpid()}-7.new").symlink_to(victim)
    os.link(victim, tmp_path / f".file.{os.getpid()}-8.new")
    write_file(tmp_path / "file", b"data", SECRET)
    assert victim.read_text() == "precious"
    assert (tmp_path / "file").read_bytes() == b"data"
    sweep_folder(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"victim", "file"}


def test_a_failed_rename_leaves_nothing_behind(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(IsADirectoryError):
        write_file(tmp_path / "file", b"data", SECRET)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_kept_copies_are_never_written_over(tmp_path):
    path = tmp_path / "plan"
    names = []
    for text in ("one", "two", "two", "one", "three"):
        path.unlink(missing_ok=True)
        path.write_text(text)
        names.append(keep_aside(path, "kept").name)
    assert names == ["plan.kept", "plan.kept-2", "plan.kept-2", "plan.kept", "plan.kept-3"]
    assert (tmp_path / "plan.kept").read_text() == "one"


def test_where_files_have_one_name_only_a_copy_is_kept(tmp_path, monkeypatch):
    def refuse(*args, **more):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "plan").write_text("one")
    assert keep_aside(tmp_path / "plan", "kept").read_text() == "one"


def test_a_lock_is_held_by_one_and_read_by_nobody(tmp_path):
    path = tmp_path / "folder" / ".lock"
    with locked(path, PUBLIC):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert try_lock(path) is None
        entered = threading.Event()

        def second():
            with locked(path):
                entered.set()

        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.is_set()
    assert entered.wait(20)
    thread.join()
    held = try_lock(path)
    assert held is not None
    os.close(held)


def test_a_lock_is_not_made_through_a_link(tmp_path):
    (tmp_path / ".lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="lock"), locked(tmp_path / ".lock"):
        pass
    assert not (tmp_path / "elsewhere").exists()
