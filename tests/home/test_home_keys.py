"""The key that signs: files of ssh-keygen, and keys that only an ssh-agent holds."""

import base64
import os
import shutil
import socket
import stat
import struct
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_ssh_private_key,
)
from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.keys import PLAN_NAMESPACE, PrivateKey, sign
from thimbl.core.sshsig import armored, ssh_string
from thimbl.home import agent as agent_module
from thimbl.home.agent import Agent, AgentError
from thimbl.home.errors import KeyProblem
from thimbl.home.keyfile import _unlocked, inspect, load_signer, make_key

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")

PASSPHRASE = "pässphrase"
NOBODY = None


def keygen(path: Path, passphrase: str = "", kind: str = "ed25519", *more: str) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path), *more], check=True)
    return path


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `plain` key and a `locked` one. Two rounds of bcrypt: a test waits for nothing."""
    folder = tmp_path_factory.mktemp("keys")
    keygen(folder / "plain")
    keygen(folder / "locked", PASSPHRASE, "ed25519", "-a", "2")
    return folder


def fingerprint(path: Path) -> str:
    listed = subprocess.run(["ssh-keygen", "-lf", str(path)], check=True, capture_output=True, text=True)
    return listed.stdout.split()[1]


def says(pattern: str):
    return pytest.raises(KeyProblem, match=pattern)


def test_a_key_of_ssh_keygen_signs_and_ssh_keygen_agrees(keys, tmp_path):
    signer = load_signer(keys / "plain", {}, NOBODY)
    assert signer.public.fingerprint == fingerprint(keys / "plain")
    from thimbl.core.canonical import canonical, unb64

    data = {"thimbl": 2}
    signature = sign(signer, PLAN_NAMESPACE, data)
    assert signer.public.verifies(PLAN_NAMESPACE, data, signature)
    (tmp_path / "sig").write_text(armored(signer.public.point, PLAN_NAMESPACE, unb64(signature)))
    (tmp_path / "allowed").write_text(f"ana {signer.public.line}\n")
    verify = ["ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "allowed"), "-I", "ana", "-n", PLAN_NAMESPACE]
    subprocess.run([*verify, "-s", str(tmp_path / "sig")], input=canonical(data), check=True, capture_output=True)


def test_a_key_with_a_passphrase_is_asked_for_it(keys):
    found = inspect(keys / "locked")
    assert (found.encrypted, found.is_private) == (True, True)
    assert found.public.fingerprint == fingerprint(keys / "locked")
    asked = []

    def ask(name: str) -> str:
        asked.append(name)
        return PASSPHRASE

    signer = load_signer(keys / "locked", {}, ask)
    assert signer.public == found.public
    assert asked == [str(keys / "locked")]


@pytest.mark.parametrize("cipher", ["aes256-cbc", "aes256-gcm@openssh.com"])
def test_other_ciphers_of_openssh_open_too(tmp_path, cipher):
    keygen(tmp_path / "key", PASSPHRASE, "ed25519", "-a", "1", "-Z", cipher)
    assert load_signer(tmp_path / "key", {}, lambda _: PASSPHRASE).public == inspect(tmp_path / "key").public
    with says("passphrase is wrong"):
        load_signer(tmp_path / "key", {}, lambda _: "wrong")


def test_a_cipher_that_can_not_be_opened_points_to_the_agent(tmp_path):
    keygen(tmp_path / "key", PASSPHRASE, "ed25519", "-a", "1", "-Z", "chacha20-poly1305@openssh.com")
    with says("ssh-add"):
        load_signer(tmp_path / "key", {}, lambda _: PASSPHRASE)


@pytest.mark.parametrize("passphrase", ["wrong", "", "\udcff", "x" * 10_000])
def test_a_wrong_passphrase(keys, passphrase):
    with says("passphrase is wrong"):
        load_signer(keys / "locked", {}, lambda _: passphrase)


def test_nobody_to_ask(keys):
    with says("ssh-add .*locked"):
        load_signer(keys / "locked", {}, NOBODY)


@pytest.mark.parametrize(("kind", "bits"), [("rsa", "1024"), ("ecdsa", "256")])
def test_keys_of_other_kinds_are_refused(tmp_path, kind, bits):
    keygen(tmp_path / "key", "", kind, "-b", bits)
    for path in (tmp_path / "key", tmp_path / "key.pub"):
        with says("not an ssh-ed25519 key.*ssh-keygen -t ed25519"):
            load_signer(path, {}, NOBODY)


def test_a_key_that_others_can_read_is_refused(keys, tmp_path):
    for name in ("plain", "locked"):
        path = tmp_path / name
        shutil.copy(keys / name, path)
        for mode in (0o640, 0o604, 0o660):
            path.chmod(mode)
            with says("chmod 600"):
                load_signer(path, {}, lambda _: PASSPHRASE)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"words",
        b"ssh-ed25519",
        b"ssh-ed25519 AAAA ana@home",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA/////w==\n",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n",
        b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n",
    ],
)
def test_what_is_no_key_is_said_to_be_none(tmp_path, raw):
    (tmp_path / "key").write_bytes(raw)
    with says("can not be used"):
        load_signer(tmp_path / "key", {}, NOBODY)


def test_a_cut_off_key_file(keys, tmp_path):
    raw = (keys / "plain").read_bytes()
    for length in range(0, len(raw) - 40, 23):
        (tmp_path / "key").write_bytes(raw[:length])
        (tmp_path / "key").chmod(0o600)
        with says("can not be (used|opened)"):
            load_signer(tmp_path / "key", {}, NOBODY)


@given(at=st.integers(0, 400), to=st.integers(0, 255), short=st.integers(0, 3))
def test_a_key_without_a_passphrase_is_read_as_cryptography_reads_it(at, to, short):
    """Of a file in which a byte is another, or whose end is missing, the same is read, or it is left to the library."""
    secret = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    text = secret.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    whole = _unlocked(text)
    assert whole is not None
    assert whole.public == PrivateKey(secret).public
    lines = text.splitlines()
    body = bytearray(base64.b64decode(b"".join(lines[1:-1])))
    body[at % len(body)] = to
    changed = b"\n".join([lines[0], base64.b64encode(body[: len(body) - short]), lines[-1], b""])
    ours = _unlocked(changed)
    if ours is not None:
        theirs = load_ssh_private_key(changed, None)
        assert isinstance(theirs, Ed25519PrivateKey)
        assert ours.secret.private_bytes_raw() == theirs.private_bytes_raw()


def test_keys_of_ssh_keygen_without_a_passphrase_are_read_without_the_library(tmp_path):
    for name, comment in enumerate(("", "ana@fields", "a" * 13)):
        path = keygen(tmp_path / str(name), "", "ed25519", "-C", comment)
        key = _unlocked(path.read_bytes())
        assert key is not None
        assert key.public == inspect(path).public


def test_a_missing_key(tmp_path):
    with says("can not be read: No such file"):
        load_signer(tmp_path / "key", {}, NOBODY)
    with says("can not be read"):
        load_signer(tmp_path, {}, NOBODY)


def test_made_keys_are_openssh_and_never_over_another(tmp_path):
    made = make_key(tmp_path / "folder" / "key", lambda: PrivateKey(Ed25519PrivateKey.generate()))
    key = tmp_path / "folder" / "key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    assert fingerprint(key) == fingerprint(key.with_name("key.pub")) == made.fingerprint
    assert load_signer(key, {}, NOBODY).public == made
    before = key.read_bytes()
    for _ in range(2):
        with says("is there already"):
            make_key(key, lambda: PrivateKey(Ed25519PrivateKey.generate()))
        if key.exists():
            assert key.read_bytes() == before
            key.unlink()


# the agent


@pytest.fixture
def agent(keys) -> Iterator[dict[str, str]]:
    """The environment of a running ssh-agent that holds the `locked` key."""
    with tempfile.TemporaryDirectory(prefix="agent") as folder:  # a socket's path must be short
        path = Path(folder) / "s"
        running = subprocess.Popen(
            ["ssh-agent", "-a", str(path), "-D"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            assert running.stdout is not None
            running.stdout.readline()  # it says where it listens once it does
            environ = {**os.environ, "SSH_AUTH_SOCK": str(path)}
            asks = Path(folder) / "ask"
            asks.write_text(f"#!/bin/sh\necho '{PASSPHRASE}'\n")
            asks.chmod(0o700)
            adds = {**environ, "SSH_ASKPASS": str(asks), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}
            subprocess.run(
                ["ssh-add", str(keys / "locked")], env=adds, check=True, capture_output=True, stdin=subprocess.DEVNULL
            )
            yield environ
        finally:
            running.terminate()
            running.communicate()


@pytest.mark.skipif(shutil.which("ssh-agent") is None, reason="needs ssh-agent")
def test_a_real_agent_signs(keys, agent, tmp_path):
    shutil.copy(keys / "locked.pub", tmp_path / "id.pub")
    # The public file by its own name, the private one's name with only the public file there, the encrypted file.
    for path in (tmp_path / "id.pub", tmp_path / "id", keys / "locked"):
        signer = load_signer(path, agent, NOBODY)
        assert isinstance(signer, Agent)
        signature = sign(signer, PLAN_NAMESPACE, {"thimbl": 2})
        assert signer.public.verifies(PLAN_NAMESPACE, {"thimbl": 2}, signature)
    with says("no ssh-agent here holds"):
        load_signer(keys / "plain.pub", agent, NOBODY)
    with says("would not sign"):
        Agent(Path(agent["SSH_AUTH_SOCK"]), inspect(keys / "plain").public).sign_blob(b"x")
    assert not isinstance(load_signer(keys / "plain", agent, NOBODY), Agent)


class FakeAgent:
    """Whatever listens at a socket: answers each connection with the next of `replies`; None hangs up."""

    def __init__(self, path: Path, replies: list[bytes | None]) -> None:
        self.path, self.replies = path, replies
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(path))
        self.listening.listen()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        for reply in self.replies:
            connection, _ = self.listening.accept()
            with connection:
                if reply is not None:
                    connection.recv(4096)
                    connection.sendall(reply)

    def __enter__(self) -> "FakeAgent":
        self.thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.thread.join()
        self.listening.close()


@pytest.mark.parametrize(
    "reply",
    [
        None,
        b"",
        b"\0\0",
        b"\0\0\0\5\14",
        b"\0\0\0\0",
        b"\xff\xff\xff\xff",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        ssh_string(b"\x05"),
        ssh_string(b"\x0e"),
        ssh_string(b"\x0e" + ssh_string(b"nonsense")),
        ssh_string(b"\x0e" + ssh_string(ssh_string(b"ssh-ed25519") + ssh_string(b"short"))),
        ssh_string(b"\x0e" + ssh_string(ssh_string(b"ssh-rsa") + ssh_string(bytes(64)))),
    ],
)
def test_an_agent_that_speaks_nonsense_signs_nothing(keys, reply):
    with (
        tempfile.TemporaryDirectory(prefix="agent") as folder,
        FakeAgent(Path(folder) / "s", [reply]) as fake,
        pytest.raises(AgentError),
    ):
        Agent(fake.path, inspect(keys / "locked").public).sign_blob(b"x")


@pytest.mark.parametrize(
    "reply", [None, b"HTTP/1.1 400 Bad Request\r\n\r\n", ssh_string(b"\x0c" + struct.pack(">I", 0))]
)
def test_an_agent_that_does_not_help_leaves_the_passphrase(keys, reply):
    with tempfile.TemporaryDirectory(prefix="agent") as folder, FakeAgent(Path(folder) / "s", [reply]) as fake:
        signer = load_signer(keys / "locked", {"SSH_AUTH_SOCK": str(fake.path)}, lambda _: PASSPHRASE)
    assert isinstance(signer, PrivateKey)


def test_an_agent_that_keeps_silent_is_not_waited_for(keys, monkeypatch):
    monkeypatch.setattr(agent_module, "LIST_TIMEOUT", 0.01)
    with tempfile.TemporaryDirectory(prefix="agent") as folder, socket.socket(socket.AF_UNIX) as silent:
        silent.bind(f"{folder}/s")
        silent.listen()
        signer = load_signer(keys / "locked", {"SSH_AUTH_SOCK": f"{folder}/s"}, lambda _: PASSPHRASE)
    assert isinstance(signer, PrivateKey)


@pytest.mark.parametrize("path", ["/nowhere/agent", "/" + "x" * 300, "/etc/passwd"])
def test_no_agent_where_the_environment_says(keys, path):
    with says("no ssh-agent here holds"):
        load_signer(keys / "plain.pub", {"SSH_AUTH_SOCK": path}, NOBODY)
