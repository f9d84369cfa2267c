"""What a process that inetd started for one query does beside answering: it leaves root, and complains to syslog.

- Started by root, it becomes whom the settings name before it reads a byte, as the daemon does
  (`thimbl.node.serving.privileges`). Started by anybody else, it stays: whom inetd.conf names was the administrator's
  choice, and `user` in the settings is then for the daemon.
- inetd makes the connection standard error too. What is wrong with a host is not for whoever asked, so it goes to
  syslog(3), where fingerd's complaints always went.
"""

import os
import stat
from collections.abc import Callable

from thimbl.core.terminal import safe_line
from thimbl.home.serving import ServeSettings
from thimbl.node.serving.privileges import Identity, become, gain_nothing, refuse_root, whom


def is_asked_on(descriptor: int) -> bool:
    """Whether this is the connection of whoever asks."""
    return stat.S_ISSOCK(os.fstat(descriptor).st_mode) and os.path.sameopenfile(1, descriptor)


def leave_root(
    serve: ServeSettings,
    *,
    geteuid: Callable[[], int] = os.geteuid,
    become: Callable[[Identity], object] = become,
) -> None:
    """Be root no longer, if this is root. Raises `PrivilegeFault` where that can not be, and where nobody was named
    and the connection is to a port of root's."""
    if geteuid() != 0:
        return
    identity = whom(serve.user, serve.group)
    if identity is None:
        refuse_root(ports_of(0))
        return
    gain_nothing()
    become(identity)


def ports_of(descriptor: int) -> list[int]:
    """Where whoever asks has connected to: a TCP port, or none."""
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        return []
    import socket  # only here: inetd starts a process for each query

    with socket.socket(fileno=os.dup(descriptor)) as connection:
        if connection.family not in (socket.AF_INET, socket.AF_INET6):
            return []
        return [connection.getsockname()[1]]


def complain(message: str) -> None:
    """A line for the administrator. Where nothing takes it, it is lost, as syslog(3) has it."""
    import syslog

    syslog.openlog("thimbl", syslog.LOG_PID, syslog.LOG_DAEMON)
    syslog.syslog(syslog.LOG_ERR, safe_line(message))
