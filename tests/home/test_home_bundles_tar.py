"""Bundles as tars: any tar(1) reads them, and nothing that only looks like one gets in."""

import io
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.scribe import Scribe
from tests.support.sneaker import Hand, bundle_of
from thimbl.core.address import Address
from thimbl.home.bundles.faults import BundleLocked, BundleRefused
from thimbl.home.bundles.folders import FolderBundle
from thimbl.home.bundles.names import MANIFEST, MAX_STEM, limit_of, logs_in, stem_of
from thimbl.home.bundles.opening import opened
from thimbl.home.bundles.tars import Packed, TarBundle, tar_of

PLAN = "ana@fields.example.plan"
WHOLE = bundle_of([(PLAN, b"Gone fishing.\n"), (f"{PLAN}.d/00000001.json", b"[]\n")])


def locked(file: object, out: object, where: str) -> None:
    """There is no key here."""
    raise BundleLocked(where)


def read(raw: bytes) -> dict[str, bytes]:
    """The files in a tar."""
    found = TarBundle(io.BytesIO(raw), "it")
    return {name: found.read(name) for name in found.sizes()}


def packed_by_python(*members: "Member", format: int = tarfile.USTAR_FORMAT) -> bytes:
    """A tar of these as Python's library makes it, after what says that it is a bundle."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as tar:
        for info, data in [(tarfile.TarInfo(MANIFEST), b'{"bundle":1}'), *members]:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


Member = tuple[tarfile.TarInfo, bytes]


def member(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "") -> Member:
    """A file, or something else, for `packed_by_python`."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info, data


def changed(raw: bytes, at: int, field: slice, value: bytes) -> bytes:
    """The same with another field in the header at `at`, and a sum that fits."""
    header = bytearray(raw[at : at + 512])
    header[field], header[148:156] = value, b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return raw[:at] + bytes(header) + raw[at + 512 :]


