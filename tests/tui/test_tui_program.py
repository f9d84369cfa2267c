"""What every application of ours has: here, that it sees when its terminal has gone."""

import os
import pty

from tui.program import has_gone


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
