"""A backup: what a person has besides logs, for another machine.

- It lies under ``backup/`` in a bundle: the settings, whom they follow, what they have muted, their drafts, and what
  the store knows that no log tells again (`thimbl.store.carrying`). The key is there only where it was asked for.
- Settings run commands and choose who is asked by way of whom: so a backup makes a home only for whoever says so, and
  where there is an account of another address it makes none.
- Files that are here stay. All is read and looked through before the first of it is written, and `config.yaml`, which
  makes the account, is written last: whoever is cut off before begins again.
"""

import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from thimbl.core.address import Address, AddressError
from thimbl.core.plantext import Bounds, PlanTextError, decode, read_data
from thimbl.core.planwriter import write
from thimbl.home import following, muting, settings
from thimbl.home.account import Account
from thimbl.home.bundles import own
from thimbl.home.bundles.faults import BundleRefused
from thimbl.home.bundles.names import BACKUP, STATE, Bundle, Log, logs_in, stem_of
from thimbl.home.bundles.opening import manifest
from thimbl.home.bundles.packing import File
from thimbl.home.durable import PUBLIC, SECRET, write_file
from thimbl.home.errors import HomeError, Refused, SettingsError
from thimbl.home.keyfile import inspect
from thimbl.home.paths import Paths, archive_of
from thimbl.home.planfiles import PlanFiles
from thimbl.store import carrying, webcarrying
from thimbl.store.reader import Reader

MAX_DRAFTS: Final = 1_000
"""More than anybody begins."""

_STATE_BOUNDS: Final = Bounds(bytes=STATE, nodes=10_000_000)

_LISTS: Final = ("following.yaml", "muted.yaml")


def pack(account: Account, reader: Reader, *, with_key: bool) -> Iterator[File]:
    """The files of a backup. Raises `Refused` where the key is wanted and is not in a file."""
    paths = account.paths
    for name, path in _places(paths).items():
        if path.is_file():
            yield File(BACKUP + name, path.read_bytes)
    if with_key:
        yield from _key(account)
    if paths.drafts.is_dir():
        for path in sorted(paths.drafts.glob("*.txt"))[:MAX_DRAFTS]:
            yield File(f"{BACKUP}drafts/{path.name}", path.read_bytes)
    told: dict[str, list[dict[str, Any]]] = {"evidence": [], "classic": []}
    for kind, ids, load in (
        ("evidence", carrying.kept_answers(reader), carrying.kept_answer),
        ("classic", carrying.unsigned_plans(reader), carrying.unsigned_plan),
    ):
        for number, id_ in enumerate(ids, 1):
            name, one = f"{number:06d}", load(reader, id_)
            about = {"address": str(one.address), "verdict": one.verdict, "reason": one.reason, "time": one.time}
            told[kind].append({"file": name, **about})
            yield File(f"{BACKUP}{kind}/{name}", partial(_raw, load, reader, id_))
    for number, part in enumerate(webcarrying.parts(reader), 1):
        yield File(f"{BACKUP}web/{number:06d}", partial(_web, reader, part))
    yield File(BACKUP + "state.json", lambda: carrying.text_of(carrying.carried(reader) | told).encode("utf-8"))


def _raw(load: Callable[[Reader, int], carrying.Unchecked], reader: Reader, id_: int) -> bytes:
    return load(reader, id_).raw


def _web(reader: Reader, part: webcarrying.Part) -> bytes:
    return carrying.text_of(webcarrying.part(reader, part)).encode("utf-8")


def _places(paths: Paths) -> dict[str, Path]:
    return {"config.yaml": paths.config, "following.yaml": paths.following, "muted.yaml": paths.muted}


def _key(account: Account) -> Iterator[File]:
    path = account.key_path
    if not path.is_file() or not inspect(path).is_private:
        raise Refused(f"There is no private key in {path}: back up whatever holds it for your ssh-agent.")
    yield File(BACKUP + "key", path.read_bytes)
    public = inspect(path).public.line + "\n"
    yield File(BACKUP + "key.pub", public.encode)


