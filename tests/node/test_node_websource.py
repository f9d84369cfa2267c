"""What the web may show is what Finger shows, from the same files and the same store, and no more."""

import json
from typing import Any

import pytest

from finger.query import Query
from tests.support.asking import LATER, NOW
from tests.support.scribe import START, Scribe
from tests.support.spooler import spool
from tests.support.world import FEW, World
from thimbl.core.address import Address, Reference
from thimbl.core.log import Verdict
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import Answerer
from thimbl.node.serving.copies import Copies
from thimbl.node.serving.views import published
from thimbl.node.serving.websource import WebSource
from thimbl.store.reader import Reader
from thimbl.store.types import Item

LISTED = {"listed": "yes"}


def person(name: str, *, listed: bool = True, host: str = "fields.example", start: int = START, **head: Any) -> Scribe:
    properties = {"properties": LISTED} if listed else {}
    return Scribe(f"{name}@{host}", key=name, name=name.title(), start=start, **{**properties, **head})


@pytest.fixture
def answerer(tmp_path):
    return Answerer(Spool(tmp_path), clock=lambda: LATER, aliases={"postmaster": "ana"})


@pytest.fixture
def source(answerer):
    return WebSource(answerer, clock=lambda: NOW)


def texts(listing) -> list[str]:
    return [item.text for item in listing.items]


def everything(source: WebSource, who: str, limit: int):
    """All that an account wrote, page by page."""
    before = ""
    found: list[Item] = []
    while True:
        listing = source.posts(who, before, limit)
        assert len(listing.items) <= limit
        found += listing.items
        if listing.older is None:
            return found
        assert len(listing.items) == limit
        before = listing.older


class TestAccounts:
    def test_what_a_plan_says(self, source, tmp_path):
        ana = person("ana", bio="Leeks.", following=[{"nick": "bo", "address": "bo@dairy.example"}])
        ana.posts(2)
        spool(tmp_path, ana)
        profile = source.profile("ana")
        assert (profile.who, profile.address, profile.name, profile.bio) == ("ana", ana.address, "Ana", "Leeks.")
        assert (profile.verdict, profile.records, profile.listed) == (Verdict.VERIFIED, 2, True)
        assert profile.key == ana.fingerprint
        assert [str(follow.address) for follow in profile.following] == ["bo@dairy.example"]
        assert source.nicks(ana.address) == {"bo": Address.parse("bo@dairy.example")}
        assert source.who_is(ana.address) == "ana"
        assert source.profile("postmaster").who == source.profile("ana@fields.example").who == "ana"

    def test_an_edited_plan_shows_at_once(self, source, tmp_path):
        ana = person("ana")
        spool(tmp_path, ana)
        assert source.profile("ana").bio == ""
        ana.head_data["bio"] = "Frost."
        spool(tmp_path, ana)
        assert source.profile("ana").bio == "Frost."

    def test_a_forged_plan_is_said_to_be_one(self, source, tmp_path):
        ana = person("ana")
        ana.post("Mine.")
        path = spool(tmp_path, ana)
        path.write_text(path.read_text().replace("name: Ana", "name: Eve"))
        assert (source.profile("ana").verdict, source.signed("ana")) == (Verdict.FORGED, None)
        assert source.posts("ana").items[0].verdict is Verdict.FORGED

    def test_plain_words(self, source, tmp_path):
        (tmp_path / "dan.plan").write_bytes(b"Hay, then \xff sleep.\n")
        profile = source.profile("dan")
        assert (profile.words, profile.address, profile.verdict, profile.listed) == (
            "Hay, then � sleep.\n",
            None,
            None,
            False,
        )
        assert (source.posts("dan").items, source.find("dan", "a"), source.thread("dan", "a" * 52)) == ((), [], None)

    @pytest.mark.parametrize(
        "who", ["timeline", "eve", "ana@elsewhere.example", "", "@", "a b", "../ana", "ana/plan", "x" * 600]
    )
    def test_nobody(self, source, tmp_path, who):
        spool(tmp_path, person("ana"))
        spool(tmp_path, person("timeline"))
        assert source.profile(who) is None
        assert source.plan(who) is None
        assert source.posts(who).items == ()
        assert source.commune(who) is None

    def test_a_plan_of_2010(self, source, tmp_path):
        messages = [{"text": f"#leeks {number}", "time": 20101103105421 + number} for number in range(3)]
        plan = {"address": "mark@telekommunisten.org", "name": "Mark", "bio": "Hi.", "messages": messages}
        (tmp_path / "mark.plan").write_text(json.dumps(plan))
        profile = source.profile("mark")
        assert (profile.name, profile.verdict, profile.listed, profile.words) == ("Mark", Verdict.UNSIGNED, False, None)
        found = everything(source, "mark", 2)
        assert [item.text for item in found] == ["#leeks 2", "#leeks 1", "#leeks 0"]
        assert source.find("mark", found[1].id[:9]) == [found[1].id]
        thread = source.thread("mark", found[1].id)
        assert (thread.item.text, thread.item.verdict) == ("#leeks 1", Verdict.UNSIGNED)
        assert source.who_is(Address.parse("mark@telekommunisten.org")) == "mark"
        assert source.timeline().items == ()

    def test_the_plan_is_the_answer_of_finger(self, source, answerer, tmp_path):
        spool(tmp_path, person("ana"))
        assert source.plan("ana") == answerer(Query("ana"))
        (tmp_path / "ana.plan").chmod(0o600)
        assert source.profile("ana") is None
        assert source.plan("ana") is None

    def test_the_list_has_those_who_agreed(self, source, tmp_path):
        for name in ("bo", "ana", "cy"):
            one = person(name, listed=name != "cy")
            one.post("x")
            spool(tmp_path, one)
        assert [(one.who, one.name, one.newest) for one in source.accounts()] == [
            ("ana", "Ana", START),
            ("bo", "Bo", START),
        ]
        assert source.copies() == ()
        assert source.message() == ""


