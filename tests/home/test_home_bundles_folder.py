"""Bundles as folders: only what changed is written, nothing goes back, and a stick that is pulled out stays whole."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.scribe import Scribe
from tests.support.sneaker import NOW, Hand
from tests.support.spooler import write_archive
from thimbl.core.log import Verdict
from thimbl.core.plan import read_plan
from thimbl.home.bundles.faults import BundleRefused
from thimbl.home.bundles.folders import FolderBundle
from thimbl.home.bundles.names import logs_in
from thimbl.home.bundles.opening import opened
from thimbl.home.bundles.taking import Taken, take_logs
from thimbl.home.bundles.writing import Fate
from thimbl.home.errors import Refused

PLAN = "alice@fields.example.plan"


def no_key(*_: object) -> None:
    raise AssertionError("nothing here is encrypted")


def from_stick(stick: Path, hand: Hand) -> list[Taken]:
    """Take in what is on a stick."""
    with opened(stick, no_key, stick.parent) as bundle:
        return take_logs(bundle, logs_in(bundle.sizes()), hand.writer, NOW, lambda taken: None)


def long_log(count: int = 104) -> Scribe:
    """A log of two pages."""
    scribe = Scribe()
    for number in range(1, count + 1):
        scribe.post(f"Post {number}." + " Frost." * 120)
    return scribe


@pytest.fixture
def hand(tmp_path: Path) -> Hand:
    return Hand(tmp_path / "hand")


@pytest.fixture
def other(tmp_path: Path) -> Hand:
    return Hand(tmp_path / "other")


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """The files below a folder: inode and bytes."""
    return {
        str(path.relative_to(folder)): (path.stat().st_ino, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_only_what_changed(hand: Hand, other: Hand, tmp_path: Path) -> None:
    scribe, stick = long_log(), tmp_path / "stick"
    hand.fetch(scribe)
    [written] = hand.put(stick)
    assert (written.fate, written.files) == (Fate.NEW, 3)
    before = snapshot(stick)
    [again] = hand.put(stick)
    assert (again.fate, again.files) == (Fate.SAME, 0)
    assert snapshot(stick) == before
    scribe.post("Newer.")
    hand.fetch(scribe)
    [updated] = hand.put(stick)
    assert (updated.fate, updated.files) == (Fate.UPDATED, 2)
    changed = {name for name, found in snapshot(stick).items() if found != before[name]}
    assert changed == {PLAN, f"{PLAN}.d/00000101.json"}
    [taken] = from_stick(stick, other)
    assert (taken.verdict, taken.new, taken.gap_below) == (Verdict.VERIFIED, 105, None)


def test_a_stick_never_goes_back(hand: Hand, other: Hand, tmp_path: Path) -> None:
    """What somebody else put there later stays, page by page, until it was imported."""
    scribe, stick = long_log(), tmp_path / "stick"
    other.fetch(scribe)
    scribe.posts(3)
    hand.fetch(scribe)
    hand.put(stick)
    before = snapshot(stick)
    [left] = other.put(stick)
    assert (left.fate, left.files) == (Fate.NEWER, 0)
    assert snapshot(stick) == before
    from_stick(stick, other)
    [same] = other.put(stick)
    assert same.fate is Fate.SAME


@pytest.mark.parametrize("what", ["fork", "key"])
def test_another_log_there_stays(hand: Hand, other: Hand, tmp_path: Path, what: str) -> None:
    """It may be evidence: whoever has the stick next is to see it."""
    scribe, stick = Scribe(), tmp_path / "stick"
    scribe.posts(3)
    branch = scribe.rewound(2) if what == "fork" else Scribe(key="thief")
    branch.post("Another third.")
    hand.fetch(branch)
    hand.put(stick)
    before = snapshot(stick)
    other.fetch(scribe)
    [left] = other.put(stick)
    assert left.fate is Fate.OTHER
    assert snapshot(stick) == before
    [taken] = from_stick(stick, other)
    assert taken.verdict is (Verdict.FORKED if what == "fork" else Verdict.NEW_KEY)


def test_a_damaged_stick_is_mended(hand: Hand, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    hand.fetch(long_log())
    hand.put(stick)
    (stick / PLAN).write_bytes((stick / PLAN).read_bytes()[:200])
    (stick / f"{PLAN}.d" / "00000001.json").write_bytes(b"")
    [mended] = hand.put(stick)
    assert (mended.fate, mended.files) == (Fate.UPDATED, 2)


class Pulled(OSError):
    """The stick is gone."""


def pull_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """After so many calls that change something, every further one fails, as on a stick that was pulled out."""
    left = steps

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **more: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise Pulled("pulled out")
            return call(*args, **more)

        return step

    for name in ("rename", "mkdir", "fsync", "unlink"):
        monkeypatch.setattr(os, name, counted(getattr(os, name)))


def test_a_stick_that_is_pulled_out(hand: Hand, tmp_path: Path) -> None:
    """After each step: the plan on it is the old one or the new one, its archive holds all that it names, and the next
    export does the rest and takes leftovers away."""
    scribe = long_log(20)
    hand.fetch(scribe)
    hand.put(tmp_path / "start")
    scribe.posts(3)
    hand.fetch(scribe)
    for steps in range(1, 40):
        stick = tmp_path / f"stick-{steps}"
        shutil.copytree(tmp_path / "start", stick)
        with pytest.MonkeyPatch.context() as patch:
            pull_after(patch, steps)
            try:
                hand.put(stick)
                whole = True
            except Pulled:
                whole = False
        seq = read_plan((stick / PLAN).read_text()).head.seq
        assert seq in (20, 23)
        if steps in (1, 4) or whole:
            # That its archive holds is seen by who takes it in; the steps between differ in leftovers alone.
            [taken] = from_stick(stick, Hand(tmp_path / f"reader-{steps}"))
            assert (taken.verdict, taken.new, taken.gap_below) == (Verdict.VERIFIED, seq, None)
        hand.put(stick)
        assert sorted(path.name for path in stick.rglob("*") if path.name.endswith(".new")) == []
        assert read_plan((stick / PLAN).read_text()).head.seq == 23
        if whole:
            break
    assert whole
    assert steps > 5


def test_what_is_no_plain_file(hand: Hand, tmp_path: Path) -> None:
    """Links and pipes are named and not followed; whatever else is on a stick is nobody's business."""
    stick = tmp_path / "stick"
    hand.fetch(Scribe("bob@dairy.example", key="bob"))
    hand.put(stick)
    (tmp_path / "secret").write_text("Nobody's business.")
    (stick / "eve@mill.example.plan").symlink_to(tmp_path / "secret")
    (stick / "fay@mill.example.plan.d").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(stick / "gus@mill.example.plan")
    (stick / "photo.jpg").write_bytes(b"x")
    (stick / "large.plan").write_bytes(b" " * (4 * 1024 * 1024 + 1))
    found = FolderBundle(stick)
    assert [log.stem for log in logs_in(found.sizes())] == ["bob@dairy.example"]
    assert [what.partition(",")[0] for what in found.strange] == [
        "eve@mill.example.plan", "gus@mill.example.plan", "large.plan",
    ]  # fmt: skip
    (stick / "bob@dairy.example.plan").unlink()
    (stick / "bob@dairy.example.plan").symlink_to(tmp_path / "secret")
    with pytest.raises((BundleRefused, OSError)):
        found.read("bob@dairy.example.plan")


