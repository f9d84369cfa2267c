"""What a commune announces, in a list and on a page: a sentence and a table, never data."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.tui.test_tui_rows import POST
from tests.tui.village import NOW
from thimbl.store.types import Item
from tui.pages import Facts, set_page
from tui.rows import summary

SHARES = [{"holder": "ana@fields.example", "amount": "3.33 EUR"}]
BODY = {"offer": f"farm@fields.example#{'a' * 52}", "period": "2026-11", "interest": SHARES, "principal": []}


def announcement(kind: str, body: Mapping[str, Any], **changes: Any) -> Item:
    return replace(POST, kind=kind, text="", body=body, **changes)


def page(item: Item) -> str:
    return "\n".join(line.text for line in set_page(Facts(item), 80, NOW))


def test_a_statement_is_a_sentence_with_the_code_of_its_series() -> None:
    """In the row and on the page; the page has the table too."""
    paid = announcement("redemption", BODY, series="TRACTOR-1")
    assert "".join(piece for piece, _ in summary(paid, NOW)) == "▪ pays on TRACTOR-1 for 2026-11"
    shown = page(paid)
    assert "pays on TRACTOR-1 for 2026-11" in shown
    assert "interest to ana@fields.example ·· 3.33 EUR" in shown
    assert "{" not in shown


def test_a_key_and_a_move() -> None:
    """As sentences too."""
    moved = announcement("move", {"from": "a@b.example", "to": "c@d.example"})
    assert "moved from a@b.example to c@d.example" in page(moved)


def test_what_makes_no_sense_and_what_nobody_knows_is_data() -> None:
    """Under its kind."""
    assert "period" in page(announcement("redemption", BODY | {"period": "2026-13"}))
    assert "".join(piece for piece, _ in summary(announcement("dance", {"at": "noon"}), NOW)) == "▪ dance  at noon"
