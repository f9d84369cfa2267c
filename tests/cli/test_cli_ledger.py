"""`ledger`, `audit` and `journal`: from a folder and from a store; what hledger and beancount make of the books."""

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.core.commune.test_commune_books import books
from thimbl.cli.main import main
from thimbl.core.answer import write_answer
from thimbl.core.commune.books import balances
from thimbl.core.commune.journal import beancount_account, hledger_account
from thimbl.core.log import Known, judge
from thimbl.core.plan import read_plan
from thimbl.core.plantext import decode
from thimbl.store.writer import Writer

VECTORS = Path(__file__).parents[1] / "vectors"
COMMUNES = ["fields", "mill", "ties", "crooked"]
LATER = 2**31


def run(*arguments: str, home: Path | None = None) -> Result:
    environ = {} if home is None else {"THIMBL_HOME": str(home)}
    return CliRunner().invoke(main, list(arguments), env=environ, catch_exceptions=False)


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A home whose store holds all the plans of the vectors' communes."""
    with Writer.open(tmp_path / "store.sqlite3") as writer:
        for name in COMMUNES:
            for path in sorted((VECTORS / name).glob("*.plan")):
                plan = read_plan(decode(path.read_bytes()))
                writer.take(judge(plan, Known(plan.head.address), LATER), LATER)
    return tmp_path


@pytest.mark.parametrize("name", COMMUNES)
def test_a_folder_is_all_that_an_auditor_needs(name: str) -> None:
    [found] = objects(run("ledger", "--from", str(VECTORS / name), "--json"))
    expected = json.loads((VECTORS / name / "expected-ledger.json").read_text("utf-8"))
    found["notices"] = [one for one in found["notices"] if one["code"] in ("unseen-subscription", "lost")]
    assert found == expected


def test_the_store_comes_to_the_same(stored: Path) -> None:
    found = {one["commune"]: one for one in objects(run("ledger", "--json", home=stored))}
    for name in COMMUNES:
        [alone] = objects(run("ledger", "--from", str(VECTORS / name), "--json"))
        assert found[alone["commune"]] == alone


def test_a_ledger_as_it_was() -> None:
    [early] = objects(run("ledger", "--from", str(VECTORS / "fields"), "--at", "11", "--json"))
    assert early["series"][0]["outstanding"] == "2208.00 EUR"
    [dated] = objects(run("ledger", "--from", str(VECTORS / "fields"), "--at", "2026-12-28T10:00:00Z", "--json"))
    assert dated["series"] == early["series"]


def test_the_page_fits_72_columns() -> None:
    lines = run("ledger", "--from", str(VECTORS / "crooked")).stdout.splitlines()
    assert lines[0] == "The Crooked Commune"
    assert max(map(len, lines)) <= 72


def test_the_audit_names_what_is_wrong_and_exits_with_4() -> None:
    result = run("audit", "--from", str(VECTORS / "crooked"))
    assert result.exit_code == 4
    assert "stated   50.000 KWD" in result.stdout
    assert "computed 215.800 KWD" in result.stdout
    assert "Lacking: the log of ghost@crooked.example." in result.stdout
    faults = [one for one in objects(run("audit", "--from", str(VECTORS / "crooked"), "--json")) if one["fault"]]
    expected = json.loads((VECTORS / "crooked/expected-ledger.json").read_text("utf-8"))["findings"]
    assert [{key: one[key] for key in ("seq", "code", "detail")} for one in faults] == expected
    assert all(one["key"].startswith("SHA256:") for one in faults)


def test_an_honest_commune_has_no_finding() -> None:
    result = run("audit", "--from", str(VECTORS / "fields"))
    assert result.exit_code == 0
    assert "36 records checked, no findings" in result.stdout


def test_any_figure_is_derived() -> None:
    result = run("audit", "--from", str(VECTORS / "fields"), "--explain", "10", "--for", "cy@mill.example")
    assert result.exit_code == 0
    assert result.stdout.startswith("interest to cy@mill.example: 0.67 EUR\n")
    assert "2400.00 EUR x 400 / 120000, rounded half to even:" in result.stdout
    [dividend] = objects(run("audit", "--from", str(VECTORS / "fields"), "--explain", "36", "--json"))
    assert dividend["figure"] == "dividend of 2027-12 to each member: 115.51 EUR"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ledger", "--from", "nowhere"], "There is no folder nowhere"),
        (["audit", "--from", str(VECTORS / "fields"), "--explain", "999"], "There is no such record"),
        (["audit", "--from", str(VECTORS / "fields"), "--explain", "1"], "Record 1 moved nothing"),
        (["ledger", "eve@x.example", "--from", str(VECTORS / "fields")], "Nothing is here of eve@x.example"),
        (["journal", "ana@fields.example", "--from", str(VECTORS / "fields")], "has no charter"),
    ],
)
def test_mistakes_are_told_in_a_line(arguments: list[str], said: str) -> None:
    program = [sys.executable, "-m", "thimbl", *arguments]
    result = subprocess.run(program, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_finger_answer_and_an_archive_beside_a_plan_are_read(tmp_path: Path) -> None:
    for path in (VECTORS / "fields").glob("*.plan"):
        text = write_answer(path.name, "", "", path.read_text("utf-8"))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    (tmp_path / "broken.plan").write_text("thimbl: 3\n", encoding="utf-8")
    result = run("audit", "--from", str(tmp_path))
    assert result.exit_code == 0
    assert "broken.plan counts for nothing: unreadable" in result.stderr


# the books, in the programs that they are for


@pytest.mark.parametrize("name", COMMUNES)
def test_hledger_comes_to_the_same_balances(name: str, tmp_path: Path) -> None:
    if shutil.which("hledger") is None:
        pytest.skip("hledger is not installed")
    path = tmp_path / "books.journal"
    path.write_text(run("journal", "--from", str(VECTORS / name)).stdout, encoding="utf-8")
    command = ["hledger", "-f", str(path), "balance", "--flat", "--empty", "-N", "-O", "csv"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = {}
    for line in printed.splitlines()[1:]:
        account, _, amount = line.strip('"').partition('","')
        found[account] = int(amount.split()[0].replace(".", ""))
    assert found == {hledger_account(one): amount for one, amount in balances(books(name)).items()}


@pytest.mark.parametrize("name", COMMUNES)
def test_beancount_comes_to_the_same_balances(name: str, tmp_path: Path) -> None:
    loader = pytest.importorskip("beancount.loader")
    path = tmp_path / "books.beancount"
    path.write_text(run("journal", "--format", "beancount", "--from", str(VECTORS / name)).stdout, encoding="utf-8")
    entries, errors, _ = loader.load_file(str(path))
    assert not errors
    found: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        for posting in getattr(entry, "postings", []):
            found[posting.account] += int(str(posting.units.number).replace(".", ""))
    assert dict(found) == {beancount_account(one): amount for one, amount in balances(books(name)).items()}
