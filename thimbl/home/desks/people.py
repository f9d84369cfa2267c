"""Whom a person follows, whose keys they have compared, and what they do not want to see."""

from thimbl.core.address import Address
from thimbl.core.web import FeedUrl
from thimbl.home import following
from thimbl.home.desks.part import Part
from thimbl.store.mutes import Mute


class PeopleDesk(Part):
    """People, as one's own person sees them."""

    def follow(self, address: Address, nick: str | None, private: bool | None = None) -> None:
        """Follow somebody: in `private` or not, or (None) as before, which is public. Asks nobody over the network."""
        account = self.account
        following.check(address, account.settings.address)
        account.follow(following.wished(following.load(account.paths), address, nick, private))

    def follow_feed(self, url: FeedUrl, nick: str | None) -> None:
        """Follow a feed of the web. Asks nobody over the network."""
        self.account.follow(following.wished_feed(following.load(self.account.paths), url, nick))

    def unfollow(self, address: Address) -> None:
        """Follow somebody no longer. What was fetched stays."""
        self.account.unfollow(address)

    def pin(self, address: Address, fingerprint: str) -> None:
        """Let this be the key of `address`, which the person has compared: the next answer by it counts."""
        self.account.pin(address, fingerprint)

    def mute(self, mute: Mute) -> None:
        """Leave it out of lists, in the person's file and the store."""
        self.account.mute(mute)

    def unmute(self, mute: Mute) -> None:
        """Leave it out no longer. Raises `Refused` where it was not muted."""
        self.account.unmute(mute)
