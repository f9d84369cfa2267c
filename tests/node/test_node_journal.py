"""What a fetch and a poller leave in the store about what they did."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from thimbl.core.address import Address
from thimbl.core.keys import PrivateKey
from thimbl.core.log import Verdict
from thimbl.core.schedule import WELL
from thimbl.home.account import Account
from thimbl.home.keyfile import make_key
from thimbl.home.paths import Paths
from thimbl.home.settings import Settings, save
from thimbl.node.polling.book import StoreBook, keep_schedule
from thimbl.node.polling.journal import Journal
from thimbl.node.polling.outcome import Outcome
from thimbl.store import askings
from thimbl.store.askings import FORGOTTEN, MAX_NEWS, MAX_WORDS, Asking
from thimbl.store.errors import StoreBusy, StoreReplaced
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer

NOW = 1_795_000_000
ANA, BO = Address.parse("ana@fields.example"), Address.parse("bo@mill.example:7979")
GOOD = Outcome(ANA, Verdict.VERIFIED)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "store.sqlite3"
    Writer.open(found).close()
    return found


def test_a_fetch_is_counted_by_host(path: Path) -> None:
    """What answered, what it brought, what it weighed, and why it did not answer the last time."""
    received = {"fields.example": 700, "mill.example:7979": 20, "elsewhere.example": 5}
    with Writer.open(path) as writer:
        outcomes = [Outcome(ANA, Verdict.VERIFIED, new=3), Outcome(BO, reason="connection refused", unreachable=True)]
        keep_schedule(writer, outcomes, NOW, received)
        assert received == {"elsewhere.example": 5}  # nobody was asked there who came to anything yet
        received["fields.example"] = 100
        keep_schedule(writer, [GOOD, Outcome(ANA, Verdict.STALE, "an old copy")], NOW + 9, received)
    with Reader.open(path) as reader:
        fields, mill = askings.hosts(reader)
        told = askings.news(reader)
    assert (fields.hostport, fields.asked, fields.answered) == ("fields.example", 3, 3)
    assert (fields.bytes, fields.new) == (800, 3)
    assert list(fields.verdicts.items()) == [(Verdict.VERIFIED, 2), (Verdict.STALE, 1)]
    assert (fields.last, fields.failed, fields.words, fields.state) == (NOW + 9, None, "", WELL)
    assert (mill.hostport, mill.asked, mill.answered, mill.bytes) == ("mill.example:7979", 1, 0, 20)
    assert (mill.failed, mill.words, mill.state.failures) == (NOW, "connection refused", 1)
    assert [(one.address, one.verdict, one.new, one.words) for one in told] == [
        (str(ANA), Verdict.STALE, 0, "an old copy"),
        (str(BO), None, 0, "connection refused"),
        (str(ANA), Verdict.VERIFIED, 3, ""),
    ]


def test_a_mirror_and_the_host_it_stands_in_for(path: Path) -> None:
    """Both were asked; a host that is known to be away was not."""
    with Writer.open(path) as writer:
        mirrored = Outcome(ANA, Verdict.VERIFIED, source="mirror.example", failure="it is down", unreachable=True)
        keep_schedule(writer, [mirrored], NOW, {})
        keep_schedule(writer, [Outcome(ANA, Verdict.VERIFIED, source="mirror.example", failure="down")], NOW, {})
        hosts = {host.hostport: host for host in askings.hosts(writer)}
    assert (hosts["mirror.example"].asked, hosts["mirror.example"].answered) == (2, 2)
    assert (hosts["fields.example"].asked, hosts["fields.example"].words) == (1, "it is down")


def test_a_poller_keeps_it_with_the_schedule(path: Path) -> None:
    """What could not be written is written the next time."""
    journal = Journal({})
    with Writer.open(path) as writer:
        account = Account.find({"THIMBL_HOME": str(path.parent)}, lambda: NOW, os.urandom)
        book = StoreBook(account, writer, journal=journal)
        journal.heard(GOOD, NOW)
        book.note({}, {}, NOW)
        journal.heard(GOOD, NOW)
        with closing(sqlite3.connect(path)) as other:
            writer._db.run("PRAGMA busy_timeout = 0")
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusy):
                book.note({}, {}, NOW)
        book.note({}, {}, NOW)
        book.note({}, {}, NOW)
        assert [(host.hostport, host.asked) for host in askings.hosts(writer)] == [("fields.example", 2)]


def test_it_is_bounded(path: Path) -> None:
    """The newest are kept, whatever a host writes into a reason is cut, and who is asked no more is forgotten."""
    with Writer.open(path) as writer:
        for some in range(3):
            askings.note(
                writer,
                [Asking("a.example", "a@a.example", None, 0, f"{some} {n} " + "x" * 9_999, NOW) for n in range(600)],
                {},
            )
        kept = askings.news(writer, 10_000)
        assert len(kept) == MAX_NEWS
        assert (kept[0].words[:6], kept[-1].words[:6]) == ("2 599 ", "1 200 ")
        assert {len(one.words) for one in kept} == {MAX_WORDS}
        assert len(askings.news(writer, 7)) == 7
        assert askings.news(writer, hostport="b.example") == []
        askings.note(writer, [Asking("b.example", "b@b.example", None, 0, "", NOW + FORGOTTEN)], {})
        askings.forget(writer, NOW + FORGOTTEN + 1)
        assert [host.hostport for host in askings.hosts(writer)] == ["b.example"]


def test_the_first_look_finds_what_one_has_written_oneself(path: Path) -> None:
    """A plan that was put here by hand, or written elsewhere, is in no store."""
    paths = Paths.find({"THIMBL_HOME": str(path.parent)})
    save(paths, Settings(address=ANA))
    make_key(paths.key, lambda: PrivateKey.from_seed(bytes(32)))
    account = Account.find({"THIMBL_HOME": str(path.parent)}, lambda: NOW, os.urandom)
    account.authoring.post("Frost tonight.")
    with account.writer() as writer:
        StoreBook(account, writer).look()
        found = writer.author(ANA)
    assert found is not None
    assert found.posts == 1


def test_a_store_that_was_put_away_is_written_to_no_further(path: Path) -> None:
    """Whoever moves it aside to make it anew wants the poller in the new one."""
    with Writer.open(path) as writer:
        account = Account.find({"THIMBL_HOME": str(path.parent)}, lambda: NOW, os.urandom)
        book = StoreBook(account, writer)
        book.look()
        path.rename(path.with_name("old"))
        with pytest.raises(StoreReplaced, match="start again"):
            book.look()
        Writer.open(path).close()
        with pytest.raises(StoreReplaced):
            book.look()
