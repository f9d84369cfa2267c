"""Starting work that waits for something, so that the screen does not."""

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker


def begin(
    node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str, *, exclusive: bool = False
) -> Worker[None]:
    """Run `work` beside everything else, for as long as `node` is there.

    Where it is `exclusive`, what still runs in the same group is cancelled. It is a function and not a coroutine, since
    one that is cancelled before its turn must not have begun.
    """
    worker: Worker[None] = node.run_worker(work, group=group, exclusive=exclusive)
    return worker
