"""The terminal UI while an hour of fetching goes by, as fast as it can: the memory in use at the quarters of it.

A batch comes every six seconds of that hour, a post each of some authors, and the UI looks at the store after each, as
it does once a second. A reader moves, opens threads and authors, comes back, and takes in what is new. The writer is
in a process of its own; this one has what the UI has.
"""

import asyncio
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from bench.startup import publish_more
from thimbl.home.account import Account
from thimbl.home.desk import Desk
from tui.app import ThimblApp

BATCHES: Final = 600
KEYS: Final = ("j", "j", "t", "escape", "u", "escape", "full_stop", "2", "5", "7", "1", "G", "g")

SETTLE: Final = 0.05
"""Seconds for what a key leads to. `Pilot.press` waits until the process is idle, which one that reads a store all the
time never is for long."""


class StillDesk(Desk):
    """A desk without a poller: the batches are what is fetched."""

    def watch_command(self) -> list[str] | None:
        """None."""
        return None


def memory() -> float:
    """MiB in use now."""
    found = re.findall(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[0]) / 1024


async def hour(app: ThimblApp) -> None:
    """Let it go by."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "bench._tui_hour", "write"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    async with app.run_test(size=(100, 30)) as pilot:
        while not app.reading.begun:
            await pilot.pause(SETTLE)
        for batch in range(BATCHES + 1):
            if batch % (BATCHES // 4) == 0:
                print(f"{batch * 60 // BATCHES} {memory():.1f}", flush=True)
            writer.stdin.write(b"\n")
            writer.stdin.flush()
            await asyncio.get_running_loop().run_in_executor(None, writer.stdout.readline)
            await app.reading.look()
            app.simulate_key(KEYS[batch % len(KEYS)])
            await pilot.pause(SETTLE)
    writer.communicate()


def main() -> None:
    """Be the UI, or the writer of its batches."""
    account = Account.find(os.environ, time.time, os.urandom)
    if sys.argv[1:] == ["write"]:
        with account.writer() as writer:
            for batch, _ in enumerate(sys.stdin):
                publish_more(writer, batch, int(time.time()))
                print(batch, flush=True)
    else:
        asyncio.run(hour(ThimblApp(account.paths.store, StillDesk(account), time.time)))


if __name__ == "__main__":
    main()
