"""Bundles, and the backup: export, import. What stands in one is told in docs/sneakernet.md."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import OK, PARTLY, USAGE, Failure
from thimbl.cli.options import argument, command, option
from thimbl.cli.output import note, say
from thimbl.cli.progress import Progress
from thimbl.core.counting import counted

if TYPE_CHECKING:
    from thimbl.core.address import Address
    from thimbl.home.bundles.packing import File, PackedLog
    from thimbl.home.bundles.writing import Written
    from thimbl.store.reader import Reader

MOST_NAMED: Final = 5
"""Addresses that a sentence names: the rest are counted."""

MAX_PASSPHRASE: Final = 4096
"""Bytes of a file with a passphrase in its first line."""

_RECIPIENT: Final = "Encrypt to this key: age1…, ssh-ed25519 …, or a file of them; repeat it for several."


@command(
    "export",
    examples="""
    thimbl export --to /media/stick/thimbl/
    thimbl export mark@mill.example coop@fields.example --to mill.tar
    thimbl export --backup --with-key --encrypt --to backup.tar.age
    thimbl export --recipient 'ssh-ed25519 AAAA…' --to for-mark.tar.age
    thimbl export --classic > plan-of-2010.json
    """,
)
@argument("who", nargs=-1, metavar="[ADDRESS|NICK]...")
@option("--to", metavar="FILE|FOLDER/", help="Where to; what ends in '/' is a folder, '-' is standard output.")
@option("--backup", is_flag=True, help="All that is yours, and all that is here, for another machine.")
@option("--with-key", is_flag=True, help="With --backup: your private key too; only encrypted.")
@option("--encrypt", is_flag=True, help="Encrypt it by a passphrase, which is asked for.")
@option(
    "--passphrase-file", type=click.Path(path_type=Path, dir_okay=False), help="Encrypt it by this file's first line."
)
@option("--recipient", "recipients", multiple=True, metavar="KEY|FILE", help=_RECIPIENT)
@option("--classic", is_flag=True, help="Only the messages of one, as the clients of 2010 read them.")
@pass_context
def export(
    context: Context,
    who: tuple[str, ...],
    to: str | None,
    backup: bool,
    with_key: bool,
    encrypt: bool,
    passphrase_file: Path | None,
    recipients: tuple[str, ...],
    classic: bool,
) -> int:
    """Write plans and archives into a file, or onto a stick.

    Without names: your own, and those of all whom you follow in public. With a commune go the logs that it cites. In a
    folder only what changed is written, and nothing that is newer there is replaced. 'thimbl import' reads it; so does
    tar. An encrypted one is in age's format.
    """
    if classic:
        return _classic(context, who, to)
    if with_key and not backup:
        raise click.UsageError("--with-key is for --backup.")
    if backup and who:
        raise click.UsageError("A backup is of all that is here: leave the names out.")
    if (encrypt or passphrase_file is not None) and recipients:
        raise click.UsageError("age takes a passphrase or recipients, not both.")
    seals = encrypt or passphrase_file is not None or bool(recipients)
    if with_key and not seals:
        raise click.UsageError("A key leaves this machine only encrypted: add --encrypt, or --recipient.")
    if with_key and recipients:
        _check_not_itself(context, recipients)
    if seals and to is not None and _is_folder(to):
        raise click.UsageError("What is encrypted is one file: give one with --to.")
    if to is None and context.stdout_is_terminal:
        raise click.UsageError("Where to? Give --to FILE, or --to FOLDER/.")
    return _Export(context, who, backup=backup, with_key=with_key).run(
        to, _sealing(context, passphrase_file, recipients) if seals else None
    )


def _check_not_itself(context: Context, recipients: Sequence[str]) -> None:
    """Refuse to lock a key in where it alone opens."""
    from thimbl.home.keyfile import inspect

    mine = inspect(context.account.key_path).public.line
    if all(text.split()[:2] == mine.split() for text in recipients):
        raise click.UsageError(
            "Your key would be locked in with itself: encrypt it to another key, or by a passphrase."
        )


def _is_folder(to: str) -> bool:
    return to.endswith("/") or Path(to).expanduser().is_dir()


def _sealing(
    context: Context, passphrase_file: Path | None, recipients: Sequence[str]
) -> "Callable[[Iterator[bytes], BinaryIO], None]":
    from functools import partial

    from thimbl.home.bundles import sealing

    if recipients:
        return partial(sealing.seal, to=sealing.recipients(recipients))
    if passphrase_file is not None:
        passphrase = first_line(passphrase_file)
    elif context.stdin_is_terminal:
        passphrase = click.prompt("Passphrase for the bundle", hide_input=True, confirmation_prompt=True, err=True)
    else:
        raise Failure("There is nobody to ask for a passphrase: give --passphrase-file or --recipient.", USAGE)
    return partial(sealing.seal_by_passphrase, passphrase=passphrase)


def first_line(path: Path) -> str:
    """The passphrase in a file. Raises `Failure` where there is none."""
    with path.open("rb") as file:
        raw = file.read(MAX_PASSPHRASE)
    line = raw.decode("utf-8", "replace").splitlines()[:1]
    if not line or not line[0]:
        raise Failure(f"There is no passphrase in {path}: its first line is taken.")
    return line[0]


class _Export:
    """One run of it."""

    def __init__(self, context: Context, who: Sequence[str], *, backup: bool, with_key: bool) -> None:
        self.context, self.account = context, context.account
        self.who, self.backup, self.with_key = who, backup, with_key
        self.lacking: list[Address] = []
        self.logs = self.number = 0
        self.progress = Progress(context, "packing, plan")

    def run(self, to: str | None, seal: "Callable[[Iterator[bytes], BinaryIO], None] | None") -> int:
        from thimbl.home.bundles.packing import opening_files

        owner = self.account.address if self.backup else None
        with self.account.writer() as store:
            self.account.sync_following(store)
            wanted = self._wanted(store)
            self.number = len(wanted)
            mine = self._backup(store) if self.backup else []
            into = to is not None and _is_folder(to)
            opening = opening_files(owner)
            try:
                code = (
                    self._into(Path(str(to)).expanduser(), opening, store, wanted, mine)
                    if into
                    else self._file(to, opening, store, wanted, mine, seal)
                )
            finally:
                self.progress.clear()
        if self.lacking and not self.backup:
            note(f"Not in it: {named(self.lacking)}, of whom nothing is here that they signed.")
        if self.backup and not self.with_key:
            note(f"Your key is not in it: keep a copy of {self.account.key_path}, or add --with-key, encrypted.")
        return code

    def _wanted(self, store: "Reader") -> "list[Address]":
        from thimbl.cli.names import find_author
        from thimbl.home.bundles import choosing

        if self.backup:
            return [self.account.address, *(one for one in choosing.everyone(store) if one != self.account.address)]
        if not self.who:
            return choosing.with_cited(store, choosing.usual(self.account, store))
        chosen = [find_author(store, text) for text in self.who]
        choosing.check_named(store, self.account, chosen)
        return choosing.with_cited(store, chosen)

    def _backup(self, store: "Reader") -> "list[File]":
        from thimbl.home.bundles.personal import pack

        return list(pack(self.account, store, with_key=self.with_key))

    def _logs(self, store: "Reader", wanted: "Sequence[Address]") -> "Iterator[PackedLog]":
        from thimbl.home.bundles.choosing import logs_of

        for log in logs_of(self.account, store, wanted, self.lacking):
            self.progress.tell(self.logs, self.number)
            yield log
            self.logs += 1

    def _file(
        self,
        to: str | None,
        opening: "list[File]",
        store: "Reader",
        wanted: "Sequence[Address]",
        mine: "list[File]",
        seal: "Callable[[Iterator[bytes], BinaryIO], None] | None",
    ) -> int:
        from thimbl.home.bundles.packing import packed
        from thimbl.home.bundles.writing import write_pieces, write_to

        files = packed(self._logs(store, wanted), mine, opening)
        if to in (None, "-"):
            sys.stdout.flush()
            size = write_pieces(sys.stdout.buffer, files, seal)
            sys.stdout.buffer.flush()
            where = "standard output"
        else:
            path = Path(str(to)).expanduser()
            size = write_to(path, files, seal, secret=self.backup)
            where = str(path)
        self.progress.clear()
        what = f"A backup of {self.account.address}, with {plans(self.logs)}" if self.backup else plans(self.logs)
        note(f"{what}, {size:,} bytes{' before encryption' if seal else ''}: {where}.")
        return OK

    def _into(
        self, folder: Path, opening: "list[File]", store: "Reader", wanted: "Sequence[Address]", mine: "list[File]"
    ) -> int:
        from thimbl.home.bundles.writing import Fate, write_into

        fates: dict[Fate, list[Address]] = {fate: [] for fate in Fate}

        def heard(written: "Written") -> None:
            fates[written.fate].append(written.address)

        files = write_into(folder, opening, self._logs(store, wanted), mine, heard)
        self.progress.clear()
        for address in fates[Fate.NEWER]:
            note(f"{address}: a later plan is there, and stays. 'thimbl import {folder}' brings it here.")
        for address in fates[Fate.OTHER]:
            note(f"{address}: another log of theirs is there, and stays. 'thimbl import {folder}' says more of it.")
        counts = [f"{len(fates[Fate(fate)])} {word}" for fate, word in _FATES if fates[Fate(fate)]]
        note(f"{folder}: {', '.join(counts) or 'no plans'}; {counted(files, 'file')} written.")
        return PARTLY if fates[Fate.OTHER] else OK


_FATES: Final = (("new", "new"), ("updated", "updated"), ("same", "as they were"), ("newer", "later there"),
                 ("other", "otherwise there"))  # fmt: skip


def plans(number: int) -> str:
    """So many plans."""
    return counted(number, "plan")


def named(addresses: "Sequence[Address]") -> str:
    """These, as a sentence names them."""
    some = ", ".join(map(str, addresses[:MOST_NAMED]))
    return some if len(addresses) <= MOST_NAMED else f"{some} and {len(addresses) - MOST_NAMED} more"


def _classic(context: Context, who: Sequence[str], to: str | None) -> int:
    from thimbl.cli.names import find_author
    from thimbl.home.bundles.choosing import check_named
    from thimbl.home.bundles.classic import classic_of
    from thimbl.home.durable import PUBLIC, write_file
    from thimbl.node.serving.views import messages_of

    if len(who) > 1:
        raise click.UsageError("One plan has one author: name one, or nobody for your own.")
    account = context.account
    with account.writer() as store:
        address = find_author(store, who[0]) if who else account.address
        check_named(store, account, [address])
        text = classic_of(account, store, address, messages_of)
    if to in (None, "-"):
        say(text)
        return OK
    path = Path(str(to)).expanduser()
    if path.exists():
        raise Failure(f"{path} is there already: name another file.")
    write_file(path, text.encode("ascii") + b"\n", PUBLIC)
    note(f"The messages of {address}, as the clients of 2010 read them: {path}.")
    return OK
