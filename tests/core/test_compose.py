"""Making records and heads: what the writing half makes, the reading half takes."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.address import Address
from thimbl.core.archive import PAGE, read_page, write_page
from thimbl.core.chain import walk
from thimbl.core.compose import Entry, about_of, following_of, make_head, make_record, salted, window
from thimbl.core.keys import PrivateKey
from thimbl.core.plan import MAX_FOLLOWING, Follow, Plan, PlanUnreadable, list_digest, plan_from_data, read_plan
from thimbl.core.planwriter import write_plan
from thimbl.core.records import Record, RecordFault

ANA = Address.parse("ana@fields.example")
KEY = PrivateKey.from_seed(hashlib.sha256(b"ana").digest())
NOW = 1_795_334_400


def numbers(count: int) -> bytes:
    return bytes(range(count))


def log_of(*entries: Entry) -> list[Record]:
    """The records of `entries`, newest first."""
    made: list[Record] = []
    for seq, entry in enumerate(entries, 1):
        prev = made[0].id if made else None
        record = make_record(salted(entry, numbers), address=ANA, seq=seq, prev=prev, time=NOW, signer=KEY)
        made.insert(0, record)
    return made


def head_of(records, **about):
    last = records[0].id if records else None
    return make_head({"address": str(ANA), **about}, seq=len(records), last=last, updated=NOW, signer=KEY)


def test_posts_and_edits_are_salted_once_and_nothing_else_is():
    assert salted(Entry("post", {"text": "x"}), numbers).body["salt"] == "AAECAwQFBgc="
    assert salted(Entry("edit", {"of": "x", "text": "y"}), numbers).body["salt"] == "AAECAwQFBgc="
    for entry in (Entry("post", {"text": "x", "salt": "mine"}), Entry("retract", {"of": "x"}), Entry("offer", {})):
        assert salted(entry, numbers) is entry


def test_announcements_alone_are_signed_by_themselves():
    records = log_of(Entry("post", {"text": "x"}), Entry("bond-offer", {"face": 1000}), Entry("retract", {"of": "x"}))
    assert [record.sig is not None for record in records] == [False, True, False]
    walk(Plan(head_of(records), tuple(records)))


def test_a_body_can_not_take_the_place_of_the_envelope():
    for key in ("seq", "prev", "time", "kind", "sig", "cosigs"):
        with pytest.raises(ValueError, match=key):
            log_of(Entry("offer", {key: "x"}))


def test_a_head_says_what_it_is_told_and_its_place_in_the_log():
    head = head_of(log_of(Entry("post", {"text": "x"})), name="Ana", seq=99, sig="x", key="y", entries=[], later="kept")
    assert (head.name, head.seq, head.key, head.updated) == ("Ana", 1, KEY.public, NOW)
    assert about_of(head) == {"address": str(ANA), "name": "Ana", "later": "kept"}
    assert make_head(about_of(head), seq=1, last=head.last, updated=NOW, signer=KEY) == head
    empty = head_of([])
    assert "last" not in empty.data
    walk(Plan(empty, ()))


@pytest.mark.parametrize("about", [{"bio": 3}, {"address": "x"}, {"mirrors": "x"}, {"thimbl": 3}, {"witness": [{}]}])
def test_a_head_that_no_reader_takes_is_not_made(about):
    with pytest.raises(PlanUnreadable):
        head_of([], **about)


def test_following_is_a_list_or_its_digest():
    follows = [Follow(f"n{n}", Address.parse(f"n{n}@far.example")) for n in range(MAX_FOLLOWING + 1)]
    assert following_of([]) == {}
    assert len(following_of(follows[:-1])["following"]) == MAX_FOLLOWING
    assert following_of(follows) == {"following": list_digest(follows)}
    listed = [{"nick": one.nick, "address": str(one.address)} for one in follows]
    walk(plan_from_data({**head_of([], **following_of(follows)).data, "following_list": listed}))


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=600), max_size=12), st.integers(600, 4000))
def test_a_window_is_the_newest_that_fit(texts, size):
    records = log_of(*(Entry("post", {"text": text}) for text in texts))
    head = head_of(records, bio="Grows leeks.\nAnd beans.")

    def written(taken):
        return write_plan({**head.data, "entries": [dict(record.data) for record in taken]} if taken else head.data)

    taken = window(head, records, size)
    assert list(taken) == records[: len(taken)]
    text = written(taken)
    assert len(text.encode()) <= size or len(taken) <= 1
    assert read_plan(text).records == taken
    walk(read_plan(text))
    if len(taken) < len(records):
        # `entries:` is counted with each record: as much as that is left unused, and no more.
        assert len(written(records[: len(taken) + 1]).encode()) + 9 * (len(taken) + 1) > size
    assert bool(taken) == bool(records)


@pytest.mark.parametrize("body", [{"note": "x" * 65_400}, {"note": ["x"] * 3_980}, {"note": "\0" * 10_880}])
def test_a_page_of_the_largest_records_is_read(body):
    records: list[Record] = []
    for seq in range(1, PAGE + 1):
        prev = records[-1].id if records else None
        entry = Entry("note", body)
        records.append(make_record(entry, address=ANA, seq=seq, prev=prev, time=NOW, signer=KEY))
    assert read_page(write_page(records), 1) == records


@pytest.mark.parametrize(
    ("body", "what"),
    [({"note": "x" * 65_536}, "bytes"), ({"note": [{"a": "b"}] * 1_400}, "nodes"), ({"note": "\0" * 11_000}, "bytes")],
)
def test_what_is_too_large_for_a_page_is_not_signed(body, what):
    with pytest.raises(RecordFault, match=f"{what} are too much"):
        make_record(Entry("note", body), address=ANA, seq=1, prev=None, time=NOW, signer=KEY)
