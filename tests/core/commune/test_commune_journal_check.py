"""A journal that is held against the records: each change of it is found, on its line and with its record."""

import re
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.commune.test_commune_vectors import COMMUNES, gathered
from thimbl.core.commune.books import transactions
from thimbl.core.commune.journal import beancount, hledger, rows
from thimbl.core.commune.journal_check import Fault, JournalCheck
from thimbl.core.commune.journal_reading import Booked, read_journal
from thimbl.core.commune.money import Currency
from thimbl.core.commune.study import Study, study

Written = Callable[[Study], Iterator[str]]

EUR = Currency("EUR", 2)


def _hledger(of: Study) -> Iterator[str]:
    return hledger(str(of.commune), of.ledger.state.currency, transactions(of.folded), of.newest)


def _beancount(of: Study) -> Iterator[str]:
    return beancount(str(of.commune), of.ledger.state.currency, transactions(of.folded), of.newest)


def _csv(of: Study) -> Iterator[str]:
    return rows(of.ledger.state.currency, transactions(of.folded))


SYNTAXES: dict[str, Written] = {"hledger": _hledger, "beancount": _beancount, "csv": _csv}


@cache
def books(name: str = "fields", seq: int | None = None) -> Study:
    gathering = gathered(name)
    [commune] = gathering.communes()
    return study(gathering, commune, seq=seq)


@cache
def written(syntax: str = "hledger") -> tuple[str, ...]:
    return tuple(SYNTAXES[syntax](books()))


def faults(lines: list[str], of: Study | None = None) -> list[Fault]:
    return list(JournalCheck(of or books()).faults([f"{line}\n" for line in lines]))


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("name", COMMUNES)
def test_what_was_written_holds(name: str, syntax: str) -> None:
    check = JournalCheck(books(name))
    assert list(check.faults(SYNTAXES[syntax](books(name)))) == []
    assert check.transactions == len(list(transactions(books(name).folded)))
    assert check.later == 0


@given(st.data())
def test_a_changed_digit_of_any_amount_is_found_on_its_line(data: st.DataObject) -> None:
    lines = [*written(data.draw(st.sampled_from(sorted(SYNTAXES))))]
    behind = re.compile(r"(?<=[ ,])-?[\d.]+(?=[ ,]\"?EUR\"?$)")
    number = data.draw(
        st.sampled_from([n for n, line in enumerate(lines) if behind.search(line) and "commodity" not in line])
    )
    found = behind.search(lines[number])
    assert found is not None
    place = data.draw(st.sampled_from([at for at in range(found.start(), found.end()) if lines[number][at].isdigit()]))
    digit = data.draw(st.sampled_from(sorted({*"0123456789"} - {lines[number][place]})))
    record = next(
        match[1] for line in reversed(lines[: number + 1]) if (match := re.search(r"#(\w{52})", line)) is not None
    )
    lines[number] = lines[number][:place] + digit + lines[number][place + 1 :]
    [fault] = faults(lines)
    assert fault.line == number + 1
    assert fault.seq is not None
    assert books().by_seq()[fault.seq].verified.record.id == record
    assert " EUR, and the records come to " in fault.words


@given(st.data())
def test_a_line_that_is_lost_is_missed(data: st.DataObject) -> None:
    lines = [*written()]
    del lines[data.draw(st.sampled_from([n for n, line in enumerate(lines) if re.match(r"    \S|\d{4}-", line)]))]
    assert faults(lines)


@given(st.text(), st.integers(min_value=0, max_value=len(written())))
def test_whatever_stands_between_is_read_or_named(text: str, place: int) -> None:
    """Never an exception; and nothing but a blank line or a comment is passed over."""
    lines = [*written()]
    put = " ".join(text.split("\n")).rstrip()
    lines.insert(place, put)
    if put.strip() and not put.lstrip().startswith(";") and not re.match(r"\s+(record|seq):", put):
        assert faults(lines)


