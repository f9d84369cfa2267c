"""The feed of an account as a bundle of its one plan: `thimbl feed` leads out, and this leads back (docs/feeds.md).

- What `thimbl.core.feedplan` finds in it is taken in as any bundle is: judged by its signatures, merged, and never
  going back. The entries of the feed are not looked at: they say the same, and nobody signed them.
- A feed without a plan, one with two, and one with the plan of somebody else than it says that it is of, are refused in
  a line before anything is taken.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from thimbl.core.address import Address, AddressError
from thimbl.core.feedplan import MAX_FEED, Found, NoPlan, find_plans, is_feed
from thimbl.core.iri import account_of
from thimbl.core.plan import PlanUnreadable, read_plan
from thimbl.core.plantext import PlanTextError
from thimbl.home.bundles.faults import BundleRefused

LOOKED_AT: Final = 1024 * 1024
"""Bytes by which it is told that a file is a feed: the fields of a file of twtxt come before its first twt."""

_NAME: Final = "feed.plan"


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A `thimbl.home.bundles.names.Bundle` of the plan in a feed."""

    where: str
    plan: bytes
    strange: Collection[str] = field(default=())

    def sizes(self) -> Mapping[str, int]:
        """See `names.Bundle`."""
        return {_NAME: len(self.plan)}

    def read(self, name: str) -> bytes:
        """See `names.Bundle`."""
        return self.plan


def feed_in(file: BinaryIO, where: str) -> FeedFile | None:
    """The plan in a file that is a feed; None where it is none. `where` is what to call it. Raises `BundleRefused`."""
    file.seek(0)
    begin = file.read(LOOKED_AT)
    if not is_feed(begin):
        return None
    try:
        return FeedFile(where, plan_in_feed(begin + file.read(MAX_FEED + 1 - len(begin))))
    except NoPlan as fault:
        raise BundleRefused(f"{where}: {fault}. Nothing was taken.") from None


def plan_in_feed(data: bytes) -> bytes:
    """The text of the one plan in a feed, whether it holds or not. Raises `NoPlan`."""
    if len(data) > MAX_FEED:
        raise NoPlan(f"it is larger than {MAX_FEED:,} bytes, which no feed of one account is")
    found = find_plans(data)
    if not found.plans:
        raise NoPlan(_lacking(found))
    if len(found.plans) > 1:
        raise NoPlan(f"it has {len(found.plans)} plans in it, and not one")
    [plan] = found.plans
    whose, named = _author(plan), _named(found)
    if whose is not None and named not in (None, whose):
        raise NoPlan(f"it says that it is of {named}, and the plan in it is of {whose}")
    return plan.encode("utf-8", "surrogatepass")


def _lacking(found: Found) -> str:
    """Why there is none, and what to do."""
    why = f"it is {found.kind}, and has no signed plan in it, as the feed of one account has that signs"
    named = _named(found)
    return why if named is None else f"{why}; 'thimbl follow {named}' asks for the plan of whom it names"


def _named(found: Found) -> Address | None:
    """Whose feed it says that it is; None where it does not say, or is of something else on the web."""
    try:
        return account_of(found.of)
    except AddressError:
        return None


def _author(plan: str) -> Address | None:
    try:
        return read_plan(plan).head.address
    except (PlanTextError, PlanUnreadable):
        return None  # whoever judges it says what is wrong
