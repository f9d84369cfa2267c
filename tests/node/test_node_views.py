"""The views of plan-format 6: `head`, `since`, `before`, `following`, `classic`."""

import json

import pytest

from tests.support.asking import NOW, ask, plan_of, refused, seqs, verified_plan
from tests.support.scribe import START, Scribe, continued
from tests.support.spooler import spool, write_archive
from thimbl.core.answer import read_answer
from thimbl.core.archive import page_name
from thimbl.core.classic import read_classic
from thimbl.core.log import Known, Verdict, judge
from thimbl.core.plan import Follow, following_data, list_digest
from thimbl.core.plantext import decode


class TestViews:
    def test_head(self, host, alice):
        plan = verified_plan(host, "alice/head")
        assert plan.records == ()
        assert plan.head.data == alice.head()
        assert ask(host, "alice/head").partition(b"Plan:\r\n")[2].count(b"\n") == 1

    @pytest.mark.parametrize("number", [0, 1, 100, 600, 619, 620, 621, 2**53 - 1])
    def test_since(self, host, alice, number):
        plan = verified_plan(host, f"alice/since/{number}")
        window = verified_plan(host, "alice").records
        assert 200 < len(window) < 620
        assert plan.records == tuple(record for record in window if record.seq > number)

    def test_before_page_by_page(self, host, alice):
        """All of the archive, from the pages alone and below the plan: the records that the author has."""
        plan, asked = verified_plan(host, "alice/since/0"), 0
        while plan.oldest and plan.oldest.seq > 1:
            page = plan_of(host, f"alice/before/{plan.oldest.seq}")
            assert page.records[0].seq == plan.oldest.seq - 1
            assert len(ask(host, f"alice/before/{plan.oldest.seq}")) < 70_000
            plan, asked = continued(plan, page), asked + 1
        assert 1 <= asked < 10
        assert [record.data for record in reversed(plan.records)] == [record.data for record in alice.records]
        judgement = judge(plan, Known(alice.address), NOW)
        assert judgement.verdict is Verdict.VERIFIED
        assert judgement.gap_below is None

    @pytest.mark.parametrize(
        ("number", "newest"), [(621, 620), (622, 620), (10**15, 620), (620, 619), (102, 101), (2, 1)]
    )
    def test_before_begins_right_below(self, host, alice, number, newest):
        page = plan_of(host, f"alice/before/{number}")
        assert page.records[0] == alice.at(newest)
        assert seqs(page) == list(range(newest, newest - len(page.records), -1))

    @pytest.mark.parametrize("number", [0, 1])
    def test_nothing_is_before_the_first(self, host, alice, number):
        assert verified_plan(host, f"alice/before/{number}").records == ()

    def test_before_without_an_archive(self, host, tmp_path):
        scribe = Scribe()
        scribe.posts(5)
        (tmp_path / "alice.plan").write_text(scribe.text(3))
        assert seqs(plan_of(host, "alice/before/5")) == [4, 3]
        assert seqs(plan_of(host, "alice/before/3")) == []

    def test_records_above_the_head_were_never_published(self, host, tmp_path):
        scribe = Scribe()
        scribe.posts(150)
        spool(tmp_path, scribe, window_bytes=1)
        scribe.posts(90)
        write_archive(tmp_path / "alice.plan.d", scribe.records)
        assert seqs(plan_of(host, "alice/before/500"))[:2] == [150, 149]
        assert seqs(verified_plan(host, "alice/since/0")) == [150]

    @pytest.mark.parametrize("damage", ["", "[", '[{"seq":101}]', "[]", "\xff", '[],"x":[]', "null"])
    def test_a_damaged_page_ends_the_archive(self, host, alice, tmp_path, damage):
        (tmp_path / "alice.plan.d" / page_name(101)).write_bytes(damage.encode("latin-1"))
        assert seqs(plan_of(host, "alice/before/250")) == list(range(249, 200, -1))
        assert seqs(plan_of(host, "alice/before/150")) == []
        assert seqs(plan_of(host, "alice/before/101")) == list(range(100, 0, -1))

    def test_a_page_of_another_log_is_left_out(self, host, alice, tmp_path):
        """Whoever took it for the author's would call the author a forger."""
        other = Scribe(start=START + 1)
        other.posts(200)
        page = (tmp_path / "alice.plan.d" / page_name(101)).read_bytes()
        write_archive(tmp_path / "alice.plan.d", other.records)
        assert seqs(plan_of(host, "alice/before/250")) == list(range(249, 200, -1))
        (tmp_path / "alice.plan.d" / page_name(101)).write_bytes(page)
        assert seqs(plan_of(host, "alice/before/101")) == []

    def test_a_page_of_long_posts_is_one_record_at_least(self, host, tmp_path):
        scribe = Scribe()
        for _ in range(20):
            scribe.post("\U0001f404" * 2000)
        spool(tmp_path, scribe, window_bytes=1)
        assert 5 < len(plan_of(host, "alice/before/20").records) < 10

    def test_withheld_records_keep_the_chain(self, host, tmp_path):
        scribe = Scribe()
        scribe.posts(120)
        scribe.retract(scribe.at(7))
        spool(tmp_path, scribe, window_bytes=1, withheld=[7])
        page = plan_of(host, "alice/before/121")
        assert [record.seq for record in page.records if record.withheld] == [7]

    def test_following_that_is_short(self, host, tmp_path):
        scribe = Scribe(following=[{"nick": "bo", "address": "bo@dairy.example"}])
        spool(tmp_path, scribe)
        assert verified_plan(host, "alice/following").head.data == scribe.head()

    def test_following_that_is_long(self, host, tmp_path, follows):
        listed = verified_plan(host, "alice/following")
        assert listed.following_list == follows
        assert [follow.nick for follow in plan_classic(host).following] == [follow.nick for follow in follows]

    @pytest.mark.parametrize("text", [None, "[]", "[", '[{"nick":"x"}]', '[],"list":[]', "{}", "\x00"])
    def test_following_whose_file_does_not_fit(self, host, tmp_path, follows, text):
        file = tmp_path / "alice.plan.d" / "following.json"
        file.unlink()
        if text is not None:
            file.write_text(text)
        assert verified_plan(host, "alice/following").following_list is None
        assert plan_classic(host).following == ()

    @pytest.mark.parametrize(
        "view",
        [
            *("", "since", "since/", "since/-1", "since/1/2", "since/x", "since/²", "since/ 1", "since/" + "9" * 17),
            *("before", "before/1e3", "head/", "head/1", "Head", "/head", "/W", "classic/classic", "mirror", "../bo"),
        ],
    )
    def test_no_such_view(self, host, alice, view):
        """One line says what there is instead."""
        line = refused(ask(host, f"alice/{view}"))
        assert ": no such page. " in line
        assert "head, since/N, before/N, following, classic, thread/ID" in line

    def test_a_view_of_plain_words(self, host, tmp_path):
        (tmp_path / "bo.plan").write_text("Gone fishing.")
        assert refused(ask(host, "bo/head")).endswith("This plan is plain words: ask for the name alone.")


