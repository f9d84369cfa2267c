"""The clerk of a commune: its ledger as its own account knows it, and the check before a statement is signed.

Each statement is folded into a copy of the ledger first; what would be a finding is refused before it is signed:
`expelled` and `early` alone can be forced (commune.md 3).
"""

from collections.abc import Mapping
from typing import Any, Final

from thimbl.core.commune import desk
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Period, read_amount
from thimbl.core.commune.participants import SUBSCRIPTION
from thimbl.core.commune.state import Series, Status
from thimbl.core.commune.todo import Task, tasks
from thimbl.core.commune.words import in_words
from thimbl.home.account import Account
from thimbl.home.commons import Commons
from thimbl.home.errors import Refused

FORCED: Final = frozenset({"expelled", "early"})
"""Findings that do not stop a record's effect (commune.md 3), and that a clerk may have a reason for."""


class Clerk:
    """Whoever has the commune's key; of one moment, as its :class:`Commons` is."""

    def __init__(self, account: Account, commons: Commons | None = None) -> None:
        self.account = account
        self.address = account.address
        self.commons = Commons(account) if commons is None else commons
        self.ledger = self._ledger()

    def _ledger(self) -> Ledger:
        """The commune's; an empty one where it has no charter yet."""
        ledger = self.commons.ledger(self.address)
        if ledger is None:
            ledger = Ledger(self.commons.evidence)
            ledger.address = str(self.address)
            ledger.state.addresses.add(ledger.address)
        return ledger

    @property
    def is_chartered(self) -> bool:
        """Whether the account is a commune."""
        return self.ledger.state.charter is not None

    def check_chartered(self) -> None:
        """Raises `Refused` where there is no charter yet."""
        if not self.is_chartered:
            raise Refused(
                f"{self.address} is no commune: 'thimbl commune charter' makes it one, or --as names another account."
            )

    def series(self, name: str) -> Series:
        """The series of an offer that was floated, however it is named. Raises `Refused`."""
        self.check_chartered()
        reference, _ = self.commons.offer(name, self.address)
        if reference not in self.ledger.state.series:
            raise Refused(f"{self.commons.code_of(reference)} is not floated: 'thimbl commune float {name}' does.")
        return self.ledger.state.series[reference]

    def read_amount(self, text: str) -> int:
        """Minor units, as a person writes them. Raises `AmountError`."""
        return read_amount(text, self.ledger.state.currency)

    @property
    def month(self) -> Period:
        """This one."""
        return month_of(self.account.now())

    def read_to(self) -> dict[str, int]:
        """How far the logs of those were read who subscribe to what is on sale."""
        state = self.ledger.state
        on_sale = [offer for offer, series in state.series.items() if series.status is Status.FLOATED]
        return self.commons.read_to(
            {author for offer in on_sale for author, _ in self.commons.evidence.about(SUBSCRIPTION, offer)}
        )

    def tasks(self) -> list[Task]:
        """What waits."""
        return tasks(self.ledger, self.account.now(), self.read_to())

    def figured(self, task: Task, amount: int, first: Period | None = None) -> dict[str, Any]:
        """The statement of a task that lacked a figure, which is `amount`: what the asset cost, or the rent that came.

        `first` is the first month of an asset's rent and interest; without it the next one.
        """
        assert task.offer is not None, "a task that needs an amount is about a series"
        series = self.ledger.state.series[task.offer]
        if task.period is None:
            return desk.acquisition(self.ledger, series.offer, amount, first or self.month.next())
        tenant = next(one.tenant for one in reversed(series.tenancies) if one.first <= task.period)
        return desk.rent(self.ledger, series.offer, tenant, task.period, amount)

    def check(self, kind: str, body: Mapping[str, Any], *, force: bool = False) -> list[str]:
        """What everybody will see of a statement that is forced, a sentence each; none of one without fault.

        Raises `Refused` for one that everybody would find fault with.
        """
        charter = self.ledger.state.charter
        notes = []
        for finding in desk.rehearse(self.ledger, kind, body, self.account.now()):
            lines = in_words(finding, charter.currency if charter else None, self.commons.code_of)
            if finding.code not in FORCED:
                raise Refused(f"Everybody would find fault with that ({finding.code}): {'; '.join(lines)}.")
            if not force:
                raise Refused(f"Everybody would see that {lines[0]}: add --force to do it all the same.")
            notes.append(f"Everybody will see this: {finding.code}, {lines[0]}.")
        return notes
