"""The books and their three syntaxes, the derivations, and the per-capita statement (commune.md 9 to 11)."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.commune.test_commune_vectors import COMMUNES, gathered
from thimbl.core.commune.books import Account, Transaction, balances, bonds, cash, dividends, transactions
from thimbl.core.commune.explain import NothingToExplain, explain
from thimbl.core.commune.journal import COLUMNS, beancount, beancount_account, hledger, hledger_account, rows
from thimbl.core.commune.ledger import Folded, Ledger
from thimbl.core.commune.money import Currency, Period
from thimbl.core.commune.percapita import per_capita
from thimbl.core.commune.report import cash_of

EUR = Currency("EUR", 2)
CY = "cy@mill.example"


def folded(name: str) -> tuple[Ledger, list[Folded]]:
    gathering = gathered(name)
    [commune] = gathering.communes()
    ledger = Ledger(gathering.evidence())
    return ledger, [ledger.fold(verified) for verified in gathering.logs[commune].in_order]


def books(name: str) -> list[Transaction]:
    return list(transactions(folded(name)[1]))


@pytest.mark.parametrize("name", COMMUNES)
def test_every_transaction_balances_and_cash_is_the_ledgers(name: str) -> None:
    ledger, entries = folded(name)
    found = list(transactions(entries))
    assert all(sum(amount for _, amount in entry.postings) == 0 for entry in found)
    held = sum(amount for account, amount in balances(found).items() if account.name == "cash")
    assert held == cash_of(ledger)


def test_the_books_of_the_worked_example() -> None:
    found = balances(books("fields"))
    assert found[cash("pool")] == 1
    assert found[cash("TRACTOR-1")] == 0
    assert found[bonds("TRACTOR-1", CY)] == 0
    assert found[dividends("ana@fields.example")] == 115_51
    assert found[Account("expenses", "interest", "TRACTOR-1")] == 53_46
    assert found[Account("assets", "equipment", "TRACTOR-1")] == 2400_00


def test_hledger() -> None:
    lines = list(hledger("commune@fields.example", EUR, books("fields")))
    assert "    liabilities:bonds:TRACTOR-1:cy@mill.example  -200.00 EUR" in lines
    assert any(
        re.fullmatch(r"2026-\d\d-\d\d clearing TRACTOR-1  ; record: commune@\S+#\w{52}, seq: \d+", line)
        for line in lines
    )


def test_hledger_quotes_a_currency_with_a_digit_and_needs_no_decimals() -> None:
    lines = list(hledger("c@x.example", Currency("HOUR24", 0), books("fields")))
    assert lines[1] == 'commodity 1000. "HOUR24"'
    assert any(line.endswith(' "HOUR24"') and "." not in line.rpartition("  ")[2] for line in lines[3:])


def test_beancount_opens_each_account_once_before_it_is_used() -> None:
    lines = list(beancount("commune@fields.example", EUR, books("fields")))
    opened = [line.split()[2] for line in lines if " open " in line]
    used = {line.split()[0] for line in lines if re.match(r"  [A-Z]", line)}
    assert len(opened) == len(set(opened))
    assert set(opened) == used
    assert "Liabilities:Bonds:TRACTOR-1:Xcy-40mill-2Eexample" in used


def test_the_csv_has_a_row_for_each_posting() -> None:
    entries = books("mill")
    read = list(csv.DictReader(io.StringIO("\r\n".join(rows(Currency("JPY", 0), entries)))))
    assert tuple(read[0]) == COLUMNS
    assert len(read) == sum(len(entry.postings) for entry in entries)
    assert sum(int(row["amount"]) for row in read) == 0
    assert {row["holder"] for row in read if row["account"] == "equity:dividends"} >= {"ivo@mill.example"}


users = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,6}", fullmatch=True)
hosts = st.sampled_from(["x.example", "x-y.example", "x.example:7979", "[::1]", "[::1]:7979", "192.0.2.7"])
addresses = st.builds("{}@{}".format, users, hosts)


@given(addresses, addresses)
def test_no_two_addresses_share_an_account(one: str, other: str) -> None:
    first, second = bonds("S", one), bonds("S", other)
    assert (hledger_account(first) == hledger_account(second)) == (one == other)
    assert (beancount_account(first) == beancount_account(second)) == (one == other)
    assert hledger_account(first).count(":") == 3
    # https://beancount.github.io/docs/beancount_language_syntax.html#accounts
    assert re.fullmatch(r"[A-Z][A-Za-z0-9-]*(:[A-Z0-9][A-Za-z0-9-]*)+", beancount_account(first))


# derivations


def of_kind(name: str, kind: str) -> list[Folded]:
    return [one for one in folded(name)[1] if one.verified.record.kind == kind and one.movement is not None]


def test_why_the_first_interest_of_cy_was_0_67() -> None:
    interest, principal = explain(of_kind("fields", "redemption")[0], EUR, CY)
    assert interest.title == f"interest to {CY}: 0.67 EUR"
    assert interest.steps[:3] == (
        "The interest of 2026-11 fell due on the 2400.00 EUR outstanding then.",
        "Of a month it is 2400.00 EUR x 400 / 120000, rounded half to even: 8.00 EUR.",
        "The series has 200.00 EUR, which pays 8.00 EUR of it.",
    )
    assert interest.steps[-1].endswith(f"{CY} has number 1 of 4: one of them, which makes 0.67 EUR.")
    assert principal.title == f"principal to {CY}: 16.00 EUR"


def test_why_the_dividend_was_what_it_was() -> None:
    [dividend] = explain(of_kind("fields", "dividend")[0], EUR)
    assert dividend.title == "dividend of 2027-12 to each member: 115.51 EUR"
    assert "346.54 EUR / 3, rounded down, is 115.51 EUR." in dividend.steps[1]


@pytest.mark.parametrize("name", COMMUNES)
def test_all_that_moved_is_explained_and_ends_in_the_figure_that_was_paid(name: str) -> None:
    entries = folded(name)[1]
    explained = [derivation for one in entries if one.movement is not None for derivation in explain(one, EUR)]
    assert explained
    assert all(derivation.title and all(derivation.steps) for derivation in explained)


def test_what_moved_nothing_can_not_be_explained() -> None:
    entries = folded("fields")[1]
    with pytest.raises(NothingToExplain, match="Record 1 moved nothing"):
        explain(entries[0], EUR)
    with pytest.raises(NothingToExplain, match=r"moved nothing for eve@x\.example"):
        explain(of_kind("fields", "dividend")[0], EUR, "eve@x.example")


# per capita


def test_whoever_uses_a_share_of_the_common_rent_is_shown_beside_what_they_got() -> None:
    ledger, entries = folded("fields")
    members = {**ledger.state.members, "bo@dairy.example": None}
    rent, statement = per_capita(entries, members, Period(2026, 11), Period(2027, 12))
    assert rent == 2800_00
    assert [(one.member, one.use, one.dividend) for one in statement] == [
        ("ana@fields.example", 1400_00, 115_51),
        ("bo@dairy.example", 0, 115_51),
        ("di@fields.example", 1400_00, 115_51),
    ]
    assert statement[0].difference == 115_51 - 1400_00
    assert per_capita(entries, members, Period(2030, 1), Period(2030, 12))[0] == 0
