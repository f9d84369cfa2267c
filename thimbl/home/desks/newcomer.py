"""What makes an account for the terminal UI's first page (`tui.firstrun.Beginning`): as `thimbl init` does."""

import getpass
import socket

from thimbl.core.address import Address
from thimbl.home.account import Account
from thimbl.home.beginning import begin, for_address, outlook
from thimbl.home.desk import Desk


class Newcomer:
    """Whoever has no account yet. Every method may wait for the disk."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def guess(self) -> str:
        """An address that may be meant: the login, at this host. It may wait for a name server."""
        try:
            return str(Address.parse(f"{getpass.getuser()}@{socket.getfqdn()}"))
        except (ValueError, OSError, KeyError):
            return ""

    def outlook(self, address: Address) -> list[str]:
        """What would be made for this address, a sentence each."""
        return outlook(for_address(self._account, address))

    def make(self, address: Address, name: str) -> Desk:
        """Make it; the desk of the account."""
        return Desk(begin(for_address(self._account, address), {"name": name, "bio": ""}).account)
