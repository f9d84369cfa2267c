"""What the store makes of each verdict (plan-format 4), and what it knows afterwards."""

import json
from pathlib import Path

import pytest

from tests.store.shelf import WHOLE, dump, judged, shown, taken, taken_of, texts
from tests.support.scribe import MINUTE, START, Scribe
from thimbl.core.address import Address
from thimbl.core.canonical import Value
from thimbl.core.log import Known, Seen, Verdict, judge, judge_bytes
from thimbl.core.plan import read_plan
from thimbl.core.records import Record
from thimbl.core.times import parse_time
from thimbl.store import Selection, View, Writer

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
NOW = parse_time("2027-06-01T00:00:00Z")
"""After everything in the vectors."""

KIM = json.loads((VECTORS / "kim-verdicts.json").read_text())


@pytest.mark.parametrize("case", KIM, ids=lambda case: "+".join([*case["after"], case["plan"]]))
def test_the_store_knows_what_the_core_concluded(writer, case):
    """kim: a key rotated, recovered, stolen, taken back; each step judged from what the store alone knows."""
    address = read_plan((VECTORS / "kim-1-first.plan").read_text()).head.address
    expected = Known(address)
    for name in [*case["after"], case["plan"]]:
        raw = (VECTORS / name).read_bytes()
        known = writer.known(address, 1, WHOLE)
        assert known == expected
        judgement = judge_bytes(raw, known, NOW)
        writer.take(judgement, NOW)
        expected = judgement.known
    assert judgement.verdict == case["verdict"]
    assert writer.known(address, 1, WHOLE) == expected
    author = writer.author(address)
    assert (author.verdict, author.reason) == (judgement.verdict, judgement.reason)
    kept = [data["seq"] for data in writer.record_data(address, 1, WHOLE)]
    assert kept == sorted(seq for seq, seen in expected.seen.items() if seen.time is not None)


@pytest.mark.parametrize("name", ["alice.plan", "alice.json.plan", "kim-2-rotated.plan"])
def test_what_was_fetched_is_kept_as_it_came(writer, name):
    plan = read_plan((VECTORS / name).read_text())
    taken(writer, plan, NOW)
    assert json.dumps(writer.head_data(plan.head.address)) == json.dumps(plan.head.data)
    retracted = {record.body["of"] for record in plan.records if record.kind == "retract"}
    came = [record.withhold() if record.id in retracted else record for record in reversed(plan.records)]
    kept = writer.record_data(plan.head.address, 1, WHOLE)
    assert [json.dumps(data) for data in kept if "digest" not in data] == [
        json.dumps(record.data) for record in came if not record.withheld
    ]
    assert [Record.from_data(data).id for data in kept] == [record.id for record in came]


def test_strange_data_round_trips(writer):
    scribe = Scribe(motto={"deep": [1, {"a": [True, ""]}]}, name="\0 \u202e 🐝")
    scribe.post("\x00 nul \x1b[31m \u2028 \U0001f41d", subject="", lang="")
    scribe.announce("harvest", crates=[1, 2, {"of": "plums"}], big=2**53 - 1)
    scribe.add("post", {"text": 7, "re": ["x"]})
    taken_of(writer, scribe)
    assert writer.record_data(scribe.address, 1, 9) == [record.data for record in scribe.records]
    assert writer.head_data(scribe.address)["motto"] == {"deep": [1, {"a": [True, ""]}]}
    wrong, harvest, post = shown(writer)
    assert (post.text, post.subject) == (scribe.at(1).text, "")
    assert (harvest.kind, harvest.text, harvest.malformed) == ("harvest", "", None)
    assert harvest.body == {"crates": [1, 2, {"of": "plums"}], "big": 2**53 - 1}
    assert (wrong.text, wrong.malformed, wrong.re, wrong.body) == ("", "text", None, {"text": 7, "re": ["x"]})


def test_a_malformed_offer_is_shown_as_that(writer):
    scribe = Scribe()
    offer: dict[str, Value] = {
        "commune": "fields@fields.example",
        "series": "TRACTOR-1",
        "asset": "A small tractor",
        "unit": "50.00 EUR",
    }
    offer |= {"rent": "120.00 EUR", "term": 36, "rate_bp": 300, "closes": "2026-12-24T00:00:00Z"}
    scribe.announce("bond-offer", face="2400.00 EUR", **offer)
    scribe.announce("bond-offer", face="2410.00 EUR", **offer)
    taken_of(writer, scribe)
    crooked, sound = shown(writer)
    assert (sound.malformed, sound.text, sound.body["asset"]) == (None, "", "A small tractor")
    assert crooked.malformed == "unit"
    assert writer.rowids(Selection(View.BONDS)) == [crooked.rowid, sound.rowid]
    assert writer.count(Selection(View.SEARCH, words="tractor")) == 2


def test_new_records_are_new_once(writer):
    scribe = Scribe()
    scribe.posts(3)
    assert taken_of(writer, scribe) == 3
    assert taken_of(writer, scribe) == 0
    scribe.posts(2)
    assert taken_of(writer, scribe, 2) == 2
    assert texts(writer) == [f"Post {n}." for n in (5, 4, 3, 2, 1)]


def test_a_judgement_taken_twice_changes_nothing(path, writer):
    scribe = Scribe()
    scribe.posts(3)
    judgement = judged(writer, scribe.plan(), scribe.now)
    writer.take(judgement, scribe.now)
    writer.mark_all(Selection(View.EVERYONE))
    before = dump(path, "item", "record", "head", "words")
    assert writer.take(judgement, scribe.now) == 0
    assert dump(path, "item", "record", "head", "words") == before


def test_a_judgement_that_another_process_has_overtaken_takes_nothing(path, writer):
    scribe = Scribe()
    scribe.posts(3)
    late = judged(writer, scribe.plan(), scribe.now)
    scribe.posts(1)
    taken_of(writer, scribe)
    thief = Scribe(key="thief")
    thief.posts(2)
    pinned_otherwise = judge(thief.plan(), Known(thief.address), thief.now + MINUTE * 99)
    before = dump(path, "item", "record", "head", "words", "key_link")
    assert writer.take(late, scribe.now) == 0
    assert writer.take(pinned_otherwise, scribe.now) == 0
    assert dump(path, "item", "record", "head", "words", "key_link") == before
    assert writer.author(scribe.address).key == scribe.fingerprint


def test_other_verdicts_take_nothing_and_are_told(writer):
    scribe = Scribe()
    scribe.posts(3)
    taken_of(writer, scribe)
    other = scribe.rewound(2)
    other.post("Another third.")
    for plan, now, verdict in (
        (scribe.rewound(2).plan(), scribe.now, Verdict.STALE),
        (scribe.plan(address="alice@elsewhere.example"), scribe.now, Verdict.FORGED),
        (scribe.plan(), START - 10 * 86_400, Verdict.FUTURE),
        (other.plan(), scribe.now, Verdict.FORKED),
    ):
        judgement = judge(plan, writer.known(scribe.address, 1, WHOLE), now)
        assert judgement.verdict is verdict
        assert writer.take(judgement, now) == 0
        author = writer.author(scribe.address)
        assert (author.verdict, author.reason, author.answered) == (verdict, judgement.reason, now)
    assert len(shown(writer)) == 3
    # forked stays in sight, though the log goes on, until a person has looked
    scribe.post()
    assert taken_of(writer, scribe) == 1
    assert writer.author(scribe.address).verdict is Verdict.FORKED
    assert shown(writer)[0].verdict is Verdict.FORKED
    writer.pin(scribe.address, scribe.fingerprint)
    assert writer.author(scribe.address).verdict is None
    assert writer.known(scribe.address, 1, WHOLE).seq == 4


def test_an_address_that_can_not_be_asked(writer):
    scribe = Scribe()
    scribe.post()
    taken_of(writer, scribe)
    writer.failed(scribe.address, "fields.example refused the connection", scribe.now + 5)
    author = writer.author(scribe.address)
    assert (author.failure, author.asked) == ("fields.example refused the connection", scribe.now + 5)
    assert (author.answered, author.verdict) == (scribe.now, Verdict.VERIFIED)
    taken_of(writer, scribe)
    assert writer.author(scribe.address).failure is None


def test_known_holds_the_range_and_the_one_below(writer):
    scribe = Scribe()
    scribe.posts(20)
    taken_of(writer, scribe, 10)
    known = writer.known(scribe.address, 11, 13)
    assert sorted(known.seen) == [10, 11, 12, 13]
    assert known.seen[10] == Seen(scribe.at(10).id)  # named by the record after it, and not here
    assert known.seen[11] == Seen(scribe.at(11).id, scribe.at(11).time)
    assert writer.known(Address.parse("nobody@x.example"), 1, 9) == Known(Address.parse("nobody@x.example"))


# gaps


def test_gaps_are_told_and_closed_and_their_heads_kept(writer):
    scribe = Scribe()
    scribe.posts(10)
    taken_of(writer, scribe, 3)
    assert writer.author(scribe.address).gap_below == 8
    first = scribe.plan().head
    scribe.posts(10)
    taken_of(writer, scribe, 4)
    assert writer.author(scribe.address).gap_below == 17
    assert heads(writer) == [first.seq, 20]  # 8 to 10 are vouched for by the first head alone
    taken_of(writer, scribe, 12)
    assert writer.author(scribe.address).gap_below == 8  # down to the next gap
    assert heads(writer) == [20]
    taken_of(writer, scribe)
    assert writer.author(scribe.address).gap_below is None
    assert [data["seq"] for data in writer.record_data(scribe.address, 1, 99)] == list(range(1, 21))


def heads(writer: Writer) -> list[int]:
    return writer._db.column("SELECT seq FROM head ORDER BY seq")


def test_a_head_alone_shows_the_gap_above(writer):
    scribe = Scribe()
    scribe.posts(5)
    taken_of(writer, scribe)
    scribe.posts(5)
    taken_of(writer, scribe, 0)
    assert writer.author(scribe.address).gap_below == 11
    assert writer.known(scribe.address, 1, WHOLE).seen[10] == Seen(scribe.at(10).id)
    taken_of(writer, scribe, 5)
    assert writer.author(scribe.address).gap_below is None
