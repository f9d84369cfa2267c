"""Posts, answers, and the drafts of both."""

from pathlib import Path

from thimbl.core.address import Reference
from thimbl.core.compose import Change
from thimbl.home.account import Account
from thimbl.home.authoring import answer_fields
from thimbl.home.desks.part import Part
from thimbl.home.drafts import Drafts
from thimbl.store.types import Item


class WritingDesk(Part):
    """A person's own posts."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._drafts = Drafts(account.paths.drafts)

    def post(self, text: str, subject: str | None = None) -> Reference:
        """Sign and publish a post; durable when it returns."""
        return self.remember(self.account.authoring.post(text, **({"subject": subject} if subject else {})))

    def reply(self, to: Item, text: str) -> Reference:
        """Sign and publish an answer to `to`; durable when it returns."""
        words, fields = answer_fields(to.address, None if to.seq is None else to.id, text)
        return self.remember(self.account.authoring.post(words, **fields))

    # changes of one's own posts

    def rehearse_edit(self, of: Reference, text: str) -> Change:
        """What an edit of one's own post would sign."""
        return self.account.authoring.rehearse_edit(of.id, text)

    def rehearse_retraction(self, of: Reference) -> Change:
        """What would be signed to take a post of one's own back."""
        return self.account.authoring.rehearse_retraction(of.id)

    def publish(self, change: Change) -> Reference:
        """Sign and publish exactly that; durable when it returns."""
        return self.remember(self.account.authoring.publish(change))

    # drafts

    def drafts(self) -> list[str]:
        """The names of the drafts that there are, the one that was written last first."""
        return self._drafts.names()

    def save_draft(self, name: str, text: str) -> None:
        """Keep a draft; an empty text drops it."""
        if text:
            self._drafts.save(name, text)
        else:
            self._drafts.drop(name)

    def draft(self, name: str) -> str:
        """The draft of this name; empty where there is none."""
        return self._drafts.load(name)

    def draft_file(self, name: str) -> Path:
        """Where the draft of this name lies, for an editor."""
        return self._drafts.path(name)

    def drop_draft(self, name: str) -> None:
        """Forget a draft."""
        self._drafts.drop(name)
