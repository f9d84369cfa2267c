"""`thimbl serve` as an administrator runs it: whose plans, where it listens, how it ends."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.end_to_end.stage import IS_ROOT, THIMBL, Daemon, Person, Running, ask, everything, needs_root, serving

WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if IS_ROOT else ()
"""Before a command: root without what makes root mighty, so that the permissions of files count."""

# Containers often let everybody have any port.
PRIVILEGED = (
    [("tcp:79:interface=127.0.0.1", "this account may not; ports below 1024 are for root")]
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text(encoding="ascii")) > 79
    else []
)


def test_ones_own_plan_on_every_kind_of_port(ana: Person) -> None:
    """Several --listen, each told on a line; an edited plan shows in the next answer; the raw query of `finger`."""
    socket_path = ana.home / "finger.sock"
    listen = ("tcp:0:interface=127.0.0.1", "tcp6:0:interface=\\:\\:1", f"unix:{socket_path}")
    ana.has_posted("Seen on all of them.")
    with serving(ana, listen=listen) as daemon:
        four, six, unix = daemon.bound
        assert re.fullmatch(r"127\.0\.0\.1:[0-9]+", four)
        assert re.fullmatch(r"\[::1\]:[0-9]+", six)
        assert unix == f"unix:{socket_path}"
        answer = ask(daemon.port, "ana")
        assert b"Seen on all of them." in answer
        assert ask(int(six.rpartition(":")[2]), "ana", host="::1") == answer
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(socket_path))
            client.sendall(b"ana\n")
            assert everything(client) == answer
        shown = ana.says("finger", f"ana@127.0.0.1:{daemon.port}")
        assert shown.splitlines() == answer.decode().splitlines()

        edited = ana.plan.read_text(encoding="utf-8").replace("Seen on all of them.", "Changed in an editor.")
        ana.plan.write_text(edited, encoding="utf-8")
        assert b"Changed in an editor." in ask(daemon.port, "ana")
        ana.run("sign", "--discard")
        assert ask(daemon.port, "ana") == answer
        assert b"no such user" in ask(daemon.port, "bo")
        assert b"forwarding" in ask(daemon.port, "ana@elsewhere.example")
    assert not socket_path.exists()


@pytest.fixture
def login() -> Iterator[tuple[str, Path]]:
    """Somebody with a login and a home on this machine, for the time of a test."""
    needs_root("An account for the test")
    name = f"thimbl-{uuid4().hex[:12]}"
    add = ["useradd", "--create-home", "--comment", "Di of the mill,,,", name]
    subprocess.run(add, check=True, capture_output=True)
    try:
        home = Path(f"~{name}").expanduser()
        home.chmod(0o755)
        yield name, home
    finally:
        subprocess.run(["userdel", "--remove", name], check=True, capture_output=True)


def test_all_homes_of_a_host_but_those_that_opt_out(login: tuple[str, Path], tmp_path: Path) -> None:
    """--homes serves whoever wrote a plan; a ~/.nofinger is obeyed from the next query on."""
    name, home = login
    with serving(Person(tmp_path), "--homes") as daemon:
        assert b"no such user" in ask(daemon.port, name)
        plan = home / ".plan"
        plan.write_text("Fiddle, flour, finger.\n", encoding="utf-8")
        shutil.chown(plan, name)
        answer = ask(daemon.port, name)
        assert b"Di of the mill" in answer
        assert answer.endswith(b"Plan:\r\nFiddle, flour, finger.\r\n")
        (home / ".nofinger").touch()
        assert b"no such user" in ask(daemon.port, name)
        assert b"no such user" in ask(daemon.port, "root")


def test_as_inetd_runs_it(ana: Person) -> None:
    """--stdio answers the one query of the connection that is its standard input and output."""
    ana.has_posted("By way of inetd.")
    ours, theirs = socket.socketpair()
    with ours, Running([*THIMBL, "serve", "--stdio"], ana.environ, stdin=theirs, stdout=theirs) as running:
        theirs.close()
        ours.sendall(b"ana\r\n")
        assert b"By way of inetd." in everything(ours)
        assert running.end() == 0


def test_a_place_that_can_not_be_had_is_one_clear_line(person: Callable[..., Person], tmp_path: Path) -> None:
    """A port in use, a place where one may not listen, and one that makes no sense: exit 1, and nothing was printed."""
    host = person("host")
    (host.home / "spool").mkdir()
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with serving(host, "--spool", "spool") as daemon:
        taken = f"tcp:{daemon.port}:interface=127.0.0.1"
        for endpoint, words in (
            (taken, "another program listens there already"),
            ("tcp:seventy-nine", "a place to listen looks like"),
            (f"unix:{locked}/finger", "Permission denied"),
            *PRIVILEGED,
        ):
            before = WITHOUT_RIGHTS if endpoint.startswith("unix") or ":79:" in endpoint else ()
            told = host.run("serve", "--spool", "spool", "--listen", endpoint, code=1, before=before)
            assert told.stdout == ""
            assert len(told.stderr.splitlines()) == 1
            assert words in told.stderr


def test_a_slow_reader_does_not_hold_up_the_end(person: Callable[..., Person]) -> None:
    """At SIGTERM with an answer half sent, to somebody who reads no more, the daemon ends cleanly in a few seconds."""
    host = person("host")
    spool = host.home / "spool"
    spool.mkdir()
    size = (spool / "big.plan").write_text("A thousand words.\n" * 50_000, encoding="utf-8")
    # Not TCP: the kernel takes a megabyte for a reader on the same machine, who then is not slow at all.
    with (
        Daemon(host, "--spool", "spool", listen=["unix:finger.sock"]) as daemon,
        socket.socket(socket.AF_UNIX) as slow,
    ):
        slow.connect(str(host.home / "finger.sock"))
        slow.sendall(b"big\r\n")
        assert slow.recv(1) == b"L"
        began = time.monotonic()
        daemon.stop()
        assert time.monotonic() - began < 10
        assert len(everything(slow)) < size, "the reader was not slow enough to be a test"


def test_a_spool_takes_up_what_comes_and_goes(person: Callable[..., Person]) -> None:
    """Plans that are put into the folder or taken from it count at once; who agreed to be listed is."""
    host = person("host")
    spool = host.home / "spool"
    spool.mkdir()
    with serving(host, "--spool", str(spool)) as daemon:
        assert b"no such user" in ask(daemon.port, "ana")
        assert b"Nobody here" in ask(daemon.port, "")
        ana = person("ana").settle("ana@fields.example", spool / "ana.plan")
        ana.run("profile", "--listed")
        assert b"name: Ana\r\n" in ask(daemon.port, "ana")
        assert re.search(rb"^ana +Ana\r\n", ask(daemon.port, ""), re.MULTILINE)
        os.unlink(spool / "ana.plan")
        assert b"no such user" in ask(daemon.port, "ana")


def test_sigint_ends_it_too(person: Callable[..., Person]) -> None:
    """Ctrl-C is how a person ends what SIGTERM ends for systemd."""
    host = person("host")
    (host.home / "spool").mkdir()
    with Daemon(host, "--spool", "spool", program=THIMBL) as daemon:
        daemon.signal(signal.SIGINT)
        assert daemon.end() == 0
