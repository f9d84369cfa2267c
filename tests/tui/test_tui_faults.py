"""What goes wrong with one's own files while the UI runs: each met with a sentence, and nothing that was typed is lost.

The files are real: a store that is overwritten, moved away, of a newer version or held by another program; a plan that
was edited by hand.
"""

import asyncio
import os
import shutil
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.tui.running import Session, closed, composer, opened, play
from tests.tui.village import ME, NOW, Village, VillageDesk, furnished
from thimbl.cli.upkeep import NEW_STORE, find_store
from thimbl.core.address import Address
from thimbl.core.keys import PrivateKey
from thimbl.home import settings
from thimbl.home.account import Account
from thimbl.home.desk import Desk
from thimbl.home.desks import part
from thimbl.home.keyfile import make_key
from thimbl.home.paths import Paths
from thimbl.home.settings import Settings
from thimbl.store import database
from thimbl.store.errors import StoreDamaged
from thimbl.store.types import Selection
from tui import keeping, places, reading
from tui.app import ThimblApp
from tui.aside import Pen
from tui.bars import Status
from tui.composer import Composer
from tui.fetching import FetchingScreen
from tui.places import Tab


def files(path: Path) -> list[Path]:
    """The store's, with what SQLite keeps beside it."""
    return sorted(path.parent.glob(f"{path.name}*"))


def overwrite(path: Path) -> None:
    """As a disk does that fails: no page is what it was."""
    for file in files(path):
        file.write_bytes(b"\xa5" * max(4_096, file.stat().st_size))


