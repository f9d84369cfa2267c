"""What a person has muted: left out of lists by others, there where it is asked for by name, and gone in time."""

import random
from pathlib import Path

import pytest

from tests.store.people import somebody, three
from tests.store.shelf import EVERYTHING, taken, taken_of
from tests.support.scribe import START, Scribe
from thimbl.core.address import Address
from thimbl.store import Reader, Selection, View, Writer
from thimbl.store.mutes import Mute, MuteError, MuteKind, from_text, to_text

NOW = START + 1_000_000
AUTHOR, TAG, WORD = MuteKind.AUTHOR, MuteKind.TAG, MuteKind.WORD


class Clock:
    """A clock that is set."""

    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def texts(reader: Reader, selection: Selection = EVERYTHING, limit: int | None = None) -> list[str]:
    return [item.text for item in reader.items(reader.rowids(selection, limit))]


def said(writer: Writer, *said_by: tuple[Scribe, str]) -> None:
    """Each says something, in this order."""
    for scribe, text in said_by:
        scribe.post(text)
        taken_of(writer, scribe)


@pytest.mark.parametrize(
    ("kind", "typed", "what"),
    [
        (AUTHOR, " Bo@X.Example:79 ", "Bo@x.example"),
        (TAG, "#Straße", "strasse"),
        (TAG, "frost_2", "frost_2"),
        (WORD, "  Lower\n Field ", "lower field"),
        (WORD, "STRASSE", "strasse"),
        (WORD, "Cafe\u0301", "caf\u00e9"),
    ],
)
def test_what_a_person_types(kind: MuteKind, typed: str, what: str) -> None:
    assert Mute.of(kind, typed).what == what
    assert Mute.of(kind, what).what == what


@pytest.mark.parametrize(
    ("kind", "typed"),
    [(AUTHOR, "bo"), (TAG, "#"), (TAG, "#two words"), (TAG, "x" * 101), (WORD, " ! "), (WORD, "x" * 101),
     (WORD, "a\ud800")],
)  # fmt: skip
def test_what_can_not_be_muted(kind: MuteKind, typed: str) -> None:
    with pytest.raises(MuteError):
        Mute.of(kind, typed)


def test_an_author(writer: Writer, path: Path, clock: Clock) -> None:
    """Out of the lists by others and of what counts; on their own page as before."""
    _, bo, _ = three(writer)
    writer.sync_mutes([Mute.of(AUTHOR, str(bo.address))])
    with Reader.open(path).for_person(clock) as reader:
        for selection in (Selection(), EVERYTHING):
            assert not [item for item in reader.timeline(selection, 9) if item.address == bo.address]
        assert (reader.count(Selection()), reader.unread(View.FOLLOWED), reader.unread(View.EVERYONE)) == (5, 0, 5)
        assert reader.count(Selection(muted=True)) == 10
        page = reader.timeline(Selection(View.AUTHOR, author=bo.address), 9)
        assert [item.muted for item in page] == [str(bo.address)] * 5
    assert writer.count(Selection()) == 10  # whoever reads for nobody in particular


def test_tags_and_words(writer: Writer, path: Path, clock: Clock) -> None:
    """Whole words, in any case and with or without accents, also in a subject; several stand together."""
    ana, bo = somebody("ana"), somebody("bo")
    writer.set_me(ana.address)
    writer.follow(bo.address, "bo")
    said(
        writer,
        (bo, "Frost again. #Winter"),
        (bo, "Defrosting the CAFÉ, winter or not"),
        (bo, "The lower field is white."),
        (bo, "The field is lower."),
        (bo, 'A "quote" OR nothing'),
    )
    taken(writer, ana.plan(), NOW, me=True)
    bo.post("x", subject="About a café")
    taken_of(writer, bo)
    cases = [
        (Mute.of(TAG, "winter"), ["Frost again. #Winter"]),
        (Mute.of(WORD, "FROST"), ["Frost again. #Winter"]),
        (Mute.of(WORD, "cafe"), ["x", "Defrosting the CAFÉ, winter or not"]),
        (Mute.of(WORD, "lower field"), ["The lower field is white."]),
        (Mute.of(WORD, '"quote" or'), ['A "quote" OR nothing']),
        (Mute.of(WORD, "no*"), []),
    ]
    everything = texts(writer)
    with Reader.open(path).for_person(clock) as reader:
        for mute, gone in cases:
            writer.sync_mutes([mute])
            assert texts(reader) == [text for text in everything if text not in gone], mute
            held = [one for one in writer.rowids(Selection(muted=True)) if reader.holds(Selection(), one)]
            assert held == reader.rowids(Selection())
            found = reader.timeline(Selection(View.SEARCH, words="cafe"), 9)
            assert [item.muted for item in found] == [mute.name if item.text in gone else None for item in found]


