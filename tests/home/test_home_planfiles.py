"""The plan and its archive as files (plan-format 7): pages, window, what is read, what is never overwritten."""

import builtins
import errno
import io
import json
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

import pytest

from tests.home.pen import ANA, KEY, NOW, make_pen, settled_log, whole_log
from tests.support.scribe import Scribe
from thimbl.core import archive
from thimbl.core.archive import write_page
from thimbl.core.compose import Entry
from thimbl.core.plan import read_plan
from thimbl.core.plantext import Bounds
from thimbl.core.records import POST
from thimbl.home.authoring import Authoring
from thimbl.home.errors import PlanEdited, PlanProblem, Refused
from thimbl.home.planfiles import PlanFiles, looks_like_ours
from thimbl.home.signing import discard


@pytest.fixture
def pen(tmp_path: Path) -> Authoring:
    return make_pen(tmp_path)


def say(pen: Authoring, count: int, text: str = "Post %d.") -> None:
    pen.say([Entry(POST, {"text": text % number}) for number in range(1, count + 1)])


# pages and window


def test_pages_are_named_and_filled_as_the_format_says(pen):
    say(pen, 99)

    def names() -> list[str]:
        return sorted(path.name for path in pen.files.archive.glob("0*"))

    assert names() == ["00000001.json"]
    pen.post("The hundredth.")
    assert names() == ["00000001.json"]
    first = (pen.files.archive / "00000001.json").read_bytes()
    pen.post("The next.")
    say(pen, 150)
    assert names() == ["00000001.json", "00000101.json", "00000201.json"]
    assert (pen.files.archive / "00000001.json").read_bytes() == first
    assert pen.files.pages() == [1, 101, 201]
    pages = [json.loads((pen.files.archive / name).read_text()) for name in names()]
    assert [[record["seq"] for record in page] for page in pages] == [
        list(range(1, 101)),
        list(range(101, 201)),
        list(range(201, 252)),
    ]
    settled_log(pen.files)


def test_the_plan_is_the_newest_records_that_fit_its_window(tmp_path):
    pen = make_pen(tmp_path, window=16 * 1024)
    for length in (10, 3000, 8192, 50, 8192, 4000):
        for filler in ("x", "a word ", "ü", "🚜", "\x01"):
            text = (filler * length).encode()[: min(length, 8192)].decode(errors="ignore").strip() or "x"
            pen.post(text)
            plan = read_plan(pen.files.plan.read_text())
            assert plan.records[0].seq == plan.head.seq
            assert pen.files.plan.stat().st_size <= 16 * 1024 or len(plan.records) == 1
    settled_log(pen.files)


def test_one_enormous_record_stands_in_the_plan_alone(tmp_path):
    pen = make_pen(tmp_path, window=16 * 1024)
    say(pen, 5)
    pen.announce("deed", {"terms": "All of it. " * 5000})
    assert [record.kind for record in read_plan(pen.files.plan.read_text()).records] == ["deed"]
    pen.post("After it.")
    assert [record.text for record in read_plan(pen.files.plan.read_text()).records] == ["After it."]
    assert len(settled_log(pen.files)) == 7


def test_a_page_that_could_not_be_read_again_is_not_written(pen, monkeypatch):
    monkeypatch.setattr(archive, "PAGE_BOUNDS", Bounds(bytes=40_000))
    pen.post("Before.")
    for _ in range(3):
        pen.announce("deed", {"terms": "x" * 10_000})
    with pytest.raises(Refused, match="page of the archive"):
        pen.announce("deed", {"terms": "x" * 10_000})
    settled_log(pen.files)
    pen.post("A small one still fits.")


def test_posting_reads_the_last_page_alone(tmp_path, monkeypatch):
    scribe = Scribe(str(ANA))
    scribe.keys = [KEY]
    scribe.posts(2_000)
    pen = make_pen(tmp_path, clock=lambda: scribe.now)
    pen.files.archive.mkdir()
    for start in range(0, 2_000, 100):
        (pen.files.archive / f"{start + 1:08}.json").write_text(write_page(scribe.records[start : start + 100]))
    pen.files.plan.write_text(scribe.text(50))
    pen.post("Adopts it.")
    opened: set[str] = set()
    real = io.open

    def watched(file, *args, **more):
        opened.add(Path(file).name if isinstance(file, str | os.PathLike) else "")
        return real(file, *args, **more)

    monkeypatch.setattr(io, "open", watched)
    monkeypatch.setattr(builtins, "open", watched)
    pen.post("One more.")
    assert opened == {".plan", "head.json", "next.json", "00002001.json"}
    assert len(pen.files.all_records(pen.files.load())) == 2_002


