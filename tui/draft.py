"""What is being written: a post, an answer or an edit, and what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass

from thimbl.core.address import Reference
from thimbl.core.compose import Change
from tui.ports import Desk
from tui.sheet import Make

Send = Callable[[Desk, str, str | None], Reference]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is being written."""

    name: str
    """The name of its draft."""
    title: str
    send: Send
    """Sign and publish a text with its subject."""
    parent: Make | None = None
    """What stands over it, such as the post that is answered."""
    subject: bool = True
    """Whether it may have one."""
    start: str = ""
    """What it begins with, where there is no draft."""
    rehearse: Callable[[Desk, str], Change] | None = None
    """What would be signed, which is shown and asked about; then `Desk.publish` takes the place of `send`."""
