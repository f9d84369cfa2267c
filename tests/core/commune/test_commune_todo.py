"""The clerk's desk and what waits on it: who does all of it has nothing left, and is never found fault with."""

import random
import shlex
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.commune.farm import ANA, BO, CY, FARM, MILL, let, redeem, rent, series_of, sold
from tests.support.historian import Historian
from tests.support.venture import COMMUNE, Venture
from thimbl.core.commune import desk
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.money import Currency, Period
from thimbl.core.commune.report import ledger_data
from thimbl.core.commune.todo import Task, tasks

MOST_ROUNDS = 300


def waiting(venture: Venture) -> list[Task]:
    return tasks(venture.ledger, venture.now + 1)


def kinds(venture: Venture) -> list[str]:
    return [task.kind for task in waiting(venture)]


def do(venture: Venture, task: Task) -> None:
    """What a clerk would do: sign what is computed, and find out the figure where one is needed."""
    body = dict(task.body) if task.body is not None else figure(venture, task)
    assert desk.rehearse(venture.ledger, task.kind, body, venture.now + 1) == []
    venture.state(task.kind, **body)


def figure(venture: Venture, task: Task) -> dict[str, Any]:
    ledger = venture.ledger
    if task.kind == "charter":
        return desk.charter("The Fields", Currency("EUR", 2))
    series = ledger.state.series[str(task.offer)]
    if task.kind == "acquisition":
        return desk.acquisition(ledger, series.offer, series.terms.face, month_of(venture.now))
    assert task.period is not None
    # Tenancies may share a month; whoever agreed to most lacks something, if anybody does.
    agreed = max((one for one in series.tenancies if one.first <= task.period), key=lambda one: one.rent)
    lacking = agreed.rent - series.paid_rents.get(task.period, 0)
    return desk.rent(ledger, series.offer, agreed.tenant, task.period, lacking)


def finish(venture: Venture) -> None:
    for _ in range(MOST_ROUNDS):
        found = waiting(venture)
        if not found:
            return
        do(venture, found[0])
    raise AssertionError(f"there is always more to do: {waiting(venture)}")


def test_of_what_somebody_asks_of_the_registers_the_newest_waits() -> None:
    """As the notice has it (commune.md 12.3): who asked to be in, and then not to be, is as they wish to be."""
    venture = Venture()
    venture.charter()
    venture.say(ANA, "join", commune=COMMUNE, as_="member")
    assert [(task.kind, task.sentence) for task in waiting(venture)] == [("admission", f"{ANA} applies as a member.")]
    venture.say(ANA, "leave", commune=COMMUNE)
    assert waiting(venture) == []
    venture.join(BO)
    venture.say(BO, "leave", commune=COMMUNE)
    assert kinds(venture) == ["departure"]
    venture.say(BO, "join", commune=COMMUNE, as_="member")
    assert waiting(venture) == []


@given(st.randoms(use_true_random=False), st.integers(0, 40))
@settings(max_examples=25, deadline=None)
def test_who_does_all_tasks_has_none_left_and_no_finding(dice: random.Random, steps: int) -> None:
    venture = Historian(dice, crooked=False).go(steps)
    finish(venture)
    assert venture.codes() == []
    venture.later(40)
    finish(venture)
    assert venture.codes() == []


@given(st.randoms(use_true_random=False), st.booleans(), st.integers(0, 40))
@settings(max_examples=15, deadline=None)
def test_a_rehearsal_says_what_the_ledger_will_and_changes_nothing(
    dice: random.Random, crooked: bool, steps: int
) -> None:
    venture = Historian(dice, crooked).go(steps)
    log = venture.logs[COMMUNE]
    for verified in list(log):
        found = desk.rehearse(venture.ledger, verified.record.kind, verified.record.body, venture.now + 1)
        before = ledger_data(venture.ledger)
        copy = venture.ledger.copy()
        venture.state(verified.record.kind, **verified.record.body)
        codes = [(one.code, one.detail) for one in found]
        assert codes == [(one.code, one.detail) for one in venture.ledger.state.findings if one.seq == len(log)]
        assert ledger_data(copy) == before


def test_every_task_names_a_command_of_the_clerk(venture: Venture) -> None:
    """Words that a shell takes apart again, however odd the values are."""
    offer = venture.offer(FARM, "T-1", 2400_00, 100_00, 200_00)
    venture.say(CY, "join", commune=COMMUNE, as_="member", coop=FARM)
    admit, float_ = waiting(venture)
    assert shlex.split(admit.command) == ["thimbl", "commune", "admit", CY]
    assert admit.sentence == f"{CY} applies as a member, working at {FARM}."
    assert shlex.split(float_.command)[2:] == ["float", offer]


