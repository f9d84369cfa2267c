"""Encryption in age's format (age-encryption.org/v1), by a passphrase or to recipients; Debian's `age` opens it.

- Recipients are keys of age (``age1…``) and Ed25519 keys of OpenSSH, which people have already: the key that signs a
  plan opens what was encrypted to it.
- To recipients a bundle is encrypted as it is made, whatever its size. By a passphrase it has to fit into memory: the
  library takes it whole, and age is meant so for what people type a passphrase for.
- What was decrypted counts when age's last block has held, and not before.
"""

import base64
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from thimbl.core.keys import KeyFault, PublicKey
from thimbl.home.bundles.faults import BundleLocked, BundleRefused
from thimbl.home.errors import Refused
from thimbl.home.keyfile import AskPassphrase, inspect, open_key

MAX_BY_PASSPHRASE: Final = 512 * 1024 * 1024
"""Bytes: some three times that are in memory at once."""

MAX_RECIPIENTS: Final = 100
"""A village. Each costs a line of the header and a moment."""

MAX_IDENTITIES: Final = 1024 * 1024
"""Bytes of a file of identities, or of recipients."""

_ARMOUR: Final = b"-----BEGIN AGE"
_OPENSSH: Final = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_BY_PASSPHRASE: Final = b"\n-> scrypt "


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError:
        raise Refused("Encryption needs pyrage: install it with  pip install 'thimbl-node[age]'") from None
    return pyrage


# to


def recipients(texts: Iterable[str]) -> list[Any]:
    """The recipients that a person named: each a key, or a file with one a line. Raises `Refused`."""
    found: list[Any] = []
    for text in texts:
        found += _in_file(Path(text).expanduser()) if _is_path(text) else [_recipient(text)]
    if len(found) > MAX_RECIPIENTS:
        raise Refused(f"{len(found)} recipients are too many: {MAX_RECIPIENTS} are the most.")
    return found


def _is_path(text: str) -> bool:
    return not text.startswith(("age1", "ssh-"))


def _in_file(path: Path) -> list[Any]:
    with path.open("rb") as file:
        lines = file.read(MAX_IDENTITIES).decode("utf-8", "replace").splitlines()
    found = [_recipient(line.strip()) for line in lines if line.strip() and not line.startswith("#")]
    if not found:
        raise Refused(f"There is no recipient in {path}: one a line, age1… or ssh-ed25519 ….")
    return found


def _recipient(text: str) -> Any:
    age = _pyrage()
    shown = text if len(text) <= 40 else text[:39] + "…"
    try:
        if text.startswith("age1"):
            return age.x25519.Recipient.from_str(text)
        PublicKey.parse(" ".join(text.split()[:2]))  # of any other kind pyrage would only say that it is invalid
        return age.ssh.Recipient.from_str(text)
    except (age.RecipientError, KeyFault):
        raise Refused(f"{shown!r} is no recipient: give age1…, ssh-ed25519 …, or a file of them.") from None


def seal(pieces: Iterator[bytes], out: BinaryIO, to: Sequence[Any]) -> None:
    """Encrypt to recipients what comes in pieces."""
    _pyrage().encrypt_io(_Reading(pieces), out, list(to))


def seal_by_passphrase(pieces: Iterator[bytes], out: BinaryIO, passphrase: str) -> None:
    """Encrypt by a passphrase. Raises `Refused` for what is too large for that."""
    age, whole = _pyrage(), io.BytesIO()
    for piece in pieces:
        whole.write(piece)
        if whole.tell() > MAX_BY_PASSPHRASE:
            raise Refused(
                f"That is more than the {MAX_BY_PASSPHRASE:,} bytes that a passphrase encrypts at once: "
                "use --recipient, with your own public key."
            )
    out.write(age.passphrase.encrypt(whole.getvalue(), passphrase))


class _Reading(io.RawIOBase):
    """Pieces as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; at the end none."""
        while not self._left:
            try:
                self._left = next(self._pieces)
            except StopIteration:
                return b""
        taken, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
        return taken


