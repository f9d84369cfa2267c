"""A poller that knows communes: whom they cite is asked on a schedule, for as long as the commune is followed."""

from collections.abc import Sequence

import pytest

from tests.node.subscriber import Reader
from tests.support.hamlet import ANA, BO, COMMUNE, CY, FARM, Hamlet, sold_out
from thimbl.core.address import Address
from thimbl.core.schedule import LONGEST
from thimbl.home import following
from thimbl.node.polling.mirroring import mirrored
from thimbl.node.polling.scheduler import LOOK
from thimbl.store.citations import Commune
from thimbl.store.types import Selection

HERE = Address.parse(COMMUNE)
FIRST = Commune(COMMUNE, (ANA, BO, FARM))


@pytest.fixture
def hamlet(reader):
    hamlet = sold_out()
    publish(reader, hamlet)
    return hamlet


def publish(reader: Reader, hamlet: Hamlet) -> None:
    for scribe in hamlet.people.values():
        reader.world.publish(scribe)


def heard_of(reader: Reader) -> dict[str, tuple[str, ...]]:
    """For whose sake each was asked."""
    return {str(outcome.address): outcome.cited_by for outcome, _ in reader.heard}


def test_whom_a_commune_cites_is_asked_as_soon_as_it_is_known(reader, hamlet):
    told: list[Sequence[Commune]] = []
    reader.follow(HERE)
    poller = reader.poller(citing=told.append)
    reader.run(2 * LOOK)
    assert heard_of(reader) == {COMMUNE: ()} | dict.fromkeys((ANA, BO, FARM), (COMMUNE,))
    assert told == [(FIRST,)]
    assert poller.counts.plans == 4
    reader.stop(poller)
    with reader.account.writer() as store:
        assert {item.address for item in store.timeline(Selection(), 100)} == {HERE}


def test_they_are_asked_again_and_new_ones_are_taken_up(reader, hamlet):
    told: list[Sequence[Commune]] = []
    reader.follow(HERE)
    poller = reader.poller(citing=told.append)
    reader.run(2 * LOOK)
    hamlet.admit(CY)
    publish(reader, hamlet)
    reader.heard.clear()
    reader.run(LONGEST, 60)
    assert heard_of(reader)[CY] == (COMMUNE,)
    assert {ANA, BO, FARM} <= heard_of(reader).keys()
    assert told == [(FIRST,), (Commune(COMMUNE, (CY, ANA, BO, FARM)),)]
    reader.stop(poller)


def test_they_go_with_the_commune(reader, hamlet):
    told: list[Sequence[Commune]] = []
    reader.follow(HERE)
    poller = reader.poller(citing=told.append)
    reader.run(2 * LOOK)
    following.remove(reader.account.paths, HERE)
    reader.run(2 * LOOK)
    assert (poller.counts.plans, told[1:]) == (0, [()])
    reader.stop(poller)
    with reader.account.writer() as store:
        assert store.author(Address.parse(ANA)).seq == 2  # what was fetched stays


def test_one_who_is_followed_too_is_asked_once_and_for_oneself(reader, hamlet):
    reader.follow(HERE, Address.parse(ANA))
    poller = reader.poller()
    reader.run(2 * LOOK)
    assert (poller.counts.plans, heard_of(reader)[ANA]) == (4, ())
    reader.stop(poller)


def test_a_poller_of_some_alone_asks_nobody_else(reader, hamlet):
    reader.follow(HERE)
    poller = reader.poller(who=[HERE])
    reader.run(2 * LOOK)
    assert heard_of(reader) == {COMMUNE: ()}
    reader.stop(poller)


def test_the_mirror_of_a_commune_keeps_them_and_shows_no_copies(reader, hamlet):
    poller = reader.poller(mirror=[COMMUNE])
    reader.run(2 * LOOK)
    assert heard_of(reader).keys() == {COMMUNE, ANA, BO, FARM}
    reader.stop(poller)
    with reader.account.writer() as store:
        assert mirrored(store) == {HERE}
