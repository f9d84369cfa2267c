"""Commands of `thimbl` that start warm: a process that has imported everything forks for each one.

Most of what a short command takes is Python's own start, and the tests start some six hundred. A command that is run
by way of :func:`warm_thimbl` is a process of its own all the same, with its own environment, folder, descriptors,
ignored signals and exit status; only its imports were made before. Daemons too can start so; those that are about how
a process starts, what it may, whose child it is or what terminal it has start cold, by `python -m thimbl`.

- `Warm` is the server's side: one for all processes of a run of tests, and imports nothing until it is first asked. It
  ends when the pipe that it reads from is closed.
- The other side is a script, `thimbl`, in a folder of its own, for the PATH of a shell. It stands for the command: it
  lives as long, passes signals on, and the command dies with it.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import os
import pkgutil
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Final, NoReturn

COLD: Final = ("tui", "rebuild")
"""Words of a command line that is started cold: what draws on a terminal, and what looks at its own process."""

PASSED_ON: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM)
"""Signals that a command gets when the script that stands for it does."""

SCRIPT: Final = "WARM_THIMBL"
"""The variable by which the processes of one run of tests share a server."""

_ending = contextlib.ExitStack()

# It imports only what Python has within, so that it starts in a hundredth of a second.
_SCRIPT = """\
#!{python} -IS
import _signal, _socket, posix, sys
words = sys.argv[1:]
if any(word in {cold} for word in words):
    posix.execv({python!r}, [{python!r}, "-m", "thimbl", *words])
umask = posix.umask(0)
posix.umask(umask)
ignored = [number for number in {passed_on} if _signal.getsignal(number) == _signal.SIG_IGN]
parts = [posix.getcwdb(), b"%d" % umask, b" ".join(b"%d" % number for number in ignored), b"%d" % len(words)]
parts += [word.encode("utf-8", "surrogateescape") for word in words]
parts += [name + b"=" + value for name, value in posix.environ.items()]
message = b"\\0".join(parts)
server = _socket.socket(_socket.AF_UNIX)
server.connect({path!r})
descriptors = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
server.sendmsg([b"%8d" % len(message)], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, descriptors)])
server.sendall(message)
told = b""
while b"\\n" not in told and (part := server.recv(64)):
    told += part
pid = int(told.partition(b"\\n")[0] or 0)
def pass_on(number, frame):
    try:
        posix.kill(pid, number)
    except ProcessLookupError:
        pass
for number in {passed_on}:
    if pid and number not in ignored:
        _signal.signal(number, pass_on)
while part := server.recv(64):
    told += part
status = int(told.partition(b"\\n")[2] or 255)
if status < 0:
    if -status in {passed_on}:
        _signal.signal(-status, _signal.SIG_DFL)
    posix.kill(posix.getpid(), -status)
