"""Findings and notices as people read them: a series by its code, and no page full of the same."""

from thimbl.core.commune.money import Currency
from thimbl.core.commune.state import Finding
from thimbl.core.commune.words import in_words, together

EUR = Currency("EUR", 2)
OFFER = f"farm@fields.example#{'a' * 52}"


def test_a_series_goes_by_its_code_where_it_is_known() -> None:
    """And by the beginning of its reference elsewhere."""
    overdue = Finding(9, "overdue-rent", f"{OFFER} 2026-10")
    assert in_words(overdue, EUR, {OFFER: "OVEN-1"}.get) == ["less rent came in than was agreed: OVEN-1 2026-10"]
    assert in_words(overdue, EUR) == ["less rent came in than was agreed: farm@fields.example#aaaaaaaa 2026-10"]


def test_those_who_have_not_acknowledged_one_record_are_one_notice() -> None:
    """Of two records two; all else stays as it is."""
    found = [
        Finding(4, "uncorroborated", OFFER),
        Finding(5, "unacknowledged", "ana@fields.example"),
        Finding(5, "unacknowledged", "bo@dairy.example"),
        Finding(6, "unacknowledged", "ana@fields.example"),
        Finding(7, "overdue-rent", f"{OFFER} 2026-10"),
        Finding(7, "overdue-rent", f"{OFFER} 2026-11"),
    ]
    told = together(found)
    assert [notice.seq for notice in told] == [4, 5, 6, 7, 7]
    assert in_words(told[1], EUR) == ["paid, and not yet acknowledged by ana@fields.example, bo@dairy.example"]
    assert together([]) == []
