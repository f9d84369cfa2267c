"""Taking bundles in: verified as an answer is, merged, and never back, through however many hands."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.scribe import MINUTE, Scribe, fingerprint
from tests.support.sneaker import NOW, Hand, bundle_of, bundle_with
from thimbl.core.log import Verdict
from thimbl.core.plan import Follow
from thimbl.core.records import Record
from thimbl.home.bundles.names import stem_of
from thimbl.home.bundles.tars import TarBundle

SECRET = "What nobody is to read any more."
MakeHand = Callable[[str], Hand]


@pytest.fixture
def hand(tmp_path: Path) -> MakeHand:
    return lambda name: Hand(tmp_path / name)


def long_log(count: int = 105) -> Scribe:
    """A log that its plan does not reach the beginning of, with a retraction and an announcement in it."""
    scribe = Scribe(name="Alice")
    secret = scribe.post(SECRET)
    for number in range(2, count + 1):
        if number == 60:
            scribe.announce("join", commune="commune@fields.example")
            scribe.retract(secret)
        scribe.post(f"Post {number}." + " Frost." * 150)
    return scribe


def test_ten_hands(hand: MakeHand) -> None:
    """Each exports what it imported; the last one verifies by the key that the first one pinned, and has every record.
    What was retracted stays withheld, in the bundle too, and the bundle is the same to the byte."""
    alice, bob = long_log(75), Scribe("bob@dairy.example:7979", key="bob")
    bob.posts(3)
    first = hand("0")
    first.fetch(alice)
    first.fetch(bob)
    bundle = made = first.pack()
    assert SECRET.encode() not in bundle
    for number in range(1, 10):
        here = hand(str(number))
        here.writer.pin(alice.address, alice.fingerprint)
        taken = here.take(bundle)
        assert [(one.verdict, one.new, one.gap_below) for one in taken] == [
            (Verdict.VERIFIED, alice.seq - 1, None),  # a retraction is no item
            (Verdict.VERIFIED, 3, None),
        ]
        bundle = here.pack()
        assert bundle == made
    kept = [Record.from_data(data) for data in here.writer.record_data(alice.address, 1, alice.seq)]
    assert [record.id for record in kept] == [record.id for record in alice.records]
    assert kept[0].withheld
    assert here.texts()[1:] == first.texts()[1:]
    author = here.writer.author(alice.address)
    assert author is not None
    assert (author.key, author.asked, author.followed) == (alice.fingerprint, None, False)


def test_a_second_time_nothing_is_new(hand: MakeHand) -> None:
    scribe = long_log()
    first, second = hand("1"), hand("2")
    first.fetch(scribe)
    assert not second.take_one(first.pack()).unchanged
    again = second.take_one(first.pack())
    assert (again.verdict, again.new, again.unchanged, again.is_good) == (Verdict.VERIFIED, 0, True, True)


def test_what_is_new_is_merged(hand: MakeHand) -> None:
    scribe = long_log()
    first, second = hand("1"), hand("2")
    first.fetch(scribe)
    second.take(first.pack())
    scribe.post("Newer.")
    first.fetch(scribe)
    assert second.take_one(first.pack()).new == 1
    assert second.texts()[-1] == "Newer."


def test_never_back(hand: MakeHand) -> None:
    """An older bundle is stale, and says so; what was taken back since stays gone."""
    scribe = Scribe()
    secret = scribe.post(SECRET)
    first, second = hand("1"), hand("2")
    first.fetch(scribe)
    old = first.pack()
    scribe.retract(secret)
    first.fetch(scribe)
    second.take(first.pack())
    taken = second.take_one(old)
    assert (taken.verdict, taken.new, taken.is_good) == (Verdict.STALE, 0, True)
    assert taken.reason == "it ends at entry 1; 2 was seen before"
    assert SECRET not in second.texts()
    assert SECRET.encode() in old
    assert SECRET.encode() not in second.pack()


def test_what_was_asked_is_not_touched(hand: MakeHand) -> None:
    """Nobody was asked, so what came of asking stays; but the verdict is the bundle's."""
    scribe = Scribe()
    scribe.post()
    first, second = hand("1"), hand("2")
    first.fetch(scribe)
    second.writer.failed(scribe.address, "no way there", NOW - 5)
    second.take(first.pack())
    author = second.writer.author(scribe.address)
    assert author is not None
    assert (author.asked, author.failure, author.verdict) == (NOW - 5, "no way there", Verdict.VERIFIED)


def test_an_older_bundle_fills_a_gap(hand: MakeHand) -> None:
    """Its archive hangs on what was verified here, though its plan is stale."""
    scribe = long_log()
    first, second = hand("1"), hand("2")
    first.fetch(scribe)
    old = first.pack()
    scribe.posts(2)
    window = scribe.plan(30)
    second.fetch(scribe, window)
    taken = second.take_one(old)
    assert (taken.verdict, taken.gap_below, taken.missing) == (Verdict.STALE, None, "")
    assert taken.new == scribe.seq - 30 - 1
    assert len(second.texts()) == scribe.seq - 1


def test_a_copy_with_a_gap(hand: MakeHand) -> None:
    """What lies below a gap is not passed on; the gap shows where it is taken in, and is filled from elsewhere."""
    scribe = long_log()
    first, second, third = hand("1"), hand("2"), hand("3")
    first.fetch(scribe, scribe.plan(40))
    taken = second.take_one(first.pack())
    low = scribe.seq - 39
    assert (taken.verdict, taken.new, taken.gap_below) == (Verdict.VERIFIED, 40, low)
    assert taken.missing == f"records below {low} are not in it"
    third.fetch(scribe)
    filled = second.take_one(third.pack())
    assert (filled.gap_below, filled.new) == (None, scribe.seq - 1 - 40)


@pytest.mark.parametrize("what", ["text", "page", "key"])
def test_what_was_changed_on_the_way(hand: MakeHand, what: str) -> None:
    """A word of the plan, a word of a page, or the whole log by another key: none of it is taken."""
    scribe = long_log()
    first, second = hand("1"), hand("2")
    first.fetch(scribe)
    second.writer.pin(scribe.address, scribe.fingerprint)
    bundle = first.pack()
    if what == "text":
        bundle = bundle.replace(b"Post 105.", b"Pest 105.", 1)
    elif what == "page":
        bundle = bundle.replace(b'"Post 5.', b'"Pest 5.')
    else:
        thief = Scribe(key="thief")
        thief.posts(3)
        bundle = bundle_with(thief.text())
    taken = second.take_one(bundle)
    if what == "page":
        # The plan holds, and is here; of the changed page nothing is.
        lowest = second.writer.brief(scribe.address)
        assert lowest is not None
        assert (taken.verdict, taken.gap_below) == (Verdict.VERIFIED, lowest.gap_below)
        assert taken.gap_below is not None
        assert taken.gap_below > 5
        assert "00000001.json: record 6 is not where it belongs" in taken.missing
        assert not any("Pest" in text for text in second.texts())
        return
    assert taken.verdict is (Verdict.FORGED if what == "text" else Verdict.NEW_KEY)
    assert not taken.is_good
    assert second.texts() == []
    [evidence] = second.writer.evidence(scribe.address)
    assert evidence.verdict is taken.verdict
    assert evidence.reason.startswith("in a bundle: ")
    author = second.writer.author(scribe.address)
    assert author is not None
    assert (author.key, author.verdict) == (scribe.fingerprint, None), "that is no word on them"


def test_a_forgery_of_a_stranger_leaves_nothing(hand: MakeHand) -> None:
    scribe = Scribe()
    scribe.post()
    here = hand("1")
    assert here.take_one(bundle_with(scribe.text().replace("Post 1.", "Past 1."))).verdict is Verdict.FORGED
    assert here.writer.authors(followed_only=False) == []


def test_a_fork(hand: MakeHand) -> None:
    """Only the author can have signed it: it is noted, and the evidence kept."""
    scribe = Scribe()
    scribe.posts(3)
    other = scribe.rewound(2)
    other.post("Another third.")
    here, there = hand("1"), hand("2")
    here.fetch(scribe)
    there.fetch(other)
    taken = here.take_one(there.pack())
    assert (taken.verdict, taken.is_good) == (Verdict.FORKED, False)
    author = here.writer.author(scribe.address)
    assert author is not None
    assert author.verdict is Verdict.FORKED
    assert here.writer.evidence(scribe.address)


def test_a_fork_far_down(hand: MakeHand) -> None:
    """Found in the archive, below a gap."""
    scribe = Scribe()
    scribe.posts(80)
    other = scribe.rewound(40)
    for _ in range(60):
        other.post("Something else. " * 80)
    here, there = hand("1"), hand("2")
    here.fetch(scribe)
    there.fetch(other)
    taken = here.take_one(there.pack())
    assert taken.verdict is Verdict.FORKED


def test_a_change_of_key_far_down(hand: MakeHand) -> None:
    """The way from the pinned key to this one lies in the archive: it is looked for there."""
    scribe = Scribe()
    scribe.posts(3)
    first, second = hand("1"), hand("2")
    second.fetch(scribe)
    scribe.rotate("second")
    scribe.posts(330)
    first.fetch(scribe)
    bundle = first.pack()
    taken = second.take_one(bundle)
    assert (taken.verdict, taken.new, taken.gap_below) == (Verdict.VERIFIED, 331, None)
    assert taken.fingerprint == fingerprint("second")


