"""Files of https://age-encryption.org/v1 by a passphrase, without the second of scrypt that real ones take."""

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def age_by_passphrase(plain: bytes, passphrase: str) -> bytes:
    """A file by https://age-encryption.org/v1 whose scrypt costs nothing, which no program can be told to make."""
    salt, file_key, nonce = b"s" * 16, b"k" * 16, b"n" * 16
    label = b"age-encryption.org/v1/scrypt"
    wrapping = hashlib.scrypt(passphrase.encode(), salt=label + salt, n=2, r=8, p=1, dklen=32)
    body = _b64(ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None))
    header = b"age-encryption.org/v1\n-> scrypt " + _b64(salt) + b" 1\n" + body + b"\n---"
    sum_ = hmac.digest(_hkdf(file_key, None, b"header"), header, "sha256")
    stream, payload = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload")), b""
    for number, at in enumerate(range(0, len(plain), 65_536)):
        last = at + 65_536 >= len(plain)
        payload += stream.encrypt(number.to_bytes(11, "big") + bytes([last]), plain[at : at + 65_536], None)
    return header + b" " + _b64(sum_) + b"\n" + nonce + payload


def _hkdf(key: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(key)


def _b64(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")
