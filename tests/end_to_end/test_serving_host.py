"""`thimbl serve` as a service: workers, reload, log, figures, the sockets and the ear of systemd, another account."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.end_to_end.stage import THIMBL, Daemon, Person, Running, ask, everything, needs_root, serving


def with_spool(host: Person, **plans: str) -> Person:
    """A host whose spool has plain plans."""
    (host.home / "spool").mkdir(mode=0o755)
    for name, text in plans.items():
        (host.home / "spool" / f"{name}.plan").write_text(text, encoding="utf-8")
        (host.home / "spool" / f"{name}.plan").chmod(0o644)
    return host


def configure(host: Person, text: str) -> None:
    """Write the map `serve` of its settings."""
    (host.home / "config.yaml").write_text(f"serve:\n{text}", encoding="utf-8")


def workers_of(daemon: Running) -> list[int]:
    """The processes that a daemon has started."""
    pid = daemon.process.pid
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def is_dead(pid: int) -> bool:
    """Whether a process has ended, taken note of or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone before it was opened, or while it was read (proc(5))
        return True


def test_workers_survive_the_death_of_one_and_a_reload(person: Callable[..., Person]) -> None:
    """Two processes on one port: one is killed, and nobody who asks notices; settings and figures are those of both."""
    host = with_spool(person("host"), ana="Frost on the lower field.\n")
    configure(host, "  spool: spool\n  workers: 2\n  log: peers\n")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        metrics = probe.getsockname()[1]
    with Daemon(host, "--metrics", f"tcp:{metrics}:interface=127.0.0.1", program=THIMBL) as daemon:
        first, second = workers_of(daemon)
        os.kill(first, signal.SIGKILL)
        while not is_dead(first):
            pass
        asked = 40
        for _ in range(asked):
            assert b"Frost" in ask(daemon.port, "ana")
        daemon.until('"event": "worker-started"', lambda self: self.err)
        assert daemon.log("worker-died")[0]["how"] == "signal SIGKILL"
        assert second in workers_of(daemon)

        assert b"no such user" in ask(daemon.port, "postmaster")
        configure(host, "  spool: spool\n  workers: 2\n  aliases:\n    postmaster: ana\n")
        daemon.signal(signal.SIGHUP)
        daemon.until('"event": "reload"', lambda self: self.err)
        while b"no such user" in ask(daemon.port, "postmaster"):
            asked += 1  # a worker that has not heard of it yet
        (host.home / "config.yaml").write_text("serve:\n  alises: {}\n", encoding="utf-8")
        daemon.signal(signal.SIGHUP)
        assert "alises" in daemon.until('"event": "reload-failed", "error": "(.*)"', lambda self: self.err)[1]
        assert b"Frost" in ask(daemon.port, "ana")

        with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=30) as page:
            text = page.read().decode()
        samples = {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        assert samples["thimbl_workers",] == 2
        assert samples["thimbl_worker_deaths_total",] == 1
        assert samples["thimbl_queries_total", "answered", "plan"] >= asked
        daemon.signal(signal.SIGTERM)
        assert daemon.end() == 0
        assert daemon.log("query")[0]["peer"] == "127.0.0.1"
        assert daemon.events() == {
            "warning", "start", "query", "worker-died", "worker-started", "reload", "reload-failed", "stop",
        } - (set() if os.geteuid() == 0 else {"warning"})  # fmt: skip


def test_what_systemd_passes_and_hears(person: Callable[..., Person], tmp_path: Path) -> None:
    """Sockets that are open already (port 79 without root), and a word when they are answered and when that ends."""
    host = with_spool(person("host"), ana="Frost.\n")
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear,
        socket.create_server(("127.0.0.1", 0)) as passed,
    ):
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(30)
        # LISTEN_PID is the number of the process that gets the sockets, which is known to that process alone.
        script = f"import os, sys; os.dup2({passed.fileno()}, 3); os.environ['LISTEN_PID'] = str(os.getpid()); "
        script += "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
        command = [sys.executable, "-c", script, *THIMBL[1:], "serve", "--spool", "spool", "--log", "off"]
        environ = {**host.environ, "LISTEN_FDS": "1", "NOTIFY_SOCKET": str(tmp_path / "notify")}
        with Running(command, environ, cwd=host.home, pass_fds=[passed.fileno(), 3]) as daemon:
            assert ear.recv(4096).startswith(b"READY=1\n")
            assert f"Listening on 127.0.0.1:{passed.getsockname()[1]}.\n" in daemon.until(r"Listening.*\n").string
            assert b"Frost." in ask(passed.getsockname()[1], "ana")
            daemon.signal(signal.SIGTERM)
            assert ear.recv(4096) == b"STOPPING=1"
            assert daemon.end() == 0
            assert '"event": "query"' not in daemon.err


