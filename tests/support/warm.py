"""Commands of `thimbl` that start warm: a process that has imported everything forks for each one.

Most of what a short command takes is Python's own start, and the tests start some four hundred. A command that is run
by way of :func:`warm_thimbl` is a process of its own all the same, with its own environment, folder, descriptors and
exit status; only its imports were made before. What serves, watches or draws is started cold, as a person starts it.

- `Warm` is the server's side, one for a process of tests; it ends when the pipe that it reads from is closed.
- The other side is a script, `thimbl`, in a folder of its own, for the PATH of a shell.
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
from typing import NoReturn

COLD = ("serve", "demo", "tui", "--watch", "--follow", "rebuild")
"""Words of a command line that is started cold: those that stay, and those that look at their own process."""

_ending = contextlib.ExitStack()

_SCRIPT = """\
#!{python} -IS
import os, socket, sys
words = sys.argv[1:]
if any(word in {cold} for word in words):
    os.execv({python!r}, [{python!r}, "-m", "thimbl", *words])
umask = os.umask(0)
os.umask(umask)
parts = [os.getcwdb(), b"%d" % umask, b"%d" % len(words), *map(os.fsencode, words)]
parts += [name + b"=" + value for name, value in os.environb.items()]
message = b"\\0".join(parts)
with socket.socket(socket.AF_UNIX) as server:
    server.connect({path!r})
    socket.send_fds(server, [b"%8d" % len(message)], [0, 1, 2])
    server.sendall(message)
    status = int(server.recv(16) or b"255")
if status < 0:
    os.kill(os.getpid(), -status)
sys.exit(status)
"""


@functools.cache
def warm_thimbl() -> Path:
    """The script `thimbl` that starts warm, alone in its folder. It works for as long as this process does."""
    folder = tempfile.TemporaryDirectory(prefix="thimbl-warm-")
    path = Path(folder.name) / "socket"
    script = Path(folder.name) / "bin" / "thimbl"
    script.parent.mkdir()
    script.write_text(_SCRIPT.format(python=sys.executable, cold=COLD, path=str(path)), encoding="utf-8")
    script.chmod(0o755)
    root = Path(__file__).resolve().parents[2]
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.support.warm", str(path)],
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


def end() -> None:
    """End the server, where one was begun."""
    _ending.close()


class Warm:
    """The server: `listener` takes commands, and each is forked. It ends when `until` can be read."""

    def __init__(self, listener: socket.socket, until: int) -> None:
        self._listener = listener
        self._until = until
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
                    return
                elif isinstance(key.fileobj, socket.socket):  # who asked has gone: so does what they asked for
                    self._selector.unregister(key.fileobj)
                    os.kill(key.data, signal.SIGKILL)
                else:
                    self._ended(key.fd, key.data)

    def _begin(self, asker: socket.socket) -> None:
        length, descriptors, _, _ = socket.recv_fds(asker, 8, 3)
        wanted, message = int(length), bytearray()
        while len(message) < wanted:
            message += asker.recv(wanted - len(message))
        pid = os.fork()
        if pid == 0:
            self._forget(asker)
            _command(bytes(message), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
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

    folder, umask, count, *rest = message.split(b"\0")
    words, variables = rest[: int(count)], rest[int(count) :]
    for target, descriptor in enumerate(descriptors):
        os.dup2(descriptor, target)
        os.close(descriptor)
    os.setsid()
    os.chdir(folder)
    os.umask(int(umask))
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


def _import_all() -> None:
    """What commands import when they run, but no reactor: each makes its own."""
    import feeds
    import finger
    import thimbl
    import tui

    for package in (finger, thimbl, tui, feeds):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            # A module that can not be imported fails in the command that needs it, which tells what is wrong.
            if not module.name.endswith("__main__"):
                with contextlib.suppress(ImportError):
                    importlib.import_module(module.name)


def main() -> None:
    """Listen at the path that is given, until standard input ends."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen(64)
        _import_all()
        gc.freeze()  # a collection in a fork would otherwise copy every page that it looks at
        print("ready", flush=True)
        Warm(listener, 0).run()


if __name__ == "__main__":
    main()
