"""Moving one's log to another address: the author's half of a `move` (plan-format 3 and 4).

- The record is signed under the old address, and the plan that it is published in has the new one in its head: that is
  the moment of moving. What follows, :func:`settle`, can be done again at any time, and comes to the same.
- The order is: the plan, the last plan for the old host, the store, `config.yaml`. So whoever is cut off still has the
  old address in their settings and the new one in their plan, with which nothing can be published; they say the same
  command again, and it goes on where it was.
- The last plan at the old address has that address in its head and ends with the `move` (plan-format 3): whoever asks
  there is led on, and checks that it is the same log. It is never written before the `move` is published: two of them
  would be a fork.
- What a commune knows of one does not go along: a holding, a membership and a tenancy go by the address under which
  they were come by (commune 12.1). A commune's own log may move: its older records hold as they stand.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from thimbl.core.address import Address
from thimbl.core.archive import PAGE
from thimbl.core.chain import Forged, walk
from thimbl.core.compose import Entry, about_of, make_head, window
from thimbl.core.log import Verdict, judge
from thimbl.core.plan import Plan
from thimbl.core.records import MOVE, Record
from thimbl.home import following, settings
from thimbl.home.account import Account
from thimbl.home.authoring import Published, other_address
from thimbl.home.durable import PUBLIC, remove_file, write_file
from thimbl.home.errors import PlanProblem, Refused
from thimbl.home.planfiles import OwnLog, plan_text
from thimbl.store.errors import StoreMissing
from thimbl.store.reader import Reader

if TYPE_CHECKING:
    from thimbl.core.commune.state import State

LAST_PLAN: Final = "last-at-"
"""In the name of the last plan for an old host, behind that of the plan and before the old address: it ends in no
`.plan`, so that no spool takes it for an account."""


@dataclass(frozen=True, slots=True)
class Move:
    """A move that is wished, or was signed before."""

    old: Address
    new: Address
    record: Record | None = None
    """Where it was signed before: what is left is to settle it."""

    @property
    def entry(self) -> Entry:
        """What is signed, under the old address."""
        return Entry(MOVE, {"from": str(self.old), "to": str(self.new)})


@dataclass(frozen=True, slots=True)
class Settled:
    """A move that is done here."""

    account: Account
    """At the new address."""
    last_plan: Path
    """The plan that is to stay at the old host."""


def plan_move(account: Account, new: Address) -> Move:
    """What it takes to be at `new`. Reads, and changes nothing but that there is a store.

    Raises `Refused` where one is there already, or where that address is somebody else's as far as one knows; and what
    one's own files may raise.
    """
    me, log = account.address, account.files.load()
    if log.head is None:
        raise Refused(
            f"You have published nothing as {me} yet, so nothing has to move: write 'address: {new}' into "
            f"{account.paths.config}."
        )
    here, newest = log.head.address, log.newest
    if here != me and newest is not None and _leads(newest, me, here):
        if new != here:
            raise Refused(f"You have signed a move to {here}, and it was cut short: 'thimbl move {here}' finishes it.")
        return Move(me, here, newest)
    if here == new:
        return _before(account, log, new)
    if me not in (here, new):
        raise other_address(account.files, here, me)
    if new.is_web:
        raise Refused(f"{new} stands for a feed of the web: a plan can not be there.")
    # Where the settings were changed by hand before, the plan says where the log is.
    move = Move(here, new)
    _check_new(at(account, here), new)
    return move


def publish(account: Account, move: Move) -> Published:
    """Sign the move and publish it: from here on the plan is that of the new address.

    Raises `Refused`, also by `before_post`, and what one's own files and the key may raise; nothing has changed then.
    """
    authoring = at(account, move.old).authoring
    with authoring.open() as log:
        if log.head is None or log.head.address != move.old:
            raise Refused("Your plan has changed meanwhile: look at it, then do this again.")
        return authoring.append(log, [move.entry], about={"address": str(move.new)})


def settle(account: Account, move: Move, record: Record) -> Settled:
    """Do what follows from a `move` that is published: the last plan for the old host, the store, the settings.

    Raises `PlanProblem`, `KeyProblem`, `StoreError`, `SettingsError` and `OSError`: what was not done is done when this
    is called again.
    """
    before = at(account, move.old)
    path = _last_plan_path(before, move.old)
    write_file(path, _last_plan(before, move, record).encode("utf-8"), PUBLIC)
    if (back := _last_plan_path(before, move.new)) != path:
        remove_file(back)  # of an earlier move away from where one is now: it would lead people on from there
    if account.address != move.new or _is_apart(before):
        _tell_store(before)
    settings.change_address(account.paths, move.new)
    return Settled(at(account, move.new), path)


def at(account: Account, address: Address) -> Account:
    """The same account with another address in its settings."""
    return replace(account, settings=replace(account.settings, address=address))


def ties(account: Account) -> list[str]:
    """By what communes know this account under its present address, a sentence each: none of it goes along.

    Only communes whose log is in the store are seen. Raises `StoreError`, and what one's own files may raise.
    """
    from thimbl.home.commons import Commons  # only here: most who move are in no commune

    commons, mine = Commons(account), account.address
    found: list[str] = []
    for commune in commons.communes:
        if commune != mine and (ledger := commons.ledger(commune)) is not None:
            found += (f"{commune}: {what}." for what in _ties(ledger.state, str(mine)))
    return found


# before


def _leads(record: Record, old: Address, new: Address) -> bool:
    return record.kind == MOVE and record.body == {"from": str(old), "to": str(new)}


def _before(account: Account, log: OwnLog, new: Address) -> Move:
    """The move that led here. Raises `Refused` where there is none, or where the settings are at a third address."""
    if account.address != new:
        raise other_address(account.files, new, account.address)
    newest_first = (record for page in _downwards(account, log, log.seq) for record in page)
    record = next((one for one in newest_first if one.kind == MOVE), None)
    if record is None or record.body.get("to") != str(new):
        raise Refused(f"You are {new} already.")
    return Move(Address.parse(str(record.body["from"])), new, record)


def _check_new(account: Account, new: Address) -> None:
    """Raises `Refused` where others are at `new`, as far as is known here: who knows them believes no move there."""
    if any(one.address == new for one in following.load(account.paths)):
        raise Refused(f"You follow {new}, as somebody else's address. If it is yours now, 'thimbl unfollow' it first.")
    with account.writer() as store:
        there, mine = store.author(new), store.author(account.address)
    if there is None or (mine is not None and there.id == mine.id):
        return
    key = account.files.load().head
    assert key is not None, "it was looked at just now"
    if there.key not in (None, key.key.fingerprint):
        raise Refused(
            f"{new} is known here as somebody else's, by the key {there.key}: whoever has pinned that one would not "
            "believe that you are there. Choose another address."
        )
    if there.verdict is Verdict.UNSIGNED:
        raise Refused(f"{new} is known here for a plan that nobody signed, which is not yours. Choose another address.")


def _ties(state: "State", mine: str) -> Iterator[str]:
    from thimbl.core.commune.citing import read
    from thimbl.core.commune.participants import SUBSCRIPTION, Subscription
    from thimbl.core.commune.state import Status

    if mine in state.members:
        yield "you are a member"
    if mine in state.coops:
        yield "you are on the register of co-ops"
    for offer, series in state.series.items():
        if series.holdings.get(mine):
            yield f"you hold bonds of {series.code}"
        if series.tenant == mine:
            yield f"you rent what {series.code} has bought"
        if series.status is Status.FLOATED and (bids := state.evidence.by(mine, SUBSCRIPTION, offer)):
            bid = read(state, bids[-1], Subscription)
            if bid is not None and bid.amount:
                yield f"you have bid for {series.code}"


# the last plan at the old address


def _last_plan_path(account: Account, old: Address) -> Path:
    return account.paths.plan.with_name(f"{account.paths.plan.name}.{LAST_PLAN}{old}")


def _last_plan(account: Account, move: Move, record: Record) -> str:
    """The text of the last plan at the old address: the log up to the `move`, without what was retracted since."""
    log = account.files.load()
    assert log.head is not None, "a move is published in it"
    about = about_of(log.head) | {"address": str(move.old)}
    # By the time of today's head: no reader has seen a later one of the old address.
    signer, updated = account.authoring.unlock(), log.head.updated
    head = make_head(about, seq=record.seq, last=record.id, updated=updated, signer=signer)
    records: list[Record] = []
    taken: tuple[Record, ...] = ()
    for page in _downwards(account, log, record.seq):
        records += page
        taken = window(head, records, account.settings.window)
        if len(taken) < len(records):
            break
    plan = Plan(head, taken)
    try:
        walk(plan)
    except Forged as error:
        raise PlanProblem(f"The last plan of {move.old} does not hold ({error}), so it was not written.") from None
    return plan_text(plan)


def _downwards(account: Account, log: OwnLog, seq: int) -> Iterator[list[Record]]:
    """The published records from `seq` down, page by page, newest first."""
    for start in reversed(range(1, seq + 1, PAGE)):
        yield account.files.page(start, log)[: seq - start + 1][::-1]


# the store


def _is_apart(before: Account) -> bool:
    """Whether the store has a log of the old address that it does not know to have moved."""
    try:
        with Reader.open(before.paths.store) as reader:
            author = reader.author(before.address)
    except StoreMissing:
        return False
    return author is not None and author.address == before.address


def _tell_store(before: Account) -> None:
    """Take the moved log in by its old address, and as one's own: the store then knows the two for one."""
    log, now = before.files.load(), before.now()
    assert log.head is not None, "a move is published in it"
    with before.writer() as writer, writer.batch():
        mine, records = writer.author(before.address), log.window
        if mine is None or mine.seq + 1 < records[-1].seq:
            records = tuple(reversed(before.files.all_records(log)))
        known = writer.known(before.address, records[-1].seq, log.seq)
        writer.take(judge(Plan(log.head, records), known, now), now, asked=before.address, me=True)