@dataclass(slots=True)
class Restored:
    """What a backup has made of a home."""

    account: Account
    fate: own.OwnFate | None
    """Of one's own log; None where it is not in the backup."""
    seq: int = 0
    key: Path | None = None
    """Where the key was put; None where there was none, or it was here."""
    said: list[str] = field(default_factory=list)
    """What else a person should know, in sentences."""


class Backup:
    """The backup in a bundle, looked through. `account` is whoever runs the program, with an account here or without.

    Raises `BundleRefused` where it is not one, and `Refused` where it is not for this home.
    """

    def __init__(self, bundle: Bundle, account: Account) -> None:
        self.bundle, self.account = bundle, account
        self.address = self._address()
        self._check_home()
        self.said: list[str] = []
        self.config = self._config()
        self.own = self._own()
        self.state = self._state()
        self._check_lists()
        self._check_key()
        self._check_web()

    @property
    def others(self) -> list[Log]:
        """The logs of everybody else."""
        stem = stem_of(self.address)
        return [log for log in logs_in(self.bundle.sizes()) if log.stem != stem]

    # looking through

    def _address(self) -> Address:
        try:
            return Address.parse(str(manifest(self.bundle)["backup_of"]))
        except (KeyError, AddressError):
            raise BundleRefused(
                f"{self.bundle.where} is nobody's backup: import it without --backup for the plans in it."
            ) from None

    def _check_home(self) -> None:
        here = settings.load(self.account.paths, {}).address
        if here is not None and here != self.address:
            raise Refused(
                f"Here is the home of {here}, and this is the backup of {self.address}. Nothing was changed: "
                "choose another home with THIMBL_HOME, or leave --backup out to take the plans alone."
            )
        if here is None and self.account.paths.config.exists():
            raise Refused(
                f"There is a {self.account.paths.config} here already, without an account: move it away, then do this "
                "again. Nothing was changed."
            )

    def _has(self, name: str) -> bool:
        return BACKUP + name in self.bundle.sizes()

    def _read(self, name: str) -> bytes:
        return self.bundle.read(BACKUP + name)

    def _broken(self, name: str, error: Exception) -> BundleRefused:
        return BundleRefused(f"{self.bundle.where}: {name} in it can not be used: {error}. Nothing was changed.")

    def _config(self) -> bytes:
        """The settings that are to be written: of this address, and without paths that are of another machine alone."""
        paths = self.account.paths
        try:
            raw = self._read("config.yaml") if self._has("config.yaml") else b"{}"
            data = read_data(decode(raw))
        except PlanTextError as error:
            raise self._broken("config.yaml", error) from None
        changed = {**data, "address": str(self.address)}
        if self._has("key") and changed.pop("key", None) is not None:
            self.said.append(f"The key is in {paths.key} now, and the setting 'key' was left out.")
        plan = changed.get("plan")
        if isinstance(plan, str) and not (paths.config.parent / Path(plan).expanduser()).parent.is_dir():
            del changed["plan"]
            self.said.append(f"There is no folder for {plan} here: your plan is in {self.account.paths.plan}.")
        made = raw if changed == data else write(changed).encode("utf-8")
        with tempfile.TemporaryDirectory() as folder:
            staged = replace(paths, config=Path(folder) / "config.yaml")
            staged.config.write_bytes(made)
            try:
                settings.load(staged, {})
            except SettingsError as error:
                raise self._broken("config.yaml", _reworded(error, staged.config, "config.yaml")) from None
        return made

    def _plan_path(self) -> Path:
        plan = read_data(decode(self.config)).get("plan")
        return self.account.paths.plan if plan is None else self.account.paths.config.parent / Path(plan).expanduser()

    @property
    def files(self) -> PlanFiles:
        """Where one's own log goes."""
        path = self._plan_path()
        return PlanFiles(path, archive_of(path), self.account.settings.window)

    def _own(self) -> tuple[own.OwnLogThere, own.OwnFate] | None:
        stem = stem_of(self.address)
        log = next((log for log in logs_in(self.bundle.sizes()) if log.stem == stem), None)
        if log is None:
            return None
        here = self.files.load()
        there = own.check(self.bundle, log, self.address, [here.seq])
        return there, own.outlook(there, here, there.ids[0])

    def _state(self) -> dict[str, Any]:
        if not self._has("state.json"):
            return {}
        try:
            return read_data(self._read("state.json").decode("utf-8").strip(), _STATE_BOUNDS)
        except (PlanTextError, UnicodeDecodeError) as error:
            raise self._broken("state.json", error) from None

    def _check_lists(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            staged = replace(self.account.paths, following=Path(folder) / "following.yaml")
            for name, load in zip(_LISTS, (following.load, muting.load), strict=True):
                if not self._has(name):
                    continue
                path = Path(folder) / name
                path.write_bytes(self._read(name))
                try:
                    load(staged)
                except SettingsError as error:
                    raise self._broken(name, _reworded(error, path, name)) from None

    def _check_key(self) -> None:
        if not self._has("key"):
            return
        path = self.account.paths.key
        if path.exists() and path.read_bytes() != self._read("key"):
            raise Refused(f"There is another key in {path}: move it away first. Nothing was changed.")

    def _check_web(self) -> None:
        from thimbl.home.bundles.answers import web_parts

        self._carry(lambda: deque(web_parts(self.bundle), maxlen=0))

    # making a home of it

    def write(self) -> Restored:
        """Write the files. Raises `OSError`."""
        paths = self.account.paths
        made = Restored(self.account, None, said=self.said)
        if self._has("key") and not paths.key.exists():
            write_file(paths.key, self._read("key"), SECRET)
            write_file(paths.key.with_name(paths.key.name + ".pub"), self._read("key.pub"), PUBLIC)
            made.key = paths.key
        if self.own is not None:
            there, made.fate = self.own
            made.seq = there.plan.head.seq
            if made.fate in (own.OwnFate.RESTORED, own.OwnFate.EXTENDED):
                own.put(there, self.files)
            if there.lowest > 1:
                made.said.append(f"Of your own log, records below {there.lowest} are not in the backup.")
        names = [name.removeprefix(BACKUP) for name in self.bundle.sizes() if name.startswith(BACKUP + "drafts/")]
        places = {name: paths.drafts / Path(name).name for name in sorted(names)[:MAX_DRAFTS]}
        for name, path in (places | {name: _places(paths)[name] for name in _LISTS if self._has(name)}).items():
            self._put(path, self._read(name), made)
        self._put(paths.config, self.config, made)
        account = self.account
        made.account = Account.find(account.environ, account.clock, account.random, account.ask)
        return made

    @staticmethod
    def _put(path: Path, data: bytes, made: Restored) -> None:
        if not path.exists():
            write_file(path, data, SECRET)
        elif path.read_bytes() != data:
            made.said.append(f"{path} is another one than in the backup, and stays as it is.")

    def restore_before(self, account: Account) -> None:
        """Pin what was pinned, before any log is taken in. Raises `BundleRefused` and `StoreError`."""
        with account.writer() as writer:
            self._carry(partial(carrying.restore_pins, writer, self.state))

    def restore_after(self, account: Account, now: int) -> None:
        """What follows on the logs: one's own in the store, evidence, what is read. Likewise."""
        from thimbl.home.bundles.answers import restore_answers, restore_web

        with account.writer() as writer:
            account.sync_following(writer)
            with suppress(HomeError):  # a log here that does not hold is told whenever it is used
                account.remember_all(writer)
            self._carry(lambda: restore_answers(writer, self.bundle, self.state, now))
            self._carry(lambda: carrying.restore_read(writer, self.state))
            self._carry(lambda: restore_web(writer, self.bundle))

    def _carry(self, work: Callable[[], object]) -> None:
        try:
            work()
        except carrying.NotCarried as error:
            raise BundleRefused(
                f"{self.bundle.where}: what it has besides logs can not all be used: {error}."
            ) from None


def _reworded(error: Exception, path: Path, name: str) -> Exception:
    """The same fault, of the file in the backup."""
    return type(error)(str(error).replace(str(path), name).removesuffix(" Mend the file, or move it away.").rstrip("."))