class TestLogs:
    def test_all_of_a_long_log_page_by_page(self, host, alice, tmp_path):
        source = WebSource(host, clock=lambda: NOW)
        first, second, third = alice.at(5), alice.at(150), alice.at(300)
        alice.edit(first, "Edited late.")
        again = alice.edit(second, "Edited twice, once.")
        alice.edit(again, "Edited twice.")
        alice.retract(third)
        alice.posts(150)
        spool(tmp_path, alice)
        found = everything(source, "alice", 40)
        shown = [record for record in reversed(alice.records) if record.kind == "post" and record.seq != 300]
        assert [item.seq for item in found] == [record.seq for record in shown]
        by_seq = {item.seq: item for item in found}
        assert (by_seq[5].text, by_seq[5].edited) == ("Edited late.", alice.at(621).time)
        assert (by_seq[150].text, by_seq[150].edited) == ("Edited twice.", alice.at(623).time)
        assert by_seq[151].edited is None
        signed = source.signed("alice")
        assert signed is not None
        head, records = signed
        assert [record.seq for record in records] == list(range(head.seq, 0, -1))
        for record in (first, second, third):
            thread = source.thread("alice", record.id)
            assert thread is not None
            assert thread.item.retracted if record is third else thread.item == by_seq[record.seq]

    def test_a_gap_ends_the_list(self, host, alice, tmp_path):
        (tmp_path / "alice.plan.d" / "00000101.json").unlink()
        source = WebSource(host, clock=lambda: NOW)
        found = everything(source, "alice", 50)
        assert [found[0].seq, found[-1].seq] == [620, 201]
        signed = source.signed("alice")
        assert signed is not None
        assert [record.seq for record in signed[1]] == list(range(620, 200, -1))

    @pytest.mark.parametrize("before", ["x", "-1", "1.5", "9" * 17, "١"])
    def test_no_place_to_go_on_from(self, source, tmp_path, before):
        spool(tmp_path, person("ana"))
        with pytest.raises(LookupError):
            source.posts("ana", before)

    def test_announcements_have_their_series(self, source, tmp_path):
        ana, commune = person("ana"), person("commune")
        offer = ana.announce("bond-offer", series="TRACTOR-1")
        commune.announce("float", offer=f"{ana.address}#{offer.id}")
        spool(tmp_path, ana)
        spool(tmp_path, commune)
        assert source.posts("commune").items[0].series == "TRACTOR-1"
        assert next(item for item in source.timeline().items if item.kind == "float").series == "TRACTOR-1"

    def test_by_the_beginning_of_an_id(self, host, alice):
        source = WebSource(host, clock=lambda: NOW)
        for seq in (1, 333, 620):
            assert source.find("alice", alice.at(seq).id[:12]) == (alice.at(seq).id,)
        assert len(source.find("alice", alice.at(1).id[0])) > 1
        assert source.find("alice", "!") == ()


