"""The cases of a second implementation (plan-format 9): every file of tests/vectors but the folders of communes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.scribe import START
from thimbl.core.canonical import canonical, content_id
from thimbl.core.keys import PLAN_NAMESPACE, PrivateKey, PublicKey, sign
from thimbl.core.log import Judgement, Known, Verdict, judge_bytes
from thimbl.core.plan import plan_from_data, read_plan
from thimbl.core.plantext import decode, read_data
from thimbl.core.planwriter import write_line, write_plan
from thimbl.core.records import Record, malformed_field

VECTORS = Path(__file__).parents[1] / "vectors"
COMMUNES = {"crooked", "fields", "mill", "ties"}
NOW = START + 7 * 86_400

ALICE = ("alice.plan", "alice.json.plan", "alice-window.plan", "alice-withheld.plan")
FACTS: dict[str, Any] = json.loads((VECTORS / "alice-facts.json").read_text("utf-8"))
KIM: list[dict[str, Any]] = json.loads((VECTORS / "kim-verdicts.json").read_text("utf-8"))
REASONS: dict[str, dict[str, str]] = json.loads((VECTORS / "refused/reasons.json").read_text("utf-8"))

SEED = PrivateKey.from_seed(bytes.fromhex(FACTS["seed_hex"]))


def raw(name: str) -> bytes:
    return (VECTORS / name).read_bytes()


def judged(name: str, known: Known | None = None) -> Judgement:
    """The file `name`, asked for at the address in it, by somebody who knows its key unless told otherwise."""
    if known is None:
        head = read_plan(decode(raw(name))).head
        known = Known(head.address, pinned=head.key.fingerprint)
    return judge_bytes(raw(name), known, NOW)


ALICE_KNOWN = Known(read_plan(decode(raw("alice.plan"))).head.address, pinned=FACTS["fingerprint"])


def test_no_vector_is_left_without_a_test() -> None:
    tested = {*ALICE, "alice-facts.json", "kim-verdicts.json", "refused/reasons.json"}
    tested |= {name for case in KIM for name in (case["plan"], *case["after"])}
    tested |= {f"refused/{name}.plan" for name in REASONS}
    there = {str(path.relative_to(VECTORS)) for path in VECTORS.rglob("*") if path.is_file()}
    assert {name for name in there if name.split("/")[0] not in COMMUNES} == tested
    assert {name.split("/")[0] for name in there} >= COMMUNES


# alice


@pytest.mark.parametrize("fact", FACTS["records"], ids=lambda fact: f"record-{fact['record']['seq']}")
def test_alice_facts_of_a_record(fact: dict[str, Any]) -> None:
    record = Record.from_data(fact["record"])
    assert canonical(record.body) == fact["body_jcs"].encode()
    assert record.digest == content_id(record.body) == fact["digest"]
    assert record.id == fact["id"]
    assert record.withhold().id == fact["id"]
    assert record.withhold().digest == fact["digest"]
    assert malformed_field(record) is None


def test_alice_facts_of_the_key() -> None:
    assert SEED.public.line == FACTS["key"]
    assert SEED.public.fingerprint == FACTS["fingerprint"]
    assert PublicKey.parse(FACTS["key"]) == SEED.public


@pytest.mark.parametrize("name", ALICE)
def test_alice_facts_of_the_head(name: str) -> None:
    head = read_plan(decode(raw(name))).head
    assert canonical(head.signed_data) == FACTS["head_jcs"].encode()
    assert head.sig == FACTS["head_sig"]
    assert sign(SEED, PLAN_NAMESPACE, head.signed_data) == FACTS["head_sig"]
    assert head.key.fingerprint == FACTS["fingerprint"]


@pytest.mark.parametrize("name", ALICE)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_alice_is_verified(name: str, line_end: bytes) -> None:
    judgement = judge_bytes(raw(name).replace(b"\n", line_end), ALICE_KNOWN, NOW)
    assert (judgement.verdict, judgement.reason) == (Verdict.VERIFIED, "")
    facts = {fact["record"]["seq"]: fact for fact in FACTS["records"]}
    assert [item.record.seq for item in judgement.records] == sorted(facts, reverse=True)[: len(judgement.records)]
    for item in judgement.records:
        assert item.record.id == facts[item.record.seq]["id"]
        assert item.record.digest == facts[item.record.seq]["digest"]
        if not item.record.withheld:
            assert item.record.data == facts[item.record.seq]["record"]


def test_alice_is_the_same_in_yaml_and_in_json() -> None:
    assert read_data(decode(raw("alice.plan"))) == read_data(decode(raw("alice.json.plan")))
    first, second = (judged(name, ALICE_KNOWN) for name in ("alice.plan", "alice.json.plan"))
    assert first == second
    assert len(first.records) == 5
    assert not first.wants_older


def test_alice_window_stops_early() -> None:
    judgement = judged("alice-window.plan")
    assert [item.record.seq for item in judgement.records] == [5, 4]
    assert judgement.gap_below == 4
    assert judgement.wants_older


def test_alice_withheld_keeps_its_place() -> None:
    records = {item.record.seq: item.record for item in judged("alice-withheld.plan").records}
    assert [seq for seq, record in records.items() if record.withheld] == [2]
    assert records[2].text == ""
    assert records[4].body == {"of": records[2].id}


@pytest.mark.parametrize("name", ALICE)
@pytest.mark.parametrize("write", [write_plan, write_line])
def test_our_writer_says_the_same(name: str, write: Any) -> None:
    data = read_data(decode(raw(name)))
    assert read_data(write(data)) == data
    assert judge_bytes(write(data).encode(), ALICE_KNOWN, NOW).verdict is Verdict.VERIFIED


# kim


@pytest.mark.parametrize("case", KIM, ids=lambda case: " ".join([case["plan"], "after", *case["after"]]))
def test_kim(case: dict[str, Any]) -> None:
    known = Known(plan_from_data(read_data(decode(raw("kim-1-first.plan")))).head.address)
    for name in case["after"]:
        before = judged(name, known)
        assert before.verdict is Verdict.VERIFIED
        known = before.known
    judgement = judged(case["plan"], known)
    assert judgement.verdict == case["verdict"], judgement.reason
    assert (judgement.reason == "") == (case["verdict"] == "verified")
    if case["verdict"] != "verified":
        assert judgement.known == known
        assert judgement.records == ()


# refused


@pytest.mark.parametrize("name", REASONS)
def test_refused(name: str) -> None:
    path = f"refused/{name}.plan"
    address = ALICE_KNOWN.address
    if name == "replayed-under-another-address":
        address = read_plan(decode(raw(path))).head.address
    for pinned in (None, FACTS["fingerprint"]):
        judgement = judged(path, Known(address, pinned=pinned))
        expected = REASONS[name]
        assert judgement.verdict == expected["verdict"], judgement.reason
        assert judgement.reason.startswith(expected["reason"].partition(" (")[0])
        assert judgement.records == ()


@pytest.mark.parametrize("name", [name for name in REASONS if name in ("float", "null", "tagged", "duplicate-key")])
def test_a_refused_text_names_its_line(name: str) -> None:
    """The line is where the file differs from alice.plan."""
    good, bad = raw("alice.plan").splitlines(), raw(f"refused/{name}.plan").splitlines()
    line = next(number for number, (one, other) in enumerate(zip(good, bad, strict=False), 1) if one != other)
    line += name == "duplicate-key"  # the second of the two is at fault
    assert f"(line {line})" in judged(f"refused/{name}.plan", ALICE_KNOWN).reason
