"""The palette: what it offers, what is found by typing, and that what is chosen is done."""

from pathlib import Path

import pytest

from tests.tui.running import Session, closed, composer, opened, play
from tui.composer import Composer
from tui.keymap import remap
from tui.palette import Command, Listed, Palette, matching
from tui.places import Tab
from tui.scopes import scopes

OFFERED = [
    Command(name, told, key, lambda: None)
    for name, told, key in (
        ("Compose", "write a post", "c"),
        ("Reply", "answer the selected post", "r"),
        ("Mute", "leave its author, a tag or a word out of what you read", "m"),
        ("Muted", "what is muted, to take it back", "M"),
        ("Copy", "copy text, link, time or reference", "y"),
    )
]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["Compose", "Reply", "Mute", "Muted", "Copy"]),
        ("co", ["Compose", "Copy"]),
        ("POST", ["Compose", "Reply"]),
        ("post answer", ["Reply"]),
        ("ute", ["Mute", "Muted"]),
        ("tag", ["Mute"]),
        ("muted back", ["Muted"]),
        ("xyzzy", []),
        ("[bold]", []),
    ],
)
def test_words_are_looked_for_in_the_name_and_in_what_it_does(words: str, found: list[str]) -> None:
    """Each of them, in any case; names come first."""
    assert [command.name for command in matching(OFFERED, words)] == found


def test_the_palette_has_a_key_of_its_own_in_every_view() -> None:
    """So has what goes from part to part: a table can not have it for something else."""
    [fault] = remap({"sort": "colon"}, scopes()).faults
    assert "would be both commands and sort" in fault


def test_what_is_chosen_is_done(tmp_path: Path) -> None:
    """By typing or by a click, from the list and while writing, here or in another view; Esc does nothing."""

    def palette(s: Session) -> Palette:
        assert isinstance(s.app.screen, Palette)
        return s.app.screen

    async def scene(s: Session) -> None:
        await s.press(":")
        await opened(s, Palette)
        names = [command.name for command in palette(s).found]
        assert {"Compose", "Reply", "Unfollow", "All read", "Theme", "Leave", "Subscribe", "State"} <= set(names)
        assert len(names) == len({(one.name, one.told) for one in palette(s).found})
        await s.until(lambda: "enter Do it" in s.shown and "to the next unread one" in s.shown)
        await s.press(*"write")
        await s.until(lambda: [command.name for command in palette(s).found] == ["Compose"])
        await s.press("enter")
        await opened(s, Composer)
        await s.press(*"Hi", "ctrl+p")
        await opened(s, Palette)
        assert [one.key for one in palette(s).found if one.name == "Keep as draft"] == ["esc"]
        await s.press("escape")
        await opened(s, Composer)
        assert composer(s).text == "Hi"
        await s.press("escape")
        await closed(s)
        await s.press("ctrl+p", *"theme", "enter")
        await s.until(lambda: palette(s).found[0].name == "thimbl")
        await s.press("pagedown", "down", "up", "pageup", "up")
        assert palette(s).listed.at == 0
        await s.press(*"nord")
        await s.until(lambda: [command.name for command in palette(s).found] == ["nord"])
        await s.settle()
        await s.pilot.click(Listed, offset=(3, 0))
        await closed(s)
        await s.until(lambda: s.app.theme == "nord")
        await s.press(":", *"to the commune", "enter")
        await s.until(lambda: "Apply to commune@fields.example" in s.shown)
        assert s.screen.spot.place.tab is Tab.BONDS

    play(tmp_path, scene)
