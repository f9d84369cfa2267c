"""The poller of an account, over its own files and store, in an internet in memory."""

import pytest

from finger.testing import Refusing
from tests.support.scribe import Scribe
from tests.support.world import FEW
from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.core.schedule import LONGEST, SHORTEST
from thimbl.home import following
from thimbl.home.errors import SettingsError
from thimbl.node.polling.mirroring import mirrored
from thimbl.node.polling.scheduler import LOOK
from thimbl.node.polling.watch import AlreadyPolling
from thimbl.store.types import View

HOUR = 3600
MIRROR = "mirror.example"


@pytest.fixture
def alice(reader):
    """Alice has three posts on her host."""
    alice = Scribe()
    alice.posts(3)
    reader.world.publish(alice)
    return alice


def test_it_asks_stores_and_is_gone(reader, alice):
    reader.follow(alice.address)
    poller = reader.poller()
    assert [(outcome.verdict, outcome.new) for outcome, _ in reader.heard] == [(Verdict.VERIFIED, 3)]
    assert (poller.counts.plans, poller.counts.asked, poller.counts.new) == (1, 1, 3)
    reader.stop(poller)
    assert reader.ended == [None]
    assert len(reader.texts(View.FOLLOWED)) == 3


def test_one_account_has_one_poller(reader, alice):
    first = reader.poller()
    with pytest.raises(AlreadyPolling, match="at work"):
        reader.poller()
    reader.stop(first)
    reader.stop(reader.poller())


def test_a_list_that_is_broken_meanwhile_ends_it_and_lets_go(reader, alice):
    reader.follow(alice.address)
    poller = reader.poller()
    reader.account.paths.following.write_text("following: 5\n")
    reader.run(2 * LOOK)
    [failure] = reader.ended
    assert isinstance(failure.value, SettingsError)
    poller.stop()
    reader.account.paths.following.unlink()
    reader.stop(reader.poller())


def test_who_is_followed_now_is_asked_now(reader, alice):
    poller = reader.poller()
    assert reader.heard == []
    reader.follow(alice.address)
    reader.run(2 * LOOK)
    assert [outcome.address for outcome, _ in reader.heard] == [alice.address]
    following.remove(reader.account.paths, alice.address)
    reader.run(LONGEST, 60)
    assert (len(reader.heard), poller.counts.plans) == (1, 0)
    reader.stop(poller)


def test_some_alone(reader, alice):
    reader.follow(Address.parse("bo@mill.example"))
    poller = reader.poller(who=[alice.address])
    assert [outcome.address for outcome, _ in reader.heard] == [alice.address]
    reader.stop(poller)


def test_what_was_asked_is_kept_for_the_next_run(reader, alice):
    reader.follow(alice.address)
    reader.stop(reader.poller())
    with reader.account.writer() as store:
        author = store.author(alice.address)
        assert author.asked + SHORTEST <= author.due <= author.asked + LONGEST
        due = author.due
    reader.heard.clear()
    poller = reader.poller()
    while not reader.heard:
        reader.run(60, 10)
    assert due <= reader.now() <= due + 70
    reader.stop(poller)


def test_whoever_moved_is_followed_where_they_went(reader, alice):
    reader.follow(alice.address)
    poller = reader.poller()
    old = alice.address
    alice.move("alice@dairy.example")
    reader.world.old_host(old, alice.text(address=str(old)))
    alice.post("At the new place.")
    reader.world.publish(alice)
    reader.run(LONGEST + 60, 30)
    assert [moved for _, moved in reader.heard].count(True) == 1
    [one] = following.load(reader.account.paths)
    assert one.address == alice.address
    reader.heard.clear()
    reader.run(LONGEST + 60, 30)
    assert {outcome.address for outcome, _ in reader.heard} == {alice.address}
    reader.stop(poller)


def test_a_host_goes_down_and_its_author_is_read_through_a_mirror(reader):
    alice = Scribe(mirrors=[MIRROR])
    alice.posts(3)
    reader.world.publish(alice)
    reader.follow(alice.address)
    poller = reader.poller()
    reader.world.put(alice.address, Refusing())
    alice.post("From elsewhere.")
    reader.world.mirror(MIRROR, alice)
    reader.run(LONGEST + HOUR, 30)
    assert "From elsewhere." in reader.texts(View.FOLLOWED)
    assert reader.heard[-1][0].source == MIRROR
    assert poller.counts.failing_hosts == 1
    reader.world.internet.log.clear()
    reader.run(LONGEST + HOUR, 30)
    assert len(reader.heard) > 2
    reader.stop(poller)


def test_a_mirror_keeps_archives_whole_and_out_of_the_timeline(reader):
    alice = Scribe()
    alice.posts(250)
    reader.world.publish(alice, window_bytes=FEW)
    bo = Address.parse("bo@mill.example")
    reader.follow(bo, private=True)
    poller = reader.poller(mirror=(str(alice.address), str(bo)))
    reader.run(HOUR, 5)
    with reader.account.writer() as store:
        assert store.author(alice.address).gap_below is None
        assert len(store.record_data(alice.address, 1, 1_000)) == 250
        assert mirrored(store) == {alice.address}
    assert reader.texts(View.FOLLOWED) == []
    reader.stop(poller)


def test_a_host_that_says_no_plan_is_not_away(reader, alice):
    reader.follow(Address.parse("bo@fields.example"), Address.parse("dora@nowhere.example"))
    poller = reader.poller()
    assert {(outcome.address.host, outcome.failed, outcome.unreachable) for outcome, _ in reader.heard} == {
        ("fields.example", True, False),
        ("nowhere.example", True, True),
    }
    assert poller.counts.failing_hosts == 1
    reader.stop(poller)
