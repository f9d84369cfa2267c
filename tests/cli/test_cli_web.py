"""Feeds of the web by their commands: followed by a URL or a list, and read as anybody's posts."""

import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.reading_room import ANA, LOWER, MARK, World, objects
from thimbl.cli import network
from thimbl.core.log import Verdict
from thimbl.core.web import FeedUrl, entry_id
from thimbl.core.webfeed import Entry, Feed, Kind, NotAFeed
from thimbl.home import following
from thimbl.home.following import Followed
from thimbl.node.polling.outcome import Outcome
from thimbl.node.web import visit
from thimbl.node.web.getting import Answer, WebFault
from thimbl.node.web.visit import Looked, Seen

BLOG = FeedUrl.parse("https://blog.example/feed.xml")
NEW = FeedUrl.parse("https://new.example/feed.xml")


def entry(text: str, time: int, **more: Any) -> Entry:
    return Entry(entry_id(f"urn:{text}", BLOG), text, time, **more)


class Web:
    """What is on the web: a feed, or why it can not be had."""

    def __init__(self) -> None:
        self.feed = Feed(Kind.ATOM, "Ana's \x1b[31mblog", (), home="https://blog.example/")
        self.fault: Exception | None = None
        self.moved: FeedUrl | None = None
        self.clock = None

    async def look(self, url: FeedUrl) -> Seen:
        if self.fault is not None:
            raise self.fault
        return Seen(self.feed, Looked(self.moved or url, Answer(200, b"the feed"), self.moved))


@pytest.fixture
def web(world: World, monkeypatch: pytest.MonkeyPatch) -> Web:
    """The web in place of the one out there."""
    there = Web()

    def with_client(_context: object, work: Callable[[Web], Coroutine[Any, Any, None]]) -> None:
        with pytest.raises(StopIteration):
            work(there).send(None)

    monkeypatch.setattr(network, "with_client", with_client)
    monkeypatch.setattr(visit, "WebFeeds", lambda *given: there)
    there.feed = Feed(
        Kind.ATOM, "Ana's \x1b[31mblog",
        (entry("On the leeks. #leeks", world.time, title="Frost", link="https://blog.example/1", author="Bo"),),
        home="https://blog.example/",
    )  # fmt: skip
    return there


def told(world: World, *arguments: str) -> list[str]:
    done = world.run(*arguments)
    assert done.exit_code == 0, done.stderr
    return done.stderr.splitlines()


def refused(world: World, *arguments: str) -> str:
    done = world.run(*arguments)
    assert done.exit_code != 0
    assert "Traceback" not in done.stderr
    return done.stderr


