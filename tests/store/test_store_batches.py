"""Many answers at once: taken, noted as unchanged, and what is asked before (`take_many`, `note_many`, `brief`)."""

import pytest

from tests.store.people import somebody
from tests.store.shelf import DERIVED, TRUTH, bytes_on_disk, dump, judged, search, shown, taken, taken_of
from tests.support.scribe import MINUTE, START, Scribe
from thimbl.core.address import Address
from thimbl.core.classic import read_classic
from thimbl.core.log import Verdict, judge
from thimbl.store import StoreError, Take, Writer, items

LATER = START + 1_000 * MINUTE
CLASSIC = '{"address": "mark@old.example", "name": "Mark", "messages": [{"text": "Hello", "time": "20101122080000"}]}'


def village(count: int) -> list[Scribe]:
    """People who name each other, edit and retract."""
    scribes = [somebody(f"u{number}", START + number) for number in range(count)]
    for number, scribe in enumerate(scribes):
        scribe.posts(3)
        scribe.post(f"To @u{(number + 1) % count}@x.example about #milk", subject="The cow")
        scribe.edit(scribe.at(1), "Better.")
        scribe.retract(scribe.at(2))
        scribe.announce("harvest", crates=number)
    return scribes


def test_many_at_once_is_each_alone(path, tmp_path, writer):
    scribes = village(5)
    with Writer.open(tmp_path / "alone" / "store.sqlite3") as alone:
        for scribe in scribes:
            taken(alone, scribe.plan(), LATER)
    takes = [Take(judged(writer, scribe.plan(), LATER), LATER) for scribe in scribes]
    assert writer.take_many(takes) == [5] * 5
    assert dump(path, *TRUTH, *DERIVED) == dump(tmp_path / "alone" / "store.sqlite3", *TRUTH, *DERIVED)
    assert writer.take_many(takes) == [0] * 5
    assert writer.take_many([]) == []


def test_of_two_judged_by_the_same_the_second_takes_nothing(writer):
    scribe = Scribe()
    scribe.posts(2)
    first = judged(writer, scribe.plan(1), LATER)
    scribe.posts(1)
    second = judged(writer, scribe.plan(), LATER)
    assert writer.take_many([Take(second, LATER), Take(first, LATER)]) == [3, 0]
    assert writer.author(scribe.address).seq == 3


def test_verdicts_of_all_kinds_in_one_batch(writer):
    good, forged = somebody("good"), somebody("forged")
    good.post()
    forged.post()
    wrong = judge(forged.plan(address="other@x.example"), writer.known(forged.address, 1, 9), LATER)
    old = Address.parse("mark@old.example")
    takes = [
        Take(wrong, LATER, asked=forged.address, evidence=(b"one", b"two")),
        Take(judged(writer, good.plan(), LATER), LATER, source="mirror.example:7979"),
        Take(judge(read_classic(CLASSIC), writer.known(old, 1, 1), LATER), LATER, raw=CLASSIC.encode()),
    ]
    assert writer.take_many(takes) == [0, 1, 1]
    assert [(kept.verdict, kept.raw) for kept in writer.evidence(forged.address)] == [
        (Verdict.FORGED, b"two"),
        (Verdict.FORGED, b"one"),
    ]
    assert writer.author(old).verdict is Verdict.UNSIGNED
    assert writer.author(good.address).source == "mirror.example:7979"
    assert taken_of(writer, good) == 0
    assert writer.author(good.address).source is None  # its own host has answered since


def test_one_that_fails_keeps_all_out(path, writer):
    scribes = village(2)
    takes = [Take(judged(writer, scribe.plan(), LATER), LATER) for scribe in scribes]
    writer._db.run(
        "CREATE TEMP TRIGGER spoil BEFORE INSERT ON record WHEN NEW.author = 2 BEGIN SELECT raise(ABORT, 'spoilt'); END"
    )
    with pytest.raises(StoreError, match="spoilt"):
        writer.take_many(takes)
    assert shown(writer) == []
    assert dump(path, "author", "record", "words") == {"author": [], "record": [], "words": []}


