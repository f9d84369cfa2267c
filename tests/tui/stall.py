"""The market's part of a desk in tests: it checks as the real one does, and signs into the logs of a village.

The real one is `thimbl.home.desks.market`, which has tests of its own.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tests.support.scribe import Scribe
from thimbl.core.address import Address, Reference
from thimbl.core.commune import desk
from thimbl.core.commune.acts import Act, Rehearsed, Statement, Verb, form_of, form_of_task, notes_of, wishes_of
from thimbl.core.commune.deeds import Deed, Doing, deeds, form_of_deed, stated
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.forms import Form
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Period, read_amount
from thimbl.core.commune.signed import to_sign
from thimbl.core.commune.study import Study
from thimbl.core.commune.todo import Task, tasks
from thimbl.core.log import judge
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer
from tui.market import Market, read_market


class Place(Protocol):
    """Where the desk stands."""

    @property
    def path(self) -> Path:
        """Its store."""

    @property
    def me(self) -> Scribe:
        """Whose desk it is."""

    @property
    def scribes(self) -> Mapping[str, Scribe]:
        """The others, by name."""


class Stall:
    """Whoever signs at a fair; `signed` holds what was."""

    village: Place
    address: Address
    fault: Exception | None = None
    """What every asking fails with."""
    signed: Sequence[Rehearsed] = ()
    closed = False
    now: int = 0
    """Of the person's clock."""

    @property
    def commune(self) -> Address:
        return self.address

    @property
    def market(self) -> Market:
        with Reader.open(self.village.path) as reader:
            return read_market(reader, str(self.address))

    @property
    def _clock(self) -> int:
        return self.now or self.village.me.now

    def form(self, verb: Verb, commune: Address, offer: str = "") -> Form:
        if self.fault is not None:
            raise self.fault
        return form_of(self.market.view(commune, self._clock), verb, commune, offer)

    def _study(self) -> Study | None:
        return self.market.studies.get(self.commune)

    def todo(self) -> Sequence[Task]:
        study = self._study()
        return [] if study is None else tasks(study.ledger, self._clock, self._read_to(study))

    def _read_to(self, study: Study) -> dict[str, int]:
        with Reader.open(self.village.path) as reader:
            return {str(author.address): author.seq for author in reader.authors(followed_only=False)}

    def task_form(self, task: Task) -> Form:
        study = self._study()
        code = "" if study is None or task.offer is None else study.ledger.state.series[task.offer].code
        return form_of_task(task, month_of(self._clock).next(), code)

    @property
    def _ledger(self) -> Ledger:
        """The commune's; an empty one where the account is none."""
        study = self._study()
        if study is not None:
            return study.ledger
        ledger = Ledger(self.market.evidence)
        ledger.address = str(self.commune)
        return ledger

    def deeds(self) -> Sequence[Deed]:
        return deeds(self._ledger)

    def deed_form(self, deed: Deed) -> Form:
        return form_of_deed(self._ledger, deed)

    def rehearse(self, wanted: Act | Statement | Doing) -> Rehearsed:
        market = self.market
        if isinstance(wanted, Act):
            view = market.view(wanted.commune, self._clock)
            announced = tuple(to_sign(one.kind, one.body, market.code_of) for one in wishes_of(view, wanted))
            return Rehearsed(wanted, str(self.address), announced, notes_of(view, wanted))
        if isinstance(wanted, Doing):
            kind, said = stated(self._ledger, wanted)
            return Rehearsed(wanted, str(self.address), (to_sign(kind, said, market.code_of),))
        study, task = market.studies[self.commune], wanted.task
        body = task.body
        if body is None:
            assert task.offer is not None
            amount = read_amount(wanted.answers["amount"], study.ledger.state.currency)
            if task.period is None:
                first = Period.parse(wanted.answers["first"])
                body = desk.acquisition(study.ledger, task.offer, amount, first)
            else:
                tenant = study.ledger.state.series[task.offer].tenancies[-1].tenant
                body = desk.rent(study.ledger, task.offer, tenant, task.period, amount)
        assert desk.rehearse(study.ledger, task.kind, body, self._clock) == []
        return Rehearsed(wanted, str(self.address), (to_sign(task.kind, body, market.code_of),))

    def close(self) -> None:
        self.closed = True

    def sign(self, rehearsed: Rehearsed) -> Reference:
        if self.fault is not None:
            raise self.fault
        self.signed = [*self.signed, rehearsed]
        me = self.village.me
        me.now = max(me.now, self._clock)
        for one in rehearsed.announcements:
            record = me.announce(one.kind, **one.body)
        with Writer.open(self.village.path) as writer:
            known = writer.known(me.address, 0, me.seq + 1)
            writer.take(judge(me.plan(), known, self._clock), self._clock, me=True)
        return Reference(self.address, record.id)
