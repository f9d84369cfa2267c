"""The communes of a second implementation (commune.md 9): every figure and every finding, in order."""

import json
from pathlib import Path
from typing import Any

import pytest

from thimbl.core.commune.gather import Gathering
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.report import ledger_data
from thimbl.core.commune.study import study
from thimbl.core.plan import read_plan
from thimbl.core.plantext import decode

VECTORS = Path(__file__).parents[2] / "vectors"
COMMUNES = ["fields", "mill", "ties", "crooked"]


def gathered(name: str) -> Gathering:
    gathering = Gathering()
    for path in sorted((VECTORS / name).glob("*.plan")):
        gathering.take(path.name, read_plan(decode(path.read_bytes())))
    return gathering


def ledger_of(name: str) -> Ledger:
    gathering = gathered(name)
    [commune] = gathering.communes()
    assert not gathering.not_taken
    return study(gathering, commune).ledger


@pytest.mark.parametrize("name", COMMUNES)
def test_the_ledger_is_the_other_implementations(name: str) -> None:
    expected: dict[str, Any] = json.loads((VECTORS / name / "expected-ledger.json").read_text("utf-8"))
    ledger = ledger_of(name)
    assert ledger_data(ledger, ledger.state.notices) == expected