def test_mentions_threads_and_ones_own(writer: Writer, path: Path, clock: Clock) -> None:
    """A mention by whom one has muted is none; a thread has it, marked; one's own words are never muted."""
    ana, bo = somebody("ana"), somebody("bo")
    writer.set_me(ana.address)
    first = ana.post("Leeks? #leeks")
    taken(writer, ana.plan(), ana.now, me=True)
    bo.post("No leeks, @ana@x.example.", re=f"{ana.address}#{first.id}")
    taken_of(writer, bo)
    with Reader.open(path).for_person(clock) as reader:
        assert reader.count(Selection(View.MENTIONS)) == 1
        writer.sync_mutes([Mute.of(WORD, "leeks"), Mute.of(TAG, "#leeks"), Mute.of(AUTHOR, "ana@x.example")])
        assert (reader.count(Selection(View.MENTIONS)), reader.unread(View.MENTIONS)) == (0, 0)
        places = reader.thread(reader.timeline(Selection(), 1)[0].reference)
        assert [place.item and place.item.muted for place in places] == [None, "leeks"]


def test_it_ends_by_the_clock(writer: Writer, path: Path, clock: Clock) -> None:
    """At its second, without anybody writing; and a clock that is set back has it again."""
    _, bo, _ = three(writer)
    writer.sync_mutes([Mute.of(AUTHOR, str(bo.address), NOW + 60), Mute.of(WORD, "nothing")])
    with Reader.open(path).for_person(clock) as reader:
        for moment, number in ((NOW, 5), (NOW + 59, 5), (NOW + 60, 10), (NOW + 7_000, 10), (NOW, 5)):
            clock.now = moment
            assert reader.count(Selection()) == number
        assert len(reader.mutes()) == 2


def test_what_comes_in_is_muted_too(writer: Writer, path: Path, clock: Clock) -> None:
    """The same reader sees what another process has written."""
    bo = somebody("bo")
    writer.sync_mutes([Mute.of(WORD, "frost")])
    with Reader.open(path).for_person(clock) as reader:
        said(writer, (bo, "Frost."), (bo, "Sun."))
        assert texts(reader) == ["Sun."]
        said(writer, (bo, "More frost."), (bo, "More sun."))
        assert texts(reader) == ["More sun.", "Sun."]


def test_a_mute_follows_a_log_that_moved(writer: Writer, path: Path, clock: Clock) -> None:
    """The old address is one of theirs."""
    three(writer)
    author = writer._db.value("SELECT id FROM author WHERE address = 'bo@x.example'")
    writer._db.run("UPDATE author SET address = 'bo@new.example' WHERE id = ?", (author,))
    writer._db.run("INSERT INTO alias (address, author) VALUES ('bo@x.example', ?)", (author,))
    writer.sync_mutes([Mute.of(AUTHOR, "bo@x.example")])
    with Reader.open(path).for_person(clock) as reader:
        assert reader.count(Selection()) == 5
        page = reader.timeline(Selection(View.AUTHOR, author=Address.parse("bo@new.example")), 1)
        assert page[0].muted == "bo@x.example"


def test_a_limit_is_of_what_is_shown(writer: Writer, path: Path, clock: Clock) -> None:
    """However much of the newest is hidden, a list has as many as were asked for, and the newest of them."""
    rng = random.Random(5)
    people = [somebody(name) for name in ("bo", "cy", "di")]
    for scribe in people:
        for number in range(40):
            scribe.post(f"{number} {'frost' if rng.random() < 0.1 or number > 10 else 'sun'}")
        writer.follow(scribe.address, scribe.address.user)
        taken_of(writer, scribe)
    writer.sync_mutes([Mute.of(WORD, "frost"), Mute.of(AUTHOR, "cy@x.example")])
    with Reader.open(path).for_person(clock) as reader:
        for selection in (Selection(), EVERYTHING, Selection(unread=True), Selection(since=START)):
            shown = [
                item.rowid
                for item in writer.timeline(selection, 999)
                if "frost" not in item.text and item.address.user != "cy"
            ]
            assert 0 < len(shown) < 30
            assert reader.rowids(selection) == shown
            assert reader.count(selection) == len(shown)
            for limit in (1, 5, len(shown), 200):
                assert reader.rowids(selection, limit) == shown[:limit]


def test_they_are_kept(writer: Writer) -> None:
    """As text and back; through a rebuild; and what is there already is not written again."""
    mutes = (Mute.of(WORD, "caf\u00e9 \u2028"), Mute.of(TAG, "x", 5), Mute.of(AUTHOR, "bo@x.example"))
    assert from_text(to_text(mutes)) == mutes
    writer.sync_mutes(mutes)
    writer.rebuild()
    assert writer.mutes() == mutes
    changes = writer._db.value("SELECT total_changes()")
    writer.sync_mutes(mutes)
    assert writer._db.value("SELECT total_changes()") == changes
