"""The archive as the web has it: the files that lie beside a plan, as they lie there, and no more than Finger tells."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.asking import LATER, NOW
from tests.support.scribe import Scribe
from tests.support.sneaker import Hand
from tests.support.spooler import spool
from thimbl.core.archive import PAGE, page_name, read_page, write_page
from thimbl.core.plan import Follow, following_data, list_digest
from thimbl.core.records import Record
from thimbl.home.shown import Archive
from thimbl.node.serving.accounts import Account, Spool
from thimbl.node.serving.answering import Answerer
from thimbl.node.serving.copies import Copies
from thimbl.node.serving.websource import WebSource
from thimbl.store.reader import Reader

PAGES = [page_name(start) for start in range(601, 0, -PAGE)]
"""Of Alice's 620 records, newest first."""


def archive_of(host: Answerer, who: str = "alice") -> Archive:
    found = WebSource(host, clock=lambda: NOW).archive(who)
    assert found is not None
    return found


def records_in(archive: Archive) -> list[Record]:
    """All that the pages have, oldest first."""
    pages = [name for name in archive.names() if name != "following.json"]
    texts = [(name, archive.read(name)) for name in reversed(pages)]
    return [record for name, text in texts for record in read_page(text or "", int(name[:8]))]


class TestFiles:
    def test_the_pages_are_those_that_lie_there(self, host, alice, tmp_path):
        archive = archive_of(host)
        assert list(archive.names()) == PAGES
        for name in PAGES:
            assert archive.read(name) == (tmp_path / "alice.plan.d" / name).read_text()
        assert records_in(archive) == alice.records
        for name in (
            "00000701.json",
            "00000002.json",
            "following.json",
            "1.json",
            "../alice.plan",
            "",
            f"{10**400 + 1}.json",
        ):
            assert archive.read(name) is None, name

    def test_a_page_is_read_alone(self, host, alice, monkeypatch):
        """And of the one above it an id is looked for: a log of any length is no more work."""
        archive = archive_of(host)
        read: list[str] = []

        def noted(account: Account, path: Path, plain: Callable[..., object] = Account.read) -> object:
            read.append(path.name)
            return plain(account, path)

        monkeypatch.setattr(Account, "read", noted)
        archive.read("00000101.json")
        assert read == ["00000101.json", "00000201.json"]

    def test_what_is_withheld_is_there_by_its_digest(self, host, tmp_path):
        alice = Scribe()
        alice.posts(150)
        alice.retract(alice.at(7))
        spool(tmp_path, alice, withheld=(7,), window_bytes=1000)
        archive = archive_of(host)
        assert "Post 7." not in (archive.read("00000001.json") or "")
        assert [record.id for record in records_in(archive)] == [record.id for record in alice.records]

    def test_what_was_never_published_is_not_there(self, host, alice, tmp_path):
        """Records above the head: their author was stopped, and will drop them."""
        page = tmp_path / "alice.plan.d" / "00000601.json"
        alice.posts(3)
        page.write_text(write_page(alice.records[600:]))
        assert records_in(archive_of(host)) == alice.records[:620]

    def test_a_plan_without_its_archive_has_the_pages_that_it_covers(self, host, alice, tmp_path):
        archive = archive_of(host)
        for page in (tmp_path / "alice.plan.d").iterdir():
            page.unlink()
        there = list(archive.names())
        assert there == PAGES[: len(there)]
        assert 1 < len(there) < len(PAGES)
        assert records_in(archive) == alice.records[-len(records_in(archive)) :]
        assert archive.read("00000001.json") is None

    @pytest.mark.parametrize("how", ["changed", "another's", "cut short", "closed"])
    def test_a_page_that_does_not_fit_is_left_out(self, host, alice, tmp_path, how):
        page = tmp_path / "alice.plan.d" / "00000101.json"
        if how == "changed":
            page.write_text(page.read_text().replace("Post 200.", "Post 2oo."))
        elif how == "another's":
            eve = Scribe("eve@fields.example", key="eve")
            eve.post("Mine.")
            eve.posts(199)
            page.write_text(write_page(eve.records[100:]))
        elif how == "cut short":
            page.write_text(write_page(alice.records[100:199]))
        else:
            page.chmod(0o600)
        archive = archive_of(host)
        assert archive.read("00000101.json") is None
        assert archive.read("00000201.json") is not None

    def test_the_names_end_where_a_page_is_missing(self, host, alice, tmp_path):
        (tmp_path / "alice.plan.d" / "00000101.json").unlink()
        archive = archive_of(host)
        assert list(archive.names()) == PAGES[:5]
        assert archive.read("00000001.json") is None, "nothing above tells that it is of this log"

    def test_controls_are_escaped(self, host, tmp_path):
        alice = Scribe()
        alice.post("A bell \x07, and one of C1: \x9b31m.")
        spool(tmp_path, alice)
        text = archive_of(host).read("00000001.json") or ""
        assert text.isascii()
        assert "\\u009b" in text
        assert read_page(text, 1) == alice.records

    def test_the_list_behind_a_digest(self, host, tmp_path):
        follows = [Follow(f"nick{number}", Scribe(f"u{number}@dairy.example").address) for number in range(300)]
        spool(tmp_path, Scribe(following=list_digest(follows)))
        file = tmp_path / "alice.plan.d" / "following.json"
        file.write_text(json.dumps(following_data(follows)))
        archive = archive_of(host)
        assert list(archive.names()) == ["following.json"]
        assert json.loads(archive.read("following.json") or "") == following_data(follows)
        file.write_text(json.dumps(following_data(follows[1:])))
        archive = archive_of(host)
        assert (list(archive.names()), archive.read("following.json")) == ([], None)

    def test_none_of_a_plan_that_proves_nothing(self, host, alice, tmp_path):
        source = WebSource(host, clock=lambda: NOW)
        path = tmp_path / "alice.plan"
        path.write_text(path.read_text().replace("Cows.", "Bulls."))
        (tmp_path / "dan.plan").write_text("Plain words.\n")
        assert [source.archive(who) for who in ("alice", "dan", "eve", "timeline", "alice@far.example")] == [None] * 5


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Hand]:
    hand = Hand(tmp_path / "store")
    yield hand
    hand.writer.close()


