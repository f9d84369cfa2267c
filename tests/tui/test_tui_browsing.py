"""The browser: `$BROWSER` with and without arguments, missing, failing; whether it gets the terminal."""

import sys
import webbrowser
from pathlib import Path

import pytest

from tui import browsing
from tui.browsing import NoBrowser, find

LINK = "https://example.org/?a=%s&b=1"


def program(folder: Path, name: str, status: int = 0) -> Path:
    """A browser that writes down what it was given, and ends."""
    path = folder / name
    path.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(folder / 'given')!r}, 'w').write(' '.join(sys.argv[1:]))\n"
        f"sys.exit({status})\n"
    )
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("command", "given"),
    [("{}", LINK), ("'{}' --new 'a b'", f"--new a b {LINK}"), ("{} --at=%s -q", f"--at={LINK} -q")],
)
def test_a_command_is_given_the_link(tmp_path: Path, command: str, given: str) -> None:
    """At its end, or where it wants it; the first that is there counts."""
    path = program(tmp_path, "surfer")
    browser = find({"BROWSER": f"/nowhere/firefox:{command.format(path)}:w3m", "DISPLAY": ":0"})
    assert browser.in_terminal is False
    assert browser.open(LINK) == ""
    assert (tmp_path / "given").read_text() == given


def test_who_gets_the_terminal(tmp_path: Path) -> None:
    """Browsers of text, and whatever there is where there is no other screen."""
    surfer, text = program(tmp_path, "surfer"), program(tmp_path, "w3m", 3)
    assert find({"BROWSER": str(surfer)}).in_terminal
    assert not find({"BROWSER": f"{surfer} &"}).in_terminal
    browser = find({"BROWSER": str(text), "WAYLAND_DISPLAY": "wayland-0"})
    assert browser.in_terminal
    assert browser.open(LINK) == f"The browser '{text}' ended with 3."


def test_what_goes_wrong_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoBrowser, match="which is not here"):
        find({"BROWSER": "/nowhere/firefox"})
    with pytest.raises(NoBrowser, match="can not be understood"):
        find({"BROWSER": "firefox '"})
    broken = program(tmp_path, "broken")
    broken.write_text("#!/nowhere/python\n")
    assert "does not start" in find({"BROWSER": str(broken), "DISPLAY": ":0"}).open(LINK)

    def none() -> webbrowser.BaseBrowser:
        raise webbrowser.Error("no browser")

    monkeypatch.setattr(webbrowser, "get", none)
    with pytest.raises(NoBrowser, match="No browser was found"):
        find({})


def test_one_that_goes_on_has_opened_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a browser that stays."""
    monkeypatch.setattr(browsing, "PATIENCE", 0.0)
    assert find({"BROWSER": str(program(tmp_path, "surfer")), "DISPLAY": ":0"}).open(LINK) == ""