class TestFollowing:
    def test_who_looks_follows_nothing(self, world: World, web: Web) -> None:
        """And is told of the plan that stands in it, and where the feed is by now."""
        before = following.load(world.paths)
        web.feed = replace(web.feed, signed=str(MARK))
        web.moved = NEW
        found = json.loads(world.run("follow", str(BLOG), "--look", "--json").stdout)
        assert (found["url"], found["moved_url"], found["plan"]) == (str(NEW), str(NEW), str(MARK))
        assert (found["nick"], found["followed"]) == ("new.example", False)
        assert (found["format"], found["entries"]) == ("Atom", 1)
        assert following.load(world.paths) == before
        web.fault = WebFault("it is away", away=True)
        assert "--anyway" not in refused(world, "follow", str(BLOG), "--look")

    def test_a_feed_is_followed_and_read(self, world: World, web: Web) -> None:
        before = world.paths.plan.read_bytes()
        assert told(world, "follow", "HTTPS://blog.example/feed.xml#top") == [
            "https://blog.example/feed.xml (Ana's ^[[31mblog): Atom, 1 entry: nobody has signed them.",
            "You follow it as blog.example.",
            "1 new.",
        ]
        assert following.load(world.paths)[-1] == Followed.of_feed("blog.example", BLOG)
        assert world.paths.plan.read_bytes() == before
        [heading, _, folded] = world.lines("timeline")
        assert heading.startswith("blog.example (Ana's ^[[31mblog)  by Bo  ○ unsigned")
        assert folded == "    Frost [folded: 20 characters]"
        assert "    On the leeks. #leeks" in world.lines("search", "#leeks", "--unfold")
        [one] = objects(world, "timeline")
        assert (one["link"], one["by"], one["verdict"]) == ("https://blog.example/1", "Bo", "unsigned")
        page = world.lines("show", one["id"][:8])
        assert any(line.split() == ["page", "https://blog.example/1"] for line in page)
        assert any("https://blog.example/feed.xml (Atom)" in line for line in page)
        assert any(line.endswith("none: nobody signs this feed") for line in page)
        assert "no record" in refused(world, "show", one["id"][:8], "--raw")

    def test_how_it_stands(self, world: World, web: Web) -> None:
        told(world, "follow", str(BLOG), "--nick", "blog")
        row = next(line for line in world.lines("following") if line.startswith("blog"))
        assert row.split()[:4] == ["blog", str(BLOG), "○", "unsigned"]
        found = objects(world, "following")[0]
        assert (found["url"], found["format"], found["private"]) == (str(BLOG), "Atom", True)
        assert any(line.startswith("blog.example (web)") for line in world.lines("log"))
        assert world.lines("timeline", "--author", str(BLOG)) == world.lines("timeline", "--author", "blog")
        assert told(world, "mute", str(BLOG)) == ["Muted: author blog.example"]
        assert world.run("timeline").stdout == ""
        assert told(world, "unmute", "blog") == ["Muted no longer: author blog.example"]
        assert told(world, "unfollow", str(BLOG)) == [f"You follow {BLOG} no longer."]
        assert "do not follow blog.example" in refused(world, "unfollow", str(BLOG))

    def test_again_it_keeps_its_name_and_its_posts(self, world: World, web: Web) -> None:
        told(world, "follow", str(BLOG), "--nick", "blog")
        assert told(world, "follow", str(BLOG))[1:] == ["You follow it as blog.", "0 new."]
        assert told(world, "follow", str(BLOG), "--nick", "leeks")[1] == "You follow it as leeks."

    def test_a_name_is_its_authors_or_its_sites_or_the_next(self, world: World, web: Web) -> None:
        told(world, "follow", "https://www.blog.example/1")
        assert told(world, "follow", "https://blog.example/2")[1] == "You follow it as ana-s-31mblog."
        web.feed = Feed(Kind.RSS, "Ana's \x1b[31mblog", ())
        assert told(world, "follow", "https://blog.example/leeks.rss")[1] == "You follow it as blog.example-leeks."
        web.feed = Feed(Kind.TWTXT, "cathy", (), nick="cathy")
        assert told(world, "follow", "https://cathy.example/twtxt.txt")[1] == "You follow it as cathy."

    def test_where_a_feed_has_a_signed_plan_it_says_how_to_follow_that(self, world: World, web: Web) -> None:
        """And does not follow it by itself; to whoever does already it says nothing."""
        following.save(world.paths, [Followed("mark", MARK)])
        web.feed = replace(web.feed, signed="bo@far.example")
        assert told(world, "follow", str(BLOG))[2] == (
            "A signed plan is in it: 'thimbl follow bo@far.example' follows that itself."
        )
        assert [one.place for one in following.load(world.paths)] == [str(MARK), str(BLOG)]
        told(world, "follow", str(BLOG), "--nick", "bo")
        assert "'thimbl follow bo@far.example --nick bo-2'" in told(world, "follow", str(BLOG))[2]
        for signed in (MARK, ANA):
            web.feed = replace(web.feed, signed=str(signed))
            assert len(told(world, "follow", str(BLOG))) == 3

    def test_what_has_moved_is_followed_where_it_went(self, world: World, web: Web) -> None:
        web.moved = NEW
        line = f"{BLOG} has moved for good to {NEW}, which is followed in its place."
        assert told(world, "follow", str(BLOG))[0] == line
        assert following.load(world.paths)[-1].url == NEW
        assert world.lines("timeline")[0].startswith("new.example")

    def test_and_what_was_followed_before_it_went_stays(self, world: World, web: Web) -> None:
        told(world, "follow", str(BLOG))
        web.moved = NEW
        assert told(world, "follow", str(BLOG))[-1] == (
            f"{BLOG} has moved for good: 'thimbl follow {NEW}', and unfollow the old one."
        )
        assert f"    moved for good to {NEW}" in world.lines("following")

    @pytest.mark.parametrize(
        "fault",
        [
            WebFault("it is large"),
            NotAFeed("a page, \x1b"),
            WebFault("no", away=True),
            WebFault("no", away=True, barred=True),
        ],
    )
    def test_what_can_not_be_had(self, world: World, web: Web, fault: Exception) -> None:
        """To insist helps where nobody answered, and is not advised otherwise."""
        web.fault = fault
        why = refused(world, "follow", str(BLOG))
        helps = isinstance(fault, WebFault) and fault.away and not fault.barred
        assert why.endswith("--anyway.\n") == helps
        assert why.startswith(f"thimbl: {BLOG}: ")
        assert why.count("\n") == 1
        assert "\x1b" not in why
        assert all(one.url is None for one in following.load(world.paths))
        assert told(world, "follow", str(BLOG), "--anyway")[-1].endswith("Followed all the same.")
        assert following.load(world.paths)[-1].url == BLOG

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            (["https://blog.example:0/"], "0 is no port"),
            (["ftp://blog.example/"], "no '@'"),
            ([str(BLOG), "--public"], "A feed has no key"),
            ([str(BLOG), "--fingerprint", "SHA256:O1iTiXz9h6XlkPTwLH/iq+W4TfGs0rEXDgZIQOjaV18"], "A feed has no key"),
            ([str(BLOG.address)], "stands for a feed of blog.example"),
            ([], "Say whom to follow"),
            (["--opml", "-", str(BLOG)], "goes with nothing else"),
        ],
    )
    def test_what_is_typed_wrongly(self, world: World, web: Web, arguments: list[str], why: str) -> None:
        assert why in refused(world, "follow", *arguments)

    def test_without_the_extra_it_says_what_to_install(
        self, world: World, web: Web, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(visit, "_NEEDED", ("no_such_module",))
        assert "pip install 'thimbl-node[web]'" in refused(world, "follow", str(BLOG))


class TestLists:
    def test_out_and_in_again(self, world: World, web: Web, tmp_path: Path) -> None:
        following.save(world.paths, [Followed("mark", MARK, private=True), Followed("coop", LOWER, private=True)])
        told(world, "follow", str(BLOG), "--nick", "blog & co")
        before = following.load(world.paths)
        done = world.run("following", "--opml")
        assert 'title="Ana\'s  [31mblog"' in done.stdout
        assert done.stderr == "2 of these you follow in private: keep the list to yourself.\n"
        file = tmp_path / "feeds.opml"
        file.write_text(done.stdout)
        following.save(world.paths, [])
        lines = told(world, "follow", "--opml", str(file))
        assert lines[-1] == "3 added. To ask for what they wrote: thimbl fetch"
        assert following.load(world.paths) == before
        assert told(world, "follow", "--opml", str(file)) == ["0 added, 3 followed already."]
        assert "neither" in refused(world, "following", "--opml", "--json")

    def test_a_list_that_is_none(self, world: World, tmp_path: Path) -> None:
        file = tmp_path / "x"
        file.write_bytes(b"no list")
        assert "no OPML" in refused(world, "follow", "--opml", str(file))


@pytest.mark.parametrize("place", ["blog.example", "ftp://blog.example/feed"])
def test_what_is_neither_an_address_nor_a_url(world: World, place: str) -> None:
    """It says how either is written."""
    told = world.run("follow", place)
    assert told.exit_code == 2
    assert "such as ana@fields.example. The URL of a feed begins with https://." in told.stderr


def test_one_entry_in_two_feeds_is_named_by_whose_it_is(world: World, web: Web) -> None:
    """More of its id would not tell them apart."""
    for url, nick in ((BLOG, "blog"), (NEW, "new")):
        world.run("follow", str(url), "--nick", nick)
    id_ = web.feed.entries[0].id
    several = world.run("show", id_[:8])
    assert f"'{id_[:8]}' is here 2 times. Say whose:" in several.stderr
    assert f"  blog#{id_[:8]}  " in several.stderr
    for whose in ("blog", str(BLOG), str(BLOG.address)):
        assert objects(world, "show", f"{whose}#{id_[:8]}")[0]["nick"] == "blog"


def test_what_comes_of_asking_is_told_by_its_url() -> None:
    from thimbl.cli.network import moved_line, outcome_data, troubles

    failed = Outcome(BLOG.address, reason="the host answered 404", url=str(BLOG))
    assert list(troubles(failed)) == [f"{BLOG}: the host answered 404."]
    moved = Outcome(BLOG.address, Verdict.UNSIGNED, url=str(BLOG), moved_url=str(NEW))
    assert list(troubles(moved)) == []
    assert moved_line(moved, follows=False).startswith(f"{BLOG} has moved for good")
    assert (outcome_data(moved)["url"], outcome_data(moved)["moved_url"]) == (str(BLOG), str(NEW))


def test_a_poller_tells_of_it_by_its_url_and_site(capsys: pytest.CaptureFixture[str]) -> None:
    from thimbl.cli.context import Context
    from thimbl.cli.watching import WatchTeller

    teller = WatchTeller(Context(environ={}, clock=lambda: 0, terminal=False), as_json=False)
    away = Outcome(BLOG.address, reason="nothing listens there", url=str(BLOG), unreachable=True)
    well = Outcome(BLOG.address, Verdict.UNSIGNED, new=2, url=str(BLOG), moved_url=str(NEW))
    for outcome in (away, away, well, well):
        teller.told(outcome, False)
    assert capsys.readouterr().err.splitlines() == [
        f"{BLOG}: nothing listens there.",
        "blog.example answers again.",
        f"{BLOG}: 2 new.",
        f"{BLOG} has moved for good: 'thimbl follow {NEW}', and unfollow the old one.",
        f"{BLOG}: 2 new.",
    ]
