"""A person's business with communes, from the terminal UI: what would be signed, and signing it.

- Everything is checked when it is rehearsed, by what the store and the person's own plan say then, and once more when
  it is signed: what is signed is what was shown, or nothing.
- A commune is an ordinary account. Whose own account is one, or who was given the account of one (`clerk`), keeps its
  desk; the statements go into that account's log.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from thimbl.core.address import Address, Reference
from thimbl.core.commune.acts import Act, Rehearsed, Statement, Verb, form_of, form_of_task, notes_of, wishes_of
from thimbl.core.commune.deeds import Deed, Doing, deeds, form_of_deed, stated
from thimbl.core.commune.forms import Form
from thimbl.core.commune.money import Period
from thimbl.core.commune.signed import to_sign
from thimbl.core.commune.todo import Task
from thimbl.core.commune.wishes import Refusal
from thimbl.core.log import judge
from thimbl.home.account import Account
from thimbl.home.authoring import Published
from thimbl.home.clerk import Clerk
from thimbl.home.commons import Commons
from thimbl.home.desks.current import Current
from thimbl.home.desks.part import PATIENCE, Part
from thimbl.home.errors import Refused
from thimbl.store.errors import StoreError
from thimbl.store.ledgers import Ledgers
from thimbl.store.reader import Reader

CHANGED: Final = "Nothing was signed: things have changed since that was shown."


class MarketDesk(Part):
    """Bonds and communes."""

    def __init__(self, account: Account, clerk: Account | None = None) -> None:
        """`clerk` is the account whose commune's desk is kept, where it is not one's own."""
        super().__init__(account)
        self._clerk_current = None if clerk is None else Current(clerk)
        self._kept: dict[Path, tuple[Reader, Ledgers]] = {}

    @property
    def commune(self) -> Address:
        """Whose desk is kept, if any is."""
        return self._clerk.address

    @property
    def _clerk(self) -> Account:
        return self.account if self._clerk_current is None else self._clerk_current.account

    def _commons(self, account: Account) -> Commons:
        """What an account's store comes to now; what was folded before is not folded again."""
        path = account.paths.store
        if path in self._kept:
            try:
                self._kept[path][1].refresh()
            except StoreError:  # another store is in its place, or it could not be read for once: begin again
                self._kept.pop(path)[0].close()
        if path not in self._kept:
            reader = Reader.open(path)
            self._kept[path] = reader, reader.ledgers()
        return Commons(account, self._kept[path][1])

    def _at_desk(self) -> Clerk:
        return Clerk(self._clerk, self._commons(self._clerk))

    def close(self) -> None:
        """Close the stores that were read; they are opened again when they are needed."""
        while self._kept:
            _, (reader, _) = self._kept.popitem()
            reader.close()

    # a participant

    def form(self, verb: Verb, commune: Address, offer: str = "") -> Form:
        """What is asked before this is signed. Raises `Refusal` where no answer would do."""
        return form_of(self._commons(self.account).view(commune), verb, commune, offer)

    # a clerk

    def todo(self) -> Sequence[Task]:
        """What waits for the clerk; nothing where the account is no commune."""
        clerk = self._at_desk()
        return clerk.tasks() if clerk.is_chartered else []

    def task_form(self, task: Task) -> Form:
        """What is asked for a task."""
        clerk = self._at_desk()
        series = clerk.ledger.state.series.get(task.offer or "")
        return form_of_task(task, clerk.month.next(), "" if series is None else series.code)

    def deeds(self) -> Sequence[Deed]:
        """What the clerk may state that nothing asks for; to make the account a commune, where it is none."""
        return deeds(self._at_desk().ledger)

    def deed_form(self, deed: Deed) -> Form:
        """What is asked for that. Raises `Refusal` where there is nothing for it."""
        return form_of_deed(self._at_desk().ledger, deed)

    # both

    def rehearse(self, wanted: Act | Statement | Doing) -> Rehearsed:
        """What it would sign. Raises what the commands raise: `Refusal`, `Refused`, `AmountError`, …"""
        if isinstance(wanted, Act):
            commons = self._commons(self.account)
            view = commons.view(wanted.commune)
            wishes = wishes_of(view, wanted)
            announced = tuple(to_sign(wish.kind, wish.body, commons.code_of) for wish in wishes)
            return Rehearsed(wanted, str(self.address), announced, notes_of(view, wanted))
        clerk = self._at_desk()
        if isinstance(wanted, Doing):
            kind, body = stated(clerk.ledger, wanted)
            notes = clerk.check(kind, body, force=wanted.deed is Deed.EXPEL)
        else:
            kind = wanted.task.kind
            body = _figured(clerk, wanted) if wanted.task.body is None else wanted.task.body
            notes = clerk.check(kind, body)
        return Rehearsed(wanted, str(clerk.address), (to_sign(kind, body, clerk.commons.code_of),), tuple(notes))

    def sign(self, rehearsed: Rehearsed) -> Reference:
        """Sign and publish what was rehearsed; the reference of its newest record. Durable when it returns.

        Raises `Refused` where it would be something else by now.
        """
        try:
            now = self.rehearse(rehearsed.of)
        except (Refusal, Refused) as error:
            raise Refused(f"{CHANGED} {error}") from error
        if now != rehearsed:
            raise Refused(f"{CHANGED} Look at it again.")
        account = self.account if isinstance(rehearsed.of, Act) else self._clerk
        act = rehearsed.of
        witness = self._commons(account).witness(act.commune) if isinstance(act, Act) else []
        published: Published | None = None
        for one in rehearsed.announcements:
            published = account.authoring.announce(one.kind, one.body, {"witness": witness} if witness else None)
            self.store(partial(account.remember_published, published, PATIENCE))
            if account.paths.store != self.account.paths.store:
                self.store(partial(self._take, published))
        assert published is not None, "an act signs something, or is refused"
        self.tell_hooks(account)
        return published.reference

    def _take(self, published: Published) -> None:
        """Another account's news into one's own store, as a fetch would bring it."""
        plan = published.plan
        with self.account.writer() as writer:
            oldest = plan.oldest.seq if plan.oldest else plan.head.seq
            known = writer.known(published.address, oldest, max(plan.head.seq, oldest))
            writer.take(judge(plan, known, self.account.now()), self.account.now())


def _figured(clerk: Clerk, wanted: Statement) -> dict[str, object]:
    """The statement of a task that lacked something, by the clerk's answers."""
    answers = {name: text.strip() for name, text in wanted.answers.items()}
    amount, first = clerk.read_amount(answers.get("amount", "")), answers.get("first")
    return clerk.figured(wanted.task, amount, Period.parse(first) if first else None)
