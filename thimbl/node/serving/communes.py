"""The pages of the communes that a host follows: `bonds`, `commune`, and `NAME/ledger` (commune.md 8).

- The communes are those of which a copy may be shown to a stranger, and the account itself where it is one. Counted are
  the logs of whom copies may be shown, and those that these communes cite, which every follower of a commune asks for
  (commune.md 12.4): so it makes no difference whom of them the account follows in private, or not at all. Nobody else
  whom it follows in private leaves a trace here.
- Brought up to date when the store has changed, and not again until `REST` times as long as that took have passed: who
  asks often costs no more than who asks once. What is new is folded, and nothing twice (`thimbl.store.ledgers`).
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from thimbl.core.address import Address
from thimbl.core.commune.page import bonds_page, ledger_page
from thimbl.core.commune.study import Study
from thimbl.core.terminal import safe_line
from thimbl.node.serving.accounts import Account
from thimbl.node.serving.parsed import ParsedPlans
from thimbl.node.serving.refreshed import REST

T = TypeVar("T")

if TYPE_CHECKING:
    from thimbl.node.serving.copies import Copies
    from thimbl.store.ledgers import Ledgers
    from thimbl.store.reader import Reader


class CommunePages:
    """Makes these pages. One thread at a time. `clock` is Unix seconds."""

    def __init__(self, copies: "Copies", plans: ParsedPlans, clock: Callable[[], float] = time.time) -> None:
        self._copies, self._plans, self._clock = copies, plans, clock
        self._ledgers: Ledgers | None = None
        self._me: Address | None = None
        self._cited: frozenset[Address] = frozenset()
        self._made_of: tuple[Reader, int] | None = None
        self._good_until = float("-inf")
        self.changed: int | None = None
        """When the store was last seen to be another, in Unix seconds: whatever a ledger says may be another since."""

    def bonds(self) -> str:
        """The open offers of all communes."""
        return _text(bonds_page(self._current(), int(self._clock())))

    def communes(self) -> str:
        """The ledgers of all communes, by address."""
        found = self._current()
        if not found:
            return "This host follows no commune.\n"
        return "\n".join(_text(ledger_page(study)) for study in found)

    def ledger(self, account: Account, words: list[str]) -> str:
        """The ledger of an account here."""
        published = self._plans.read(account)
        address = None if published is None or published.plan is None else published.plan.head.address
        text = None if address is None or words else self._of(address)
        asked = safe_line("/".join([account.name, "ledger", *words]))[:100]
        return text or f"finger: {asked}: no commune of that name is followed here.\n"

    def copy(self, address: Address, words: list[str]) -> str | None:
        """The ledger of a commune of which this host shows a copy; None where it does not."""
        return None if words or self._copies.find(address) is None else self._of(address)

    def studies(self) -> list[Study]:
        """The ledgers of all communes that are shown, by address, as values."""
        return self._current()

    def addresses(self) -> list[Address]:
        """Whose ledgers these are. Nothing is folded for it."""
        ledgers = self._refreshed()
        return [] if ledgers is None else self._shown(ledgers)

    def study(self, address: Address) -> Study | None:
        """The ledger of one. Nothing else is folded for it."""
        ledgers = self._refreshed()
        if ledgers is None or address not in self._shown(ledgers):
            return None
        return self._timed(lambda: ledgers.study(address))

    def _of(self, address: Address) -> str | None:
        return next((_text(ledger_page(study)) for study in self._current() if study.commune == address), None)

    def _current(self) -> list[Study]:
        ledgers = self._refreshed()
        if ledgers is None:
            return []
        return self._timed(lambda: [found for one in self._shown(ledgers) if (found := ledgers.study(one)) is not None])

    def _shown(self, ledgers: "Ledgers") -> list[Address]:
        """The communes that are shown: one that another cites is counted for its sake, and not told of."""
        return [address for address in ledgers.communes() if self._is_shown(address)]

    def _refreshed(self) -> "Ledgers | None":
        reader = self._copies.store()
        if reader is None:
            return None
        state, now = (reader, reader.data_version()), time.monotonic()
        if self._ledgers is None or self._made_of is None or self._made_of[0] is not reader:
            self._ledgers, self._made_of = reader.ledgers(self._is_counted), None
        if self._made_of is None or (state != self._made_of and now >= self._good_until):
            from thimbl.store import citations  # only here: it loads SQLite, which a host without a store does without

            me = reader.me()
            self._me = None if me is None else me.address
            self._cited = citations.cited_by(reader, self._is_shown)
            self._timed(self._ledgers.refresh)
            self._made_of = state
            self.changed = max(int(self._clock()), -1 if self.changed is None else self.changed + 1)
        return self._ledgers

    def _timed(self, work: Callable[[], T]) -> T:
        """Do a part of the work; what it takes puts off the next refresh."""
        began = time.monotonic()
        done = work()
        now = time.monotonic()
        self._good_until = max(self._good_until, now + (now - began) * REST)
        return done

    def _is_counted(self, address: Address) -> bool:
        return address in self._cited or self._is_shown(address)

    def _is_shown(self, address: Address) -> bool:
        return address == self._me or self._copies.find(address) is not None


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
