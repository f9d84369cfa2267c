"""The keys of a person and the eyes of a test, for any Textual application: nothing here sleeps for longer than a look.

Textual tells nobody outside when something has come to be, so a condition is looked at until it holds.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from textual import events
from textual.app import App
from textual.keys import _character_to_key
from textual.message_pump import MessagePump

LOOKS = 1_000
"""How often a condition is looked at until it counts as never: some 10 s."""


async def press(app: App[Any], *keys: str) -> None:
    """Press keys, one after the other, each when the one before has gone through.

    As `Pilot.press` does, but that waits for the process to idle, by the clock, after each.
    """
    for key in keys:
        send(app, key)
        await settle(app)


def send(app: App[Any], *keys: str) -> None:
    """Press keys at once, as a terminal tells of them when the program was busy."""
    driver = app._driver
    assert driver is not None
    for key in keys:
        name = _character_to_key(key) if len(key) == 1 else key
        event = events.Key(name, key if len(key) == 1 else None)
        event.set_sender(app)
        driver.send_message(event)


async def settle(app: App[Any]) -> None:
    """Wait until the application, its screen and what is in focus have done what they were sent, there and back."""
    for _ in range(2):
        for node in (app, app.screen, app.focused):
            if node is not None and node.is_running:
                done = asyncio.Event()
                if node.call_later(done.set):
                    await _done(node, asyncio.ensure_future(done.wait()))


async def _done(node: MessagePump, waiting: asyncio.Future[object]) -> None:
    """Wait for it, unless what was to do it ends before."""
    for _ in range(LOOKS):
        await asyncio.wait({waiting}, timeout=0.01)
        if waiting.done() or not node.is_running:
            waiting.cancel()
            return
    raise AssertionError(f"{node} does not come to what it was sent")


async def until(condition: Callable[[], object], told: Callable[[], str] = str) -> None:
    """Wait for a condition; `told` says what there is instead, where it never comes."""
    for _ in range(LOOKS):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never came to be; {told()}")


def shown(app: App[Any]) -> str:
    """Everything on the screen, line by line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)
