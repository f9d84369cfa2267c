"""`thimbl sign`: what a person wrote into their plan by hand, and what is refused without losing a word of it."""

from pathlib import Path

import pytest

from tests.home.pen import ANA, make_pen, settled_log
from thimbl.core.address import Address
from thimbl.core.compose import Entry
from thimbl.core.plan import Follow, read_plan
from thimbl.core.records import POST
from thimbl.home.authoring import Authoring
from thimbl.home.errors import HomeError, PlanEdited, PlanProblem, Refused
from thimbl.home.signing import discard, sign

BO = Follow("bo", Address.parse("bo@dairy.example"))
CY = Follow("cy", Address.parse("cy@fields.example"))


@pytest.fixture
def pen(tmp_path: Path) -> Authoring:
    pen = make_pen(tmp_path)
    pen.describe({"name": "Ana", "bio": "Grows leeks.", "mirrors": ["mirror.example"]}, follows=[BO])
    pen.say([Entry(POST, {"text": f"Post {number}."}) for number in (1, 2, 3)])
    return pen


def edit(pen: Authoring, old: str, new: str) -> bytes:
    """Change the plan as an editor does, see that nothing goes on from it, and give what it is now."""
    text = pen.files.plan.read_text()
    assert old in text
    pen.files.plan.write_text(text.replace(old, new, 1))
    raw = pen.files.plan.read_bytes()
    with pytest.raises(PlanEdited, match="'thimbl sign'"):
        pen.post("Over it.")
    assert pen.files.plan.read_bytes() == raw
    return raw


def texts(pen: Authoring) -> list[str]:
    return [record.text for record in settled_log(pen.files)]


OLD = ["Post 1.", "Post 2.", "Post 3."]


def test_a_new_entry_becomes_a_post(pen):
    edit(pen, "entries:\n", "entries:\n- text: By hand.\n  subject: hands\n  re: bo@dairy.example#" + "a" * 52 + "\n")
    published, edited = sign(pen, ())
    assert texts(pen) == [*OLD, "By hand."]
    (record,) = published.records
    assert record.body.keys() == {"text", "subject", "re", "salt"}
    assert edited.follows == (BO,)
    pen.post("And on.")


def test_of_several_new_entries_the_lowest_is_the_oldest(pen):
    edit(pen, "entries:\n", "entries:\n- text: Three\n- text: Two\n- time: yesterday\n  kind: post\n  text: One\n")
    sign(pen, ())
    assert texts(pen) == [*OLD, "One", "Two", "Three"]


def test_an_entry_may_be_added_below_and_between(pen):
    edit(pen, "following:\n", "- text: At the end.\nfollowing:\n")
    sign(pen, ())
    assert texts(pen) == [*OLD, "At the end."]


def test_what_is_said_of_the_author_replaces_what_was(pen):
    edit(pen, "bio: Grows leeks.\n", "bio: Grows beans.\nproperties:\n  website: https://fields.example\n")
    sign(pen, ())
    edit(pen, "name: Ana\n", "")
    sign(pen, ())
    edit(pen, "mirrors:\n- mirror.example\n", "")
    sign(pen, ())
    assert pen.head_about() == {
        "address": str(ANA),
        "bio": "Grows beans.",
        "properties": {"website": "https://fields.example"},
        "following": [{"nick": "bo", "address": "bo@dairy.example"}],
    }
    assert texts(pen) == OLD


def test_the_address_may_be_left_out(pen):
    edit(pen, f"address: {ANA}\n", "")
    sign(pen, ())
    assert pen.head_about()["address"] == str(ANA)


def test_a_changed_list_of_following_is_taken_and_told(pen):
    edit(pen, "- nick: bo\n", "- nick: cy\n  address: cy@fields.example\n- nick: bo\n")
    _, edited = sign(pen, [BO])
    assert edited.follows == (CY, BO)
    assert [one["nick"] for one in pen.head_about()["following"]] == ["cy", "bo"]


