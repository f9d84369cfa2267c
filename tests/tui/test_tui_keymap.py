"""Keys that are changed in the configuration: what is taken, what is told, and that all of it works when pressed."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding, BindingType

from tests.tui.running import Session, closed, opened, play
from tui.composer import Composer
from tui.dialogs import Help
from tui.keymap import MAX_KEYS, parsed, remap
from tui.scopes import remapped, scopes
from tui.settings import Comfort

LIST: list[BindingType] = [Binding("j,down", "step", "Down", id="down"), Binding("escape", "x", "Unnamed")]
SCREEN: list[BindingType] = [
    Binding("c", "compose", "Compose", id="compose"),
    Binding("r", "reply", "Reply", id="reply"),
    Binding("s", "search", "Search", id="search"),
]
PANE: list[BindingType] = [Binding("s", "sort", "Sort", id="sort")]
SMALL = {"in the list": [*LIST, *SCREEN], "in Bonds": [*PANE, *SCREEN]}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("C", ["C"]),
        ("?", ["question_mark"]),
        (",", ["comma"]),
        ("n, ctrl+n", ["n", "ctrl+n"]),
        ("f5,pageup , ctrl+shift+left", ["f5", "pageup", "ctrl+shift+left"]),
        ("question_mark, slash, solidus", ["question_mark", "slash", "slash"]),
        ("+, space, _", ["plus", "space", "underscore"]),
        ("é", ["é"]),
    ],
)
def test_keys_are_named_as_people_name_them(text: str, keys: list[str]) -> None:
    assert parsed(text) == keys


@pytest.mark.parametrize("text", ["", " ", "ctrl+", "hold+c", "pgup", "cc", "c,", ",,", "ctrl c", "c\x00d", "\x1b"])
def test_what_is_no_key_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        parsed(text)


@given(st.text(max_size=12))
def test_no_text_is_worse_than_no_key(text: str) -> None:
    try:
        keys = parsed(text)
    except ValueError:
        return
    assert 0 < len(keys) <= MAX_KEYS
    Binding(",".join(keys), "none").parse_key()  # is what Textual takes


def test_a_wish_is_taken() -> None:
    made = remap({"compose": "C", "down": "n, ctrl+n"}, SMALL)
    assert made.keys == {"compose": "C", "down": "n,ctrl+n"}
    assert made.faults == ()


def test_two_may_change_places() -> None:
    made = remap({"compose": "r", "reply": "c"}, SMALL)
    assert (made.keys, made.faults) == ({"compose": "r", "reply": "c"}, ())


def test_what_was_free_is_not_taken_by_what_left_it() -> None:
    """Nobody is bound to s in the list once search has gone elsewhere."""
    assert remap({"search": "slash", "compose": "s"}, {"in the list": SCREEN}).faults == ()


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    made = remap({"composse": "C"}, SMALL)
    assert made.keys == {}
    [fault] = made.faults
    assert fault == "tui: keys: there is nothing called 'composse': perhaps compose."
    [fault] = remap({"x": "C"}, SMALL).faults
    assert fault == "tui: keys: there is nothing called 'x': there are compose, down, reply, search, sort."


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"compose": "r"}, "'r' would be both compose and reply in the list"),
        ({"compose": "j"}, "'j' would be both compose and down in the list"),
        ({"compose": "escape"}, "'escape' would be both Unnamed and compose in the list"),
        ({"compose": "x", "reply": "x"}, "'x' would be both compose and reply in the list"),
        ({"sort": "c"}, "'c' would be both compose and sort in Bonds"),
        ({"sort": "?", "search": "?"}, "'?' would be both search and sort in Bonds"),
    ],
)
def test_a_clash_is_told_and_changes_nothing(wanted: dict[str, str], told: str) -> None:
    made = remap(wanted, SMALL)
    assert made.keys == {}
    assert told in made.faults[0]


@pytest.mark.parametrize("key", ["s", "ctrl+s, S", "é", "slash", "space", "enter", "+"])
def test_what_is_done_while_writing_has_no_key_that_writes(key: str) -> None:
    """Else nobody could type it any more."""
    made = remapped(Comfort(keys={"send": key, "preview": "f5, ctrl+u"}))
    assert made.keys == {"preview": "f5,ctrl+u"}
    assert "is typed in a text, where send is to be done" in made.faults[0]


def test_what_clashed_before_may_go_on() -> None:
    """The pane has `s` for something of its own; giving search another key there and keeping sort is no clash."""
    assert remap({"search": "s, slash"}, SMALL).faults == ()


def test_the_page_of_settings_names_what_there_is() -> None:
    """`docs/configuration.md` lists the names of all that can have another key."""
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")
    table = page.split("\n### tui\n")[1].split("\n## ")[0].split("| anywhere |")[1]
    told = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", table.split("\n\n")[0]))
    there = {one.id for bindings in scopes().values() for one in Binding.make_bindings(bindings) if one.id}
    assert told == there


def test_everything_that_has_a_name_can_have_another_key() -> None:
    """And nothing of the program clashes with itself."""
    found = scopes()
    ids = {one.id for bindings in found.values() for one in Binding.make_bindings(bindings) if one.id}
    assert {"compose", "down", "open", "everyone", "view-log", "quit", "leave"} <= ids
    for name in ids:
        assert remap({name: "f12"}, found).faults == (), name


def test_changed_keys_are_pressed_told_and_named(tmp_path: Path) -> None:
    """The old key does nothing, help and sentences name the new one, and what was refused is said at the start."""
    keys = {"compose": "C", "quit": "Q", "down": "n", "next-unread": "f6", "reply": "t", "x": "y"}
    comfort = Comfort(keys=keys, theme="thimble")

    async def scene(s: Session) -> None:
        told = [notice.message for notice in s.app._notifications]
        assert any("'t' would be both reply and thread" in one for one in told)
        assert any("nothing called 'x'" in one for one in told)
        assert any("no theme 'thimble'" in one for one in told)
        assert " n Next  C Compose  r Reply  f6 Unread  / Search  f Follow  ? Help  Q Quit" in s.shown
        await s.press("n", "n", "j")
        assert s.screen.timeline.row == 2
        await s.press("g", "escape")
        assert "Q quits." in s.status
        writing = dict(s.screen.bound())["Writing"]
        assert ("C", "write a post") in writing
        assert ("r", "answer the selected post") in writing
        await s.press("?")
        await opened(s, Help)
        await s.press("escape", "c")
        await closed(s)
        await s.press("C")
        await opened(s, Composer)

    play(tmp_path, scene, comfort=comfort)
