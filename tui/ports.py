"""What the terminal UI may do besides reading: the seam between it and a person's own files.

- The UI reads the store and writes nothing itself. All that changes anything goes through a :class:`Desk`, which the
  command line hands in; the tests hand in one of their own.
- A desk is asked from one worker thread, never from the UI's own and never two things at once, since signing and
  writing wait for the disk. Only `address` and the methods that return an argv are asked from the UI's thread.
- Any method may raise; the ``str()`` of what it raises is shown to the person as it is.
"""

from collections.abc import Sequence
from typing import Final, Protocol

from thimbl.core.address import Address, Reference
from thimbl.store.types import Item

PLACE_KEY: Final = "tui.place"
"""State: where the reader left off, as JSON with `view`, `at` (a reference) and `line`."""

THEME_KEY: Final = "tui.theme"
"""State: the name of the theme that was chosen."""

POST_DRAFT: Final = "post"
"""The name of the draft of a new post."""


def reply_draft(to: Reference) -> str:
    """The name of the draft of a reply: safe as the name of a file."""
    return f"reply-{to.id}"


class Desk(Protocol):
    """A person's own writing: their plan, whom they follow, what they have read, and their drafts."""

    address: Address
    """Who writes here."""

    def post(self, text: str, subject: str | None = None) -> Reference:
        """Sign and publish a post; durable when it returns."""

    def reply(self, to: Item, text: str) -> Reference:
        """Sign and publish an answer to `to`; durable when it returns."""

    def follow(self, address: Address, nick: str | None) -> None:
        """Add to the following file, the plan and the store. Asks nobody over the network."""

    def unfollow(self, address: Address) -> None:
        """Take out of the same three. What was fetched stays."""

    def mark(self, rowids: Sequence[int], read: bool) -> None:
        """Mark items as read, or as unread."""

    def save_state(self, key: str, value: str) -> None:
        """Keep what `Reader.state` gives back at the next start."""

    def save_draft(self, name: str, text: str) -> None:
        """Keep a draft; an empty text drops it."""

    def draft(self, name: str) -> str:
        """The draft of this name; empty where there is none."""

    def drop_draft(self, name: str) -> None:
        """Forget a draft; nothing happens where there is none."""

    def fetch_command(self) -> list[str]:
        """The argv of a child that fetches once and writes one JSON object a line to its standard output.

        Each has `address`, `verdict`, `new` (a number), and `failure` where the asking failed.
        """

    def watch_command(self) -> list[str] | None:
        """The argv of a child that fetches for as long as it runs; None where another poller is at work."""

    def preview(self, address: Address) -> list[str]:
        """The argv of a child that fingers `address` and writes the answer to its standard output."""