class TestThreads:
    def test_what_it_answers_and_what_those_said_who_agreed(self, source, tmp_path):
        ana, bo, cy = (person(name, listed=name != "cy") for name in ("ana", "bo", "cy"))
        question = ana.post("Who?")
        for one in (bo, cy):
            one.post(f"{one.address.user} did.", re=f"{ana.address}#{question.id}")
        answer = bo.at(1)
        thanks = ana.post("Thanks.", re=f"{bo.address}#{answer.id}")
        for one in (ana, bo, cy):
            spool(tmp_path, one)
        assert [item.text for item in source.thread("ana", question.id).answers] == ["bo did."]
        middle = source.thread("bo", answer.id)
        assert (middle.above.text, [item.text for item in middle.answers]) == ("Who?", ["Thanks."])
        assert source.thread("cy", cy.at(1).id).above.text == "Who?"
        assert source.item(Reference(ana.address, thanks.id)).text == "Thanks."
        assert source.thread("ana", "a" * 52) is None
        assert source.item(Reference(Address.parse("ana@other.example"), question.id)) is None


class TestTimeline:
    def test_newest_first_of_those_who_agreed(self, source, tmp_path):
        for at, name in enumerate(("ana", "bo", "cy")):
            one = person(name, listed=name != "cy", start=START + at)
            one.posts(30)
            one.post(f"#Leeks of {name}")
            spool(tmp_path, one)
        found, before = [], ""
        while True:
            listing = source.timeline(before, 20)
            found += listing.items
            if (before := listing.older or "") == "":
                break
        assert len(found) == len({item.id for item in found}) == 62
        assert [item.time for item in found] == sorted((item.time for item in found), reverse=True)
        assert texts(source.tagged("leeks")) == ["#Leeks of bo", "#Leeks of ana"]
        assert source.tagged("frost").items == ()

    def test_it_goes_on_where_it_was_left_though_others_post(self, source, tmp_path):
        ana = person("ana")
        ana.posts(4)
        spool(tmp_path, ana)
        first = source.timeline("", 2)
        ana.posts(3)
        spool(tmp_path, ana)
        assert [item.seq for item in source.timeline(first.older, 2).items] == [2, 1]
        for before in ("x", "1", "1.", "x.a", "9" * 20 + ".a"):
            with pytest.raises(LookupError):
                source.timeline(before)

    def test_what_is_from_the_future_waits(self, source, tmp_path):
        ana = person("ana", start=NOW + 90_000)
        ana.post("Tomorrow.")
        spool(tmp_path, ana)
        assert source.timeline().items == ()

    def test_since_when_it_is_what_it_is(self, source, tmp_path):
        """The same while nothing comes, and another with each change, though the clock stands still."""
        ana = person("ana")
        ana.post("x")
        spool(tmp_path, ana)
        first = source.timeline()
        assert first.changed == source.timeline().changed == source.tagged("leeks").changed == NOW
        ana.post("#Leeks")
        spool(tmp_path, ana)
        assert source.timeline().changed == source.tagged("leeks").changed == NOW + 1

    def test_an_unchanged_plan_is_read_once(self, source, tmp_path, monkeypatch):
        ana = person("ana")
        ana.post("x")
        spool(tmp_path, ana)
        reads = []

        def counted(account, raw):
            reads.append(account.name)
            return published(account, raw)

        monkeypatch.setattr("thimbl.node.serving.webnewest.published", counted)
        first = source.timeline()
        assert source.timeline() == first
        assert reads == ["ana"]
        ana.post("y")
        spool(tmp_path, ana)
        assert texts(source.timeline()) == ["y", "x"]


