"""What the demonstration tells: sound whenever it starts, alive for the UI; and a clerk in it who shaves a cent."""

import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from thimbl.cli.demo.people import ANA, COMMUNE, EVA, FOLLOWED, PEOPLE, YOU
from thimbl.cli.demo.story import story
from thimbl.cli.demo.telling import Event, Log, Telling
from thimbl.cli.main import main
from thimbl.core.address import Address
from thimbl.core.commune import desk
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.money import format_amount
from thimbl.core.commune.state import Status
from thimbl.core.commune.todo import tasks
from thimbl.core.compose import Entry, make_head, make_record
from thimbl.core.log import judge
from thimbl.core.plan import Plan
from thimbl.core.text import NO_NICKS, spans
from thimbl.core.times import parse_time
from thimbl.store.writer import Writer

NOW = parse_time("2026-11-22T08:00:00Z")


def told(now: int) -> Telling:
    telling = Telling(COMMUNE, random.Random(7).randbytes)
    for event in story(now):
        telling.tell(event)
    return telling


@pytest.mark.parametrize(
    "start", ["2026-11-22T08:00:00Z", "2027-01-01T00:00:01Z", "2028-02-29T23:59:59Z", "2027-03-31T12:00:00Z"]
)
def test_it_is_sound_whenever_it_starts(start: str) -> None:
    """At the turn of a year, on a day that most years lack: the same series, no fault, nothing from the future."""
    now = parse_time(start)
    telling = told(now)
    state = telling.ledger.state
    assert state.findings == []
    assert {series.code: series.status for series in state.series.values()} == {
        "VAT-1": Status.REDEEMED,
        "TUNNEL-1": Status.ACQUIRED,
        "PRESS-1": Status.FLOATED,
        "TRACTOR-1": Status.FLOATED,
    }
    kinds = [task.kind for task in tasks(telling.ledger, now, {})]
    assert kinds == ["admission", "float", "clearing", "rent", "rent", "registration"]
    times = [record.time for log in telling.logs.values() for record in log.records]
    assert max(times) <= now


def test_there_is_something_to_see() -> None:
    """The newcomer holds bonds, was paid interest and dividends, and is named by somebody whom they do not follow."""
    telling = told(NOW)
    state = telling.ledger.state
    [tunnel] = [series for series in state.series.values() if series.code == "TUNNEL-1"]
    assert tunnel.holdings[YOU] > 0
    assert state.dividends[YOU] > 0
    texts = [record.text for record in telling.logs[EVA].records if record.kind == "post"]
    assert EVA not in FOLLOWED
    assert YOU in {span.value for text in texts for span in spans(text, NO_NICKS)}


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    """All of it is removed at the end, so it has to be the demonstration's own."""
    (tmp_path / "mine").write_text("keep", encoding="utf-8")
    result = CliRunner().invoke(main, ["demo", "--in", str(tmp_path)])
    assert result.exit_code == 1
    assert "is there already" in result.stderr
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "keep"


# a crooked clerk


def plan_of(log: Log) -> Plan:
    newest = log.records[-1]
    head = make_head(
        {"address": str(log.address)}, seq=newest.seq, last=newest.id, updated=newest.time, signer=log.key
    )
    return Plan(head, tuple(reversed(log.records)))


def audited(home: Path, telling: Telling) -> Result:
    """What somebody is told who has everybody's plan."""
    with Writer.open(home / "store.sqlite3") as writer:
        for person in PEOPLE:
            log = telling.logs[person.address]
            writer.take(judge(plan_of(log), writer.known(log.address, 1, len(log.records)), NOW), NOW)
    return CliRunner().invoke(main, ["audit"], env={"THIMBL_HOME": str(home)}, catch_exceptions=False)


def test_a_clerk_who_shaves_one_cent_off_a_dividend_is_named_to_every_follower(tmp_path: Path) -> None:
    """The record, its signer, what was stated and what it comes to; exit code 4. The day before there was nothing."""
    telling = told(NOW)
    month = str(month_of(NOW).plus(-1))
    rent = {"offer": next(iter(telling.ledger.state.series)), "from": "dairy@dairy.example", "amount": "110.00 EUR"}
    telling.tell(Event(NOW, COMMUNE, "rent", {**rent, "period": month}))
    assert audited(tmp_path / "before", telling).exit_code == 0

    state, log = telling.ledger.state, telling.logs[COMMUNE]
    honest = desk.dividend(telling.ledger, month_of(NOW))
    pool, members = state.pool + state.carried, len(state.members)
    assert honest["each"] == format_amount(pool // members, state.currency) == "22.00 EUR"
    shaved = honest | {"each": "21.99 EUR"}
    newest = log.records[-1]
    crooked = make_record(
        Entry("dividend", shaved), address=Address.parse(COMMUNE), seq=newest.seq + 1, prev=newest.id, time=NOW,
        signer=log.key,
    )  # fmt: skip
    log.records.append(crooked)
    for who in (YOU, ANA, EVA):
        result = audited(tmp_path / who, telling)
        assert result.exit_code == 4
        lines = [line.strip() for line in result.stdout.splitlines()]
        at = lines.index(f"{COMMUNE} {crooked.seq} dividend: misstated")
        assert lines[at + 1 : at + 6] == [
            "each is not what the records come to",
            "stated   21.99 EUR",
            "computed 22.00 EUR",
            f"record {crooked.id}",
            f"signed by {log.key.public.fingerprint}",
        ]
        assert lines[-1].startswith(f"{COMMUNE}: {crooked.seq} records checked, 1 finding")
