"""What pages sum up of a commune's ledger, kept for as long as the ledger is the same.

- Of a large commune a sum takes long, and each page asks for one or two: each is made when it is first asked for.
- The journal is given in parts that a server sends and a program reads in one go. They are cut between transactions,
  from the oldest on, so that one which is whole stays as it is; one after the other they are the journal.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from thimbl.core.address import Address
from thimbl.core.commune.books import Account, transactions
from thimbl.core.commune.figures import accounts
from thimbl.core.commune.history import Line, Month, months, pool
from thimbl.core.commune.journal import hledger
from thimbl.core.commune.ledger import Folded
from thimbl.core.commune.study import Study
from thimbl.core.records import Record

MOST_KEPT: Final = 8
"""Communes whose sums are kept: hosts follow few, and of a large one they take some ten megabytes."""

MAX_ANSWER: Final = 4 * 1024 * 1024
"""Bytes of the longest answer: what the server sends (`finger.limits.ServerLimits`), some 40,000 postings."""

MAX_PART: Final = MAX_ANSWER - 4096
"""Characters of a part of a journal: that, less what says which part it is."""

ROOTS: Final = ("assets", "liabilities", "income", "expenses", "equity")
"""The classes of accounts, in the order in which people read them."""


class Sums:
    """Sums of one study."""

    def __init__(self, study: Study) -> None:
        self.study = study

    @cached_property
    def accounts(self) -> list[tuple[Account, int]]:
        """The books: accounts and balances, in the order of `ROOTS`."""
        return sorted(accounts(self.study), key=lambda one: (ROOTS.index(one[0].root), one[0]))

    @cached_property
    def months(self) -> list[Month]:
        """Rent and dividends month by month."""
        return months(self.study.folded)

    @cached_property
    def pool(self) -> Line:
        """The pool at the end of each month."""
        return pool(self.study.folded)

    @cached_property
    def by_seq(self) -> dict[int, Folded]:
        """What came of each record."""
        return self.study.by_seq()

    @cached_property
    def parts(self) -> list[int]:
        """Where the parts of the journal begin, as places in `study.folded`: one at least."""
        head = self._size(())
        starts, size = [0], head
        for place, one in enumerate(self.study.folded):
            if one.movement is None:
                continue
            written = self._size((one,)) - head
            if size > head and size + written > MAX_PART:
                starts.append(place)
                size = head
            size += written
        return starts

    def journal(self, number: int) -> list[str]:
        """The lines of a part of the journal for hledger, counted from 1."""
        bounds = [*self.parts, len(self.study.folded)]
        # The last part is of now, and says so: what was cut off its end is missed by whoever checks it.
        newest = self.study.newest if number == len(self.parts) else None
        return list(self._written(self.study.folded[bounds[number - 1] : bounds[number]], newest))

    def _size(self, folded: Sequence[Folded]) -> int:
        return sum(len(line) + 1 for line in self._written(folded))

    def _written(self, folded: Sequence[Folded], newest: Record | None = None) -> Iterator[str]:
        return hledger(str(self.study.commune), self.study.ledger.state.currency, transactions(folded), newest)


class KeptSums:
    """The sums of the communes that were asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Address, Sums] = OrderedDict()

    def of(self, study: Study) -> Sums:
        """The sums of a study, kept until there is another one of the same commune."""
        found = self._kept.get(study.commune)
        if found is None or found.study is not study:
            found = self._kept[study.commune] = Sums(study)
        self._kept.move_to_end(study.commune)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return found
