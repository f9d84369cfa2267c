"""Pages for people with nothing but finger: the newest posts, and a post with what belongs to it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.asking import LATER, NOW, ask, refused
from tests.support.scribe import MINUTE, START, Scribe
from tests.support.spooler import spool
from thimbl.core.address import Address, Reference
from thimbl.core.layout import width_of
from thimbl.core.terminal import safe
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import Answerer
from thimbl.node.serving.census import NEWEST
from thimbl.node.serving.glance import glance
from thimbl.node.serving.pages import MAX_LINES, WIDTH, moment, page, post_block
from thimbl.node.serving.posts import Post
from thimbl.node.serving.reserved import RESERVED, YIELDING, taken

LISTED = {"listed": "yes"}


@pytest.fixture
def host(tmp_path):
    """By its clock, in seconds that of a reader, all files are old."""
    return Answerer(Spool(tmp_path), clock=lambda: LATER)


def person(tmp_path, name: str, *, listed: bool = True, start: int = START) -> Scribe:
    scribe = Scribe(f"{name}@fields.example", name=name.title(), start=start)
    if listed:
        scribe.head_data["properties"] = LISTED
    return scribe


def texts(raw: bytes) -> list[str]:
    """The lines of a page that are somebody's words."""
    lines = raw.decode().splitlines()
    assert max(map(width_of, lines)) <= WIDTH
    return [line.strip() for line in lines if line.startswith("    ")]


class TestTimeline:
    def test_newest_first_of_those_who_agreed(self, host, tmp_path):
        ana, bo, cy = (
            person(tmp_path, name, listed=name != "cy", start=START + at)
            for name, at in (("ana", 0), ("bo", 30), ("cy", 45))
        )
        for number in range(3):
            for one in (ana, bo, cy):
                one.post(f"{one.address.user} {number}")
        for one in (ana, bo, cy):
            spool(tmp_path, one)
        (tmp_path / "dan.plan").write_text("listed: yes\n")
        page = ask(host, "timeline")
        assert texts(page) == ["bo 2", "ana 2", "bo 1", "ana 1", "bo 0", "ana 0"]
        assert f"bo  (Bo)  {moment(bo.at(3).time)}  {bo.at(3).id[:8]}\r\n" in page.decode()

    def test_as_posts_read_now(self, host, tmp_path):
        ana = person(tmp_path, "ana")
        first, second = ana.posts(2)
        ana.post("Long story.", subject="Spoiler")
        ana.post("Indeed.", re=f"bo@dairy.example#{first.id}")
        ana.edit(first, "Better.")
        ana.retract(second)
        ana.announce("join", commune="c@fields.example")
        spool(tmp_path, ana)
        page = ask(host, "timeline").decode()
        assert texts(page.encode()) == [
            f"answers bo@dairy.example {first.id[:8]}",
            "Indeed.",
            "Spoiler [folded: 11 characters]",
            f"[all of it: finger ana/thread/{ana.at(3).id[:8]}]",
            "Better.",
        ]
        assert "  edited" in next(line for line in page.splitlines() if first.id[:8] in line and "UTC" in line)

    def test_only_the_newest_of_many(self, host, tmp_path):
        """Those of whoever wrote last; a post behind an edit and a retract counts where it stands."""
        for number in range(NEWEST + 10):
            one = person(tmp_path, f"u{number}", start=START + number * MINUTE * 100)
            first = one.post(f"first of {number}")
            for _ in range(12):
                one.retract(one.edit(first, "no"))
            spool(tmp_path, one)
        assert texts(ask(host, "timeline")) == [f"first of {number}" for number in range(29, 9, -1)]

    def test_nobody_stays_on_top_by_a_wrong_clock(self, tmp_path):
        host = Answerer(Spool(tmp_path), clock=lambda: NOW * 10**9)
        ana, eve = person(tmp_path, "ana", start=NOW - 60), person(tmp_path, "eve", start=NOW - 120)
        ana.post("Now.")
        eve.post("A while ago.")
        eve.now = NOW + 30 * 86_400
        eve.post("From next month.")
        spool(tmp_path, ana)
        spool(tmp_path, eve)
        assert texts(ask(host, "timeline")) == ["Now.", "A while ago."]

    def test_a_long_post_goes_on_elsewhere(self, host, tmp_path):
        ana = person(tmp_path, "ana")
        post = ana.post("\n".join(f"Line {number}." for number in range(30)))
        spool(tmp_path, ana)
        shown = texts(ask(host, "timeline"))
        assert shown == [
            *(f"Line {number}." for number in range(MAX_LINES)),
            f"[18 more lines: finger ana/thread/{post.id[:8]}]",
        ]

    def test_nobody(self, host, tmp_path):
        assert "has posted" in refused(ask(host, "timeline"))

    def test_an_edit_shows(self, host, tmp_path):
        ana = person(tmp_path, "ana")
        ana.post("One.")
        spool(tmp_path, ana)
        assert texts(ask(host, "timeline")) == ["One."]
        ana.post("Two.")
        spool(tmp_path, ana)
        assert texts(ask(host, "timeline")) == ["Two.", "One."]


