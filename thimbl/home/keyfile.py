"""The key that signs: an OpenSSH private key file, with or without a passphrase, or one that an `ssh-agent` holds.

The agent is asked first where the file is encrypted or absent, so that nobody types a passphrase twice.

A file without a passphrase, which is what signs most posts, is read here: 32 bytes at a place that PROTOCOL.key of
OpenSSH names. Whatever is not as ssh-keygen writes it goes to `cryptography`, which takes longer to load than a post
takes to sign.
"""

import os
import stat
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from thimbl.core.keys import KeyFault, PrivateKey, PublicKey, Signer
from thimbl.home.durable import PUBLIC, SECRET, write_file
from thimbl.home.errors import KeyProblem

AskPassphrase = Callable[[str], str]
"""Ask a person for the passphrase of the file that is named."""

_MAGIC = b"openssh-key-v1\0"
_KIND = b"ssh-ed25519"
_PLAIN = b"none"
_BLOCK = 8
_PADDING = bytes(range(1, _BLOCK))


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file as far as it can be read without its passphrase."""

    path: Path
    public: PublicKey
    encrypted: bool
    is_private: bool


def make_key(path: Path, random_key: Callable[[], PrivateKey]) -> PublicKey:
    """Make a key file and the `.pub` beside it. Raises `KeyProblem` rather than touch a file that is there."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    public_path = _public_path(path)
    for there in (path, public_path):
        # A lone .pub is of a key that an agent holds, or that was lost: no reason to write over its name.
        if os.path.lexists(there):
            raise KeyProblem(f"{there} is there already. Use it with --key, or move it away.")
    key = random_key()
    text = key.secret.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    write_file(path, text, SECRET)
    write_file(public_path, f"{key.public.line}\n".encode(), PUBLIC)
    return key.public


def _public_path(path: Path) -> Path:
    return path.with_name(path.name + ".pub")


def inspect(path: Path) -> KeyFile:
    """What the file at `path` says without a passphrase. Raises `KeyProblem`."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise KeyProblem(f"The key {path} can not be read: {error.strerror or error}.") from None
    try:
        if raw.startswith(b"-----BEGIN OPENSSH PRIVATE KEY-----"):
            cipher, _, _, blob, _ = _parts(raw)
            return KeyFile(path, _from_blob(blob), cipher != _PLAIN, is_private=True)
        kind, encoded = raw.decode("utf-8").split()[:2]
        return KeyFile(path, PublicKey.parse(f"{kind} {encoded}"), encrypted=False, is_private=False)
    except (KeyFault, ValueError, struct.error, IndexError) as error:
        what = str(error) if isinstance(error, KeyFault) else "it is no OpenSSH key"
        raise KeyProblem(f"The key {path} can not be used: {what}. Make one with 'ssh-keygen -t ed25519'.") from None


def _parts(raw: bytes) -> tuple[bytes, bytes, bytes, bytes, bytes]:
    """Cipher, key derivation and its options, public key blob, and what the cipher keeps: OpenSSH's private key format
    (PROTOCOL.key). Raises `ValueError` and `struct.error`."""
    import base64

    body = base64.b64decode(b"".join(line for line in raw.splitlines() if not line.startswith(b"-----")))
    if not body.startswith(_MAGIC):
        raise ValueError("no OpenSSH private key")
    cipher, rest = _string(body[len(_MAGIC) :])
    derivation, rest = _string(rest)
    options, rest = _string(rest)
    blob, rest = _string(rest[4:])  # after the number of keys, which is 1
    return cipher, derivation, options, blob, _string(rest)[0]


def _string(data: bytes) -> tuple[bytes, bytes]:
    """A string of RFC 4251 5, and what follows it. Raises `ValueError` and `struct.error` where it is cut off."""
    (length,) = struct.unpack(">I", data[:4])
    if length > len(data) - 4:
        raise ValueError("it is cut off")
    return data[4 : 4 + length], data[4 + length :]


def _unlocked(raw: bytes) -> PrivateKey | None:
    """The Ed25519 key of a file that has no passphrase; None for any other, and for what is not exactly as ssh-keygen
    writes it."""
    try:
        cipher, derivation, options, blob, kept = _parts(raw)
        if (cipher, derivation, options) != (_PLAIN, _PLAIN, b"") or kept[:4] != kept[4:8]:
            return None
        kind, rest = _string(kept[8:])
        point, rest = _string(rest)
        secret, rest = _string(rest)
        _, padding = _string(rest)  # after the comment
        if kind != _KIND or secret[32:] != point or len(kept) % _BLOCK or padding != _PADDING[: len(padding)]:
            return None
        key = PrivateKey.from_seed(secret[:32])
        return key if key.public == _from_blob(blob) == PublicKey.from_bytes(point) else None
    except (ValueError, struct.error):  # of which a `KeyFault` is one
        return None


def _from_blob(blob: bytes) -> PublicKey:
    from thimbl.core.canonical import b64

    kind, _ = _string(blob)
    return PublicKey.parse(f"{kind.decode('ascii')} {b64(blob)}")


def load_signer(path: Path, environ: Mapping[str, str], ask: AskPassphrase | None) -> Signer:
    """Whoever can sign with the key at `path`. `ask` is None where there is nobody to ask. Raises `KeyProblem`."""
    public_path = _public_path(path)
    if not path.exists() and public_path.exists():
        path = public_path
    found = inspect(path)
    if found.is_private and not found.encrypted:
        _check_private(path)
        return open_key(path, None)
    if (agent := _from_agent(found.public, environ)) is not None:
        return agent
    if not found.is_private:
        raise KeyProblem(
            f"{path} is a public key, and no ssh-agent here holds its private part. "
            "Run 'ssh-add' with the private key, and see that SSH_AUTH_SOCK is set."
        )
    if ask is None:
        raise KeyProblem(f"{path} has a passphrase, and there is nobody to ask. Run 'ssh-add {path}' first.")
    _check_private(path)
    return open_key(path, ask(str(path)))


def _check_private(path: Path) -> None:
    if path.stat().st_uid == os.getuid() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyProblem(f"Others can read your key: run 'chmod 600 {path}'.")


def open_key(path: Path, passphrase: str | None) -> PrivateKey:
    """The private key in a file. Raises `KeyProblem` for another passphrase, and what is no Ed25519 key."""
    raw = path.read_bytes()
    if passphrase is None and (unlocked := _unlocked(raw)) is not None:
        return unlocked
    from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    try:
        key = load_ssh_private_key(raw, passphrase.encode("utf-8") if passphrase is not None else None)
    except (ValueError, TypeError, InvalidTag):
        what = "the passphrase is wrong" if passphrase is not None else "the file is damaged"
        raise KeyProblem(f"The key {path} can not be opened: {what}.") from None
    except UnsupportedAlgorithm as error:
        raise KeyProblem(
            f"The key {path} can not be opened: {error}. Run 'ssh-add {path}', so that an ssh-agent signs."
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyProblem(f"The key {path} is not an Ed25519 key. Make one with 'ssh-keygen -t ed25519'.")
    return PrivateKey(key)


def _from_agent(public: PublicKey, environ: Mapping[str, str]) -> Signer | None:
    socket_path = environ.get("SSH_AUTH_SOCK")
    if not socket_path:
        return None
    from thimbl.home.agent import Agent, AgentError  # sockets, where there is an agent to ask

    try:
        agent = Agent(Path(socket_path), public)
        return agent if agent.holds_key() else None
    except AgentError:
        return None
