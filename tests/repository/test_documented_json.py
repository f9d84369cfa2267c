"""The fields that docs/configuration.md promises for `--json` are those that the commands print, in that order.

Two accounts: Ana, whom a daemon of her own serves, and Cy, who follows her and runs every command that has `--json`.
"""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from tests.support.warm import warm_thimbl
from thimbl.cli.main import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"

Object = dict[str, Any]
Run = Callable[..., Object]

# Of a missing record a thread knows no more than its reference.
MISSING = ["depth", "missing", "reference", "id", "address"]

OFFER = (
    "bond", "offer", "--commune", "commune@fields.example", "--series", "TRACTOR-1", "--asset", "A tractor",
    "--face", "2400.00 EUR", "--unit", "100.00", "--rent", "200.00", "--term", "24", "--rate", "4",
    "--closes", "2999-12-20", "--yes",
)  # fmt: skip


def documented() -> dict[str, list[str]]:
    """The fields by command, from the tables of the section 'JSON'."""
    section = PAGE.read_text(encoding="utf-8").split("\n## JSON\n")[1].split("\n## ")[0]
    fields: dict[str, list[str]] = {}
    for part in section.split("\n### ")[1:]:
        heading, _, body = part.partition("\n")
        names = re.findall(r"^\| `([a-z_]+)` \|", body, re.MULTILINE)
        assert names, f"no fields are documented under {heading}"
        fields |= dict.fromkeys(re.findall(r"`([^`]+)`", heading), names)
    return fields


def commands_with_json() -> Iterator[str]:
    """Every command of the program that takes `--json`."""
    context = click.Context(main)

    def walk(name: str, command: click.Command) -> Iterator[str]:
        if any("--json" in parameter.opts for parameter in command.params):
            yield name.strip()
        if isinstance(command, click.Group):
            for each in command.list_commands(context):
                member = command.get_command(context, each)
                assert member is not None
                yield from walk(f"{name} {each}", member)

    yield from walk("", main)


