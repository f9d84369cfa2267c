"""Figures by name: every name that is given out is answered, and what is listed adds up to the figure."""

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.commune.test_commune_vectors import gathered
from tests.core.commune.test_commune_whence import studied
from tests.support.historian import Historian
from tests.support.venture import Venture
from thimbl.core.commune.board import Shelf, is_on_sale, shelf_of, standing_words, state_word
from thimbl.core.commune.figures import (
    NoSuchFigure,
    account_name,
    accounts,
    derivation,
    dividends_name,
    held_name,
    of_series,
    overview,
    parts,
    parts_of,
    record_name,
)
from thimbl.core.commune.money import percent
from thimbl.core.commune.shares import listed
from thimbl.core.commune.study import Study, study
from thimbl.core.commune.whence import MOST_EXPLAINED, Clew, Figure

SUMS = ("owed", "due", "cash", "each")
"""Figures that are no sum of records: each says so in its steps."""


def all_figures(found: Study) -> list[Figure]:
    """Every figure that has a name."""
    state = found.ledger.state
    figures = overview(found)
    for series in state.series.values():
        figures += of_series(found, series)
        figures += [Figure(held_name(series.code, who), who, held) for who, held in listed(series.holdings)]
    figures += [Figure(dividends_name(who), who, got) for who, got in state.dividends.items()]
    return [*figures, *(Figure(account_name(account), "", amount) for account, amount in accounts(found))]


def every_figure_is_derived(found: Study) -> None:
    clew = Clew(found)
    if found.ledger.state.charter is None:
        with pytest.raises(NoSuchFigure):
            derivation(found, "pool")
        return
    for figure in all_figures(found):
        whence, *_ = derivation(found, figure.name)
        if figure.name in ("pool", "carried"):
            continue  # told together: what is carried over is in the pool
        if whence.flows and figure.name not in SUMS:
            assert sum(flow.amount for flow in whence.flows) == figure.amount, figure
        if "cost" not in figure.name:
            assert whence.title.endswith(f": {clew.money(figure.amount)}"), figure
    for name in ("owed", "due", "cash"):
        [figure] = [one for one in overview(found) if one.name == name]
        assert sum(part.amount for part in parts(found, name)) == figure.amount
        for part in parts(found, name):
            assert derivation(found, part.name)
    for one in found.folded:
        if one.movement is not None:
            name = record_name(one.verified.record.seq)
            assert derivation(found, name)[0].title
            pages = -(-len(parts_of(one)) // MOST_EXPLAINED)
            told = [
                whence.who or whence.title
                for page in range(1, pages + 1)
                for whence in derivation(found, record_name(one.verified.record.seq, page))
            ]
            assert all(any(who in line for line in told) for who in parts_of(one))
            with pytest.raises(NoSuchFigure):
                derivation(found, record_name(one.verified.record.seq, pages + 2))


@given(st.randoms(use_true_random=False), st.booleans(), st.integers(5, 60))
@settings(max_examples=10, deadline=None)
def test_in_every_history_every_name_is_answered(dice: random.Random, crooked: bool, steps: int) -> None:
    every_figure_is_derived(studied(Historian(dice, crooked).go(steps)))


def test_and_in_the_worked_example(fields: Study) -> None:
    every_figure_is_derived(found := fields)
    assert derivation(found, "dividends/ana@fields.example")[0].title.endswith(": 115.51 EUR")
    assert derivation(found, "month/2027-12/dividends")[0].title.endswith(": 346.53 EUR")
    assert "13 of" not in derivation(found, "series/TRACTOR-1/rate")[0].title
    assert derivation(found, "account/expenses/interest/TRACTOR-1")[0].flows


@pytest.fixture(scope="module")
def fields() -> Study:
    gathering = gathered("fields")
    [commune] = gathering.communes()
    return study(gathering, commune)


WORDS = (
    "pool", "record", "series", "TRACTOR-1", "held", "month", "2027-12", "rent", "account", "1", "-1", "٣", "",
    "x" * 600, "ana@fields.example", "ANA@fields.example", "9" * 40, "cost", "assets", "cash", "dividends", "..",
)  # fmt: skip


@given(name=st.lists(st.sampled_from(WORDS), max_size=5).map("/".join))
@settings(max_examples=100, deadline=None)
def test_any_other_name_is_no_figure(fields: Study, name: str) -> None:
    """Whatever a stranger asks for is derived, or is refused in one way."""
    with contextlib.suppress(NoSuchFigure):
        assert derivation(fields, name)[0].title


def test_a_record_that_moved_nothing_has_no_figure(venture: Venture) -> None:
    with pytest.raises(NoSuchFigure):
        derivation(studied(venture), "record/1")


def test_the_board_has_one_place_for_every_offer(venture: Venture) -> None:
    """Open ones are for sale, be they floated or not; a closed sale waits for the clerk."""
    offer = venture.floated("farm@fields.example", "T-1", 2400_00, 100_00, 200_00)
    series = venture.ledger.state.series[offer]
    closes = series.terms.closes
    assert shelf_of(series.terms, series, closes) is Shelf.SALE
    assert shelf_of(series.terms, series, closes + 1) is Shelf.RUNNING
    assert shelf_of(series.terms, None, closes) is Shelf.SALE
    assert shelf_of(series.terms, None, closes + 1) is Shelf.PAST
    assert not is_on_sale(series.terms, series, closes + 1)
    assert standing_words(series.terms, series, closes + 1) == "closed: waits for the clerk"
    assert state_word(series.terms, series, closes) == "on sale"
    assert (percent(99_99, 100_00), percent(1, 1), percent(0, 0)) == ("99 %", "100 %", "–")
