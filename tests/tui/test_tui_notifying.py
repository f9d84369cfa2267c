"""Notifications: what is written to the terminal, of what, and that nothing that was fetched can write more."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.running import Session, play
from tui.notifying import MAX_TOLD, sequences
from tui.settings import Comfort, Notice


def test_each_way_is_its_own_sequence() -> None:
    assert sequences([Notice.OSC9], "2 new mentions.") == "\x1b]9;thimbl: 2 new mentions.\x1b\\"
    assert sequences([Notice.BELL], "whatever") == "\a"
    kitty = sequences([Notice.OSC99], "a word")
    assert kitty == "\x1b]99;i=thimbl:d=0;thimbl\x1b\\\x1b]99;i=thimbl:p=body;a word\x1b\\"
    assert sequences(list(Notice), "a") == (
        sequences([Notice.OSC9], "a") + sequences([Notice.OSC99], "a") + sequences([Notice.BELL], "a")
    )
    assert sequences([], "a") == ""


@given(st.text(max_size=400))
def test_no_text_ends_a_sequence_or_begins_one(text: str) -> None:
    made = sequences([Notice.OSC9], text)
    told = made.removeprefix("\x1b]9;thimbl: ").removesuffix("\x1b\\")
    assert len(told) <= MAX_TOLD
    assert not any(ord(one) < 0x20 or 0x7F <= ord(one) < 0xA0 for one in told)


def test_a_mention_is_told_once_and_old_ones_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One by its words, several by their number; nothing of what was there at the start."""

    async def scene(s: Session) -> None:
        written: list[str] = []
        driver = s.app._driver
        assert driver is not None
        monkeypatch.setattr(driver, "write", written.append)
        await s.screen.look()
        ana = s.village.scribes["ana"]
        ana.post("@cy one \x1b]0;title\x07 more")
        s.village.fetch(ana)
        await s.screen.look()
        [told] = written
        assert told.startswith("\x1b]9;thimbl: ana (ana@fields.example): @cy one ")
        assert told.count("\x1b") == 2
        ana.post("@cy two")
        ana.post("@cy three")
        ana.post("nothing of yours")
        s.village.fetch(ana)
        await s.screen.look()
        assert written[1:] == ["\x1b]9;thimbl: 2 new mentions.\x1b\\"]
        await s.press("N", "N")
        await s.screen.look()
        assert len(written) == 2
        ana.post("@cy who did it", subject="the end of the film")
        s.village.fetch(ana)
        await s.screen.look()
        assert "the end of the film" in written[2]
        assert "who did it" not in written[2]  # it is folded everywhere else, too

    play(tmp_path, scene, comfort=Comfort(notify=(Notice.OSC9,)))
