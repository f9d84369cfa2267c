"""What the terminal UI writes with (`tui.ports.Desk`): the same acts as the command line, over one account."""

import os
import sys
from collections.abc import Sequence

from thimbl.core.address import Address, Reference
from thimbl.home import following
from thimbl.home.account import Account
from thimbl.home.authoring import Published, answer_fields
from thimbl.home.drafts import Drafts
from thimbl.home.durable import try_lock
from thimbl.store.types import Item


class Desk:
    """One person's own writing. Every method may wait for the disk."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.address = account.address
        self._drafts = Drafts(account.paths.drafts)

    # posts

    def post(self, text: str, subject: str | None = None) -> Reference:
        """Sign and publish a post; durable when it returns."""
        return self._remember(self.account.authoring.post(text, **({"subject": subject} if subject else {})))

    def reply(self, to: Item, text: str) -> Reference:
        """Sign and publish an answer to `to`; durable when it returns."""
        words, fields = answer_fields(to.address, None if to.seq is None else to.id, text)
        return self._remember(self.account.authoring.post(words, **fields))

    def _remember(self, published: Published) -> Reference:
        self.account.remember_published(published)
        return published.reference

    # people

    def follow(self, address: Address, nick: str | None) -> None:
        """Follow somebody: in public, or as before. Asks nobody over the network."""
        self.account.follow(following.wished(following.load(self.account.paths), address, nick))

    def unfollow(self, address: Address) -> None:
        """Follow somebody no longer. What was fetched stays."""
        self.account.unfollow(address)

    # the store

    def mark(self, rowids: Sequence[int], read: bool) -> None:
        """Mark items as read, or as unread."""
        with self.account.writer() as writer:
            writer.mark(rowids, read)

    def save_state(self, key: str, value: str) -> None:
        """Keep what `Reader.state` gives back at the next start."""
        with self.account.writer() as writer:
            writer.set_state(key, value)

    # drafts

    def save_draft(self, name: str, text: str) -> None:
        """Keep a draft; an empty text drops it."""
        if text:
            self._drafts.save(name, text)
        else:
            self._drafts.drop(name)

    def draft(self, name: str) -> str:
        """The draft of this name; empty where there is none."""
        return self._drafts.load(name)

    def drop_draft(self, name: str) -> None:
        """Forget a draft."""
        self._drafts.drop(name)

    # children

    def fetch_command(self) -> list[str]:
        """The argv of a child that fetches once, one JSON object a line on its standard output."""
        return [*_program(), "fetch", "--json"]

    def watch_command(self) -> list[str] | None:
        """The argv of a child that fetches for as long as it runs; None where another poller is at work."""
        held = try_lock(self.account.paths.lock)
        if held is None:
            return None
        os.close(held)
        return [*_program(), "fetch", "--watch"]

    def preview(self, address: Address) -> list[str]:
        """The argv of a child that fingers `address` and writes the answer to its standard output."""
        return [*_program(), "finger", str(address)]


def _program() -> list[str]:
    """This program again, whichever way it was started and wherever its script is."""
    return [sys.executable, "-m", "thimbl"]
