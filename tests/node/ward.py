"""A ward for the doctor's tests: Ana's account in files of her own, in an open home; and hosts in memory to ask."""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from finger.client import FingerClient
from finger.query import Query
from finger.testing import Behaviour, FakeInternet, Lying
from thimbl.core.address import Address
from thimbl.core.answer import write_answer
from thimbl.core.keys import PrivateKey
from thimbl.home import settings
from thimbl.home.account import Account
from thimbl.home.keyfile import make_key
from thimbl.home.paths import Paths
from thimbl.home.serving import ServeSettings
from thimbl.home.settings import Settings
from thimbl.node.doctor import Finding, Level, Machine, Patient
from thimbl.node.doctor.asking import LIMITS, ask

ANA = "ana@fields.example"
HERE = "192.0.2.1"
"""The address of this machine in the tests (RFC 5737: nobody's)."""

PROC = Path("/proc")

Check = Callable[[Patient], Iterable[Finding]]


class Ward:
    """Ana, whose account is in `home`. What a test plants, it plants into her files."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ = {"THIMBL_HOME": str(self.home), "LC_ALL": "C.UTF-8"}
        self.clock: Callable[[], float] = time.time
        self.serve = ServeSettings()
        # Nobody listens on it, whoever does on the real one: that a test asks for with `on(proc=PROC)`.
        self.machine = Machine(proc=home / "proc", is_here=lambda text: text == HERE, is_synchronised=lambda: True)
        self.internet = FakeInternet(Clock())
        self.names: dict[str, list[str]] = {"fields.example": [HERE]}

    def settle(self) -> None:
        """Make the account, and post three times."""
        self.home.mkdir()
        self.home.chmod(0o755)
        paths = Paths.find(self.environ)
        settings.save(paths, Settings(Address.parse(ANA)))
        make_key(paths.key, lambda: PrivateKey.from_seed(os.urandom(32)))
        for number in range(3):
            self.account.authoring.post(f"Post {number}.")
        with self.account.writer() as writer:
            self.account.remember_all(writer)

    @property
    def account(self) -> Account:
        """Her account as it stands."""
        return Account.find(self.environ, self.clock, os.urandom)

    @property
    def paths(self) -> Paths:
        """Her files."""
        return self.account.paths

    @property
    def patient(self) -> Patient:
        """What the doctor is given, before anybody is asked."""
        return Patient(self.account, self.serve, self.machine)

    def on(self, **machine: Any) -> None:
        """Let the machine be another in these respects."""
        self.machine = replace(self.machine, **machine)

    def find(self, check: Check, patient: Patient | None = None) -> list[Finding]:
        """What a check finds."""
        return list(check(patient or self.patient))

    def the_fault(self, check: Check, patient: Patient | None = None) -> Finding:
        """The one fault that a check finds."""
        return one(self.find(check, patient), Level.FAULT)

    def is_well(self, check: Check, patient: Patient | None = None) -> bool:
        """Whether a check finds no fault, and says so."""
        levels = [finding.level for finding in self.find(check, patient)]
        return Level.OK in levels and Level.FAULT not in levels

    # the network

    def plan(self) -> str:
        """Her plan's text as it is published."""
        return self.paths.plan.read_text(encoding="utf-8")

    def answers(self, text: str | None = None, views: bool = True) -> Behaviour:
        """A host that gives this plan (hers, as it is now) to who asks for ana, and nobody to others."""
        told = self.plan() if text is None else text

        def answer(query: Query) -> bytes:
            if query.user != "ana":
                return b"finger: no such user.\r\n"
            return write_answer("ana", "Ana", "", told, views=views).encode().replace(b"\n", b"\r\n")

        return Lying(answer)

    def asked(self, seconds: float = 60) -> Patient:
        """The patient after the network was asked."""
        client = FingerClient(self.internet.endpoint, self.internet.clock, LIMITS)

        def resolve(name: str) -> "Deferred[Any]":
            found = self.names.get(name)
            if found is None:
                return fail(LookupError("its name is not known"))
            return Deferred() if found == ["never"] else succeed(found)

        patient, heard = self.patient, list[Any]()
        ask(patient, client, resolve, self.internet.clock).addCallback(heard.append)
        self.internet.advance(seconds)
        assert heard, "the questions have no end"
        return replace(patient, network=heard[0])


def one(findings: Iterable[Finding], level: Level) -> Finding:
    """The one of this level."""
    found = [finding for finding in findings if finding.level == level]
    assert len(found) == 1, f"{len(found)} are {level}: {found}"
    return found[0]
