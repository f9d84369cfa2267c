"""What every application of ours has: here, that it sees when its terminal has gone."""

import os
import pty

import pytest

from tui.program import has_gone, has_shell


def test_a_terminal_that_has_gone_is_seen() -> None:
    """One that is there, with and without something typed, has not."""
    ours, theirs = pty.openpty()
    try:
        assert not has_gone(theirs)
        os.write(ours, b"j")
        assert not has_gone(theirs)
        os.close(ours)
        assert has_gone(theirs)
    finally:
        os.close(theirs)
    assert has_gone(theirs)


@pytest.mark.parametrize(
    ("sessions", "groups", "is_there"),
    [({0: 7, 9: 7}, {0: 8, 9: 9}, True), ({0: 7, 9: 7}, {0: 8, 9: 8}, False), ({0: 8, 9: 7}, {0: 8, 9: 9}, False)],
)
def test_who_can_wake_it_again(
    monkeypatch: pytest.MonkeyPatch, sessions: dict[int, int], groups: dict[int, int], is_there: bool
) -> None:
    """A shell with job control: not a program that runs this one, and not a terminal that was opened for it."""
    monkeypatch.setattr(os, "getppid", lambda: 9)
    monkeypatch.setattr(os, "getsid", sessions.__getitem__)
    monkeypatch.setattr(os, "getpgid", groups.__getitem__)
    assert has_shell() is is_there
