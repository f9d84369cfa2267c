"""A commune by its commands alone, from the charter to the dividend; and what is refused before it is signed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from thimbl.cli.context import Context
from thimbl.cli.main import main
from thimbl.core.log import judge
from thimbl.core.plan import Head, read_plan
from thimbl.core.plantext import decode
from thimbl.core.times import parse_time
from thimbl.home.paths import Paths
from thimbl.store.writer import Writer

COMMUNE, FARM, ANA, CY = "commune@fields.example", "farm@fields.example", "ana@fields.example", "cy@mill.example"
PEOPLE = (COMMUNE, FARM, ANA, CY)
DAY = 86_400


class Village:
    """Accounts on one clock. `fetch` gives each what the others have published."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = parse_time("2026-11-01T10:00:00Z")

    def run(self, who: str, *arguments: str, terminal: bool = False, answer: str | None = None) -> Result:
        """What a command does in somebody's home."""
        environ = {"THIMBL_HOME": str(self.folder / who)}
        context = Context(environ, lambda: float(self.time), lambda seconds: None, terminal)
        return CliRunner().invoke(main, list(arguments), env=environ, obj=context, input=answer)

    def paths(self, who: str) -> Paths:
        """Somebody's files."""
        return Paths.find({"THIMBL_HOME": str(self.folder / who)})

    def do(self, who: str, *arguments: str) -> list[str]:
        """A command that signs without being asked; what it prints. Then everybody fetches."""
        self.time += 60
        result = self.run(who, *arguments, "--yes")
        assert result.exit_code == 0, (arguments, result.stderr)
        self.fetch()
        return result.stdout.splitlines()

    def refused(self, who: str, *arguments: str) -> str:
        """Why a command signs nothing."""
        plan = self.paths(who).plan
        before = plan.read_bytes()
        result = self.run(who, *arguments, "--yes")
        assert result.exit_code in (1, 2)
        assert plan.read_bytes() == before
        assert result.stderr.count("\n") == 1
        return result.stderr

    def objects(self, who: str, *arguments: str) -> list[dict[str, Any]]:
        result = self.run(who, *arguments, "--json")
        assert result.exit_code in (0, 4), result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]

    def fetch(self) -> None:
        plans = {who: read_plan(decode(self.paths(who).plan.read_bytes())) for who in PEOPLE}
        for reader in PEOPLE:
            with Writer.open(self.paths(reader).store) as writer:
                for who, plan in plans.items():
                    if who != reader:
                        writer.take(judge(plan, writer.known(plan.head.address, 1, 1000), self.time), self.time)


@pytest.fixture(scope="module")
def first_village(tmp_path_factory: pytest.TempPathFactory) -> Village:
    """Made once, and left alone: each test has a copy of it."""
    made = Village(tmp_path_factory.mktemp("village"))
    for who in PEOPLE:
        made.run(who, "init", who)
    made.do(COMMUNE, "commune", "charter", "Fields Commune", "--currency", "EUR")
    made.do(FARM, "commune", "join", "--coop")
    made.do(ANA, "commune", "join", COMMUNE, "--works-at", FARM)
    made.do(COMMUNE, "commune", "admit", FARM, "--coop")
    return made


@pytest.fixture
def village(first_village: Village, tmp_path: Path) -> Village:
    shutil.copytree(first_village.folder, tmp_path, symlinks=True, dirs_exist_ok=True)
    made = Village(tmp_path)
    made.time = first_village.time
    return made


def offered(village: Village) -> None:
    village.do(
        FARM, "bond", "offer", "--commune", COMMUNE, "--series", "TRACTOR-1", "--asset", "A small tractor",
        "--face", "2400", "--unit", "100", "--rent", "200", "--term", "24", "--max-rate", "5",
        "--closes", "2026-11-20",
    )  # fmt: skip
    village.do(COMMUNE, "commune", "float", "TRACTOR-1")


