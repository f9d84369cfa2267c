"""Taking the plan and its archive to a shell host by `ssh`: what is sent, and whether it may be.

- Only what is published goes out, and only after the look that every reader takes: what does not hold stays here.
- Only what changed: the far side says what it has, by SHA-256.
- Never back: a far plan that is newer, another one's, or another branch of the log, is told of and left alone. What a
  person wrote there by hand is kept under a second name, as it is here (`thimbl.home.planfiles`).
- How it is put in place, so that plan and archive fit at every moment, is in `push.sh`, which a shell there runs.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files as package_files
from typing import Final

from thimbl.core.archive import page_start
from thimbl.core.chain import Forged, walk
from thimbl.core.plan import Head, PlanUnreadable, read_plan
from thimbl.core.plantext import MAX_BYTES, PlanTextError, decode
from thimbl.core.records import Record
from thimbl.core.terminal import safe_line
from thimbl.core.times import format_time
from thimbl.home.durable import PUBLIC, locked
from thimbl.home.errors import HomeError, PlanProblem, Refused
from thimbl.home.planfiles import PlanFiles, looks_like_ours
from thimbl.home.shell import SILENCE, FarShell, ShellEnded
from thimbl.home.shipment import Parcel, Shipment, shipment

PLAN: Final = ".plan"
"""The name of a plan in a home folder; in a spool it is `alice.plan` (plan-format 7)."""

PUSH_LOCK: Final = ".push.lock"
"""In the archive's folder: held while a push is under way. Writers do not wait for it."""

MAX_FAR_FILES: Final = 100_000
"""Files of an archive that are listened to: ten million records."""

_SUM = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[0-9a-z]{1,64}")
_TARGET = re.compile(r"((?:[^@\s:]+@)?(?:\[[0-9A-Fa-f:.%]+\]|[^@\s:\[\]]+))(?::(.*))?", re.DOTALL)

_FAULTS: Final = {
    "no-folder": "there is no such folder there: make it first",
    "link": "the plan there is a link that leads nowhere, or that 'readlink -f' does not know: put it right first",
    "odd-plan": "the plan there is no ordinary file: move it away",
    "odd-archive": "the archive there is no folder: move it away",
    "closed-plan": "the plan there can not be read: see whose it is",
    "no-room": "{} could not be written there: see that you may write, and that there is room",
    "changed": "the plan there was changed just now: look at it, then push again",
    "half": "not everything could be put in place: see that you may write there, then push again",
    "cut": "the connection was cut: push again",
}