def test_tar_lists_and_unpacks_it(tmp_path: Path) -> None:
    """GNU tar says nothing about it, and what it unpacks is a bundle as a folder; packed again, it is one as a file."""
    (tmp_path / "it.tar").write_bytes(WHOLE)
    done = subprocess.run(["tar", "xvf", "it.tar"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [MANIFEST, "README.txt", PLAN, f"{PLAN}.d/00000001.json"]
    assert FolderBundle(tmp_path).read(PLAN) == b"Gone fishing.\n"
    names = [MANIFEST, PLAN, f"{PLAN}.d"]
    again = subprocess.run(["tar", "cf", "-", *names], cwd=tmp_path, capture_output=True, check=True).stdout
    assert read(again)[PLAN] == b"Gone fishing.\n"
    assert read(again)[f"{PLAN}.d/00000001.json"] == b"[]\n"
    dotted = subprocess.run(["tar", "cf", "-", "."], cwd=tmp_path, capture_output=True, check=True).stdout
    assert read(dotted)[PLAN] == b"Gone fishing.\n"


def test_pythons_library_reads_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(WHOLE)) as tar:
        assert tar.getnames() == [MANIFEST, "README.txt", PLAN, f"{PLAN}.d/00000001.json"]
        assert all(info.isreg() and (info.uid, info.gid, info.uname) == (0, 0, "") for info in tar)


CROOKED = {
    "cut short": (WHOLE[:-1500], "cut short"),
    "cut in a file": (WHOLE[:1100], "cut short"),
    "nothing at all": (b"", "cut short"),
    "no tar": (b"Gone fishing.\n" * 100, "the sum of a header does not hold"),
    "more after its end": (WHOLE + b"and more", "something follows its end"),
    "two in one": (WHOLE + WHOLE, "something follows its end"),
    "one block at the end": (WHOLE[:-512] + b"x" * 512, "does not end as a tar ends"),
    "upwards": (packed_by_python(member("../.ssh/authorized_keys", b"ssh-ed25519")), "leads elsewhere"),
    "upwards inside": (packed_by_python(member("a/../../b.plan")), "leads elsewhere"),
    "absolute": (packed_by_python(member("/etc/passwd.plan")), "leads elsewhere"),
    "backslash": (packed_by_python(member("..\\b.plan")), "leads elsewhere"),
    "symbolic link": (packed_by_python(member("a@b.plan", b"", tarfile.SYMTYPE, "/etc/passwd")), "a link"),
    "hard link": (packed_by_python(member("a@b.plan", b"", tarfile.LNKTYPE, PLAN)), "a link"),
    "device": (packed_by_python(member("a@b.plan", b"", tarfile.CHRTYPE)), "a device"),
    "pipe": (packed_by_python(member("a@b.plan", b"", tarfile.FIFOTYPE)), "a pipe"),
    "twice": (packed_by_python(member(PLAN, b"1"), member(PLAN, b"2")), "two files"),
    "twice by another spelling": (packed_by_python(member(PLAN, b"1"), member("./" + PLAN, b"2")), "two files"),
    "pax": (packed_by_python(member("ä" * 60 + ".plan"), format=tarfile.PAX_FORMAT), "another format of tar"),
    "a long name of GNU": (packed_by_python(member("a" * 120 + ".plan"), format=tarfile.GNU_FORMAT), "another format"),
    "sparse": (packed_by_python(member("a@b.plan", b"", tarfile.GNUTYPE_SPARSE)), "another format of tar"),
    "a plan too large": (packed_by_python(member("a@b.plan", b" " * (4 * 1024 * 1024 + 1))), "are the most"),
    "not UTF-8": (changed(packed_by_python(member("a@b.plan")), 1024, slice(0, 3), b"a\xffb"), "is not UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("what", CROOKED)
def test_what_is_refused(what: str) -> None:
    """In one line that says what is the matter, before anything is read of it."""
    raw, words = CROOKED[what]
    with pytest.raises(BundleRefused) as caught:
        TarBundle(io.BytesIO(raw), "it.tar")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_sizes_that_lie() -> None:
    """A header that promises more than there is, or more than such a file may have; the sum made to fit."""
    for size, words in ((8 * 1024**3 - 1, "was cut short"), (64 * 1024 + 1, "are the most"), (-1, "is no number")):
        field = b"\x80" + b"\0" * 11 if size < 0 else b"%011o\0" % size
        raw = changed(packed_by_python(member("README.txt", b"x" * 70_000)), 1024, slice(124, 136), field)
        with pytest.raises(BundleRefused) as caught:
            TarBundle(io.BytesIO(raw), "it.tar")
        assert words in str(caught.value)


def test_what_is_somebody_elses_is_left_alone() -> None:
    """A bundle in a bundle, photographs, a folder: they are named, and none of them is read."""
    raw = packed_by_python(
        member("inner.tar", WHOLE), member("photo.jpg"), member("folder", b"", tarfile.DIRTYPE), member(PLAN, b"x")
    )
    found = TarBundle(io.BytesIO(raw), "it")
    assert list(found.sizes()) == [MANIFEST, PLAN]
    assert found.strange == ["inner.tar", "photo.jpg"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"".join(tar_of([Packed("letter.txt", 0, b"Dear A,")])), "a tar, and no bundle"),
        (b"".join(tar_of([Packed(MANIFEST, 0, b'{"bundle":2}')])), "a newer thimbl may read it"),
        (b"".join(tar_of([Packed(MANIFEST, 0, b'{"bundle":true}')])), "of another kind"),
        (b"".join(tar_of([Packed(MANIFEST, 0, b"{}}")])), f"{MANIFEST} can not be read"),
        (b"\x1f\x8b\x08" + b"x" * 600, "unpack it first ('gunzip')"),
        (b"PK\x03\x04" + b"x" * 600, "unpack it first ('unzip')"),
    ],
)
def test_other_peoples_files(tmp_path: Path, raw: bytes, words: str) -> None:
    (tmp_path / "it").write_bytes(raw)
    with pytest.raises(BundleRefused) as caught, opened(tmp_path / "it", locked, tmp_path):
        pass
    assert words in str(caught.value)


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Hand]:
    """A bundle of a small log, and a store that has seen the beginning of it."""
    scribe = Scribe()
    scribe.posts(3)
    first, second = Hand(tmp_path_factory.mktemp("1")), Hand(tmp_path_factory.mktemp("2"))
    second.fetch(scribe)
    scribe.posts(2)
    first.fetch(scribe)
    return first.pack(), second


