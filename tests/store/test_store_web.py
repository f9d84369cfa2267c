"""Feeds of the web in the store: entries as posts that nobody signed, edited, gone, answered, and made again."""

from typing import Any

import pytest

from tests.store.shelf import bytes_on_disk, dump, judged, search, shown, texts
from tests.support.scribe import Scribe
from thimbl.core.address import Reference
from thimbl.core.log import Verdict
from thimbl.core.web import FeedUrl, entry_id, record_id_as_entry, twt_id
from thimbl.core.webfeed import Entry, Feed, Kind
from thimbl.store import Reader, Selection, View, Writer, web
from thimbl.store.mutes import Mute, MuteKind
from thimbl.store.web import Standing

BLOG = FeedUrl.parse("https://blog.example/feed.xml")
BO = FeedUrl.parse("https://bo.example/twtxt.txt")
NOW = 1_795_000_000
TABLES = ("item", "mention", "tag", "words", "web_entry")


def entry(name: str, text: str = "", time: int | None = NOW - 1000, **more: Any) -> Entry:
    return Entry(entry_id(f"urn:{name}", BLOG), text or f"Text of {name}.", time, name=f"urn:{name}", **more)


def feed(*entries: Entry, **more) -> Feed:
    return Feed(Kind.ATOM, "Ana's blog", entries, **more)


def follow(writer: Writer, url: FeedUrl = BLOG, nick: str = "ana") -> None:
    writer.follow(url.address, nick, private=True)
    web.know(writer, [url])


def take(writer: Writer, said: Feed, now: int = NOW, url: FeedUrl = BLOG) -> int:
    return web.take(writer, url.address, said, now, Standing(url, str(url), '"1"', None, b"digest"))


@pytest.fixture
def store(writer: Writer) -> Writer:
    """The blog is followed."""
    follow(writer)
    return writer


def followed(reader: Reader) -> list[str]:
    return [item.text for item in reader.timeline(Selection(View.FOLLOWED), 100)]


class TestTaking:
    def test_entries_are_posts_that_nobody_signed(self, store):
        said = entry("1", "Frost on the leeks. #leeks", title="Frost", link="https://blog.example/1", author="Bo")
        assert take(store, feed(said, home="https://blog.example/", about="About leeks")) == 1
        [item] = shown(store)
        assert (item.verdict, item.seq, item.kind, item.subject) == (Verdict.UNSIGNED, None, "post", "Frost")
        assert (item.text, item.link, item.by) == ("Frost on the leeks. #leeks", "https://blog.example/1", "Bo")
        assert item.named == "urn:1"
        assert (item.name, item.nick, item.unread, item.edited, item.body) == ("Ana's blog", "ana", True, None, {})
        assert followed(store) == texts(store)
        assert search(store, "#leeks") == search(store, "frost") == [item.id]
        assert store.find(item.id[:10]) == store.find(str(item.reference)) == [item]
        author = store.author(BLOG.address)
        assert (author.verdict, author.key, author.asked, author.posts) == (Verdict.UNSIGNED, None, NOW, 1)
        assert (author.web.url, author.web.kind, author.web.home) == (str(BLOG), "Atom", "https://blog.example/")
        assert author.place == str(BLOG)

    def test_a_feed_that_nobody_follows_is_not_taken(self, writer):
        assert take(writer, feed(entry("1"))) == 0
        assert shown(writer) == []
        assert web.standing(writer, BLOG.address) is None

    def test_what_to_ask_it_by_is_kept(self, store):
        assert web.standing(store, BLOG.address) == Standing(BLOG)
        take(store, feed())
        assert web.standing(store, BLOG.address) == Standing(BLOG, str(BLOG), '"1"', None, b"digest")
        after = Standing(BLOG, "https://x.example/", None, "Mon", b"2")
        web.unchanged(store, BLOG.address, NOW + 9, after, "https://y/")
        assert web.standing(store, BLOG.address) == after
        author = store.author(BLOG.address)
        assert (author.asked, author.web.moved) == (NOW + 9, "https://y/")
        web.unchanged(store, BLOG.address, NOW + 10)
        assert store.author(BLOG.address).web.moved is None
        assert web.standing(store, BLOG.address) == after

    def test_times_of_1901_and_none_and_to_come(self, store):
        old, ahead = entry("old", time=-2_150_000_000), entry("ahead", time=NOW + 10**7)
        take(store, feed(ahead, entry("a", time=None), entry("b", time=None), old))
        assert texts(store) == ["Text of ahead.", "Text of a.", "Text of b.", "Text of old."]
        assert [item.time for item in shown(store)] == [NOW + 10**7, NOW, NOW - 1, -2_150_000_000]

    def test_what_is_no_longer_in_the_feed_stays(self, store):
        take(store, feed(entry("1"), entry("2", time=NOW - 5)))
        assert take(store, feed(entry("3", time=NOW - 1)), NOW + 60) == 1
        assert texts(store) == ["Text of 3.", "Text of 2.", "Text of 1."]

    def test_no_plan_speaks_for_it(self, store):
        take(store, feed(entry("1")))
        scribe = Scribe()
        scribe.posts(2)
        assert store.take(judged(store, scribe.plan(), NOW), NOW, asked=BLOG.address) == 0
        assert texts(store) == ["Text of 1."]
        assert store.author(BLOG.address).key is None

    def test_no_ledger_reads_it(self, store):
        take(store, feed(entry("1")))
        assert list(store.gather().logs) == []