posix._exit(status)
"""


@functools.cache
def warm_thimbl() -> Path:
    """The script `thimbl` that starts warm, alone in its folder.

    It works for as long as this process does, or the one that has called :func:`share`.
    """
    if shared := os.environ.get(SCRIPT):
        return Path(shared)
    folder = tempfile.TemporaryDirectory(prefix="thimbl-warm-")
    path = Path(folder.name) / "socket"
    script = Path(folder.name) / "bin" / "thimbl"
    script.parent.mkdir()
    numbers = tuple(map(int, PASSED_ON))
    text = _SCRIPT.format(python=sys.executable, cold=COLD, path=str(path), passed_on=numbers)
    script.write_text(text, encoding="utf-8")
    script.chmod(0o755)
    root = Path(__file__).resolve().parents[2]
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.support.warm", str(path), str(script)],
        cwd=root,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": folder.name},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"

    _ending.callback(folder.cleanup)
    _ending.callback(server.communicate)
    return script


def share() -> None:
    """Let the processes that this one will start have one server: its own."""
    os.environ.pop(SCRIPT, None)
    os.environ[SCRIPT] = str(warm_thimbl())


def end() -> None:
    """End the server, where one was begun here."""
    _ending.close()


class Warm:
    """The server: `listener` takes commands, and each is forked. It ends when `until` can be read.

    The command of an asker who has gone is killed.
    """

    def __init__(self, listener: socket.socket, until: int, script: str) -> None:
        self._listener = listener
        self._until = until
        self._script = script
        self._is_warm = False
        self._selector = selectors.DefaultSelector()
        self._running: dict[int, socket.socket] = {}

    def run(self) -> None:
        """Serve."""
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._until, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    self._begin(self._listener.accept()[0])
                elif key.fileobj == self._until:
                    self._kill_all()
                    return
                elif isinstance(key.fileobj, socket.socket):  # who asked has gone: so does what they asked for
                    self._selector.unregister(key.fileobj)
                    os.kill(key.data, signal.SIGKILL)
                else:
                    self._ended(key.fd, key.data)

    def _kill_all(self) -> None:
        """Leave nobody behind: who tested may have been killed in the middle of it."""
        for pid in {key.data for key in self._selector.get_map().values() if key.data is not None}:
            os.kill(pid, signal.SIGKILL)

    def _begin(self, asker: socket.socket) -> None:
        length, descriptors, _, _ = socket.recv_fds(asker, 8, 3)
        wanted, message = int(length), bytearray()
        while len(message) < wanted:
            message += asker.recv(wanted - len(message))
        if not self._is_warm:
            _warm_up(self._script)
            self._is_warm = True
        pid = os.fork()
        if pid == 0:
            self._forget(asker)
            _command(bytes(message), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        with contextlib.suppress(BrokenPipeError):  # who has gone by now is seen to have
            asker.sendall(b"%d\n" % pid)
        watch = os.pidfd_open(pid)
        self._running[watch] = asker
        self._selector.register(watch, selectors.EVENT_READ, pid)
        self._selector.register(asker, selectors.EVENT_READ, pid)

    def _forget(self, asker: socket.socket) -> None:
        """Let go of all that is the server's, in a process that was forked."""
        self._selector.close()
        for watch, other in self._running.items():
            os.close(watch)
            other.close()
        asker.close()
        self._listener.close()

    def _ended(self, watch: int, pid: int) -> None:
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self._selector.unregister(watch)
        os.close(watch)
        asker = self._running.pop(watch)
        if asker in self._selector.get_map():
            self._selector.unregister(asker)
            asker.sendall(b"%d" % status)
        asker.close()


def _command(message: bytes, descriptors: list[int]) -> NoReturn:
    """Be the command that was asked for, in the process that was forked for it.

    It ends as Python ends, but takes none of the hundreds of modules apart.
    """
    from thimbl.cli.main import run

    folder, umask, ignored, count, *rest = message.split(b"\0")
    words, variables = rest[: int(count)], rest[int(count) :]
    for target, descriptor in enumerate(descriptors):
        os.dup2(descriptor, target)
        os.close(descriptor)
    os.setsid()
    os.chdir(folder)
    os.umask(int(umask))
    for number in ignored.split():
        signal.signal(int(number), signal.SIG_IGN)
    os.environb.clear()
    os.environb.update(variable.partition(b"=")[::2] for variable in variables)
    time.tzset()
    sys.argv = ["thimbl", *map(os.fsdecode, words)]
    # Anew, since a stream remembers whether what lies under it is a terminal or can be rewound.
    sys.stdin = os.fdopen(0, encoding="utf-8", errors="surrogateescape")
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="surrogateescape", buffering=1 if os.isatty(1) else -1)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)
    status: object = 1
    try:
        status = run()
    except SystemExit as end:
        status = end.code
    except BaseException:
        traceback.print_exc()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(status if isinstance(status, int) else 0 if status is None else 1)


def _warm_up(script: str) -> None:
    """Import what commands import when they run, but no reactor: each makes its own.

    What a demonstration starts, then starts by way of `script`.
    """
    import feeds
    import finger
    import thimbl
    import tui

    for package in (finger, thimbl, tui, feeds):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            # A module that can not be imported fails in the command that needs it, which tells what is wrong.
            if not module.name.endswith("__main__"):
                with contextlib.suppress(Exception):
                    importlib.import_module(module.name)
    assert "twisted.internet.reactor" not in sys.modules
    village = importlib.import_module("thimbl.cli.demo.village")
    village.Village.program = lambda self, *arguments: [script, *arguments]
    gc.freeze()  # a collection in a fork would otherwise copy every page that it looks at


def main() -> None:
    """Listen at the path that is given, until standard input ends; the other argument is the script."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen(64)
        print("ready", flush=True)
        Warm(listener, 0, sys.argv[2]).run()


if __name__ == "__main__":
    main()