def make_newer(path: Path) -> None:
    """As a newer thimbl leaves it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def take_away(path: Path) -> None:
    for file in files(path):
        file.unlink()


def test_a_store_that_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fault is said, and said for as long as any of what is in sight can not be read; every key does what it can;
    what is typed is kept all the same; and when a store is there again it is read, without a restart, though it is
    another file by then."""
    village = furnished(tmp_path)
    with closing(sqlite3.connect(village.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = tmp_path / "whole"
    shutil.copy(village.path, whole)
    monkeypatch.setattr(reading, "READ_AFTER", 0)

    async def scene(s: Session) -> None:
        await s.selected("@cy the bakery asks")
        await s.until(lambda: s.desk.marked, "nobody writes any more")
        with monkeypatch.context() as patch:
            patch.setattr(places, "counts", in_the_middle)
            s.screen.version = None  # somebody has written
            await s.screen.look()
            assert troubled(s, "a page of it is damaged")
            await s.screen.look()  # its first page is whole, and has not changed
            assert troubled(s, "a page of it is damaged")
        await s.screen.look()
        assert s.screen.status.said == "The store can be read again."
        for spoil, words in SPOILT:
            spoil(village.path)
            await s.screen.look()
            await s.until(partial(troubled, s, words), words)
            if spoil is overwrite:
                await s.press("j", "t", "M", "7", "1", "c")
                await opened(s, Composer)
                await s.press(*"Typed.", "escape")
                await closed(s)
                await s.until(lambda: s.desk.drafted.get("post") == "Typed.")
            take_away(village.path)
            shutil.copy(whole, village.path)
            await s.screen.look()
            await s.until(lambda: not s.screen.status.trouble)
        ana = village.scribes["ana"]
        ana.now = NOW
        ana.post("After the rebuild.")
        village.fetch(ana)
        await s.screen.look()
        await s.until(lambda: s.screen.status.offered or "After the rebuild." in s.shown)

    play(tmp_path, scene, village=village)


def in_the_middle(reader: object, everyone: bool = False) -> dict[Tab, int]:
    """As a question fails that comes to a spoilt page, while others are answered."""
    raise StoreDamaged("a page of it is damaged")


def troubled(s: Session, words: str) -> bool:
    return words in s.screen.status.said and s.screen.status.trouble


SPOILT: Final = (
    (overwrite, "is damaged"),
    (make_newer, "made by a newer thimbl"),
    (take_away, "There is no store"),
)


def test_a_store_that_another_program_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading goes on; what can not be written is said, and taken back where it was shown."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    monkeypatch.setattr(keeping, "PATIENCE", 0)
    village = furnished(tmp_path)

    async def scene(s: Session) -> None:
        await s.until(lambda: "is busy" in s.screen.status.said)
        assert "Another thimbl has been writing" in s.screen.status.said or "Try again" in s.screen.status.said
        await s.selected("@cy the bakery asks")
        assert s.item.unread
        await s.press("j")
        await s.selected("Retracted")

    with closing(sqlite3.connect(village.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        desk = play(tmp_path, scene, village=village, desk=Deaf(village))
        other.execute("ROLLBACK")
    assert desk.marked


class Deaf(VillageDesk):
    """One whose state is not kept at the end, since the store is held."""

    def save_state(self, key: str, value: str) -> None:
        self.saved[key] = value


# with a desk and an account as they are


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """Of one who has posted once."""
    environ = {"THIMBL_HOME": str(tmp_path / "home")}
    paths = Paths.find(environ)
    settings.save(paths, Settings(address=Address.parse(ME)))
    make_key(paths.key, lambda: PrivateKey.from_seed(bytes(32)))
    made = Account.find(environ, lambda: NOW, os.urandom)
    made.remember_published(made.authoring.post("First."))
    return made


class Still(Desk):
    """A desk that starts no poller."""

    def watch_command(self) -> list[str] | None:
        return None


def at_home(account: Account, scene: Callable[[ThimblApp, Session], Awaitable[None]]) -> None:
    """The application over an account's own files."""

    async def whole() -> None:
        app = ThimblApp(account.paths.store, Still(account), lambda: NOW)
        async with app.run_test(size=(100, 30)) as pilot:
            session = Session(app, pilot, Village(account.paths.store.parent / "village").desk())
            await session.until(lambda: app.reading.begun)
            await scene(app, session)

    asyncio.run(whole())


def texts(account: Account) -> list[str]:
    """What the published plan says, newest first."""
    return [record.text for record in account.files.all_records(account.files.load())][::-1]


def test_what_is_published_and_what_is_not(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A post that the store can not take is published: that is said as what it is, and not as one that failed, which
    would be sent twice. Into a plan that was edited by hand none goes: the sentence says what to do, the text stays in
    the sheet and in the draft, and nothing is written over."""
    monkeypatch.setattr(part, "PATIENCE", 0.01)

    async def scene(app: ThimblApp, s: Session) -> None:
        await s.selected("First.")
        with closing(sqlite3.connect(account.paths.store)) as other:
            other.execute("BEGIN IMMEDIATE")
            await s.press("c")
            await opened(s, Composer)
            await s.press(*"Two.", "ctrl+s")
            await closed(s)
            await s.until(lambda: any("It is published" in toast.message for toast in app._notifications))
            other.execute("ROLLBACK")
        assert texts(account) == ["Two.", "First."]
        account.paths.plan.write_text(account.paths.plan.read_text().replace("Two.", "Two, by hand."))
        await s.press("c")
        await opened(s, Composer)
        await s.press(*"Three.", "ctrl+s")
        await s.until(lambda: "thimbl sign" in s.shown)
        assert composer(s).text == "Three."
        await s.press("escape")
        await closed(s)

    at_home(account, scene)
    assert "Two, by hand." in account.paths.plan.read_text()
    assert Desk(account).draft("post") == "Three."
    account.paths.plan.write_text(account.paths.plan.read_text().replace("Two, by hand.", "Two."))
    with account.writer() as writer:  # the next one brings all
        account.remember_published(account.authoring.post("Three."))
        assert [item.text for item in writer.timeline(Selection(), 9)] == ["Three.", "Two.", "First."]


def test_a_store_that_is_missing_at_the_start_is_made_and_that_is_told(account: Account) -> None:
    """Once, with the first that is done: what was read is known nowhere else."""
    assert not find_store(account)
    take_away(account.paths.store)
    assert find_store(account)
    with account.writer() as writer:
        assert [item.text for item in writer.timeline(Selection(), 9)] == ["First."]

    async def told() -> list[str]:
        desk, said = Desk(account), list[str]()
        desk.note(NEW_STORE)
        pen = Pen(desk)
        pen.behind = said.append
        for _ in range(2):
            await pen.draft("post")
        pen.close()
        return said

    assert asyncio.run(told()) == [NEW_STORE]


# the poller


class Ending(VillageDesk):
    """A desk whose poller ends, once for each time that it is asked for."""

    def __init__(self, village: Village) -> None:
        super().__init__(village)
        self.started = 0

    def watch_command(self) -> list[str] | None:
        self.started += 1
        if self.started == 2:
            raise OSError("no lock can be taken")
        if self.started == 3:
            return ["/nowhere/thimbl"]
        if self.started == 4:
            return None
        return [sys.executable, "-c", "import sys; sys.exit('it is \\x1b[2Jtired')"]


def test_a_poller_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ended it, with longer and longer pauses, which are told; where another one polls, none is started."""
    monkeypatch.setattr(FetchingScreen, "RESTARTS", (0.0, 0.0, 0.0, 300.0))
    monkeypatch.setattr(FetchingScreen, "LOOK_FOR_OTHER", 0.0)
    village = furnished(tmp_path)
    desk = Ending(village)
    said: list[str] = []

    async def scene(s: Session) -> None:
        await s.until(lambda: "started again in 5m" in s.screen.status.said)

    say = Status.say

    def noted(status: Status, text: str, *, trouble: bool = False) -> None:
        said.append(text)
        say(status, text, trouble=trouble)

    monkeypatch.setattr(Status, "say", noted)
    play(tmp_path, scene, village=village, desk=desk)
    told = [text.partition(". It is")[0][:51] for text in said if "by hand" in text]
    assert told == [
        "The poller has ended: it is \x1b[2Jtired",
        "The poller can not be started: no lock can be taken",
        "The poller did not start: /nowhere/thimbl can not b",
        "The poller has ended: it is \x1b[2Jtired",
    ]
    assert said.count("The poller was started again.") == 2
    assert desk.started == 5
