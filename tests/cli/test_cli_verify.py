"""`thimbl verify`, on every vector that has a verdict; and what it prints."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from thimbl.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"
KIM = json.loads((VECTORS / "kim-verdicts.json").read_text(encoding="utf-8"))
REFUSED = json.loads((VECTORS / "refused" / "reasons.json").read_text(encoding="utf-8"))
NOW = "2026-11-23"  # the vectors are of the days before
ALICE_KEY = "SHA256:UWfPNsRz7sokpytgNP4zXn8oTQD8t22ahQCpE8cx0GA"
OTHER_KEY = "SHA256:" + "A" * 43


def verify(*args: object, now: str = NOW, stdin: bytes | None = None) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["verify", *map(str, args), "--now", now], input=stdin)


def conclude(*args: object, now: str = NOW, stdin: bytes | None = None) -> tuple[int, dict[str, Any]]:
    """Exit code and what `--json` says: one line."""
    result = verify(*args, "--json", now=now, stdin=stdin)
    [line] = result.stdout.splitlines()
    return result.exit_code, json.loads(line)


def case_id(case: dict[str, Any]) -> str:
    return "-after-".join(name.removesuffix(".plan") for name in (case["plan"], *case["after"]))


@pytest.mark.parametrize("case", KIM, ids=case_id)
def test_kim(case: dict[str, Any]) -> None:
    """Keys that change, are stolen and taken back; a fork, a rollback, a version 1 plan."""
    after = [arg for name in case["after"] for arg in ("--after", VECTORS / name)]
    code, told = conclude(VECTORS / case["plan"], *after)
    assert told["verdict"] == case["verdict"]
    assert code == (0 if case["verdict"] in ("verified", "unsigned") else 4)
    assert bool(told["reason"]) == (case["verdict"] != "verified")
    assert told["address"].startswith("kim@")


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    """Every way to be refused has its verdict and its reason."""
    [path] = (VECTORS / "refused").glob(f"{name}.*plan")
    code, told = conclude(path)
    assert (code, told["verdict"]) == (4, REFUSED[name]["verdict"])
    assert told["reason"]
    assert (told["seq"] is None) == (told["fingerprint"] is None) == (REFUSED[name]["verdict"] == "unreadable")


@pytest.mark.parametrize("name", ["alice.plan", "alice.json.plan", "alice-window.plan", "alice-withheld.plan"])
def test_alice(name: str) -> None:
    """The same head, however the plan is written and however much of it came."""
    code, told = conclude(VECTORS / name)
    assert code == 0
    assert {key: told[key] for key in ("verdict", "reason", "address", "version", "moved_to")} == {
        "verdict": "verified", "reason": "", "address": "alice@lowerfield.example", "version": 2, "moved_to": None,
    }
    assert told["seq"] >= told["records"] > 0


def test_json_keys_are_stable() -> None:
    """The same keys in the same order, whatever the verdict."""
    keys = [
        "verdict", "reason", "address", "fingerprint", "seq", "updated", "records", "version", "moved_to", "file",
    ]
    for name in ("alice.plan", "kim-6-version-1.plan", "refused/tagged.plan"):
        assert list(conclude(VECTORS / name)[1]) == keys


@pytest.mark.parametrize(("pin", "verdict", "code"), [(ALICE_KEY, "verified", 0), (OTHER_KEY, "new-key", 4)])
def test_pin(pin: str, verdict: str, code: int) -> None:
    """The key that a person knows decides, not the plan's own."""
    assert (code, verdict) == ((found := conclude(VECTORS / "alice.plan", "--pin", pin))[0], found[1]["verdict"])


def test_pin_makes_version_1_forged() -> None:
    """Whose key is known signs."""
    code, told = conclude(VECTORS / "kim-6-version-1.plan", "--pin", ALICE_KEY)
    assert (code, told["verdict"]) == (4, "forged")


def test_after_somebody_else() -> None:
    """The first plan's address is the one that was asked for."""
    code, told = conclude(VECTORS / "alice.plan", "--after", VECTORS / "kim-1-first.plan")
    assert (code, told["verdict"]) == (4, "forged")
    assert "kim@" in told["reason"]


