"""Homes that hand bundles on: what a test of bundles needs of each."""

import io
from collections.abc import Iterable
from pathlib import Path

from tests.support.scribe import Scribe
from thimbl.core.address import Address
from thimbl.core.log import Verdict, judge
from thimbl.core.plan import Plan
from thimbl.home.account import Account
from thimbl.home.bundles.names import logs_in
from thimbl.home.bundles.packing import of_copy, opening_files, packed
from thimbl.home.bundles.taking import Taken, take_logs
from thimbl.home.bundles.tars import Packed, TarBundle, tar_of
from thimbl.home.bundles.writing import Written, write_into
from thimbl.store.copying import copy_of
from thimbl.store.types import Selection, View
from thimbl.store.writer import Writer

NOW = 1_795_400_000  # 2026-11-23T02:13:20Z, two days after every scribe has begun


def account_in(folder: Path, **environ: str) -> Account:
    """Whoever has their home in `folder`."""
    return Account.find({"THIMBL_HOME": str(folder), **environ}, lambda: float(NOW), lambda number: b"\7" * number)


class Hand:
    """A store, and what it is told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writer = Writer.open(folder / "store.sqlite3")

    def fetch(self, scribe: Scribe, plan: Plan | None = None, asked: Address | None = None) -> Verdict:
        """Take a plan as if it had been fetched: the whole log, unless another is given."""
        plan = plan or scribe.plan()
        who = asked or plan.head.address
        low = plan.records[-1].seq if plan.records else plan.head.seq
        judgement = judge(plan, self.writer.known(who, max(low, 1), max(plan.head.seq, 1)), NOW)
        self.writer.take(judgement, NOW, asked=who)
        return judgement.verdict

    def pack(self, *who: Address) -> bytes:
        """A bundle of what is here of these; of all, by address, where none are named."""
        known = [author.address for author in self.writer.authors(followed_only=False) if author.updated is not None]
        copies = [copy_of(self.writer, address) for address in who or sorted(known)]
        assert None not in copies
        logs = [of_copy(copy) for copy in copies if copy is not None]
        return b"".join(tar_of(packed(logs, [], opening_files(None))))

    def put(self, folder: Path) -> list[Written]:
        """The same, into a folder."""
        copies = [copy_of(self.writer, author.address) for author in self.writer.authors(followed_only=False)]
        done: list[Written] = []
        logs = [of_copy(copy) for copy in copies if copy is not None]
        write_into(folder, opening_files(None), logs, [], done.append)
        return done

    def take(self, bundle: bytes) -> list[Taken]:
        """Take a bundle in."""
        opened = TarBundle(io.BytesIO(bundle), "a bundle")
        return take_logs(opened, logs_in(opened.sizes()), self.writer, NOW, lambda taken: None)

    def take_one(self, bundle: bytes) -> Taken:
        """Take a bundle of one plan in."""
        [taken] = self.take(bundle)
        return taken

    def texts(self) -> list[str]:
        """What everyone has written, oldest first."""
        return [item.text for item in self.writer.timeline(Selection(View.EVERYONE), 10_000)][::-1]


def bundle_of(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A bundle of files by hand, with what says that it is one before them."""
    opening = [Packed(file.name, 0, file.make()) for file in opening_files(None)]
    return b"".join(tar_of([*opening, *(Packed(name, 0, data) for name, data in files)]))


def bundle_with(*plans: str) -> bytes:
    """A bundle of plans as they are, however wrong."""
    return bundle_of([(f"someone{number}@far.example.plan", text.encode()) for number, text in enumerate(plans)])
