"""The logs that communes cite, as the store has them."""

import sqlite3
from contextlib import closing

import pytest

from tests.store.shelf import taken_of
from tests.support.hamlet import ANA, BO, COMMUNE, CY, FARM, Hamlet, sold_out
from thimbl.core.address import Address
from thimbl.store import Selection, View, Writer, citations
from thimbl.store.citations import Commune, Lacking, by_log, communes, gathered, lacking, trusted_hosts

HERE = Address.parse(COMMUNE)


@pytest.fixture
def hamlet() -> Hamlet:
    return sold_out()


def followed(writer: Writer, hamlet: Hamlet) -> list[Commune]:
    """Follow the commune, and take its log."""
    writer.follow(HERE, "commune")
    taken_of(writer, hamlet.commune)
    return communes(writer)


def test_a_followed_commune_brings_whom_its_newest_records_cite_first(writer, hamlet):
    assert followed(writer, hamlet) == [Commune(COMMUNE, (ANA, BO, FARM))]
    hamlet.admit(CY)
    taken_of(writer, hamlet.commune)
    assert communes(writer) == [Commune(COMMUNE, (CY, ANA, BO, FARM))]
    assert by_log(communes(writer)) == dict.fromkeys((CY, ANA, BO, FARM), (COMMUNE,))


def test_whom_one_follows_or_is_needs_no_commune(writer, hamlet):
    writer.set_me(Address.parse(BO))
    writer.follow(Address.parse(ANA), "ana")
    assert followed(writer, hamlet) == [Commune(COMMUNE, (FARM,))]


def test_unfollowing_the_commune_is_the_end_of_it_and_what_came_stays(writer, hamlet):
    followed(writer, hamlet)
    taken_of(writer, hamlet[ANA])
    writer.unfollow(HERE)
    assert communes(writer) == []
    writer.follow(HERE, "commune")
    assert by_log(communes(writer)).keys() == {ANA, BO, FARM}
    assert len(writer.timeline(Selection(View.AUTHOR, author=Address.parse(ANA)), 10)) == 2


def test_one_is_a_commune_oneself_and_a_mirrored_one_counts(writer, hamlet):
    taken_of(writer, hamlet.commune)
    assert communes(writer) == []
    assert [one.address for one in communes(writer, [HERE, Address.parse(CY)])] == [COMMUNE]
    writer.set_me(HERE)
    assert [one.address for one in communes(writer)] == [COMMUNE]


@pytest.mark.parametrize("charter", [None, {"name": "X", "currency": "EURO, but how", "digits": 2}])
def test_without_a_charter_that_holds_there_is_no_commune(writer, charter):
    hamlet = Hamlet()
    hamlet.people.clear()
    if charter is not None:
        hamlet.state("charter", **charter, period="month", rules=1)
    hamlet.admit(ANA)
    assert followed(writer, hamlet) == []


def test_a_cited_log_stands_in_no_timeline_and_cites_nobody_in_its_turn(writer, hamlet):
    """Ana has a charter of her own, and admits Cy; nobody follows her."""
    hamlet.say(ANA, "charter", name="Ana's", currency="EUR", digits=2, period="month", rules=1)
    application = hamlet.say(CY, "join", commune=ANA, as_="member")
    hamlet.say(ANA, "admission", who=CY, as_="member", application=application)
    followed(writer, hamlet)
    taken_of(writer, hamlet[ANA])
    assert CY not in by_log(communes(writer))
    assert {item.address for item in writer.timeline(Selection(), 100)} == {HERE}
    writer.follow(Address.parse(ANA), "ana")
    assert by_log(communes(writer)) == {CY: (ANA,), BO: (COMMUNE,), FARM: (COMMUNE,)}


def test_of_too_many_the_newest_are_taken(writer, hamlet, monkeypatch):
    monkeypatch.setattr(citations, "MAX_CITED", 2)
    hamlet.admit(CY)
    assert followed(writer, hamlet) == [Commune(COMMUNE, (CY, ANA), beyond=2)]


def test_the_order_in_which_records_come_changes_nothing(writer, hamlet, path):
    hamlet.admit(CY)
    writer.follow(HERE, "commune")
    taken_of(writer, hamlet.commune.rewound(2))
    taken_of(writer, hamlet.commune)
    found = communes(writer)
    writer.rebuild()
    assert communes(writer) == found == [Commune(COMMUNE, (CY, ANA, BO, FARM))]


def test_a_store_that_knew_nothing_of_it_is_completed(writer, hamlet, path):
    followed(writer, hamlet)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM citation")
    assert communes(writer) == [Commune(COMMUNE, ())]
    citations.complete(writer)
    assert communes(writer) == [Commune(COMMUNE, (ANA, BO, FARM))]


def test_what_a_recovery_overrides_cites_nobody_any_more(writer):
    hamlet = Hamlet()
    hamlet.commune.recovery = None
    hamlet.people.clear()
    from tests.support.scribe import Scribe

    hamlet.people[COMMUNE] = Scribe(COMMUNE, key=COMMUNE, recovery="spare")
    hamlet.state("charter", name="The Fields", currency="EUR", digits=2, period="month", rules=1)
    hamlet.admit(ANA)
    before = hamlet.commune.copy()
    hamlet.admit(CY)
    assert followed(writer, hamlet) == [Commune(COMMUNE, (CY, ANA))]
    before.recover("new", "spare")
    before.now = hamlet.commune.now
    taken_of(writer, before)
    assert communes(writer) == [Commune(COMMUNE, (ANA,))]


def test_what_is_lacking(writer, hamlet):
    found = followed(writer, hamlet)
    taken_of(writer, hamlet[FARM])
    writer.failed(Address.parse(BO), "nothing listens there", 5)
    assert lacking(writer, [ANA, BO, FARM]) == [Lacking(ANA, None), Lacking(BO, "nothing listens there")]
    [one] = gathered(writer, found)
    assert (one.commune, one.cited, one.found, one.beyond) == (COMMUNE, 3, 1, 0)


def test_the_hosts_that_a_person_named(writer, hamlet):
    followed(writer, hamlet)
    writer.set_me(Address.parse("me@home.example:7979"))
    taken_of(writer, hamlet[ANA])
    assert trusted_hosts(writer) == {"commune.example", "home.example:7979"}


def test_somebody_of_whom_nothing_is_known_has_an_address(writer):
    author = citations.author_of(writer, CY)
    assert (author.address, author.verdict, author.posts) == (Address.parse(CY), None, 0)
