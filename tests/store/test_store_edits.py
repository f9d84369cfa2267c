"""Edits and retractions: whichever came first, the outcome is the same; and what is retracted is gone."""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.store.shelf import (
    DERIVED,
    WHOLE,
    bytes_on_disk,
    dump,
    judged,
    search,
    shown,
    taken,
    taken_of,
    texts,
)
from tests.support.scribe import START, Scribe
from thimbl.core.log import Verdict
from thimbl.store import Reader, Selection, View, Writer

NOW = START + 100 * 86_400
SECRET = "zanzibar"


def test_the_newest_edit_is_shown_and_the_others_can_be_read(writer):
    scribe = Scribe()
    post = scribe.post("first #one @bob@x.example", subject="Plums")
    other = scribe.post("untouched")
    edit = scribe.edit(post, "second #two")
    scribe.edit(edit, "third #three @carl@x.example")  # an edit of an edit is one of the post
    taken_of(writer, scribe)
    assert texts(writer) == ["untouched", "third #three @carl@x.example"]
    item = shown(writer)[1]
    assert (item.edited, item.subject, item.time) == (scribe.at(4).time, "Plums", post.time)
    assert item.body["text"] == "first #one @bob@x.example"
    assert writer.earlier_texts(item) == [(post.time, post.text), (edit.time, edit.text)]
    assert writer.earlier_texts(shown(writer)[0]) == []
    assert [search(writer, words) for words in ("third", "first", "#three", "#one", "plums")] == [
        [post.id],
        [],
        [post.id],
        [],
        [post.id],
    ]
    writer.set_me(Scribe("carl@x.example").address)
    assert [found.id for found in writer.timeline(Selection(View.MENTIONS), 9)] == [post.id]
    assert other.id == shown(writer)[0].id


def test_an_edit_of_what_is_no_post_of_this_log_does_nothing(writer):
    scribe, other = Scribe(), Scribe("bob@x.example", key="bob")
    theirs = other.post("theirs")
    taken_of(writer, other)
    offer = scribe.announce("harvest", crates=3)
    scribe.edit(theirs, "forged")
    scribe.retract(theirs)
    scribe.edit(offer, "forged")
    scribe.retract(offer)
    scribe.add("edit", {"of": offer.id[:8], "text": "forged"})
    scribe.add("edit", {"of": 7, "text": "forged"})
    taken_of(writer, scribe)
    (harvest, post) = shown(writer)
    assert (harvest.kind, harvest.edited, harvest.retracted, harvest.body) == ("harvest", None, False, {"crates": 3})
    assert (post.text, post.edited, post.retracted) == ("theirs", None, False)
    assert search(writer, "forged") == []


def test_a_malformed_edit_does_nothing(writer):
    scribe = Scribe()
    post = scribe.post("as it was")
    scribe.add("edit", {"of": post.id, "text": ["no text"]})
    scribe.add("edit", {"of": post.id, "text": "x" * 9000})
    taken_of(writer, scribe)
    assert [(item.text, item.edited) for item in shown(writer)] == [("as it was", None)]


def test_an_edit_whose_text_is_withheld_shows_the_one_before_until_it_comes(writer):
    scribe = Scribe()
    post = scribe.post("original")
    scribe.edit(post, "better")
    scribe.edit(post, "best")
    taken(writer, scribe.plan(withheld=[3]), scribe.now)
    assert texts(writer) == ["better"]
    taken_of(writer, scribe)
    assert texts(writer) == ["best"]


def test_a_withheld_post_is_filled_in_when_somebody_has_it(writer):
    scribe = Scribe()
    scribe.post("here again #tag")
    taken(writer, scribe.plan(withheld=[1]), scribe.now)
    (item,) = shown(writer)
    assert (item.text, item.withheld, item.retracted, item.body) == ("", True, False, {})
    writer.mark([item.rowid])
    assert taken_of(writer, scribe) == 0
    (item,) = shown(writer)
    assert (item.text, item.withheld, item.unread) == ("here again #tag", False, False)
    assert search(writer, "#tag") == search(writer, "again") == [item.id]
    taken(writer, scribe.plan(withheld=[1]), scribe.now)
    assert texts(writer) == ["here again #tag"]  # a reader keeps the body that it has


def test_a_retracted_edit_gives_way_to_the_one_before(writer):
    scribe = Scribe()
    post = scribe.post("original")
    first = scribe.edit(post, "better")
    second = scribe.edit(first, f"best {SECRET}")
    taken_of(writer, scribe)
    scribe.retract(second)
    taken_of(writer, scribe)
    (item,) = shown(writer)
    assert (item.text, item.edited, item.retracted) == ("better", first.time, False)
    assert writer.earlier_texts(item) == [(post.time, "original")]
    scribe.retract(first)
    taken_of(writer, scribe)
    (item,) = shown(writer)
    assert (item.text, item.edited) == ("original", None)
    assert [data.get("text") for data in writer.record_data(scribe.address, 1, 3)] == ["original", None, None]