def test_root_becomes_somebody_else(person: Callable[..., Person], tmp_path: Path) -> None:
    """A daemon that root starts answers as the account that it was told, and as root not on a port of root's."""
    needs_root("To become another account")
    host = with_spool(person("host"), ana="Frost.\n")
    told = host.run("serve", "--spool", "spool", "--listen", "tcp:987:interface=127.0.0.1", code=1)
    assert "--user NAME" in told.stderr
    for folder in (host.home, *host.home.parents):
        if folder.stat().st_mode & 0o005 != 0o005:
            folder.chmod(folder.stat().st_mode | 0o005)
    with serving(host, "--spool", str(host.home / "spool"), "--user", "nobody", program=THIMBL) as daemon:
        assert b"Frost." in ask(daemon.port, "ana")
        status = Path(f"/proc/{daemon.process.pid}/status").read_text(encoding="utf-8")
        assert re.search(r"^Uid:\t65534\t65534\t65534\t65534$", status, re.MULTILINE)
        assert re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE)
    assert not daemon.log("warning")


def test_inetd_serves_by_the_same_settings(person: Callable[..., Person]) -> None:
    """--stdio answers to an alias and with the host's message; what is wrong with it is not told to whoever asks."""
    host = with_spool(person("host"), ana="By way of inetd.\n")
    (host.home / "message").write_text("Welcome to the valley.\n", encoding="utf-8")
    configure(host, "  spool: spool\n  message: message\n  aliases:\n    postmaster: ana\n")

    def answer(query: bytes) -> tuple[bytes, int]:
        ours, theirs = socket.socketpair()
        command = [*THIMBL, "serve", "--stdio"]
        file = theirs.fileno()
        with ours, subprocess.Popen(command, env=host.environ, stdin=file, stdout=file, stderr=file) as one:
            theirs.close()
            ours.sendall(query)
            return everything(ours), one.wait(30)

    assert b"By way of inetd." in answer(b"postmaster\r\n")[0]
    assert answer(b"\r\n")[0].startswith(b"Welcome to the valley.\r\n")
    configure(host, "  alises: {}\n")
    told, code = answer(b"ana\r\n")
    assert (told.count(b"\n"), code) == (1, 1)
    assert b"alises" not in told


def test_a_daemon_that_polls_answers_meanwhile(person: Callable[..., Person]) -> None:
    """--poll asks whom the account follows, in a process of its own, and holds the account's lock."""
    ana, bo = person("ana").settle("ana@fields.example"), person("bo")
    ana.has_posted("Frost on the lower field.")
    with serving(ana) as daemon:
        bo.environ["THIMBL_ROUTES"] = f"fields.example=127.0.0.1:{daemon.port}"
        bo.settle("bo@dairy.example")
        (bo.home / "following.yaml").write_text("following:\n- nick: ana\n  address: ana@fields.example\n", "utf-8")
        with serving(bo, "--poll", program=THIMBL) as polling:
            assert b"Login: bo" in ask(polling.port, "bo")
            assert "at work for this account already" in bo.run("fetch", "--watch", code=1).stderr
            daemon.until('"query": "ana', lambda self: self.err)
        assert bo.texts("timeline") == ["Frost on the lower field."]


def test_units_name_this_program(person: Callable[..., Person], tmp_path: Path) -> None:
    """`--units` writes them where systemd looks, for the program that is installed here."""
    written = person("root").says("serve", "--units", str(tmp_path / "systemd")).splitlines()
    assert str(tmp_path / "systemd/system/thimbl.socket") in written
    text = (tmp_path / "systemd/system/thimbl.service").read_text(encoding="utf-8")
    program = re.search(r"^ExecStart=(\S+) serve$", text, re.MULTILINE)
    assert program is not None
    assert os.access(program[1], os.X_OK)
    assert json.dumps(program[1]).endswith('/thimbl"')
