"""Processes beside the terminal UI: none of them is left behind, however the UI ends."""

import asyncio
import contextlib
import sys

from tui.children import Child

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
