"""Telling hooks from a program of its own, for whoever must not wait: the terminal UI, a poller, a short command."""

import subprocess
import sys
import threading
from contextlib import suppress
from typing import Final

from thimbl.home.account import Account
from thimbl.home.hooks.settings import NAME

ARGUMENTS: Final = ("-m", "thimbl", "hook", "run")
"""Of the interpreter, for this program again, however it was started: it tells what there is to tell, and ends."""


def wanted(account: Account) -> bool:
    """Whether there is anybody to tell."""
    return bool(account.settings.hooks.told) and not account.environ.get(NAME)


def start(account: Account) -> None:
    """Begin to tell what came, and wait for nothing. What goes wrong is kept for `thimbl log` and `thimbl doctor`."""
    if not wanted(account):
        return
    nowhere = subprocess.DEVNULL
    with suppress(OSError):  # what is not told now is told the next time
        process = subprocess.Popen(
            [sys.executable, *ARGUMENTS],
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
            env=dict(account.environ),
            start_new_session=True,
        )
        # Beside whatever goes on here: nothing is left of a program that has ended, and this one ends when it likes.
        threading.Thread(target=process.wait, daemon=True).start()