@pytest.fixture
def world(tmp_path):
    (tmp_path / "away").mkdir()
    world = World(tmp_path / "away")
    yield world
    world.store.close()


class TestCopies:
    @pytest.fixture
    def mirror(self, world, tmp_path):
        path = tmp_path / "away" / "store" / "store.sqlite3"
        answerer = Answerer(Spool(tmp_path), lambda: LATER, copies=Copies(lambda: Reader.open(path)))
        yield WebSource(answerer, clock=lambda: NOW)
        answerer.reload()

    def away(self, world, name: str, *, private: bool = False, **given: bool) -> Scribe:
        one = person(name, host="mill.example", **given)
        one.posts(25)
        one.post(f"#Leeks of {name}")
        world.publish(one, window_bytes=FEW)
        world.store.follow(one.address, f"my {name}", private=private)
        world.fetch(one)
        return one

    def test_a_copy(self, mirror, world):
        bo = self.away(world, "bo")
        profile = mirror.profile("bo@mill.example")
        assert (profile.who, profile.name, profile.copied, profile.verdict) == (
            "bo@mill.example",
            "Bo",
            True,
            Verdict.VERIFIED,
        )
        assert mirror.who_is(bo.address) == "bo@mill.example"
        found = everything(mirror, "bo@mill.example", 10)
        assert [item.seq for item in found] == list(range(26, 0, -1))
        assert list(mirror.signed("bo@mill.example")[1]) == bo.records[::-1]
        assert {(item.nick, item.unread, item.is_me) for item in found} == {(None, False, False)}
        [id_] = mirror.find("bo@mill.example", bo.at(3).id[:12])
        assert mirror.thread("bo@mill.example", id_).item.text == bo.at(3).text
        assert mirror.plan("bo@mill.example") is not None
        assert mirror.copies() == (bo.address,)
        with pytest.raises(LookupError):
            mirror.posts("bo@mill.example", "a" * 52)

    def test_whom_the_account_follows_in_private_leaves_no_trace(self, mirror, world):
        bo = self.away(world, "bo", private=True)
        who = "bo@mill.example"
        assert (mirror.profile(who), mirror.plan(who), mirror.who_is(bo.address)) == (None, None, None)
        assert mirror.signed(who) is None
        assert (mirror.posts(who).items, mirror.find(who, bo.at(1).id), mirror.thread(who, bo.at(1).id)) == (
            (),
            [],
            None,
        )
        assert mirror.item(Reference(bo.address, bo.at(1).id)) is None
        assert mirror.timeline().items == mirror.tagged("leeks").items == ()
        assert mirror.nicks(bo.address) == {}
        assert mirror.copies() == ()

    def test_in_lists_are_those_who_agreed_on_their_own_host(self, mirror, world):
        self.away(world, "bo")
        self.away(world, "cy", listed=False)
        assert texts(mirror.tagged("leeks")) == ["#Leeks of bo"]
        shown = mirror.timeline("", 100).items
        assert {(item.address.user, item.nick, item.unread) for item in shown} == {("bo", None, False)}
        assert mirror.profile("cy@mill.example").listed is False

    def test_an_account_here_goes_before_its_copy(self, mirror, world, tmp_path):
        bo = self.away(world, "bo")
        spool(tmp_path, bo)
        assert mirror.who_is(bo.address) == "bo"
        assert mirror.profile("bo@mill.example").who == "bo"
        assert len(mirror.timeline("", 100).items) == 26

    def test_answers_of_copies(self, mirror, world, tmp_path):
        ana = person("ana")
        question = ana.post("Who?")
        spool(tmp_path, ana)
        bo = person("bo", host="mill.example")
        bo.post("Me.", re=f"{ana.address}#{question.id}")
        world.publish(bo)
        world.store.follow(bo.address, "bo")
        world.fetch(bo)
        assert [item.text for item in mirror.thread("ana", question.id).answers] == ["Me."]
        assert mirror.thread("bo@mill.example", bo.at(1).id).above.text == "Who?"
