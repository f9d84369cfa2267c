"""`before_post`: a command that sees what is about to be signed, and may refuse it.

It is asked once for each record, in their order, under the lock of the log: what it is shown is what will be signed.
It can change nothing. Whatever keeps it from saying yes is a no, also where it is missing or takes too long: a check
that a typing error takes away is none.
"""

from collections.abc import Mapping
from typing import Any, Final

from thimbl.core.address import Address
from thimbl.core.compose import Entry
from thimbl.home.errors import Refused
from thimbl.home.hooks.settings import NAME, Hook, HookSettings

_SALT: Final = "salt"


class Gate:
    """Asks `before_post` of an entry."""

    def __init__(self, hooks: HookSettings, environ: Mapping[str, str]) -> None:
        self._command = hooks.commands.get(Hook.BEFORE_POST)
        self._environ = environ

    def allow(self, entry: Entry, author: Address) -> None:
        """Raises `Refused` with the reason that the hook gives."""
        if self._command is None or self._environ.get(NAME):
            return
        from thimbl.home.hooks.running import run  # only here: whoever has no hooks starts no programs

        ran = run(Hook.BEFORE_POST, self._command, would_sign(entry, author), self._environ)
        if not ran.is_good:
            raise Refused(f"{Hook.BEFORE_POST} stopped it, and nothing was signed: {ran.reason}.")


def would_sign(entry: Entry, author: Address) -> dict[str, Any]:
    """What the hook is given."""
    body = {key: value for key, value in entry.body.items() if key != _SALT}
    return {"hook": str(Hook.BEFORE_POST), "address": str(author), "kind": entry.kind, "body": body}


def may_write(environ: Mapping[str, str]) -> None:
    """Raises `Refused` for whoever runs as a `before_post` hook: the log is locked while that is asked."""
    if environ.get(NAME) == Hook.BEFORE_POST:
        raise Refused(f"A {Hook.BEFORE_POST} hook can not write to the log that it is asked about: on_post can.")
