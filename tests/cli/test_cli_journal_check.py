"""`journal --check`: the way back from the programs that the books were written for."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from thimbl.cli.main import main

FIELDS = ("--from", str(Path(__file__).resolve().parents[1] / "vectors" / "fields"))


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["journal", *arguments, *FIELDS], input=stdin)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """The books of the worked example, in a file."""
    path = tmp_path / "fields.journal"
    path.write_text(run().stdout, encoding="utf-8")
    return path


def test_what_hledger_prints_again_is_taken_back(journal: Path) -> None:
    if shutil.which("hledger") is None:
        pytest.skip("hledger is not installed")
    printed = subprocess.run(["hledger", "-f", journal, "print"], capture_output=True, text=True, check=True).stdout
    assert printed != journal.read_text("utf-8")
    result = run("--check", "-", stdin=printed)
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.fullmatch(
        r"standard input: \d+ transactions with \d+ postings, up to record \d+ of commune@fields\.example: "
        r"all as the records have it\.\n",
        result.stdout,
    )


def test_what_bean_format_lays_out_is_taken_back(tmp_path: Path) -> None:
    layout = pytest.importorskip("beancount.scripts.format")
    laid_out = layout.align_beancount(run("--format", "beancount").stdout)
    assert laid_out != run("--format", "beancount").stdout
    assert run("--check", "-", stdin=laid_out).exit_code == 0


def test_a_cent_is_found_with_its_record_and_where_it_comes_from(journal: Path) -> None:
    text = journal.read_text("utf-8")
    number = next(n for n, line in enumerate(text.splitlines(), 1) if "expenses:interest" in line)
    line = text.splitlines()[number - 1]
    cents = int(line.split()[1].replace(".", ""))
    more = f"{(cents + 1) // 100}.{(cents + 1) % 100:02}"
    journal.write_text(text.replace(line, f"    expenses:interest:TRACTOR-1  {more} EUR", 1), encoding="utf-8")
    result = run("--check", str(journal))
    said, record, derived, summary = result.stdout.splitlines()
    assert result.exit_code == 4
    amounts = f"has {more} EUR, and the records come to {line.split()[1]} EUR"
    assert said == f"{journal}:{number}: expenses:interest:TRACTOR-1 {amounts}"
    seq = re.fullmatch(r"    record (\d+), redemption: commune@fields\.example#[a-z2-7]{52}", record)
    assert seq is not None
    assert derived == f"    derived by: thimbl audit commune@fields.example --explain {seq[1]}"
    assert summary.endswith(": 1 fault.")


def test_of_an_earlier_time_it_says_what_came_after() -> None:
    result = run("--check", "-", stdin=run("--at", "20").stdout)
    assert result.exit_code == 0
    assert re.search(r"The records go on to \d+, with \d+ transactions more\.", result.stderr)


def test_where_no_money_has_moved_yet_there_is_nothing_to_find() -> None:
    result = run("--check", "-", stdin=run("--at", "2").stdout)
    assert result.exit_code == 0
    assert result.stdout.endswith("up to record 2 of commune@fields.example: all as the records have it.\n")


def test_damage_above_the_first_transaction_is_a_fault_like_any_other(journal: Path) -> None:
    text = journal.read_text("utf-8").replace("commodity", "comodity", 1)
    result = run("--check", "-", stdin=text)
    assert result.exit_code == 4
    assert result.stdout.startswith("standard input:3: it is none that 'thimbl journal' writes\nstandard input: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "standard input is no journal of commune@fields.example."),
        ("\0\xff" * 100_000, "no journal of commune@fields.example: line 1: it is none that 'thimbl journal' writes."),
        ("include other.journal\n" * 100, "no journal of commune@fields.example: line 1: it is none"),
        ("date,amount\n2026-01-01,1\n", "no journal of commune@fields.example: line 1: it is none"),
    ],
)
def test_what_is_no_journal_is_a_line(text: str, said: str) -> None:
    result = run("--check", "-", stdin=text)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert said in result.stderr


def test_a_register_has_no_records_to_be_held_against(journal: Path) -> None:
    result = run("--check", str(journal), "--register", "members")
    assert (result.exit_code, "--check is of the books" in result.stderr) == (2, True)
