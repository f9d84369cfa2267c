"""A person's business with communes, of which nothing is imported until it is asked for.

The terminal UI has a desk before it shows anything, and most who start it only read: the rules of communes take longer
to import than a first page of posts to show.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from thimbl.core.address import Address, Reference
from thimbl.home.account import Account
from thimbl.home.desks.part import Part

if TYPE_CHECKING:
    from thimbl.core.commune.acts import Act, Rehearsed, Statement, Verb
    from thimbl.core.commune.deeds import Deed, Doing
    from thimbl.core.commune.forms import Form
    from thimbl.core.commune.todo import Task
    from thimbl.home.desks.market import MarketDesk


class LateMarketDesk(Part):
    """Bonds and communes, by a `MarketDesk` that is made when it is first needed; it says what each method does."""

    def __init__(self, account: Account, clerk: Account | None = None) -> None:
        """`clerk` is the account whose commune's desk is kept, where it is not one's own."""
        super().__init__(account)
        self.clerk = clerk

    @property
    def commune(self) -> Address:
        """Whose desk is kept, if any is."""
        return (self.account if self.clerk is None else self.clerk).address

    @cached_property
    def _market(self) -> "MarketDesk":
        from thimbl.home.desks.market import MarketDesk

        return MarketDesk(self.account, self.clerk)

    def form(self, verb: "Verb", commune: Address, offer: str = "") -> "Form":
        """What is asked before this is signed."""
        return self._market.form(verb, commune, offer)

    def todo(self) -> "Sequence[Task]":
        """What waits for the clerk."""
        return self._market.todo()

    def task_form(self, task: "Task") -> "Form":
        """What is asked for a task."""
        return self._market.task_form(task)

    def deeds(self) -> "Sequence[Deed]":
        """What the clerk may state that nothing asks for."""
        return self._market.deeds()

    def deed_form(self, deed: "Deed") -> "Form":
        """What is asked for that."""
        return self._market.deed_form(deed)

    def rehearse(self, wanted: "Act | Statement | Doing") -> "Rehearsed":
        """What it would sign."""
        return self._market.rehearse(wanted)

    def sign(self, rehearsed: "Rehearsed") -> Reference:
        """Sign and publish what was rehearsed."""
        return self._market.sign(rehearsed)

    def behind(self) -> str:
        """What kept the store from taking what was published last, once."""
        told = super().behind()
        return self._market.behind() or told if "_market" in vars(self) else told

    def close(self) -> None:
        """Close the stores that were read."""
        if "_market" in vars(self):
            self._market.close()
