"""Drafts: what can not be written or read now is not lost, what is published is not offered again, all are found."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tui.running import Session, closed, composer, opened, play
from tests.tui.test_tui_rows import POST
from tests.tui.village import NOW, VillageDesk, furnished
from thimbl.cli.errors import explain
from thimbl.core.address import Reference
from thimbl.home.drafts import Drafts
from tui.app import ThimblApp
from tui.aside import DraftsLost, Pen
from tui.composer import Composer
from tui.dialogs import Choice
from tui.drafting import Waiting, waiting
from tui.ports import POST_DRAFT, reply_draft
from tui.quoting import quoted


class FullDisk(VillageDesk):
    """A desk whose disk is full, until it is not."""

    full = True

    def save_draft(self, name: str, text: str) -> None:
        if self.full:
            raise OSError("No space left on device")
        super().save_draft(name, text)


def test_what_can_not_be_written_is_kept_and_tried_again(tmp_path: Path) -> None:
    """Nobody's text is gone for a full disk: it is there when writing goes on, and written when that can be."""
    desk = FullDisk(furnished(tmp_path))

    async def scene() -> None:
        pen, failed = Pen(desk), asyncio.Event()
        pen.note_draft(POST_DRAFT, "precious")
        pen.note_draft("post-subject", "words")
        pen.save_drafts(lambda error: failed.set())
        await failed.wait()
        assert desk.drafted == {}
        pen.note_draft(POST_DRAFT, "more precious")
        assert await pen.draft(POST_DRAFT) == "more precious"
        assert await pen.draft("post-subject") == "words"
        desk.full = False
        pen.close()

    asyncio.run(scene())
    assert desk.drafted == {POST_DRAFT: "more precious", "post-subject": "words"}


def test_what_can_not_be_written_at_the_end_either_is_said_once_more(tmp_path: Path) -> None:
    """Whole, to be printed where the program ends: it is nowhere else."""
    desk = FullDisk(furnished(tmp_path))
    pen = Pen(desk)
    pen.note_draft(POST_DRAFT, "precious\nwords")
    pen.note_draft("post-subject", " ")
    with pytest.raises(DraftsLost) as lost:
        pen.close()
    code, told = explain(lost.value) or (0, "")
    assert code == 1
    assert told == (
        "No space left on device. So what you have typed is in no draft. It was:\n\nprecious\nwords\n\n"
        "That was all of it."
    )


def test_names_of_drafts(tmp_path: Path) -> None:
    """The one that was written last stands first; what is no draft is none."""
    drafts = Drafts(tmp_path / "drafts")
    assert drafts.names() == []
    for number, name in enumerate(("post", "reply-abc", "post-2")):
        path = drafts.save(name, "words")
        os.utime(path, (number, number))
    (tmp_path / "drafts" / "post.txt.new").write_text("half")
    assert drafts.names() == ["post-2", "reply-abc", "post"]


def test_which_drafts_wait(tmp_path: Path) -> None:
    """Those of subjects are no drafts of their own, empty ones wait for nothing; what is told of them is safe."""
    desk = furnished(tmp_path).desk()
    id = POST.id
    desk.drafted = {"post": "old", "post-subject": "s", f"edit-{id}": " ", f"reply-{id}-2": "\x1b[31mno", "x": "y"}
    assert [(one.name, one.kind, one.id) for one in waiting(desk)] == [
        (f"reply-{id}-2", "reply", id),
        ("post", "post", ""),
    ]
    assert waiting(desk)[0].told == "an answer to what is not here: ^[[31mno"
    told = Waiting("reply", "reply", id, "x" * 80, replace(POST, nick="\u05d0\x07")).told
    assert told == f"an answer to \u200e\u05d0^G\u200e: {'x' * 47}…"


