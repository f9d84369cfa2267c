"""Encrypted bundles: age(1) opens what is written here, and what it writes is opened here."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.agefile import age_by_passphrase
from tests.support.scribe import private_key
from tests.support.sneaker import bundle_of
from thimbl.home.bundles import sealing
from thimbl.home.bundles.faults import BundleLocked, BundleRefused
from thimbl.home.bundles.opening import opened
from thimbl.home.errors import Refused
from thimbl.home.keyfile import make_key

PLAN = "ana@fields.example.plan"
WHOLE = bundle_of([(PLAN, b"Gone fishing.\n" * 20_000)])

ON_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
"""age asks for a passphrase on a terminal, and nowhere else."""


def pieces(raw: bytes = WHOLE) -> Iterator[bytes]:
    return iter([raw[at : at + 10_000] for at in range(0, len(raw), 10_000)])


def sealed(*to: str) -> bytes:
    out = io.BytesIO()
    sealing.seal(pieces(), out, sealing.recipients(to))
    return out.getvalue()


def contents(path: Path, *keys: Path, own: Path | None = None, passphrase: Callable[[], str] | None = None) -> bytes:
    """What is in an encrypted bundle."""
    unseal = sealing.unsealer(keys, own or path.parent / "none", lambda what: "sesam", passphrase)
    with opened(path, unseal, path.parent / "scratch") as bundle:
        return bundle.read(PLAN)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key of age, one of OpenSSH, and one with a passphrase."""
    folder = tmp_path_factory.mktemp("keys")
    subprocess.run(["age-keygen", "-o", folder / "age"], check=True, capture_output=True)
    make_key(folder / "ssh", lambda: private_key("ana"))
    make_key(folder / "other", lambda: private_key("other"))
    args = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "sesam", "-a", "1", "-f", str(folder / "locked")]
    subprocess.run(args, check=True)
    return folder


def age_public(keys: Path) -> str:
    [line] = [line for line in (keys / "age").read_text().splitlines() if line.startswith("# public key: ")]
    return line.removeprefix("# public key: ")


@pytest.mark.parametrize("kind", ["age", "ssh", "locked"])
def test_age_opens_it_and_the_other_way(keys: Path, tmp_path: Path, kind: str) -> None:
    """To a key of age, and to one that signs plans; with a passphrase on the key too, which age would ask for."""
    public = age_public(keys) if kind == "age" else (keys / f"{kind}.pub").read_text().strip()
    (tmp_path / "ours.age").write_bytes(sealed(public))
    assert b"fishing" not in (tmp_path / "ours.age").read_bytes()
    if kind != "locked":
        done = subprocess.run(["age", "-d", "-i", keys / kind, tmp_path / "ours.age"], capture_output=True, check=True)
        assert done.stdout == WHOLE
    assert contents(tmp_path / "ours.age", keys / kind) == b"Gone fishing.\n" * 20_000
    assert contents(tmp_path / "ours.age", own=keys / kind) == b"Gone fishing.\n" * 20_000
    for armour in ([], ["-a"]):
        theirs = tmp_path / "theirs.age"
        subprocess.run(["age", *armour, "-r", public, "-o", theirs], input=WHOLE, check=True)
        assert contents(theirs, keys / "other", keys / kind).startswith(b"Gone fishing.")


def test_a_passphrase(tmp_path: Path) -> None:
    """age opens what is written here; what the format says is opened here, and the wrong passphrase says so."""
    ours, theirs, plain = tmp_path / "ours.age", tmp_path / "theirs.age", tmp_path / "plain.tar"
    with ours.open("wb") as out:
        sealing.seal_by_passphrase(pieces(), out, "sesam öffne dich")
    on_terminal("age", "-d", "-o", plain, ours, typed="sesam öffne dich\n")
    assert plain.read_bytes() == WHOLE
    theirs.write_bytes(age_by_passphrase(WHOLE, "sesam"))
    with pytest.raises(BundleLocked, match="the passphrase is wrong"):
        contents(theirs, passphrase=lambda: "sesame")
    assert contents(theirs, passphrase=lambda: "sesam").startswith(b"Gone fishing.")
    with pytest.raises(BundleLocked, match="give --passphrase-file"):
        contents(theirs)


