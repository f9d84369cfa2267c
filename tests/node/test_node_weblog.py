"""Lists of an account's records from its files: what is read for one page of them is bounded."""

from types import SimpleNamespace
from typing import Any

import pytest

from thimbl.core.address import Address
from thimbl.core.archive import PAGE, page_name
from thimbl.core.log import Verdict
from thimbl.home.shown import Listing
from thimbl.node.serving.weblog import MAX_PAGES, FileLog, WrittenBy

ANA = Address.parse("ana@fields.example")
BY = WrittenBy(ANA, "Ana", Verdict.VERIFIED, lambda offer: None)


class Folder:
    """An account with an archive of any length, of which it is noted what is read."""

    def __init__(self) -> None:
        self.read_names: list[str] = []
        self.archive = self

    def __truediv__(self, name: str) -> str:
        return name

    def read(self, name: str) -> Any:
        self.read_names.append(name)
        return None

    def sources(self, name: str) -> tuple[()]:
        return ()


@pytest.mark.parametrize("before", [1, 2, 500_000, 1_000_000 - MAX_PAGES * PAGE])
def test_below_what_is_listed_nothing_is_read(before):
    # One request would otherwise read the whole archive for the changes to what it does not show.
    account: Any = Folder()
    plan: Any = SimpleNamespace(records=(), head=SimpleNamespace(seq=1_000_000, last="a"))
    assert FileLog(account, plan).list(BY, before, 30) == Listing()
    assert account.read_names == []


def test_what_is_listed_needs_no_more_than_so_many_pages():
    account: Any = Folder()
    plan: Any = SimpleNamespace(records=(), head=SimpleNamespace(seq=1_000_000, last="a"))
    lowest = 1_000_000 - (MAX_PAGES - 1) * PAGE
    assert FileLog(account, plan).list(BY, lowest, 30) == Listing()
    assert len(set(account.read_names)) == MAX_PAGES
    assert page_name(lowest - PAGE + 1) in account.read_names
