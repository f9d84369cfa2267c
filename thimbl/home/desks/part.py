"""What every part of a desk has."""

from collections.abc import Callable
from typing import Final

from thimbl.core.address import Reference
from thimbl.home.account import Account
from thimbl.home.authoring import Published
from thimbl.home.desks.current import Current
from thimbl.store.errors import StoreBusy, StoreError

PATIENCE: Final = 3.0
"""Seconds for which whoever has published something waits for another writer of the store: it is in the plan by then,
and whoever fetches finds it there."""


class Part:
    """One part of a person's desk: what it does, it does with their account."""

    def __init__(self, account: Account) -> None:
        self._current = Current(account)
        self.address = account.address
        self._behind = ""

    @property
    def account(self) -> Account:
        """The person's, with the hooks that they have by now."""
        return self._current.account

    def remember(self, published: Published) -> Reference:
        """Take what was published into the store."""
        self.store(lambda: self.account.remember_published(published, PATIENCE))
        self.tell_hooks(self.account)
        return published.reference

    def tell_hooks(self, account: Account) -> None:
        """Tell the hooks of an account that something was published, without waiting for them."""
        if account.settings.hooks.told:
            from thimbl.home.hooks import background  # only here: whoever has no hooks starts no programs

            background.start(account)

    def store(self, take: Callable[[], object]) -> None:
        """Take something that is published into the store. It is published whether or not that succeeds, and whoever
        is told that it failed would send it twice: what kept the store from it is told by `behind`."""
        try:
            take()
        except StoreBusy:
            self._behind = "It is published. Another program holds your store: it is shown here after the next fetch."
        except StoreError as error:
            self._behind = f"It is published, but your store was not brought up to date: {error}"

    def note(self, words: str) -> None:
        """Let this be told with the next deed, as what kept the store behind is."""
        self._behind = words

    def behind(self) -> str:
        """What kept the store from taking what was published last, once; empty where nothing did."""
        told, self._behind = self._behind, ""
        return told