def test_a_year_in_the_life_of_a_clerk(venture: Venture) -> None:
    offer = venture.offer(FARM, "T-1", 2400_00, 100_00, 200_00)
    assert kinds(venture) == ["float"]
    finish(venture)
    venture.subscribe(ANA, offer, 2400_00)
    assert kinds(venture) == []
    venture.later(31)
    assert kinds(venture) == ["clearing"]
    do(venture, waiting(venture)[0])
    [task] = waiting(venture)
    assert (task.kind, task.body) == ("acquisition", None)
    assert task.command.endswith("acquire T-1 COST")
    venture.state("acquisition", **desk.acquisition(venture.ledger, offer, 2300_00, Period(2026, 2)))
    assert kinds(venture) == ["redemption"]
    finish(venture)
    venture.later(31)
    payment = {"commune": COMMUNE, "offer": offer, "for": "rent", "period": "2026-02", "amount": venture.money(200_00)}
    venture.say(FARM, "payment", **payment)
    [task] = waiting(venture)
    assert task.body is not None
    assert task.body["payment"].startswith(FARM)
    finish(venture)
    assert venture.ledger.state.series[offer].outstanding == 2400_00 - (100_00 - 8_00) - 200_00
    venture.say(ANA, "transfer", offer=offer, amount=venture.money(500_00), to=CY)
    venture.say(FARM, "surrender", offer=offer)
    venture.join(MILL, "coop")
    assert kinds(venture) == ["registration", "return"]
    finish(venture)
    venture.say(MILL, "rent-bid", offer=offer, rent=venture.money(150_00))
    venture.say(FARM, "rent-bid", offer=offer, rent=venture.money(140_00))
    finish(venture)
    assert series_of(venture, offer).tenant == MILL
    venture.say(BO, "leave", commune=COMMUNE)
    assert kinds(venture) == ["departure"]
    finish(venture)
    assert venture.codes() == []
    assert list(venture.ledger.state.members) == [ANA]


def test_lacking_rent_is_asked_for_until_it_came(venture: Venture) -> None:
    offer = let(venture)
    venture.later(31)
    [task] = waiting(venture)
    assert (task.kind, task.body, str(task.period)) == ("rent", None, "2026-02")
    rent(venture, offer, "2026-02")
    assert kinds(venture) == ["redemption"]
    [task] = waiting(venture)
    assert task.body is not None
    assert task.body["period"] == "2026-02"


def test_what_was_answered_once_is_not_asked_again_by_an_older_record(venture: Venture) -> None:
    venture.say(CY, "join", commune=COMMUNE, as_="member")
    venture.join(CY)
    venture.say(CY, "leave", commune=COMMUNE)
    finish(venture)
    assert CY not in venture.ledger.state.members
    assert waiting(venture) == []


def test_two_payments_alike_are_entered_one_after_the_other(venture: Venture) -> None:
    offer = let(venture, first_period="2026-02")
    payment = {"commune": COMMUNE, "offer": offer, "for": "rent", "period": "2026-02", "amount": venture.money(100_00)}
    references = [venture.say(FARM, "payment", **payment) for _ in range(2)]
    assert kinds(venture) == ["rent"]
    finish(venture)
    assert [taken.payment for taken in venture.ledger.state.rents.values()] == references


def test_the_last_redemption_and_a_pool(venture: Venture) -> None:
    offer = let(venture)
    venture.state("liquidation", **desk.liquidation(venture.ledger, offer, 2000_00))
    [task] = waiting(venture)
    assert task.kind == "redemption"
    assert "its last" in task.sentence
    finish(venture)
    other = let(venture)
    rent(venture, other, "2026-02", 2600_00)
    redeem(venture, other)
    # The rent of the asset that was sold is owed still.
    assert kinds(venture) == ["rent", "dividend"]
    assert waiting(venture)[1].sentence.startswith("The commune shares ")
    finish(venture)
    assert venture.codes() == []


def test_a_commune_without_a_charter_has_one_task() -> None:
    [task] = tasks(Venture().ledger, 0)
    assert (task.kind, task.body) == ("charter", None)


def test_a_departure_without_an_application_is_an_expulsion(venture: Venture) -> None:
    body = desk.departure(venture.ledger, BO, "member")
    assert "application" not in body
    assert [one.code for one in desk.rehearse(venture.ledger, "departure", body, venture.now)] == ["expelled"]
    venture.say(BO, "leave", commune=COMMUNE)
    assert desk.rehearse(venture.ledger, "departure", desk.departure(venture.ledger, BO, "member"), venture.now) == []


def test_an_admission_needs_an_application(venture: Venture) -> None:
    assert desk.admission(venture.ledger, CY, "member") is None
    venture.say(CY, "join", commune=COMMUNE, as_="coop")
    assert desk.admission(venture.ledger, CY, "member") is None
    body = desk.admission(venture.ledger, CY, "coop")
    assert body is not None
    assert desk.rehearse(venture.ledger, "admission", body, venture.now + 1) == []


def test_a_reversal_and_an_early_sale_in_rehearsal(venture: Venture) -> None:
    offer = let(venture)
    taken = rent(venture, offer, "2026-02").partition("#")[2]
    body = desk.reversal(taken, "entered twice")
    assert desk.rehearse(venture.ledger, "reversal", body, venture.now) == []
    venture.state("reversal", **body)
    assert [one.code for one in desk.rehearse(venture.ledger, "reversal", body, venture.now)] == ["reused"]
    early = venture.floated(FARM, "T-9", 100_00, 100_00, 1_00)
    kind, body = desk.conclude_sale(venture.ledger, early, {})
    assert [one.code for one in desk.rehearse(venture.ledger, kind, body, venture.now)] == ["early"]


@pytest.mark.parametrize("over", [0, 1])
def test_a_cost_above_the_face_is_found_before_it_is_signed(venture: Venture, over: int) -> None:
    offer = sold(venture)
    body = desk.acquisition(venture.ledger, offer, 2400_00 + over, Period(2026, 2))
    found = desk.rehearse(venture.ledger, "acquisition", body, venture.now)
    assert [one.code for one in found] == ["overspent"][:over]
