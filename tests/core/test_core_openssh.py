"""Keys and signatures (plan-format 1) beside OpenSSH's own: each takes what the other made."""

import base64
import subprocess
from pathlib import Path

from tests.support.scribe import Scribe, announcement_sig
from thimbl.core.canonical import canonical, unb64
from thimbl.core.keys import KEY_NAMESPACE, PLAN_NAMESPACE, RECORD_NAMESPACE, PublicKey
from thimbl.core.sshsig import armored, verify

MESSAGE = b'{"seq":1}'


def ssh_keygen_verifies(folder: Path, key: PublicKey, namespace: str, data, signature: str, message: bytes) -> bool:
    """What `ssh-keygen -Y verify` says, as the documentation tells a sceptic to ask it."""
    (folder / "allowed_signers").write_text(f"author {key.line}\n")
    (folder / "message.sig").write_text(armored(key.point, namespace, unb64(signature)))
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-I", "author", "-n", namespace]
    done = subprocess.run(
        [*command, "-s", "message.sig"], cwd=folder, input=message, capture_output=True, timeout=20, check=False
    )
    assert (b"Good" in done.stdout) == (done.returncode == 0)
    return done.returncode == 0


def test_ssh_keygen_accepts_the_head_and_refuses_an_altered_one(tmp_path: Path) -> None:
    scribe = Scribe(name="Alice 🚜")
    scribe.post("Grüße")
    head = scribe.plan().head
    message = canonical(head.signed_data)
    assert ssh_keygen_verifies(tmp_path, head.key, PLAN_NAMESPACE, head.signed_data, head.sig, message)
    assert not ssh_keygen_verifies(tmp_path, head.key, PLAN_NAMESPACE, head.signed_data, head.sig, message + b"\n")


def test_ssh_keygen_accepts_an_announcement(tmp_path: Path) -> None:
    scribe = Scribe()
    record = scribe.announce("join", commune="commune@fields.example")
    signed = {"author": "alice@fields.example", "id": record.id, "key": scribe.fingerprint}
    assert record.sig == announcement_sig(scribe.address, record, scribe.key)
    assert ssh_keygen_verifies(tmp_path, scribe.key.public, RECORD_NAMESPACE, signed, record.sig, canonical(signed))


def test_ssh_keygen_accepts_a_proof_of_a_new_key(tmp_path: Path) -> None:
    scribe = Scribe()
    old = scribe.fingerprint
    body = scribe.rotate("second").body
    signed = {"from": old, "key": scribe.fingerprint}
    message = canonical(signed)
    assert ssh_keygen_verifies(tmp_path, scribe.key.public, KEY_NAMESPACE, signed, body["proof"], message)


def test_a_key_made_by_ssh_keygen(tmp_path: Path) -> None:
    """It has the same fingerprint here, and what it signs for `ssh-keygen -Y sign` holds here."""
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "alice@fields", "-f", "id"]
    subprocess.run(make, cwd=tmp_path, check=True, timeout=20)
    kind, blob, comment = (tmp_path / "id.pub").read_text().split()
    assert comment == "alice@fields"
    key = PublicKey.parse(f"{kind} {blob}")
    shown = subprocess.run(["ssh-keygen", "-lf", "id.pub"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert shown.stdout.split()[1] == key.fingerprint

    (tmp_path / "message").write_bytes(MESSAGE)
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", "id", "-n", PLAN_NAMESPACE, "message"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=20)
    lines = (tmp_path / "message.sig").read_text().splitlines()
    made = base64.b64decode("".join(lines[1:-1]))
    assert verify(key.point, PLAN_NAMESPACE, MESSAGE, made[-64:])
    # The same file comes out of ours, but for where the lines break.
    assert base64.b64decode("".join(armored(key.point, PLAN_NAMESPACE, made[-64:]).splitlines()[1:-1])) == made
