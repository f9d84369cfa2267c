"""Posting, editing, retracting, announcing: what comes out is what any reader takes, and what was said stays said."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.home.pen import ANA, KEY, NOW, make_pen, settled_log
from thimbl.core.address import Address
from thimbl.core.compose import Entry
from thimbl.core.keys import PrivateKey
from thimbl.core.log import Known, Verdict, judge
from thimbl.core.plan import Follow, Head, Plan, list_digest, read_plan
from thimbl.core.records import POST
from thimbl.home import durable
from thimbl.home.authoring import Authoring
from thimbl.home.errors import PlanEdited, PlanProblem, Refused

ROOT = Path(__file__).parents[2]
ID = "a" * 52


@pytest.fixture
def pen(tmp_path: Path) -> Authoring:
    return make_pen(tmp_path)


def texts(pen: Authoring) -> list[str]:
    return [record.text for record in settled_log(pen.files)]


def head(pen: Authoring) -> Head:
    found = pen.files.load().head
    assert found is not None
    return found


def say(pen: Authoring, count: int, text: str = "Post %d.") -> None:
    pen.say([Entry(POST, {"text": text % number}) for number in range(1, count + 1)])


# posting


def test_a_first_post_makes_a_plan_that_readers_verify(pen):
    made = pen.post("Hello.", subject="greetings", lang="en")
    assert made.reference.address == ANA
    assert made.plan == read_plan(pen.files.plan.read_text())
    assert judge(made.plan, Known(ANA), NOW).verdict is Verdict.VERIFIED
    (record,) = settled_log(pen.files)
    assert {k: record.body[k] for k in ("text", "subject", "lang")} == {
        "text": "Hello.",
        "subject": "greetings",
        "lang": "en",
    }
    assert made.reference.id == record.id


@pytest.mark.parametrize(
    ("given", "signed"),
    [
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree"),
        ("\n\n  indented", "  indented"),
        ("trailing \t\n\n", "trailing"),
        ("🚜 emoji", "🚜 emoji"),
        ("x" * 8192, "x" * 8192),
        ("ü" * 4096, "ü" * 4096),
        ("bell \x07, escape \x1b[31m, nul \x00, next line \x85, \u2028.", None),
        ("key: value\n- list # no comment", "key: value\n- list # no comment"),
        ("Plan:", "Plan:"),
    ],
)  # fmt: skip
def test_a_text_is_signed_with_lf_and_nothing_trailing(pen, given, signed):
    pen.post(given)
    assert texts(pen) == [given if signed is None else signed]


@pytest.mark.parametrize("text", ["", " \n\t\r\n", "x" * 8193, "ü" * 4097, "\ud800", "caf\udce9"])
def test_a_text_that_can_not_be_said_is_refused_and_nothing_is_written(pen, text, tmp_path):
    with pytest.raises(Refused):
        pen.post(text)
    assert not pen.files.plan.exists()
    pen.post("Before.")
    before = pen.files.plan.read_bytes()
    with pytest.raises(Refused):
        pen.edit(pen.files.load().window[0].id, text)
    assert pen.files.plan.read_bytes() == before


@pytest.mark.parametrize(
    "fields", [{"re": "no reference"}, {"subject": "\udcff"}, {"Bad-Key": "x"}, {"seq": "1"}, {"lang": 3}]
)
def test_a_field_that_can_not_stand_in_a_post_is_refused(pen, fields):
    pen.post("Before.")
    with pytest.raises(Refused):
        pen.post("Text.", **fields)
    assert texts(pen) == ["Before."]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("post", {"text": "x"}),
        ("offer", {"rate": 0.5}),
        ("offer", {"rate": None}),
        ("offer", {"rate": 2**53}),
        ("offer", {"Rate": 1}),
        ("offer", {"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}}),
        ("offer", {"terms": "\ud800"}),
        ("offer", {"terms": "x" * 1024 * 1024}),
        ("", {}),
        ("k" * 65, {}),
    ],
)
def test_what_no_reader_would_take_is_refused_before_anything_is_written(pen, kind, body):
    pen.post("Before.")
    before = {path: path.read_bytes() for path in pen.files.plan.parent.rglob("*") if path.is_file()}
    with pytest.raises(Refused):
        pen.announce(kind, body)
    assert {path: path.read_bytes() for path in pen.files.plan.parent.rglob("*") if path.is_file()} == before


def test_an_announcement_is_signed_by_itself_and_stays(pen):
    offer = pen.announce("bond-offer", {"series": "b-1", "face": 1000})
    assert offer.records[0].sig is not None
    with pytest.raises(Refused, match="announced stays"):
        pen.retract(offer.records[0].id)
    with pytest.raises(Refused, match="announced stays"):
        pen.edit(offer.records[0].id, "Another.")
    assert len(settled_log(pen.files)) == 1


def test_a_key_record_can_not_be_announced_for_a_key_that_does_not_sign(pen):
    pen.post("Before.")
    other = PrivateKey.from_seed(b"\7" * 32).public.line
    with pytest.raises(PlanProblem, match="nothing was published"):
        pen.announce("key", {"from": KEY.public.line, "key": other, "proof": "AAAA"})
    assert texts(pen) == ["Before."]


def test_an_agent_that_signs_wrongly_publishes_nothing(tmp_path):
    class Liar:
        public = KEY.public

        def sign_blob(self, blob: bytes) -> bytes:
            return bytes(64)

    good = make_pen(tmp_path)
    good.post("Before.")
    liar = Authoring(good.files, ANA, Liar, lambda: NOW, os.urandom)
    with pytest.raises(PlanProblem, match="does not hold"):
        liar.post("After.")
    assert texts(good) == ["Before."]


def test_salts_differ_and_are_eight_bytes(pen):
    say(pen, 20, "The same. %d")
    pen.edit(settled_log(pen.files)[0].id, "Edited.")
    salts = [record.body["salt"] for record in settled_log(pen.files)]
    assert len(set(salts)) == 21
    assert {len(salt) for salt in salts} == {12}


def test_time_never_goes_back_when_the_clock_does(tmp_path):
    now = [NOW, NOW - 5000, NOW - 5000, NOW + 7]
    pen = make_pen(tmp_path, clock=lambda: now.pop(0) + 0.9)
    pen.post("One.")
    pen.post("Two.")
    pen.describe({"bio": "Grows leeks."})
    assert head(pen).updated == NOW
    pen.post("Three.")
    assert [record.time for record in settled_log(pen.files)] == [NOW, NOW, NOW + 7]
    assert head(pen).updated == NOW + 7


def test_another_key_or_address_than_the_plan_has_is_refused(pen, tmp_path):
    pen.post("Mine.")
    with pytest.raises(PlanProblem, match=r"SHA256:.*your key is"):
        make_pen(tmp_path, key=PrivateKey.from_seed(b"\1" * 32)).post("Not mine.")
    with pytest.raises(PlanProblem, match="the configuration says"):
        make_pen(tmp_path, address=Address.parse("bo@dairy.example")).post("Not mine.")
    assert texts(pen) == ["Mine."]


def test_the_signer_is_asked_for_once_and_before_the_lock(pen):
    asked = []

    def signer():
        held = durable.try_lock(pen.files.lock_path)
        assert held is not None
        os.close(held)
        asked.append(1)
        return KEY

    mine = Authoring(pen.files, ANA, signer, pen.clock, pen.random)
    mine.post("One.")
    mine.post("Two.")
    assert asked == [1]


# edit and retract


def test_an_edit_of_an_edit_is_one_of_the_post(pen):
    post = pen.post("One.").records[0]
    edit = pen.edit(post.id, "Two.").records[0]
    again = pen.edit(edit.id, "Three.").records[0]
    assert edit.body["of"] == again.body["of"] == post.id
    with pytest.raises(Refused, match="no record"):
        pen.edit(ID, "What?")


def test_a_retracted_post_and_its_edits_are_nowhere_in_the_files(tmp_path):
    pen = make_pen(tmp_path, window=16 * 1024)
    post = pen.post("SECRET one.", subject="SECRET subject").records[0]
    edit = pen.edit(post.id, "SECRET two.").records[0]
    # As another program may write it: an edit of an edit (plan-format 8.12).
    pen.say([Entry("edit", {"of": edit.id, "text": "SECRET three."})])
    pen.post("Unrelated.")
    say(pen, 110, "x" * 300 + " %d")
    made = pen.retract(post.id)
    assert [record.kind for record in made.records] == ["retract"] * 3
    log = settled_log(pen.files)
    assert [record.withheld for record in log[:4]] == [True, True, True, False]
    everything = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert "SECRET" not in everything
    assert "Unrelated." in everything
    for record_id in (post.id, edit.id):
        with pytest.raises(Refused, match="before"):
            pen.retract(record_id)
        with pytest.raises(Refused, match="retracted"):
            pen.edit(record_id, "Again.")
    with pytest.raises(Refused, match="stands for what is gone"):
        pen.retract(made.records[0].id)


def test_a_retracted_edit_leaves_the_post_and_its_other_edits(pen):
    post = pen.post("One.").records[0]
    first, second = pen.edit(post.id, "Two.").records[0], pen.edit(post.id, "Three.").records[0]
    pen.retract(first.id)
    assert [record.withheld for record in settled_log(pen.files)] == [False, True, False, False]
    pen.retract(post.id)
    log = settled_log(pen.files)
    assert [record.body["of"] for record in log if record.kind == "retract"] == [first.id, post.id, second.id]


# the head


def test_describe_changes_and_removes_what_the_head_says(pen):
    pen.describe({"name": "Ana", "bio": "Grows leeks.", "properties": {"website": "https://fields.example"}})
    pen.post("Hello.")
    pen.describe({"bio": None, "name": "Ana Field"})
    assert pen.head_about() == {
        "address": str(ANA),
        "name": "Ana Field",
        "properties": {"website": "https://fields.example"},
    }
    settled_log(pen.files)
    for wrong in ({"bio": 3}, {"bio": "\ud800"}, {"mirrors": ["not a host!"]}, {"properties": {"Web": "x"}}):
        with pytest.raises(Refused):
            pen.describe(wrong)
    assert pen.head_about()["name"] == "Ana Field"


def test_a_long_list_of_following_is_told_by_its_digest(pen):
    many = [Follow(f"n{number}", Address.parse(f"n{number}@far.example")) for number in range(201)]
    pen.describe({}, follows=many[:200])
    assert isinstance(head(pen).data["following"], list)
    pen.describe({}, follows=many)
    assert head(pen).data["following"] == list_digest(many)
    pen.post("A post, which says nothing of following.")
    settled_log(pen.files)
    listed = json.loads((pen.files.archive / "following.json").read_text())
    assert listed == [{"nick": one.nick, "address": str(one.address)} for one in many]
    pen.describe({}, follows=[])
    assert "following" not in head(pen).data


# two at once


def test_posts_at_once_all_land(tmp_path):
    program = (
        "import sys\nfrom pathlib import Path\nfrom tests.home.pen import make_pen\n"
        "for n in range(5): make_pen(Path(sys.argv[1])).post(f'{sys.argv[2]} {n}')"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name], cwd=ROOT, stderr=subprocess.PIPE)
        for name in "abcd"
    ]
    for writer in writers:
        _, error = writer.communicate(timeout=60)
        assert writer.returncode == 0, error
    said = texts(make_pen(tmp_path))
    for name in "abcd":
        assert [text for text in said if text[0] == name] == [f"{name} {number}" for number in range(5)]
    assert len(said) == 20


def test_a_plan_that_is_replaced_meanwhile_is_not_lost(pen):
    pen.post("One.")
    with pen.open() as log:
        pen.files.plan.write_text("thimbl: 2\n# by hand\n")
        with pytest.raises(PlanEdited, match="just now"):
            pen.append(log, [Entry(POST, {"text": "Two."})])
    assert pen.files.plan.read_text() == "thimbl: 2\n# by hand\n"


def test_the_log_of_a_plan_reads_the_same_to_a_reader(pen):
    say(pen, 3)
    log = settled_log(pen.files)
    plan = Plan(head(pen), tuple(log[::-1]))
    assert read_plan(pen.files.plan.read_text()).records == plan.records
