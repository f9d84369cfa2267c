"""The clerk of a commune on the command line: `thimbl.home.clerk`, and the one way in which statements are signed."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from thimbl.cli.context import Context
from thimbl.cli.output import note
from thimbl.cli.signing import Announcement, sign

if TYPE_CHECKING:
    from thimbl.core.address import Address
    from thimbl.core.commune.ledger import Ledger
    from thimbl.core.commune.money import Period
    from thimbl.core.commune.state import Series
    from thimbl.core.commune.todo import Task
    from thimbl.home.clerk import Clerk as Desk
    from thimbl.home.commons import Commons


class Clerk:
    """Whoever has the commune's key."""

    def __init__(self, context: Context, *, yes: bool = False, as_json: bool = False, force: bool = False) -> None:
        self.context, self.yes, self.as_json, self.force = context, yes, as_json, force

    @cached_property
    def desk(self) -> "Desk":
        """What the account knows of its commune. Raises `HomeError`, `StoreError`."""
        from thimbl.home.clerk import Clerk as Desk

        return Desk(self.context.account)

    @property
    def address(self) -> "Address":
        """The commune's."""
        return self.desk.address

    @property
    def commons(self) -> "Commons":
        """All that is known here."""
        return self.desk.commons

    @property
    def ledger(self) -> "Ledger":
        """The commune's; an empty one where it has no charter yet."""
        return self.desk.ledger

    def chartered(self) -> "Clerk":
        """Itself. Raises `Refused` where there is no charter yet."""
        self.desk.check_chartered()
        return self

    def series(self, name: str) -> "Series":
        """The series of an offer that was floated, however it is named. Raises `Refused`."""
        return self.desk.series(name)

    def read_amount(self, text: str) -> int:
        """Minor units, as a person writes them. Raises `AmountError`."""
        return self.desk.read_amount(text)

    @property
    def month(self) -> "Period":
        """This one."""
        return self.desk.month

    def read_to(self) -> dict[str, int]:
        """How far the logs of those were read who subscribe to what is on sale."""
        return self.desk.read_to()

    def tasks(self) -> "list[Task]":
        """What waits."""
        return self.desk.tasks()

    def state(self, kind: str, body: Mapping[str, Any], *, may_skip: bool = False) -> bool:
        """Sign a statement, unless everybody would find fault with it; whether it was signed. Raises `Refused`."""
        for line in self.desk.check(kind, body, force=self.force):
            note(line)
        code_of = self.commons.code_of
        return sign(
            self.context,
            [Announcement(kind, body)],
            yes=self.yes,
            as_json=self.as_json,
            code_of=code_of,
            may_skip=may_skip,
        )
