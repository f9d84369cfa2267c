"""What web pages show of the accounts here, from their files, as Finger shows them and no more.

- Of a plan is concluded what a reader would conclude who asked for the first time: that its signature holds and its
  records hang together, not whose key it is.
- What was read of a plan is kept while the plan's file is as it was, for the accounts that were asked for last.
- A plan of version 1 has posts that nobody signed; one of plain words is shown as it is.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from thimbl.core.address import Address, Reference
from thimbl.core.log import Judgement, Known, Verdict, judge
from thimbl.core.plan import Head, ListDigest, Plan, by_nick
from thimbl.core.records import Record
from thimbl.core.terminal import safe_line
from thimbl.home.shown import Listing, Profile
from thimbl.node.serving.accounts import Account, Accounts, File
from thimbl.node.serving.finding import Found, find_post
from thimbl.node.serving.glance import agreed
from thimbl.node.serving.parsed import ParsedPlans
from thimbl.node.serving.sources import Source, settled, unchanged
from thimbl.node.serving.views import MAX_DIGITS, FileArchive, listed_following
from thimbl.node.serving.webarchive import FilesBeside, LogFiles
from thimbl.node.serving.webclassic import classic_items, classic_plan, classic_profile
from thimbl.node.serving.weblog import FileLog, SeriesOf, WrittenBy, is_shown
from thimbl.store.types import Item

KNOWN: Final = 1_000
"""Accounts of whom it is remembered what their plan says of them: some 10 KB each, for one who follows many."""


@dataclass(frozen=True, slots=True)
class Here:
    """An account here with what its plan says."""

    account: Account
    profile: Profile
    nicks: Mapping[str, Address] = field(default_factory=dict)
    """What it calls those whom it follows."""
    unsigned: Sequence[Item] = ()
    """What a plan of version 1 has, newest first."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    here: Here
    sources: tuple[Source, ...]
    settled: bool
    until: float


class HereAccounts:
    """Answers for accounts of this host. It belongs to the reactor's thread. `clock` is Unix seconds."""

    def __init__(self, accounts: Accounts, plans: ParsedPlans, series_of: SeriesOf, clock: Callable[[], float]) -> None:
        self._accounts, self._plans, self._series_of, self._clock = accounts, plans, series_of, clock
        self._known: OrderedDict[str, _Remembered] = OrderedDict()

    def named(self, name: str) -> Here | None:
        """The account of this name; None where there is none, or it has published nothing."""
        known = self._known.get(name)
        if known is not None and known.settled and time.monotonic() < known.until and unchanged(known.sources):
            self._known.move_to_end(name)
            return known.here
        account = self._accounts.find(name)
        now = int(self._clock() * 10**9)
        file = None if account is None else account.read(account.plan)
        if account is None or file is None:
            self._known.pop(name, None)
            return None
        until = time.monotonic() + self._accounts.seconds()
        here = self._read(account, file)
        self._known[name] = _Remembered(here, file.sources, settled(file.sources, now), until)
        self._known.move_to_end(name)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return here

    def at(self, address: Address) -> Here | None:
        """The account here whose plan says this address."""
        here = self.named(address.user)
        return here if here is not None and here.profile.address == address else None

    def posts(self, here: Here, before: str, limit: int) -> Listing:
        """What it wrote, newest first. Raises `LookupError` for a `before` that means nothing."""
        if before and not (before.isascii() and before.isdigit() and len(before) <= MAX_DIGITS):
            raise LookupError(before)
        plan = self._plan(here.account)
        if plan is not None:
            log = FileLog(here.account, plan)
            return log.list(self._by(here, plan), int(before) if before else None, limit)
        begin = int(before or 0)
        end = begin + limit
        return Listing(tuple(here.unsigned[begin:end]), str(end) if end < len(here.unsigned) else None)

    def signed(self, here: Here) -> tuple[Head, Iterator[Record]] | None:
        """The head that it published last, and its records, newest first; None where there is none that holds."""
        plan = self._plan(here.account) if here.profile.verdict is Verdict.VERIFIED else None
        return None if plan is None else (plan.head, FileLog(here.account, plan).records())

    def archive(self, here: Here) -> LogFiles | None:
        """The files beside its plan; likewise."""
        plan = self._plan(here.account) if here.profile.verdict is Verdict.VERIFIED else None
        return None if plan is None else LogFiles(plan, FilesBeside(here.account))

    def find(self, here: Here, prefix: str) -> Sequence[str]:
        """The ids of its records that begin so."""
        plan = self._plan(here.account)
        if plan is None:
            return [item.id for item in here.unsigned if item.id.startswith(prefix)]
        found = find_post(here.account, plan, prefix)
        return (found.record.id,) if isinstance(found, Found) else found

    def item(self, here: Here, id: str) -> Item | None:
        """One of its records, by its whole id."""
        plan = self._plan(here.account)
        if plan is None:
            return next((item for item in here.unsigned if item.id == id), None)
        found = find_post(here.account, plan, id)
        items = self._by(here, plan).items(found.run) if isinstance(found, Found) else []
        return next((item for item in items if item.id == id), None)

    def answers(self, here: Here, reference: Reference) -> list[Item]:
        """What of its newest records answers this one."""
        plan = self._plan(here.account)
        items = [] if plan is None else self._by(here, plan).items(plan.records)
        return [item for item in items if item.re == reference and is_shown(item)]

    def verdict(self, plan: Plan) -> Verdict:
        """What is concluded of a plan."""
        return self._judged(plan).verdict

    def _judged(self, plan: Plan) -> Judgement:
        return judge(plan, Known(plan.head.address), int(self._clock()))

    def _plan(self, account: Account) -> Plan | None:
        published = self._plans.read(account)
        return None if published is None else published.plan

    def _by(self, here: Here, plan: Plan) -> WrittenBy:
        return WrittenBy(plan.head.address, here.profile.name, here.profile.verdict, self._series_of)

    def _read(self, account: Account, file: File) -> Here:
        published = self._plans.of(account, file)
        if published.plan is not None:
            return self._signed(account, published.name, published.plan)
        if (classic := classic_plan(file.raw)) is None or classic.address is None:
            words = file.raw.decode("utf-8", "replace")
            name = safe_line(account.full_name)
            return Here(account, Profile(who=account.name, address=None, name=name, words=words))
        profile = classic_profile(account, classic)
        return Here(account, profile, by_nick(classic.following), classic_items(classic, classic.address, profile.name))

    def _signed(self, account: Account, name: str, plan: Plan) -> Here:
        head = plan.head
        if isinstance(head.following, ListDigest):
            follows = listed_following(FileArchive(account), plan)
        else:
            follows = head.following
        judged = self._judged(plan)
        profile = Profile(
            who=account.name,
            address=head.address,
            name=name,
            bio=head.bio,
            properties=head.properties,
            following=follows,
            key=head.key.fingerprint,
            verdict=judged.verdict,
            updated=head.updated,
            records=head.seq,
            listed=agreed(head.properties),
            moved_to=judged.moved_to,
        )
        return Here(account, profile, by_nick(follows))
