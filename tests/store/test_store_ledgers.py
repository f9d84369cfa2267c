"""Ledgers that are kept up to date are those that are folded anew, in whatever order the logs come in."""

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.arrivals import arrive, fill
from tests.support.historian import Historian
from tests.support.venture import COMMUNE, Venture
from thimbl.core.address import Address
from thimbl.core.commune.books import transactions
from thimbl.core.commune.report import audit_data, ledger_data
from thimbl.core.commune.study import Study
from thimbl.store import Reader, StoreDamaged, Writer
from thimbl.store.ledgers import Ledgers

HERE = Address.parse(COMMUNE)


def told(study: Study | None) -> object:
    """All that anybody can see of a study."""
    if study is None:
        return None
    moved = [(one.verified.record.id, one.statement, one.movement) for one in study.folded]
    return ledger_data(study.ledger, study.notices), audit_data(study), moved, list(transactions(study.folded))


def anew(reader: Reader) -> object:
    ledgers = reader.ledgers()
    ledgers.refresh()
    return told(ledgers.study(HERE))


def pieces(dice: random.Random, venture: Venture) -> list[tuple[str, int, int]]:
    """The logs in parts, each log's in their order, and the logs mixed at random."""
    parts: dict[str, list[tuple[str, int, int]]] = {}
    for who, log in venture.logs.items():
        cuts = sorted({0, len(log), *(dice.randrange(len(log) + 1) for _ in range(3))})
        parts[who] = [(who, low + 1, high) for low, high in pairwise(cuts)]
    found = []
    while parts:
        who = dice.choice(sorted(parts))
        found.append(parts[who].pop(0))
        if not parts[who]:
            del parts[who]
    return found


@given(st.randoms(use_true_random=False), st.booleans(), st.integers(5, 20))
@settings(max_examples=6, deadline=None)
def test_what_is_kept_up_to_date_is_what_is_folded_anew(
    tmp_path_factory: pytest.TempPathFactory, dice: random.Random, crooked: bool, steps: int
) -> None:
    venture = Historian(dice, crooked).go(steps)
    with Writer.open(tmp_path_factory.mktemp("store") / "store.sqlite3") as writer:
        ledgers = writer.ledgers()
        for who, low, high in pieces(dice, venture):
            arrive(writer, venture.logs[who], low, high)
            if dice.random() < 0.3:
                assert ledgers.refresh()
                assert told(ledgers.study(HERE)) == anew(writer)
        ledgers.refresh()
        assert not ledgers.refresh()
        assert told(ledgers.study(HERE)) == anew(writer)


@pytest.fixture
def venture() -> Venture:
    return Historian(random.Random(3), crooked=False).go(30)


@pytest.fixture
def writer(path: Path) -> Writer:
    return Writer.open(path)


def whole(writer: Writer, venture: Venture, *, but: str = "") -> Ledgers:
    for who, log in venture.logs.items():
        if who != but:
            arrive(writer, log, 1, len(log))
    ledgers = writer.ledgers()
    ledgers.refresh()
    ledgers.study(HERE)
    return ledgers


def test_what_came_below_is_folded_too(writer: Writer, venture: Venture) -> None:
    ledgers = whole(writer, venture, but=COMMUNE)
    log = venture.logs[COMMUNE]
    arrive(writer, log, 10, len(log))
    ledgers.refresh()
    assert ledgers.study(HERE) is None  # the charter lies below
    for low, high in ((5, 7), (1, 4), (8, 9)):
        fill(writer, log, low, high)
        ledgers.refresh()
        assert told(ledgers.study(HERE)) == anew(writer)
    study = ledgers.study(HERE)
    assert study is not None
    assert study.ledger.complete


def test_only_what_came_is_folded(writer: Writer, venture: Venture, monkeypatch: pytest.MonkeyPatch) -> None:
    ledgers = whole(writer, venture)
    before = ledgers.study(HERE)
    assert before is not None
    seen = told(before)
    monkeypatch.setattr("thimbl.store.ledgers.study", None)  # what folds a whole log
    venture.join("eve@fields.example")
    for who in (COMMUNE, "eve@fields.example"):
        log = venture.logs[who]
        arrive(writer, log, len(log), len(log))
    assert ledgers.refresh()
    after = ledgers.study(HERE)
    assert after is not None
    assert "eve@fields.example" in after.ledger.state.members
    assert after.folded[: len(before.folded)] == before.folded
    assert told(before) == seen  # what was given out stays as it is
    assert ledgers.study(HERE) is after


def test_nothing_is_read_again_for_what_is_no_announcement(writer: Writer, venture: Venture) -> None:
    ledgers = whole(writer, venture)
    study = ledgers.study(HERE)
    venture.say("zoe@fields.example", "post", text="Good morning")
    arrive(writer, venture.logs["zoe@fields.example"], 1, 1)
    assert not ledgers.refresh()
    assert ledgers.study(HERE) is study


def test_another_choice_begins_again(writer: Writer, venture: Venture) -> None:
    everybody = whole(writer, venture).gathering.logs.keys()
    hidden: set[Address] = set()
    ledgers = writer.ledgers(lambda address: address not in hidden)
    ledgers.refresh()
    hidden.add(next(who for who in everybody if who != HERE))
    assert ledgers.refresh()
    study = ledgers.study(HERE)
    assert study is not None
    assert not study.ledger.complete
    hidden.clear()
    assert ledgers.refresh()
    assert told(ledgers.study(HERE)) == anew(writer)


def test_whom_an_error_interrupts_begins_again(
    writer: Writer, venture: Venture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledgers = whole(writer, venture)
    log = venture.logs[COMMUNE]
    venture.join("eve@fields.example")
    arrive(writer, venture.logs["eve@fields.example"], 1, 1)
    arrive(writer, log, len(log), len(log))

    def damaged(*_: object) -> None:
        raise StoreDamaged("damaged")

    with monkeypatch.context() as patch:
        patch.setattr("thimbl.store.logs.read_head", damaged)
        with pytest.raises(StoreDamaged):
            ledgers.refresh()
    ledgers.refresh()
    assert told(ledgers.study(HERE)) == anew(writer)


def test_a_new_key_by_hand_and_a_move_are_read_again(writer: Writer, venture: Venture) -> None:
    ledgers = whole(writer, venture)
    writer.pin(HERE, "SHA256:" + "a" * 43)
    assert ledgers.refresh()
    assert told(ledgers.study(HERE)) == anew(writer)


def test_a_move_that_says_nothing_moves_nothing(writer: Writer, venture: Venture) -> None:
    venture.say(COMMUNE, "move", to="not an address")
    ledgers = whole(writer, venture)
    study = ledgers.study(HERE)
    assert study is not None
    assert study.ledger.address == COMMUNE