@pytest.fixture
def mirror(hand: Hand, tmp_path: Path) -> Iterator[Answerer]:
    copies = Copies(lambda: Reader.open(hand.folder / "store.sqlite3"))
    answerer = Answerer(Spool(tmp_path), lambda: LATER, copies=copies)
    yield answerer
    answerer.reload()


class TestCopies:
    def test_the_pages_of_a_copy(self, mirror, hand):
        """With what its author took back by its digest alone, whatever came here."""
        bo = Scribe("bo@mill.example", key="bo")
        bo.posts(230)
        bo.edit(bo.at(3), "Better.")
        bo.retract(bo.at(5))
        hand.fetch(bo)
        assert WebSource(mirror, clock=lambda: NOW).archive("bo@mill.example") is None, "nobody follows them"
        hand.writer.follow(bo.address, "bo")
        archive = archive_of(mirror, "bo@mill.example")
        assert list(archive.names()) == [page_name(start) for start in (201, 101, 1)]
        assert [record.id for record in records_in(archive)] == [record.id for record in bo.records]
        assert "Post 5." not in (archive.read("00000001.json") or "")
        hand.writer.follow(bo.address, "bo", private=True)
        assert WebSource(mirror, clock=lambda: NOW).archive("bo@mill.example") is None

    def test_a_copy_with_a_gap_has_the_whole_pages_above_it(self, mirror, hand):
        bo = Scribe("bo@mill.example", key="bo")
        bo.posts(10)
        hand.fetch(bo)
        bo.posts(240)
        hand.fetch(bo, bo.plan(120))
        hand.writer.follow(bo.address, "bo")
        archive = archive_of(mirror, "bo@mill.example")
        assert list(archive.names()) == ["00000201.json"]
        assert (archive.read("00000101.json"), archive.read("00000001.json")) == (None, None)
