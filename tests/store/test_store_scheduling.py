"""What the schedule keeps in the store."""

import pytest

from tests.support.scribe import START, Scribe
from thimbl.core.address import Address
from thimbl.core.log import Verdict, judge
from thimbl.core.schedule import WELL, HostState
from thimbl.store import scheduling
from thimbl.store.scheduling import Standing
from thimbl.store.writer import Writer

ALICE, BO, ME = (Address.parse(text) for text in ("alice@fields.example", "bo@mill.example:7979", "me@home.example"))
NOW = START + 86_400


@pytest.fixture
def store(tmp_path):
    """A store that is mine, in which I follow Alice in public and Bo in private."""
    with Writer.open(tmp_path / "store.sqlite3") as writer:
        writer.set_me(ME)
        writer.sync_following([(ALICE, "alice", False), (BO, "bo", True)])
        yield writer


def take(store: Writer, scribe: Scribe, me: bool = False, now: int = NOW) -> None:
    """Take a scribe's whole log."""
    plan = scribe.plan()
    judgement = judge(plan, store.known(scribe.address, 1, scribe.seq), now)
    assert judgement.verdict is Verdict.VERIFIED
    store.take(judgement, now, me=me)


def standing(store: Writer, address: Address) -> Standing:
    [found] = scheduling.standings(store, [address])
    return found


def test_those_who_are_followed_and_nobody_else(store):
    store.failed(Address.parse("met@once.example"), "away", NOW)
    assert sorted(scheduling.followed(store), key=lambda one: one.address) == [
        Standing(str(ALICE), None, None, None),
        Standing(str(BO), None, None, None),
    ]
    store.follow(ME, "me")
    assert str(ME) not in {one.address for one in scheduling.followed(store)}


def test_a_due_moment_is_kept(store):
    scheduling.note(store, {str(ALICE): NOW + 600, "nobody@nowhere.example": 5}, {}, NOW)
    assert standing(store, ALICE).due == NOW + 600
    assert store.author(ALICE).due == NOW + 600
    assert standing(store, BO).due is None
    assert store.author(Address.parse("nobody@nowhere.example")) is None


def test_standings_are_of_whom_one_asks_known_or_not_and_each_once(store):
    stranger = Address.parse("new@nowhere.example")
    found = scheduling.standings(store, [BO, stranger, BO])
    assert found == [Standing(str(BO), None, None, None), Standing(str(stranger), None, None, None)]


def test_whoever_moved_stands_by_the_new_address(store):
    scribe = Scribe()
    scribe.posts(2)
    take(store, scribe)
    scribe.move("alice@new.example")
    plan = scribe.plan()
    store.take(judge(plan, store.known(ALICE, 1, 3), NOW), NOW, asked=ALICE)
    scheduling.note(store, {str(ALICE): NOW + 60}, {}, NOW)
    new = Address.parse("alice@new.example")
    assert scheduling.standings(store, [ALICE, new]) == [Standing(str(new), NOW + 60, NOW, None)]
    store.follow(ALICE, "alice", private=True)
    assert scheduling.private(store) == {str(ALICE), str(new), str(BO)}


def test_when_somebody_wrote_is_read_off_the_index(store):
    scribe = Scribe()
    scribe.posts(14)
    take(store, scribe)
    found = scheduling.written(store, ALICE)
    assert found == [START + 60 * number for number in range(14, 4, -1)]
    assert scheduling.written(store, ALICE, 2) == found[:2]
    assert scheduling.written(store, BO) == []
    assert scheduling.written(store, Address.parse("new@nowhere.example")) == []
    plan = store._db.rows(
        "EXPLAIN QUERY PLAN SELECT rowid >> 24 FROM item WHERE author = 1 ORDER BY rowid DESC LIMIT 10"
    )
    assert [row[3] for row in plan] == ["SEARCH item USING COVERING INDEX item_author (author=?)"]


def test_a_new_profile_is_a_sign_of_life_too(store):
    scribe = Scribe()
    scribe.posts(2)
    scribe.now += 3600
    take(store, scribe)
    assert scheduling.written(store, ALICE) == [START + 120 + 3600, START + 60, START]


def test_whom_i_answered_or_named(store):
    scribe = Scribe()
    post = scribe.post()
    take(store, scribe)
    mine = Scribe(str(ME), key="me", start=START + 600)
    mine.post("An old word.")
    mine.post("Yes.", re=f"{ALICE}#{post.id}")
    mine.post("And you, @bo@mill.example:7979? And @alice@fields.example?")
    take(store, mine, me=True)
    assert scheduling.spoken_to(store, START) == {str(ALICE): START + 720, str(BO): START + 720}
    assert scheduling.spoken_to(store, START + 721) == {}


def test_hosts_that_fail_are_kept_until_they_answer(store):
    store.set_features("fields.example", frozenset({"since"}), NOW)
    away = HostState(3, NOW - 500, NOW + 480)
    scheduling.note(store, {}, {"fields.example": away, "mill.example:7979": away}, NOW)
    assert scheduling.failing_hosts(store) == {"fields.example": away, "mill.example:7979": away}
    assert store.features("fields.example") == frozenset({"since"})
    scheduling.note(store, {}, {"fields.example": WELL}, NOW)
    assert scheduling.failing_hosts(store) == {"mill.example:7979": away}


def test_who_names_mirrors(store):
    plain, mirrored = Scribe(), Scribe(str(BO), key="bo", mirrors=["mirror.example"])
    for scribe in (plain, mirrored):
        scribe.post('"mirrors": ["mirror.example"]')
        take(store, scribe)
    assert scheduling.with_mirrors(store, [str(ALICE), str(BO), "new@nowhere.example"]) == {str(BO)}
    mirrored.head_data["mirrors"] = []
    mirrored.post()
    take(store, mirrored)
    assert scheduling.with_mirrors(store, [str(ALICE), str(BO)]) == set()


def test_all_is_kept_or_nothing(store):
    def fail() -> None:
        with store.batch():
            scheduling.note(store, {str(ALICE): NOW}, {"fields.example": HostState(1, NOW, NOW)}, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert standing(store, ALICE).due is None
    assert scheduling.failing_hosts(store) == {}


def test_more_than_one_statement_takes(store):
    many = [Address(f"u{number}", "many.example") for number in range(1_200)]
    for address in many:
        store.failed(address, "away", NOW)
    scheduling.note(store, {str(address): NOW + 1 for address in many}, {}, NOW)
    assert {one.due for one in scheduling.standings(store, many)} == {NOW + 1}
