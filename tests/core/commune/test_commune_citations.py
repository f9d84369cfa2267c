"""Whose logs the records of a commune cite (commune.md 12.4)."""

from typing import Any

import pytest

from tests.support.hamlet import ANA, BO, COMMUNE, CY, FARM, Hamlet, sold_out
from thimbl.core.commune.citations import cited_by

OFFER, OTHER = f"{FARM}#{'a' * 52}", f"{BO}#{'b' * 52}"


def cited(kind: str, **body: Any) -> list[str]:
    """Whom one record of the commune cites."""
    hamlet = Hamlet()
    hamlet.state(kind, **body)
    return cited_by(hamlet.commune.records[-1])


@pytest.mark.parametrize(
    ("kind", "body", "whom"),
    [
        ("charter", {"name": "X", "currency": "EUR", "digits": 2, "period": "month", "rules": 1}, []),
        ("admission", {"who": ANA, "as_": "member", "application": OTHER}, [ANA, BO]),
        ("departure", {"who": ANA, "as_": "member"}, [ANA]),
        ("float", {"offer": OFFER}, [FARM]),
        ("lapse", {"offer": OFFER, "subscriptions": [OTHER], "seen": [{"address": CY, "seq": 3}]}, [FARM, BO, CY]),
        ("acquisition", {"offer": OFFER, "cost": "1.00 EUR", "first_period": "2026-01"}, [FARM]),
        ("rent", {"offer": OFFER, "from_": CY, "period": "2026-11", "amount": "1.00 EUR"}, [CY, FARM]),
        (
            "rent",
            {"offer": OFFER, "from_": CY, "period": "2026-11", "amount": "1.00 EUR", "payment": OTHER},
            [CY, FARM, BO],
        ),
        (
            "redemption",
            {
                "offer": OFFER,
                "period": "2026-11",
                "interest": [{"holder": ANA, "amount": "1.00 EUR"}],
                "principal": {"count": 101, "total": "1.00 EUR", "digest": "c" * 52},
            },
            [FARM, ANA],
        ),
        ("dividend", {"period": "2026-11", "pool": "0.00 EUR", "members": 1, "each": "0.00 EUR",
                      "carried": "0.00 EUR"}, []),
        ("registration", {"transfer": OTHER}, [BO]),
        ("return", {"offer": OFFER, "surrender": OTHER, "reason": "done"}, [FARM, BO]),
        ("lease", {"offer": OFFER, "bids": [OTHER, OFFER], "tenant": CY, "rent": "1.00 EUR",
                   "first_period": "2026-01"}, [CY, FARM, BO]),
        ("liquidation", {"offer": OFFER, "proceeds": "1.00 EUR"}, [FARM]),
        ("reversal", {"of": "d" * 52, "reason": "a slip"}, []),
    ],
)  # fmt: skip
def test_whom_each_kind_cites(kind: str, body: dict[str, Any], whom: list[str]) -> None:
    assert cited(kind, **body) == whom


def test_a_sale_cites_whom_it_allots_to_and_whom_the_clerk_had_read() -> None:
    hamlet = sold_out()
    assert cited_by(hamlet.commune.records[-1]) == [FARM, ANA, BO]


def test_addresses_come_out_canonical_and_each_once() -> None:
    assert cited("admission", who="ana@Fields.Example:79", as_="member", application=f"{ANA}#{'a' * 52}") == [ANA]


@pytest.mark.parametrize("body", [{"offer": "nonsense"}, {}, {"offer": 5}])
def test_what_is_malformed_cites_nobody(body: dict[str, Any]) -> None:
    assert cited("float", **body) == []


def test_records_of_others_cite_nobody_for_a_commune() -> None:
    hamlet = Hamlet()
    hamlet.say(ANA, "join", commune=COMMUNE, as_="member")
    hamlet[ANA].post("@cy@mill.example")
    assert [cited_by(record) for record in hamlet[ANA].records] == [[], []]
