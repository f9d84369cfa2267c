"""Taking a bundle in, or a backup: import."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from thimbl.cli.bundles import first_line, named, plans
from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import OK, PARTLY
from thimbl.cli.options import argument, command, json_option, option
from thimbl.cli.output import emit, note, say
from thimbl.cli.progress import Progress
from thimbl.core.counting import counted
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from thimbl.home.account import Account
    from thimbl.home.bundles.names import Bundle, Log
    from thimbl.home.bundles.personal import Restored
    from thimbl.home.bundles.taking import Taken
    from thimbl.store.writer import Writer

_IDENTITY: Final = "What opens it: an age identity, or an Ed25519 key of OpenSSH; else your own key is tried."


@command(
    "import",
    examples="""
    thimbl import /media/stick/thimbl
    thimbl import mill.tar
    thimbl import ana.atom
    thimbl import ~/public_html
    thimbl import for-mark.tar.age --identity ~/.ssh/id_ed25519
    thimbl import --backup backup.tar.age
    """,
    epilog="""\
Exit code 0 also where a plan is older than the one that is here, 3 where one was not taken.

--json gives for each plan: file, address, verdict, reason, new, seq, unchanged, fingerprint, gap_below, missing,
followed, me. What is not known is null.
""",
)
@argument("path", type=click.Path(path_type=Path, allow_dash=True, exists=True), metavar="FILE|FOLDER")
@option("--backup", is_flag=True, help="Make this home that of whoever made the backup: settings, lists, drafts, key.")
@option(
    "--identity", "identities", multiple=True, type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE", help=_IDENTITY,
)
@option("--passphrase-file", type=click.Path(path_type=Path, dir_okay=False), help="The passphrase is its first line.")
@json_option
@pass_context
def import_(
    context: Context,
    path: Path,
    backup: bool,
    identities: tuple[Path, ...],
    passphrase_file: Path | None,
    as_json: bool,
) -> int:
    """Take plans and archives from a file, or from a stick.

    Each is checked as an answer over the network is, and merged with what is here; nothing goes back. No network is
    needed, and nobody is followed by it: what is new shows with 'thimbl timeline --everyone'. A folder with any *.plan
    files will do, and so will one that 'thimbl site' wrote, and the feed of an account: Atom, RSS, JSON Feed or twtxt,
    as 'thimbl feed' writes them.
    """
    with _opened(context, path, identities, passphrase_file) as bundle:
        for name in bundle.strange:
            note(f"Left alone: {safe_line(name)[:100]}.")
        return _Import(context, bundle, as_json).run(backup=backup)


def _opened(
    context: Context, path: Path, identities: Sequence[Path], passphrase_file: Path | None
) -> "AbstractContextManager[Bundle]":
    from thimbl.home.bundles.opening import opened, spooled
    from thimbl.home.bundles.sealing import unsealer

    account = context.account
    unseal = unsealer(identities, account.key_path, account.ask, _passphrase(context, passphrase_file))
    scratch = account.paths.store.parent
    if str(path) == "-":
        return spooled(sys.stdin.buffer, unseal, scratch)
    return opened(path.expanduser(), unseal, scratch)


def _passphrase(context: Context, path: Path | None) -> Callable[[], str] | None:
    if path is not None:
        return lambda: first_line(path)
    if not context.stdin_is_terminal:
        return None
    return lambda: str(click.prompt("Passphrase of the bundle", hide_input=True, err=True))


class _Import:
    """One run of it."""

    def __init__(self, context: Context, bundle: "Bundle", as_json: bool) -> None:
        self.context, self.bundle, self.as_json = context, bundle, as_json
        self.progress = Progress(context, "taking in, plan")
        self.number = self.done = 0

    def run(self, *, backup: bool) -> int:
        from thimbl.home.bundles.names import logs_in

        if backup:
            return self._restore()
        taken = self._take(self.context.account, logs_in(self.bundle.sizes()))
        self._tell_backup()
        return self._sum_up(taken)

    def _restore(self) -> int:
        from thimbl.home.bundles.personal import Backup

        backup = Backup(self.bundle, self.context.account)
        made = backup.write()
        backup.restore_before(made.account)
        taken = self._take(made.account, backup.others)
        backup.restore_after(made.account, self.context.now())
        for line in _restored(made, self.context):
            note(line)
        return self._sum_up(taken)

    def _take(self, account: "Account", logs: "Sequence[Log]") -> "list[Taken]":
        from thimbl.home.bundles.taking import take_logs
        from thimbl.home.errors import HomeError

        self.number = len(logs)
        with account.writer() as writer:
            with suppress(HomeError):  # whatever is wrong at home is told by those who need it
                account.sync_following(writer)
                if account.settings.address is not None:
                    account.catch_up(writer)
            try:
                taken = take_logs(self.bundle, logs, writer, self.context.now(), self._heard)
            finally:
                self.progress.clear()
            for line in _moves(account, writer, taken):
                note(line)
        return taken

    def _heard(self, taken: "Taken") -> None:
        self.done += 1
        self.progress.clear()
        if self.as_json:
            emit(taken_data(taken))
        else:
            for line in _lines(taken):
                say(line)
        self.progress.tell(self.done, self.number)

    def _tell_backup(self) -> None:
        from thimbl.home.bundles.opening import manifest

        owner = manifest(self.bundle).get("backup_of")
        if isinstance(owner, str):
            note(f"This is also a backup of {safe_line(owner)[:100]}: 'thimbl import --backup' makes a home of it.")

    def _sum_up(self, taken: "Sequence[Taken]") -> int:
        bad = [one for one in taken if not one.is_good]
        if not self.as_json:
            news = sum(one.new for one in taken)
            same = sum(one.unchanged and one.is_good for one in taken)
            counts = [plans(len(taken)), counted(news, "new item")]
            counts += [f"{same} as {'it was' if same == 1 else 'they were'} here"] if same else []
            counts += [f"{len(bad)} not taken"] if bad else []
            note(f"{', '.join(counts)}.")
            strangers = [
                one.address for one in taken if one.new and one.address and not one.followed and not one.is_me
            ]
            if strangers:
                note(
                    f"You do not follow {named(strangers)}: 'thimbl timeline --everyone' shows what they wrote, and "
                    f"'thimbl follow {strangers[0]} --anyway' follows without a network."
                )
        return PARTLY if bad else OK


def _lines(taken: "Taken") -> Iterator[str]:
    """What came of one plan; nothing where it was here as it is."""
    who = str(taken.address) if taken.address is not None else safe_line(taken.name)
    reason = safe_line(taken.reason)
    if taken.is_me:
        if reason and taken.verdict != "stale":
            yield f"{who}: yours, and not taken from a bundle: {reason}."
        return
    if taken.verdict == "stale":
        yield f"{who}: stale: {reason}." + (f" {taken.new} older records are new." if taken.new else "")
    elif not taken.is_good:
        pin = f" If they tell you that it is theirs: 'thimbl key pin {who} {taken.fingerprint}', and import again."
        yield f"{who}: {taken.verdict}: {reason}.{pin if taken.verdict == 'new-key' else ''}"
    elif not taken.unchanged:
        yield f"{who}: verified, {taken.new} new of {taken.seq}."
    if taken.missing and not taken.unchanged:
        yield f"{who}: records below {taken.gap_below} are missing: {safe_line(taken.missing)}."


def _moves(account: "Account", writer: "Writer", taken: "Sequence[Taken]") -> Iterator[str]:
    for one in taken:
        old, new = one.moved_from, one.address
        if one.followed and old is not None and new is not None and account.follow_move(old, new, writer):
            yield f"{old} has moved to {new}, and you follow them there now."


def _restored(made: "Restored", context: Context) -> Iterator[str]:
    account = made.account
    log = {
        None: "Your log is not in the backup.",
        "restored": f"Your log is in {account.paths.plan}: {counted(made.seq, 'record')}.",
        "extended": f"Your log in {account.paths.plan} goes on to record {made.seq}.",
        "same": f"Your log in {account.paths.plan} was the same already.",
        "newer": f"Your log in {account.paths.plan} is newer than the backup, and stays.",
    }
    yield f"You are {account.address} here. {log[None if made.fate is None else str(made.fate)]}"
    yield from made.said
    if made.key is not None:
        yield f"Your key is in {made.key}."
    elif not account.key_path.exists() and not account.key_path.with_name(account.key_path.name + ".pub").exists():
        yield f"Your key was not in the backup: put it into {account.key_path} before you post."


def taken_data(taken: "Taken") -> dict[str, Any]:
    """What came of one plan, for programs."""
    return {
        "file": taken.name,
        "address": None if taken.address is None else str(taken.address),
        "verdict": str(taken.verdict),
        "reason": taken.reason,
        "new": taken.new,
        "seq": taken.seq,
        "unchanged": taken.unchanged,
        "fingerprint": taken.fingerprint,
        "gap_below": taken.gap_below,
        "missing": taken.missing,
        "followed": taken.followed,
        "me": taken.is_me,
    }
