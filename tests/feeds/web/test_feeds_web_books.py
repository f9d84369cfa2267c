"""The pages of a commune: what the ledger says, all of it linked to its derivation, and nothing that leads nowhere."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from html import unescape

import pytest

from feeds.web.answering import Answers
from feeds.web.books import PLACES
from feeds.web.tables import PER_PAGE
from feeds.web.why import PATTERNS
from tests.feeds.web.market import FARM, MEMBERS, Market, fair, founded, shown, studied
from tests.feeds.web.showing import NOW, SITE, Reading, field_of, get, profile, read
from tests.support.venture import COMMUNE, Venture
from thimbl.core.address import Address
from thimbl.core.commune.figures import overview
from thimbl.core.commune.journal_check import JournalCheck
from thimbl.core.commune.money import format_sum


@pytest.fixture(scope="module")
def market() -> Market:
    return shown(fair())


def page(market: Market, path: str) -> Reading:
    response = get(market, path)
    assert response.status == 200, path
    return read(response)


def words(reading: Reading) -> str:
    return re.sub(r"\s+", " ", reading.one("main").text)


def links(reading: Reading) -> Iterator[str]:
    for one in reading.all("a"):
        href = one.attributes.get("href") or ""
        if href.startswith("/"):
            yield href.partition("#")[0]


def test_every_page_that_is_linked_is_there(market: Market) -> None:
    """From the front page on, through every derivation."""
    seen: dict[str, str] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        response = get(market, path)
        if response.status == 307:  # a record by the beginning of its id
            response = get(market, dict(response.headers)["Location"])
        assert response.status == 200, path
        seen[path] = ""
        if dict(response.headers)["Content-Type"] != "text/html; charset=utf-8":
            continue
        body = seen[path] = response.body.decode()
        assert body.count("<h1>") == 1, path
        identifiers = re.findall(r' id="([^"]*)"', body)
        assert len(identifiers) == len(set(identifiers)), path
        linked = {unescape(link) for link in re.findall(r'<a(?: [^>]*)? href="(/[^"#]*)', body)}
        waiting += [link for link in linked if link not in seen and link not in waiting]
    of_commune = {path for path in seen if path.startswith("/commune/")}
    assert {f"/commune/{place}" for place, _ in PLACES} <= of_commune
    assert len([path for path in of_commune if "/why/" in path]) > 40


def test_the_overview_has_the_figures_of_the_ledger(market: Market) -> None:
    reading = page(market, "/commune/commune")
    [study] = market.studies
    for figure in overview(study):
        [link] = reading.all("a", href=f"/commune/why/{figure.name}")
        assert link.text == format_sum(figure.amount, study.ledger.state.currency)
    told = words(reading)
    assert "3 members, 2 co-ops" in told
    assert any(re.fullmatch(r"/commune/why/month/[0-9-]{7}/dividends", link) for link in links(reading))
    assert "misstated" in told
    assert "Nothing is missing." in told


def test_the_board_tells_of_open_offers_first(market: Market) -> None:
    reading = page(market, "/bonds")
    [offer] = reading.all("article", class_="offer")
    assert "OPEN-1" in offer.text
    assert "41 % of the face is subscribed" in offer.text
    assert "up to 5 % a year, which the bids decide" in offer.text
    assert [one.text.split()[0] for one in reading.all("th", scope="row")] == ["RUN-1", "LOST-1", "CLOSED-1"]
    assert "The Fields" in words(reading)


def test_a_series_that_runs_falls_to_zero(market: Market) -> None:
    reading = page(market, "/commune/series/RUN-1")
    solid, dashed = reading.all("polyline")
    assert (dashed.attributes["points"] or "").endswith("596,176")
    assert (solid.attributes["points"] or "").split()[-1] == (dashed.attributes["points"] or "").split()[0]
    told = words(reading)
    assert "A rent of 200.00 EUR redeems the bonds in month" in told
    assert "Interest and principal, month by month" in told
    assert "What 3 bidders bid and were allotted" in told
    assert "It may <b>rain</b>." in told
    assert "misstated" in told
    for code, what in (
        ("OLD-1", "Redeemed, its rent goes to all members."),
        ("MUCH-1", "Lapsed: the face was not reached."),
        ("LOST-1", "The asset is sold, and the last redemption waits."),
        ("CLOSED-1", "Closed: waits for the clerk."),
        ("OPEN-1", "Closes in 29 days."),
    ):
        assert what in words(page(market, f"/commune/series/{code}"))


def test_the_ledger_adds_up_to_nothing(market: Market) -> None:
    told = words(page(market, "/commune/ledger"))
    assert "all of them together: 0.00 EUR" in told
    journal = get(market, "/commune/journal")
    assert journal.body.startswith(b"; The books of commune@fields.example")
    [study] = market.studies
    lines = journal.body.decode().splitlines()
    assert study.newest is not None
    assert lines[1] == f"; As of {study.commune}#{study.newest.id}, seq: {study.newest.seq}"
    assert [fault.words for fault in JournalCheck(study).faults(lines)] == []
    cut = lines[: max(place for place, line in enumerate(lines) if not line)]
    assert any("it lacks" in fault.words for fault in JournalCheck(study).faults(cut))
    assert dict(journal.headers)["Content-Type"] == "text/plain; charset=utf-8"


def test_a_derivation_goes_down_to_the_records(market: Market) -> None:
    reading = page(market, "/commune/why/pool")
    records = [link for link in links(reading) if re.fullmatch(r"/commune/[a-z2-7]{52}", link)]
    assert records
    assert all(get(market, link).status == 200 for link in records)
    sale = page(market, "/commune/why/series/RUN-1/rate")
    assert "the face is reached there" in words(sale)
    subscribed = page(market, "/commune/why/series/OPEN-1/subscribed")
    assert any(link.startswith("/ana/") for link in links(subscribed))


def test_findings_are_told_in_words_with_both_figures(market: Market) -> None:
    reading = page(market, "/commune/findings")
    assert "Principal is not what the records come to" in words(reading)
    assert any("stated" in one.text and "computed" in one.text for one in reading.all("pre"))
    assert "notice" in words(reading)
    [study] = market.studies
    # A notice about no record of the commune names the newest as that up to which all was looked through.
    assert f"overdue-rent as of record {study.ledger.seq}Less rent came in than was agreed: RUN-1" in words(reading)
    assert re.search(r"unacknowledged in record \d+, a dividendPaid, and not yet acknowledged by ana@", words(reading))


@pytest.mark.parametrize(
    "path",
    [
        "/commune/series/NONE", "/commune/why/nothing", "/commune/why/held/RUN-1/eve@x.example", "/ana/commune",
        "/ana/ledger", "/nobody/commune", "/commune/why/record/99999999", "/commune/why/record/1",
        "/commune/ledger?page=2", "/commune/ledger?page=0", "/commune/ledger?page=x", "/bonds?page=9",
    ],
)  # fmt: skip
def test_what_is_not_there_says_what_to_do(market: Market, path: str) -> None:
    response = get(market, path)
    assert response.status == 404
    assert len(read(response).one("main").text) > 60


def test_where_records_are_missing_it_is_said_before_anybody_is_blamed() -> None:
    venture = fair()
    gone = MEMBERS[1]
    for offer in [one for one in venture.logs[gone] if one.record.kind == "subscription"][:1]:
        venture.logs[gone].remove(offer)
    without = Venture()
    without.logs = venture.logs
    for verified in venture.everything():
        without.evidence.add(verified)
    found = shown(venture)
    found.studies = [studied(without)]
    for path in ("/commune/commune", "/commune/findings"):
        told = words(page(found, path))
        assert "This host lacks records that the commune cites." in told
    assert f"Lacking are the logs of {gone}." in words(page(found, "/commune/commune"))


def test_a_large_commune_is_shown_a_page_at_a_time() -> None:
    venture = founded()
    for number in range(250):
        venture.join(f"m{number:03}@fields.example")
    found = shown(venture)
    first = get(found, "/commune/commune")
    assert len(first.body) < 40_000
    assert "All 253 members" in words(read(first))
    seen = []
    for number in (1, 2, 3):
        reading = page(found, f"/commune/register?page={number}" if number > 1 else "/commune/register")
        rows = reading.all("th", scope="row")
        assert len(rows) <= PER_PAGE
        seen += [one.text for one in rows]
    assert len(set(seen)) == 255
    assert get(found, "/commune/register?page=4").status == 404


def test_a_commune_whose_charter_is_none_and_a_host_without_communes() -> None:
    empty = Market()
    assert "follows no commune" in words(page(empty, "/bonds"))
    venture = Venture()
    venture.say(COMMUNE, "charter", name="No currency")
    found = shown(venture)
    assert get(found, "/commune/commune").status == 404
    assert "follows no commune" in words(page(found, "/bonds"))


def test_who_did_not_agree_to_be_listed_is_not_for_search_engines() -> None:
    for listed in (True, False):
        response = get(shown(fair(), listed=listed), "/commune/ledger")
        assert (("X-Robots-Tag", "noindex") in response.headers) is not listed


def test_a_strangers_words_stay_words(market: Market) -> None:
    venture = fair()
    hostile = '"><script>alert(1)</script>\u202e\x1b[2J'
    venture.floated(FARM, "EVIL-1", 100_00, 100_00, 10_00, rate_bp=1, description=hostile, risk=hostile)
    found = shown(venture)
    found.people["commune"] = profile("commune", Address.parse(COMMUNE), name=hostile, is_commune=True)
    for path in ("/bonds", "/commune/commune", "/commune/series/EVIL-1", "/commune/why/series/EVIL-1/subscribed"):
        reading = page(found, path)
        assert reading.all("script") == []
        assert "\x1b" not in reading.one("main").text


def test_the_routes_of_derivations_are_as_long_as_the_longest_name() -> None:
    assert PATTERNS[-1] == "/{name}/why/{word0}/{word1}/{word2}/{word3}/{word4}"


def test_announcements_and_findings_are_feeds_too(market: Market) -> None:
    """What the commune announced without its posts; and of the findings, not the notices."""
    told = json.loads(get(market, "/commune/commune/feed.json").body)
    assert told["title"].startswith("Announcements of The Fields")
    assert told["items"]
    found = json.loads(get(market, "/commune/findings/feed.json").body)
    [study] = market.studies
    assert [one["title"].partition(":")[0] for one in found["items"]] == [one.code for one in study.findings[::-1]]
    assert found["items"][0]["url"].startswith("https://www.fields.example/commune/")
    for path in ("/commune/commune", "/commune/findings"):
        offered = [one.attributes["href"] for one in page(market, path).all("link", rel="alternate")]
        assert f"{path}/feed.json" in offered
    assert get(market, "/ana/findings/feed.json").status == 404


@pytest.mark.parametrize("path", ["/timeline/feed.json", "/tag/leeks/feed.json", "/commune/findings/feed.json"])
def test_feeds_of_many_are_as_old_as_what_they_were_made_of(market: Market, path: str) -> None:
    """Not as their newest entry: what is old can have come in just now (RFC 9110 8.8.2, 13.1.3)."""
    assert all(name != "Last-Modified" for name, _ in get(market, path).headers)
    earlier, later = (replace(market, changed=NOW - before) for before in (60, 59))
    since = field_of(get(earlier, path), "last-modified")
    assert parsedate_to_datetime(since).timestamp() == NOW - 60
    assert get(earlier, path, if_modified_since=since).status == 304
    assert get(later, path, if_modified_since=since).status == 200


def test_a_long_journal_comes_in_parts_that_are_the_whole(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = get(market, "/commune/journal").body.decode()
    monkeypatch.setattr("feeds.web.sums.MAX_PART", 2000)
    refused = get(market, "/commune/journal")
    assert refused.status == 404
    told = re.search(
        rb"; This journal has (\d+) parts, .*\n; for part in \$\(seq (\d+)\); do curl -sf '([^']*)'", refused.body
    )
    assert told is not None
    assert told[3].decode() == f"{SITE.base}/commune/journal?page="
    assert told[1] == told[2]
    parts = [get(market, f"/commune/journal?page={number}").body.decode() for number in range(1, int(told[1]) + 1)]
    assert len(parts) > 3
    assert all(len(part) < 2200 for part in parts)
    assert all(f"; Part {number} of {len(parts)}:" in part for number, part in enumerate(parts, start=1))
    entries = [part.split("\n\n", 1)[1].rstrip("\n") for part in parts]
    assert ["; As of " in part for part in parts] == [False] * (len(parts) - 1) + [True]
    [study] = market.studies
    assert [fault.words for fault in JournalCheck(study).faults("".join(parts).splitlines())] == []
    assert "\n\n".join(entries) == whole.split("\n\n", 1)[1].rstrip("\n")
    offered = [link for link in links(page(market, "/commune/ledger")) if "/journal" in link]
    assert offered == [f"/commune/journal?page={number}" for number in range(1, len(parts) + 1)]
    for number in ("0", "x", str(len(parts) + 1)):
        answer = get(market, f"/commune/journal?page={number}")
        assert (answer.status, answer.body[:26]) == (404, b"; This journal has %d parts" % len(parts))


def test_sums_are_kept_while_a_ledger_is_the_same(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(SITE, market, lambda: NOW)
    assert answers("GET", "/commune/ledger", {}).status == 200
    [study] = market.studies
    kept = answers.sums.of(study)
    assert "accounts" in vars(kept)
    assert answers.sums.of(study) is kept
    newer = replace(study)
    assert answers.sums.of(newer).study is newer
    assert answers.sums.of(study) is not kept
    monkeypatch.setattr("feeds.web.sums.MOST_KEPT", 1)
    other = replace(study, commune=Address.parse("guild@mill.example"))
    kept = answers.sums.of(study)
    answers.sums.of(other)
    assert answers.sums.of(study) is not kept


def test_one_transaction_that_is_longer_than_any_answer(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.web.sums.MAX_PART", 100)
    monkeypatch.setattr("feeds.web.ledger.MAX_ANSWER", 300)
    answers = [get(market, f"/commune/journal?page={number}") for number in (1, 2, 3)]
    assert any(answer.status == 404 and b"thimbl journal" in answer.body for answer in answers)


def test_a_record_of_a_commune_leads_back_to_its_derivation(market: Market) -> None:
    [study] = market.studies
    [wrong] = [one for one in study.folded if one.findings]
    reading = page(market, f"/commune/{wrong.verified.record.id}")
    assert "This record is found fault with (misstated)." in words(reading)
    assert f"/commune/why/record/{wrong.verified.record.seq}" in list(links(reading))
    charter = study.folded[0].verified.record.id
    assert not any("/why/" in link for link in links(page(market, f"/commune/{charter}")))
