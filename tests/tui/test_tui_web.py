"""Feeds of the web on the screen: by their name and site or URL, never by the address that stands for them."""

import json
from dataclasses import replace

from tests.tui.test_tui_rows import AUTHOR, IDS, POST, page, text
from tests.tui.village import NOW
from thimbl.core.address import Reference
from thimbl.core.log import Verdict
from thimbl.core.schedule import HostState
from thimbl.core.web import FeedUrl
from thimbl.store.askings import Asking, HostLog
from thimbl.store.types import ThreadItem, WebFeed
from tui.log import host_row, news_row
from tui.reports import Report
from tui.rows import Manner, draw

BLOG = FeedUrl.parse("https://blog.example/feed.xml")
FEED = replace(
    AUTHOR, address=BLOG.address, nick="blog", name="Ana's blog", private=True, verdict=Verdict.UNSIGNED, key=None,
    updated=None, web=WebFeed(str(BLOG), "Atom", "https://blog.example/", "https://new.example/feed"),
)  # fmt: skip
ENTRY = replace(
    POST, address=BLOG.address, nick="blog", name="Ana's blog", verdict=Verdict.UNSIGNED, seq=None, body={},
    link="https://blog.example/1", by="Bo", re=Reference(BLOG.address, IDS[1]),
)  # fmt: skip


def test_an_entry_shows_its_site() -> None:
    row = text(draw(ENTRY, 80, 2, NOW))
    assert "blog blog.example" in row
    assert "↳ blog.example" in row
    assert "○ unsigned" in row
    assert "blog.example" in text(draw(replace(ENTRY, nick=None, name=""), 80, 2, NOW))
    told = page(ENTRY, author=FEED)
    assert "by Bo" in told
    assert "↳ answers blog.example" in told
    missing = ThreadItem(0, Reference(BLOG.address, IDS[1]), None)
    assert "blog.example" in text(draw(missing, 80, 2, NOW, manner=Manner()))
    for shown in (row, told, text(draw(missing, 80, 2, NOW))):
        assert "web.invalid" not in shown


def test_a_feed_shows_its_url_and_what_it_is() -> None:
    row = text(draw(FEED, 100, 2, NOW))
    assert "blog https://blog.example/feed.xml" in row
    assert "privately" not in row
    told = page(author=FEED)
    assert "feed      Atom, https://blog.example/feed.xml" in told
    assert "moved to  https://new.example/feed" in told
    assert "A feed of the web, which nobody signs" in told
    assert "web.invalid" not in row + told


def test_the_log_has_its_site() -> None:
    host = BLOG.address.hostport
    log = HostLog(host, 1, 1, 10, 1, {Verdict.UNSIGNED: 1}, NOW, None, "", HostState())
    assert host_row(log, NOW).cells[0].text == "blog.example (web)"
    asking = Asking(host, str(BLOG.address), Verdict.UNSIGNED, 1, "", NOW)
    row = news_row(1, asking, NOW)
    assert row.cells[1].text == "blog.example"
    assert "by way of" not in row.cells[2].text


def test_a_fetch_tells_of_it_by_its_url() -> None:
    line = {"address": str(BLOG.address), "verdict": None, "failure": "404", "new": 0, "url": str(BLOG)}
    report = Report.read(json.dumps(line).encode())
    assert report is not None
    assert (report.address, report.trouble) == (str(BLOG), "404")
