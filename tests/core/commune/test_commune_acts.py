"""Forms: what is asked before something is signed, what is likely, and what is refused before anything is asked."""

import pytest

from tests.core.commune.farm import ANA, BO, CY, FARM, let, rent, series_of, sold
from tests.support.venture import COMMUNE, Venture
from thimbl.core.address import Address
from thimbl.core.commune.acts import Act, Verb, form_of, form_of_task, wishes_of
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.forms import Form
from thimbl.core.commune.money import AmountError, PeriodError, RateError, read_rate
from thimbl.core.commune.signed import lines, to_sign
from thimbl.core.commune.todo import tasks
from thimbl.core.commune.wishes import Refusal, View

WHERE = Address.parse(COMMUNE)


def view(venture: Venture, who: str) -> View:
    return View(who, venture.now + 1, venture.evidence, venture.ledger)


def form(venture: Venture, who: str, verb: Verb, offer: str = "") -> Form:
    return form_of(view(venture, who), verb, WHERE, offer)


def likely(found: Form) -> list[str]:
    return [question.answer for question in found.questions]


def act(venture: Venture, who: str, verb: Verb, offer: str = "", **answers: str) -> dict[str, object]:
    """The one body that answers come to."""
    given = {name.replace("_", " ").strip(): text for name, text in answers.items()}
    [wish] = wishes_of(view(venture, who), Act(verb, WHERE, offer, given))
    return dict(wish.body)


def test_subscribing_at_a_fixed_rate_and_in_an_auction(venture: Venture) -> None:
    """The rate is asked for where the bids make it; the second time what was bid stands there."""
    fixed = venture.floated(FARM, "F-1", 1000_00, 100_00, 50_00)
    assert [one.name for one in form(venture, ANA, Verb.SUBSCRIBE, fixed).questions] == ["amount"]
    auction = venture.floated(FARM, "A-1", 1000_00, 100_00, 50_00, max_rate_bp=500)
    asked = form(venture, ANA, Verb.SUBSCRIBE, auction)
    assert [one.name for one in asked.questions] == ["amount", "rate"]
    assert likely(asked) == ["", ""]
    body = act(venture, ANA, Verb.SUBSCRIBE, auction, amount=" 300 ", rate="2,5 %")
    assert body == {"offer": auction, "amount": "300.00 EUR", "rate_bp": 250}
    venture.say(ANA, "subscription", **body)
    again = form(venture, ANA, Verb.SUBSCRIBE, auction)
    assert (again.title, likely(again)) == ("Change the subscription of A-1", ["300.00 EUR", "2.5 %"])
    assert form(venture, ANA, Verb.WITHDRAW, auction) == Form("Withdraw")
    assert act(venture, ANA, Verb.WITHDRAW, auction) == {"offer": auction, "amount": "0.00 EUR"}
    with pytest.raises(AmountError):
        act(venture, ANA, Verb.SUBSCRIBE, auction, amount="", rate="3")
    with pytest.raises(RateError):
        act(venture, ANA, Verb.SUBSCRIBE, auction, amount="300", rate="three")
    with pytest.raises(Refusal, match="say the least rate"):
        act(venture, ANA, Verb.SUBSCRIBE, auction, amount="300", rate=" ")


def test_paying_for_bonds_and_rent(venture: Venture) -> None:
    """What was subscribed, or the agreed rent of the first month that lacks some."""
    on_sale = venture.floated(FARM, "A-1", 1000_00, 100_00, 50_00)
    with pytest.raises(Refusal, match="nothing to pay for A-1"):
        form(venture, ANA, Verb.PAY, on_sale)
    venture.subscribe(ANA, on_sale, 300_00)
    assert likely(form(venture, ANA, Verb.PAY, on_sale)) == ["300.00 EUR", ""]
    offer = let(venture)
    venture.later(60)
    assert likely(form(venture, FARM, Verb.PAY, offer)) == ["200.00 EUR", "2026-02"]
    rent(venture, offer, "2026-02")
    assert likely(form(venture, FARM, Verb.PAY, offer)) == ["200.00 EUR", "2026-03"]
    body = act(venture, FARM, Verb.PAY, offer, amount="200", month="2026-03")
    assert (body["for"], body["period"]) == ("rent", "2026-03")
    venture.say(
        FARM, "payment", **{"commune": COMMUNE, "offer": offer, "for": "rent", "amount": "200.00 EUR"}, period="2026-03"
    )
    assert likely(form(venture, FARM, Verb.PAY, offer)) == ["200.00 EUR", "2026-04"]
    with pytest.raises(PeriodError):
        act(venture, FARM, Verb.PAY, offer, amount="200", month="March")