def test_any_folder_with_plans(tmp_path: Path, hand: Hand) -> None:
    """Answers that somebody saved; and where there are none, it says where they may be."""
    scribe = Scribe()
    scribe.post()
    stick = tmp_path / "stick"
    (stick / "thimbl").mkdir(parents=True)
    with pytest.raises(BundleRefused, match=r"no plans in .*, whose names end in"), opened(stick, no_key, stick):
        pass
    answer = f"Login: alice\nPlan:\n{scribe.text()}"
    (stick / "thimbl" / "saved.plan").write_text(answer.replace("\n", "\r\n"))
    (stick / "thimbl" / "thimbl-bundle.json").write_text('{"bundle":1}')
    with pytest.raises(BundleRefused, match=r"import .*stick/thimbl"), opened(stick, no_key, stick):
        pass
    scribe.post()
    assert from_stick(stick / "thimbl", hand)[0].new == 1
    # One by itself, whatever it is called: saved from a page of the web, by a shell, or where a host serves it.
    for name in ("alone.plan", "plan.txt", "ana.answer", ".plan"):
        scribe.post()
        (tmp_path / name).write_text(scribe.text())
        assert from_stick(tmp_path / name, hand)[0].new == (2 if name == "alone.plan" else 1)


def test_a_site_of_files(hand: Hand, tmp_path: Path) -> None:
    """The plans and their archives, from its folder or that of an account; of all else in it nothing is even told."""
    site = tmp_path / "site"
    for name, plan in (("alice", "plan.txt"), ("bob@dairy.example", "plan")):  # as wget(1) brings it from a host
        scribe = Scribe(f"{name.partition('@')[0]}@dairy.example", key=name)
        scribe.posts(104)
        folder = site / name
        (folder / "ayg7").mkdir(parents=True)
        (folder / "ayg7" / "index.html").write_text("<!DOCTYPE html>")
        (folder / plan).write_text(scribe.text(2))
        write_archive(folder / "plan.d", scribe.records)
        (folder / "plan.d" / "index.html").write_text("<!DOCTYPE html>")
    notes = {"holiday/plan.txt": "Sea.", "plan": "Mine.", "tag/plan/index.html": "<p>", "x/plan.d/y.json": "[]"}
    for name, text in notes.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    (site / "x" / "plan.txt").symlink_to(site / "plan")
    (site / "y").symlink_to(site / "alice", target_is_directory=True)
    found = FolderBundle(site)
    assert [log.plan for log in logs_in(found.sizes())] == ["alice/plan.txt", "bob@dairy.example/plan"]
    assert found.strange == ["x/plan.txt, which is no plain file"]
    assert [(one.verdict, one.new, one.gap_below) for one in from_stick(site, hand)] == [
        (Verdict.VERIFIED, 104, None)
    ] * 2
    assert [log.plan for log in logs_in(FolderBundle(site / "alice").sizes())] == ["plan.txt"]
    assert from_stick(site / "alice", hand)[0].unchanged


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOSYS])
def test_a_stick_that_keeps_no_modes(hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """FAT, as the kernel and as FUSE have it: what they say to chmod(2) stops nothing."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    hand.fetch(long_log(1))
    monkeypatch.setattr(os, "fchmod", refuse)
    monkeypatch.setattr(Path, "chmod", refuse)
    monkeypatch.setattr(os, "mkdir", lambda path, mode=0o777, mkdir=os.mkdir: mkdir(path, 0o700))
    assert [written.fate for written in hand.put(tmp_path / "stick")] == [Fate.NEW]
    assert [written.fate for written in hand.put(tmp_path / "stick")] == [Fate.SAME]


def test_nothing_is_written_where_a_link_leads(hand: Hand, tmp_path: Path) -> None:
    """Neither over a file nor into a folder that somebody who had the stick would like to have changed."""
    hand.fetch(long_log(1))
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "profile").write_text("Mine.")
    for link, target in ((PLAN, precious / "profile"), (f"{PLAN}.d", precious), ("thimbl-bundle.json", precious / "x")):
        stick = tmp_path / f"stick-{link}"
        stick.mkdir()
        (stick / link).symlink_to(target)
        with pytest.raises(Refused, match="is a link"):
            hand.put(stick)
    assert [(path.name, path.read_text()) for path in precious.iterdir()] == [("profile", "Mine.")]
