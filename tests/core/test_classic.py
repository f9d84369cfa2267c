"""Version 1 (plan-format 5): the real plans of 2010 and 2011, and every oddity of theirs."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.address import Address
from thimbl.core.answer import plan_in
from thimbl.core.classic import (
    ClassicPlan,
    Message,
    NotClassic,
    parse_classic_time,
    read_classic,
    unfold,
    write_classic,
)
from thimbl.core.log import Known, Verdict, judge_bytes
from thimbl.core.plan import Follow
from thimbl.core.plantext import MAX_BYTES, MAX_DEPTH, MAX_NODES, decode

DATA = Path(__file__).parents[1] / "data"
OF_2010 = (DATA / "thimbl-2010-plan.json").read_bytes()
OF_2011 = (DATA / "thimbl-2011-finger-answer.txt").read_bytes()
DK = Address.parse("dk@telekommunisten.org")
NOON = 1_288_958_400  # 2010-11-05T12:00:00Z


def read(**data: Any) -> ClassicPlan:
    return read_classic(json.dumps(data))


def year(message: Message) -> int:
    return datetime.fromtimestamp(message.time, UTC).year


def test_every_file_of_data_has_a_test() -> None:
    assert {path.name for path in DATA.iterdir()} == {
        *["README.md", "thimbl-2010-plan.json", "thimbl-2011-finger-answer.txt"]
    }


# 2010


def test_the_plan_of_2010() -> None:
    plan = read_classic(decode(OF_2010))
    assert (plan.name, plan.bio, plan.address) == ("Dmytri Kleiner", "Venture Communist", None)
    assert [str(follow.address) for follow in plan.following] == [
        *["mike@mikepearce.net", "rw@telekommunisten.org", "ashull@telekommunisten.org"]
    ]
    assert [follow.nick for follow in plan.following] == ["mike", "rico", "ashull"]
    assert plan.properties["website"] == "http://www.telekommunisten.net"
    assert plan.problems == ()
    assert len(plan.messages) == 4 + 5
    assert {year(message) for message in plan.messages} == {2010}
    assert [str(message.to) for message in plan.messages if message.to] == [
        *["ashull@telekommunisten.org", "mike@mikepearce.net", "ashull@telekommunisten.org"],
        *["mike@mikepearce.net", "rw@telekommunisten.org"],
    ]
    assert len({message.id for message in plan.messages}) == 9


def test_the_plan_of_2010_is_unsigned() -> None:
    """It names no address: it is taken for what was asked."""
    judgement = judge_bytes(OF_2010, Known(DK), NOON)
    assert judgement.verdict is Verdict.UNSIGNED
    assert judgement.records == ()


# 2011


def test_the_answer_of_2011() -> None:
    plan = read_classic(decode(plan_in(OF_2011)))
    assert (plan.name, plan.address, plan.bio) == ("Dmytri Kleiner", DK, "")
    assert plan.problems == ()
    assert len(plan.messages) == 21
    assert {year(message) for message in plan.messages} == {2010, 2011}
    times = [message.time for message in plan.messages]
    assert times == sorted(times, reverse=True)
    assert plan.messages[0].text == "transmediale was fun, Thimbl got a distinction and moves onwards..."
    assert plan.messages[-1].text.startswith("@bernd")


def test_folded_lines_of_2011_are_joined() -> None:
    plan = read_classic(decode(plan_in(OF_2011)))
    texts = [message.text for message in plan.messages]
    assert "@mark, if we store the dats in GMT/UTC in the .plan, then timezones are no longer an issue" in texts
    # Inside a key: "addres\<newline>s".
    assert plan.following[-1] == Follow("n", Address.parse("naikodemus@telekommunisten.org"))
    assert len(plan.following) == 9


def test_backslash_escapes_of_2011_are_kept() -> None:
    plan = read_classic(decode(plan_in(OF_2011)))
    assert plan.messages[-1].text == r"@bernd, would be cool to inegrate thimbl in http://bau-ha.us\!"


def test_the_answer_of_2011_on_the_wire() -> None:
    wire = OF_2011.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert read_classic(decode(plan_in(wire))) == read_classic(decode(plan_in(OF_2011)))
    assert judge_bytes(plan_in(wire), Known(DK), NOON).verdict is Verdict.UNSIGNED


# oddities


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("20101105120000", NOON),
        (20101105120000, NOON),
        (" 20101105120000\n", NOON),
        (NOON, NOON),
        (str(NOON), NOON),
        (0, 0),
        ("00010101000000", -62_135_596_800),
        ("99991231235959", 253_402_300_799),
        ("20101305120000", None),
        ("20100230120000", None),
        ("20101105120060", None),
        ("20101105240000", None),
        ("00000101000000", None),
        ("2010110512000", None),
        ("201011051200000", None),
        ("2010-11-05", None),
        ("99999999999", 99_999_999_999),
        ("999999999999", None),
        (-5, None),
        ("-5", None),
        ("", None),
        ("٢٠١٠١١٠٥١٢٠٠٠٠", None),
        (True, None),
        (None, None),
        ([], None),
        (1.5, None),
        (10**5000, None),
    ],
    ids=lambda value: str(value)[:20] if not isinstance(value, int) or value < 10**20 else "huge",
)
def test_times(value: object, seconds: int | None) -> None:
    assert parse_classic_time(value) == seconds


@pytest.mark.parametrize("fold", ["\\\n", "\\\r\n"])
def test_folds_stand_anywhere(fold: str) -> None:
    whole = '{"name": "Al", "messages": [{"text": "one word", "time": "20101105120000"}]}'
    expected = read_classic(whole)
    for place in range(len(whole)):
        assert read_classic(whole[:place] + fold + whole[place:]) == expected
    assert unfold(fold.join(whole)) == whole


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        (r"a\!b", r"a\!b"),
        (r"a\\!b", r"a\!b"),
        (r"a\\\!b", r"a\\!b"),
        (r"\'", r"\'"),
        (r"\x41", r"\x41"),
        (r"\u41", r"\u41"),
        (r"\u0041", "A"),
        (r"\n\t\"\/\\", '\n\t"/\\'),
        (r"\$", r"\$"),
        (r"\ud83d\ude9c", "🚜"),
        (r"\ud83d", "�"),
        ("a\tb", "a\tb"),
    ],
)
def test_escapes_that_json_does_not_know(literal: str, text: str) -> None:
    assert read_classic('{"name": "' + literal + '"}').name == text


@pytest.mark.parametrize("missing", ["name", "address", "bio", "messages", "replies", "following", "properties"])
def test_any_key_may_be_missing(missing: str) -> None:
    whole: dict[str, Any] = {
        "name": "Al",
        "address": "al@b.example",
        "bio": "x",
        "messages": [{"text": "t", "time": NOON}],
    }
    whole |= {"replies": {}, "following": [{"nick": "b", "address": "b@b.example"}], "properties": {"a": "b"}}
    del whole[missing]
    assert read(**whole).problems == ()


def test_messages_in_no_order_and_from_the_future() -> None:
    messages = [{"text": text, "time": time} for text, time in (("b", NOON), ("c", NOON * 4), ("a", 1))]
    plan = read(messages=messages)
    assert [(message.text, message.time) for message in plan.messages] == [("c", NOON * 4), ("b", NOON), ("a", 1)]


def test_what_lacks_something_is_left_out_and_named() -> None:
    plan = read(
        name=5,
        bio=["x"],
        address="nowhere",
        messages=[{"text": "kept", "time": NOON}, {"text": "no time"}, {"time": NOON}, "x", {"text": "x", "time": "y"}],
        replies={"nobody": [], "b@b.example": [{"text": "kept", "time": NOON}, {}], "c@b.example": {}},
        following=[{"nick": "b", "address": "B@B.example"}, {"nick": "x"}, "y", {"nick": 5, "address": "c@b.example"}],
        properties={"a": "b", "c": 5, "d": ""},
    )
    assert (plan.name, plan.bio, plan.address, plan.stated_address) == ("", "", None, "nowhere")
    assert [message.text for message in plan.messages] == ["kept", "kept"]
    assert plan.properties == {"a": "b"}
    assert plan.following == (Follow("b", Address.parse("B@b.example")), Follow("c", Address.parse("c@b.example")))
    assert plan.problems == (
        *["messages: item 2 has no time", "messages: item 3 has no text", "messages: item 4 has no text"],
        *["messages: item 5 has no time", "replies: 'nobody' is no address"],
        *["replies to b@b.example: item 2 has no text", "replies to c@b.example is not a list"],
        *["following: one of them has no address"] * 2,
    )


def test_what_version_2_refuses_version_1_does_not() -> None:
    plan = read_classic('{"name":null,"Bio":1.5,"name":"last","x":{"A B":[null,1e3]},"n":12345678901234567890}')
    assert plan.name == "last"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("gone fishing", "not JSON"),
        ("[]", "not JSON"),
        ('{"name": "x"', "not JSON"),
        ('{"name": "x"}}', "not JSON"),
        ("{}", "no name, address, bio or messages"),
        ('{"following": []}', "no name, address, bio or messages"),
        ('{"thimbl": 2, "name": "x"}', "not of version 1"),
        ('{"name": ' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}", "nested too deeply"),
        ('{"name": ' + "[" * 100_000 + "]" * 100_000 + "}", "not JSON"),
        ('{"name": "x", "time": ' + "9" * 100_000 + "}", "not JSON"),
        ('{"name": [' + "1," * (MAX_NODES - 3) + "1]}", "nodes"),
        ('{"name": "' + "x" * MAX_BYTES + '"}', "longer than"),
    ],
    ids=lambda text: text[:24],
)
def test_what_is_none(text: str, reason: str) -> None:
    with pytest.raises(NotClassic, match=reason):
        read_classic(text)


def test_what_just_fits() -> None:
    read_classic('{"name": ' + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "}")
    read_classic('{"name": [' + "1," * (MAX_NODES - 4) + "1]}")


@given(st.text())
def test_any_text_is_one_or_none(text: str) -> None:
    for candidate in (text, '{"name": "' + text + '"}'):
        outcome: object = None
        try:
            outcome = read_classic(candidate)
        except NotClassic as error:
            outcome = str(error)
        assert outcome


# written for the clients of 2010

addresses = st.sampled_from([Address.parse(text) for text in ("b@b.example", "c@c.example:7979", "d@[::1]")])
names = st.text(st.characters(exclude_categories=["Cs"]))
messages = st.builds(Message, names, st.integers(0, 253_402_300_799), st.none() | addresses)


@given(names, names, st.lists(messages, max_size=5), st.lists(st.builds(Follow, names, addresses), max_size=3))
def test_written_is_read(name: str, bio: str, posts: list[Message], follows: list[Follow]) -> None:
    text = write_classic(name, DK, bio, posts, follows, {"website": "http://x.example"})
    assert text.isascii()
    assert "\n" not in text
    plan = read_classic(text)
    assert (plan.name, plan.bio, plan.address, plan.following) == (name, bio, DK, tuple(follows))
    assert plan.properties == {"website": "http://x.example"}
    assert plan.problems == ()
    by_text = [(message.time, message.text, str(message.to)) for message in plan.messages]
    assert sorted(by_text) == sorted((post.time, post.text, str(post.to)) for post in posts)


def test_the_clients_of_2010_find_their_time() -> None:
    text = write_classic("A", DK, "", [Message("t", NOON)], [], {})
    assert json.loads(text)["messages"] == [{"text": "t", "time": "20101105120000"}]
