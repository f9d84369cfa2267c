"""What old clients see: Debian's finger(1) at port 79, and a socket where that client mangles what it gets.

The answers are those in golden/, byte for byte (there with LF for CRLF). The plans in them are always the same: fixed
keys, salts and times.
"""

import base64
import json
import os
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.end_to_end.stage import IS_ROOT, PATIENCE, Daemon, Person, ask, environment, serving
from thimbl.core.address import Address
from thimbl.core.compose import WINDOW_BYTES
from thimbl.core.keys import PrivateKey
from thimbl.core.plan import Follow
from thimbl.core.times import parse_time
from thimbl.home.authoring import Authoring
from thimbl.home.paths import archive_of
from thimbl.home.planfiles import PlanFiles

GOLDEN = Path(__file__).with_name("golden")

HOST = "127.0.0.2"
"""Of this machine, as all of 127/8, and nobody's usual choice. finger(1) has no option for the port: it is 79."""


class Clockwork:
    """A clock that moves on by a minute each time it is read."""

    def __init__(self) -> None:
        self.time = parse_time("2026-11-20T06:00:00Z")

    def __call__(self) -> float:
        self.time += 60
        return float(self.time)


def author(folder: Path, user: str) -> Authoring:
    """A pen that writes the same bytes wherever it is."""
    plan, key = folder / f"{user}.plan", PrivateKey.from_seed(user.encode().ljust(32, b"."))
    files = PlanFiles(plan, archive_of(plan), WINDOW_BYTES)
    return Authoring(files, Address.parse(f"{user}@{HOST}"), lambda: key, Clockwork(), lambda count: b"\x05" * count)


def write_plans(folder: Path) -> None:
    """Ana, whose plan is ASCII alone; and Uwe, whose plan has all that breaks old clients."""
    ana = author(folder, "ana")
    ana.describe({"name": "Ana", "bio": "Grows leeks.", "properties": {"listed": "yes"}})
    ana.describe({}, follows=[Follow("bo", Address.parse("bo@dairy.example"))])
    leeks = ana.post("Leeks in before the frost. #leeks").records[-1]
    ana.post("Forty rows.\n\nAsk my back: it has counted them, one by one, and would rather not do so again.")
    slip = ana.post("This was taken back.").records[-1]
    ana.edit(leeks.id, "Leeks in, just before the frost. #leeks")
    ana.retract(slip.id)
    uwe = author(folder, "uwe")
    uwe.describe({"name": "Uwe Müßig", "bio": "Käse 🧀, Äpfel — und »Öl«"})
    # Their UTF-8 has all of the bytes 80 to BF, which finger(1) takes for controls or for letters of its own.
    uwe.post("".join(chr(0x400 + number) for number in range(64)) + " 👩‍🌾 ❄ 霜 \u00df\u00ff")
    uwe.post("A terminal would act on these: \x1b[2J \x9b2J \x07.")


NOBODY = ("--user", "nobody") if IS_ROOT else ()
"""Who began as root to have the port answers as nobody."""


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder where nobody may look, and put things: those of pytest are for the account that runs the tests."""
    with TemporaryDirectory(prefix="thimbl-") as name:
        os.chmod(name, 0o777)
        yield Path(name)


@pytest.fixture(scope="module")
def plans(open_folder: Path) -> Path:
    folder = open_folder / "plans"
    folder.mkdir()
    write_plans(folder)
    return folder


@pytest.fixture(scope="module")
def host(plans: Path) -> Iterator[Daemon]:
    """Their host, on any port."""
    with serving(Person(plans.parent / "host"), "--spool", str(plans)) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def port_79(plans: Path) -> Iterator[None]:
    """The same at the port of Finger."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, 79))
        except OSError as error:
            why = f"Port 79 of {HOST} can not be had here ({error.strerror}), and finger(1) knows no other."
            if os.environ.get("CI") or IS_ROOT:
                pytest.fail(f"{why} Run the tests as root, and stop what listens there.")
            pytest.skip(why)
    arguments = ("--spool", str(plans), *NOBODY)
    with serving(Person(plans.parent / "host79"), *arguments, listen=[f"tcp:79:interface={HOST}"]):
        yield