def on_terminal(*args: str | Path, typed: str) -> None:
    subprocess.run([sys.executable, "-c", ON_A_TERMINAL, *args], input=typed.encode(), capture_output=True, check=True)


def test_whoever_has_no_key(keys: Path, tmp_path: Path) -> None:
    path = tmp_path / "it.age"
    path.write_bytes(sealed((keys / "ssh.pub").read_text()))
    with pytest.raises(BundleLocked, match=r"not to the key in .*other: give another --identity"):
        contents(path, keys / "other")
    with pytest.raises(BundleLocked, match="give the file that opens it with --identity"):
        contents(path)
    with pytest.raises(BundleLocked, match=r"no key in .*ssh\.pub"):
        contents(path, keys / "ssh.pub")
    (tmp_path / "none").write_text("Not a key.\n")
    with pytest.raises(BundleLocked, match="no key in"):
        contents(path, tmp_path / "none")
    locked = sealing.unsealer([keys / "locked"], path, None, None)
    with pytest.raises(BundleLocked, match="there is nobody to ask"), opened(path, locked, tmp_path):
        pass


@pytest.mark.parametrize("at", [30, 120, 400, 70_000, -1])
@pytest.mark.parametrize("how", ["cut", "changed"])
def test_what_was_damaged(keys: Path, tmp_path: Path, at: int, how: str) -> None:
    """Nothing of it is taken, wherever it is; and nothing is left lying about decrypted."""
    raw = sealed((keys / "ssh.pub").read_text())
    path = tmp_path / "it.age"
    at %= len(raw)
    path.write_bytes(raw[:at] if how == "cut" else raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
    with pytest.raises(BundleRefused) as caught:
        contents(path, keys / "ssh")
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize("text", ["age1xyz", "ssh-rsa AAAAB3Nza", "ssh-ed25519 AAAA"])
def test_what_is_no_recipient(text: str) -> None:
    with pytest.raises(Refused, match="is no recipient"):
        sealing.recipients([text])


def test_a_file_of_recipients(keys: Path, tmp_path: Path) -> None:
    """As `age -R` takes one: comments and empty lines between; two can open it."""
    (tmp_path / "all").write_text(f"# Ana\n{(keys / 'ssh.pub').read_text()}\n{age_public(keys)}\n")
    path = tmp_path / "it.age"
    path.write_bytes(sealed(str(tmp_path / "all")))
    assert contents(path, keys / "age") == contents(path, keys / "ssh")
    (tmp_path / "all").write_text("# nobody\n")
    with pytest.raises(Refused, match="There is no recipient"):
        sealing.recipients([str(tmp_path / "all")])


def test_bounds(monkeypatch: pytest.MonkeyPatch, keys: Path) -> None:
    monkeypatch.setattr(sealing, "MAX_BY_PASSPHRASE", 1000)
    with pytest.raises(Refused, match="use --recipient"):
        sealing.seal_by_passphrase(pieces(), io.BytesIO(), "sesam")
    with pytest.raises(Refused, match="101 recipients are too many"):
        sealing.recipients([age_public(keys)] * 101)


def test_what_was_decrypted_has_no_name(keys: Path, tmp_path: Path) -> None:
    """While it is read, nobody finds it in a folder."""
    path, scratch = tmp_path / "it.age", tmp_path / "scratch"
    path.write_bytes(sealed((keys / "ssh.pub").read_text()))
    unseal = sealing.unsealer([keys / "ssh"], path, None, None)
    with opened(path, unseal, scratch) as bundle:
        assert list(scratch.iterdir()) == []
        assert os.stat(scratch).st_mode & 0o77 == 0
        assert len(bundle.read(PLAN)) > 0


def test_without_the_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyrage", None)
    with pytest.raises(Refused, match=r"thimbl-node\[age\]"):
        sealing.recipients(["age1"])
