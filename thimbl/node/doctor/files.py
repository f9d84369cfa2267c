"""Whether others may read what is published: modes, owners and folders, as `serving.accounts` asks for them.

A daemon is often another user, and finger always was: what is not for everybody is not published (RFC 1288 3.2).
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from thimbl.core.archive import start_of
from thimbl.home.planfiles import FOLLOWING_FILE
from thimbl.node.doctor.finding import Finding, fault, note, ok, quoted
from thimbl.node.doctor.machine import Machine
from thimbl.node.doctor.patient import Patient
from thimbl.node.doctor.replies import Likeness, compare
from thimbl.node.serving.accounts import MAX_FILE, MAX_PLAN, Account


@dataclass(frozen=True, slots=True)
class Why:
    """What keeps a file from being served, and what lets it."""

    said: str
    remedy: str


def why_not(account: Account, path: Path, machine: Machine) -> Why | None:
    """Why the file at `path` of `account` is not served; None where it is, or where nothing is there."""
    try:
        link = machine.lstat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Why(f"can not be looked at: {error.strerror}", f"ls -ld {quoted(path.parent)}")
    try:
        found = machine.stat(path)
    except OSError:
        return Why(f"is a link to {os.readlink(path)}, which is not there", f"rm {quoted(path)}")
    mode, is_plan = stat.S_IMODE(found.st_mode), path.parent == account.plan.parent
    limit = MAX_PLAN if is_plan else MAX_FILE
    if not stat.S_ISREG(found.st_mode):
        return Why("is no ordinary file", f"mv {quoted(path)}{{,.old}}")
    if found.st_size > limit:
        return Why(f"has {found.st_size} bytes, and {limit} are read at most", f"mv {quoted(path)}{{,.old}}")
    if not mode & stat.S_IROTH:
        return Why(f"has mode {mode:03o}: others may not read it", f"chmod o+r {quoted(path)}")
    if account.owner is None:
        folder = machine.lstat(path.parent)
        if link.st_uid != found.st_uid:
            return Why(f"is a link by uid {link.st_uid} to a file of uid {found.st_uid}", f"rm {quoted(path)}")
        if not is_plan and stat.S_ISLNK(folder.st_mode) and folder.st_uid != found.st_uid:
            return Why(f"lies behind a link by uid {folder.st_uid}, not by its owner", f"rm {quoted(path.parent)}")
        return None
    return _why_not_at_home(account, path, found, machine)


def _why_not_at_home(account: Account, path: Path, found: os.stat_result, machine: Machine) -> Why | None:
    """The same of a file in a home, which has to be its owner's alone."""
    folder, mode = machine.stat(path.parent), stat.S_IMODE(found.st_mode)
    if found.st_uid != account.owner:
        return Why(f"belongs to uid {found.st_uid}, not to {account.name}", f"chown {account.name} {quoted(path)}")
    if mode & stat.S_IWOTH:
        return Why(f"has mode {mode:03o}: anybody may write to it", f"chmod o-w {quoted(path)}")
    if not folder.st_mode & stat.S_IXOTH:
        return Why("lies in a folder that others may not enter", f"chmod o+x {quoted(path.parent)}")
    if folder.st_mode & stat.S_IWOTH:
        return Why("lies in a folder where anybody may put another in its place", f"chmod o-w {quoted(path.parent)}")
    if path.parent != account.plan.parent and folder.st_uid != account.owner:
        return Why(f"lies in a folder of uid {folder.st_uid}", f"chown {account.name} {quoted(path.parent)}")
    return None


def closed_folders(path: Path, machine: Machine) -> list[tuple[Path, int]]:
    """The folders on the way down to `path` (and to where links lead) that others may not enter, with their modes."""
    ways = [*reversed(path.absolute().parents), *reversed(path.resolve().parents)]
    closed = []
    for folder in dict.fromkeys(ways):
        try:
            mode = stat.S_IMODE(machine.stat(folder).st_mode)
        except OSError:
            continue
        if not mode & stat.S_IXOTH:
            closed.append((folder, mode))
    return closed