# whose plan it is


@pytest.mark.parametrize(
    "plain", ["Gone fishing.\n", "I use Thimbl: it is fine.\n", '{"name": "thimbl", "messages": []}']
)
def test_somebodys_plain_plan_is_kept(pen, plain):
    pen.files.plan.write_text(plain)
    assert not looks_like_ours(plain.encode())
    pen.describe({"name": "Ana"})
    assert pen.files.plan.with_name(".plan.before-thimbl").read_text() == plain
    assert read_plan(pen.files.plan.read_text()).head.name == "Ana"


@pytest.mark.parametrize(
    "raw",
    [
        b"thimbl: 2\n",
        b'{"address": "a@b", "thimbl": 2}',
        b"\xef\xbb\xbfthimbl: 2",
        b'name: x\n"thimbl": 2',
        b"thimbl : 2",
    ],
)
def test_a_plan_that_means_to_be_one_is_not_taken_for_plain_words(raw, pen):
    assert looks_like_ours(raw)
    pen.files.plan.write_bytes(raw)
    with pytest.raises(PlanEdited, match="'thimbl sign'"):
        pen.post("Over it?")
    assert pen.files.plan.read_bytes() == raw


def test_a_plain_plan_behind_a_link_is_kept_and_the_link_stays(pen, tmp_path):
    elsewhere = tmp_path / "dotfiles"
    elsewhere.mkdir()
    (elsewhere / "plan").write_text("Plain.\n")
    pen.files.plan.symlink_to(elsewhere / "plan")
    pen.post("Hello.")
    assert pen.files.plan.is_symlink()
    assert looks_like_ours((elsewhere / "plan").read_bytes())
    assert pen.files.plan.with_name(".plan.before-thimbl").read_text() == "Plain.\n"
    settled_log(pen.files)


def test_an_old_copy_of_the_plan_is_not_gone_on_from(pen):
    pen.post("One.")
    old = pen.files.plan.read_bytes()
    pen.post("Two.")
    pen.files.plan.write_bytes(old)
    with pytest.raises(PlanEdited, match="older"):
        pen.post("Another two, which would fork the log.")
    discard(pen)
    pen.post("Three.")
    assert [record.text for record in settled_log(pen.files)] == ["One.", "Two.", "Three."]


def test_a_plan_that_went_on_elsewhere_is_taken_up(pen, tmp_path):
    pen.post("One.")
    other = tmp_path / "other"
    other.mkdir()
    (other / ".plan").write_bytes(pen.files.plan.read_bytes())
    there = make_pen(other)
    there.post("Two.")
    pen.files.plan.write_bytes(there.files.plan.read_bytes())
    pen.post("Three.")
    assert [record.text for record in settled_log(pen.files)] == ["One.", "Two.", "Three."]
    small = make_pen(other, window=100)
    say(small, 3, "There %d.")
    pen.files.plan.write_bytes(small.files.plan.read_bytes())
    with pytest.raises(PlanProblem, match="Bring the archive"):
        pen.post("With a gap.")


def test_an_archive_of_another_log_is_noticed(pen, tmp_path):
    say(pen, 3)
    other = tmp_path / "other"
    other.mkdir()
    stranger = make_pen(other)
    say(stranger, 3)
    page = stranger.files.archive / "00000001.json"
    (pen.files.archive / "00000001.json").write_bytes(page.read_bytes())
    assert whole(pen)  # the plan has all of it, and wins
    small = make_pen(tmp_path, window=100)
    small.describe({"bio": "x"})
    with pytest.raises(PlanProblem, match="does not belong"):
        small.post("Four.")


def whole(pen: Authoring) -> bool:
    return len(pen.files.all_records(pen.files.load())) == pen.files.load().seq


