"""A whole log as a version 1 plan, which the clients of 2010 read (plan-format 5).

The window that a host shows of it (the view ``classic``) is what fits an answer; this is all that was written.
"""

from collections.abc import Callable, Sequence

from thimbl.core.address import Address
from thimbl.core.classic import Message, write_classic
from thimbl.core.plan import Follow, Head, ListDigest
from thimbl.core.records import Record
from thimbl.home import following
from thimbl.home.account import Account
from thimbl.home.errors import Refused
from thimbl.store.copying import copy_of
from thimbl.store.reader import Reader

Messages = Callable[[Sequence[Record]], Sequence[Message]]
"""From the records of a log, newest first, to its posts as they read now."""


def classic_of(account: Account, reader: Reader, address: Address, messages: Messages) -> str:
    """The log of `address` as JSON on one line. Raises `Refused` where nothing is here, and what one's own files
    may."""
    head, records, follows = _own(account) if address == account.settings.address else _copy(reader, address)
    return write_classic(head.name, head.address, head.bio, messages(records), follows, head.properties)


def _own(account: Account) -> tuple[Head, list[Record], Sequence[Follow]]:
    log = account.files.load()
    if log.head is None:
        raise Refused("You have published nothing yet: 'thimbl post' does.")
    return log.head, account.files.all_records(log)[::-1], following.public(following.load(account.paths))


def _copy(reader: Reader, address: Address) -> tuple[Head, list[Record], Sequence[Follow]]:
    copy = copy_of(reader, address)
    if copy is None:
        raise Refused(f"Nothing is here of {address} that they signed.")
    records = [record for _, page in copy.pages() for record in reversed(page)]
    listed = copy.listed if isinstance(copy.head.following, ListDigest) else copy.head.following
    return copy.head, records, listed or ()