def test_after_what_does_not_hold() -> None:
    """It adds nothing, and a note says so; the file is judged as at a first meeting."""
    result = verify(VECTORS / "alice.plan", "--after", VECTORS / "refused" / "tagged.plan")
    assert result.exit_code == 0
    assert result.stdout.startswith("✓ verified  alice@lowerfield.example\n")
    assert "nothing is learned from" in result.stderr
    assert "YAML tags" in result.stderr
    assert "by its own key" not in result.stdout


def test_answer_and_stdin() -> None:
    """A whole Finger answer with CRLF, from a pipe, is the plan that is in it."""
    plan = (VECTORS / "alice.plan").read_bytes()
    answer = b"Login: alice\r\nThimbl: 2 since\r\nPlan:\r\n" + plan.replace(b"\n", b"\r\n")
    code, told = conclude("-", stdin=answer)
    assert (code, told["verdict"], told["file"]) == (0, "verified", "standard input")
    code, told = conclude("-", stdin=b"Login: alice\r\nNo Plan.\r\n")
    assert (code, told["verdict"], told["reason"]) == (4, "unreadable", "the answer says that there is no plan")


def test_answer_of_2011() -> None:
    """A real one."""
    result = verify(ROOT / "tests" / "data" / "thimbl-2011-finger-answer.txt")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "○ unsigned  dk@telekommunisten.org"


@pytest.mark.parametrize("stated", ["", '"address": "nobody in particular",'])
def test_version_1_without_an_address(stated: str) -> None:
    """It is what it is, and whose is not known."""
    code, told = conclude("-", stdin=f'{{{stated} "name": "x", "messages": []}}'.encode())
    assert (code, told["verdict"], told["address"]) == (0, "unsigned", None)


def test_future() -> None:
    """A clock that is behind."""
    code, told = conclude(VECTORS / "alice.plan", now="2026-11-01")
    assert (code, told["verdict"]) == (4, "future")


def test_page() -> None:
    """What people see: the verdict in shape and word, whose, how old, and the key to compare."""
    result = verify(VECTORS / "alice.plan", now="2026-11-22T23:00")
    assert result.stdout.splitlines() == [
        "✓ verified  alice@lowerfield.example",
        "  head      5 records, made 2026-11-22 08:00 UTC (14h ago)",
        f"  key       {ALICE_KEY}",
        "  checked by its own key: compare the fingerprint, or give it with --pin",
    ]
    forged = verify(VECTORS / "refused" / "altered-bio.plan").stdout.splitlines()
    assert forged[:2] == ["! forged  alice@lowerfield.example", "  head signature"]


@pytest.mark.parametrize("garbage", [b"", b"\x00" * 100, b"\xff\xfe", b"\x1b[31m: x", b"a" * 5_000_000, b"{" * 70_000])
def test_garbage(garbage: bytes) -> None:
    """A verdict, not a fault; and nothing of it reaches the terminal."""
    result = verify("-", stdin=garbage)
    assert result.exit_code == 4
    assert result.stdout.startswith("! unreadable  standard input\n")
    assert "\x1b" not in result.output


def test_no_such_file(tmp_path: Path) -> None:
    """Told in a line."""
    for args in ([tmp_path / "none.plan"], [VECTORS / "alice.plan", "--after", tmp_path / "none.plan"]):
        result = verify(*args)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == f"thimbl: {tmp_path / 'none.plan'}: No such file or directory.\n"


def test_as_a_process() -> None:
    """The script itself, with a pipe on either side."""
    code = "import sys; from thimbl.cli.main import run; sys.exit(run())"
    done = subprocess.run(
        [sys.executable, "-c", code, "verify", "-", "--now", NOW],
        input=(VECTORS / "refused" / "swapped.plan").read_bytes(),
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (4, b"")
    assert done.stdout.decode().startswith("! forged  alice@lowerfield.example\n  entries are not contiguous\n")
