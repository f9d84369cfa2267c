"""What every part of a desk has."""

from collections.abc import Callable

from thimbl.core.address import Reference
from thimbl.home.account import Account
from thimbl.home.authoring import Published
from thimbl.store.errors import StoreError


class Part:
    """One part of a person's desk: what it does, it does with their account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.address = account.address
        self._behind = ""

    def remember(self, published: Published) -> Reference:
        """Take what was published into the store."""
        self.store(lambda: self.account.remember_published(published))
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
        except StoreError as error:
            self._behind = f"It is published, but your store was not brought up to date: {error}"

    def behind(self) -> str:
        """What kept the store from taking what was published last, once; empty where nothing did."""
        told, self._behind = self._behind, ""
        return told