class PushFailed(HomeError):
    """Your plan could not be taken to the other host. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a plan is pushed to."""

    host: str
    """As ssh takes it: `[USER@]HOST`, where HOST may be a name from ssh's configuration."""
    folder: str = "."
    """Seen from the home folder."""
    plan: str = PLAN

    @classmethod
    def parse(cls, text: str) -> "Target":
        """Read `[USER@]HOST[:DIR]`; a DIR that ends in `.plan` is the plan itself, as in a spool. Raises `Refused`."""
        match = _TARGET.fullmatch(text.strip())
        if match is None or text.startswith("-") or not text.isprintable():
            raise Refused(f"{safe_line(text)[:80]!r} is no place to push to: write it like ana@shell.example.")
        host, path = match[1].replace("[", "").replace("]", ""), match[2] or ""
        folder, slash, name = path.rpartition("/")
        if not name.endswith(PLAN):
            folder, slash, name = path, "", PLAN
        folder = "/" if slash and not folder else folder
        # ssh begins in the home folder, so that is what `~` comes to; nothing of the path is for a shell to expand.
        folder = folder.removeprefix("~").removeprefix("/") if folder in ("~", "~/") or folder[:2] == "~/" else folder
        return cls(host, f"./{folder}" if folder.startswith("-") else folder or ".", name)

    def __str__(self) -> str:
        where = "" if self.folder == "." else self.folder
        if self.plan != PLAN:
            where = f"{where.rstrip('/')}/{self.plan}" if where else self.plan
        return f"{self.host}:{where}" if where else self.host


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was sent, or in a dry run would be."""

    target: Target
    seq: int
    """Of the newest record of the plan that is there now."""
    updated: int
    """When that plan was made, in Unix seconds."""
    sent: tuple[tuple[str, int], ...]
    """Names and sizes in bytes; empty where everything was there already."""
    kept: str | None = None
    """The name that the plan that was there is kept under; None where none had to be."""
    closed: tuple[str, ...] = ()
    """Folders there that other users can not enter: `folder` (the home) and `archive`."""


@dataclass(frozen=True, slots=True)
class _Far:
    """What is there: the sums of its files, by name; and of the plan, `none` where there is none."""

    plan: str
    size: int
    sums: dict[str, str]
    has_sums: bool
    closed: tuple[str, ...]


def push(
    files: PlanFiles,
    target: Target,
    *,
    ssh: str = "ssh",
    dry_run: bool = False,
    force: bool = False,
    heard: Callable[[int, int], None] = lambda done, of: None,
    silence: float = SILENCE,
) -> Pushed:
    """Make the plan and archive at `target` those of `files`.

    `force` puts them in place of a plan that is not an older one of this log, which is kept. `heard` is told how many
    of how many files are there. Raises `PlanProblem` and `PlanEdited` for one's own files, `Refused`, and `PushFailed`;
    then, as after a kill, what is published there is what was there before, or else this, and whole.
    """
    if files.read_raw() is None:
        raise Refused("You have published nothing yet: 'thimbl post' does.")
    # Two pushes from here, by a person and by cron, come one after the other; the second then finds all there.
    with locked(files.archive / PUSH_LOCK, PUBLIC):
        shipped = shipment(files)
        try:
            with FarShell(ssh, target.host, silence=silence) as shell:
                return _Pushing(files, target, shipped, shell).run(dry_run, force, heard)
        except ShellEnded as error:
            raise PushFailed(_why(error, ssh, target)) from None


class _Pushing:
    """One push, over a shell that is there."""

    def __init__(self, files: PlanFiles, target: Target, shipped: Shipment, shell: FarShell) -> None:
        self.files, self.target, self.shipped, self.shell = files, target, shipped, shell

    def run(self, dry_run: bool, force: bool, heard: Callable[[int, int], None]) -> Pushed:
        far = self._look()
        wanted = list(self._wanted(far))
        head = self.shipped.head
        sent = tuple((parcel.name or self.target.plan, parcel.size) for parcel in wanted)
        keep = self._check(far, force) if any(parcel.name is None for parcel in wanted) else None
        if dry_run or not wanted:
            return Pushed(self.target, head.seq, head.updated, sent, None, far.closed)
        self._say("begin")
        for done, parcel in enumerate(wanted):
            heard(done, len(wanted))
            self._send(parcel, far)
        for _ in wanted:
            self._hear("got")
        self._say(f"commit {far.plan} {keep or 'none'} {self.shell.nonce}")
        kept = self._hear("kept")[0] if keep else None
        self._hear("done")
        heard(len(wanted), len(wanted))
        return Pushed(self.target, head.seq, head.updated, sent, kept, far.closed)

    # what is there

    def _look(self) -> _Far:
        settings = {"nonce": self.shell.nonce, "folder": self.target.folder, "plan": self.target.plan}
        prelude = "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
        script = package_files("thimbl.home").joinpath("push.sh").read_text(encoding="utf-8")
        self._say(f"{prelude}{script}\nhere\nlook")
        plan, size, tool = "none", 0, False
        closed: list[str] = []
        sums: dict[str, str] = {}
        for _ in range(MAX_FAR_FILES):
            match words := self.shell.hear():
                case ["end"]:
                    break
                case ["tool", *name]:
                    tool = name != ["none"]
                case ["plan", found, number] if number.isdecimal():
                    plan, size = found, int(number)
                case ["closed", ("folder" | "archive") as what]:
                    closed.append(what)
                case ["file", found, name] if _SUM.fullmatch(found):
                    sums[name] = found
                case _:
                    raise self._fault(words)
        else:
            raise self._fault([])
        if _WORD.fullmatch(plan) is None:
            raise self._fault([])
        return _Far(plan, size, sums, tool, tuple(closed))

    def _wanted(self, far: _Far) -> Iterator[Parcel]:
        for parcel in self.shipped.parcels:
            there = far.plan if parcel.name is None else far.sums.get(parcel.name)
            if not far.has_sums or there != parcel.sum:
                yield parcel

    # whether it may be replaced

    def _check(self, far: _Far, force: bool) -> str | None:
        """The suffix to keep the far plan under, None where it is an older one of this log. Raises `Refused`."""
        if far.plan == "none" or not far.size:
            return None
        raw = b""
        if far.size <= MAX_BYTES:
            self._say("show")
            self._hear("text")
            raw = self.shell.hear_text(2 * MAX_BYTES)
        if not looks_like_ours(raw):
            return "before-thimbl"
        try:
            self._compare(raw)
        except Refused:
            if not force:
                raise
            return "replaced"
        return None

    def _compare(self, raw: bytes) -> None:
        """Raises `Refused` where the plan there is not an older one of this log, or this one."""
        mine, where = self.shipped.head, self.target
        try:
            plan = read_plan(decode(raw))
            found = walk(plan)
        except (PlanTextError, PlanUnreadable, Forged) as error:
            raise Refused(
                f"The plan at {where} was changed by hand since it was signed ({safe_line(str(error))[:120]}). "
                "To put yours in its place, and keep that one beside it: --force."
            ) from None
        head = plan.head
        if head.address != mine.address and found.moved_to is not None:
            raise Refused(
                f"The plan at {where} is the last one at {head.address}, which leads people to {found.moved_to}: leave "
                "it there, and give another folder. To put yours in its place, and keep that one beside it: --force."
            )
        if head.address != mine.address and not self._has_been(head):
            raise Refused(
                f"The plan at {where} is that of {head.address}, and yours of {mine.address}: give another folder. "
                "To put yours in its place, and keep that one beside it: --force."
            )
        if (head.seq, head.updated) > (mine.seq, mine.updated) or head.updated > mine.updated:
            raise Refused(
                f"The plan at {where} is newer: it goes to record {head.seq} of {format_time(head.updated)}, and yours "
                f"to {mine.seq} of {format_time(mine.updated)}. You published it elsewhere: push from there, or bring "
                "that plan and its archive here first. To put yours in its place, and keep that one beside it: "
                "--force; readers who have seen the newer one will take yours for a stale or a forked one."
            )
        if head.seq and (record := self._mine(head.seq)) is not None and record.id != head.last:
            raise Refused(
                f"The plan at {where} is another branch of your log: record {head.seq} there is not yours. It was "
                "written on two machines, and readers mark such a log as forked. Look at both; to put yours in its "
                "place, and keep that one beside it: --force."
            )

    def _has_been(self, head: Head) -> bool:
        """Whether a head of another address is of this log, from before it moved."""
        record = self._mine(head.seq) if 0 < head.seq <= self.shipped.head.seq else None
        return record is not None and record.id == head.last

    def _mine(self, seq: int) -> Record | None:
        """One's own record of this number; None where the archive here does not have it."""
        with suppress(PlanProblem):
            return self.files.page(page_start(seq), self.shipped.log)[seq - page_start(seq)]
        return None

    # sending

    def _send(self, parcel: Parcel, far: _Far) -> None:
        nonce, data = self.shell.nonce, parcel.read()
        check = parcel.sum if far.has_sums else str(parcel.size)
        place, name, got = '"$plan_new"', '"$plan"', "got_plan"
        if parcel.name is not None:
            place, name, got = f'"$stage/{parcel.name}"', parcel.name, f"got {parcel.name}"
        self._say(f"cat >{place} <<'{nonce}' || die no-room {name}")
        self.shell.say(data)
        self._say(f"{nonce}\n{got} {check}")

    def _say(self, text: str) -> None:
        self.shell.say(f"{text}\n".encode())

    def _hear(self, verb: str) -> list[str]:
        words = self.shell.hear()
        if words[:1] != [verb]:
            raise self._fault(words)
        return words[1:]

    def _fault(self, words: list[str]) -> PushFailed:
        """What to say of an answer that should not have come."""
        if words[:1] == ["fault"] and len(words) > 1 and (what := _FAULTS.get(words[1])) is not None:
            return PushFailed(f"{self.target}: {what.format(safe_line(' '.join(words[2:]))[:80])}.")
        return PushFailed(f"{self.target} answers as no shell does: look who is there with 'ssh {self.target.host}'.")


def _why(error: ShellEnded, ssh: str, target: Target) -> str:
    """The message for a conversation that ended too soon; what ssh said of it is in the last line that it said."""
    if not error.told:
        return f"{target}: {error}"
    told = safe_line(error.told.splitlines()[-1])[:200]
    return f"{target}: {error} It says: {told.rstrip('.')}. To see more: '{ssh} {target.host}'."