def test_a_log_that_moved(hand: MakeHand) -> None:
    scribe = Scribe()
    scribe.posts(2)
    first, second = hand("1"), hand("2")
    second.fetch(scribe)
    second.writer.follow(scribe.address, "alice")
    old = scribe.address
    scribe.move("alice@new.example")
    scribe.post("From the new place.")
    first.fetch(scribe)
    taken = second.take_one(first.pack())
    assert (taken.verdict, taken.moved_from, taken.followed) == (Verdict.VERIFIED, old, True)
    assert second.texts()[-1] == "From the new place."


def test_from_the_future(hand: MakeHand) -> None:
    scribe = Scribe(start=NOW + 90 * 24 * 60 * MINUTE)
    scribe.post()
    here = hand("1")
    assert here.take_one(bundle_with(scribe.text())).verdict is Verdict.FUTURE
    assert here.writer.authors(followed_only=False) == []


def test_what_is_no_plan(hand: MakeHand) -> None:
    """Each is told by its file; the plans beside it are taken."""
    scribe = Scribe()
    scribe.post()
    here = hand("1")
    classic = '{"name": "dk", "address": "dk@telekommunisten.org", "messages": []}'
    taken = here.take(bundle_with("Gone fishing.", classic, scribe.text()))
    assert [one.verdict for one in taken] == [Verdict.UNREADABLE, Verdict.UNSIGNED, Verdict.VERIFIED]
    assert [one.is_good for one in taken] == [False, False, True]
    assert here.texts() == ["Post 1."]


def test_ones_own_log_is_taken_from_nobody(hand: MakeHand) -> None:
    scribe = Scribe()
    scribe.posts(2)
    here, there = hand("1"), hand("2")
    here.fetch(scribe)
    here.writer.set_me(scribe.address)
    scribe.post("Written elsewhere.")
    there.fetch(scribe)
    taken = here.take_one(there.pack())
    assert (taken.is_me, taken.new, taken.reason) == (True, 0, "it goes to record 3, and yours here to 2")
    assert "Written elsewhere." not in here.texts()


def test_the_list_behind_a_digest(hand: MakeHand) -> None:
    from thimbl.core.plan import following_data, list_digest

    follows = tuple(Follow(f"n{number}", Scribe(f"n{number}@far.example").address) for number in range(230))
    scribe = Scribe(following=list_digest(follows))
    scribe.post()
    first, second = hand("1"), hand("2")
    first.fetch(scribe)
    assert first.writer.keep_following(scribe.address, follows)
    second.take(first.pack())
    author = second.writer.author(scribe.address)
    assert author is not None
    assert author.following == follows
    # Another list under its name is not taken.
    stem = stem_of(scribe.address)
    import json

    wrong = json.dumps(following_data(follows[:3])).encode()
    third = hand("3")
    third.take(bundle_of([(f"{stem}.plan", scribe.text().encode()), (f"{stem}.plan.d/following.json", wrong)]))
    author = third.writer.author(scribe.address)
    assert author is not None
    assert author.following == ()


def test_an_archive_without_a_plan_is_nobodys(hand: MakeHand) -> None:
    here = hand("1")
    assert here.take(bundle_of([("a@b.example.plan.d/00000001.json", b"[]")])) == []


def test_the_bundle_says_what_is_in_it(hand: MakeHand) -> None:
    """The plan before its archive, newest page first: so that it could be judged as it comes."""
    scribe = long_log()
    here = hand("1")
    here.fetch(scribe)
    names = list(TarBundle(io.BytesIO(here.pack()), "it").sizes())
    stem = "alice@fields.example.plan"
    pages = [f"{stem}.d/{page}.json" for page in ("00000101", "00000001")]
    assert names == ["thimbl-bundle.json", "README.txt", stem, *pages]


def test_turns_far_down(hand: MakeHand) -> None:
    """A move and a change of key below the window are passed on the way down, by whoever never saw this log, and by
    whoever has a gap above them."""
    scribe = Scribe()
    scribe.posts(2)
    scribe.move("alice@new.example")
    scribe.rotate("second")
    for _ in range(70):
        scribe.post("Long. " * 200)
    first, second, third = hand("1"), hand("2"), hand("3")
    first.fetch(scribe)
    taken = second.take_one(first.pack())
    assert (taken.verdict, taken.gap_below, taken.new) == (Verdict.VERIFIED, None, scribe.seq)
    third.fetch(scribe, scribe.plan(10))
    scribe.post("Newer.")
    first.fetch(scribe)
    filled = third.take_one(first.pack())
    assert (filled.verdict, filled.gap_below, filled.new) == (Verdict.VERIFIED, None, scribe.seq - 10)
    known = third.writer.known(scribe.address, 1, 5)
    assert [link.seq for link in known.links] == [4]
    assert known.retired == {fingerprint("alice"): 4}
