"""An account as it is by now, for a program that runs for days.

Hooks are named in `config.yaml`, and may be named or taken away there while the terminal UI is open; what is fetched
beside it counts from then on, and so does what is written in it. All else of the file counts from the next start.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from thimbl.home import settings
from thimbl.home.account import Account
from thimbl.home.errors import SettingsError


class Current:
    """Gives the account with the hooks of today. A look is a stat, where the file has not changed."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._seen = _stamp(account.paths.config)

    @property
    def account(self) -> Account:
        """It. Where the file can not be read, as half-way through an edit, the hooks are those that it had before: a
        check is not taken away by a typing error."""
        account = self._account
        seen = _stamp(account.paths.config)
        if seen != self._seen:
            self._seen = seen
            with suppress(SettingsError, OSError):
                hooks = settings.load(account.paths, account.environ).hooks
                self._account = replace(account, settings=replace(account.settings, hooks=hooks))
        return self._account


def _stamp(path: Path) -> tuple[int, ...]:
    """What is another whenever a file is."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino
