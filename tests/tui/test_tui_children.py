"""Processes beside the terminal UI: none of them is left behind, however the UI ends."""

import asyncio
import contextlib
import sys

import pytest

from tui import aside
from tui.children import Child, ChildFailed, fetch, watch
from tui.reports import Report

STAYS = (sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)")


def test_a_child_is_ended_and_reaped_whoever_hurries() -> None:
    """Who uses it is cancelled, and once more while the child is ending, as the end of the loop does."""

    async def scene() -> Child:
        child, is_here = Child(STAYS), asyncio.Event()

        async def use() -> None:
            async with child:
                async for _ in child.lines():
                    is_here.set()

        using = asyncio.create_task(use())
        await is_here.wait()
        using.cancel()
        await asyncio.sleep(0)  # it is told, and begins to end
        using.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await using
        assert using.cancelled()
        return child

    child = asyncio.run(scene())
    assert child.status is not None


def test_a_fetch_that_was_killed_is_not_told_as_one_that_is_done() -> None:
    """Whatever it had told until then."""
    code = 'import os; print(\'{"address": "a@x.example", "failure": "off"}\', flush=True); os.kill(os.getpid(), 9)'
    told: list[Report] = []
    with pytest.raises(ChildFailed, match="ended by signal 9, with 1 asked"):
        asyncio.run(fetch([sys.executable, "-c", code], told.append))
    assert [report.address for report in told] == ["a@x.example"]


def test_the_last_words_are_without_the_name_of_the_program() -> None:
    """It is said who ended; and a file that can not be read is called by its name."""
    code = "import sys; print('thimbl: the store is away', file=sys.stderr); sys.exit(1)"
    assert asyncio.run(watch([sys.executable, "-c", code], lambda _: None)) == "the store is away"
    with pytest.raises(ChildFailed, match=r"/nowhere/x can not be started: No such file or directory$"):
        asyncio.run(watch(["/nowhere/x"], lambda _: None))
    assert aside.told(PermissionError(13, "Permission denied", "/a/b")) == "/a/b: Permission denied."
