"""Findings about a commune as entries: of the commune of the vectors that does everything wrong, and of a fork."""

import re
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from feeds.about import About, What
from feeds.atom import atom
from feeds.entries import Entry
from feeds.findings import findings_of
from feeds.twtxt import twtxt
from tests.feeds.making import ATOM, NOW, THR
from tests.support.venture import COMMUNE, Venture
from thimbl.core.address import Address, Reference
from thimbl.core.commune.gather import Gathering
from thimbl.core.commune.state import Finding
from thimbl.core.commune.study import Study, study
from thimbl.core.log import Verdict
from thimbl.home.folders import gather

CROOKED = Address.parse("commune@crooked.example")
ABOUT = About(CROOKED, "The Crooked Commune", What.FINDINGS)
PLANS = Path(__file__).parents[1] / "vectors" / "crooked"


@pytest.fixture(scope="module")
def gathering() -> Gathering:
    """The plans of the vectors, read once."""
    return gather(PLANS)


@pytest.fixture(scope="module")
def crooked(gathering: Gathering) -> Study:
    """What they come to."""
    return study(gathering, CROOKED)


def of_code(entries: list[Entry], code: str, detail: str = "") -> Entry:
    """The newest entry of a code."""
    return next(one for one in entries if f"/{code}/{detail}" in one.id)


def test_all_findings_newest_first(crooked: Study) -> None:
    """Each with an id of its own, in ASCII; notices are none."""
    entries = findings_of(crooked, ABOUT, Verdict.VERIFIED)
    by_seq = crooked.by_seq()
    wanted = {(by_seq[one.seq].verified.record.id, one.code, one.detail) for one in crooked.findings}
    assert len({entry.id for entry in entries}) == len(entries) == len(wanted)
    assert all(re.fullmatch(r"finger://crooked\.example/commune#finding/[!-~]+", entry.id) for entry in entries)
    assert [entry.published for entry in entries] == sorted((entry.published for entry in entries), reverse=True)
    assert {entry.categories for entry in entries} == {
        ("verdict:verified", f"finding:{one.code}") for one in crooked.findings
    }


def test_an_entry(crooked: Study) -> None:
    """What is wrong, the two figures, the record at fault, who signed it, and the record that it names."""
    entries = findings_of(crooked, ABOUT)
    record = crooked.by_seq()[15].verified
    found = of_code(entries, "omitted-subscription")
    named = "gil@crooked.example#6io4szwkgqhviap3c3734sopdz4udjksngrbnttarsi4thlgx7cq"
    assert found.title == (
        "omitted-subscription: the clerk had read gil@crooked.example#6io4szwk, which counts, and left it out"
    )
    assert found.text == (
        "the clerk had read gil@crooked.example#6io4szwk, which counts, and left it out\n\n"
        "Record 15: The Crooked Commune clears OVEN at 11 %.\n"
        f"  commune@crooked.example#{record.record.id}\n"
        f"  signed by {record.key}\n"
        "It names: gil@crooked.example subscribes 400.000 KWD of OVEN.\n"
        f"  {named}"
    )
    assert (found.published, found.updated) == (record.record.time, record.record.time)
    assert found.in_reply_to == Reference(CROOKED, record.record.id)
    assert found.related == (Reference.parse(named),)
    assert found.author.name == "worked out from the records of commune@crooked.example"
    assert found.id.endswith(f"#finding/{record.record.id}/omitted-subscription/{quote(named, safe='')}")
    misstated = of_code(entries, "misstated", "pool")
    assert "stated   100.000 KWD\ncomputed 431.600 KWD" in misstated.text
    missing = of_code(entries, "missing-evidence")
    assert f"It names one that is not here:\n  ghost@crooked.example#{'a' * 52}" in missing.text
    within = of_code(entries, "wrong-evidence", "c" * 52)
    assert within.related == (Reference(CROOKED, "c" * 52),)


def test_in_formats(crooked: Study) -> None:
    """As an answer to the record at fault, with links to what it names; of twtxt a line each."""
    entries = findings_of(crooked, ABOUT)
    found = of_code(entries, "omitted-subscription")
    root = ElementTree.fromstring(atom(entries, NOW, ABOUT))
    assert root.findtext(f"{ATOM}id") == "finger://crooked.example/commune#findings"
    assert root.findtext(f"{ATOM}title") == "Findings at The Crooked Commune (commune@crooked.example)"
    [entry] = [one for one in root.findall(f"{ATOM}entry") if one.findtext(f"{ATOM}id") == found.id]
    answered = entry.find(f"{THR}in-reply-to")
    assert answered is not None
    assert str(answered.get("ref")).startswith("finger://crooked.example/commune#")
    links = [link.get("href") for link in entry.findall(f"{ATOM}link") if link.get("rel") == "related"]
    assert links == ["finger://crooked.example/gil#6io4szwkgqhviap3c3734sopdz4udjksngrbnttarsi4thlgx7cq"]
    lines = [line for line in twtxt(entries, NOW, ABOUT).decode().split("\n") if line and not line.startswith("#")]
    assert len(lines) == len(entries)


def test_a_fork() -> None:
    """The second record of a number: the log ended before both, so there is nothing of it but its id."""
    venture = Venture()
    venture.charter()
    venture.ledger.fork(2, "f" * 52)
    found = Study(Address.parse(COMMUNE), venture.ledger, (), ())
    [entry] = findings_of(found, About(found.commune, "", What.FINDINGS))
    assert entry.id == f"finger://fields.example/commune#finding/2/forked/{'f' * 52}"
    assert entry.in_reply_to == Reference(found.commune, "f" * 52)
    assert entry.text.endswith(f"\n\nRecord 2.\n  commune@fields.example#{'f' * 52}")
    assert entry.published == venture.ledger.time


def test_the_same_twice_is_one() -> None:
    """What a clerk cites twice is twice the same finding. Whatever stands in a detail can stand in an id."""
    venture = Venture()
    venture.state("admission", who="x@y.example")
    venture.ledger.state.findings += [Finding(1, "reused", "<ä"), Finding(1, "reused", "<ä")]
    folded = tuple(map(Venture().ledger.fold, venture.logs[COMMUNE]))
    found = Study(Address.parse(COMMUNE), venture.ledger, folded, ())
    entries = findings_of(found, About(found.commune, "", What.FINDINGS))
    assert [entry.id.rpartition("#")[2].split("/", 2)[2] for entry in entries] == ["malformed/as", "reused/%3C%C3%A4"]
    assert all("says something of the kind admission, which is not sound." in entry.text for entry in entries)
