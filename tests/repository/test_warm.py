"""What starts warm is the program as it is: the same words, statuses and signals as a process that started cold."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.stage import PATIENCE, Running, environment
from tests.support.warm import COLD, warm_thimbl

ROOT = Path(__file__).parents[2]
SERVE = ("serve", "--spool", "spool", "--listen", "tcp:0:interface=127.0.0.1")


@pytest.fixture
def begin(tmp_path: Path) -> Callable[..., Running]:
    """Begins a daemon that starts warm, in a folder with a spool."""
    (tmp_path / "spool").mkdir()

    def begin(**how: object) -> Running:
        return Running([str(warm_thimbl()), *SERVE], environment(tmp_path), cwd=tmp_path, **how)

    return begin


def pid_of(daemon: Running) -> int:
    """The process that serves, as its log has it: another one than the script that stands for it."""
    pid = int(daemon.until(r'"event": "start", "pid": (\d+)', lambda it: it.err)[1])
    assert pid != daemon.process.pid
    return pid


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(("post", "-"), 1), (("no-such-command",), 2), (("verify", "-", "--now", "2026-11-22"), 4)],
)
def test_words_and_status_are_those_of_a_cold_start(arguments: tuple[str, ...], status: int, tmp_path: Path) -> None:
    """Standard input, both outputs, the folder, variables and the exit status."""

    def run(*program: str) -> tuple[int, bytes, bytes]:
        environ = {**environment(tmp_path), "NO_COLOR": "1"}
        words = [*program, *arguments]
        done = subprocess.run(words, cwd=tmp_path, env=environ, input=b"No plan.\n", capture_output=True, check=False)
        return done.returncode, done.stdout, done.stderr

    warm = run(str(warm_thimbl()))
    assert warm == run(sys.executable, "-m", "thimbl")
    assert warm[0] == status


def test_folder_and_time_zone_are_the_callers(tmp_path: Path) -> None:
    """A home that a relative path names is made there, and times are shown as the caller's clock has them."""

    def run(zone: str, *words: str) -> str:
        environ = {**environment(tmp_path), "THIMBL_HOME": "home", "TZ": zone}
        return subprocess.run(
            [warm_thimbl(), *words], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True
        ).stdout

    run("UTC", "init", "ana@fields.example")
    run("UTC", "post", "Frost.")
    assert "Frost." in (tmp_path / "home" / ".plan").read_text(encoding="utf-8")
    assert run("Asia/Kolkata", "timeline") != run("UTC", "timeline")


def test_a_signal_is_passed_on(begin: Callable[..., Running]) -> None:
    """SIGHUP is for the daemon and not the end of it; SIGTERM ends it cleanly."""
    with begin() as daemon:
        pid_of(daemon)
        daemon.signal(signal.SIGHUP)
        daemon.until('"event": "reload"', lambda it: it.err)
        daemon.signal(signal.SIGTERM)
        assert daemon.end() == 0
        assert '"event": "stop"' in daemon.err


def test_what_the_caller_ignores_is_ignored(begin: Callable[..., Running]) -> None:
    """As of what a shell puts into the background."""
    with begin(preexec_fn=lambda: signal.signal(signal.SIGUSR2, signal.SIG_IGN)) as daemon:
        status = Path(f"/proc/{pid_of(daemon)}/status").read_text(encoding="ascii")
        ignored = re.search(r"^SigIgn:\t(\w+)$", status, re.MULTILINE)
        assert ignored is not None
        assert int(ignored[1], 16) & 1 << signal.SIGUSR2 - 1
        daemon.signal(signal.SIGTERM)
        assert daemon.end() == 0


def test_who_stands_for_it_dies_as_it_does(begin: Callable[..., Running]) -> None:
    """Killed, both ways."""
    with begin() as daemon:
        os.kill(pid_of(daemon), signal.SIGKILL)
        assert daemon.end() == -signal.SIGKILL
    with begin() as daemon:
        port = int(daemon.until(r"Listening on 127\.0\.0\.1:(\d+)\.")[1])
        daemon.process.kill()
        assert daemon.end() == -signal.SIGKILL  # at the end of its output, which only the daemon can have held open
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), PATIENCE):
            pass


def test_nothing_outlives_who_tests(tmp_path: Path) -> None:
    """A run of tests that is killed takes the server with it, and the server what it has started."""
    (tmp_path / "spool").mkdir()
    code = (
        "import os, signal, subprocess, sys\n"
        "from tests.support.warm import warm_thimbl\n"
        f"daemon = subprocess.Popen([warm_thimbl(), *{SERVE!r}], cwd={str(tmp_path)!r}, stdout=subprocess.PIPE)\n"
        "print(daemon.stdout.readline(), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environ = environment(tmp_path, PYTHONPATH=str(ROOT), TMPDIR=str(tmp_path))
    # The daemon has the same standard error, which ends when nobody has it open any more.
    with Running([sys.executable, "-c", code], environ, cwd=ROOT) as tests:
        assert tests.end() == -signal.SIGKILL
    assert "Listening" in tests.out


def test_some_words_start_cold() -> None:
    """What draws, and what looks at its own process."""
    command = [str(warm_thimbl()), COLD[0], "--help"]
    done = subprocess.run(command, env=environment(Path("/")), capture_output=True, check=True)
    assert b"Usage: thimbl tui" in done.stdout
