"""Muting and comparing keys: what is asked, what it does, and what is said."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Button, OptionList

from tests.support.scribe import Scribe
from tests.tui.running import Session, closed, opened, play
from tests.tui.village import NOW, Village, furnished
from thimbl.core.address import Address
from thimbl.core.log import Verdict, judge
from thimbl.core.times import DAY, HOUR, WEEK
from thimbl.store.mutes import Mute, MuteKind
from thimbl.store.reader import Reader
from thimbl.store.types import Author, Item, Selection, View
from thimbl.store.writer import Writer
from tui.comparing import Keys, compared
from tui.dialogs import Choice, Confirm
from tui.follow import Follow
from tui.mutes import AskWord, Muted, described, offered
from tui.pages import Facts
from tui.rows import state_of, summary

OLD, NEW, OTHER = (f"SHA256:{letter * 43}" for letter in "abc")


def one_of(village: Village, user: str) -> tuple[Item, Author]:
    with Reader.open(village.path) as reader:
        item = next(item for item in reader.timeline(Selection(), 99) if item.address.user == user and item.text)
        author = reader.author(item.address)
        assert author is not None
        return item, author


def test_what_is_offered(tmp_path: Path) -> None:
    """The author, each tag of the post, a word; of oneself no author."""
    village = furnished(tmp_path)
    with Reader.open(village.path) as reader:
        frost = reader.timeline(Selection(View.SEARCH, words="#frost"), 1)[0]
    found = offered(frost, None)
    assert [(key, mute.name if mute else None) for key, (_, mute) in found.items()] == [
        ("a", "ana@fields.example"), ("1", "#frost"), ("w", None), ("l", None),
    ]  # fmt: skip
    _, ana = one_of(village, "ana")
    assert list(offered(None, ana)) == ["a", "w", "l"]
    assert list(offered(None, None)) == ["w", "l"]
    assert "\x1b" not in described(Mute(MuteKind.WORD, "a\x1b[2Jb", NOW))


def test_muting_an_author_for_a_week(tmp_path: Path) -> None:
    """Gone from the list and from what is unread; on their own page as before; taken back from the list of mutes."""

    async def scene(s: Session) -> None:
        total = len(s.screen.timeline.keys)
        await s.find("We have looked at a tractor")
        for fault, term in ((OSError("the disk is full"), "d"), (None, "w")):
            s.desk.fault = fault
            await s.press("m")
            await opened(s, Choice)
            await s.press("a")
            await s.until(lambda: "for how long" in s.shown)
            await s.press(term)
            await closed(s)
            if fault is not None:
                await s.until(lambda: "the disk is full" in s.screen.status.said)
        await s.until(lambda: "Muted for a week: author lower@fields.example" in s.screen.status.said)
        await s.until(lambda: len(s.screen.timeline.keys) < total)
        with Reader.open(s.village.path) as reader:
            assert [mute.until for mute in reader.mutes()] == [NOW + WEEK]
        await s.press("5")
        await s.until(lambda: s.screen.is_listed and len(s.screen.timeline.keys) == 2)
        await s.press("j")
        await s.until(lambda: "muted" in s.row, "the row in Following")
        await s.press("enter")
        await s.until(lambda: s.screen.spot.place.author is not None and len(s.screen.timeline.keys) == 3)
        await s.find("We have looked at a tractor")
        assert "We have looked at a tractor" in s.page
        await s.press("M")
        await opened(s, Muted)
        await s.press("enter")
        await closed(s)
        await s.until(lambda: "Muted no longer" in s.screen.status.said)
        await s.press("1")
        await s.until(lambda: len(s.screen.timeline.keys) == total)
        await s.press("M")
        await s.until(lambda: "Nothing is muted." in s.screen.status.said)

    play(tmp_path, scene)


def test_a_muted_word_is_folded_in_threads(tmp_path: Path) -> None:
    """It stands where it was said, and a key shows it; a slip of the finger is told."""

    async def scene(s: Session) -> None:
        await s.find("Frost on the lower field")
        await s.press("t")
        await s.until(lambda: len(s.screen.timeline.keys) == 3)
        await s.press("m")
        await opened(s, Choice)
        await s.press("w")
        await opened(s, AskWord)
        await s.press("!", "enter")
        await s.until(lambda: "no letter or digit" in s.shown)
        await s.press(*"fleece", "enter")
        await opened(s, Choice)
        await s.press("e")
        await closed(s)
        await s.until(lambda: "Muted until you take it back: word fleece" in s.screen.status.said)
        await s.find("muted: fleece")
        await s.until(lambda: "You have muted fleece: z shows it" in s.page)
        await s.press("z")
        assert "was right about the fleece" in s.page

    play(tmp_path, scene)


def test_what_is_muted_says_why(tmp_path: Path) -> None:
    """In a row, whatever the word is."""
    item, _ = one_of(furnished(tmp_path), "ana")
    assert summary(replace(item, muted="\x1b[2J"), NOW)[0][0] == "muted: ^[[2J"


def test_following_tells_the_schedule(tmp_path: Path) -> None:
    """Who was asked when, answered when, and is asked again when."""
    _, ana = one_of(furnished(tmp_path), "ana")

    def told(author: Author) -> str:
        return "".join(text for text, _ in state_of(author, NOW, head=False))

    well = replace(ana, asked=NOW - HOUR, answered=NOW - HOUR, due=NOW + 2 * HOUR)
    assert told(well) == "asked 1h ago · again in 2h"
    ill = replace(ana, asked=NOW - HOUR, answered=NOW - DAY, due=None, failure="it is down\n")
    assert told(ill) == "asked 1h ago · answered 1d ago · again now · no answer: it is down"
    away = replace(ill, private=True, moved_to=Address.parse("ana@dairy.example"))
    assert told(away).partition("again now")[2] == (
        " · in private · says: moved to ana@dairy.example · no answer: it is down"
    )
    set_back = replace(ana, asked=NOW + DAY, answered=NOW + DAY, due=NOW + 9)
    assert told(set_back) == "asked just now · again in 9s"


@pytest.mark.parametrize(
    ("typed", "words", "pins"),
    [
        ("", "", None),
        (f" {OLD} ", "the pinned key", None),
        (NEW, "the key that was seen", NEW),
        (NEW.removeprefix("SHA256:"), "the key that was seen", NEW),
        (f"{NEW}=", "the key that was seen", NEW),
        (NEW[:20], "so far as the key that was seen", None),
        (OLD[:20], "so far as the pinned key", None),
        (OTHER, "neither the pinned key nor", OTHER),
        ("nonsense", "no fingerprint", None),
    ],
)
def test_comparing(typed: str, words: str, pins: str | None) -> None:
    found = compared(typed, OLD, NEW)
    assert words in found.words
    assert found.pins == pins


def test_looking_again_at_a_fork() -> None:
    """The same key is pinned again, which takes the mark away."""
    assert compared(OLD, OLD, None, forked=True).pins == OLD


def renewed(village: Village) -> Scribe:
    """Lower Field answers by another key than the pinned one, and that answer is kept."""
    scribe = Scribe("lower@fields.example", key="impostor", start=NOW - HOUR, name="Lower [red]Field")
    scribe.post("It is me, with a new key.")
    with Writer.open(village.path) as writer:
        known = writer.known(scribe.address, 0, 99)
        judgement = judge(scribe.plan(), known, NOW)
        assert judgement.verdict is Verdict.NEW_KEY
        writer.take(judgement, NOW)
        writer.keep_evidence(scribe.address, judgement.verdict, judgement.reason, scribe.text().encode(), NOW - HOUR)
    return scribe


def test_a_key_is_about_the_selected_row_whoever_the_page_is_of(tmp_path: Path) -> None:
    """A page is read aside: until it is there, the one of another person stands beside the row."""
    village = furnished(tmp_path)
    stranger = village.meet("eve@elsewhere.example", "eve")
    with Writer.open(village.path) as writer:
        village.take(writer, stranger)
    _, ana = one_of(village, "ana")
    with Reader.open(village.path) as reader:
        eve = reader.author(stranger.address)
    assert eve is not None

    async def asked(s: Session, key: str, kind: type, told: str) -> None:
        s.screen.detail.show(Facts(author=ana))
        await s.press(key)
        await opened(s, kind)
        await s.until(lambda: told in s.shown, told)
        await s.press("escape")
        await closed(s)

    async def scene(s: Session) -> None:
        await s.find("We have looked at a tractor")
        await asked(s, "K", Keys, "The key of lower@fields.example")
        await asked(s, "x", Confirm, "Stop following lower@fields.example?")
        s.screen.detail.show(Facts(author=eve))
        await s.press("f")
        await opened(s, Follow)
        assert "eve" not in s.shown
        await s.press("escape")
        await closed(s)

    play(tmp_path, scene, village=village)


def test_nobody_is_muted_of_a_list_that_was_left(tmp_path: Path) -> None:
    async def scene(s: Session) -> None:
        await s.press("5")
        await s.until(lambda: s.screen.is_listed and s.screen.address is not None)
        s.screen._listed = None  # as while the next one is read
        await s.press("m")
        await opened(s, Choice)
        await s.until(lambda: "Mute what?" in s.shown)
        choices = s.app.screen.query_one(OptionList).options
        assert [choice.id for choice in choices] == ["w", "l"]
        await s.press("escape")

    play(tmp_path, scene)


def test_a_new_key_is_explained_and_pinned(tmp_path: Path) -> None:
    """Both fingerprints in full, what it means, and a fingerprint that is typed before anything is pinned."""
    village = furnished(tmp_path)
    before = village.scribes["lower"].fingerprint
    scribe = renewed(village)

    async def scene(s: Session) -> None:
        await s.find("We have looked at a tractor")
        assert "? new key" in s.page
        assert "K shows both keys" in s.page
        await s.press("K")
        await opened(s, Keys)
        await s.until(lambda: scribe.fingerprint in s.shown)
        for part in (before, "Lower [red]Field", "signed by another key", "by telephone"):
            assert part in s.shown
        dialog = s.app.screen
        assert isinstance(dialog, Keys)
        assert not dialog.query("#yes")
        await s.press("enter")
        assert s.desk.pinned == []
        dialog.typed.value = scribe.fingerprint[:20]
        await s.until(lambda: "so far as the key that was seen" in s.shown)
        assert not dialog.query("#yes")
        dialog.typed.value = scribe.fingerprint
        await s.until(lambda: dialog.query("#yes"))
        yes = dialog.query_one("#yes", Button)
        assert "letter by letter: it can be pinned" in s.shown
        dialog.typed.value = scribe.fingerprint[:20]
        await s.until(lambda: yes.disabled)
        dialog.typed.value = scribe.fingerprint
        await s.until(lambda: not yes.disabled)
        await s.press("enter")
        await s.until(lambda: yes.has_focus)
        assert s.desk.pinned == []
        await s.press("enter")
        await closed(s)
        await s.until(lambda: s.desk.pinned)

    desk = play(tmp_path, scene, village=village)
    assert desk.pinned == [(scribe.address, scribe.fingerprint)]
