"""Debian's fingerd as it is deployed: under inetd, behind tcpd, one process a query."""

import os
import pwd
import socket
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from bench._children import Child

_WRAPPER, _FINGERD = Path("/usr/sbin/tcpd"), Path("/usr/sbin/in.fingerd")


def installed() -> bool:
    """Whether it can be measured: root may start inetd, and all of it is there (apt install openbsd-inetd fingerd)."""
    return os.geteuid() == 0 and which("inetd") is not None and _WRAPPER.exists() and _FINGERD.exists()


def somebody() -> str:
    """An account that it knows. It has no plan of 20 KB, which would cost more."""
    return pwd.getpwuid(os.geteuid()).pw_name


@contextmanager
def fingerd(cores: Collection[int] | None) -> Iterator[Child]:
    """inetd on a free port, with the line of Debian's package; its limit on processes a minute is lifted. It has the
    same cores as the servers that it is compared with."""

    def pin() -> None:
        if cores is not None:
            os.sched_setaffinity(0, cores)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(f"127.0.0.1:{port} stream tcp nowait.1000000 nobody {_WRAPPER} {_FINGERD}\n")
        file.flush()
        with subprocess.Popen(["inetd", "-i", "-R", "0", file.name], preexec_fn=pin) as process:
            try:
                _wait_for(port)
                yield Child(process.pid, port)
            finally:
                process.terminate()


def wait_until_idle(server: Child) -> None:
    """Until the processes of those who went away have ended: they would slow down whoever is measured next."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    while children.read_text().split():
        time.sleep(0.1)


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("inetd does not answer")