def test_drafts_are_told_of_and_gone_on_with(tmp_path: Path) -> None:
    """D lists what a crash left: the answer is one again, to the same; where that is not here, the draft's place is."""
    village = furnished(tmp_path)
    desk = village.desk()
    frost = next(
        record for scribe in village.scribes.values() for record in scribe.records if "Frost" in str(record.body)
    )
    to = Reference(desk.address, frost.id)
    lost = Reference(desk.address, "a" * 52)
    desk.drafted = {reply_draft(lost): "lost", POST_DRAFT: "half a post", reply_draft(to): "half an answer"}

    async def scene(s: Session) -> None:
        await s.until(lambda: "3 drafts wait: D goes on." in s.status)
        await s.press("D")
        await opened(s, Choice)
        await s.until(lambda: "1  an answer to ana: half an answer" in s.shown and "2  a post: half a post" in s.shown)
        await s.press("1")
        await opened(s, Composer)
        await s.press("!", "ctrl+s")
        await closed(s)
        await s.press("D")
        await opened(s, Choice)
        await s.press("enter")
        await opened(s, Composer)
        assert composer(s).text == "half a post"
        await s.press("f7", "delete", "escape")
        await closed(s)
        await s.press("D")
        await opened(s, Choice)
        await s.press("1")
        await s.until(lambda: "not here any more. The draft is kept in" in s.screen.status.said)
        desk.drafted.clear()
        await s.press("D")
        await s.until(lambda: "No draft waits." in s.status)

    play(tmp_path, scene, village=village, desk=desk)
    ((item, text),) = desk.replied
    assert (item.id, text) == (frost.id, "half an answer!")


def test_what_is_published_as_the_program_ends_is_no_draft(tmp_path: Path) -> None:
    """Its draft goes in the same deed: else it would be offered again, and sent twice."""

    class Ending(VillageDesk):
        app: ThimblApp

        def post(self, text: str, subject: str | None = None) -> Reference:
            self.app.call_from_thread(self.app.exit)
            return super().post(text, subject)

    desk = Ending(furnished(tmp_path))
    desk.drafted = {POST_DRAFT: "only once"}

    async def scene(s: Session) -> None:
        desk.app = s.app
        await s.press("c")
        await opened(s, Composer)
        await s.press("ctrl+s")
        await s.until(lambda: desk.posted, "the post")

    play(tmp_path, scene, village=desk.village, desk=desk)
    assert (desk.posted, desk.drafted) == ([("only once", None)], {})


def test_a_draft_that_can_not_be_read_is_left_alone(tmp_path: Path) -> None:
    """What is written meanwhile is kept beside it; in memory, as long as nothing can be written either."""

    class Broken(FullDisk):
        def draft(self, name: str) -> str:
            raise OSError("Input/output error")

    desk = Broken(furnished(tmp_path))
    desk.drafted = {POST_DRAFT: "what is there"}

    async def scene(s: Session) -> None:
        await s.press("c")
        await opened(s, Composer)
        await s.until(lambda: "Input/output error That draft is left alone" in str(composer(s).trouble.render()))
        await s.press(*"ne", "escape")
        await closed(s)
        await s.press("c")
        await opened(s, Composer)
        assert composer(s).text == "ne"
        desk.full = False
        await s.press("w", "escape")
        await closed(s)

    play(tmp_path, scene, village=desk.village, desk=desk)
    assert desk.drafted == {POST_DRAFT: "what is there", "post-2": "new"}


def test_what_is_answered_stands_over_the_answer() -> None:
    """All of it, line by line; what is folded stays so."""
    found = [line.text for line in quoted(replace(POST, text="One.\n\n" + "word " * 20), NOW, 30)]
    assert found[1:4] == ["One.", "", "word word word word word word"]
    assert len(found) == 7
    folded = "\n".join(line.text for line in quoted(replace(POST, subject="secrets", text="Hidden."), NOW, 30))
    assert "secrets" in folded
    assert "Hidden" not in folded
    unfolded = quoted(replace(POST, subject="secrets", text="Hidden."), NOW, 30, unfolded=True)
    assert [line.text for line in unfolded[1:]] == ["Hidden."]
    assert "Gone" not in quoted(replace(POST, retracted=True, text="Gone."), NOW, 40, unfolded=True)[1].text
