"""What is to come of a series: what is forecast is what the rules then compute."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.commune.farm import ANA, FARM, let, rent, series_of
from tests.support.venture import Venture
from thimbl.core.commune import desk
from thimbl.core.commune.forecast import forecast
from thimbl.core.commune.history import outstanding
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Period
from thimbl.core.commune.simulate import Outcome, simulate
from thimbl.core.times import parse_time

START = parse_time("2026-01-01T00:00:00Z")


def begun() -> Venture:
    made = Venture()
    made.charter()
    made.join(FARM, "coop")
    made.join(ANA)
    return made


@given(paid=st.lists(st.sampled_from([0, 50_00, 200_00, 437_11]), max_size=4), rate_bp=st.integers(0, 1_200))
@settings(max_examples=20, deadline=None)
def test_what_is_forecast_is_what_comes(paid: list[int], rate_bp: int) -> None:
    """After months of any rent, and of none, the agreed rent is paid for all that follow."""
    venture = begun()
    offer = let(venture, rate_bp=rate_bp)
    series = series_of(venture, offer)
    month = Period(2026, 2)
    for amount in paid:
        venture.later(28)
        if amount:
            rent(venture, offer, str(month), amount)
            venture.state("redemption", **desk.redemption(venture.ledger, offer, month))
        month = month.next()
    if series.outstanding == 0:
        assert forecast(series, month) is None
        return
    newest = series.accrues_from.plus(-1) if series.accrues_from else month
    told = forecast(series, newest)
    assert told is not None
    assert told.simulation.outcome is Outcome.REDEEMED
    assert told.first == (series.accrues_from or newest.plus(1))
    for month_ahead in told.simulation.months:
        awaited = told.first.plus(month_ahead.number - 1)
        venture.now = max(venture.now, START + 40 * 86_400 + 31 * 86_400 * awaited.since(Period(2026, 2)))
        rent(venture, offer, str(awaited))
        venture.state("redemption", **desk.redemption(venture.ledger, offer, awaited))
        assert series.outstanding == month_ahead.outstanding
    assert not venture.codes()


def test_before_any_rent_it_is_the_simulation_of_the_offer() -> None:
    venture = begun()
    series = series_of(venture, let(venture))
    told = forecast(series, Period(2026, 1))
    assert told is not None
    assert told.simulation == simulate(2400_00, 200_00, 400)
    assert told.first == Period(2026, 2)


def test_a_rent_below_the_interest_redeems_nothing() -> None:
    venture = begun()
    offer = let(venture, rate_bp=10_000)
    series = series_of(venture, offer)
    series.tenancies[-1] = type(series.tenancies[-1])(FARM, 200_00, Period(2026, 2))
    told = forecast(series, Period(2026, 1))
    assert told is not None
    assert told.simulation.outcome is Outcome.NEVER
    assert told.simulation.months == ()


def test_of_what_is_over_or_not_let_nothing_is_to_come(venture: Venture) -> None:
    offer = let(venture)
    series = series_of(venture, offer)
    venture.state("return", offer=offer, reason="It is winter.")
    assert forecast(series, Period(2026, 3)) is None
    assert outstanding(map(Ledger(venture.evidence).fold, venture.logs["commune@fields.example"]), "NONE") == []
