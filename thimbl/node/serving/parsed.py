"""Plans as records, for what can not be made from their bytes: the few that were asked of last."""

from collections import OrderedDict
from hashlib import blake2b
from typing import Final

from thimbl.node.serving.accounts import Account, File
from thimbl.node.serving.views import Published, published

PARSED: Final = 32
"""Plans that are kept so: each takes up to ten times its bytes, 20 MB in all."""


def digest_of(account: Account, *parts: bytes | str) -> bytes:
    """Tells one content of an account's files from another, and whose it is."""
    found = blake2b(repr(account).encode("utf-8", "surrogatepass"), digest_size=16)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        found.update(b"%d " % len(raw) + raw)
    return found.digest()


class ParsedPlans:
    """Reads plans, and keeps some."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[bytes, Published]] = OrderedDict()

    def of(self, account: Account, file: File) -> Published:
        """The plan in the file of an account."""
        digest = digest_of(account, file.raw)
        known = self._kept.get(account.name)
        if known is None or known[0] != digest:
            known = self._kept[account.name] = digest, published(account, file.raw)
        self._kept.move_to_end(account.name)
        if len(self._kept) > PARSED:
            self._kept.popitem(last=False)
        return known[1]

    def read(self, account: Account) -> Published | None:
        """The plan that an account has published now; None where there is none."""
        file = account.read(account.plan)
        return None if file is None else self.of(account, file)

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
