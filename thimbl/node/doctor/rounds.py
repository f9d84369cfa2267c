"""The round of a doctor: every check in turn, whatever becomes of the ones before."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from thimbl.node.doctor import (
    clock,
    disk,
    files,
    firewall,
    hooks,
    hosted,
    keys,
    limits,
    plans,
    poller,
    ports,
    reachable,
    settings,
    stored,
)
from thimbl.node.doctor.finding import Finding, Level, fault
from thimbl.node.doctor.patient import Patient

Check = Callable[[Patient], Iterable[Finding]]

CHECKS: Final[tuple[Check, ...]] = (
    settings.config,
    settings.following,
    settings.serving,
    hooks.runnable,
    keys.file,
    keys.is_the_plans,
    plans.signed,
    plans.archive,
    files.published,
    files.way_down,
    files.hidden,
    hosted.each_account,
    ports.each_place,
    firewall.hint,
    reachable.by_address,
    stored.store,
    poller.polling,
    disk.room,
    clock.right,
    limits.descriptors,
    limits.locale,
)
"""In the order in which they are told: what a person wrote, what is served, how it is reached, and what lies below."""


_SUBJECTS: Final = {
    "keys": "key", "plans": "plan", "files": "permissions", "hosted": "accounts", "ports": "port",
    "reachable": "address", "settings": "config", "stored": "store", "poller": "fetch",
}  # fmt: skip
"""By module: the subject of its findings, where that is another word."""


def examine(patient: Patient, checks: Iterable[Check] = CHECKS) -> Iterator[Finding]:
    """Everything that the checks find, in their order. Never raises."""
    return chain.from_iterable(_guarded(check, patient) for check in checks)


def _guarded(check: Check, patient: Patient) -> Iterator[Finding]:
    try:
        yield from check(patient)
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        yield fault(_name(check), f"This could not be looked at: {where}{error.strerror or error}.")
    except Exception as error:  # one check that fails must not keep the others from being told
        what = " ".join(f"{type(error).__name__}: {error}".split())
        yield fault(
            _name(check), f"This could not be looked at; that is a fault of the program ({what}).", "please report it"
        )


def _name(check: Check) -> str:
    """What a check that failed is about: the subject of its module."""
    module = check.__module__.rpartition(".")[2]
    return _SUBJECTS.get(module, module)


def found_fault(findings: Iterable[Finding]) -> bool:
    """Whether anything is wrong."""
    return any(finding.level == Level.FAULT for finding in findings)
