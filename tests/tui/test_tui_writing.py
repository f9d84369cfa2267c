"""Writing: completion, preview, an editor, an edit, and the last post taken back."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual import events

from tests.tui.running import Session, closed, composer, opened, play
from tests.tui.village import NOW, Village, furnished
from thimbl.core.address import Reference
from tui.app import ThimblApp
from tui.composer import Composer
from tui.dialogs import Confirm
from tui.ports import POST_DRAFT, edit_draft


def written(folder: Path) -> Village:
    """A village whose reader has posted, and follows ana in public."""
    village = furnished(folder)
    village.me.head_data["following"] = [{"nick": "ana", "address": "ana@fields.example"}]
    village.me.now = NOW - 40
    village.me.post("My own words.")
    village.fetch(village.me)
    return village


def preview(s: Session) -> str:
    return "\n".join(line.text for line in composer(s).preview.lines)


async def offered(s: Session, *told: str) -> None:
    """Wait for these candidates."""
    await s.until(lambda: [one.told for one in composer(s).suggestions.candidates] == list(told), f"{told} offered")


def test_names_and_tags_are_completed(tmp_path: Path) -> None:
    """Tab and Enter accept, the arrows choose, Esc closes the list alone; the preview says whom a name means."""

    async def scene(s: Session) -> None:
        await s.press("c")
        await opened(s, Composer)
        await s.press(*"Dear @")
        await offered(s, "ana ana@fields.example", "lower lower@fields.example")
        await s.press("down", "up", "up", "down", "tab")
        assert composer(s).area.text == "Dear @ana "
        await s.press(*"@l")
        await offered(s, "lower lower@fields.example")
        await s.press("escape")
        assert not composer(s).suggestions.candidates
        await s.press("o")
        await offered(s, "lower lower@fields.example")
        await s.press("enter", *"#fr")
        await offered(s, "#frost")
        await s.pilot.pause()
        await s.pilot.click("#suggestions", offset=(3, 0))
        await s.until(lambda: composer(s).area.text.endswith("#frost "))
        await s.press(*"@zoe")
        assert composer(s).area.text == "Dear @ana @lower@fields.example #frost @zoe"
        await s.until(lambda: "@ana is ana@fields.example" in preview(s))
        assert "@zoe means nobody" in preview(s)
        await s.press("f2")
        await s.until(lambda: not composer(s).preview.display)
        await s.press("backspace", "backspace", "backspace")
        await offered(s, "ana ana@fields.example", "lower lower@fields.example")
        composer(s).area.insert("l")  # and on, before the list of it has come
        await s.press("tab")
        await s.until(lambda: composer(s).area.text.endswith(" @lower@fields.example "))
        composer(s).area.insert("@l")
        await offered(s, "lower lower@fields.example")
        composer(s).area.insert("ux")
        await s.press("enter")
        await s.until(lambda: composer(s).area.text.endswith(" @lux\n"))
        await s.press("f2")
        await s.until(lambda: composer(s).preview.display)
        await s.press("ctrl+s")
        await closed(s)
        await s.until(lambda: "U takes it back" in s.status)

    assert play(tmp_path, scene, village=written(tmp_path)).posted[0][0].startswith("Dear @ana @lower@fields.example")


def test_the_last_post_is_taken_back(tmp_path: Path) -> None:
    """U shows exactly what will be signed, and asks; Enter alone is no; a second time there is nothing to take back."""

    async def scene(s: Session) -> None:
        await s.press("U")
        await opened(s, Confirm)
        await s.pilot.pause()
        for part in ("My own words.", "kind: retract", f"of: {s.village.me.records[-1].id}", "Sign and retract"):
            assert part in s.shown, part
        await s.press("enter")
        await closed(s)
        assert s.desk.published == []
        await s.press("U")
        await opened(s, Confirm)
        await s.press("right", "enter")
        await closed(s)
        await s.until(lambda: "Retracted #" in s.status)
        await s.press("U")
        await s.until(lambda: "taken back already" in s.status)
        s.village.me.announce("commune-leave", commune="commune@fields.example")
        s.village.fetch(s.village.me)
        await s.press("U")
        await s.until(lambda: "is no post" in s.status)

    (change,) = play(tmp_path, scene, village=written(tmp_path)).published
    assert change.withheld == (1,)


def test_an_edit_shows_its_record_first(tmp_path: Path) -> None:
    """E takes up one's own post with its text; a no keeps it as a draft; others' posts are not edited."""

    async def scene(s: Session) -> None:
        await s.find("@cy the bakery")
        await s.press("E")
        await s.until(lambda: "a post of your own" in s.status)
        await s.find("My own words.")
        of = s.item.reference
        await s.press("E")
        await opened(s, Composer)
        assert composer(s).text == "My own words."
        await s.press(*" Mended.", "ctrl+s")
        await opened(s, Confirm)
        await s.pilot.pause()
        assert "kind: edit" in s.shown
        assert "text: My own words. Mended." in s.shown
        await s.press("enter")
        await opened(s, Composer)
        assert composer(s).text == "My own words. Mended."
        await s.press("escape")
        await closed(s)
        await s.until(lambda: s.desk.drafted.get(edit_draft(of)) == "My own words. Mended.")
        await s.press("E")
        await opened(s, Composer)
        await s.press("ctrl+s")
        await opened(s, Confirm)
        await s.press("right", "enter")
        await closed(s)
        await s.selected("My own words. Mended.")
        await s.until(lambda: "edited" in s.row)
        assert edit_draft(of) not in s.desk.drafted

    desk = play(tmp_path, scene, village=written(tmp_path))
    assert [change.of for change in desk.published] == [Reference(desk.address, desk.village.me.records[0].id).id]


@contextmanager
def lent(self: ThimblApp) -> Iterator[None]:
    yield


def test_an_editor_works_on_the_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it wrote is taken up, also where it was killed; where it fails, leaves nothing, or the terminal can not be
    lent, the text stays as it was, and so does the draft."""
    village = furnished(tmp_path)
    desk = village.desk()
    path = desk.draft_file(POST_DRAFT)
    code = "import os, sys; f = open(sys.argv[1], 'a'); f.write({!r}); f.close(); {}"

    def read_back(name: str) -> str:
        return desk.drafted.get(name, "") if not path.exists() else path.read_text(encoding="utf-8")

    monkeypatch.setattr(desk, "draft", read_back)

    async def scene(s: Session) -> None:
        async def edit(says: str, writes: str = "", ending: str = "") -> None:
            monkeypatch.setenv("VISUAL", shlex.join([sys.executable, "-c", code.format(writes, ending)]))
            await s.press("ctrl+o")
            await s.until(lambda: says in str(composer(s).trouble.render()) if says else not composer(s)._sending)

        await s.press("c")
        await opened(s, Composer)
        await s.press(*"half a text")
        await edit("can not be lent", " lost")
        monkeypatch.setattr(ThimblApp, "suspend", lent)
        await edit("", " and more\n\n")
        await s.until(lambda: composer(s).text == "half a text and more")
        await edit("ended with 3", " taken back", "sys.exit(3)")
        await edit("left nothing", "", "open(sys.argv[1], 'w')")
        await s.until(lambda: desk.drafted.get(POST_DRAFT) == composer(s).text == "half a text and more")
        await edit("ended by SIGKILL", ", killed", "os.kill(os.getpid(), 9)")
        assert composer(s).text == "half a text and more, killed"
        await s.press("ctrl+z")
        assert composer(s).text == "half a text and more"
        assert not composer(s).trouble.display  # it was said of another text
        monkeypatch.setenv("VISUAL", "/nowhere/vi")
        await s.press("ctrl+o")
        await s.until(lambda: "does not start" in str(composer(s).trouble.render()))
        monkeypatch.setenv("VISUAL", "vi '")
        await s.press("ctrl+o")
        await s.until(lambda: "can not be understood" in str(composer(s).trouble.render()))
        assert composer(s).text == "half a text and more"

    play(tmp_path, scene, village=village, desk=desk)


def test_what_is_typed_is_seen_and_acts_on_nothing(tmp_path: Path) -> None:
    """The preview goes along with the cursor, and its end says whom nobody knows. What a terminal would act on, as an
    editor or a paste may bring it, is a symbol; right-to-left text stays between marks."""
    village = furnished(tmp_path)
    desk = village.desk()
    desk.drafted = {POST_DRAFT: "\x1b[31mred\x9b\u202e" + "".join(f"line {number}\n" for number in range(40)) + "@zoe"}

    async def scene(s: Session) -> None:
        await s.press("c")
        await opened(s, Composer)
        preview = composer(s).preview
        await s.until(lambda: "@zoe means nobody" in s.shown)
        await s.press("ctrl+home")
        await s.until(lambda: preview.scroll_offset.y == 0 and "@zoe means nobody" not in s.shown)
        s.app.post_message(events.Paste("\x1bpasted \u05d0\u05d1\n"))
        await s.until(lambda: composer(s).text.startswith("pasted"))
        await s.until(lambda: "\u200epasted \u05d0\u05d1" in s.shown)
        assert "␛[31mred��line 0" in s.shown
        assert "\x1b" not in s.shown

    play(tmp_path, scene, village=village, desk=desk)
