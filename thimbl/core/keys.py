"""Ed25519 keys as OpenSSH spells them (plan-format 1 and 2).

A `PublicKey` is the line `ssh-ed25519 AAAA…` without a comment, and nothing else is one. A
`Signer` is whatever can sign: a key in memory here, an `ssh-agent` elsewhere.
"""

import hashlib
import re
import struct
from base64 import b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from thimbl.core.canonical import Value, b64, canonical, unb64
from thimbl.core.sshsig import BadPoint, check_point, signed_blob, ssh_string, verify

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PLAN_NAMESPACE = "thimbl-plan"
RECORD_NAMESPACE = "thimbl-record"
KEY_NAMESPACE = "thimbl-key"

_PREFIX = ssh_string(b"ssh-ed25519")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


class KeyFault(ValueError):
    """A public key line that can not be used; the message says why."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key. Make one with `parse` or `from_bytes`, which check it."""

    point: bytes
    line: str = field(compare=False)
    fingerprint: str = field(compare=False)

    @classmethod
    def from_bytes(cls, point: bytes) -> "PublicKey":
        """The key of these 32 bytes. Raises `KeyFault`."""
        try:
            check_point(point)
        except BadPoint as error:
            raise KeyFault(str(error)) from None
        blob = _PREFIX + ssh_string(point)
        digest = b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")
        return cls(point, f"ssh-ed25519 {b64(blob)}", f"SHA256:{digest}")

    @classmethod
    def parse(cls, line: str) -> "PublicKey":
        """The key of an OpenSSH public key line without a comment (plan-format 2). Raises `KeyFault`."""
        return _parse(line)

    def verifies(self, namespace: str, data: Value, signature: str) -> bool:
        """Whether `signature` (b64) by this key holds for the canonical bytes of `data`.

        Raises `ValueError` where the spelling of the signature is not the one that a plan uses.
        """
        raw = unb64(signature)
        return verify(self.point, namespace, canonical(data), raw)


@lru_cache(maxsize=16_384)
def _parse(line: str) -> PublicKey:
    kind, _, encoded = line.partition(" ")
    if kind != "ssh-ed25519":
        raise KeyFault("the key is not an ssh-ed25519 key")
    try:
        blob = unb64(encoded)
    except ValueError:
        raise KeyFault("the key is not in OpenSSH's form (ssh-ed25519 AAAA…, without a comment)") from None
    start = len(_PREFIX) + 4
    if blob[:start] != _PREFIX + struct.pack(">I", 32) or len(blob) != start + 32:
        raise KeyFault("the key is not in OpenSSH's form (ssh-ed25519 AAAA…, without a comment)")
    return PublicKey.from_bytes(blob[start:])


def is_fingerprint(text: str) -> bool:
    """Whether `text` is spelled as `ssh-keygen -lf` prints a SHA-256 fingerprint."""
    return _FINGERPRINT.fullmatch(text) is not None


class Signer(Protocol):
    """Whatever holds a private key: a key file, an `ssh-agent`, a test."""

    @property
    def public(self) -> PublicKey:
        """The key that the signatures are by."""

    def sign_blob(self, blob: bytes) -> bytes:
        """The 64 bytes of Ed25519's signature of `blob`."""


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A `Signer` that holds its key in memory."""

    secret: "Ed25519PrivateKey" = field(repr=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> "PrivateKey":
        """The key of RFC 8032's 32 secret bytes."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> PublicKey:
        """The key that the signatures are by."""
        return PublicKey.from_bytes(self.secret.public_key().public_bytes_raw())

    def sign_blob(self, blob: bytes) -> bytes:
        """The 64 bytes of Ed25519's signature of `blob`."""
        return self.secret.sign(blob)


def sign(signer: Signer, namespace: str, data: Value) -> str:
    """b64 of the signature of the canonical bytes of `data`, as a plan holds it."""
    return b64(signer.sign_blob(signed_blob(namespace, canonical(data))))
