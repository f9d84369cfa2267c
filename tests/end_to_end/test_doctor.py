"""`thimbl doctor` beside real daemons, real ports and real disks: what is planted is found, and what is well is not."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.stage import IS_ROOT, THIMBL, Person, serving

WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if IS_ROOT else ()
"""Before a command: root without what makes root mighty."""

FIRST_FREE = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text(encoding="ascii"))


def findings(who: Person, *arguments: str, code: int = 0, **environ: Any) -> dict[str, list[tuple[str, str]]]:
    """Level and words of all findings, by what they are about."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in who.objects("doctor", *arguments, code=code, **environ):
        found.setdefault(one["subject"], []).append((one["level"], one["said"]))
    return found


def at(port: int) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The options and the environment by which a doctor looks at this port for her address."""
    return ("--listen", f"tcp:{port}:interface=127.0.0.1"), {"THIMBL_ROUTES": f"fields.example=127.0.0.1:{port}"}


def test_a_daemon_that_answers(ana: Person) -> None:
    """All is well, a port that is taken by it included; her home is closed to others and read by herself."""
    ana.has_posted("Frost.")
    ana.home.chmod(0o700)
    with serving(ana) as daemon:
        options, environ = at(daemon.port)
        found = findings(ana, *options, **environ)
    assert [level for level, _ in found["port"]] == ["ok"]
    assert "A daemon answers here" in found["port"][0][1]
    assert [level for level, _ in found["address"]] == ["ok"]
    assert [level for level, _ in found["folders"]] == ["note"]


def test_the_daemon_of_somebody_else(ana: Person, person) -> None:
    """It has the port, and what it answers is not her plan."""
    ana.has_posted("Frost.")
    bo = person("bo").settle("bo@fields.example")
    with serving(bo, program=THIMBL) as daemon:
        options, environ = at(daemon.port)
        found = findings(ana, *options, code=4, **environ)
    level, said = found["port"][0]
    assert level == "fault"
    assert f"process {daemon.process.pid}" in said
    assert "answers with no plan of ana" in said
    assert found["address"][0][0] == "fault"
    assert "gets no plan of ana" in found["address"][0][1]


@pytest.mark.skipif(FIRST_FREE <= 79, reason="here anybody may have any port, as in many containers")
def test_a_low_port_without_the_right(ana: Person) -> None:
    told = ana.run(
        "doctor", "--offline", "--listen", "tcp:79:interface=127.0.0.1", before=WITHOUT_RIGHTS, code=4
    ).stdout
    assert f"Port 79 of 127.0.0.1 is below {FIRST_FREE}, and you may not listen there" in told
    assert "ListenStream=79" in told


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB. Only root can mount one, and not in every container."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("nothing can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    """Filled to the last byte."""
    ana = Person(small_disk / "ana").settle("ana@fields.example")
    with pytest.raises(OSError, match="No space left"):
        (small_disk / "leeks").write_bytes(bytes(2**20))
    level, said = findings(ana, "--offline", "--listen", "tcp:7979", code=4)["disk"][0]
    assert (level, "is full: 0 KiB are left" in said) == ("fault", True)
