"""Answers (plan-format 6) and the pages of the archive (plan-format 7): written, read back, and damaged."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.scribe import Scribe, mixed_log
from thimbl.core.answer import FEATURES, MAX_HEADING, plan_in, read_answer, says_no_plan, write_answer
from thimbl.core.archive import PAGE, ArchiveDamaged, page_name, page_start, read_page, start_of, write_page

REAL = (Path(__file__).parents[1] / "data/thimbl-2011-finger-answer.txt").read_bytes()

# answers


def test_a_whole_answer() -> None:
    text = write_answer("alice", "Alice Field", "Leeks", "thimbl: 2\n")
    assert text == (
        "Login: alice                            Name: Alice Field\n"
        "Project: Leeks\n"
        f"Thimbl: 2 {' '.join(FEATURES)}\n"
        "Plan:\n"
        "thimbl: 2\n"
    )
    answer = read_answer(text.encode())
    assert (answer.login, answer.name, answer.project) == ("alice", "Alice Field", "Leeks")
    assert answer.features == frozenset(FEATURES)
    assert answer.plan == b"thimbl: 2\n"
    assert answer.heading + "Plan:\nthimbl: 2\n" == text


def test_an_answer_without_a_plan() -> None:
    text = write_answer("alice", "Alice", "", None)
    assert text.endswith("\nNo Plan.\n")
    answer = read_answer(text.encode())
    assert (answer.plan, answer.login, answer.name, answer.features) == (None, "alice", "Alice", None)
    assert says_no_plan(text.encode())
    assert not says_no_plan(b"Login: alice\n")
    assert not says_no_plan(b"Plan:\nNo Plan.\n")


def test_the_views_may_be_left_out() -> None:
    text = write_answer("alice", "Alice", "", "x", views=False)
    assert read_answer(text.encode()).features is None
    assert text.endswith("Plan:\nx\n")


def test_a_real_answer_of_2011() -> None:
    answer = read_answer(REAL)
    assert (answer.login, answer.name, answer.project, answer.features) == ("dk", "Dmytri Kleiner", "", None)
    assert answer.plan is not None
    assert answer.plan.startswith(b'{"name": "Dmytri Kleiner"')
    assert plan_in(REAL) == answer.plan
    assert not says_no_plan(REAL)


@pytest.mark.parametrize(
    ("raw", "plan"),
    [
        (b"Plan:\nx\n", b"x\n"),
        (b"Plan:\r\nx\r\n", b"x\r\n"),
        (b"Login: a\r\nPlan: \t\r\nx", b"x"),
        (b"Plan:\nPlan:\nx", b"Plan:\nx"),
        (b"Plan:", b""),
        (b"Plan:\n", b""),
        (b" Plan:\nx", None),
        (b"Plan: x\n", None),
        (b"plan:\nx", None),
        (b"MyPlan:\nx", None),
        (b"No Plan.\n", None),
        (b"", None),
    ],
)
def test_where_the_plan_begins(raw: bytes, plan: bytes | None) -> None:
    assert read_answer(raw).plan == plan
    assert plan_in(raw) == (raw if plan is None else plan)


@pytest.mark.parametrize(
    ("line", "features"),
    [
        (b"Thimbl: 2 since before", {"since", "before"}),
        (b"Thimbl: 2", set()),
        (b"Thimbl:2 head", {"head"}),
        (b"Thimbl: 3 since", None),
        (b"Thimbl: 22 since", None),
        (b"Thimbl:", None),
        (b"x Thimbl: 2 since", None),
        (b"", None),
    ],
)
def test_what_a_host_announces(line: bytes, features: set[str] | None) -> None:
    assert read_answer(b"Login: a\n" + line + b"\r\nPlan:\n").features == features
    # Of the plan itself nothing of the kind is read.
    assert read_answer(b"Login: a\nPlan:\n" + line + b"\n").features is None


@pytest.mark.parametrize(
    "name",
    [
        "x\nPlan:\nthimbl: 2\n",
        "x\r\nPlan:\r\n",
        "\nThimbl: 2 evil",
        "x\x85Plan:",
        "x\u2028Plan:\u2028",
        "\x1b[2J",
        "x\tThimbl: 2 evil",
        "Plan:",
        "a\vPlan:\f",
    ],
)
@pytest.mark.parametrize("plan", ["thimbl: 2\n", None])
def test_a_hostile_name_stays_on_its_line(name: str, plan: str | None) -> None:
    for text in (write_answer("alice", name, "", plan), write_answer("alice", "Alice", name, plan)):
        answer = read_answer(text.encode())
        assert answer.plan == (None if plan is None else plan.encode())
        assert answer.login == "alice"
        assert answer.features == (frozenset(FEATURES) if plan else None)
        assert "\x1b" not in text
        assert len(text.split("Plan:\n")[0].splitlines()) <= 4


def test_what_lies_far_above_a_plan_is_not_looked_through() -> None:
    """A host that sends millions of empty lines costs its readers nothing, and its plan is found."""
    text = b"Login: alice\r\n" + b"\r\n" * MAX_HEADING + b"Name: late\r\nPlan:\r\nthimbl: 2\r\n"
    answer = read_answer(text)
    assert (answer.plan, answer.login, answer.name) == (b"thimbl: 2\r\n", "alice", "")
    assert len(answer.heading) <= MAX_HEADING


@given(st.text(), st.text(), st.text())
@example("Login: x", "Name: y", "z\nPlan:\n")
def test_any_names(name: str, project: str, plan: str) -> None:
    text = write_answer("alice", name, project, plan)
    answer = read_answer(text.encode("utf-8", "surrogatepass"))
    assert answer.plan is not None
    assert answer.plan.decode("utf-8", "surrogatepass") == (plan if plan.endswith("\n") else plan + "\n")
    assert answer.login == "alice"
    assert answer.features == frozenset(FEATURES)


@given(
    st.binary() | st.lists(st.sampled_from([b"Plan:", b"\n", b"\r\n", b"Login: ", b"x", b"\xff", b"\t"])).map(b"".join)
)
def test_any_answer(raw: bytes) -> None:
    answer = read_answer(raw)
    assert raw.endswith(answer.plan or b"")


# the archive


@pytest.mark.parametrize(
    ("seq", "name"),
    [(1, "00000001.json"), (100, "00000001.json"), (101, "00000101.json"), (123_456_789, "123456701.json")],
)
def test_names_of_pages(seq: int, name: str) -> None:
    assert page_name(page_start(seq)) == name
    assert start_of(name) == page_start(seq)


@pytest.mark.parametrize(
    "name",
    [
        *["00000000.json", "00000002.json", "00000100.json", "1.json", "000000001.json", "00000001.json~"],
        *["00000001.JSON", "following.json", ".00000001.json", "00000001.json\n", "٠٠٠٠٠٠٠١.json"],
    ],
)
def test_what_is_no_page(name: str) -> None:
    assert start_of(name) is None


def test_pages_round_trip() -> None:
    scribe = mixed_log()
    scribe.posts(PAGE * 2 + 30)
    for start in range(1, scribe.seq, PAGE):
        records = scribe.records[start - 1 : start - 1 + PAGE]
        text = write_page(records)
        assert read_page(text, start) == records
        assert json.loads(text) == [record.data for record in records]
        assert len(text.splitlines()) == len(records) + 2
    assert read_page(write_page([]), 1) == []


def test_a_page_keeps_what_is_withheld() -> None:
    scribe = Scribe()
    records = [scribe.post("a"), scribe.post("b\u2028🚜").withhold()]
    assert read_page(write_page(records), 1) == records


LOG = mixed_log()
TEXT = write_page(LOG.records)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda text: "", "not JSON"),
        (lambda text: text[: len(text) // 2], "not JSON"),
        (lambda text: text[:-3], "not JSON"),
        (lambda text: text + text, "not JSON"),
        (lambda text: "{}", "not a list of records"),
        (lambda text: text.strip() + ',"more":[]', "not a list of records"),
        (lambda text: text.replace("Better", "Worse"), "record 4 is not where it belongs"),
        (lambda text: text.replace('"seq":3', '"seq":4'), "record 3 is not where it belongs"),
        (lambda text: "[" + ",".join(text.split("\n")[2:][:4]).replace(",,", ",").rstrip(",") + "]", "record 1 is not"),
        (lambda text: text.replace('"kind":"edit"', '"kind":null'), "null is not allowed"),
        (lambda text: text.replace('"kind":"edit"', '"kind":1'), "kind is not a word (entry 3)"),
        (lambda text: "[1]", "an entry is not a map"),
        (lambda text: text.replace("\n", "\x00"), "not JSON"),
    ],
)
def test_a_damaged_page_is_named(damage: Callable[[str], str], reason: str) -> None:
    read_page(TEXT, 1)
    damaged = damage(TEXT)
    assert damaged != TEXT
    with pytest.raises(ArchiveDamaged) as caught:
        read_page(damaged, 1)
    assert str(caught.value).startswith("00000001.json: ")
    assert reason in str(caught.value)


def test_a_page_in_another_place_or_too_long() -> None:
    with pytest.raises(ArchiveDamaged, match=r"00000101\.json: record 101 is not where it belongs"):
        read_page(TEXT, 101)
    scribe = Scribe()
    scribe.posts(PAGE + 1)
    with pytest.raises(ArchiveDamaged, match="more than 100 records"):
        read_page(write_page(scribe.records), 1)
