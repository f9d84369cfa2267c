"""How far somebody was told: each thing once, nothing of the past, and nothing of what a catch-up brings."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.shelf import taken, taken_of
from tests.support.scribe import START, Scribe
from thimbl.core.classic import ClassicPlan, Message
from thimbl.core.log import Judgement, Known, Verdict
from thimbl.store import Reader, Writer, bookmarks
from thimbl.store.bookmarks import Sort

ME = Scribe("carl@x.example", key="carl")
CALL = "hello @carl@x.example"
LATER = START + 9 * 86_400


def told(writer: Writer) -> list[tuple[Sort, str, str]]:
    """Tell of all there is, as a hook would be: the sort, the author, and what the item says now."""
    found = []
    for news in bookmarks.news(writer):
        for arrival in news.arrivals:
            [item] = writer.items([arrival.item])
            found.append((arrival.sort, item.address.user, item.text or item.kind))
            bookmarks.keep(writer, arrival.after)
        bookmarks.keep(writer, news.after)
    assert bookmarks.news(writer) == []
    return found


def begun(writer: Writer, *scribes: Scribe) -> None:
    """Carl follows these, whose plans are here, and begins to be told."""
    writer.set_me(ME.address)
    for scribe in scribes:
        writer.follow(scribe.address, scribe.address.user)
        if scribe.records:
            taken_of(writer, scribe)
    assert bookmarks.begin(writer)
    assert not bookmarks.begin(writer)


def test_what_came_before_is_no_news(writer: Writer) -> None:
    alice = Scribe()
    alice.post(CALL)
    begun(writer, alice)
    assert told(writer) == []
    alice.post(CALL + " again")
    alice.post("to nobody")
    alice.announce("harvest", crates=3)
    taken_of(writer, alice)
    expected = [(Sort.MENTION, "alice", CALL + " again"), (Sort.ANNOUNCEMENT, "alice", "harvest")]
    assert told(writer) == expected
    assert told(writer) == []
    taken_of(writer, alice)
    assert told(writer) == []


def test_the_first_answer_of_somebody_is_the_past_and_the_second_is_not(writer: Writer) -> None:
    """Also where nobody looked in between."""
    begun(writer)
    alice, silent = Scribe(), Scribe("bob@x.example", key="bob")
    for scribe in (alice, silent):
        writer.follow(scribe.address, scribe.address.user)
    alice.post(CALL)
    taken(writer, alice.plan(), alice.now)
    taken(writer, silent.plan(), silent.now)
    assert told(writer) == []
    alice.post(CALL + " 2")
    silent.post(CALL + " 3")
    taken(writer, alice.plan(), alice.now)
    taken(writer, silent.plan(), silent.now)
    assert sorted(words for _, _, words in told(writer)) == [CALL + " 2", CALL + " 3"]

    newer = Scribe("dora@x.example", key="dora")
    newer.post(CALL)
    taken(writer, newer.plan(), newer.now)
    newer.post(CALL + " 4")
    taken(writer, newer.plan(), newer.now)
    assert told(writer) == [(Sort.MENTION, "dora", CALL + " 4")]


def test_history_that_is_caught_up_with_is_no_news(writer: Writer) -> None:
    """The newest page first, as a fetch brings it; what lies below comes afterwards, and later."""
    alice = Scribe()
    alice.post("one")
    begun(writer, alice)
    for number in range(9):
        alice.post(f"{CALL} {number}")
    whole, newest = alice.plan(), alice.plan(newest=2)
    taken(writer, newest, LATER)
    assert [words[-1] for _, _, words in told(writer)] == ["7", "8"]
    taken(writer, whole, LATER + 60)
    assert told(writer) == []


def test_ones_own_records(writer: Writer) -> None:
    """Posts, edits and announcements, each with what its post says now; a retraction once, whatever it took along."""
    begun(writer)
    me = ME.copy()
    post = me.post("first")
    taken(writer, me.plan(), me.now, me=True)
    assert told(writer) == [(Sort.OWN, "carl", "first")]
    edit = me.edit(post, "second")
    me.announce("harvest", crates=3)
    taken(writer, me.plan(), me.now, me=True)
    assert told(writer) == [(Sort.OWN, "carl", "second"), (Sort.OWN, "carl", "harvest")]
    me.retract(post)
    me.retract(edit)
    taken(writer, me.plan(), me.now, me=True)
    assert told(writer) == [(Sort.OWN, "carl", "post")]


def test_ones_own_log_from_a_backup_is_no_news(writer: Writer) -> None:
    begun(writer)
    me = ME.copy()
    me.posts(5)
    taken(writer, me.plan(), LATER, me=True)
    assert told(writer) == []


def test_hushed_records_are_told_to_nobody(writer: Writer) -> None:
    begun(writer)
    me = ME.copy()
    me.post("by a hook")
    me.post("by hand")
    bookmarks.hush(writer, [1])
    taken(writer, me.plan(), me.now, me=True)
    assert told(writer) == [(Sort.OWN, "carl", "by hand")]
    assert writer.state(bookmarks.HUSHED) == ""


def test_announcements_count_of_the_followed_alone(writer: Writer) -> None:
    alice = Scribe()
    taken_of(writer, alice)
    begun(writer)
    alice.announce("harvest", crates=3)
    alice.post(CALL)
    taken_of(writer, alice)
    assert told(writer) == [(Sort.MENTION, "alice", CALL)]


def classic(*messages: Message) -> Judgement:
    """A plan of 2010."""
    address = Scribe().address
    plan = ClassicPlan("Alice", address, "", messages, (), {}, (), "")
    return Judgement(Verdict.UNSIGNED, "", Known(address), classic=plan)


def test_a_plan_of_2010(writer: Writer) -> None:
    """By time, since it has no numbers; and the log that takes its place begins with what was here."""
    first, second = Message("hello", START), Message(CALL, START + 60)
    writer.take(classic(first), START)
    begun(writer)
    writer.take(classic(first, second), LATER)
    assert told(writer) == [(Sort.MENTION, "alice", CALL)]
    alice = Scribe()
    alice.post(CALL)
    taken(writer, alice.plan(), LATER)
    assert told(writer) == []
    alice.post(CALL + " 2")
    taken(writer, alice.plan(), LATER + 60)
    assert told(writer) == [(Sort.MENTION, "alice", CALL + " 2")]


def test_to_end_is_to_forget(writer: Writer) -> None:
    alice = Scribe()
    alice.post("one")
    begun(writer, alice)
    bookmarks.end(writer)
    assert writer.state(bookmarks.BEGUN) is None
    alice.post(CALL)
    taken_of(writer, alice)
    assert bookmarks.begin(writer)
    assert told(writer) == []


def test_a_rebuilt_store_has_no_news(writer: Writer) -> None:
    alice = Scribe()
    alice.post(CALL)
    begun(writer, alice)
    alice.post(CALL)
    taken_of(writer, alice)
    assert len(told(writer)) == 1
    writer.rebuild()
    assert told(writer) == []


@given(st.lists(st.booleans(), max_size=12))
@settings(max_examples=10)
def test_each_once_however_often_somebody_looks(empty_store: Path, looks: list[bool]) -> None:
    """With a look after a post, or without."""
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(empty_store, folder))
        with Writer.open(path) as writer:
            alice, heard = Scribe(), []
            taken_of(writer, alice)
            begun(writer)
            for number, look in enumerate(looks):
                alice.post(f"{CALL} {number}")
                taken_of(writer, alice)
                heard += told(writer) if look else []
            heard += told(writer)
            assert [words for _, _, words in heard] == [f"{CALL} {number}" for number in range(len(looks))]


def test_reading_them_changes_nothing(writer: Writer) -> None:
    alice = Scribe()
    taken_of(writer, alice)
    begun(writer)
    alice.post(CALL)
    taken_of(writer, alice)
    with Reader.open(writer.path) as reader:
        assert bookmarks.news(reader) == bookmarks.news(reader) != []