def test_who_has_nothing_new_is_noted(path, writer):
    scribes = village(3)
    for scribe in scribes:
        taken_of(writer, scribe)
    moved = scribes[2]
    before = moved.address
    moved.move("u2@new.example")
    taken(writer, moved.plan(), LATER, asked=before)
    writer.failed(scribes[0].address, "it was away", LATER)
    rest = dump(path, *TRUTH[1:], *DERIVED)
    writer.note_many([(scribes[0].address, LATER + 1), (before, LATER + 2), (Address.parse("no@x.example"), LATER)])
    first, other, last = (writer.author(scribe.address) for scribe in scribes)
    assert (first.asked, first.answered, first.failure, first.verdict) == (LATER + 1, LATER + 1, None, Verdict.VERIFIED)
    assert other.answered == scribes[1].now
    assert (str(last.address), last.answered) == ("u2@new.example", LATER + 2)
    assert dump(path, *TRUTH[1:], *DERIVED) == rest
    writer.note_many([(scribes[1].address, LATER)], source="mirror.example")
    assert writer.author(scribes[1].address).source == "mirror.example"


def test_a_brief_says_whether_a_head_is_the_one_that_is_here(writer):
    scribe = Scribe(name="Alice", recovery="safe")
    assert writer.brief(scribe.address) is None
    writer.follow(scribe.address, "al")
    unmet = writer.brief(scribe.address)
    assert (unmet.verdict, unmet.seq, unmet.updated, unmet.head, unmet.key) == (None, 0, None, None, None)
    assert not unmet.has(scribe.plan().head)
    scribe.posts(8)
    taken_of(writer, scribe, 3)
    brief, author = writer.brief(scribe.address), writer.author(scribe.address)
    for name in ("id", "address", "verdict", "key", "seq", "updated", "gap_below", "moved_to", "source", "due"):
        assert getattr(brief, name) == getattr(author, name)
    assert (brief.gap_below, brief.seq, brief.key) == (6, 8, scribe.fingerprint)
    assert brief.has(scribe.plan().head)
    assert not brief.has(scribe.plan(name="Alicia").head)
    scribe.post()
    assert not brief.has(scribe.plan().head)


def test_a_host_keeps_its_schedule_when_its_views_change(path, writer):
    writer.set_features("x.example", frozenset({"since"}), 1)
    writer._db.run("UPDATE host SET failures = 3, failing_since = 7, due = 9")
    writer.set_features("x.example", None, 2)
    assert dump(path, "host")["host"] == [("x.example", None, 2, 3, 7, 9)]


def test_what_failed_in_a_batch_is_not_found_and_what_came_after_it_is(path, writer):
    first, second = somebody("first"), somebody("second")
    first.post("an apple")
    second.post("a pear")
    with writer.batch():
        with pytest.raises(ZeroDivisionError):
            take_and_fail(writer, first)
        taken(writer, second.plan(), LATER)
        assert len(search(writer, "pear")) == 1  # within the batch too
    assert search(writer, "apple") == []
    assert taken(writer, first.plan(), LATER) == 1
    assert len(search(writer, "apple")) == 1
    assert sorted({row[0] for row in dump(path, "words")["words"]}) == ["a", "an", "apple", "pear"]


def take_and_fail(writer: Writer, scribe: Scribe) -> None:
    with writer.batch():
        taken(writer, scribe.plan(), LATER)
        raise ZeroDivisionError


def test_a_text_that_came_in_a_batch_and_went_in_it_leaves_nothing(path, writer):
    scribe = Scribe()
    post = scribe.post("plums")
    early = judged(writer, scribe.plan(), LATER)
    scribe.retract(post)
    late = judge(scribe.plan(), early.known, LATER)
    assert writer.take_many([Take(early, LATER), Take(late, LATER)]) == [1, 0]
    assert dump(path, "words")["words"] == []
    assert b"plums" not in bytes_on_disk(path)
    assert [item.retracted for item in shown(writer)] == [True]


def test_more_texts_than_wait_are_all_found(path, tmp_path, writer, monkeypatch):
    scribes = village(4)
    takes = [Take(judged(writer, scribe.plan(), LATER), LATER) for scribe in scribes]
    with Writer.open(tmp_path / "few" / "store.sqlite3") as few, monkeypatch.context() as patched:
        patched.setattr(items, "MAX_WAITING", 2)
        few.take_many(takes)
    writer.take_many(takes)
    assert dump(tmp_path / "few" / "store.sqlite3", "words", "item") == dump(path, "words", "item")