def test_a_missing_list_of_following_comes_from_the_persons_own(pen):
    edit(pen, "following:\n- nick: bo\n  address: bo@dairy.example\n", "")
    _, edited = sign(pen, [BO, CY])
    assert edited.follows is None
    assert [one["nick"] for one in pen.head_about()["following"]] == ["bo", "cy"]


def test_a_list_too_long_for_the_head_stays(pen):
    many = [Follow(f"n{number}", Address.parse(f"n{number}@far.example")) for number in range(201)]
    pen.describe({}, follows=many)
    edit(pen, "entries:\n", "entries:\n- text: By hand.\n")
    _, edited = sign(pen, many)
    assert edited.follows is None
    assert texts(pen)[-1] == "By hand."


def test_words_alone_become_a_post_and_are_kept(pen):
    pen.files.plan.write_text("Gone fishing.\n\nBack on Monday.\n")
    with pytest.raises(PlanEdited, match="replaced by hand"):
        pen.post("Over it.")
    sign(pen, [BO])
    assert texts(pen) == [*OLD, "Gone fishing.\n\nBack on Monday."]
    assert pen.files.plan.with_name(".plan.before-thimbl").read_text() == "Gone fishing.\n\nBack on Monday.\n"


def test_a_plan_written_afresh_goes_on_with_the_log(pen):
    pen.files.plan.write_text("thimbl: 2\nname: Ana Field\nentries:\n- text: Afresh.\n")
    sign(pen, ())
    assert texts(pen) == [*OLD, "Afresh."]
    assert pen.head_about() == {"address": str(ANA), "name": "Ana Field"}


def test_a_plan_written_before_there_was_any(tmp_path):
    pen = make_pen(tmp_path)
    pen.files.plan.write_text("thimbl: 2\nname: Ana\nentries:\n- text: First.\n")
    with pytest.raises(PlanEdited) as caught:
        pen.post("Over it.")
    assert "--discard" not in str(caught.value)
    with pytest.raises(PlanProblem, match="Nothing was signed"):
        discard(pen)
    sign(pen, ())
    assert texts(pen) == ["First."]
    assert pen.head_about()["name"] == "Ana"


def test_the_same_may_be_written_as_json(pen):
    pen.files.plan.write_text('{"thimbl": 2, "entries": [{"text": "In JSON."}]}')
    sign(pen, ())
    assert texts(pen) == [*OLD, "In JSON."]


def test_comments_alone_change_nothing(pen):
    pen.files.plan.write_text("# my plan\n" + pen.files.plan.read_text())
    pen.post("It holds.")
    assert texts(pen) == [*OLD, "It holds."]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("text: Post 2.", "text: Post two.", "Entry 2 is not as you signed it.*thimbl edit"),
        ("  text: Post 2.\n", "", "Entry 2 is not"),
        ("  kind: post\n  seq: 2\n", "  seq: 2\n", "Entry 2 is not"),
        ("entries:\n", "entries:\n- text: Mine\n  seq: 9\n", "Entry 1 from the top has a seq"),
        ("entries:\n", "entries:\n- text: Mine\n  seq: true\n", "Entry 1 from the top has a seq"),
        ("entries:\n", "entries:\n- text: Mine\n  seq: 3\n", "Entry 3 is not"),
        ("entries:\n", "entries:\n- text: 42\n", "Entry 1 from the top has no text.*quotes"),
        ("entries:\n", "entries:\n- Just words\n", "Entry 1 from the top is not a map"),
        ("entries:\n", "entries:\n- kind: offer\n  text: x\n", "only posts are made by hand"),
        ("entries:\n", "entries:\n- text: x\n  mood: fine\n", "Entry 1 from the top has 'mood'"),
        ("entries:\n", "entries:\n- text: ''\n", "Entry 1 from the top: .*empty"),
        ("entries:\n", "entries:\n- text: x\n  re: nobody\n", "re is not as a post asks"),
        ("bio: Grows leeks.", "bio: [", "line 6"),
        ("bio: Grows leeks.", "bio: 3", "bio is not text"),
        ("bio: Grows leeks.", "bio: 0.5", "floats.*line 4"),
        ("thimbl: 2", "thimbl: 3", "thimbl: 2"),
        ("address: ana@", "address: bo@", "bo@fields.example.*Put the address back"),
        ("key: ssh-ed25519 AAAA", "key: ssh-ed25519 BBBB", "Put the key back"),
        ("address: bo@dairy.example", "address: nobody", "following: "),
        ("- nick: bo\n  address", "- address", "needs a nick"),
        ("following:\n- nick: bo", "following:\n- nick: x\n  address: bo@dairy.example\n- nick: bo", "twice"),
        ("following:\n- nick: bo\n  address: bo@dairy.example", "following: bo", "following must be a list"),
    ],
)
def test_what_can_not_be_signed_is_refused_and_stays_as_it_was_written(pen, old, new, says):
    before = pen.files.plan.read_bytes()
    raw = edit(pen, old, new)
    with pytest.raises(Refused, match=says):
        sign(pen, ())
    assert pen.files.plan.read_bytes() == raw
    discard(pen)
    assert read_plan(pen.files.plan.read_text()) == read_plan(before.decode())
    assert pen.files.plan.with_name(".plan.edited").read_bytes() == raw
    assert texts(pen) == OLD