Change = Callable[[bytes], bytes]


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """What may happen to a file on the way: bytes changed, cut out, put in, blocks exchanged, an end lost."""
    kind = draw(st.sampled_from(["flip", "cut", "insert", "swap", "end"]))
    at, length = draw(st.floats(0, 1)), draw(st.sampled_from([1, 3, 100, 512, 1024]))
    data = draw(st.binary(min_size=1, max_size=4))

    def change(raw: bytes) -> bytes:
        place = int(at * (len(raw) - 1))
        block = place // 512 * 512
        match kind:
            case "flip":
                return raw[:place] + data + raw[place + len(data) :]
            case "cut":
                return raw[:place] + raw[place + length :]
            case "insert":
                return raw[:place] + data * length + raw[place:]
            case "swap":
                return raw[:block] + raw[block + 512 : block + 1024] + raw[block : block + 512] + raw[block + 1024 :]
            case _:
                return raw[:place]

    return change


@given(st.lists(changes(), min_size=1, max_size=3))
def test_whatever_happens_on_the_way(carried: tuple[bytes, Hand], damage: list[Change]) -> None:
    """It is refused in a line, or told log by log; what is in the store then is what its author signed, and all that
    was there before."""
    raw, hand = carried
    for change in damage:
        raw = change(raw)
    try:
        told = [one.reason + one.missing for one in hand.take(raw)]
    except BundleRefused as error:
        told = [str(error)]
    assert not any("\n" in words for words in told)
    texts = hand.texts()
    assert texts in ([f"Post {number}." for number in range(1, count + 1)] for count in (3, 5))


addresses = st.builds(
    Address,
    st.text("aAbB0._-", max_size=63).map(lambda rest: "a" + rest),
    st.sampled_from(["fields.example", "192.0.2.7", "[2001:db8::1]", "a" * 63 + "." + "b" * 63 + "." + "c" * 60]),
    st.sampled_from([79, 7979, 65535]),
)


@given(st.lists(addresses, min_size=2, max_size=8, unique=True))
def test_names_of_logs(found: list[Address]) -> None:
    """No two the same, on a file system that knows no case either; short, and read back as what they are."""
    stems = [stem_of(address) for address in found]
    assert len({stem.lower() for stem in stems}) == len(found)
    for stem in stems:
        assert len(stem) <= MAX_STEM
        assert ":" not in stem
        assert limit_of(f"{stem}.plan") == 4 * 1024 * 1024
        assert limit_of(f"{stem}.plan.d/00000101.json") is not None
        [log] = logs_in([f"{stem}.plan.d/00000101.json", f"{stem}.plan"])
        assert (log.stem, log.pages) == (stem, ((101, f"{stem}.plan.d/00000101.json"),))


def test_names_that_people_can_read() -> None:
    assert stem_of(Address.parse("ana@fields.example")) == "ana@fields.example"
    assert stem_of(Address.parse("bakery@oven.example:7979")) == "bakery@oven.example_7979"
    assert stem_of(Address.parse("Ana@fields.example")).startswith("ana@fields.example-")
    assert limit_of("ana@fields.example.plan.d/00000102.json") is None, "no page begins there"
    assert limit_of("backup/drafts/../x") is None
    assert limit_of(".plan") is None
