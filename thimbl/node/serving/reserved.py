"""Names that are pages of the host and nobody's account, and pages that hang under an account (plan-format 6).

`Registry` is where they hang: whoever makes a new kind of page adds it in `Registry.of`. A page is plain text for
people with nothing but finger, in the 72 columns of `thimbl.node.serving.pages`.

A reserved name wins over an account: else whoever takes that login speaks for the host. One is an exception, `commune`:
it is the natural name of a commune's own account, whose plan others must be able to read, and its page stands under
`commune/ledger` as under every account's name. A name whose page this host does not have stays its account's; since
that will not last, `taken` tells of it too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thimbl.core.address import Address
from thimbl.node.serving.accounts import Account, Accounts
from thimbl.node.serving.census import Signed
from thimbl.node.serving.communes import CommunePages
from thimbl.node.serving.frontdoor import FrontDoor
from thimbl.node.serving.pages import timeline
from thimbl.node.serving.parsed import ParsedPlans
from thimbl.node.serving.thread import ThreadPages

if TYPE_CHECKING:
    from thimbl.node.serving.copies import Copies

RESERVED: Final[Mapping[str, str]] = {
    "timeline": "the newest posts of those who agreed to be listed",
    "bonds": "the open offers of bonds",
    "commune": "the ledger of the commune that this host follows",
}
"""All reserved names, whether or not this host has the page, and what stands there."""

YIELDING: Final = frozenset({"commune"})
"""Those that an account of the same name has before the page."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the host."""

    make: Callable[[], str]
    yields: bool = False
    """Whether an account of that name with a plan comes before it."""


@dataclass(frozen=True, slots=True)
class AccountPage:
    """A page under an account, `NAME/VIEW/WORDS…`."""

    shown: str
    """As a person is told of it, such as `thread/ID`."""
    make: Callable[[Account, list[str]], str]
    """Makes it for an account that has a plan; gets the words after the view. What it can not find, it says."""
    copy: Callable[[Address, list[str]], str | None] | None = None
    """The same for somebody of whom this host may have a copy; None where it shows none."""


@dataclass(frozen=True, slots=True)
class Registry:
    """The pages that a host has."""

    pages: Mapping[str, Page]
    """By reserved name."""
    views: Mapping[str, AccountPage]
    """By the word after the account's name."""
    threads: ThreadPages
    communes: CommunePages | None = None

    @classmethod
    def of(cls, accounts: Accounts, door: FrontDoor, copies: "Copies | None", plans: ParsedPlans) -> "Registry":
        """All pages that can be made for a host."""
        threads = ThreadPages(accounts, door, copies, plans)
        pages = {"timeline": Page(_Timeline(door).make)}
        views = {"thread": AccountPage("thread/ID", threads.page, threads.copy)}
        communes = None if copies is None else CommunePages(copies, plans)
        if communes is not None:
            pages |= {"bonds": Page(communes.bonds), "commune": Page(communes.communes, yields=True)}
            views["ledger"] = AccountPage("ledger", communes.ledger, communes.copy)
        return cls(pages, views, threads, communes)


class _Timeline:
    """The page `timeline`, laid out once for the same posts."""

    def __init__(self, door: FrontDoor) -> None:
        self._door = door
        self._made: tuple[Sequence[Signed] | None, str] | None = None

    def make(self) -> str:
        newest = self._door.newest()
        if self._made is None or self._made[0] is not newest:
            self._made = newest, timeline(newest)
        return self._made[1]


def taken(accounts: Accounts) -> list[str]:
    """Reserved names that accounts with a plan have here: they are cut off, or will be (see above)."""
    found = ((name, accounts.find(name)) for name in RESERVED if name not in YIELDING)
    return [name for name, account in found if account is not None and account.publishes(account.plan)]