def thimbl(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    return subprocess.run(
        [warm_thimbl(), *arguments],
        env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Runs a command of Cy's with `--json`: the last object that it prints. Its arguments are strings."""
    folder = tmp_path_factory.mktemp("two")
    ana = {"THIMBL_HOME": str(folder / "ana")}
    assert thimbl(ana, "init", "ana@fields.example").returncode == 0
    assert thimbl(ana, "post", "Frost, @cy@mill.example. #leeks").returncode == 0
    argv = [str(warm_thimbl()), "serve", "--listen", "tcp:0:interface=127.0.0.1"]
    with subprocess.Popen(argv, env={**os.environ, **ana}, stdout=subprocess.PIPE, text=True) as daemon:
        try:
            assert daemon.stdout is not None
            port = daemon.stdout.readline().strip().rstrip(".").rpartition(":")[2]
            cy = {"THIMBL_HOME": str(folder / "cy"), "THIMBL_ROUTES": f"fields.example=127.0.0.1:{port}"}
            assert thimbl(cy, "init", "cy@mill.example").returncode == 0
            assert thimbl(cy, "follow", "ana@fields.example").returncode == 0

            def run(*arguments: str) -> Object:
                done = thimbl(cy, *arguments, "--json")
                assert done.returncode == 0, done.stderr
                printed: Object = json.loads(done.stdout.splitlines()[-1])
                return printed

            yield run
        finally:
            daemon.terminate()


@pytest.fixture(scope="module")
def frost(run: Run) -> str:
    """The reference of Ana's post."""
    return str(run("search", "frost")["reference"])


@pytest.fixture(scope="module")
def mine(run: Run, frost: str) -> str:
    """The reference of an answer of Cy's."""
    return str(run("reply", frost, "Some for me.")["reference"])


def test_each_command_with_json_is_documented() -> None:
    """And nothing else is, but for the second forms of `audit` and `bond offer`."""
    assert sorted([*commands_with_json(), "audit --explain", "bond offer --simulate"]) == sorted(documented())


@pytest.mark.parametrize("arguments", [["read"], ["timeline"], ["mentions"], ["search", "leeks"]], ids=" ".join)
def test_items(run: Run, arguments: list[str]) -> None:
    """The same for every list; `read` has printed nothing that the others need."""
    assert list(run(*arguments)) == documented()[arguments[0]]


def test_thread(run: Run, mine: str) -> None:
    """Its own fields come first; Cy's answer is the last of the conversation."""
    fields = documented()
    found = run("thread", mine)
    assert list(found) == fields["thread"] + fields["timeline"]
    assert found["depth"] == 1


def test_thread_with_a_missing_record(run: Run) -> None:
    """An answer to what is not here: the conversation begins with a reference."""
    nowhere = "bo@dairy.example#" + "a" * 52
    from thimbl.cli.jsonform import thread_data
    from thimbl.core.address import Reference
    from thimbl.store.types import ThreadItem

    assert list(thread_data(ThreadItem(0, Reference.parse(nowhere), None))) == MISSING
    text = PAGE.read_text(encoding="utf-8").split("### `thread`")[1].split("###")[0]
    assert re.findall(r"`(\w+)`", text.split("|")[0]) == MISSING[2:]


def test_show(run: Run, frost: str) -> None:
    """Its own fields come last."""
    fields = documented()
    assert list(run("show", frost)) == fields["timeline"] + fields["show"]
    assert run("show", frost)["earlier"] is None
    assert run("show", frost, "--earlier")["earlier"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["following"],
        ["follow", "ana@fields.example", "--look"],
        ["profile"],
        ["profile", "ana"],
        ["mute", "football"],
        ["log"],
        ["fetch"],
        ["key", "show"],
        ["post", "Good morning."],
        list(OFFER),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_fields(run: Run, arguments: list[str]) -> None:
    """One object each."""
    fields = documented()
    assert list(run(*arguments)) == (fields.get(" ".join(arguments[:2])) or fields[arguments[0]])


def test_simulation(run: Run) -> None:
    """The second form of `bond offer`."""
    found = run("bond", "offer", "--simulate", "--face", "2400.00 EUR", "--rent", "200.00", "--rate", "4")
    assert list(found) == documented()["bond offer --simulate"]
    assert found["interest"] == "53.46 EUR"


def test_verify(run: Run, tmp_path: Path) -> None:
    """Of a file that is no plan, too: the fields are there all the same."""
    path = tmp_path / "no.plan"
    path.write_text("Gone fishing.\n")
    done = thimbl({}, "verify", str(path), "--json")
    assert list(json.loads(done.stdout)) == documented()["verify"]
    assert done.returncode == 4


def test_import(run: Run, tmp_path: Path) -> None:
    """Of a folder with one plan in it."""
    plans = PAGE.parents[1] / "tests" / "vectors"
    (tmp_path / "alice.plan").write_bytes((plans / "alice.plan").read_bytes())
    assert list(run("import", str(tmp_path))) == documented()["import"]


def test_editing(run: Run) -> None:
    """`edit` and `retract` print the same as `post`."""
    fields = documented()
    first = str(run("post", "Slip of the pen.")["reference"])
    assert list(run("edit", first, "Slip of the tongue.")) == fields["edit"]
    assert list(run("reply", first, "Never mind.")) == fields["reply"]
    assert list(run("retract", first)) == fields["retract"]


def test_bonds(run: Run) -> None:
    """Whatever signs prints the same three fields; an offer has its own, and so has what waits for a clerk."""
    fields = documented()
    run(*OFFER, "--series", "PLOUGH-1")
    assert list(run("bond", "list")) == fields["bond list"]
    assert list(run("bond", "show", "PLOUGH-1")) == fields["bond show"]
    assert list(run("bond", "subscribe", "PLOUGH-1", "100", "--yes")) == fields["bond subscribe"]
    assert list(run("commune", "todo")) == fields["commune todo"]
    assert list(run("commune", "join", "ana@fields.example", "--yes")) == fields["commune join"]


@pytest.mark.parametrize(
    "arguments", [["ledger"], ["audit"], ["audit", "--explain", "36"], ["statement", "cy@mill.example"]], ids=" ".join
)
def test_communes(run: Run, arguments: list[str]) -> None:
    """From a folder of plans, so that nobody has to be followed first."""
    plans = PAGE.parents[1] / "tests" / "vectors" / "fields"
    documented_ = documented()
    assert list(run(*arguments, "--from", str(plans))) == (
        documented_.get(" ".join(arguments[:2])) or documented_[arguments[0]]
    )
