"""What is a plan at all, and a record (plan-format 2 and 3): what is unreadable, what is malformed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.scribe import Scribe, mixed_log
from thimbl.core.address import Address
from thimbl.core.chain import walk
from thimbl.core.plan import Follow, PlanUnreadable, head_from_data, plan_from_data
from thimbl.core.records import MAX_TEXT, Record, RecordFault, make_data, malformed_field

ID = "a" * 52
Data = dict[str, Any]


def unreadable(data: Data) -> str:
    with pytest.raises(PlanUnreadable) as caught:
        plan_from_data(data)
    return str(caught.value)


# the head: what is no plan


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        *[({key: None}, key) for key in ("address", "key", "updated", "seq", "last")],
        ({"thimbl": None}, "no 'thimbl: 2'"),
        ({"thimbl": 1}, "its version is 1"),
        ({"thimbl": "2"}, "version"),
        ({"thimbl": True}, "version"),
        ({"address": "alice"}, "address"),
        ({"address": 5}, "address"),
        ({"name": 5}, "name is not text"),
        ({"bio": ["x"]}, "bio is not text"),
        ({"properties": "x"}, "properties"),
        ({"properties": {"a": 1}}, "properties"),
        ({"properties": {"a": {"b": "c"}}}, "properties"),
        ({"following": "bob"}, "following"),
        ({"following": ["bob@b.example"]}, "following"),
        ({"following": [{"nick": "bob"}]}, "following"),
        ({"following": [{"address": "bob@b.example"}]}, "nick"),
        ({"following": [{"nick": "bob", "address": "b"}]}, "following"),
        ({"following": {"count": 3}}, "count and digest"),
        ({"following": {"count": -1, "digest": ID}}, "count and digest"),
        ({"following": {"count": True, "digest": ID}}, "count and digest"),
        ({"following": {"count": 3, "digest": "x"}}, "count and digest"),
        ({"mirrors": "m.example"}, "mirrors"),
        ({"mirrors": [1]}, "mirrors"),
        ({"mirrors": ["m.example:x"]}, "mirrors"),
        ({"witness": {}}, "witness"),
        ({"witness": [{"address": "c@c.example", "seq": 0, "last": ID}]}, "witness"),
        ({"witness": [{"address": "c@c.example", "seq": 1, "last": "x"}]}, "witness"),
        ({"witness": [{"address": "c", "seq": 1, "last": ID}]}, "witness"),
        ({"key": "ssh-rsa AAAA"}, "ssh-ed25519"),
        ({"key": 5}, "key is not text"),
        ({"recovery": "SHA256:short"}, "recovery"),
        ({"recovery": 5}, "recovery"),
        ({"updated": "2026-02-30T08:00:00Z"}, "updated is no real moment"),
        ({"updated": "2026-11-20 08:00:00Z"}, "updated is no real moment"),
        ({"updated": 5}, "updated is not text"),
        ({"seq": -1}, "seq"),
        ({"seq": True}, "seq"),
        ({"seq": "5"}, "seq"),
        ({"seq": 0}, "last"),
        ({"last": ID.upper()}, "last"),
        ({"last": ID + "a"}, "last"),
        ({"last": 5}, "last"),
    ],
    ids=str,
)
def test_a_head_that_is_none(changes: Data, reason: str) -> None:
    assert reason in unreadable(mixed_log().data(**changes))


def test_a_head_without_a_signature_is_none() -> None:
    data = mixed_log().data()
    del data["sig"]
    assert "sig is missing" in unreadable(data)
    assert "sig is not text" in unreadable(data | {"sig": 5})


def test_an_empty_log_names_no_last() -> None:
    assert "last" in unreadable(Scribe().data(last=ID))
    assert walk(plan_from_data(Scribe().data())).authors == []


def test_what_a_head_says() -> None:
    scribe = Scribe(
        bio="Leeks",
        properties={"website": "https://a.example"},
        following=[{"nick": "bob", "address": "bob@B.example:79", "since": 2026}],
        mirrors=["M.example", "n.example:7979"],
        witness=[{"address": "c@c.example", "seq": 9, "last": ID}],
    )
    head = scribe.plan().head
    assert head.following == (Follow("bob", Address.parse("bob@b.example")),)
    assert head.mirrors == (("m.example", 79), ("n.example", 7979))
    assert [(str(seen.address), seen.seq, seen.last) for seen in head.witness] == [("c@c.example", 9, ID)]
    assert (head.name, head.bio, head.properties) == ("", "Leeks", {"website": "https://a.example"})
    walk(scribe.plan())
    assert head_from_data(scribe.head()) == head


# records: what is none


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"seq": None}, "seq"),
        ({"seq": 0}, "seq"),
        ({"seq": True}, "seq"),
        ({"seq": "2"}, "seq"),
        ({"prev": None}, "prev"),
        ({"prev": "x"}, "prev"),
        ({"prev": 5}, "prev"),
        ({"seq": 1}, "prev"),
        ({"time": None}, "time is missing"),
        ({"time": 5}, "time is missing"),
        ({"time": "2026-02-30T08:00:00Z"}, "time is no real moment"),
        ({"time": "2026-11-20T08:00:60Z"}, "time is no real moment"),
        ({"kind": None}, "kind"),
        ({"kind": ""}, "kind"),
        ({"kind": "k" * 65}, "kind"),
        ({"kind": 5}, "kind"),
        ({"sig": 5}, "sig is not text"),
        ({"digest": "x"}, "digest"),
        ({"digest": 5}, "digest"),
    ],
    ids=str,
)
def test_a_record_that_is_none(changes: Data, reason: str) -> None:
    good = make_data(2, ID, "2026-11-20T08:00:00Z", "post", {"text": "x"})
    Record.from_data(good)
    with pytest.raises(RecordFault, match=reason):
        Record.from_data({key: value for key, value in (good | changes).items() if value is not None})
    data = mixed_log().data()
    data["entries"][1] = {key: value for key, value in (data["entries"][1] | changes).items() if value is not None}
    assert reason in unreadable(data)


def test_entries_are_a_list_of_maps() -> None:
    assert "not a list" in unreadable(mixed_log().data() | {"entries": {}})
    assert "not a map" in unreadable(mixed_log().data() | {"entries": ["x"]})


# shapes of bodies: kept, and shown as malformed


SALT, REFERENCE = "MmG0qPvlS0c=", f"bob@b.example#{ID}"


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("post", {"text": "x"}, None),
        (
            "post",
            {"text": "", "re": REFERENCE, "subject": "s", "license": "l", "lang": "de", "salt": SALT, "z": 1},
            None,
        ),
        ("post", {}, "text"),
        ("post", {"text": 5}, "text"),
        ("post", {"text": "é" * (MAX_TEXT // 2)}, None),
        ("post", {"text": "é" * (MAX_TEXT // 2) + "x"}, "text"),
        ("post", {"text": "x", "re": ID}, "re"),
        ("post", {"text": "x", "re": 5}, "re"),
        ("post", {"text": "x", "subject": 5}, "subject"),
        ("post", {"text": "x", "salt": "MmG0qPvlS0c"}, "salt"),
        ("post", {"text": "x", "salt": "MmG0qPvlS0dd"}, "salt"),
        ("edit", {"of": ID, "text": "x", "salt": SALT}, None),
        ("edit", {"text": "x"}, "of"),
        ("edit", {"of": ID}, "text"),
        ("retract", {"of": ID}, None),
        ("retract", {"of": "x"}, "of"),
        ("retract", {}, "of"),
        ("move", {"from": "a@b.example", "to": "a@c.example"}, None),
        ("move", {"from": "a@b.example", "to": "c"}, "to"),
        ("move", {"to": "a@c.example"}, "from"),
        ("unknown", {}, None),
    ],
)
def test_malformed_bodies(kind: str, body: Data, field: str | None) -> None:
    record = Record.from_data(make_data(2, ID, "2026-11-20T08:00:00Z", kind, body))
    assert malformed_field(record) == field
    assert malformed_field(record.withhold()) is None


def test_a_body_has_no_key_of_the_envelope() -> None:
    with pytest.raises(ValueError, match="'seq'"):
        make_data(1, None, "2026-11-20T08:00:00Z", "post", {"seq": 2})


@given(st.dictionaries(st.sampled_from(["a", "text", "of", "b"]), st.text() | st.integers(0, 9) | st.booleans()))
def test_withholding_keeps_the_id(body: Data) -> None:
    record = Record.from_data(make_data(2, ID, "2026-11-20T08:00:00Z", "post", body))
    withheld = record.withhold()
    assert (withheld.id, withheld.digest, withheld.withheld) == (record.id, record.digest, True)
    assert withheld.body == {}
    assert withheld.withhold() == withheld
