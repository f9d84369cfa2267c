"""Feeds asked for over HTTP: what a host is told, what is taken, and what is one clear line."""

import gzip
from zlib import crc32

import pytest

from finger.testing import NeverConnects, Refusing, Resetting, Silent, Slow, Unresolvable
from tests.node.webworld import WebWorld
from tests.support.website import Page, Trusted, atom, certificate
from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.core.times import format_time
from thimbl.node.polling.book import keep_schedule
from thimbl.node.web import getting, visit
from thimbl.store import askings, scheduling

FIRST = atom(("urn:1", "2026-11-01T00:00:00Z", "One."))
SECOND = atom(("urn:2", "2026-11-02T00:00:00Z", "Two."), ("urn:1", "2026-11-01T00:00:00Z", "One, edited."))


MAX = 1 << 20
"""Bytes that are taken here, so that too many are soon sent."""


@pytest.fixture
def world(tmp_path, monkeypatch):
    """The reader has heard of nobody yet."""
    monkeypatch.setattr(getting, "MAX_BYTES", MAX)
    world = WebWorld(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def blog(world):
    """A feed that is followed; its site is not up yet."""
    return world.follow("http://blog.example/feed")


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    """A world for many small things that go wrong, each with a feed of its own."""
    world = WebWorld(tmp_path_factory.mktemp("lasting"))
    yield world
    world.store.close()


@pytest.fixture
def some(lasting, monkeypatch, request):
    """A feed there that is followed, at a site of its own, and that site's name."""
    monkeypatch.setattr(getting, "MAX_BYTES", MAX)
    host = f"{crc32(request.node.name.encode())}.example"
    return lasting.follow(f"http://{host}/feed"), host


class TestTaking:
    def test_what_is_there_is_taken_and_then_what_is_new(self, world, blog):
        site = world.site(feed=FIRST)
        outcome = world.ask(blog)
        assert (outcome.verdict, outcome.new, outcome.unchanged, outcome.is_good) == (Verdict.UNSIGNED, 1, False, True)
        assert (outcome.name, outcome.least) == ("http://blog.example/feed", visit.LEAST)
        site.pages["/feed"] = SECOND
        assert world.ask(blog).new == 1
        assert world.texts(blog) == ["One, edited.", "Two."]

    def test_what_a_host_is_told_of_who_asks(self, world, blog):
        site = world.site(feed=FIRST)
        world.ask(blog)
        assert set(site.requests[0].headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert site.requests[0].headers["host"] == "blog.example"
        assert site.requests[0].headers["user-agent"].startswith("thimbl/")

    def test_a_host_is_told_what_it_gave_and_nobody_else_is(self, world, blog):
        headers = {"ETag": '"one"', "Last-Modified": "Sun, 01 Nov 2026 00:00:00 GMT"}
        site = world.site(feed=Page(FIRST, headers=headers))
        world.ask(blog)
        outcome = world.ask(blog)
        assert (outcome.verdict, outcome.unchanged, outcome.new) == (Verdict.UNSIGNED, True, 0)
        asked = site.requests[1].headers
        assert (asked["if-none-match"], asked["if-modified-since"]) == ('"one"', headers["Last-Modified"])
        assert world.read == [str(blog)]
        author = world.store.author(blog.address)
        assert (author.asked, author.answered, author.failure) == (world.now, world.now, None)
        other = world.site("other.example:80", feed=SECOND)
        site.pages["/feed"] = Page(status=302, headers={"Location": "http://other.example/feed"})
        world.ask(blog)
        assert "if-none-match" not in other.requests[0].headers
        assert world.texts(blog) == ["One, edited.", "Two."]

    def test_the_same_bytes_are_not_read_again(self, world, blog):
        world.site(feed=FIRST)
        world.ask(blog)
        assert world.ask(blog).unchanged
        world.begin_anew()
        assert world.ask(blog).unchanged
        assert len(world.read) == 1

    def test_an_etag_that_could_hold_anything_is_not_sent_back(self, world, blog):
        site = world.site(feed=Page(FIRST, headers={"ETag": f'"{"x" * 600}"', "Last-Modified": "<b>now</b>"}))
        world.ask(blog)
        world.ask(blog)
        assert not {"if-none-match", "if-modified-since"} & site.requests[1].headers.keys()

    def test_headers_of_any_bytes_are_read(self, world, blog):
        names = ("ETag", "Last-Modified", "Content-Type", "Cache-Control", "Retry-After", "X")
        site = world.site(feed=Page(FIRST, headers=dict.fromkeys(names, "\xff\xfe")))
        assert world.ask(blog).new == 1
        site.pages["/feed"] = Page(status=302, headers={"Location": "/\xff\xfe"})
        assert "404" in world.ask(blog).reason

    def test_what_is_packed_is_unpacked(self, world, blog):
        world.site(feed=Page(gzip.compress(FIRST), headers={"Content-Encoding": "gzip"}))
        assert world.ask(blog).new == 1

    def test_of_a_file_that_may_be_cut_off_nothing_is_gone(self, world):
        file = world.follow("http://blog.example/twtxt.txt")
        lines = [f"2026-11-0{n}T00:00:00Z\tTwt {n}.\n".encode() for n in (1, 2, 3)]
        site = world.site(**{"twtxt.txt": b"".join(lines)})
        world.ask(file)
        site.pages["/twtxt.txt"] = Page(lines[0] + lines[2], length=False)
        world.ask(file)
        assert world.texts(file) == ["Twt 1.", "Twt 2.", "Twt 3."]
        site.pages["/twtxt.txt"] = lines[0] + lines[2] + b"\n"
        world.ask(file)
        assert world.texts(file) == ["Twt 1.", "Twt 3."]

    def test_how_long_it_is_left_alone(self, world, blog):
        just_now = atom(("urn:1", format_time(world.now), "One."))
        site = world.site(feed=Page(just_now, headers={"Cache-Control": "public, max-age=7200"}))
        outcome = world.ask(blog)
        assert outcome.least == 7200
        keep_schedule(world.store, [outcome], world.now, world.fetcher.received)
        [standing] = scheduling.followed(world.store)
        assert standing.due == world.now + 7200
        assert [host.hostport for host in askings.hosts(world.store)] == ["blog.example.web.invalid"]
        site.pages["/feed"] = Page(SECOND, headers={"Cache-Control": "max-age=999999999"})
        assert world.ask(blog).least == visit.MOST


class TestRedirects:
    def test_where_it_leads_is_taken(self, world, blog):
        world.site(feed=Page(status=302, headers={"Location": "/there"}), there=FIRST)
        outcome = world.ask(blog)
        assert (outcome.new, outcome.moved_url) == (1, None)

    def test_what_has_moved_for_good_is_told(self, world, blog):
        world.site(feed=Page(status=301, headers={"Location": "http://new.example/feed"}))
        world.site("new.example:80", feed=FIRST)
        assert world.ask(blog).moved_url == "http://new.example/feed"
        assert world.store.author(blog.address).web.moved == "http://new.example/feed"
        assert world.ask(blog).unchanged

    @pytest.mark.parametrize(
        ("location", "why"),
        [
            ("/feed", "in a circle"),
            ("mailto:ana@x.example", "no URL of the web"),
            ("", "does not say where to"),
            ("http://ana:secret@blog.example/", "no URL of the web"),
        ],
    )
    def test_where_nobody_can_follow(self, lasting, some, location, why):
        blog, host = some
        lasting.site(f"{host}:80", feed=Page(status=301, headers={"Location": location} if location else {}))
        outcome = lasting.ask(blog)
        assert why in outcome.reason
        assert not outcome.unreachable

    def test_not_on_and_on(self, world, blog):
        def on(request):
            number = int(request.path.removeprefix("/feed") or 0)
            return Page(status=302, headers={"Location": f"/feed{number + 1}"})

        site = world.site(feed=on, **{f"feed{number}": on for number in range(1, 20)})
        assert "on and on" in world.ask(blog).reason
        assert len(site.requests) == visit.MAX_REDIRECTS + 1

    def test_never_from_https_to_http(self, world):
        feed = world.follow("https://blog.example/feed")
        site = world.site("blog.example:443", feed=Page(status=301, headers={"Location": "http://blog.example/feed"}))
        site.certificate = certificate("blog.example")
        world.trust = Trusted(site.certificate)
        world.begin_anew()
        assert "from https to http://blog.example/feed" in world.ask(feed).reason


class TestTls:
    @pytest.mark.parametrize(
        ("host", "trusted", "new"), [("blog.example", True, 1), ("other.example", True, 0), ("blog.example", False, 0)]
    )
    def test_a_certificate_must_hold(self, world, host, trusted, new):
        feed = world.follow("https://blog.example/feed")
        site = world.site("blog.example:443", feed=FIRST)
        site.certificate = certificate(host)
        world.trust = Trusted(site.certificate if trusted else certificate(host))
        world.begin_anew()
        outcome = world.ask(feed)
        assert outcome.new == new
        if not new:
            assert outcome.reason == "its certificate is not one that holds for blog.example"
            assert outcome.unreachable


class TestWhatIsWrong:
    """Each a line, and nothing that was here is lost."""

    @pytest.mark.parametrize(
        ("page", "why", "away"),
        [
            (Page(status=404), "404 (Not Found)", False),
            (Page(status=410), "gone for good", False),
            (Page(status=503), "503 (Service Unavailable)", True),
            (Page(status=429, headers={"Retry-After": "3600"}), "429 (Too Many Requests)", False),
            (Page(status=799), "answered 799", False),
            (Page(status=304), "304", False),
            (b"", "nothing at all", False),
            (b"<html><p>Hello", "a page, and no feed", False),
            (Page(b"x" * (MAX + 1)), "larger than 1 MiB", False),
            (Page(b"x" * (MAX + 100_000), length=False), "larger than 1 MiB", False),
            (Page(FIRST, headers={f"X-{n}": "x" * 8000 for n in range(20)}), "more than 64 KiB before", False),
            (Page(FIRST, headers={"Content-Encoding": "br"}), "not asked for", False),
            (Page(FIRST, headers={"Content-Encoding": "gzip"}), "can not be unpacked", False),
            (Page(gzip.compress(FIRST)[:-8], headers={"Content-Encoding": "gzip"}), "its end is missing", False),
            (Page(gzip.compress(b" " * 2 * MAX), headers={"Content-Encoding": "gzip"}), "1 MiB", False),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_a_host_may_answer(self, lasting, some, page, why, away):
        world, (blog, host) = lasting, some
        site = world.site(f"{host}:80", feed=FIRST)
        world.ask(blog)
        site.pages["/feed"] = page
        outcome = world.ask(blog)
        assert why in outcome.reason
        assert "\n" not in outcome.reason
        assert (outcome.verdict, outcome.new, outcome.unreachable) == (None, 0, away)
        assert world.texts(blog) == ["One."]
        author = world.store.author(blog.address)
        assert (author.failure, author.verdict, author.asked) == (outcome.reason, Verdict.UNSIGNED, world.now)
        site.pages["/feed"] = SECOND
        assert world.ask(blog).new == 1
        assert world.store.author(blog.address).failure is None

    @pytest.mark.parametrize(
        ("behaviour", "why"),
        [
            (Refusing(), "nothing listens there"),
            (Unresolvable(), "is not known"),
            (NeverConnects(), "not complete after 60 seconds"),
            (Silent(), "not complete after 60 seconds"),
            (Slow(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 500, 5), "not complete after 60 seconds"),
            (Resetting(100, b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + FIRST), "the connection broke"),
            (Resetting(0), "the connection broke"),
        ],
        ids=lambda value: "" if isinstance(value, str) else type(value).__name__,
    )
    def test_what_a_host_may_do(self, lasting, some, behaviour, why):
        world, (blog, host) = lasting, some
        world.internet.add(host, 80, behaviour)
        outcome = world.ask(blog, seconds=70)
        assert why in outcome.reason
        assert outcome.unreachable
        assert world.internet.open == 0

    def test_what_could_not_be_read_is_read_when_it_is_another(self, world, blog):
        site = world.site(feed=b"rubbish")
        assert "no feed that can be read" in world.ask(blog).reason
        assert "no feed that can be read" in world.ask(blog).reason
        assert len(world.read) == 1
        site.pages["/feed"] = FIRST
        assert world.ask(blog).new == 1

    def test_a_site_that_is_down_costs_one_connection(self, world):
        world.internet.add("blog.example", 80, Refusing())
        feeds = [world.follow(f"http://blog.example/{n}") for n in range(5)]
        outcomes = world.fetch(*[feed.address for feed in feeds])
        assert all(outcome.unreachable for outcome in outcomes)
        assert len(world.internet.attempts) == 1

    def test_so_many_at_one_site(self, world):
        pages = {str(n): FIRST for n in range(12)}
        world.site(**pages)
        feeds = [world.follow(f"http://blog.example/{n}") for n in pages]
        outcomes = world.fetch(*[feed.address for feed in feeds])
        assert [outcome.new for outcome in outcomes] == [1] * 12
        # A connection counts there for a moment longer than for whoever closed it.
        assert world.internet.peak_at("blog.example", 80) <= 4 + 1

    def test_an_address_that_only_looks_like_one_of_a_feed_is_not_asked(self, world):
        outcome = world.one(Address.parse("ana@fields.example.web.invalid"))
        assert "not followed here" in outcome.reason
        assert world.internet.attempts == []

    def test_without_what_it_needs_it_says_what_to_install(self, world, blog, monkeypatch):
        monkeypatch.setattr(visit, "_NEEDED", ("no_such_module",))
        assert "pip install 'thimbl-node[web]'" in world.ask(blog).reason
        assert world.internet.attempts == []

    def test_who_gives_up_is_told_so_and_leaves_nothing_open(self, world, blog):
        world.internet.add("blog.example", 80, Silent())
        fetching = world.fetcher.fetch(blog.address)
        world.internet.flush()
        assert world.internet.open == 1
        fetching.cancel()
        fetching.addErrback(lambda failure: None)
        world.internet.flush()
        assert world.internet.open == 0