class TestThread:
    @pytest.fixture
    def talk(self, host, tmp_path):
        """Ana says something, Bo and Cy answer, Cy is not listed; Ana answers Bo."""
        ana, bo, cy = (person(tmp_path, name, listed=name != "cy") for name in ("ana", "bo", "cy"))
        said = ana.post("Who has seen my cow?", subject="Cows")
        bo.now += 60
        answer = bo.post("I have.", re=f"{ana.address}#{said.id}")
        cy.post("So have I.", re=f"{ana.address}#{said.id}")
        ana.now += 600
        thanks = ana.post("Thanks.", re=f"{bo.address}#{answer.id}")
        for one in (ana, bo, cy):
            spool(tmp_path, one)
        return said, answer, thanks

    def test_what_it_answers_and_what_answers_it(self, host, talk):
        said, answer, _ = talk
        assert texts(ask(host, f"ana/thread/{said.id[:6]}")) == [
            "[Cows]",
            "Who has seen my cow?",
            f"answers ana@fields.example {said.id[:8]}",
            "I have.",
        ]
        assert texts(ask(host, f"bo/thread/{answer.id}")) == [
            "Cows [folded: 20 characters]",
            f"[all of it: finger ana/thread/{said.id[:8]}]",
            f"answers ana@fields.example {said.id[:8]}",
            "I have.",
            f"answers bo@fields.example {answer.id[:8]}",
            "Thanks.",
        ]

    def test_of_somebody_who_is_not_listed_when_asked_by_name(self, host, tmp_path):
        cy = person(tmp_path, "cy", listed=False)
        said = cy.post("Psst.", re="nobody@nowhere.example#" + "a" * 52)
        spool(tmp_path, cy)
        page = ask(host, f"cy/thread/{said.id[:8].upper()}").decode()
        assert "Psst." in page
        assert "What it answers is not here." in page
        assert "nobody has answered it" in page

    def test_a_post_in_the_archive(self, host, alice):
        """Wherever it lies: at either end of a page, right below the window, at its bottom, and at its top."""
        window = glance((host.accounts.folder / "alice.plan").read_bytes(), 1_000)
        assert window is not None
        bottom = window.records[-1].seq
        assert 201 < bottom < 300
        for seq in (1, 100, 101, 200, 201, bottom - 1, bottom, 620):
            text = ask(host, f"alice/thread/{alice.at(seq).id[:12]}").decode()
            assert f"    Post {seq}.\r\n" in text

    def test_an_old_post_as_it_reads_now(self, host, tmp_path):
        ana = person(tmp_path, "ana")
        first, second = ana.posts(2)
        ana.posts(150)
        edit = ana.edit(first, "Mended.")
        ana.retract(second)
        ana.posts(150)
        ana.edit(edit, "Mended twice.")
        spool(tmp_path, ana, window_bytes=4_000, withheld=[2])
        assert texts(ask(host, f"ana/thread/{first.id[:8]}")) == ["Mended twice."]
        assert "took it back" in ask(host, f"ana/thread/{second.id[:8]}").decode()
        assert "took it back" in ask(host, f"ana/thread/{edit.id[:8]}").decode()

    def test_no_post(self, host, tmp_path):
        ana = person(tmp_path, "ana")
        join = ana.announce("join", commune="c@fields.example")
        dance = ana.announce("dance", where="at the mill")
        spool(tmp_path, ana)
        assert "[no post, but a record of the kind join]" in ask(host, f"ana/thread/{join.id[:8]}").decode()
        assert "[no post, but a record of the kind dance]" in ask(host, f"ana/thread/{dance.id[:8]}").decode()

    def test_an_announcement_is_a_sentence_and_a_table(self, host, tmp_path):
        """The series goes by its code where its offer is here."""
        ana, clerk = person(tmp_path, "ana"), person(tmp_path, "clerk")
        offer = ana.announce(
            "bond-offer", commune="clerk@fields.example", series="OVEN-1", asset="An oven", face="90.00 EUR",
            unit="10.00 EUR", rent="9.00 EUR", term=12, rate_bp=400, closes="2099-01-01T00:00:00Z",
        )  # fmt: skip
        spool(tmp_path, ana)
        paid = clerk.announce(
            "redemption", offer=f"ana@fields.example#{offer.id}", period="2026-10", interest=[],
            principal=[{"holder": "bo@fields.example", "amount": "8.70 EUR"}],
        )  # fmt: skip
        spool(tmp_path, clerk)
        assert "OVEN-1: An oven, 90.00 EUR at 4 %" in ask(host, f"ana/thread/{offer.id[:8]}").decode()
        assert texts(ask(host, f"clerk/thread/{paid.id[:8]}")) == [
            "pays on OVEN-1 for 2026-10.",
            "principal to bo@fields.example: 8.70 EUR",
        ]

    def test_several(self, host, alice):
        begins = [record.id[0] for record in alice.records]
        common = max(begins, key=begins.count)
        line = refused(ask(host, f"alice/thread/{common}"))
        assert "several posts begin so" in line
        assert len(line) < 250

    @pytest.mark.parametrize("id_", ["", "0", "a" * 53, "zzzzzzzzz", "a/b", "*", "(", "\u202e", "../../x"])
    def test_none(self, host, alice, id_):
        line = refused(ask(host, f"alice/thread/{id_}"))
        assert line.startswith("finger: alice/thread/")
        assert line.isprintable()
        assert "no such user" in refused(ask(host, f"nobody/thread/{id_}"))

    def test_a_damaged_archive(self, host, alice, tmp_path):
        (tmp_path / "alice.plan.d" / "00000101.json").write_text('{"prev":"' + alice.at(150).id + '"')
        refused(ask(host, f"alice/thread/{alice.at(150).id}"))

    def test_whoever_names_the_address_of_another(self, host, tmp_path, talk):
        """Eve's plan says that she is Ana: who answers Ana does not answer Eve."""
        said, *_ = talk
        eve = Scribe("ana@elsewhere.example", name="Eve", properties=LISTED)
        post = eve.post("I am Ana.", re=f"ana@elsewhere.example#{said.id}")
        spool(tmp_path, eve).rename(tmp_path / "eve.plan")
        person_ana = person(tmp_path, "ana")
        person_ana.post("Who has seen my cow?")
        spool(tmp_path, person_ana)
        text = ask(host, f"eve/thread/{post.id[:8]}").decode()
        assert "cow" not in text
        assert "What it answers is not here." in text


