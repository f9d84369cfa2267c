"""`ledger` and `audit` on a store that has not changed print what was kept, and fold nothing."""

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.store.arrivals import arrive
from tests.support.historian import Historian
from tests.support.venture import COMMUNE, Venture
from thimbl.cli import ledger as commands
from thimbl.cli.main import main
from thimbl.store import kept
from thimbl.store.ledgers import Ledgers
from thimbl.store.writer import Writer


def run(home: Path, *arguments: str) -> Result:
    environ = {"THIMBL_HOME": str(home)}
    return CliRunner().invoke(main, list(arguments), env=environ, catch_exceptions=False)


@pytest.fixture
def venture() -> Venture:
    made = Historian(random.Random(1), crooked=True).go(30)
    made.say("ana@fields.example", "subscription", offer="K\u00fche", amount="\u202e1")
    return made


@pytest.fixture
def home(tmp_path: Path, venture: Venture) -> Path:
    with Writer.open(tmp_path / "store.sqlite3") as writer, writer.batch():
        for log in venture.logs.values():
            arrive(writer, log, 1, len(log))
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [("ledger",), ("ledger", COMMUNE), ("ledger", "--json"), ("audit",), ("audit", COMMUNE, "--json")],
    ids=" ".join,
)
def test_the_second_time_nothing_is_folded(
    home: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    first = run(home, *arguments)
    assert first.stdout
    with monkeypatch.context() as patch:
        patch.setattr(Ledgers, "refresh", None)
        second = run(home, *arguments)
    assert (second.stdout, second.exit_code) == (first.stdout, first.exit_code)
    with monkeypatch.context() as patch:
        patch.setattr(kept, "recall", lambda *_: [])
        assert run(home, *arguments).stdout == first.stdout


def test_what_came_since_is_told(home: Path, venture: Venture) -> None:
    before = json.loads(run(home, "ledger", "--json").stdout)
    venture.join("eve@fields.example")
    with Writer.open(home / "store.sqlite3") as writer:
        for who in (COMMUNE, "eve@fields.example"):
            arrive(writer, venture.logs[who], len(venture.logs[who]), len(venture.logs[who]))
    after = json.loads(run(home, "ledger", "--json").stdout)
    assert [*before["members"], "eve@fields.example"] == after["members"]


def test_a_moment_of_the_past_is_never_what_was_kept(home: Path) -> None:
    now = run(home, "ledger", "--json").stdout
    early = run(home, "ledger", "--at", "1", "--json").stdout
    assert json.loads(early)["members"] == []
    assert run(home, "ledger", "--json").stdout == now


def test_of_very_many_notices_an_audit_prints_some(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [json.loads(line) for line in run(home, "audit", "--json").stdout.splitlines()]
    notices = [one for one in found if not one["fault"]]
    assert len(notices) > 2
    monkeypatch.setattr(commands, "MOST_NOTICES", 2)
    text = run(home, "audit").stdout
    assert f"And {len(notices) - 2} more notices: 'thimbl audit {COMMUNE} --json' has them all." in text
    assert sum(line.startswith(COMMUNE + " ") for line in text.splitlines()) == len(found) - len(notices) + 2


def test_of_very_many_series_a_page_tells_of_those_that_are_not_over(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = json.loads(run(home, "ledger", "--json").stdout)
    over = [one["code"] for one in data["series"] if one["status"] in ("redeemed", "lapsed")]
    running = [one["code"] for one in data["series"] if one["code"] not in over]
    assert over
    assert running
    monkeypatch.setattr("thimbl.core.commune.page.MOST_SERIES", len(running))
    lines = run(home, "ledger", "--at", "100000").stdout.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("S-")] == running
    assert any(line.startswith(f"And {len(over)} more series, ") for line in lines)
