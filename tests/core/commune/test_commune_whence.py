"""Where figures come from, and how they went: whatever is listed adds up to what the ledger says, in every history."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.commune.farm import ANA, BO, FARM, let, redeem, rent, series_of
from tests.core.commune.test_commune_vectors import gathered
from tests.support.historian import COOPS, PEOPLE, Historian
from tests.support.venture import COMMUNE, Venture
from thimbl.core.address import Address
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.history import MAX_MONTHS, events, months, outstanding, pool, repaid
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Period
from thimbl.core.commune.movements import Paid, Shared
from thimbl.core.commune.page import subscribed
from thimbl.core.commune.standing import standing
from thimbl.core.commune.study import Study, study
from thimbl.core.commune.whence import MOST_EXPLAINED, Clew, Flow, Whence


def studied(venture: Venture) -> Study:
    """What everybody makes of it."""
    ledger = Ledger(Evidence(venture.everything()))
    return Study(Address.parse(COMMUNE), ledger, tuple(map(ledger.fold, venture.logs[COMMUNE])), ())


def total(whence: Whence) -> int:
    return sum(flow.amount for flow in whence.flows)


def add_up(found: Study) -> None:
    """Every figure that has records is their sum, and says so."""
    clew, state = Clew(found), found.ledger.state
    if state.charter is None:
        return
    for series in state.series.values():
        sums = [
            (clew.outstanding(series), series.outstanding),
            (clew.subscribed(series), subscribed(found, series)),
            *((clew.held(series, who), held) for who, held in series.holdings.items()),
        ]
        if series.asset is not None:
            sums.append((clew.cash(series), series.cash))
        for whence, minor in sums:
            assert total(whence) == minor
            assert whence.title.endswith(f": {clew.money(minor)}")
        if series.rate_bp is not None:
            paid = [one.movement for one in found.folded if isinstance(one.movement, Paid)]
            lost = sum(sum(moved.lost.values()) for moved in paid if moved.code == series.code)
            assert (
                repaid(found.folded, series.code)
                == total(clew.paid_back(series))
                == series.terms.face - series.outstanding - lost
            )
        for event in events(found.folded, series.code):
            assert total(clew.outstanding(series, event.folded.verified.record.seq)) == event.outstanding
        assert clew.due(series).title.endswith(f": {clew.money(series.due)}")
        line = outstanding(found.folded, series.code)
        assert (line[-1][1] if line else 0) == series.outstanding
        assert all(later.since(earlier) == 1 for (earlier, _), (later, _) in pairwise(line))
    assert total(clew.pool()) == state.pool + state.carried
    line = pool(found.folded)
    assert (line[-1][1] if line else 0) == state.pool + state.carried
    assert sum(month.rent for month in months(found.folded)) == total(clew.common())
    assert sum(month.dividend for month in months(found.folded)) == sum(state.dividends.values())
    for who in {*PEOPLE, *COOPS, *state.members}:
        stands = standing(found, who)
        assert total(clew.dividends(who)) == state.dividends.get(who, 0) == stands.dividend
        assert total(clew.interest(who)) == sum(part.interest for part in stands.parts)
        assert total(clew.principal(who)) == sum(part.principal for part in stands.parts)
        assert total(clew.rent(who)) == stands.rent
        for part in stands.parts:
            series = state.series[part.offer]
            sums = [
                (clew.passed_on(series, who), part.passed_on),
                (clew.taken_over(series, who), part.taken_over),
                (clew.lost(series, who), part.lost),
                (clew.bid(series, who), part.subscribed),
            ]
            for whence, minor in sums:
                assert total(whence) == minor
                assert whence.title.endswith(f": {clew.money(minor)}")
        assert clew.use(stands).title.endswith(clew.money(stands.use))
        assert clew.difference(stands).title.endswith(clew.money(stands.difference))
    for flow in {*clew.pool().flows, *clew.common().flows}:
        assert isinstance(flow, Flow)
        assert flow.seq is not None
        assert clew.deeper(flow.seq)
    for one in found.folded:
        if isinstance(one.movement, Shared):
            [shared, *_] = clew.deeper(one.verified.record.seq)
            assert total(shared) == one.movement.pool


@given(st.randoms(use_true_random=False), st.booleans(), st.integers(5, 60))
@settings(max_examples=25, deadline=None)
def test_in_every_history_the_parts_are_the_figure(dice: random.Random, crooked: bool, steps: int) -> None:
    """Of honest clerks and of others."""
    add_up(studied(Historian(dice, crooked).go(steps)))


@pytest.mark.parametrize("name", ["fields", "mill", "crooked"])
def test_and_in_those_of_another_implementation(name: str) -> None:
    """The vectors."""
    gathering = gathered(name)
    [commune] = gathering.communes()
    add_up(study(gathering, commune))


def test_the_worked_example_falls_to_zero_in_thirteen_months() -> None:
    """commune.md 9: 2208.00 after the first month; redeemed in 2027-11; 346.54 are shared in 2027-12."""
    gathering = gathered("fields")
    [commune] = gathering.communes()
    found = study(gathering, commune)
    line = outstanding(found.folded, "TRACTOR-1")
    amounts = [amount for _, amount in line]
    assert 2208_00 in amounts[:2]
    assert amounts == sorted(amounts, reverse=True)
    assert line[-1][1] == 0
    shared = [month for month in months(found.folded) if month.shared]
    assert [(str(month.period), month.dividend) for month in shared] == [("2027-12", 346_53)]
    clew = Clew(found)
    [dividend] = clew.deeper(shared[0].shared[0], "ana@fields.example")
    assert dividend.steps[0].startswith("The pool holds 346.54 EUR")
    assert total(dividend) == 346_54
    assert clew.each().steps[1].startswith("3 on the members' register: 0.01 EUR / 3")


def test_one_holders_part_of_a_record_and_the_sums(venture: Venture) -> None:
    """Their own first; without a name those of a few, since each has to be sorted among all."""
    offer = let(venture)
    rent(venture, offer, "2026-02")
    redeem(venture, offer)
    found = studied(venture)
    clew = Clew(found)
    titles = [one.title for one in clew.deeper(found.ledger.seq, ANA)]
    assert [title.partition(":")[0] for title in titles] == [
        f"interest to {ANA}", f"principal to {ANA}", "interest of T-0 paid for 2026-02", "principal of T-0 paid back",
    ]  # fmt: skip
    assert [one.title for one in clew.deeper(found.ledger.seq, BO)] == titles[2:]
    assert len(clew.deeper(found.ledger.seq)) <= 2 + 2 * MOST_EXPLAINED
    assert clew.deeper(1) == []
    assert clew.deeper(999) == []
    assert clew.month(Period(2026, 2))[0].title == "rent of 2026-02: 200.00 EUR"
    assert clew.rents(series_of(venture, offer)).flows[0].words == f"2026-02: rent for T-0 from {FARM}"


def test_a_line_of_months_is_bounded(venture: Venture) -> None:
    """A record of sixty years later makes no longer line; what was before it stays counted."""
    offer = let(venture)
    venture.later(60 * 365)
    rent(venture, offer, "2086-02", 6000_00)
    redeem(venture, offer)
    line = outstanding(studied(venture).folded, "T-0")
    assert len(line) == MAX_MONTHS
    assert line[0][1] == 2400_00
    assert line[-1][1] == series_of(venture, offer).outstanding
    assert outstanding(studied(venture).folded, "NONE") == []
    later = line[-1][0].plus(2)
    assert outstanding(studied(venture).folded, "T-0", later)[-1] == (later, line[-1][1])