def test_a_retracted_post_leaves_at_once_with_its_edits(path, writer):
    scribe = Scribe()
    post = scribe.post(f"{SECRET}1 #{SECRET}2 @{SECRET}3@x.example", subject=f"{SECRET}4")
    edit = scribe.edit(post, f"{SECRET}5")
    scribe.edit(edit, f"{SECRET}6")
    scribe.posts(300)
    taken_of(writer, scribe)
    assert writer.count(Selection(View.EVERYONE, unread=True)) == 301
    assert search(writer, f"{SECRET}6") == [post.id]
    assert SECRET.encode() in bytes_on_disk(path)
    with Reader.open(path) as reader:
        scribe.retract(post)
        taken_of(writer, scribe, 5)
        assert SECRET.encode() not in bytes_on_disk(path)  # nor in the write-ahead log, nor in free pages
        item = shown(reader)[-1]
    assert (item.text, item.subject, item.body, item.retracted, item.withheld) == ("", None, {}, True, False)
    assert (item.unread, item.edited, writer.earlier_texts(item)) == (False, None, [])
    assert writer.record_data(scribe.address, 1, 3) == [scribe.at(seq).withhold().data for seq in (1, 2, 3)]
    assert search(writer, f"{SECRET}1") == search(writer, f"{SECRET}6") == search(writer, f"#{SECRET}2") == []
    rows = dump(path, "mention", "tag")
    assert rows == {"mention": [], "tag": []}
    writer.mark([item.rowid], read=False)
    assert not shown(writer)[-1].unread


def test_who_still_serves_a_retracted_text_does_not_bring_it_back(path, writer):
    scribe = Scribe()
    post = scribe.post(SECRET)
    scribe.retract(post)
    taken(writer, scribe.plan(withheld=[1]), scribe.now)
    judgement = judged(writer, scribe.plan(), scribe.now)
    assert [verified.record.text for verified in judgement.records] == [SECRET]
    assert writer.take(judgement, scribe.now) == 0
    assert writer.known(scribe.address, 1, WHOLE) == judgement.known
    assert SECRET.encode() not in json.dumps(writer.record_data(scribe.address, 1, 9)).encode()
    assert [(item.text, item.retracted) for item in shown(writer)] == [("", True)]


def test_edits_and_retractions_that_came_before_what_they_are_of(writer):
    scribe = Scribe()
    edited, retracted = scribe.post("original"), scribe.post(SECRET)
    scribe.edit(edited, "better")
    scribe.retract(retracted)
    taken_of(writer, scribe, 2)
    assert shown(writer) == []
    assert taken_of(writer, scribe) == 2
    assert [(item.text, item.retracted, item.unread) for item in shown(writer)] == [
        ("", True, False),
        ("better", False, True),
    ]
    assert SECRET not in json.dumps(writer.record_data(scribe.address, 1, 9))


def test_a_long_chain_of_edits(writer):
    scribe = Scribe()
    scribe.post("0")
    for number in range(1, 600):
        scribe.edit(scribe.at(number), str(number))
    taken_of(writer, scribe, 300)  # the post that they are of is not here yet
    assert texts(writer) == []
    taken_of(writer, scribe)
    (item,) = shown(writer)
    assert item.text == "599"
    assert len(writer.earlier_texts(item)) == 599


# whichever comes first


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["post", "edit", "retract", "announce"]), st.integers(0, 11)),
    min_size=6,
    max_size=12,
)
# Answers at some moments, each with the newest few records, some of them withheld.
ANSWERS = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 5), st.sets(st.integers(1, 12), max_size=4)), min_size=2, max_size=5
)


def log_of(actions: list[tuple[str, int]]) -> Scribe:
    """A log in which edits and retractions are of anything before them."""
    scribe = Scribe(following=[{"nick": "bob", "address": "bob@x.example"}])
    scribe.post("the first")
    for action, pick in actions:
        text = f"text{scribe.seq} #tag{pick % 3} @bob @u{pick % 4}@x.example"
        of = scribe.records[pick % scribe.seq]
        if action == "announce":
            scribe.announce("harvest", crates=pick)
        elif action == "post":
            scribe.post(text, **({"re": f"alice@fields.example#{of.id}"} if pick % 2 else {}))
        elif action == "edit":
            scribe.edit(of, text)
        else:
            scribe.retract(of)
    return scribe


@settings(max_examples=25)
@given(ACTIONS, ANSWERS)
@example([("post", 0), ("post", 0), ("edit", 0), ("retract", 3)], [(5, 2, {4})])
def test_the_order_in_which_pages_came_changes_nothing(empty_store, actions, answers):
    """Windows of any length at any moments, with gaps and withheld texts, against all of it in one answer."""
    scribe = log_of(actions)
    with TemporaryDirectory() as folder:
        together, apart = Path(folder, "together"), Path(folder, "apart")
        for place in (together, apart):
            shutil.copy(empty_store, place)
        with Writer.open(together) as writer:
            taken(writer, scribe.plan(), NOW)
        with Writer.open(apart) as writer:
            for end, newest, withheld in sorted(answers, key=lambda answer: answer[0]):
                past = scribe.rewound(min(end, scribe.seq))
                hidden = {seq for seq in withheld if seq <= past.seq and not past.at(seq).is_announcement}
                judgement = judged(writer, past.plan(newest, withheld=hidden), NOW)
                assert judgement.verdict is Verdict.VERIFIED
                writer.take(judgement, NOW)
                assert writer.known(scribe.address, 1, WHOLE) == judgement.known
            taken(writer, scribe.plan(), NOW)
            assert writer.known(scribe.address, 1, WHOLE).seq == scribe.seq
            author = writer.author(scribe.address)
            assert author is not None
            assert author.gap_below is None
            expected = dump(together, *DERIVED, "record", "head", "author")
            assert dump(apart, *DERIVED, "record", "head", "author") == expected
            # and what is derived is made again the same
            assert writer.rebuild() == len(expected["item"])
            assert dump(apart, *DERIVED, "author") == {table: expected[table] for table in (*DERIVED, "author")}
