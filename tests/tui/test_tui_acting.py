"""Following, fetching, links, copies, help: what the UI asks of the desk, and what it says of it."""

import sys
import webbrowser
from pathlib import Path

import pytest

from tests.tui.running import Session, closed, opened, play
from tests.tui.village import NOW, Village, VillageDesk, furnished
from thimbl.core.address import Address
from tui.dialogs import Choice, Confirm, Help, Links
from tui.hosts import way_of
from tui.keys import SCREEN_KEYS


def test_unfollow_asks(tmp_path: Path) -> None:
    """Enter alone is no."""

    async def scene(s: Session) -> None:
        for answer in (("enter",), ("tab", "enter")):
            await s.selected("SHA256")
            await s.press("x")
            await opened(s, Confirm)
            await s.press(*answer)
            await closed(s)
        await s.until(lambda: "You no longer follow ana@fields.example" in s.status)

    assert play(tmp_path, scene).unfollowed == [Address.parse("ana@fields.example")]


def test_fetch_tells_progress_and_failures(tmp_path: Path) -> None:
    """In the status line, in words."""
    village = furnished(tmp_path)
    desk = village.desk()
    desk.reports = [
        {"address": "ana@fields.example", "verdict": "verified", "new": 3},
        {"address": "lower@fields.example", "failure": "no answer within 20 seconds", "new": 0},
        {"address": "bo@dairy.example", "verdict": "new-key", "reason": "signed by another", "new": 0},
    ]
    desk.fetch_status = 3

    async def scene(s: Session) -> None:
        await s.press("R")
        await s.until(lambda: "did not answer" in s.screen.status.said)
        said = s.screen.status.said
        assert said.startswith("Fetched: 3 new, 3 asked, 1 did not answer, 1 not taken.")
        assert "bo@dairy.example: new key, not taken: signed by another" in said
        assert "lower@fields.example: no answer within 20 seconds" in said
        assert s.screen.status.trouble

    play(tmp_path, scene, village=village, desk=desk)


def test_a_fetch_that_fails_altogether(tmp_path: Path) -> None:
    """Its last words, or why it could not be started."""

    async def scene(s: Session) -> None:
        s.desk.fetch_status = 1
        await s.press("R")
        await s.until(lambda: "The fetch failed: the network is down" in s.screen.status.said)
        s.desk.fetch_argv = ["/nowhere/thimbl"]
        await s.press("R")
        await s.until(lambda: "can not be started" in s.screen.status.said)

    play(tmp_path, scene)


class Watched(VillageDesk):
    """A desk whose poller writes where it runs, and stays or ends."""

    code = "import sys, time; open(sys.argv[1], 'w').write('on'); {}"

    def __init__(self, village: Village, then: str) -> None:
        super().__init__(village)
        self.trace = village.path.with_name("trace")
        self.then = then

    def watch_command(self) -> list[str]:
        return [sys.executable, "-c", self.code.format(self.then), str(self.trace)]


def test_a_poller_runs_while_the_ui_runs(tmp_path: Path) -> None:
    """It is started, and ended with the UI."""
    village = furnished(tmp_path)
    desk = Watched(village, "time.sleep(600)")

    async def scene(s: Session) -> None:
        await s.until(desk.trace.exists)

    play(tmp_path, scene, village=village, desk=desk)


class Browser(webbrowser.BaseBrowser):
    """Notes what it was asked to open."""

    def __init__(self) -> None:
        super().__init__("none")
        self.opened: list[str] = []

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        self.opened.append(url)
        return True


def test_links_are_shown_before_they_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All links of the post, then where the chosen one leads; opened only on yes."""
    browser = Browser()
    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setattr(webbrowser, "get", lambda: browser)

    async def scene(s: Session) -> None:
        await s.find("We have looked at a tractor")
        await s.press("o")
        await opened(s, Links)
        await s.press("down", "enter")
        await opened(s, Confirm)
        await s.press("escape")
        await closed(s)
        assert browser.opened == []
        await s.press("o")
        await opened(s, Links)
        await s.press("down", "enter")
        await opened(s, Confirm)
        await s.until(lambda: "https://example.org/a_(b)" in s.shown)
        await s.press("right", "enter")
        await closed(s)
        await s.until(lambda: "Opened example.org." in s.status)
        assert browser.opened == ["https://example.org/a_(b)"]

    play(tmp_path, scene)


def test_links_of_an_offer(tmp_path: Path) -> None:
    """They stand in its description; of one link there is nothing to choose."""

    async def scene(s: Session) -> None:
        await s.find("B-2026-1")
        await s.press("o")
        await opened(s, Confirm)
        await s.until(lambda: "This leads to tractors.example:" in s.shown)
        await s.press("escape")
        await closed(s)

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://bank.example@evil.example/x", "evil.example"),
        ("https://xn--pple-43d.com/", "xn--pple-43d.com"),
        ("mailto:ana@fields.example", "a letter to ana@fields.example"),
        ("http://[::1]/", "::1"),
        ("http://[::1", "no host that can be read"),
    ],
)
def test_where_a_link_leads(link: str, host: str) -> None:
    """The host that a browser would go to."""
    assert way_of(link).host == host


def test_copy(tmp_path: Path) -> None:
    """y asks which: the reference or the text, which goes escaped to the clipboard (OSC 52)."""

    async def scene(s: Session) -> None:
        evil = s.village.meet("eve@evil.example", "eve", start=NOW - 30)
        evil.post("rm -rf\x1b[201~\u202e")
        s.village.follow(evil, "eve")
        await s.screen.look()
        await s.press(".")
        await s.until(lambda: len(s.screen.timeline.keys) == 9)
        await s.press("g")
        await s.selected("rm -rf")
        reference = str(s.item.reference)
        await s.press("y")
        await opened(s, Choice)
        await s.press("y")
        await s.until(lambda: s.app.clipboard == reference)
        await s.press("y")
        await opened(s, Choice)
        await s.press("t")
        await s.until(lambda: s.app.clipboard == "rm -rf^[[201~\\u{202e}")

    play(tmp_path, scene)


def test_help_is_made_from_the_bindings(tmp_path: Path) -> None:
    """Every key of the table stands there, and those of the list."""

    async def scene(s: Session) -> None:
        await s.press("?")
        await opened(s, Help)
        assert isinstance(s.app.screen, Help)
        told = {told: keys for _, rows in s.app.screen.groups for keys, told in rows}
        for binding in SCREEN_KEYS:
            assert binding.tooltip in told, binding
        assert told["write a post"] == "c"
        assert "j" in told["the next, older one"]
        assert told["search for words, or for a #tag"] == "/"
        assert told["all keys"] == "?"
        assert told["the next view"] == "l →"
        assert told["all commands, by name"] == ": ^p"
        assert "enter" in told["read it; in Following: their posts"]
        await s.press("q")
        await closed(s)

    play(tmp_path, scene)