@pytest.mark.parametrize(
    ("golden", "arguments"),
    [
        ("finger-ana", [f"ana@{HOST}"]),
        ("finger-l-ana", ["-l", f"ana@{HOST}"]),
        ("finger-host", [f"@{HOST}"]),
        ("finger-nobody", [f"nobody@{HOST}"]),
        ("finger-classic", [f"ana/classic@{HOST}"]),
        ("finger-timeline", [f"timeline@{HOST}"]),
        ("finger-thread", [f"ana/thread/y53q2@{HOST}"]),
        ("finger-nonsense", [f"ana/nonsense@{HOST}"]),
    ],
)
def test_finger_of_debian_shows_the_golden_page(
    golden: str, arguments: list[str], port_79: None, tmp_path: Path
) -> None:
    """What the package `finger` prints, whole."""
    finger = ["finger", *arguments]
    done = subprocess.run(finger, capture_output=True, env=environment(tmp_path), timeout=PATIENCE, check=True)
    assert done.stderr == b""
    assert done.stdout.decode("ascii") == (GOLDEN / golden).read_text(encoding="ascii")


def test_finger_of_debian_reads_her_plan_at_a_mirror(port_79: None, open_folder: Path, tmp_path: Path) -> None:
    """Of whoever the mirror's account follows in public, to the byte; and of nobody else, not even through it."""
    mirror = Person(open_folder / "mirror").settle("mo@127.0.0.3")
    mirror.run("follow", f"ana@{HOST}")
    mirror.run("follow", "--private", f"uwe@{HOST}")
    mirror.run("fetch")
    if IS_ROOT:
        subprocess.run(["chown", "-R", "nobody", str(mirror.home)], check=True)
    with serving(mirror, *NOBODY, listen=["tcp:79:interface=127.0.0.3"]):
        shown = {
            who: subprocess.run(
                ["finger", f"{who}@127.0.0.3"],
                capture_output=True,
                env=environment(tmp_path),
                timeout=PATIENCE,
                check=True,
            ).stdout.decode("ascii")
            for who in (f"ana@{HOST}", f"uwe@{HOST}", "eve@10.0.0.1", f"ana@{HOST}:79@{HOST}")
        }
    ana, *others = shown.values()
    assert ana == (GOLDEN / "finger-ana").read_text(encoding="ascii")
    assert len(set(others)) == 1
    assert others[0].startswith("Finger forwarding service denied")


@pytest.mark.parametrize("query", ["uwe", "/W uwe", "uwe/since/0"])
def test_every_byte_of_utf_8_arrives(query: str, host: Daemon) -> None:
    """Emoji, umlauts and the bytes 80 to 9F come over a socket as they are; controls do not come at all."""
    answer = ask(host.port, query)
    golden = GOLDEN / f"socket-{query.removeprefix('/W ').replace('/', '-')}"
    assert answer == golden.read_bytes().replace(b"\n", b"\r\n")
    assert set(range(0x80, 0xC0)) <= set(answer)
    text = answer.decode("utf-8")
    assert not [character for character in text if ord(character) < 32 and character not in "\r\n"]
    assert "\x9b" not in text


def canonical(data: Any) -> bytes:
    """RFC 8785, as far as a plan needs it, by nothing of ours."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_a_sceptic_needs_nothing_of_ours(host: Daemon, tmp_path: Path) -> None:
    """From the answer to `ana/head` over a socket, with json, base64 and ssh-keygen: the signature holds."""
    head = json.loads(ask(host.port, "ana/head").decode().partition("Plan:\r\n")[2])
    signature, line = base64.b64decode(head.pop("sig")), head["key"]
    blob = base64.b64decode(line.split()[1])

    def string(data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + data

    parts = [blob, b"thimbl-plan", b"", b"sha512", string(b"ssh-ed25519") + string(signature)]
    armour = base64.encodebytes(b"SSHSIG" + struct.pack(">I", 1) + b"".join(map(string, parts)))
    (tmp_path / "head.sig").write_bytes(b"-----BEGIN SSH SIGNATURE-----\n" + armour + b"-----END SSH SIGNATURE-----\n")
    (tmp_path / "allowed").write_text(f"ana@{HOST} {line}\n", encoding="ascii")
    verify = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", f"ana@{HOST}", "-n", "thimbl-plan", "-s", "head.sig"]
    for data, code in ((head, 0), ({**head, "name": "Eve"}, 255)):
        done = subprocess.run(verify, input=canonical(data), cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == code, done.stderr
