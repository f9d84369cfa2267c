"""What can wait until the reader looks at something, and presses no key for a moment.

To know all rows of a list of a hundred thousand takes as long as several keys, and half of that with the interpreter's
lock held: whoever goes from view to view has to wait for none of it.
"""

import asyncio
from contextlib import suppress
from typing import Final

REST: Final = 1.0
"""Seconds after a step that count as rest: longer than between two steps of one who reads on."""


class Rest:
    """When the reader moved last, and whether what waits is needed at once."""

    def __init__(self) -> None:
        self._moved = 0.0
        self._hurried = asyncio.Event()

    def moved(self) -> None:
        """The reader has gone a step."""
        self._moved = asyncio.get_running_loop().time()

    def hurry(self) -> None:
        """What waits is needed now."""
        self._hurried.set()

    async def come(self) -> None:
        """Wait for rest, from now on; or until somebody is in a hurry."""
        self._hurried.clear()
        self.moved()
        loop = asyncio.get_running_loop()
        while not self._hurried.is_set() and (left := self._moved + REST - loop.time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurried.wait(), left)
