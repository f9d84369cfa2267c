"""What is kept of ledgers holds as long as nothing differs, and is no answer from then on."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.arrivals import arrive
from tests.support.historian import Historian
from tests.support.venture import COMMUNE, Venture
from thimbl.core.address import Address
from thimbl.store import Reader, StoreFull, StoreReadOnly, Writer, kept
from thimbl.store.database import Database

HERE = Address.parse(COMMUNE)
ANA = "ana@fields.example"
PARTS: tuple[kept.Part, ...] = ("page", "data", "audit")


def made(reader: Reader, *, keep: bool = True) -> dict[str, list[str]]:
    """All parts of all ledgers, folded anew; and kept."""
    ledgers = reader.ledgers()
    ledgers.refresh()
    studies = ledgers.studies()
    if keep:
        assert ledgers.keep(studies)
    return {part: [kept.answer(study, part) for study in studies] for part in PARTS}


def found(reader: Reader, commune: Address | None = None) -> dict[str, list[str]]:
    return {part: reader.kept_ledgers(part, commune) for part in PARTS}


NOTHING: dict[str, list[str]] = {part: [] for part in PARTS}


@pytest.fixture
def venture() -> Venture:
    return Historian(random.Random(3), crooked=True).go(20)


@pytest.fixture
def full(writer: Writer, venture: Venture) -> Writer:
    """A store with all of it."""
    with writer.batch():
        for log in venture.logs.values():
            arrive(writer, log, 1, len(log))
    return writer


def says(writer: Writer, venture: Venture, who: str, kind: str, **body: object) -> None:
    venture.say(who, kind, **body)
    arrive(writer, venture.logs[who], len(venture.logs[who]), len(venture.logs[who]))


def test_it_is_what_was_made(full: Writer, path: Path) -> None:
    assert found(full) == NOTHING
    wanted = made(full)
    assert found(full) == wanted
    assert found(full, HERE) == wanted
    assert found(full, Address.parse(ANA)) == NOTHING
    with Reader.open(path) as reader:
        assert found(reader) == wanted


@pytest.mark.parametrize(
    "event",
    [
        lambda writer, venture: says(writer, venture, ANA, "post", text="Good morning"),
        lambda writer, venture: says(writer, venture, "zoe@fields.example", "post", text="Good morning"),
        lambda writer, venture: writer.follow(HERE, "fields"),
        lambda writer, venture: writer.note_many([(HERE, 2**31)]),
        lambda writer, venture: writer.mark_all(everything()),
    ],
    ids=["a member's post", "somebody's post", "follow", "asked again", "read"],
)
def test_it_holds_while_nothing_differs(
    full: Writer, venture: Venture, event: Callable[[Writer, Venture], object]
) -> None:
    wanted = made(full)
    event(full, venture)
    assert found(full) == wanted == made(full, keep=False)


def everything() -> object:
    from thimbl.store import Selection, View

    return Selection(View.EVERYONE)


@pytest.mark.parametrize(
    "event",
    [
        lambda writer, venture: says(writer, venture, COMMUNE, "post", text="Good morning"),
        lambda writer, venture: says(writer, venture, "zoe@fields.example", "join", commune=COMMUNE, as_="member"),
        lambda writer, venture: says(writer, venture, ANA, "leave", commune=COMMUNE),
        lambda writer, venture: writer.pin(HERE, None),
        lambda writer, venture: arrive(
            writer,
            venture.logs[ANA],
            len(venture.logs[ANA]),
            len(venture.logs[ANA]),
            witness=[{"address": COMMUNE, "seq": 2, "last": "a" * 52}],
        ),
        lambda writer, venture: writer._db.run("DELETE FROM author WHERE address = ?", (ANA,)),
        lambda writer, venture: writer._db.run("UPDATE author SET verdict = 'forked' WHERE address = ?", (ANA,)),
        lambda writer, venture: writer.rebuild(),
    ],
    ids=["the clerk's post", "a newcomer", "a member", "pin", "witness", "gone", "forked", "rebuild"],
)
def test_whatever_differs_makes_it_no_answer(
    full: Writer, venture: Venture, event: Callable[[Writer, Venture], object]
) -> None:
    made(full)
    event(full, venture)
    assert found(full) == NOTHING
    wanted = made(full)
    assert found(full) == wanted


@given(st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=5, deadline=None)
def test_what_is_found_is_what_would_be_made(
    tmp_path_factory: pytest.TempPathFactory, dice: random.Random, crooked: bool
) -> None:
    venture = Historian(dice, crooked).go(10)
    with Writer.open(tmp_path_factory.mktemp("store") / "store.sqlite3") as writer:
        here = dict.fromkeys(venture.logs, 0)
        while left := sorted(who for who, count in here.items() if count < len(venture.logs[who])):
            who = dice.choice(left)
            high = dice.randrange(here[who], len(venture.logs[who])) + 1
            arrive(writer, venture.logs[who], here[who] + 1, high)
            here[who] = high
            assert found(writer) in (NOTHING, made(writer, keep=dice.random() < 0.5))


def test_another_program_makes_its_own(full: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = made(full)
    with monkeypatch.context() as patch:
        patch.setattr(kept, "maker", lambda: "another")
        assert found(full) == NOTHING
        made(full)
    assert found(full) == NOTHING
    made(full)
    assert found(full) == wanted


def test_one_of_two_is_no_answer_for_both(full: Writer) -> None:
    other = Venture()
    other.say("barn@fields.example", "charter", name="Barn", currency="EUR", digits=2, period="month", rules=1)
    arrive(full, other.logs["barn@fields.example"], 1, 1)
    ledgers = full.ledgers()
    ledgers.refresh()
    first, second = ledgers.studies()
    ledgers.keep([first])
    assert found(full) == NOTHING
    assert found(full, first.commune)["page"] == [kept.answer(first, "page")]
    ledgers.keep([second])
    assert found(full)["page"] == [kept.answer(one, "page") for one in (first, second)]


def test_an_answer_of_yesterday_is_not_kept(full: Writer, venture: Venture) -> None:
    ledgers = full.ledgers()
    ledgers.refresh()
    studies = ledgers.studies()
    says(full, venture, "zoe@fields.example", "join", commune=COMMUNE, as_="member")
    assert not ledgers.keep(studies)
    assert found(full) == NOTHING


def test_a_choice_is_nobody_elses_answer(full: Writer) -> None:
    ledgers = full.ledgers(lambda address: True)
    ledgers.refresh()
    assert not ledgers.keep(ledgers.studies())


def test_a_busy_store_is_not_waited_for(full: Writer, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "WAIT_MS", 1)
    ledgers = full.ledgers()
    ledgers.refresh()
    studies = ledgers.studies()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not ledgers.keep(studies)
    assert ledgers.keep(studies)


@pytest.mark.parametrize("fault", [StoreFull, StoreReadOnly])
def test_where_nothing_can_be_kept_nobody_is_told(
    full: Writer, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    ledgers = full.ledgers()
    ledgers.refresh()

    def failing(*_: object) -> None:
        raise fault("no")

    monkeypatch.setattr(Database, "run_many", failing)
    assert not ledgers.keep(ledgers.studies())
    assert found(full) == NOTHING


def test_of_two_at_once_one_is_whole(full: Writer, path: Path) -> None:
    """Both saw the same store: whoever comes second adds nothing and takes nothing away."""
    with Writer.open(path) as other:
        both = full.ledgers(), other.ledgers()
        for ledgers in both:
            ledgers.refresh()
        for ledgers in both:
            assert ledgers.keep(ledgers.studies())
    assert found(full) == made(full, keep=False)