def test_an_entry_that_was_taken_out_is_named(pen):
    text = pen.files.plan.read_text()
    entries = text.split("- time:")
    pen.files.plan.write_text("- time:".join([entries[0], entries[1], entries[3]]))
    with pytest.raises(Refused, match=r"Entry 2 is missing.*thimbl retract"):
        sign(pen, ())


def test_an_altered_entry_below_the_window_is_refused_too(tmp_path):
    wide, narrow = make_pen(tmp_path), make_pen(tmp_path, window=600)
    wide.say([Entry(POST, {"text": f"Post {number}."}) for number in range(1, 131)])
    text = wide.files.plan.read_text()
    narrow.files.plan.write_text(text.replace("entries:\n", "entries:\n- text: By hand.\n"))
    sign(narrow, ())
    assert len(settled_log(narrow.files)) == 131
    narrow.files.plan.write_text(text.replace("Post 7.", "Post seven."))
    with pytest.raises(Refused, match="Entry 7 is not"):
        sign(narrow, ())


def test_a_plan_that_is_gone(pen):
    pen.files.plan.unlink()
    with pytest.raises(PlanEdited, match="is gone"):
        pen.post("A second log?")
    with pytest.raises(Refused, match="--discard"):
        sign(pen, ())
    discard(pen)
    pen.post("Here again.")
    assert texts(pen) == [*OLD, "Here again."]


def test_discarding_what_was_not_edited_keeps_no_copy(pen):
    before = pen.files.plan.read_bytes()
    discard(pen)
    assert pen.files.plan.read_bytes() == before
    assert not list(pen.files.plan.parent.glob(".plan.e*"))


def test_a_signed_plan_whose_archive_is_gone_is_not_begun_anew(pen, tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    (there / ".plan").write_text(pen.files.plan.read_text().replace("Ana", "Anna"))
    other = make_pen(there)
    with pytest.raises(Refused, match="Bring its archive"):
        sign(other, ())
    (there / ".plan").write_text(pen.files.plan.read_text())
    sign(other, [BO])
    assert texts(other) == OLD


def test_another_key_signs_nothing_of_an_edited_plan(pen, tmp_path):
    from thimbl.core.keys import PrivateKey

    raw = edit(pen, "entries:\n", "entries:\n- text: By hand.\n")
    with pytest.raises(HomeError, match="Name the right key"):
        sign(make_pen(tmp_path, key=PrivateKey.from_seed(b"\2" * 32)), ())
    assert pen.files.plan.read_bytes() == raw