def plan_classic(host):
    answer = read_answer(ask(host, "alice/classic"))
    assert answer.plan is not None
    assert answer.plan.isascii()
    return read_classic(decode(answer.plan))


@pytest.fixture
def follows(tmp_path):
    """Alice follows 300 people, so her head has the digest alone."""
    follows = tuple(Follow(f"nick{number}", Scribe(f"u{number}@dairy.example").address) for number in range(300))
    spool(tmp_path, Scribe(following=list_digest(follows)))
    (tmp_path / "alice.plan.d" / "following.json").write_text(json.dumps(following_data(follows)) + "\n")
    return follows


class TestClassic:
    def test_posts_as_they_read_now(self, host, tmp_path):
        scribe = Scribe(name="Alice", bio="Cows.", properties={"website": "x"}, following=[])
        first, second, third, fourth = scribe.posts(4)
        edit = scribe.edit(first, "First, mended.")
        scribe.edit(edit, "First, mended twice.")
        scribe.retract(scribe.edit(second, "Regretted."))
        scribe.retract(third)
        scribe.edit(third, "Edited after all.")
        scribe.edit(fourth, "Older.")
        scribe.edit(fourth, "Newer.")
        scribe.post("Yes.", re=f"bo@dairy.example#{first.id}")
        scribe.post("Withheld.")
        scribe.announce("bond", terms="many")
        spool(tmp_path, scribe, withheld=[14])
        plan = plan_classic(host)
        assert [message.text for message in plan.messages] == [
            "Yes.",
            "Newer.",
            "Post 2.",
            "First, mended twice.",
        ]
        assert [str(message.to) for message in plan.messages if message.to] == ["bo@dairy.example"]
        assert (plan.name, plan.bio, plan.address, plan.properties) == (
            "Alice",
            "Cows.",
            scribe.address,
            {"website": "x"},
        )
        assert [message.time for message in plan.messages][-1] == first.time

    def test_malformed_bodies(self, host, tmp_path):
        scribe = Scribe()
        good = scribe.post("Good.")
        scribe.add("retract", {"of": [good.id]})
        scribe.add("retract", {"of": {"id": good.id}})
        scribe.add("edit", {"of": good.id, "text": 7})
        scribe.add("edit", {"of": "x", "text": "Of nothing."})
        scribe.add("post", {"text": ["list"]})
        scribe.add("post", {"text": "Answers nobody.", "re": 7})
        spool(tmp_path, scribe)
        assert [message.text for message in plan_classic(host).messages] == ["Good."]

    def test_long_chain_of_edits(self, host, tmp_path):
        scribe = Scribe()
        record = scribe.post()
        for number in range(400):
            record = scribe.edit(record, f"{number}")
        spool(tmp_path, scribe, window_bytes=10**6)
        assert [message.text for message in plan_classic(host).messages] == ["399"]
