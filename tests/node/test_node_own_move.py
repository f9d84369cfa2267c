"""A move as its author makes it, followed by those who read them over Finger: the same log, verified."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from finger.testing import Refusing
from tests.support.world import World
from thimbl.core.address import Address
from thimbl.core.compose import Entry
from thimbl.core.log import Verdict
from thimbl.core.records import MOVE, POST
from thimbl.home.account import Account
from thimbl.home.beginning import begin, for_address
from thimbl.home.moving import Settled, plan_move, publish, settle
from thimbl.home.settings import MIN_WINDOW

OLD = Address.parse("ana@fields.example")
NEW = Address.parse("anna@dairy.example")


@pytest.fixture
def world(tmp_path):
    """A reader, who follows nobody yet."""
    world = World(tmp_path)
    yield world
    world.store.close()


class Author:
    """Somebody with a home, who brings their plan to where it is served."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        found = Account.find({"THIMBL_HOME": str(folder)}, lambda: world.now, lambda number: b"\7" * number)
        self.account = begin(for_address(found, OLD), {}).account

    def serve(self, plan: Path | None = None, at: Address | None = None) -> None:
        """Put the plan, or another one, on the host of the address, or of another one; the archive with the first."""
        at = at or self.account.address
        folder = self.world.host(at.host)
        shutil.copy(plan or self.account.paths.plan, folder / f"{at.user}.plan")
        if plan is None:
            shutil.copytree(self.account.paths.archive, folder / f"{at.user}.plan.d", dirs_exist_ok=True)

    def post(self, text: str) -> None:
        self.world.now += 60
        self.account.authoring.post(text)
        self.serve()

    def move(self, new: Address) -> Settled:
        """Move, leave the last plan behind, and serve the plan at the new address."""
        self.world.now += 60
        wanted = plan_move(self.account, new)
        done = settle(self.account, wanted, publish(self.account, wanted).records[-1])
        self.serve(done.last_plan, self.account.address)
        self.account = done.account
        return done

    def ids(self) -> list[str]:
        """Of the log, oldest first."""
        return [record.id for record in self.account.files.all_records(self.account.files.load())]


@pytest.fixture
def ana(world, tmp_path):
    """Ana has posted, and the reader has that by her address."""
    author = Author(world, tmp_path / "ana")
    author.post("Before.")
    world.store.follow(OLD, "ana", private=False)
    assert world.one(OLD).verdict is Verdict.VERIFIED
    return author


def stranger(world: World, folder: Path) -> World:
    """Another reader, of the same hosts."""
    other = World(folder / "other")
    other.internet, other.client, other.strangers = world.internet, world.client, world.client
    other.now = world.now
    other.begin_anew()
    return other


def has_all(world: World, author: Author) -> bool:
    """Whether the reader has the log, under its present address alone, and nothing is missing."""
    address, store = author.account.address, world.store
    [known] = store.authors(followed_only=False)
    ids = [one.id for one in world.items(address)]
    return (known.address, known.verdict, known.gap_below, ids) == (address, Verdict.VERIFIED, None, author.ids())


def test_a_reader_is_led_from_the_last_plan_to_the_new_host(world, ana):
    """Told of it while the new host has nothing yet; then it is the same log, and the old host may go."""
    ana.move(NEW)
    outcome = world.one(OLD)
    assert (outcome.verdict, outcome.moved_to, outcome.settled) == (Verdict.VERIFIED, NEW, False)
    ana.post("After.")
    outcome = world.one(OLD)
    assert (outcome.verdict, outcome.moved_to, outcome.settled, outcome.new) == (Verdict.VERIFIED, NEW, True, 1)
    world.put(OLD, Refusing())
    ana.post("And more.")
    assert world.one(OLD).new == 1
    assert has_all(world, ana)


def test_whoever_comes_later_by_the_old_address(world, ana, tmp_path):
    """Has never heard of her, and pins the one key."""
    ana.move(NEW)
    ana.post("After.")
    other = stranger(world, tmp_path)
    assert (other.one(OLD).settled, has_all(other, ana)) == (True, True)
    other.store.close()


def test_one_daemon_for_both_names(world, ana, tmp_path):
    """It answers for the old one with the plan of now, out of whose window the move has gone: older pages have it."""
    ana.account = replace(ana.account, settings=replace(ana.account.settings, window=MIN_WINDOW))
    ana.move(NEW)
    ana.account.authoring.say([Entry(POST, {"text": "Frost. " * 200})] * 20)
    for address in (NEW, OLD):
        ana.serve(at=address)
    assert not any(record.kind == MOVE for record in ana.account.files.load().window)
    other = stranger(world, tmp_path)
    assert (world.one(OLD).settled, other.one(OLD).settled) == (True, True)
    assert (has_all(world, ana), has_all(other, ana)) == (True, True)
    other.store.close()


def test_there_and_back(world, ana):
    """Who was led away is led back, and who slept through it sees nothing but the log going on."""
    ana.move(NEW)
    ana.post("After.")
    assert world.one(OLD).settled
    ana.move(OLD)
    ana.post("Home.")
    outcome = world.one(NEW)
    assert (outcome.moved_to, outcome.settled) == (OLD, True)
    assert has_all(world, ana)
