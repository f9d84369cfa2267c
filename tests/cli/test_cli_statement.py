"""`statement`: the worked example of commune.md 9, as its people see it; whose sums are the ledger's."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from thimbl.cli.main import main
from thimbl.core.address import Address
from thimbl.core.commune.money import Period
from thimbl.core.commune.standing import standing
from thimbl.core.commune.study import Study, study
from thimbl.home.folders import gather

VECTORS = Path(__file__).parents[1] / "vectors"
FIELDS = VECTORS / "fields"


def stated(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(
        main, ["statement", *arguments, "--from", str(FIELDS), "--json"], catch_exceptions=False
    )
    [found] = [json.loads(line) for line in result.stdout.splitlines()]
    return dict(found)


def studied(name: str) -> Study:
    gathering = gather(VECTORS / name)
    return study(gathering, gathering.communes()[0])


def test_what_cy_has_to_do_with_the_tractor() -> None:
    found = stated("cy@mill.example")
    [part] = found["series"]
    assert (part["subscribed"], part["allotted"], part["holds"]) == ("500.00 EUR", "200.00 EUR", "0.00 EUR")
    assert found["rent"] == "0.00 EUR"
    first = stated("cy@mill.example", "--until", "2026-11")
    assert (first["series"][0]["interest"], first["series"][0]["principal"]) == ("0.67 EUR", "16.00 EUR")


def test_the_per_capita_share() -> None:
    [member, *_] = studied("fields").ledger.state.members
    found = stated(member)
    assert found["dividend"] == "115.51 EUR"
    assert found["member"] is True
    minor = {key: round(float(found[key].split()[0]) * 100) for key in ("dividend", "use", "difference")}
    assert minor["difference"] == minor["dividend"] - minor["use"]


def test_a_page_of_72_columns() -> None:
    result = CliRunner().invoke(main, ["statement", "cy@mill.example", "--from", str(FIELDS)])
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 72
    assert any(line.split() == ["allotted", "200.00", "EUR"] for line in lines)


def test_somebody_unknown() -> None:
    result = CliRunner().invoke(main, ["statement", "eve@x.example", "--from", str(FIELDS)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "anything to do with eve@x.example" in result.stderr
    result = CliRunner().invoke(main, ["statement", "eve@x.example", "--from", str(FIELDS), "--since", "2026-13"])
    assert result.exit_code == 2


@pytest.mark.parametrize("name", ["fields", "mill", "ties", "crooked"])
def test_all_statements_together_are_the_ledger(name: str) -> None:
    """Whoever came near it: what they were allotted and took over, less what went, is what they hold."""
    found = studied(name)
    state = found.ledger.state
    people = {str(address) for address in gather(VECTORS / name).logs} | set(state.members) | set(state.coops)
    for series in state.series.values():
        people |= set(series.holdings)
    all_ = [standing(found, who) for who in people]
    assert sum(one.rent for one in all_) == all_[0].common_rent
    assert {one.who: one.dividend for one in all_ if one.dividend} == {k: v for k, v in state.dividends.items() if v}
    for one in all_:
        for part in one.parts:
            gone = part.passed_on + part.principal + part.lost
            assert part.holds == part.allotted + part.taken_over - gone
            assert part.holds == state.series[part.offer].holdings.get(one.who, 0)


def test_a_span_of_months_adds_up_to_the_whole() -> None:
    found = studied("mill")
    for address in gather(VECTORS / "mill").logs:
        who, cut = str(Address.parse(str(address))), Period(2027, 3)
        whole = standing(found, who)
        halves = [standing(found, who, last=cut), standing(found, who, first=cut.next())]
        assert whole.dividend == sum(half.dividend for half in halves)
        assert whole.rent == sum(half.rent for half in halves)
        interest = sum(part.interest for half in halves for part in half.parts)
        assert sum(part.interest for part in whole.parts) == interest


def rows(*arguments: str) -> list[dict[str, str]]:
    result = CliRunner().invoke(main, ["journal", *arguments, "--from", str(FIELDS)], catch_exceptions=False)
    return list(csv.DictReader(result.stdout.splitlines()))


def test_registers_as_at_a_date() -> None:
    """Of members and co-ops, and of whoever holds bonds."""
    members = rows("--register", "members")
    state = studied("fields").ledger.state
    assert [one["address"] for one in members if one["as"] == "member"] == list(state.members)
    assert [one["address"] for one in members if one["as"] == "coop"] == list(state.coops)
    assert [one["coop"] or None for one in members if one["as"] == "member"] == list(state.members.values())
    assert rows("--register", "holders") == []
    early = rows("--format", "csv", "--register", "holders", "--at", "11")
    assert sum(int(one["amount"].replace(".", "")) for one in early) == 2208_00
    assert {one["currency"] for one in early} == {"EUR"}
    assert rows("--register", "members", "--at", "1") == []
