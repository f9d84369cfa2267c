"""Setting up the demonstration: homes and spools, what everybody said, the hosts as processes, the newcomer's account.

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

from thimbl.cli.demo.story import CLASSIC, HERITAGE, HOSTS, PEOPLE, YOU, Event, Person, story
from thimbl.core.address import Address, Reference
from thimbl.core.compose import Entry
from thimbl.core.times import DAY, HOUR, format_time
from thimbl.home import settings
from thimbl.home.account import Account
from thimbl.home.following import Followed, public, save
from thimbl.home.paths import Paths
from thimbl.home.settings import Settings

SALE_OPEN: Final = 6 * DAY
"""Seconds until the sale closes, from the moment that the demonstration starts."""

_LABEL = re.compile(r"\{([a-z-]+)(\.id)?\}")
_BOUND = re.compile(r"Listening on (\S+):([0-9]+)\.")


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
        self._refs: dict[str, Reference] = {}

    # places

    def home(self, address: str) -> Path:
        """The `THIMBL_HOME` of somebody."""
        return self.folder / "homes" / address.replace("@", ".")

    def spool(self, host: str) -> Path:
        """The folder that a host serves."""
        return self.folder / "spool" / host

    def environment(self, address: str) -> dict[str, str]:
        """The environment in which `thimbl` is that person."""
        return {**self.environ, "THIMBL_HOME": str(self.home(address))}

    def program(self, *arguments: str) -> list[str]:
        """The argv of this very program."""
        return [sys.executable, "-m", "thimbl", *arguments]

    # the hosts

    def start(self) -> None:
        """Start the hosts, and wait until each has told its port."""
        for host in HOSTS:
            self.spool(host).mkdir(parents=True, exist_ok=True)
            self._begin(host, self.program("serve", "--spool", str(self.spool(host)), "--listen", _ANY_PORT))
        answer = Path(__file__).with_name("finger-answer-of-2011.txt")
        self._begin(HERITAGE, [sys.executable, "-m", "thimbl.cli.demo.heritage", _ANY_PORT, str(answer)])
        for host, process in self.hosts.items():
            self.ports[host] = _port_told(process.stdout)

    def _begin(self, host: str, command: Sequence[str]) -> None:
        log = (self.folder / f"{host}.log").open("w", encoding="utf-8")
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
        """Make everybody's account, let them say what they said, and make the newcomer's account."""
        for person in PEOPLE:
            self.settle(person)
        for event in story(format_time(self.now + SALE_OPEN)):
            self._tell(event)
        everybody = (*(person.address for person in PEOPLE), CLASSIC)
        self.settle(Person(YOU, "You", "New here.", everybody))

    def settle(self, person: Person) -> None:
        """Make an account that is served by its host."""
        from thimbl.core.keys import PrivateKey
        from thimbl.home.keyfile import make_key

        address = Address.parse(person.address)
        paths = Paths.find(self.environment(person.address))
        routes = {(host, 79): ("127.0.0.1", port) for host, port in self.ports.items()}
        plan = self.spool(address.host) / f"{address.user}.plan"
        settings.save(paths, Settings(address, plan=plan, routes=routes))
        make_key(paths.key, lambda: PrivateKey.from_seed(os.urandom(32)))
        followed = [Followed(other.partition("@")[0], Address.parse(other)) for other in person.follows]
        save(paths, followed)
        account = self.account(person.address, hours_ago=700)
        about: dict[str, Any] = {"name": person.name, "bio": person.bio, "properties": dict(person.properties) or None}
        account.authoring.describe(about, public(followed))

    def account(self, address: str, hours_ago: int = 0) -> Account:
        """Somebody's account, as it was then."""
        then = self.now - hours_ago * HOUR
        return Account.find(self.environment(address), lambda: then, os.urandom)

    def _tell(self, event: Event) -> None:
        def reference(match: re.Match[str]) -> str:
            found = self._refs[match[1]]
            return found.id if match[2] else str(found)

        body = {
            key: _LABEL.sub(reference, value) if isinstance(value, str) else value for key, value in event.body.items()
        }
        authoring = self.account(event.who, event.hours_ago).authoring
        if event.kind == "retract":
            published = authoring.retract(body["of"])
        else:
            published = authoring.say([Entry(event.kind, body)])
        if event.label:
            self._refs[event.label] = published.reference

    def fetch(self, address: str = YOU) -> subprocess.CompletedProcess[str]:
        """Let somebody finger everybody whom they follow."""
        return self.run(address, "fetch")

    def run(self, address: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `thimbl` as somebody; what it printed and its exit code."""
        argv, environ = self.program(*arguments), self.environment(address)
        process: subprocess.Popen[str] | None = None
        try:
            with self._starting():
                process = subprocess.Popen(
                    argv,
                    env=environ,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            told, noted = process.communicate()
        except BaseException:
            if process is not None:
                process.kill()
                process.communicate()
            raise
        return subprocess.CompletedProcess(argv, process.returncode, told, noted)


_ANY_PORT: Final = "tcp:0:interface=127.0.0.1"


def _port_told(stdout: IO[str] | None) -> int:
    line = stdout.readline() if stdout is not None else ""
    match = _BOUND.search(line)
    if match is None:
        raise RuntimeError("A host of the demonstration did not start.")
    return int(match[2])
