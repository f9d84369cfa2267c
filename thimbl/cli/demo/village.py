"""Setting up the demonstration: homes and spools, everybody's plan, the hosts as processes, the newcomer's account.

Everything lies in one folder and is gone with it. The hosts are real: the same `thimbl serve` that an administrator
runs, each on a port of its own that the system chose.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any, Final

from thimbl.cli.demo.people import COMMUNE, HERITAGE, HOSTS, PEOPLE, YOU, Person
from thimbl.cli.demo.story import AWAY, story
from thimbl.cli.demo.telling import Log, Telling
from thimbl.core.address import Address
from thimbl.core.compose import following_of, make_head
from thimbl.core.times import HOUR
from thimbl.home import settings
from thimbl.home.account import Account
from thimbl.home.following import Followed, public, save
from thimbl.home.keyfile import make_key
from thimbl.home.paths import Paths
from thimbl.home.settings import Settings
from thimbl.store.types import Selection, View

_ANY_PORT: Final = "tcp:0:interface=127.0.0.1"
_BOUND: Final = re.compile(r"Listening on (\S+):([0-9]+)\.")


class Village:
    """The hosts and accounts of the demonstration, in `folder`."""

    def __init__(
        self,
        folder: Path,
        environ: Mapping[str, str],
        now: int,
        starting: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """`starting` is entered while a process is started: an exception then would leave one that nobody ends."""
        self.folder, self.now, self._starting = folder, now, starting
        # Nothing of the person's own settings reaches the demonstration.
        self.environ = {key: value for key, value in environ.items() if not key.startswith("THIMBL_")}
        self.hosts: dict[str, subprocess.Popen[str]] = {}
        self.ports: dict[str, int] = {}

    # places

    def home(self, address: str) -> Path:
        """The `THIMBL_HOME` of somebody: their login is nobody else's here."""
        return self.folder / address.partition("@")[0]

    def spool(self, host: str) -> Path:
        """The folder that a host serves."""
        return self.folder / "hosts" / host

    def environment(self, address: str) -> dict[str, str]:
        """The environment in which `thimbl` is that person."""
        return {**self.environ, "THIMBL_HOME": str(self.home(address))}

    def program(self, *arguments: str) -> list[str]:
        """The argv of this very program."""
        return [sys.executable, "-m", "thimbl", *arguments]

    # the hosts

    def start(self) -> None:
        """Start the hosts; `populate` waits until each is there."""
        for host in HOSTS:
            self.spool(host).mkdir(parents=True, exist_ok=True)
            self._begin(host, self.program("serve", "--spool", str(self.spool(host)), "--listen", _ANY_PORT))
        answer = Path(__file__).with_name("finger-answer-of-2011.txt")
        self._begin(HERITAGE, [sys.executable, "-m", "thimbl.cli.demo.heritage", _ANY_PORT, str(answer)])

    def _begin(self, host: str, command: Sequence[str]) -> None:
        log = (self.folder / "hosts" / f"{host}.log").open("w", encoding="utf-8")
        with log, self._starting():
            self.hosts[host] = subprocess.Popen(
                command,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C in the terminal is not for them
            )

    def stop(self, host: str | None = None) -> None:
        """Stop one host, or all of them."""
        stopping = [self.hosts.pop(name) for name in ([host] if host else list(self.hosts)) if name in self.hosts]
        for process in stopping:
            process.terminate()
        for process in stopping:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()

    # the people

    def populate(self) -> None:
        """Let everybody say what they said while the hosts come up, and make everybody's account."""
        telling = Telling(COMMUNE, os.urandom)
        for event in story(self.now):
            telling.tell(event)
        for host, process in self.hosts.items():
            self.ports[host] = _port_told(process.stdout)
        for person in PEOPLE:
            self._settle(person, telling.log(person.address))

    def _settle(self, person: Person, log: Log) -> None:
        """Make an account that is served by its host, with all that it said published at once."""
        paths = Paths.find(self.environment(person.address))
        routes = {(host, 79): ("127.0.0.1", port) for host, port in self.ports.items()}
        plan = self.spool(log.address.host) / f"{log.address.user}.plan"
        settings.save(paths, Settings(log.address, plan=plan, routes=routes))
        make_key(paths.key, lambda: log.key)
        followed = [Followed(other.partition("@")[0], Address.parse(other)) for other in person.follows]
        save(paths, followed)
        about: dict[str, Any] = {"address": person.address, "name": person.name, "bio": person.bio}
        if person.properties:
            about["properties"] = dict(person.properties)
        newest = log.records[-1]
        head = make_head(
            about | following_of(public(followed)),
            seq=newest.seq,
            last=newest.id,
            updated=newest.time,
            signer=log.key,
        )
        authoring = self.account(person.address).authoring
        with authoring.open() as before:
            authoring.files.publish(head, before, log.records, log.withheld, public(followed))

    def account(self, address: str) -> Account:
        """Somebody's account, at the moment when the demonstration starts."""
        return Account.find(self.environment(address), lambda: self.now, os.urandom)

    def fetch(self, *others: str) -> subprocess.CompletedProcess[str]:
        """Let the newcomer finger everybody whom they follow, and `others` beside them; what the newcomer was told."""
        return self._run_all([(address, ("fetch",)) for address in (YOU, *others)])[0]

    def look_back(self) -> None:
        """What the newcomer has written is in their store, and what they saw before they went away is read."""
        account = self.account(YOU)
        with account.writer() as writer:
            account.remember_all(writer)
            writer.mark_all(Selection(View.EVERYONE, until=self.now - AWAY * HOUR))

    def run(self, address: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `thimbl` as somebody; what it printed and its exit code."""
        return self._run_all([(address, arguments)])[0]

    def _run_all(self, runs: Sequence[tuple[str, Sequence[str]]]) -> list[subprocess.CompletedProcess[str]]:
        running: list[subprocess.Popen[str]] = []
        try:
            with self._starting():
                for address, arguments in runs:
                    running.append(
                        subprocess.Popen(
                            self.program(*arguments),
                            env=self.environment(address),
                            stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE,
                            text=True,
                        )
                    )
            return [_ended(process) for process in running]
        except BaseException:
            for process in running:
                if process.returncode is None:
                    process.kill()
                    process.communicate()
            raise


def _ended(process: "subprocess.Popen[str]") -> subprocess.CompletedProcess[str]:
    told, noted = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, told, noted)


def _port_told(stdout: IO[str] | None) -> int:
    line = stdout.readline() if stdout is not None else ""
    match = _BOUND.search(line)
    if match is None:
        raise RuntimeError("A host of the demonstration did not start.")
    return int(match[2])