@pytest.mark.parametrize(
    ("damage", "says"), [(b"[", "damaged"), (b"[]\n", "lacks"), (b"\xff", "damaged"), (b'[{"seq": 2}]', "damaged")]
)
def test_a_damaged_page_is_an_error_that_names_it(tmp_path, damage, says):
    pen = make_pen(tmp_path, window=300)
    say(pen, 30)
    (pen.files.archive / "00000001.json").write_bytes(damage)
    before = pen.files.plan.read_bytes()
    with pytest.raises(PlanProblem, match=f"{says}.*00000001|00000001.*{says}"):
        pen.post("More.")
    assert pen.files.plan.read_bytes() == before


def test_a_missing_page_is_made_again_where_the_plan_has_all_of_it(pen):
    say(pen, 3)
    (pen.files.archive / "00000001.json").unlink()
    pen.post("Four.")
    assert len(settled_log(pen.files)) == 4


def test_a_plan_that_came_without_its_archive_keeps_all_that_it_has(pen, tmp_path):
    say(pen, 130)
    there = tmp_path / "there"
    there.mkdir()
    (there / ".plan").write_bytes(pen.files.plan.read_bytes())
    other = make_pen(there, window=1000)
    other.post("From here.")
    assert len(other.files.load().window) < 10
    assert [record.text for record in settled_log(other.files)][129:] == ["Post 130.", "From here."]


def test_without_the_note_of_the_last_head_a_signed_plan_is_taken_as_it_stands(pen):
    say(pen, 3)
    (pen.files.archive / "head.json").unlink()
    pen.post("Four.")
    assert len(settled_log(pen.files)) == 4
    (pen.files.archive / "head.json").write_text("{")
    with pytest.raises(PlanProblem, match=r"head\.json is damaged"):
        pen.post("Five.")


def test_what_is_no_ordinary_file_is_not_waited_for(pen):
    os.mkfifo(pen.files.plan)
    with pytest.raises(PlanProblem, match="no ordinary file"):
        pen.post("Hello.")
    pen.files.plan.unlink()
    pen.files.plan.mkdir()
    with pytest.raises(PlanProblem):
        pen.post("Hello.")


# failures and rights


@pytest.fixture(scope="module")
def a_full_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a pen that has said a hundred things: each test has a copy of them."""
    folder = tmp_path_factory.mktemp("page")
    say(make_pen(folder), 100)
    return folder


@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
@pytest.mark.parametrize("fails_at", range(1, 7))
def test_a_full_disk_leaves_the_old_plan_and_the_next_post_lands(a_full_page, tmp_path, monkeypatch, call, fails_at):
    shutil.copytree(a_full_page, tmp_path, dirs_exist_ok=True)
    pen = make_pen(tmp_path)
    before = pen.files.plan.read_bytes()
    calls = 0
    real = getattr(os, call)

    def failing(*args):
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*args)

    with monkeypatch.context() as patched, suppress(OSError):
        patched.setattr(os, call, failing)
        pen.post("What does not fit.")
    log = whole_log(pen.files)
    assert len(log) == 101 or pen.files.plan.read_bytes() == before
    pen.post("After that.")
    settled = settled_log(pen.files)
    assert [record.id for record in settled][: len(log)] == [record.id for record in log]
    assert settled[-1].text == "After that."


def test_a_plan_is_for_all_to_read_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        pen = make_pen(tmp_path)
        say(pen, 101)
    finally:
        os.umask(before)
    mode = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [pen.files.plan, *pen.files.archive.iterdir()]}
    assert mode.pop(".lock") == 0o600
    assert set(mode.values()) == {0o644}
    assert stat.S_IMODE(pen.files.archive.stat().st_mode) == 0o755


def test_leftovers_of_killed_writers_are_swept_and_nothing_else(pen, tmp_path):
    pen.post("One.")
    left = [tmp_path / "..plan.4711-0.new", pen.files.archive / ".00000001.json.4711-3.new"]
    kept = [tmp_path / "my.new", tmp_path / ".other.4711-0.new", tmp_path / "..plan.mine.new"]
    for path in left + kept:
        path.write_text("x")
    pen.post("Two.")
    assert not [path for path in left if path.exists()]
    assert all(path.exists() for path in kept)


def test_a_spool_has_the_archive_beside_the_plan(tmp_path):
    files = PlanFiles(tmp_path / "ana.plan", tmp_path / "ana.plan.d", 65536)
    pen = Authoring(files, ANA, lambda: KEY, lambda: NOW, os.urandom)
    pen.post("From a spool.")
    assert (tmp_path / "ana.plan.d" / "00000001.json").is_file()
