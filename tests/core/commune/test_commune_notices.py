"""Notices (commune.md 7 and 12.3), each by its exact rule."""

from tests.core.commune.farm import ANA, BO, CY, FARM, MILL, let, redeem, rent
from tests.support.venture import COMMUNE, Venture
from thimbl.core.commune import desk
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.movements import Issued
from thimbl.core.commune.notices import Witness, notices

# notices


def test_what_waits_is_noticed(venture: Venture) -> None:
    offer = let(venture, cost=2300_00)
    joins = venture.say(CY, "join", commune=COMMUNE, as_="member")
    payment = venture.say(
        FARM, "payment", commune=COMMUNE, offer=offer, for_="rent", period="2026-02", amount="1.00 EUR"
    )
    transfer = venture.say(ANA, "transfer", offer=offer, amount="100.00 EUR", to=BO)
    surrender = venture.say(FARM, "surrender", offer=offer)
    venture.later(400)
    venture.state("post", text="a year later")
    found = [(notice.code, notice.detail) for notice in notices(venture.ledger)]
    assert found == [
        ("unreceipted", payment),
        ("overdue-rent", f"{offer} 2026-02"),
        ("overdue-redemption", offer),
        ("past-term", offer),
        ("unanswered", joins),
        ("unanswered", transfer),
        ("unanswered", surrender),
    ]


def unanswered(venture: Venture) -> list[str]:
    """The applications that wait, as of now."""
    venture.state("post", text="So far.")
    return [notice.detail for notice in notices(venture.ledger) if notice.code == "unanswered"]


def test_an_application_that_an_answered_one_came_after_waits_no_longer(venture: Venture) -> None:
    first = venture.say(CY, "join", commune=COMMUNE, as_="member")
    assert unanswered(venture) == [first]
    venture.join(CY)
    assert unanswered(venture) == []
    venture.state("departure", who=CY, as_="member")  # an expulsion
    assert unanswered(venture) == []
    again = venture.say(CY, "join", commune=COMMUNE, as_="member")
    assert unanswered(venture) == [again]


def test_of_joins_and_leaves_the_newest_counts(venture: Venture) -> None:
    venture.say(CY, "join", commune=COMMUNE, as_="member")
    venture.say(CY, "leave", commune=COMMUNE)
    assert unanswered(venture) == []  # who asked to be in, and then not to be, is as they wish to be
    venture.join(BO)
    leaves = venture.say(BO, "leave", commune=COMMUNE)
    assert unanswered(venture) == [leaves]
    venture.state("departure", who=BO, as_="member")
    venture.join(BO)
    assert unanswered(venture) == []  # the leave is older than the application that brought them back


def test_a_surrender_that_an_answered_one_came_after_waits_no_longer(venture: Venture) -> None:
    offer = let(venture)
    venture.say(FARM, "surrender", offer=offer)
    newest = venture.say(FARM, "surrender", offer=offer)
    assert unanswered(venture) == [newest]
    venture.state("return", offer=offer, surrender=newest, reason="surrendered")
    bid = venture.say(FARM, "rent-bid", offer=offer, rent="10.00 EUR")
    venture.state("lease", offer=offer, bids=[bid], tenant=FARM, rent="10.00 EUR", first_period="2026-03")
    assert unanswered(venture) == []


def test_a_payout_is_acknowledged_by_each_whom_it_paid(venture: Venture) -> None:
    offer = let(venture)
    rent(venture, offer, "2026-02")
    redemption = redeem(venture, offer)
    assert [(one.code, one.detail) for one in notices(venture.ledger)][-1] == ("unacknowledged", ANA)
    venture.say(ANA, "acknowledgement", of=redemption)
    assert "unacknowledged" not in [one.code for one in notices(venture.ledger)]


def test_a_bid_that_the_clerk_passed_over_is_noticed(venture: Venture) -> None:
    venture.join(MILL, "coop")
    offer = let(venture)
    venture.state("return", offer=offer, reason="done")
    low = venture.say(FARM, "rent-bid", offer=offer, rent="10.00 EUR")
    high = venture.say(MILL, "rent-bid", offer=offer, rent="90.00 EUR")
    venture.state("lease", offer=offer, bids=[low], tenant=FARM, rent="10.00 EUR", first_period="2026-03")
    assert next((one.code, one.detail) for one in notices(venture.ledger)) == ("unseen-bid", high)


def test_a_witness_of_another_log_is_named(venture: Venture) -> None:
    ids = {verified.record.seq: verified.record.id for verified in venture.logs[COMMUNE]}
    witnesses = [Witness(ANA, 2, ids[2]), Witness(BO, 2, "d" * 52), Witness(CY, 99, "e" * 52)]
    assert [(one.seq, one.code, one.detail) for one in notices(venture.ledger, ids, witnesses)] == [
        (2, "witness-disagrees", BO)
    ]


def test_an_auctions_movement_says_which_bids_counted(venture: Venture) -> None:
    offer = venture.floated(FARM, "T", 200_00, 100_00, 50_00, max_rate_bp=500)
    venture.subscribe(ANA, offer, 200_00, rate_bp=100)
    venture.subscribe(BO, offer, 200_00, rate_bp=501)
    venture.later(31)
    kind, body = desk.conclude_sale(venture.ledger, offer, {})
    venture.state(kind, **body)
    movement = Ledger(venture.evidence)
    folded = [movement.fold(verified) for verified in venture.logs[COMMUNE]][-1]
    assert isinstance(folded.movement, Issued)
    assert folded.movement.bids == {ANA: (200_00, 100)}