def published(patient: Patient) -> Iterator[Finding]:
    """The plan and the archive of one's own: whether a daemon that is somebody else may read them, and nobody else
    write them."""
    if not patient.is_own or patient.me is None:
        return
    account = Account(patient.me.user, "", patient.paths.plan)
    pages = [account.archive / name for name in _names(account.archive)]
    closed = [(path, why) for path in (account.plan, *pages) if (why := why_not(account, path, patient.machine))]
    faults = [*_closed(account, closed), *_open_to_all(patient, [account.plan.parent, account.archive, account.plan])]
    yield from faults
    if not faults:
        yield ok("permissions", f"{account.plan} and its archive may be read by all.")


def _closed(account: Account, closed: list[tuple[Path, Why]]) -> Iterator[Finding]:
    for path, why in closed[:1]:
        yield fault("permissions", f"{path} {why.said}; a daemon answers as if it were not there.", why.remedy)
    if len(closed) > 1:
        which = f"{closed[1][0]}" + (f" and {len(closed) - 2} more" if len(closed) > 2 else "")
        yield fault("permissions", f"The same of {which}.", f"chmod o+r {quoted(account.archive)}/*.json")


def _open_to_all(patient: Patient, paths: list[Path]) -> Iterator[Finding]:
    for path in paths:
        try:
            mode = patient.machine.stat(path).st_mode
        except OSError:
            continue
        if mode & stat.S_IWOTH:
            said = (
                f"Anybody may write to {path} (mode {stat.S_IMODE(mode):03o}): a daemon of all homes does not serve it."
            )
            yield fault("permissions", said, f"chmod o-w {quoted(path)}")
        if stat.S_ISDIR(mode) and path == patient.paths.archive and not mode & stat.S_IXOTH:
            said = f"Others may not enter {path} (mode {stat.S_IMODE(mode):03o}): nobody gets your older posts."
            yield fault("permissions", said, f"chmod 755 {quoted(path)}")


def _names(archive: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(archive) if start_of(name) or name == FOLLOWING_FILE)
    except OSError:
        return []


def way_down(patient: Patient) -> Iterator[Finding]:
    """Each folder from the root to the plan: a closed home is what people forget (Debian makes them so)."""
    target = patient.serve.spool / "any" if patient.serve.spool is not None else patient.paths.plan
    if patient.serve.homes or (patient.is_own and patient.me is None):
        return
    closed = closed_folders(target, patient.machine)
    if not closed:
        yield ok("folders", f"All folders down to {target.parent} may be entered.")
        return
    which = ", ".join(f"{folder} (mode {mode:03o})" for folder, mode in closed)
    remedy = f"chmod o+x {' '.join(quoted(folder) for folder, _ in closed)}"
    if patient.is_own and (how := _read_all_the_same(patient)):
        yield note("folders", f"Others may not enter {which}. {how}, so nothing is missed as it is.", remedy)
    elif patient.is_own:
        said = f"Others may not enter {which}: a daemon of the host, or plain finger, does not see your plan there."
        yield fault("folders", said, remedy, "serve it yourself: thimbl serve")
    else:
        yield fault("folders", f"Others may not enter {which}: a daemon that is not root sees no plan there.", remedy)


def _read_all_the_same(patient: Patient) -> str:
    """How the plan is read behind a closed folder; empty where it is not, as far as can be told."""
    if target := patient.home.settings.push:
        return f"You push your plan to {target}"
    reply = patient.network.address if patient.network else None
    if reply and reply.raw and patient.sample and compare(reply.raw, patient.sample).likeness == Likeness.SAME:
        return "Yet who asks for your address gets your plan"
    try:
        owner = patient.machine.stat(patient.paths.plan.parent).st_uid
    except OSError:
        return ""
    for text, one in patient.holders.items():
        if one.uid == owner:
            return f"Yet {one.named} listens at {text}, and is you"
    return ""


def hidden(patient: Patient) -> Iterator[Finding]:
    """`~/.nofinger`, by which a person says that they are not to be seen (RFC 1288 3.2.4)."""
    if not patient.is_own or patient.me is None:
        return
    sign = patient.paths.plan.with_name(".nofinger")
    if patient.paths.plan.name == ".plan" and os.path.lexists(sign):
        yield note(
            "hidden",
            f"There is a {sign}: a daemon that serves all homes hides you.",
            f"rm {quoted(sign)}",
        )
