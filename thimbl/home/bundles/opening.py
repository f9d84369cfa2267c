"""Opening a bundle: a file or a folder, encrypted or not, and whether it is one of ours. One plan by itself is one."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from thimbl.core.plantext import PlanTextError, decode, read_data
from thimbl.home.bundles.faults import BundleRefused
from thimbl.home.bundles.folders import FolderBundle, PlanFile, bundle_below
from thimbl.home.bundles.names import MANIFEST, MAX_BYTES, MAX_LOGS, VERSION, Bundle, logs_in
from thimbl.home.bundles.tars import BLOCK, TarBundle
from thimbl.home.durable import make_folder
from thimbl.home.feedfile import feed_in

Unseal = Callable[[BinaryIO, BinaryIO, str], None]
"""Decrypts the first file into the second; the text is what to call it. Raises `BundleLocked`."""

AGE: Final = (b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----")
"""What a file in age's format begins with (age-encryption.org/v1)."""

_KNOWN: Final[Mapping[bytes, str]] = {
    b"\x1f\x8b": "gunzip", b"\xfd7zXZ": "unxz", b"BZh": "bunzip2", b"\x28\xb5\x2f\xfd": "unzstd",
    b"PK\x03\x04": "unzip",
}  # fmt: skip
"""What compressed files begin with, and what unpacks them."""


@contextmanager
def opened(path: Path, unseal: Unseal, scratch: Path) -> Iterator[Bundle]:
    """The bundle at `path`.

    What is decrypted lies in a file without a name in the folder `scratch`, which goes when it is closed, however the
    program ends: it is held to be as safe there as what is imported from it.

    Raises `BundleRefused`, and `OSError` where it can not be read.
    """
    if path.is_dir():
        yield _folder(path)
        return
    with path.open("rb") as file:
        if not file.seekable():  # a pipe that has a name, as in `thimbl import <(age -d …)`
            with spooled(file, unseal, scratch, str(path)) as bundle:
                yield bundle
            return
        with _plain(file, str(path), unseal, scratch) as plain:
            yield _file(plain, str(path), path.name)


@contextmanager
def spooled(source: BinaryIO, unseal: Unseal, scratch: Path, where: str = "Standard input") -> Iterator[Bundle]:
    """The same of what comes by a pipe; `where` is what to call it."""
    make_folder(scratch)
    with tempfile.TemporaryFile(dir=scratch) as file:
        size = 0
        while piece := source.read(1024 * 1024):
            size += len(piece)
            if size > MAX_BYTES:
                raise BundleRefused(f"{where} has more than {MAX_BYTES:,} bytes. Nothing was taken.")
            file.write(piece)
        with _plain(file, where, unseal, scratch) as plain:
            yield _file(plain, where, "saved")


def _file(file: BinaryIO, where: str, called: str) -> Bundle:
    """What is in a file: a feed or a plan by itself, whatever it is called, or a tar."""
    if _is_text(file):
        return feed_in(file, where) or PlanFile(file, where, called)
    found = TarBundle(file, where)
    if MANIFEST not in found.sizes():
        raise BundleRefused(f"{where} is a tar, and no bundle: there is no {MANIFEST} in it. Nothing was taken.")
    return _known(found)


def manifest(bundle: Bundle) -> Mapping[str, Any]:
    """What the bundle says of itself; nothing in a folder without a manifest. Raises `BundleRefused`."""
    if MANIFEST not in bundle.sizes():
        return {}
    try:
        data = read_data(decode(bundle.read(MANIFEST)))
    except PlanTextError as error:
        raise BundleRefused(f"{bundle.where}: {MANIFEST} can not be read: {error}. Nothing was taken.") from None
    if data.get("bundle") != VERSION or isinstance(data.get("bundle"), bool):
        raise BundleRefused(
            f"{bundle.where} is a bundle of another kind than {VERSION}: a newer thimbl may read it. Nothing was taken."
        )
    return data


def _folder(path: Path) -> Bundle:
    found = FolderBundle(path)
    if not logs_in(found.sizes()):
        below = bundle_below(path)
        none = ", whose names end in .plan, nor those of a site ('thimbl site')"
        raise BundleRefused(f"There are no plans in {path}{none if below is None else f': import {below}'}.")
    return _known(found)


def _known(bundle: Bundle) -> Bundle:
    """The same, after a look at what it says of itself."""
    manifest(bundle)
    if (number := len(logs_in(bundle.sizes()))) > MAX_LOGS:
        raise BundleRefused(f"{bundle.where} has {number:,} plans; {MAX_LOGS:,} are the most. Nothing was taken.")
    return bundle


def _is_text(file: BinaryIO) -> bool:
    """Whether it may be a plan by itself. The header of a tar ends in zeros, and no plan has any."""
    file.seek(0)
    begins = file.read(BLOCK)
    return begins != b"" and b"\0" not in begins


@contextmanager
def _plain(file: BinaryIO, where: str, unseal: Unseal, scratch: Path) -> Iterator[BinaryIO]:
    file.seek(0)
    begin = file.read(64)
    if begin.startswith(AGE):
        make_folder(scratch)
        with tempfile.TemporaryFile(dir=scratch) as plain:
            file.seek(0)
            unseal(file, plain, where)
            yield plain
        return
    for magic, tool in _KNOWN.items():
        if begin.startswith(magic):
            raise BundleRefused(f"{where} is compressed, and no bundle yet: unpack it first ('{tool}').")
    yield file
