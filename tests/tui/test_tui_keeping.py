"""What the store keeps of a person, while another program holds it: it waits, and nothing else does."""

import asyncio
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.tui.village import Village, VillageDesk, furnished
from thimbl.store import database
from thimbl.store.errors import StoreBusy
from tui import keeping
from tui.aside import Pen
from tui.ports import POST_DRAFT, Desk


class Patient(VillageDesk):
    """One that counts how often it was asked to keep something."""

    def __init__(self, village: Village) -> None:
        super().__init__(village)
        self.tried = 0
        self.asked = asyncio.Event()

    def save_state(self, key: str, value: str) -> None:
        self.tried += 1
        self._loop.call_soon_threadsafe(self.asked.set)
        super().save_state(key, value)

    def here(self) -> None:
        self._loop = asyncio.get_running_loop()


def note(number: int, desk: Desk) -> None:
    desk.save_state("tui", str(number))


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    monkeypatch.setattr(keeping, "PAUSE", 0.01)


def test_a_draft_does_not_wait_for_a_store_that_is_held(tmp_path: Path) -> None:
    """And what is to be kept is kept when the store is free."""
    village = furnished(tmp_path)

    async def scene() -> None:
        desk = Patient(village)
        desk.here()
        pen = Pen(desk)
        with closing(sqlite3.connect(village.path)) as other:
            other.execute("BEGIN IMMEDIATE")
            kept = asyncio.ensure_future(pen.keep(lambda desk: desk.save_state("tui", "here")))
            await desk.asked.wait()
            await pen.do(lambda desk: desk.save_draft(POST_DRAFT, "words"))
            assert await pen.draft(POST_DRAFT) == "words"
            assert not kept.done()
            other.execute("ROLLBACK")
        await kept
        assert desk.tried > 0
        pen.close(lambda desk: desk.save_state("tui", "there"))
        assert desk.saved["tui"] == "there"

    asyncio.run(scene())


def test_who_leaves_waits_for_one_try(tmp_path: Path) -> None:
    """However much was to be kept: the drafts are written, and that the store is held is said."""
    village = furnished(tmp_path)

    async def scene() -> None:
        desk = Patient(village)
        desk.here()
        pen = Pen(desk)
        pen.note_draft(POST_DRAFT, "words")
        with closing(sqlite3.connect(village.path)) as other:
            other.execute("BEGIN IMMEDIATE")
            for number in range(20):
                pen.keep_later(partial(note, number), lambda error: None)
            await desk.asked.wait()
            with pytest.raises(StoreBusy):
                pen.close(lambda desk: desk.save_state("tui", "last"))
            other.execute("ROLLBACK")
        assert desk.drafted[POST_DRAFT] == "words"
        assert set(desk.saved.values()) <= {"0", "1"}

    asyncio.run(scene())
