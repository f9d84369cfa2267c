"""Where lines of ours may end, and where not; how a line begins."""

from hypothesis import given
from hypothesis import strategies as st

from feeds.web.html import render, several
from feeds.web.words import breaking, breaks, capital
from tests.feeds.web.showing import read


def test_an_address_is_broken_at_its_at_and_before_an_id() -> None:
    assert render(breaking("by ana@fields.example#aaaaaaaa, now")) == (
        '<bdi>by <span class="at">ana@<wbr>fields.example<wbr>#aaaaaaaa,</span> now</bdi>'
    )
    assert render(breaking("@ana, a @ b, #leeks")) == "<bdi>@ana, a @ b, #leeks</bdi>"


def test_amounts_rates_months_and_codes_stay_whole() -> None:
    told = "bonds TRACTOR-1: 2400.00 EUR at up to 5 % a year (2026-09), -3 HOUR24, 24 months, MUCH."
    whole = [one.text for one in read(render(several(breaks(told)))).all("span", class_="short")]
    assert whole == ["TRACTOR-1", "2400.00 EUR", "5 %", "2026-09", "-3 HOUR24"]


@given(st.text(st.sampled_from("ab 12.-%@#EUR") | st.characters(codec="utf-8", categories=("L", "N", "P", "Zs"))))
def test_all_of_it_is_there(words: str) -> None:
    assert "".join(one.text for one in read(render(breaking(words))).all("bdi")) == words


def test_a_line_begins_with_a_capital_but_for_an_address() -> None:
    assert [capital(words) for words in ("less came in", "ana@a.example did", "")] == [
        "Less came in", "ana@a.example did", "",
    ]  # fmt: skip