def test_reserved_names_that_accounts_have(tmp_path):
    for name in (*RESERVED, "ana"):
        (tmp_path / f"{name}.plan").write_text("here")
    assert set(taken(Spool(tmp_path))) == set(RESERVED) - YIELDING
    assert taken(Spool(tmp_path / "nowhere")) == []


ids = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=52, max_size=52)
hostile = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\x1b\x9b\x7f\r\n\t\u202e\u200d👩🌾日本e\u0301 "), max_size=400
)
posts = st.builds(
    Post,
    id=ids,
    time=st.integers(-(10**13), 10**13),
    text=hostile | st.text("ab/:. \n", max_size=300).map(lambda text: "https://" + text),
    subject=hostile,
    re=st.none() | ids.map(lambda id_: Reference(Address("u" * 64, ".".join(["a" * 60] * 4)), id_)),
    edited=st.booleans(),
)


@settings(max_examples=60)
@given(posts, st.text("abc-._", min_size=1, max_size=64), hostile, st.booleans())
def test_no_line_is_too_wide_and_no_control_leaves(post, who, name, whole):
    made = page(
        "A page", [post_block(who, name, post, asked_as=f"{who}/thread/{post.id[:8]}", whole=whole)], "The end."
    )
    assert max(map(width_of, made.split("\n"))) <= WIDTH
    assert safe(made) == made
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", made)
    assert made.endswith("\n")
