"""All that can be reached from the first page of a host, by every link: nothing is there that Finger does not tell."""

import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from feeds.web.answering import Answers
from feeds.web.asked import Site
from finger.query import Query
from tests.support.asking import LATER, NOW
from tests.support.scribe import Scribe
from tests.support.spooler import spool
from tests.support.world import World
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import REFUSED, Answerer
from thimbl.node.serving.copies import Copies
from thimbl.node.serving.websource import WebSource
from thimbl.store.reader import Reader

LISTED = {"listed": "yes"}
PRIVATE = "ivy@mill.example"


@pytest.fixture
def answerer(tmp_path: Path) -> Iterator[Answerer]:
    """A host with somebody listed, somebody not, somebody who hides, plain words; and of three elsewhere the plans, of
    whom the account of the daemon follows one in private."""
    spooled = tmp_path / "spool"
    spooled.mkdir()
    world = World(tmp_path)
    for name, host, private in (
        ("bo", "mill.example", False),
        ("cy", "mill.example", False),
        ("ivy", "mill.example", True),
    ):
        one = Scribe(f"{name}@{host}", key=name, name=name.title(), properties=LISTED if name != "cy" else {})
        one.posts(3)
        one.post(f"#leeks of {name}, to @ana@fields.example")
        world.publish(one)
        world.store.follow(one.address, f"secret-nick-of-{name}", private=private)
        world.fetch(one)
    for name in ("ana", "shy", "covert"):
        one = Scribe(f"{name}@fields.example", key=name, name=name.title(), properties=LISTED if name != "shy" else {})
        taken_back = one.post(f"taken back by {name}")
        question = one.post(f"#leeks of {name}")
        one.post(f"answer of {name}", re=f"{one.address}#{question.id}")
        one.retract(taken_back)
        spool(spooled, one)
    (spooled / "covert.plan").chmod(0o600)
    (spooled / "dan.plan").write_text("Plain words of dan.\n")
    copies = Copies(lambda: Reader.open(tmp_path / "store" / "store.sqlite3"))
    answerer = Answerer(Spool(spooled), lambda: LATER, copies=copies)
    yield answerer
    answerer.reload()
    world.store.close()


def crawled(answers: Answers, *begin: str) -> dict[str, str]:
    """Every page of this site that is linked from there, and what it says, its head too."""
    found: dict[str, str] = {}
    waiting = deque(begin)
    while waiting:
        path = waiting.popleft()
        if path in found:
            continue
        response = answers("GET", path, {})
        text = response.body.decode("utf-8", "replace") + repr(response.headers)
        assert response.status in (200, 307, 308), (path, response.status)
        found[path] = text
        linked = [unescape(link) for link in re.findall(r'href="(/[^"#]*)', text)]
        waiting.extend(link for link in linked if link not in found)
        waiting.extend(value for name, value in response.headers if name == "Location")
    return found


def test_what_is_linked_is_what_finger_tells(answerer):
    source = WebSource(answerer, clock=lambda: NOW)
    pages = crawled(Answers(Site("fields.example", "", "fields.example"), source, lambda: NOW), "/")
    paths = {path for path in pages if path.count("/") == 1}
    assert {"/", "/ana", "/timeline", "/bo@mill.example", "/cy@mill.example"} <= paths
    assert not {"/shy", "/covert", "/dan", f"/{PRIVATE}"} & paths
    for path, text in pages.items():
        for secret in ("shy", "covert", "Plain words", "secret-nick", "ivy"):
            assert secret not in text, (path, secret)
        # A plan whose owner has not withheld it yet still has the text, for Finger too.
        assert "taken back" not in text or path in ("/ana/plan", "/ana/plan.d/00000001.json")
        assert path.startswith("/cy@mill.example") or "of cy" not in text, path
    for path in ("/timeline", "/tag/leeks", "/tag/leeks/feed.atom"):
        assert "of ana" in pages[path]
        assert "of bo" in pages[path]


ASKED = (
    "ana", "shy", "covert", "dan", "eve", "timeline", "bonds", "commune", "bo@mill.example", "cy@mill.example", PRIVATE,
    "BO@mill.example", "bo@MILL.example", "bo@mill.example:79", "eve@mill.example", "ana@fields.example",
)  # fmt: skip


def test_by_name_there_is_who_is_there_for_finger(answerer):
    source = WebSource(answerer, clock=lambda: NOW)
    for who in ASKED:
        user, at, host = who.partition("@")
        told = answerer(Query(user, (host,) if at else ()))
        is_there = b"Plan:" in told and told != REFUSED
        here = who == "ana@fields.example"  # which Finger refuses to look up as if it were elsewhere
        assert (source.profile(who) is not None) == (is_there or here), who
        assert source.plan(who) == (told if is_there else None), who


def test_who_is_asked_for_by_name_is_shown_and_kept_from_search_engines(answerer):
    source = WebSource(answerer, clock=lambda: NOW)
    answers = Answers(Site("fields.example", "", "fields.example"), source, lambda: NOW)
    for who in ("shy", "cy@mill.example", "dan"):
        response = answers("GET", f"/{who}", {})
        assert response.status == 200
        assert ("X-Robots-Tag", "noindex") in response.headers