class TestEdits:
    def test_other_words_are_the_same_entry_edited(self, store):
        take(store, feed(entry("1"), entry("2", time=NOW - 5)))
        [first] = [item for item in shown(store) if item.text == "Text of 1."]
        store.mark([first.rowid])
        assert take(store, feed(entry("1", "Other words.", title="Now with a title")), NOW + 60) == 0
        [after] = store.items([first.rowid])
        assert (after.text, after.subject, after.edited, after.unread) == (
            "Other words.", "Now with a title", NOW + 60, False,
        )  # fmt: skip
        assert (after.time, after.id) == (first.time, first.id)
        assert search(store, "other words") == [first.id]
        assert search(store, "text of 1") == []

    def test_a_feed_may_say_when_it_was_edited(self, store):
        take(store, feed(entry("1", edited=NOW - 500), entry("2", edited=NOW - 1000)))
        assert {item.text: item.edited for item in shown(store)} == {"Text of 1.": NOW - 500, "Text of 2.": None}
        take(store, feed(entry("1", "New.", edited=NOW - 400)), NOW + 60)
        assert [item.edited for item in shown(store) if item.text == "New."] == [NOW - 400]

    def test_a_later_date_alone_is_no_edit(self, store):
        take(store, feed(entry("1")))
        take(store, feed(entry("1", edited=NOW)), NOW + 60)
        assert [item.edited for item in shown(store)] == [None]


class TestWholeFiles:
    def test_what_is_gone_from_a_file_goes(self, store):
        take(store, feed(entry("1"), entry("2", time=NOW - 5), whole=True))
        take(store, feed(entry("1"), entry("3", time=NOW - 4), whole=True), NOW + 60)
        assert texts(store) == ["Text of 3.", "Text of 1."]

    def test_but_not_what_is_older_than_all_of_it(self, store):
        """It was cut, by its author or by our bounds."""
        take(store, feed(entry("1"), entry("2", time=NOW - 5), whole=True))
        take(store, feed(entry("2", time=NOW - 5), whole=True), NOW + 60)
        assert texts(store) == ["Text of 2.", "Text of 1."]
        take(store, feed(whole=True), NOW + 120)
        assert texts(store) == ["Text of 2.", "Text of 1."]


    def test_what_a_feed_says_was_deleted_goes_and_leaves_no_trace(self, store):
        take(store, feed(entry("1", "A secret."), entry("2", time=NOW - 5)))
        gone = (entry("1").id, entry("2").id, entry("3").id)
        take(store, feed(entry("2", time=NOW - 5), gone=gone), NOW + 60)
        assert texts(store) == ["Text of 2."]
        assert b"secret" not in bytes_on_disk(store.path)