def test_from_the_charter_to_the_dividend(village: Village) -> None:
    offered(village)
    village.do(COMMUNE, "commune", "admit", ANA)
    village.do(ANA, "bond", "subscribe", "TRACTOR-1", "2,000.00", "--rate", "2.5")
    village.do(CY, "bond", "subscribe", "TRACTOR-1", "700 EUR", "--rate", "4")
    [listed] = village.objects(CY, "bond", "list")
    assert (listed["status"], listed["subscribed"], listed["unit"]) == ("floated", "2700.00 EUR", "100.00 EUR")
    village.time += 25 * DAY
    village.do(COMMUNE, "commune", "clear", "TRACTOR-1")
    village.do(COMMUNE, "commune", "acquire", "TRACTOR-1", "2400", "--from", "2026-12")
    [series] = village.objects(ANA, "ledger")[0]["series"]
    assert series["rate_bp"] == 400
    assert series["holdings"] == [{"holder": ANA, "amount": "2000.00 EUR"}, {"holder": CY, "amount": "400.00 EUR"}]
    village.time += 30 * DAY
    village.do(FARM, "bond", "pay", "TRACTOR-1", "200", "--rent", "2026-12")
    village.do(COMMUNE, "commune", "todo", "--do")
    assert village.objects(ANA, "ledger")[0]["series"][0]["outstanding"] == "2208.00 EUR"
    village.do(ANA, "bond", "acknowledge")
    village.do(ANA, "bond", "transfer", "TRACTOR-1", "1000", CY)
    [task] = village.objects(COMMUNE, "commune", "todo")
    assert task["kind"] == "registration"
    village.do(COMMUNE, "commune", "register", task["body"]["transfer"].partition("#")[2][:8])
    village.do(FARM, "bond", "surrender", "TRACTOR-1")
    village.do(COMMUNE, "commune", "return", "TRACTOR-1", "--reason", "surrendered")
    village.do(FARM, "bond", "bid", "TRACTOR-1", "2500")
    village.do(COMMUNE, "commune", "lease", "TRACTOR-1", "--from", "2027-01")
    village.time += 20 * DAY
    village.do(COMMUNE, "commune", "rent", "TRACTOR-1", "2500")
    village.do(COMMUNE, "commune", "redeem", "TRACTOR-1")
    village.do(COMMUNE, "commune", "dividend")
    village.do(ANA, "commune", "leave", COMMUNE)
    village.do(COMMUNE, "commune", "depart", ANA)
    [ledger] = village.objects(CY, "ledger")
    assert (ledger["series"][0]["status"], ledger["pool"], ledger["findings"]) == ("redeemed", "0.00 EUR", [])
    assert ledger["dividends"] == [{"holder": ANA, "amount": "284.64 EUR"}]
    assert village.run(CY, "audit").exit_code == 0
    assert village.run(COMMUNE, "commune", "todo").stderr == "Nothing waits.\n"
    timeline = village.run(CY, "timeline", "--everyone", "--limit", "100").stdout
    for words in ("is chartered as Fields Commune", "A small tractor", " at 4 %", "shares 284.64 EUR"):
        assert words in timeline


def test_what_the_protocol_would_ignore_is_not_signed(village: Village) -> None:
    offered(village)
    for arguments, why in (
        (("subscribe", "TRACTOR-1", "150", "--rate", "2"), "units of 100.00 EUR"),
        (("subscribe", "TRACTOR-1", "100", "--rate", "6"), "from 0 to 5 %"),
        (("subscribe", "TRACTOR-1", "100"), "the least rate"),
        (("subscribe", "TRACTOR-1", "2,400", "--rate", "2"), "could mean two amounts"),
        (("subscribe", "PLOUGH-1", "100"), "There is no offer"),
        (("withdraw", "TRACTOR-1"), "nothing to withdraw"),
        (("pay", "TRACTOR-1", "200", "--rent", "2026-13"), "is not a month"),
        (("transfer", "TRACTOR-1", "100", CY), "is floated"),
        (("acknowledge",), "nothing to acknowledge"),
        (("surrender", "TRACTOR-1"), "not the tenant"),
        (("bid", "TRACTOR-1", "100"), "Only an admitted co-op"),
    ):
        assert why in village.refused(ANA, "bond", *arguments)
    assert "applied already" in village.refused(ANA, "commune", "join", COMMUNE, "--works-at", FARM)
    assert "on no register" in village.refused(ANA, "commune", "leave")
    village.time += 25 * DAY
    assert "closed at 2026-11-20" in village.refused(ANA, "bond", "subscribe", "TRACTOR-1", "100", "--rate", "2")


def test_what_everybody_would_find_fault_with_is_not_signed(village: Village) -> None:
    offered(village)
    village.do(ANA, "bond", "subscribe", "TRACTOR-1", "2400", "--rate", "2")
    assert "--force" in village.refused(COMMUNE, "commune", "clear", "TRACTOR-1")
    assert "reached its face" in village.refused(COMMUNE, "commune", "lapse", "TRACTOR-1")
    assert "wrong-status" in village.refused(COMMUNE, "commune", "acquire", "TRACTOR-1", "1")
    assert "wrong-status" in village.refused(COMMUNE, "commune", "float", "TRACTOR-1")
    assert "wrong-status" in village.refused(COMMUNE, "commune", "charter", "Another", "--currency", "EUR")
    assert "no members" in village.refused(COMMUNE, "commune", "dividend")
    assert "has not applied" in village.refused(COMMUNE, "commune", "admit", CY)
    assert "--force" in village.refused(COMMUNE, "commune", "depart", FARM, "--coop")
    assert "is no commune" in village.refused(CY, "commune", "dividend")
    village.do(COMMUNE, "commune", "clear", "TRACTOR-1", "--force")
    assert "overspent" in village.refused(COMMUNE, "commune", "acquire", "TRACTOR-1", "2500")
    village.do(COMMUNE, "commune", "acquire", "TRACTOR-1", "2300", "--from", "2026-11")
    village.do(COMMUNE, "commune", "rent", "TRACTOR-1", "200")
    assert "(2026-11, 200.00 EUR)" in village.refused(COMMUNE, "commune", "reverse", "99", "--reason", "x")
    rents = [one for one in village.objects(COMMUNE, "audit") if one["code"] == "uncorroborated"]
    village.do(COMMUNE, "commune", "reverse", str(rents[0]["seq"]), "--reason", "Entered twice.")
    village.do(COMMUNE, "commune", "liquidate", "TRACTOR-1", "900")
    assert [one["code"] for one in village.objects(CY, "ledger")[0]["findings"]] == ["early"]