def test_a_transaction_that_is_left_out_is_named() -> None:
    lines = [*written()]
    start = next(n for n, line in enumerate(lines) if "rent TRACTOR-1" in line)
    end = lines.index("", start)
    [fault] = faults([*lines[:start], *lines[end + 1 :]])
    assert fault.line is None
    assert re.fullmatch(r"it lacks rent TRACTOR-1 of [\d-]+ \(assets:cash:TRACTOR-1  200\.00 EUR, .*\)", fault.words)


def test_a_journal_of_earlier_holds_and_says_what_came_after() -> None:
    early = [*_hledger(books(seq=20))]
    check = JournalCheck(books())
    assert list(check.faults(early)) == []
    assert (check.last, check.later > 0) == (20, True)


def test_one_that_is_later_than_the_copy_here_says_so() -> None:
    newest = books().newest
    assert newest is not None
    found = faults([*written()], books(seq=20))
    assert found[0].words == f"it goes to record {newest.seq}, {books().commune}#{newest.id}, which is not here"
    assert found[0].line == 2
    assert found[1].words.endswith("is not here, whose log goes to record 20")


def changed(old: str, new: str) -> list[str]:
    lines = [*written()]
    place = next(n for n, line in enumerate(lines) if n > 1 and old in line)  # below what is said of the whole
    lines[place] = lines[place].replace(old, new)
    return [fault.words for fault in faults(lines)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("clearing TRACTOR-1", "clearing TRACTOR-2", "it is called 'clearing TRACTOR-2'; its record is"),
        ("2026-", "2025-", "it is dated 2025-"),
        (", seq: ", ", seq: 9", "it has the number 9"),
        ("record: ", "note: ", "it names no record"),
        ("  ; record: commune@", "  ; record: other@", "its record other@fields.example#"),
        ("bonds:TRACTOR-1:cy@", "bonds:TRACTOR-1:dy@", "it lacks liabilities:bonds:TRACTOR-1:cy@mill."),
        ("-200.00 EUR", "-200.001 EUR", "its amount has more than 2 digits"),
        ("-200.00 EUR", "-200.00 USD", "its amount is not in EUR"),
        ("-200.00 EUR", "-200.00 EUR @ 2 USD", "it is no posting"),
        ("-200.00 EUR", "-200.00 EUR = 0 EUR", "it is no posting"),
        ("commodity 1000.00", "commodity 1.000,00", "it is none that"),
    ],
)  # fmt: skip
def test_what_else_may_be_wrong(old: str, new: str, said: str) -> None:
    assert changed(old, new)[0].startswith(said)


def test_a_record_that_is_booked_twice() -> None:
    lines = [*written()]
    start = next(n for n, line in enumerate(lines) if "rent TRACTOR-1" in line)
    again = lines[start : lines.index("", start) + 1]
    [fault] = faults([*lines, "", *again])
    assert (fault.line, fault.words) == (len(lines) + 2, f"its record is booked on line {start + 1} already")


def test_a_record_that_moved_no_money_says_why() -> None:
    """Of what has no effect the finding is the reason."""
    of = next(one for one in map(books, COMMUNES) if any(f.findings and not f.movement for f in one.folded))
    bad = next(f for f in of.folded if f.findings and not f.movement)
    record = bad.verified.record
    found = faults([f"2026-01-01 rent X  ; record: {of.commune}#{record.id}, seq: {record.seq}"], of)
    assert found[0].seq == record.seq
    assert re.match(r"its record moved no money: \S", found[0].words)


def test_hostile_text_is_escaped_and_short() -> None:
    [words] = changed("assets:cash:TRACTOR-1", "a\x1b[31m" + "x" * 500)[1:]
    assert "\x1b" not in words
    assert len(words) < 250


def test_lines_that_are_no_postings_are_told_apart() -> None:
    text = "2026-01-01 rent X\n    a  1.00 EUR\n    b\n    c  1,000.00 EUR\n"
    [booked] = read_journal(text.splitlines(), EUR)
    assert isinstance(booked, Booked)
    assert [(one.line, one.words[:16]) for one in booked.unread] == [(3, "it is no posting"), (4, "it is no posting")]
