"""The clerk of a commune: its ledger, and the one way in which statements are signed.

Each statement is folded into a copy of the ledger first; what would be a finding is refused before it is signed:
`expelled` and `early` alone can be forced.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from thimbl.cli.commune_view import Commons
from thimbl.cli.context import Context
from thimbl.cli.errors import Failure
from thimbl.cli.output import note
from thimbl.cli.signing import ToSign, sign

if TYPE_CHECKING:
    from thimbl.core.commune.ledger import Ledger
    from thimbl.core.commune.money import Period
    from thimbl.core.commune.state import Series

FORCED: Final = frozenset({"expelled", "early"})
"""Findings that do not stop a record's effect (commune.md 3), and that a clerk may have a reason for."""


class Clerk:
    """Whoever has the commune's key."""

    def __init__(self, context: Context, *, yes: bool = False, as_json: bool = False, force: bool = False) -> None:
        self.context, self.yes, self.as_json, self.force = context, yes, as_json, force
        self.address = context.account.address
        self.commons = Commons(context)
        self.ledger = self._ledger()

    def _ledger(self) -> "Ledger":
        """The commune's; an empty one where it has no charter yet."""
        from thimbl.core.commune.ledger import Ledger

        ledger = self.commons.ledger(self.address)
        if ledger is None:
            ledger = Ledger(self.commons.evidence)
            ledger.address = str(self.address)
            ledger.state.addresses.add(ledger.address)
        return ledger

    def chartered(self) -> "Clerk":
        """Itself. Raises `Failure` where there is no charter yet."""
        if self.ledger.state.charter is None:
            raise Failure(
                f"{self.address} is no commune: 'thimbl commune charter' makes it one, or --as names another account."
            )
        return self

    def series(self, name: str) -> "Series":
        """The series of an offer that was floated, however it is named. Raises `Failure`."""
        self.chartered()
        reference, _ = self.commons.offer(name, self.address)
        if reference not in self.ledger.state.series:
            raise Failure(f"{self.commons.code_of(reference)} is not floated: 'thimbl commune float {name}' does.")
        return self.ledger.state.series[reference]

    def read_amount(self, text: str) -> int:
        """Minor units, as a person writes them. Raises `AmountError`."""
        from thimbl.core.commune.money import read_amount

        return read_amount(text, self.ledger.state.currency)

    @property
    def month(self) -> "Period":
        """This one."""
        from thimbl.core.commune.fields import month_of

        return month_of(self.context.now())

    def read_to(self) -> dict[str, int]:
        """How far the logs of those were read who subscribe to what is on sale."""
        from thimbl.core.commune.participants import SUBSCRIPTION
        from thimbl.core.commune.state import Status

        state = self.ledger.state
        on_sale = [offer for offer, series in state.series.items() if series.status is Status.FLOATED]
        return self.commons.read_to(
            {author for offer in on_sale for author, _ in self.commons.evidence.about(SUBSCRIPTION, offer)}
        )

    def state(self, kind: str, body: Mapping[str, Any], *, may_skip: bool = False) -> bool:
        """Sign a statement, unless everybody would find fault with it; whether it was signed. Raises `Failure`."""
        from thimbl.core.commune.desk import rehearse
        from thimbl.core.commune.words import in_words

        charter = self.ledger.state.charter
        for finding in rehearse(self.ledger, kind, body, self.context.now()):
            lines = in_words(finding, charter.currency if charter else None)
            if finding.code not in FORCED:
                raise Failure(f"Everybody would find fault with that ({finding.code}): {'; '.join(lines)}.")
            if not self.force:
                raise Failure(f"Everybody would see that {lines[0]}: add --force to do it all the same.")
            note(f"Everybody will see this: {finding.code}, {lines[0]}.")
        announcement = ToSign(kind, body)
        code_of = self.commons.code_of
        return sign(
            self.context, [announcement], yes=self.yes, as_json=self.as_json, code_of=code_of, may_skip=may_skip
        )
