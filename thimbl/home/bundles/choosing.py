"""Whose logs go into a bundle, unless a person says: their own, those of all whom they follow in public, and, for
whoever is to check a commune's books, the logs that it cites.

A backup has everybody's of whom anything was ever verified here, private or not: it is for oneself.
"""

from collections.abc import Iterable, Iterator, Sequence

from thimbl.core.address import Address
from thimbl.home.account import Account
from thimbl.home.bundles.packing import PackedLog, of_copy, of_own
from thimbl.home.errors import Refused
from thimbl.store.citations import cited_by
from thimbl.store.copying import copy_of
from thimbl.store.reader import Reader
from thimbl.store.types import Author


def everyone(reader: Reader) -> list[Address]:
    """All whose log is here."""
    return [author.address for author in reader.authors(followed_only=False) if author.updated is not None]


def usual(account: Account, reader: Reader) -> list[Address]:
    """Oneself, and all whom one follows in public."""
    mine = [] if account.settings.address is None else [account.settings.address]
    return mine + [author.address for author in reader.authors() if _is_public(author)]


def with_cited(reader: Reader, who: Sequence[Address]) -> list[Address]:
    """These, and after them whom the communes among them cite, by address; each once. Whom one follows in private is
    not left out of those: that they are lacking would tell of it."""
    return list(dict.fromkeys([*who, *sorted(cited_by(reader, set(who).__contains__))]))


def logs_of(account: Account, reader: Reader, who: Iterable[Address], lacking: list[Address]) -> Iterator[PackedLog]:
    """The logs of these; whose is not here is put into `lacking`. One's own is taken from its files, where something
    was published. Raises `PlanEdited` and `PlanProblem` for one's own."""
    for address in who:
        if address == account.settings.address:
            if account.files.load().head is not None:
                yield of_own(account.files)
            continue
        copy = copy_of(reader, address)
        if copy is None:
            lacking.append(address)
        else:
            yield of_copy(copy)


def check_named(reader: Reader, account: Account, named: Iterable[Address]) -> None:
    """Raise `Refused` where nothing can be passed on of somebody whom a person named."""
    for address in named:
        if address == account.settings.address and account.files.load().head is None:
            raise Refused("You have published nothing yet: 'thimbl post' does.")
        if address == account.settings.address or copy_of(reader, address) is not None:
            continue
        author = reader.author(address)
        if author is not None and author.posts:
            raise Refused(f"Nobody has signed the plan of {address}, so a copy would prove nothing: leave it out.")
        raise Refused(f"Nothing is here of {address}: 'thimbl follow {address}' brings their plan.")


def _is_public(author: Author) -> bool:
    return not author.private and not author.is_me and author.web is None  # a feed of the web has no plan
