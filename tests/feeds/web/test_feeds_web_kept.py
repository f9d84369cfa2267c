"""Pages that are kept for a moment: the same answers, made less often."""

from collections.abc import Mapping

import pytest

from feeds.web import kept
from feeds.web.answering import Answers, Response
from feeds.web.kept import KeptAnswers
from tests.feeds.web.showing import NOW, SITE, Shown, field_of, item


class Bench:
    """Kept answers, and how often one was made."""

    def __init__(self, takes: float = 0.0) -> None:
        self.now, self.takes, self.made = 0.0, takes, list[str]()
        self.source = Shown(items=[item("First.")])
        bench = self

        class Counting(Answers):
            def __call__(self, method: str, target: str, headers: Mapping[str, str]) -> Response:
                bench.made.append(target)
                bench.now += bench.takes
                return super().__call__(method, target, headers)

        self.answers = KeptAnswers(Counting(SITE, self.source, lambda: NOW), lambda: bench.now)

    def get(self, target: str, method: str = "GET", **headers: str) -> Response:
        return self.answers(method, target, {name.replace("_", "-"): headers[name] for name in headers})


def test_who_asks_often_costs_no_more_than_who_asks_once():
    bench = Bench()
    first = bench.get("/ana")
    for _ in range(50):
        assert bench.get("/ana") == bench.get("/ana", "HEAD") == first
    assert bench.made == ["/ana"]
    bench.source.items[0] = item("Second.")
    bench.now += 1.0
    assert b"Second." in bench.get("/ana").body
    assert len(bench.made) == 2


def test_what_took_long_is_kept_longer():
    bench = Bench(takes=0.5)
    bench.get("/ana")
    bench.now += 9.9
    bench.get("/ana")
    assert len(bench.made) == 1
    bench.now += 0.2
    bench.get("/ana")
    assert len(bench.made) == 2
    slow = Bench(takes=30.0)
    slow.get("/ana")
    slow.now += kept.MOST_SECONDS
    slow.get("/ana")
    assert len(slow.made) == 2


def test_conditions_are_judged_each_time():
    bench = Bench()
    tag = field_of(bench.get("/ana"), "etag")
    assert bench.get("/ana", if_none_match=tag).status == 304
    assert bench.get("/ana", if_none_match='"x"').status == 200
    assert bench.get("/ana/feed.json", if_modified_since="Sun, 22 Nov 2026 09:00:00 GMT").status == 304
    assert bench.get("/ana/feed.json").status == 200
    assert bench.made == ["/ana", "/ana/feed.json", "/ana/feed.json"]


@pytest.mark.parametrize("target", ["/nobody", "/ana/plan", "/.well-known/webfinger?resource=acct:ana@fields.example"])
def test_what_costs_little_or_is_not_there_is_not_kept(target):
    bench = Bench()
    assert bench.get(target) == bench.get(target)
    assert len(bench.made) == 2


def test_nothing_else_than_reading_is_kept():
    bench = Bench()
    assert [bench.get("/ana", "POST").status, bench.get("/ana").status] == [405, 200]
    assert bench.answers.refused(503, "Busy.").status == 503


def test_only_so_many_bytes_are_kept(monkeypatch):
    bench = Bench()
    size = len(bench.get("/ana").body)
    monkeypatch.setattr(kept, "KEPT_BYTES", size * 2 + 100)
    bench.get("/timeline")
    bench.get("/ana")  # used last
    bench.get("/")
    bench.get("/ana")
    assert bench.made.count("/ana") == 1
    bench.get("/timeline")
    assert bench.made.count("/timeline") == 2
