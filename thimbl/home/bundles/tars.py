"""A bundle as a tar: POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format"), which any tar(1) lists and
unpacks.

- It is written so that the same files make the same bytes: no owner, no clock, nothing in it but plain files.
- It is read strictly. Names that lead elsewhere, two files of one name, links, devices, sizes that are not there, and
  a tar that ends before its end are refused before anything is taken; so is what other formats of tar add to this one.
- A file is read when it is asked for: of the whole there is an index in memory, and no more.
"""

import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from thimbl.home.bundles.faults import BundleRefused
from thimbl.home.bundles.names import MAX_BYTES, MAX_FILES, checked, limit_of

BLOCK: Final = 512
"""Bytes of a header, and what a file is filled up to."""

MAX_STRANGE: Final = 100
"""Names of files that are none of a bundle's: more tell a person nothing."""

_ZERO: Final = bytes(BLOCK)
_NAME, _MODE, _SIZE, _TIME, _SUM = slice(0, 100), slice(100, 108), slice(124, 136), slice(136, 148), slice(148, 156)
_TYPE, _MAGIC, _PREFIX = 156, slice(257, 262), slice(345, 500)
_FILE, _FOLDER = (b"0", b"\0"), b"5"
_OTHERS: Final[Mapping[bytes, str]] = {
    b"1": "a link", b"2": "a link", b"3": "a device", b"4": "a device", b"6": "a pipe", b"7": "no plain file",
}  # fmt: skip
_EXTENSIONS: Final = b"xgLKS"
"""Types by which pax and GNU tar say more than a header holds: long names, sizes, sparse files."""


@dataclass(frozen=True, slots=True)
class Packed:
    """One file on its way into a tar."""

    name: str
    time: int
    """Unix seconds."""
    data: bytes


def tar_of(files: Iterable[Packed]) -> Iterator[bytes]:
    """The bytes of a tar of these files, piece by piece."""
    for file in files:
        yield _header(file)
        yield file.data
        yield bytes(-len(file.data) % BLOCK)
    yield _ZERO * 2


def _header(file: Packed) -> bytes:
    name = file.name.encode("ascii")
    assert len(name) <= 100, "thimbl.home.bundles.names sees to that"
    header = bytearray(BLOCK)
    header[0 : len(name)] = name
    header[100:108], header[108:116], header[116:124] = b"0000644\0", b"0000000\0", b"0000000\0"
    header[_SIZE] = b"%011o\0" % len(file.data)
    header[_TIME] = b"%011o\0" % max(file.time, 0)
    header[_SUM] = b" " * 8
    header[_TYPE : _TYPE + 1] = b"0"
    header[257:265] = b"ustar\x0000"
    header[_SUM] = b"%06o\0 " % sum(header)
    return bytes(header)


class TarBundle:
    """A tar that is read. `file` can be sought in; `where` is what to call it."""

    def __init__(self, file: BinaryIO, where: str) -> None:
        """Read the index. Raises `BundleRefused`."""
        self._file, self._where = file, where
        self._places: dict[str, tuple[int, int]] = {}
        self._strange: list[str] = []
        self._read_index(file.seek(0, io.SEEK_END))

    @property
    def where(self) -> str:
        """See `names.Bundle`."""
        return self._where

    @property
    def strange(self) -> Collection[str]:
        """See `names.Bundle`."""
        return self._strange

    def sizes(self) -> Mapping[str, int]:
        """See `names.Bundle`."""
        return {name: size for name, (_, size) in self._places.items()}

    def read(self, name: str) -> bytes:
        """See `names.Bundle`."""
        start, size = self._places[name]
        self._file.seek(start)
        data = self._file.read(size)
        if len(data) != size:
            raise BundleRefused(f"{self._where} became shorter while it was read: fetch it again.")
        return data

    def _read_index(self, end: int) -> None:
        if end > MAX_BYTES:
            raise BundleRefused(f"{self._where} has {end:,} bytes; {MAX_BYTES:,} are the most. Nothing was taken.")
        at, number, seen = 0, 0, set[str]()
        while (header := self._block(at, end)) != _ZERO:
            number += 1
            if number > MAX_FILES:
                raise BundleRefused(f"{self._where} has more than {MAX_FILES:,} files. Nothing was taken.")
            at += BLOCK
            kind, name, size = self._kind(header), self._name(header), _octal(header[_SIZE])
            if size is None:
                raise self._broken("the size of a file in it is no number")
            if at + size > end:
                raise self._broken(f"it was cut short: {name} says that it has {size:,} bytes, {end - at:,} follow")
            if kind != _FOLDER:
                self._add(name, at, size, seen)
            at += size + -size % BLOCK
        if self._block(at + BLOCK, end) != _ZERO:
            raise self._broken("it does not end as a tar ends")
        self._file.seek(at)
        while rest := self._file.read(1024 * 1024):
            if rest.strip(b"\0"):
                raise self._broken("something follows its end")

    def _add(self, name: str, at: int, size: int, seen: set[str]) -> None:
        if name in seen:
            raise self._broken(f"there are two files {name!r} in it")
        seen.add(name)
        limit = limit_of(name)
        if limit is None:
            if len(self._strange) < MAX_STRANGE:
                self._strange.append(name)
        elif size > limit:
            raise self._broken(f"{name} says that it has {size:,} bytes; {limit:,} are the most of such a file")
        else:
            self._places[name] = at, size

    def _block(self, at: int, end: int) -> bytes:
        if at + BLOCK > end:
            raise self._broken("it was cut short")
        self._file.seek(at)
        return self._file.read(BLOCK)

    def _kind(self, header: bytes) -> bytes:
        if _octal(header[_SUM]) != sum(header) - sum(header[_SUM]) + 8 * ord(" "):
            raise self._broken("the sum of a header does not hold")
        kind = header[_TYPE : _TYPE + 1]
        if header[_MAGIC] != b"ustar" or kind in _EXTENSIONS:
            raise BundleRefused(
                f"{self._where} was packed by another program, in another format of tar. "
                "Unpack it, and import the folder. Nothing was taken."
            )
        if kind not in _FILE and kind != _FOLDER:
            what = _OTHERS.get(kind, "no plain file")
            raise self._broken(f"there is {what} in it, {self._name(header)!r}")
        return kind

    def _name(self, header: bytes) -> str:
        prefix = header[_PREFIX].partition(b"\0")[0] if header[262:263] == b"\0" else b""  # GNU has other things there
        name = header[_NAME].partition(b"\0")[0]
        return checked(prefix + b"/" + name if prefix else name, self._where)

    def _broken(self, why: str) -> BundleRefused:
        return BundleRefused(f"{self._where} is damaged, or no bundle: {why}. Nothing was taken.")


def _octal(field: bytes) -> int | None:
    """The number in a field of a header; None where there is none."""
    digits = field.strip(b" \0")
    return int(digits, 8) if digits and not digits.strip(b"01234567") else None
