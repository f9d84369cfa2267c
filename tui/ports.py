"""What the terminal UI may do besides reading: the seam between it and a person's own files.

- The UI reads the store and writes nothing itself. All that changes anything goes through a :class:`Desk`, which the
  command line hands in; the tests hand in one of their own.
- A desk is asked from two worker threads, never from the UI's own, since signing and writing wait for the disk: one for
  `mark` and `save_state`, which may have to wait for whoever holds the store, and one for all else. Only `address` and
  the methods that return an argv are asked from the UI's thread.
- Any method may raise; the ``str()`` of what it raises is shown to the person as it is.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from thimbl.core.address import Address, Reference

if TYPE_CHECKING:  # who reads needs no rules of communes
    from thimbl.core.commune.acts import Act, Rehearsed, Statement, Verb
    from thimbl.core.commune.deeds import Deed, Doing
    from thimbl.core.commune.forms import Form
    from thimbl.core.commune.todo import Task
    from thimbl.core.compose import Change
    from thimbl.core.web import FeedUrl
    from thimbl.store.mutes import Mute
    from thimbl.store.types import Item

PLACE_KEY: Final = "tui.place"
"""State: where the reader left off, as JSON with `view`, `at` (a reference) and `line`."""

THEME_KEY: Final = "tui.theme"
"""State: the name of the theme that was chosen."""

POST_DRAFT: Final = "post"
"""The name of the draft of a new post."""


def subject_draft(name: str) -> str:
    """The name of the draft of the subject that goes with the draft `name`."""
    return f"{name}-subject"


def edit_draft(of: Reference) -> str:
    """The name of the draft of an edit."""
    return f"edit-{of.id}"


def reply_draft(to: Reference) -> str:
    """The name of the draft of a reply: safe as the name of a file."""
    return f"reply-{to.id}"


class Writing(Protocol):
    """A person's own posts and their drafts."""

    address: Address
    """Who writes here."""

    def post(self, text: str, subject: str | None = None) -> Reference:
        """Sign and publish a post; durable when it returns."""

    def reply(self, to: "Item", text: str) -> Reference:
        """Sign and publish an answer to `to`; durable when it returns."""

    def drafts(self) -> Sequence[str]:
        """The names of the drafts that there are, the one that was written last first."""

    def save_draft(self, name: str, text: str) -> None:
        """Keep a draft; an empty text drops it."""

    def draft(self, name: str) -> str:
        """The draft of this name; empty where there is none."""

    def drop_draft(self, name: str) -> None:
        """Forget a draft; nothing happens where there is none."""

    def draft_file(self, name: str) -> Path:
        """Where the draft of this name lies, or would, for an editor that works on the file itself."""

    def rehearse_edit(self, of: Reference, text: str) -> "Change":
        """What an edit of one's own post would sign. Signs nothing; refuses what can not be edited."""

    def rehearse_retraction(self, of: Reference) -> "Change":
        """What would be signed to take back a post of one's own, and its edits; likewise."""

    def publish(self, change: "Change") -> Reference:
        """Sign and publish exactly that; durable when it returns. Refuses where it would be something else by now."""

    def close(self) -> None:
        """Let go of what is open. Asked last of all."""


class People(Protocol):
    """Whom a person follows, whose keys they have compared, and what they do not want to see."""

    def follow(self, address: Address, nick: str | None, private: bool | None = None) -> None:
        """Add to the following file, the store and, unless it is to be `private`, the plan; None: as before, or else
        in public. Asks nobody over the network. Refuses what can not be followed."""

    def follow_feed(self, url: "FeedUrl", nick: str | None) -> None:
        """Add a feed of the web to the following file and the store; no plan tells of it. Asks nobody either."""

    def unfollow(self, address: Address) -> None:
        """Take out of the same three. What was fetched stays."""

    def pin(self, address: Address, fingerprint: str) -> None:
        """Let this be the key of `address`, which the person has compared: the next answer by it counts."""

    def mute(self, mute: "Mute") -> None:
        """Leave it out of lists, in the person's file and the store."""

    def unmute(self, mute: "Mute") -> None:
        """Leave it out no longer."""


class Keeping(Protocol):
    """What the store keeps for a person, and the programs that fill it."""

    def mark(self, rowids: Sequence[int], read: bool) -> None:
        """Mark items as read, or as unread."""

    def save_state(self, key: str, value: str) -> None:
        """Keep what `Reader.state` gives back at the next start."""

    def behind(self) -> str:
        """What kept the store from taking what was published by the last deed, told once; empty where nothing did."""

    def fetch_command(self) -> list[str]:
        """The argv of a child that fetches once and writes one JSON object a line to its standard output.

        Each has `address`, `verdict`, `new` (a number), and `failure` where the asking failed.
        """

    def watch_command(self) -> list[str] | None:
        """The argv of a child that fetches for as long as it runs; None where another poller is at work."""

    def preview(self, address: Address) -> list[str]:
        """The argv of a child that fingers `address` and writes the answer to its standard output."""

    def look_at_feed(self, url: "FeedUrl") -> list[str]:
        """The argv of a child that looks at a feed and writes what it found as one JSON object (`follow --look`)."""


class Market(Protocol):
    """A person's business with communes. What is signed was shown exactly before."""

    @property
    def commune(self) -> Address:
        """The account whose desk is kept where it is a commune: one's own, or another that was named at the start."""

    def form(self, verb: "Verb", commune: Address, offer: str = "") -> "Form":
        """What is asked before this can be signed; refuses what can not be done whatever is answered."""

    def todo(self) -> "Sequence[Task]":
        """What waits for the clerk; nothing where the account is no commune."""

    def task_form(self, task: "Task") -> "Form":
        """What is asked for a task; no questions where its statement is determined."""

    def deeds(self) -> "Sequence[Deed]":
        """What the clerk may state that nothing asks for; to make the account a commune, where it is none."""

    def deed_form(self, deed: "Deed") -> "Form":
        """What is asked for that; refuses what can not be done whatever is answered."""

    def rehearse(self, wanted: "Act | Statement | Doing") -> "Rehearsed":
        """What it would sign, and what everybody will see of it. Signs nothing; refuses as the commands do."""

    def sign(self, rehearsed: "Rehearsed") -> Reference:
        """Sign and publish exactly that; durable when it returns. Refuses where it would be something else by now."""

    def close(self) -> None:
        """Let go of what is open. Asked last of all."""


class Desk(Writing, People, Keeping, Market, Protocol):
    """A person's own writing: their plan, whom they follow, what they have read, and their drafts."""
