"""From root to an ordinary account, once and for good (setuid(2), credentials(7)).

- A daemon that starts as root does so for its ports alone: it binds them, then becomes another account before it reads
  a byte from anybody. On a port below 1024 it does not serve as root.
- Groups go first, since only root may change them; then it is tried whether root can be had back, and the daemon does
  not start if it can.
- No program that it runs later gains rights by its file (`no_new_privs`, prctl(2)).
"""

import grp
import os
import pwd
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

FIRST_UNPRIVILEGED: Final = 1024
"""Ports below it are root's, as they always were (ip(7))."""

_PR_SET_NO_NEW_PRIVS: Final = 38
"""linux/prctl.h."""


class PrivilegeFault(Exception):
    """The daemon can not become the account that it should serve as."""


class System(Protocol):
    """What is asked of the operating system: the module `os`, or a test's."""

    def geteuid(self) -> int: ...
    def initgroups(self, username: str, gid: int, /) -> None: ...
    def setgroups(self, groups: list[int], /) -> None: ...
    def setresgid(self, rgid: int, egid: int, sgid: int, /) -> None: ...
    def setresuid(self, ruid: int, euid: int, suid: int, /) -> None: ...
    def setuid(self, uid: int, /) -> None: ...
    def getresuid(self) -> tuple[int, int, int]: ...
    def getresgid(self) -> tuple[int, int, int]: ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom to become."""

    name: str
    uid: int
    gid: int
    own_groups: bool
    """Whether the account's further groups come with it: those of the database, unless a group was chosen."""

    @classmethod
    def of(cls, user: str, group: str = "") -> "Identity":
        """The account `user`, in `group` or its own. Raises `PrivilegeFault` where there is none, or it is root."""
        try:
            entry = pwd.getpwuid(int(user)) if user.isdecimal() else pwd.getpwnam(user)
        except (KeyError, OverflowError):
            raise PrivilegeFault(f"There is no account {user!r} here: 'useradd --system {user}' makes one.") from None
        try:
            gid = entry.pw_gid if not group else int(group) if group.isdecimal() else grp.getgrnam(group).gr_gid
        except KeyError:
            raise PrivilegeFault(f"There is no group {group!r} here: 'groupadd --system {group}' makes one.") from None
        if entry.pw_uid == 0 or gid == 0:
            raise PrivilegeFault(f"{user!r} is root, in person or by its group: choose an account that may do little.")
        return cls(entry.pw_name, entry.pw_uid, gid, own_groups=not group)


def whom(user: str, group: str, system: System = os) -> Identity | None:
    """Whom to become once all is bound; None where the daemon stays who it is.

    Raises `PrivilegeFault` for a user that only root could become, and for a group without a user.
    """
    if not user:
        if group:
            raise PrivilegeFault("A group goes with a user: say '--user' too.")
        return None
    identity = Identity.of(user, group)
    if system.geteuid() == 0:
        return identity
    if system.geteuid() != identity.uid:
        raise PrivilegeFault(f"Only root can become {user!r}: leave '--user' out, or start the daemon as root.")
    return None


def refuse_root(ports: Iterable[int], system: System = os) -> None:
    """Raises `PrivilegeFault` where root is about to answer on one of these: who needed root for a port has to say
    whom to become. At other ports root may try things, as in a container where there is nobody else."""
    if system.geteuid() == 0 and any(0 < port < FIRST_UNPRIVILEGED for port in ports):
        raise PrivilegeFault(
            "The daemon does not answer as root. Say whom it shall become once its ports are bound: "
            "'--user NAME', or 'user: NAME' below 'serve:' in config.yaml."
        )


def become(identity: Identity, system: System = os) -> None:
    """Be that account from now on. Raises `PrivilegeFault`: then the process must end."""
    try:
        if identity.own_groups:
            system.initgroups(identity.name, identity.gid)
        else:
            system.setgroups([])
        system.setresgid(identity.gid, identity.gid, identity.gid)
        system.setresuid(identity.uid, identity.uid, identity.uid)
    except OSError as error:
        raise PrivilegeFault(f"The daemon could not become {identity.name!r} ({error.strerror}).") from None
    if system.getresuid() != (identity.uid,) * 3 or system.getresgid() != (identity.gid,) * 3 or _can_return(system):
        raise PrivilegeFault(f"The daemon became {identity.name!r}, but not for good; it ends here.")


def gain_nothing() -> bool:
    """No program that this process runs gets rights by its file's owner or capabilities. Whether the kernel agreed:
    where it does not know of that, there is nothing lost."""
    import ctypes  # here alone: it takes a while

    try:
        return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    except (AttributeError, OSError):
        return False


def _can_return(system: System) -> bool:
    try:
        system.setuid(0)
    except OSError:
        return False
    return True