def test_it_is_shown_and_asked_before_it_is_signed(village: Village) -> None:
    offered(village)
    arguments = ("bond", "subscribe", "TRACTOR-1", "1000", "--rate", "3")
    result = village.run(ANA, *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "ana@fields.example subscribes 1000.00 EUR of TRACTOR-1 at 3 % or more." in result.stderr
    assert "amount: 1000.00 EUR" in result.stderr
    assert "add --yes" in result.stderr
    assert village.run(ANA, *arguments, terminal=True, answer="n\n").exit_code != 0
    signed = village.run(ANA, *arguments, terminal=True, answer="y\n")
    assert signed.exit_code == 0
    assert signed.stdout.startswith(f"{ANA}#")
    village.fetch()
    village.time += 25 * DAY
    result = village.run(COMMUNE, "commune", "lapse", "TRACTOR-1")
    assert "seen:" in result.stderr


def test_the_walk_asks_for_each_task(village: Village) -> None:
    village.do(CY, "commune", "join")
    result = village.run(COMMUNE, "commune", "todo", "--do", terminal=True, answer="n\ny\n")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("#") == 1
    village.fetch()
    assert village.objects(CY, "ledger")[0]["members"] == [CY]
    offered(village)
    village.do(CY, "bond", "subscribe", "TRACTOR-1", "2400", "--rate", "3")
    village.time += 25 * DAY
    village.do(COMMUNE, "commune", "todo", "--do")
    result = village.run(COMMUNE, "commune", "todo", "--do", terminal=True, answer="2,300\n2300\ny\ny\n")
    assert "could mean two amounts" in result.stderr
    assert "What the asset of TRACTOR-1 cost" in result.stderr
    village.fetch()
    [series] = village.objects(CY, "ledger")[0]["series"]
    assert (series["status"], series["outstanding"]) == ("acquired", "2300.00 EUR")


def test_an_offer_is_shown_with_its_bids(village: Village) -> None:
    offered(village)
    village.do(ANA, "bond", "subscribe", "TRACTOR-1", "1000", "--rate", "3")
    [shown] = village.objects(CY, "bond", "show", "TRACTOR-1")
    page = village.run(CY, "bond", "show", shown["reference"].partition("#")[2][:6]).stdout
    assert "1000.00 eur of 2400.00 EUR subscribed" not in page
    assert "1000.00 EUR of 2400.00 EUR subscribed." in page
    assert "ana@fields.example bids 1000.00 EUR at 3 % or more" in page
    assert shown["subscribed"] == "1000.00 EUR"
    village.time += 25 * DAY
    assert village.objects(CY, "bond", "list") == []
    assert len(village.objects(CY, "bond", "list", "--all")) == 1


def test_one_person_is_clerk_of_several(village: Village) -> None:
    """`--as` takes another account's folder."""
    home = str(village.folder / COMMUNE)
    result = village.run(CY, "commune", "--as", home, "todo")
    assert "ana@fields.example applies as a member, working at farm@fields.example." in result.stdout
    assert "is no commune" in village.run(CY, "commune", "dividend").stderr


def test_whoever_takes_part_is_a_witness_of_the_communes_log(village: Village) -> None:
    """In their own head stands how far they have read it; a later post leaves it there, a later act brings it on."""

    def head(who: str) -> Head:
        return read_plan(decode(village.paths(who).plan.read_bytes())).head

    [before] = head(ANA).witness
    assert (str(before.address), before.seq) == (COMMUNE, 1)
    offered(village)
    seen = head(COMMUNE)
    assert village.run(ANA, "post", "Good morning.").exit_code == 0
    assert head(ANA).witness == (before,)
    village.do(ANA, "bond", "subscribe", "TRACTOR-1", "1000", "--rate", "3")
    [after] = head(ANA).witness
    assert (after.seq, after.last) == (seen.seq, seen.last)
    assert head(COMMUNE).witness == ()
    assert not [one for one in village.objects(CY, "audit") if one["code"] == "witness-disagrees"]
