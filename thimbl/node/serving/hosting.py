"""From the settings of a host to what answers for it: whose plans, and all that stands beside them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from thimbl.home.serving import ServeSettings
from thimbl.node.serving.accounts import Account, Accounts, Homes, OwnAccount, Spool
from thimbl.node.serving.answering import Answerer
from thimbl.node.serving.frontdoor import FrontDoor
from thimbl.node.serving.refreshed import Background

if TYPE_CHECKING:
    from thimbl.node.serving.copies import Copies
    from thimbl.store.reader import Reader


class NoAccounts(ValueError):
    """There is nobody to answer for; the message says what to do."""


def make_accounts(serve: ServeSettings, own: Account | None) -> Accounts:
    """Whose plans. `own` is served where the settings name neither homes nor a spool. Raises `NoAccounts`."""
    if serve.homes and serve.spool is not None:
        raise NoAccounts("A spool and homes exclude each other: choose one, in config.yaml or by an option.")
    if serve.homes:
        return Homes(serve.min_uid)
    if serve.spool is not None:
        if not serve.spool.is_dir():
            raise NoAccounts(f"There is no folder {serve.spool}. Make it, and put NAME.plan files there.")
        return Spool(serve.spool)
    if own is None:
        raise NoAccounts("There is nobody here to answer for: give --spool or --homes, or begin with 'thimbl init'.")
    return OwnAccount(own)


def make_answerer(
    serve: ServeSettings,
    own: Account | None = None,
    reader: "Callable[[], Reader] | None" = None,
    *,
    background: Background | None = None,
) -> Answerer:
    """What answers for a host that is set up so. It opens no file and no store before it is asked.

    `reader` opens the store of the daemon's account, whose copies are served to others (a mirror); None: none are.
    `background` runs a piece of work in a thread, as `reactor.callInThread` does; without it the lists of all accounts
    are made while somebody waits for them, as it has to be under inetd. Raises `NoAccounts`.
    """
    accounts = make_accounts(serve, own)
    copies = None if reader is None else _copies(reader)
    door = FrontDoor(accounts, message=serve.message, people=serve.people, copies=copies, background=background)
    return Answerer(accounts, aliases=serve.aliases, copies=copies, door=door)


def _copies(reader: "Callable[[], Reader]") -> "Copies":
    # Whoever mirrors nothing starts without the store's modules: inetd starts a process for each query.
    from thimbl.node.serving.copies import Copies

    return Copies(reader)
