"""The accounts of a host: who meant to publish a plan that is not served, and why not.

As `serving.accounts` decides. Who has no plan, or hides by a `~/.nofinger`, is not spoken of: that is their affair.
"""

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from thimbl.core.archive import PAGE, page_name
from thimbl.core.counting import counted
from thimbl.core.plan import Plan
from thimbl.core.terminal import safe_line
from thimbl.node.doctor.files import Why, why_not
from thimbl.node.doctor.finding import Finding, fault, note, ok, quoted
from thimbl.node.doctor.machine import Machine
from thimbl.node.doctor.patient import Patient
from thimbl.node.doctor.plans import checked
from thimbl.node.serving import reserved
from thimbl.node.serving.accounts import NOBODY_UID, PLAN, Account, Homes, Spool

MOST: Final = 1_000
"""Accounts at fault that are told one by one."""


def each_account(patient: Patient) -> Iterator[Finding]:
    """All of them, in short: those at fault one by one, and how many are well."""
    accounts = patient.accounts
    if isinstance(accounts, Spool):
        found = _spool(accounts, patient.machine)
    elif isinstance(accounts, Homes):
        found = _homes(accounts, patient.machine)
    else:
        return
    if isinstance(accounts, Spool):
        yield from _open_to_all(accounts.folder, patient.machine)
    well = faults = hidden = 0
    for name, why in found:
        if why is None:
            well += 1
        elif why is CLOSED:
            hidden += 1
        elif (faults := faults + 1) <= MOST:
            yield fault("accounts", f"{safe_line(name)} {why.said}.", why.remedy)
    if faults > MOST:
        yield fault("accounts", f"Nor are {faults - MOST} more.")
    for name in reserved.taken(accounts):
        said = f"{safe_line(name)} is cut off: that name stands for {reserved.RESERVED[name]}."
        yield fault(
            "accounts", said, f"another name for {safe_line(name)}; reserved are {', '.join(reserved.RESERVED)}"
        )
    if hidden:
        many = "1 home is" if hidden == 1 else f"{hidden} homes are"
        said = f"{many} closed to others, so that nobody sees whether there is a plan."
        yield note("accounts", said, "each of them: chmod o+x ~")
    if well or not faults:
        yield (ok if well else note)("accounts", f"{counted(well, 'account')} can be served.")


CLOSED: Final = Why("is closed", "chmod o+x ~")
"""Of a home that not even this account may look into."""


def _open_to_all(folder: Path, machine: Machine) -> Iterator[Finding]:
    """A spool vouches for what is in it, so not everybody may write there."""
    try:
        mode = stat.S_IMODE(machine.stat(folder).st_mode)
    except OSError:
        return  # told by the settings
    if mode & stat.S_IWOTH:
        said = f"Anybody may put a plan into {folder} (mode {mode:03o}), under any name."
        yield fault("accounts", said, f"chmod o-w {quoted(folder)}")


def _spool(accounts: Spool, machine: Machine) -> Iterator[tuple[str, Why | None]]:
    try:
        names = sorted(name for name in os.listdir(accounts.folder) if name.endswith(PLAN))
    except OSError:
        return
    for name in names:
        account = accounts.find(name.removesuffix(PLAN))
        path = accounts.folder / name
        if account is None:
            yield (
                name,
                Why(
                    "is not served: nobody can ask for that name (letters, digits, . _ - and 64 at most)",
                    f"mv {quoted(path)} …",
                ),
            )
        else:
            yield account.name, _why(account, machine)


def _homes(accounts: Homes, machine: Machine) -> Iterator[tuple[str, Why | None]]:
    entries = {entry.pw_name: entry for entry in pwd.getpwall() if accounts.min_uid <= entry.pw_uid != NOBODY_UID}
    for name in sorted(entries):
        entry = entries[name]
        home = Path(entry.pw_dir)
        try:
            mode = stat.S_IMODE(machine.stat(home).st_mode)
        except OSError:
            continue  # no home: nothing was meant to be read
        if os.path.lexists(home / ".nofinger"):
            continue
        if not mode & stat.S_IXOTH:
            if os.path.lexists(home / ".plan"):
                yield (
                    name,
                    Why(
                        f"is not served: others may not enter the home (mode {mode:03o})",
                        f"chmod o+x {quoted(home)}",
                    ),
                )
            elif machine.euid not in (0, entry.pw_uid):
                yield name, CLOSED
            continue
        account = Account(name, "", home / ".plan", entry.pw_uid)
        if not os.path.lexists(account.plan):
            continue
        if accounts.find(name) is None:
            yield name, Why("is not served: nobody can ask for that name", f"usermod --login NAME {name}")
        else:
            yield name, _why(account, machine)


def _why(account: Account, machine: Machine) -> Why | None:
    """What is wrong with the plan of an account, else with its archive."""
    if (why := why_not(account, account.plan, machine)) is not None:
        return Why(f"is not served: its plan {why.said}", why.remedy)
    found = account.read(account.plan)
    if found is None:
        return Why("is not served: its plan can not be read", f"ls -l {quoted(account.plan)}")
    plan, trouble = checked(found.raw)
    if trouble:
        said = f"is served, and readers refuse its plan: {trouble}"
        return Why(said, "its owner: thimbl sign, or thimbl sign --discard")
    return None if plan is None else _archive(account, plan, machine)


def _archive(account: Account, plan: Plan, machine: Machine) -> Why | None:
    """Whether the pages are there and published. What is in them, their owner's own doctor looks at."""
    try:
        names = set(os.listdir(account.archive))
    except FileNotFoundError:
        names = set()
    except OSError as error:
        return Why(
            f"is served without its older posts: {account.archive}: {error.strerror}",
            "chmod 755 " + quoted(account.archive),
        )
    for start in range(1, plan.head.seq + 1, PAGE):
        path = account.archive / page_name(start)
        if path.name in names and (why := why_not(account, path, machine)) is not None:
            return Why(f"is served without its older posts: {path.name} {why.said}", why.remedy)
        if path.name not in names and (not plan.oldest or start < plan.oldest.seq):
            return Why(
                f"is served without its older posts: {path} is missing", "its owner: bring it back from a backup"
            )
    return None