# from


def unsealer(
    keys: Sequence[Path], own: Path, ask: AskPassphrase | None, passphrase: Callable[[], str] | None
) -> Callable[[BinaryIO, BinaryIO, str], None]:
    """What decrypts, for `opening.opened`. `keys` are files of identities; the person's `own` key is tried too.

    `ask` asks for the passphrase of a key; `passphrase` gives that of the bundle. None: there is nobody to ask.
    """

    def unseal(file: BinaryIO, out: BinaryIO, where: str) -> None:
        age = _pyrage()
        begin = _beginning(file)
        file.seek(0)
        if _BY_PASSPHRASE in begin:
            if passphrase is None:
                raise BundleLocked(f"{where} is encrypted by a passphrase: give --passphrase-file.")
            _by_passphrase(age, file, out, passphrase(), where)
            return
        found = [identity for path in keys for identity in _identities(age, path, ask)]
        if not keys and own.is_file():
            found = _identities(age, own, ask)
        if not found:
            raise BundleLocked(f"{where} is encrypted to somebody's key: give the file that opens it with --identity.")
        try:
            age.decrypt_io(file, out, found)
        except age.DecryptError as error:
            if "No matching keys" not in str(error):
                raise _damaged(where) from None
            tried = ", ".join(map(str, keys or [own]))
            wanted = "another --identity" if keys else "--identity"
            raise BundleLocked(f"{where} is encrypted, and not to the key in {tried}: give {wanted}.") from None
        except OSError as error:
            if error.errno is not None:
                raise
            raise _damaged(where) from None

    return unseal


def _beginning(file: BinaryIO) -> bytes:
    """The header as far as its first stanza, out of its armour."""
    begin = file.read(1024)
    if not begin.startswith(_ARMOUR):
        return begin[:128]
    body = b"".join(line.strip() for line in begin.splitlines()[1:])
    try:
        return base64.b64decode(body[: len(body) // 4 * 4])[:128]
    except ValueError:
        return b""


def _by_passphrase(age: Any, file: BinaryIO, out: BinaryIO, passphrase: str, where: str) -> None:
    sealed = file.read(MAX_BY_PASSPHRASE + 1)
    if len(sealed) > MAX_BY_PASSPHRASE:
        raise BundleRefused(f"{where} is too large for a passphrase: decrypt it with 'age -d' first.")
    try:
        out.write(age.passphrase.decrypt(sealed, passphrase))
    except age.DecryptError as error:
        if "Decryption failed" in str(error):
            raise BundleLocked(f"{where} does not open: the passphrase is wrong. Nothing was taken.") from None
        raise _damaged(where) from None
    except OSError:
        raise _damaged(where) from None


def _damaged(where: str) -> BundleRefused:
    return BundleRefused(f"{where} is damaged, or was cut short: it does not decrypt to its end. Nothing was taken.")


def _identities(age: Any, path: Path, ask: AskPassphrase | None) -> list[Any]:
    with path.open("rb") as file:
        raw = file.read(MAX_IDENTITIES)
    try:
        if raw.lstrip().startswith(_OPENSSH):
            return [age.ssh.Identity.from_buffer(_unlocked(path, raw, ask))]
        lines = raw.decode("utf-8").splitlines()
        found = [age.x25519.Identity.from_str(line.strip()) for line in lines if line.startswith("AGE-SECRET-KEY-1")]
    except (age.IdentityError, UnicodeDecodeError):
        found = []
    if not found:
        raise BundleLocked(f"There is no key in {path} that opens anything: an age key, or an Ed25519 key of OpenSSH.")
    return found


def _unlocked(path: Path, raw: bytes, ask: AskPassphrase | None) -> bytes:
    """The key without its passphrase, in memory alone."""
    if not inspect(path).encrypted:
        return raw
    if ask is None:
        raise BundleLocked(f"{path} has a passphrase, and there is nobody to ask.")
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = open_key(path, ask(str(path)))
    return key.secret.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
