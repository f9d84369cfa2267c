"""From root to an ordinary account: in the right order, for good, or not at all."""

import os
import pwd
import subprocess
import sys

import pytest

from thimbl.node.serving.privileges import Identity, PrivilegeFault, become, refuse_root, whom

NOBODY = pwd.getpwnam("nobody")


class System:
    """An operating system on which this process is `uid`; `flaw` is what it does wrong."""

    def __init__(self, uid: int = 0, flaw: str = "") -> None:
        self.uid, self.gid, self.flaw = uid, 0, flaw
        self.done: list[str] = []

    def geteuid(self) -> int:
        return self.uid

    def initgroups(self, username: str, gid: int) -> None:
        self._root_only(f"initgroups {username} {gid}")

    def setgroups(self, groups: list[int]) -> None:
        self._root_only(f"setgroups {groups}")

    def setresgid(self, rgid: int, egid: int, sgid: int) -> None:
        self._root_only(f"setresgid {rgid} {egid} {sgid}")
        self.gid = rgid

    def setresuid(self, ruid: int, euid: int, suid: int) -> None:
        self._root_only(f"setresuid {ruid} {euid} {suid}")
        if self.flaw != "does nothing":
            self.uid = ruid

    def setuid(self, uid: int) -> None:
        if self.flaw != "lets anybody be root":
            self._root_only(f"setuid {uid}")
        self.uid = uid

    def getresuid(self) -> tuple[int, int, int]:
        return (self.uid,) * 3

    def getresgid(self) -> tuple[int, int, int]:
        return (self.gid,) * 3

    def _root_only(self, what: str) -> None:
        if self.uid != 0:
            raise PermissionError(1, "Operation not permitted")
        self.done.append(what)


def test_groups_go_before_the_user():
    system = System()
    identity = whom("nobody", "", system)
    assert identity is not None
    become(identity, system)
    uid, gid = NOBODY.pw_uid, NOBODY.pw_gid
    assert system.done == [f"initgroups nobody {gid}", f"setresgid {gid} {gid} {gid}", f"setresuid {uid} {uid} {uid}"]


def test_a_group_of_ones_own_choice_is_the_only_one():
    system = System()
    identity = whom(str(NOBODY.pw_uid), str(NOBODY.pw_gid), system)
    assert identity is not None
    become(identity, system)
    assert system.done[0] == "setgroups []"


@pytest.mark.parametrize(
    ("flaw", "uid", "words"),
    [("does nothing", 0, "not for good"), ("lets anybody be root", 0, "not for good"), ("", 7, "not permitted")],
)
def test_what_went_wrong_ends_the_daemon(flaw, uid, words):
    with pytest.raises(PrivilegeFault, match=words):
        become(Identity.of("nobody"), System(uid, flaw))


@pytest.mark.parametrize(
    ("user", "group", "uid", "words"),
    [
        ("no-such-account", "", 0, "useradd"),
        ("nobody", "no-such-group", 0, "groupadd"),
        ("4294967299", "", 0, "There is no account"),
        ("root", "", 0, "is root"),
        ("0", "", 0, "is root"),
        ("nobody", "0", 0, "is root"),
        ("nobody", "", 1234, "Only root can become"),
        ("", "nogroup", 1234, "'--user' too"),
    ],
)
def test_who_it_can_not_be_is_said_before_anything_is_bound(user, group, uid, words):
    with pytest.raises(PrivilegeFault, match=words):
        whom(user, group, System(uid))


def test_who_needs_no_change():
    assert whom("", "", System(0)) is None
    assert whom("", "", System(1234)) is None
    assert whom("nobody", "", System(NOBODY.pw_uid)) is None


def test_root_answers_on_no_port_of_roots():
    refuse_root([7979, 1024], System(0))
    refuse_root([79], System(1234))
    with pytest.raises(PrivilegeFault, match="--user NAME"):
        refuse_root([7979, 79], System(0))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another")
def test_the_real_system_lets_nobody_back():
    script = """
import os
from thimbl.node.serving.privileges import Identity, become, gain_nothing
assert gain_nothing()
become(Identity.of("nobody"))
for back in (lambda: os.setuid(0), lambda: os.seteuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):
    try:
        back()
    except OSError:
        continue
    raise SystemExit("it is root again")
print(os.getresuid(), os.getresgid(), os.getgroups(), open("/proc/self/status").read().count("NoNewPrivs:\\t1"))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    uid, gid = NOBODY.pw_uid, NOBODY.pw_gid
    assert done.stdout == f"{(uid,) * 3} {(gid,) * 3} [{gid}] 1\n"
