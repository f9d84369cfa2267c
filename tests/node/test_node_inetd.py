"""One query by inetd: whom the process becomes before it reads it, and where it complains."""

import os
import socket
import subprocess
import sys
import syslog
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from thimbl.home.serving import ServeSettings
from thimbl.node.serving import inetd
from thimbl.node.serving.privileges import PrivilegeFault

PLAN = b"Frost.\n"


def asked(folder: Path) -> bytes:
    """The answer of a process as inetd starts it: all three files are the connection."""
    ours, theirs = socket.socketpair()
    code = "import sys; from thimbl.cli.main import run; sys.exit(run())"
    command = [sys.executable, "-c", code, "serve", "--stdio", "--spool", str(folder)]
    env = {**os.environ, "THIMBL_HOME": str(folder)}
    its = theirs.fileno()
    with ours, subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=env):
        theirs.close()
        ours.sendall(b"ana\r\n")
        return b"".join(iter(lambda: ours.recv(4096), b""))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another")
def test_root_becomes_whom_the_settings_name() -> None:
    """What root alone may read is then served to nobody."""
    with TemporaryDirectory() as name:  # pytest's own lie in a folder of root's
        outer, spool = Path(name), Path(name, "spool")
        outer.chmod(0o755)
        spool.mkdir(mode=0o700)
        (spool / "ana.plan").write_bytes(PLAN)
        (spool / "ana.plan").chmod(0o644)
        assert b"Frost." in asked(spool)
        (spool / "config.yaml").write_text("serve: {user: nobody}\n", encoding="utf-8")
        assert b"no such user" in asked(spool)


def test_who_is_not_root_stays() -> None:
    inetd.leave_root(ServeSettings(user="nobody-of-that-name"), geteuid=lambda: 4711)


def test_a_user_who_is_not_there_and_root_at_a_port_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(identity: object) -> None:
        pytest.fail(f"it became {identity}")

    monkeypatch.setattr("thimbl.node.serving.privileges.os.geteuid", lambda: 0)
    with pytest.raises(PrivilegeFault, match="useradd"):
        inetd.leave_root(ServeSettings(user="nobody-of-that-name"), become=never)
    for ports, refused in (([79], True), ([7979], False), ([], False)):
        monkeypatch.setattr(inetd, "ports_of", lambda number, ports=ports: ports)
        if refused:
            with pytest.raises(PrivilegeFault, match="does not answer as root"):
                inetd.leave_root(ServeSettings(), become=never)
        else:
            inetd.leave_root(ServeSettings(), become=never)


def test_the_port_of_a_connection(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), server.accept()[0] as accepted:
            assert inetd.ports_of(accepted.fileno()) == [port]
    one, other = socket.socketpair()
    with one, other, (tmp_path / "file").open("wb") as file:
        assert inetd.ports_of(one.fileno()) == inetd.ports_of(file.fileno()) == []


def test_complaints_go_to_syslog(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[object, ...]] = []
    monkeypatch.setattr(syslog, "openlog", lambda *what: told.append(what))
    monkeypatch.setattr(syslog, "syslog", lambda *what: told.append(what))
    inetd.complain("There is no folder \x1b[2J.\nMake it.")
    (name, *_), (level, line) = told
    assert (name, level) == ("thimbl", syslog.LOG_ERR)
    assert isinstance(line, str)
    assert line.startswith("There is no folder ")
    assert not set(line) & {"\n", "\x1b"}