class TestThreads:
    @pytest.mark.parametrize("answer_first", [False, True])
    def test_an_answer_finds_what_it_answers_in_another_feed(self, store, answer_first):
        """Whichever came first."""
        follow(store, BO, "bo")
        root = Entry(twt_id("aaaaaaa"), "The root.", NOW - 100)
        answer = Entry(twt_id("bbbbbbb"), "The answer.", NOW - 50, answers=root.id)
        steps = [(root, BLOG), (answer, BO)]
        for said, url in reversed(steps) if answer_first else steps:
            take(store, feed(said), url=url)
        [below] = [item for item in shown(store) if item.text == "The answer."]
        assert below.re is not None
        assert below.re.address == BLOG.address
        thread = store.thread(below.reference)
        assert [(place.depth, place.item.text) for place in thread] == [(0, "The root."), (1, "The answer.")]
        before = dump(store.path, *TABLES)
        store.rebuild()
        assert dump(store.path, *TABLES) == before

    def test_what_is_not_here_is_taken_for_the_feeds_own(self, store):
        missing = entry_id("urn:missing", BLOG)
        take(store, feed(entry("1", answers=missing)))
        [item] = shown(store)
        assert item.re == Reference(BLOG.address, missing)
        assert [place.item is None for place in store.thread(item.reference)] == [True, False]

    def test_records_of_others_that_come_as_entries_are_a_thread(self, store):
        """As in the feed of a thimbl timeline; the record itself is what is answered where no entry is it."""
        scribe = Scribe()
        scribe.posts(1)
        record = Reference(scribe.address, scribe.records[0].id)
        answer = entry("answer", answers=str(record))
        take(store, feed(answer))
        assert shown(store)[0].re == record
        take(store, feed(Entry(record_id_as_entry(record), "As an entry.", NOW - 2000)), NOW + 60)
        assert shown(store)[0].re == Reference(BLOG.address, record_id_as_entry(record))
        before = dump(store.path, *TABLES)
        store.rebuild()
        assert dump(store.path, *TABLES) == before

    def test_an_entry_may_answer_a_record_and_name_somebody(self, store):
        scribe = Scribe()
        scribe.posts(1)
        store.set_me(scribe.address)
        first = entry("1", answers=f"{scribe.address}#{scribe.records[0].id}")
        take(store, feed(first, entry("2", "Hello @al.", time=NOW), people={"al": str(scribe.address)}))
        mentions = store.timeline(Selection(View.MENTIONS), 10)
        assert [item.text for item in mentions] == ["Hello @al.", "Text of 1."]
        take(store, feed(people={}), NOW + 60)
        assert [item.text for item in store.timeline(Selection(View.MENTIONS), 10)] == ["Text of 1."]


class TestTheWhole:
    def test_a_rebuild_makes_the_same(self, store):
        take(store, feed(entry("1"), entry("2", time=None), entry("3", "#leeks", title="Leeks", time=-5)))
        take(store, feed(entry("1", "Edited.")), NOW + 60)
        store.mark([shown(store)[0].rowid])
        before = dump(store.path, *TABLES)
        assert store.rebuild() == 3
        assert dump(store.path, *TABLES) == before

    def test_no_more_is_kept_than_may_be(self, store, monkeypatch):
        monkeypatch.setattr(web, "MAX_KEPT", 3)
        take(store, feed(*[entry(str(n), time=NOW - n) for n in range(3)]))
        assert take(store, feed(entry("new", time=NOW + 1), entry("oldest", time=NOW - 9)), NOW + 60) == 1
        assert texts(store) == ["Text of new.", "Text of 0.", "Text of 1."]
        monkeypatch.setattr(web, "MAX_KEPT_SIZE", 430)
        take(store, feed(entry("long", "x" * 380, time=NOW + 2)), NOW + 120)
        assert texts(store) == ["x" * 380]

    def test_it_is_unfollowed_and_muted_as_anybody(self, store):
        take(store, feed(entry("1")))
        store.sync_mutes([Mute.of(MuteKind.AUTHOR, str(BLOG.address))])
        assert Mute.of(MuteKind.AUTHOR, str(BLOG.address)).name == "blog.example"
        with Reader.open(store.path) as opened:
            reader = opened.for_person(lambda: float(NOW))
            assert followed(reader) == []
            store.sync_mutes([])
            assert followed(reader) == ["Text of 1."]
            store.unfollow(BLOG.address)
            assert followed(reader) == []
        assert texts(store) == ["Text of 1."]

    def test_nobody_is_offered_its_address_to_write_to(self, store):
        store.follow(Scribe("anabel@fields.example").address, "anabel")
        assert [one.nick for one in store.people_like("ana", 10)] == ["anabel"]
