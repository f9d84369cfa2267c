"""OpenSSH's signatures over Ed25519, checked strictly (plan-format 1, Signatures).

What is signed is the SSHSIG blob, so that an `ssh-agent` can sign and `ssh-keygen -Y verify`
can check; what a plan holds is the 64 bytes of the bare Ed25519 signature.

The check is RFC 8032 5.1.7 without cofactor. A key of small order would let one signature
hold for many messages, and a point or a scalar has exactly one spelling here: both are
refused before the library is asked.
"""

import hashlib
import struct
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P

_ORDER_8_Y = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826

# The y of the neutral element and of the points of order 2, 4 and 8; x has two signs each.
_SMALL_ORDER_Y = frozenset({1, _P - 1, 0, _ORDER_8_Y, _P - _ORDER_8_Y})


class BadPoint(ValueError):
    """32 bytes that are no Ed25519 public key that a plan may have; the message says why."""


def ssh_string(data: bytes) -> bytes:
    """RFC 4251 5: a length of four bytes, then the bytes."""
    return struct.pack(">I", len(data)) + data


def signed_blob(namespace: str, message: bytes) -> bytes:
    """The bytes that OpenSSH signs for `message` (PROTOCOL.sshsig, hash sha512)."""
    return b"SSHSIG" + b"".join(
        ssh_string(part) for part in (namespace.encode("ascii"), b"", b"sha512", hashlib.sha512(message).digest())
    )


def armored(public_key: bytes, namespace: str, signature: bytes) -> str:
    """The file that `ssh-keygen -Y verify -s` reads, from the 64 bytes that a plan holds."""
    blob = (
        b"SSHSIG"
        + struct.pack(">I", 1)
        + ssh_string(ssh_string(b"ssh-ed25519") + ssh_string(public_key))
        + b"".join(ssh_string(part) for part in (namespace.encode("ascii"), b"", b"sha512"))
        + ssh_string(ssh_string(b"ssh-ed25519") + ssh_string(signature))
    )
    text = b64encode(blob).decode("ascii")
    lines = "\n".join(text[i : i + 70] for i in range(0, len(text), 70))
    return f"-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n"


@lru_cache(maxsize=16_384)
def check_point(point: bytes) -> None:
    """Raise `BadPoint` unless `point` is canonical, on the curve, and not of small order."""
    if len(point) != 32:
        raise BadPoint("the key is not 32 bytes long")
    y = int.from_bytes(point, "little") & (2**255 - 1)
    if y >= _P:
        raise BadPoint("the key is not in canonical encoding")
    if y in _SMALL_ORDER_Y:
        raise BadPoint("the key is of small order")
    # x^2 = (y^2 - 1) / (d y^2 + 1) must be a square; u/v is one exactly when u*v is.
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    if _jacobi(u * v % _P, _P) != 1:
        raise BadPoint("the key is no point of the curve")


def _jacobi(a: int, n: int) -> int:
    """The Jacobi symbol of `a` modulo the odd `n`: for a prime 1 where `a` is a square, 0 where `n` divides it.

    By the law of quadratic reciprocity, as Euclid divides: a tenth of the time of Euler's criterion, which by `pow`
    takes longer than to check a signature.
    """
    sign = 1
    while a:
        twos = (a & -a).bit_length() - 1
        a >>= twos
        if twos & 1 and n & 7 in (3, 5):
            sign = -sign
        if a & n & 2:
            sign = -sign
        a, n = n % a, a
    return sign if n == 1 else 0


@lru_cache(maxsize=16_384)
def _public_key(point: bytes) -> "Ed25519PublicKey":
    # Imported when the first signature is checked: a timeline is read from the store without.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    check_point(point)
    return Ed25519PublicKey.from_public_bytes(point)


def verify(public_key: bytes, namespace: str, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) by `public_key` (32 bytes) holds for `message` in `namespace`."""
    from cryptography.exceptions import InvalidSignature

    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= _L:
        return False
    try:
        _public_key(public_key).verify(signature, signed_blob(namespace, message))
    except (BadPoint, InvalidSignature):
        return False
    return True
