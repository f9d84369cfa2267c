"""Our feeds as readers take them: feedparser, newsboat and twtxt, without a complaint."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import feedparser
import pytest

from feeds.about import About, What
from feeds.carried import Carried
from feeds.serving import serve_feed
from tests.feeds.making import ABOUT, ANA, ID, MARK, OFFER, OTHER, Known, announcement, item, reference
from thimbl.core.times import format_time, parse_time
from thimbl.core.twt import twt_hash
from thimbl.store.types import Item

NOW = parse_time("2020-11-22T08:00:00Z")  # in the past by any clock: twtxt takes nothing from the future
TEXT = "Frost & <b>hail</b>, a < b.\n\n- one\n- two https://fields.example/?a=1&b=2 #leeks"
POST = item(TEXT, time=NOW - 3600, body={"license": "PPL"}, re=reference(MARK))
OTHER_POST = item("Bye, @bo@x.example.", id=OTHER, time=NOW - 60, address=MARK, name="Mark")
SIGNED = replace(ABOUT, plan=Carried("thimbl: 2\nbio: |\n  <item>\n\n  # url = x\n  2020-01-01\tno twt\n", NOW - 9_000))


class Host:
    """A web server on this machine with one feed, which remembers what it was asked and what it answered."""

    def __init__(self) -> None:
        self.form, self.items, self.about = "atom", [POST], SIGNED
        self.answers: list[int] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served = serve_feed(host.form, host.items, NOW, host.about, dict(self.headers))
                host.answers.append(served.status)
                self.send_response(served.status)
                for name, value in (*served.headers, ("Content-Length", str(len(served.body)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(served.body)

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        """Of the feed."""
        return f"http://127.0.0.1:{self._server.server_port}/feed"

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def host() -> Iterator[Host]:
    """A server that ends with the test."""
    made = Host()
    yield made
    made.close()


def parsed(form: str, items: list[Item], about: About = ABOUT) -> Any:
    """What feedparser makes of a feed that comes by the media type of its format."""
    served = serve_feed(form, items, NOW, about, {})
    found = feedparser.parse(served.body, response_headers={name.lower(): value for name, value in served.headers})
    assert not found.bozo, found.get("bozo_exception")
    return found


@pytest.mark.parametrize(("form", "version"), [("atom", "atom10"), ("rss", "rss20")])
def test_feedparser(form: str, version: str) -> None:
    """All that it knows of a feed and its entries."""
    about = replace(SIGNED, url="https://fields.example/ana", around=Known(retractions={"c" * 52: NOW - 9}))
    found = parsed(form, [OTHER_POST, item("", id="c" * 52, retracted=True), POST], about)
    assert (found.version, found.feed.title) == (version, "Ana (ana@fields.example)")
    first, second = found.entries
    assert [first.id, second.id] == [f"finger://mill.example:7979/mark#{OTHER}", f"finger://fields.example/ana#{ID}"]
    assert [first.author, second.author] == ["Mark (mark@mill.example:7979)", "Ana (ana@fields.example)"]
    assert second.title == "Frost & <b>hail</b>, a < b."
    assert [tag.term for tag in second.tags] == ["verdict:verified", "leeks"]
    assert (tuple(second.published_parsed)[:6], tuple(first.published_parsed)[:6]) == (
        (2020, 11, 22, 7, 0, 0),
        (2020, 11, 22, 7, 59, 0),
    )
    assert second.rights == "PPL"
    assert found.feed.thimbl_plan.startswith("thimbl: 2\nbio: |\n  <item>")
    shown = second.content[0].value if form == "atom" else second.summary
    assert shown.startswith("Frost &amp; &lt;b&gt;hail&lt;/b&gt;, a &lt; b.<br")
    assert 'href="https://fields.example/?a=1&amp;b=2"' in shown


@pytest.mark.parametrize("form", ["atom", "rss"])
@pytest.mark.parametrize("about", [ABOUT, About(ANA, "", What.TIMELINE, "größe"), About(ANA, "x", What.ANNOUNCEMENTS)])
def test_feedparser_does_not_complain(form: str, about: About) -> None:
    """Of nothing, of an offer, of what somebody wrote to break it."""
    hostile = "\x00<a href=' \">]]>&e;<script>\r\n\u202e\ud800<!--"
    assert parsed(form, [], about).entries == []
    found = parsed(form, [announcement("bond-offer", OFFER), item(hostile, name=hostile, subject=hostile)], about)
    assert len(found.entries) == 2
    if not about.is_of_one:
        sources = {entry.source.get("href", entry.source.get("link")) for entry in found.entries}
        assert sources == {"finger://fields.example/ana"}


class Newsboat:
    """Debian's newsboat, with folders of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        (folder / "urls").write_text(f"{url}\n")
        (folder / "config").write_text("")

    def reload(self) -> str:
        """Fetch, as in cron; what it says is unread."""
        program = shutil.which("newsboat")
        assert program, "newsboat is missing: apt-get install newsboat"
        files = (("-C", "config"), ("-u", "urls"), ("-c", "cache.db"))
        paths = [f"{option}{self.folder / name}" for option, name in files]
        log = self.folder / "log"
        result = subprocess.run(
            [program, *paths, f"-d{log}", "-l3", "-x", "reload", "print-unread"],
            env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (result.returncode, result.stderr) == (0, "")
        # Levels 1 to 3 are errors.
        assert not log.exists() or log.read_text() == ""
        return result.stdout.strip()

    def rows(self, columns: str) -> list[tuple[Any, ...]]:
        """What it has kept of the entries."""
        with sqlite3.connect(self.folder / "cache.db") as connection:
            found = connection.execute(f"SELECT {columns} FROM rss_item WHERE NOT deleted ORDER BY id").fetchall()
        connection.close()
        return found


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_newsboat(form: str, host: Host, tmp_path: Path) -> None:
    """It asks again by what we gave it, takes an edit for the same entry, and shows every line of a text."""
    host.form = form
    newsboat = Newsboat(tmp_path, host.url)
    assert newsboat.reload() == "1 unread articles"
    [row] = newsboat.rows("guid, title, url, pubDate")
    id_ = f"finger://fields.example/ana#{ID}"
    assert row == (id_, "Frost & <b>hail</b>, a < b.", id_, NOW - 3600)
    [(text,)] = newsboat.rows("content")
    assert text.startswith("Frost &amp; &lt;b&gt;hail&lt;/b&gt;, a &lt; b.<br>\n<br>\n- one<br>\n- two <a href=")
    # What it keeps of an answer it keeps from the second one on: of the first it has no row yet.
    newsboat.reload()
    newsboat.reload()
    host.items = [OTHER_POST, item("Sun.", time=POST.time, edited=NOW - 30)]
    assert newsboat.reload() == "2 unread articles"
    assert sorted(newsboat.rows("guid, content")) == [
        (id_, "Sun."), (f"finger://mill.example:7979/mark#{OTHER}", "Bye, @bo@x.example."),
    ]  # fmt: skip
    assert host.answers == [200, 200, 304, 200]


def test_twtxt(host: Host, tmp_path: Path) -> None:
    """The program of 2016 itself: every line but comments is a tweet of its time. Of a text with several lines it shows
    the first, since it takes U+2028 for the end of a line in the file."""
    host.form, host.items = "twtxt", [OTHER_POST, item("", id="c" * 52, time=NOW - 99), POST]
    (tmp_path / "own.txt").write_text("")
    (tmp_path / "config").write_text(
        f"[twtxt]\nnick = reader\ntwtfile = {tmp_path / 'own.txt'}\nuse_pager = False\nuse_cache = False\n"
        f"porcelain = True\n[following]\nana = {host.url}\n"
    )
    result = subprocess.run(
        [sys.executable, "-m", "twtxt", "-c", str(tmp_path / "config"), "-v", "timeline"],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    times = ("2020-11-22T07:59:00+00:00", "2020-11-22T07:58:21+00:00", "2020-11-22T07:00:00+00:00")
    hash_ = twt_hash("finger://mill.example:7979/mark", format_time(OTHER_POST.time), "Bye, @<bo finger://x.example/bo>.")
    said = ("Bye, @<bo finger://x.example/bo>.", "(no text)", f"(#{hash_}) Frost & <b>hail</b>, a < b.")
    assert [line.split("\t") for line in result.stdout.splitlines() if line] == [
        ["ana", host.url, time, text] for time, text in zip(times, said, strict=True)
    ]
    # All that its log tells of: what has no time before a tab. Those are the comments, and the rest of the text of four
    # lines.
    comments = sum(line.startswith(b"#") for line in serve_feed("twtxt", host.items, NOW, SIGNED, {}).body.splitlines())
    assert result.stderr.count(" - ") == comments + 3


def test_json_feed_is_json() -> None:
    """As programs read it that know JSON alone."""
    body = serve_feed("json", [POST], NOW, ABOUT, {}).body
    assert json.loads(body)["items"][0]["content_text"] == TEXT