@pytest.mark.parametrize(
    ("who", "verb", "refused"),
    [
        (ANA, Verb.SUBSCRIBE, "is over: it is acquired"),
        (ANA, Verb.WITHDRAW, "is over: it is acquired"),
        (BO, Verb.TRANSFER, "You hold no bonds of T-0"),
        (BO, Verb.BID, "Only an admitted co-op can rent"),
        (FARM, Verb.BID, "not vacant: it is let"),
        (BO, Verb.SURRENDER, "not the tenant of T-0"),
        (BO, Verb.ACKNOWLEDGE, "nothing to acknowledge"),
        (CY, Verb.LEAVE, "on no register"),
        (COMMUNE, Verb.JOIN, "your own address"),
    ],
)
def test_what_no_answer_would_make_possible_is_refused_at_once(
    venture: Venture, who: str, verb: Verb, refused: str
) -> None:
    """By the same words as what is answered."""
    offer = let(venture)
    with pytest.raises(Refusal, match=refused):
        form(venture, who, verb, offer if verb not in (Verb.ACKNOWLEDGE, Verb.LEAVE, Verb.JOIN) else "")


def test_transfers_bids_and_the_registers(venture: Venture) -> None:
    """Each asks for what its record holds, and reads it strictly."""
    offer = let(venture)
    assert form(venture, ANA, Verb.TRANSFER, offer).questions[0].hint == "You hold 2400.00 EUR"
    assert act(venture, ANA, Verb.TRANSFER, offer, amount="100", to="di@Mill.Example")["to"] == "di@mill.example"
    assert act(venture, FARM, Verb.SURRENDER, offer) == {"offer": offer}
    venture.state("return", offer=offer, reason="surrendered")
    assert "offered for 200.00 EUR" in form(venture, FARM, Verb.BID, offer).questions[0].hint
    assert act(venture, FARM, Verb.BID, offer, rent="180") == {"offer": offer, "rent": "180.00 EUR"}
    assert likely(form(venture, CY, Verb.JOIN)) == ["member", ""]
    body = {"commune": COMMUNE, "as": "member", "coop": FARM}
    assert act(venture, CY, Verb.JOIN, as_="member", works_at=FARM) == body
    with pytest.raises(Refusal, match="'member' or 'co-op'"):
        act(venture, CY, Verb.JOIN, as_="boss")
    assert form(venture, BO, Verb.LEAVE) == Form("Leave")
    assert act(venture, BO, Verb.LEAVE) == {"commune": COMMUNE}


def test_what_a_clerk_is_asked(venture: Venture) -> None:
    """A figure where one is lacking; nothing where the records determine the statement."""
    sold(venture)
    [task] = tasks(venture.ledger, venture.now)
    asked = form_of_task(task, month_of(venture.now).next(), "T-0")
    assert (asked.title, likely(asked)) == ("What the asset of T-0 cost", ["", "2026-03"])
    assert asked.about == task.sentence
    offer = next(iter(venture.ledger.state.series))
    venture.state("acquisition", offer=offer, cost="2400.00 EUR", first_period="2026-02")
    venture.later(40)
    [task] = tasks(venture.ledger, venture.now)
    assert form_of_task(task, month_of(venture.now)).title == "Rent that came for 2026-02"
    rent(venture, offer, "2026-02")
    task = next(one for one in tasks(venture.ledger, venture.now) if one.kind == "redemption")
    assert form_of_task(task, month_of(venture.now)) == Form(task.sentence)
    shown = list(lines(to_sign(task.kind, task.body or {}, lambda offer: series_of(venture, offer).code), COMMUNE))
    assert shown[0].startswith(f"{COMMUNE} pays on T-0 for 2026-02")
    assert "This will be signed:" in shown
    assert "    kind: redemption" in shown


@pytest.mark.parametrize(("typed", "rate"), [("4", 400), (" 4.5 % ", 450), ("0,25", 25), ("100", 10_000), ("0", 0)])
def test_rates_as_people_type_them(typed: str, rate: int) -> None:
    """In percent a year."""
    assert read_rate(typed) == rate


@pytest.mark.parametrize("typed", ["", "%", "-1", "100.01", "4.567", "four", "4 5", "1e2", "٤"])
def test_what_is_no_rate(typed: str) -> None:
    """Said in one sentence, with how to write one."""
    with pytest.raises(RateError, match="give percent a year, such as 4 or"):
        read_rate(typed)
