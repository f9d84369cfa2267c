"""`thimbl doctor` on the command line: its lines, its exit code, its objects, and that it asks nobody when told so."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from thimbl.cli.context import Context
from thimbl.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


class Ana:
    """An account that anybody may read."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *arguments: str, terminal: bool = False, **environ: str) -> Result:
        """A command of hers."""
        env = {"THIMBL_HOME": str(self.home), "LC_ALL": "C.UTF-8", **environ}
        context = Context(environ={**os.environ, **env}, terminal=terminal)
        return CliRunner().invoke(main, list(arguments), env=env, obj=context)

    def doctor(self, *arguments: str, code: int = 0) -> str:
        """What the doctor prints, without asking anybody."""
        done = self.run("doctor", "--offline", *arguments)
        assert done.exit_code == code, done.output
        return done.stdout

    def subjects(self, *arguments: str, level: str, code: int = 0) -> set[str]:
        """What the findings of a level are about."""
        objects = [json.loads(line) for line in self.doctor("--json", *arguments, code=code).splitlines()]
        return {found["subject"] for found in objects if found["level"] == level}


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Her home after her first post."""
    ana = Ana(tmp_path_factory.mktemp("settled") / "ana")
    assert ana.run("init", "ana@fields.example:7979").exit_code == 0
    assert ana.run("post", "Frost.").exit_code == 0
    ana.home.chmod(0o755)
    return ana.home


@pytest.fixture
def ana(settled: Path) -> Iterator[Ana]:
    """Her account, in a folder that anybody may enter: those of pytest are closed."""
    with tempfile.TemporaryDirectory(prefix="thimbl-doctor-") as folder:
        Path(folder).chmod(0o755)
        yield Ana(Path(shutil.copytree(settled, Path(folder) / "ana")))


def test_nothing_is_wrong(ana: Ana) -> None:
    """Every line begins with a level; what helps stands below."""
    lines = ana.doctor().splitlines()
    assert all(re.match(r"(ok    |note  )[a-z]|                  (do|or): ", line) for line in lines)
    assert any(line.startswith("ok    plan        ") for line in lines)
    assert ana.run("doctor", "--offline").stderr == "Nothing is wrong.\n"


def test_a_fault(ana: Ana) -> None:
    (ana.home / "key").chmod(0o644)
    lines = ana.doctor(code=4).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("fault key         Others on this"))
    assert lines[at + 1] == f"                  do: chmod 600 {ana.home}/key"
    assert ana.run("doctor", "--offline").stderr == "1 fault.\n"


def test_several_ways_out(ana: Ana) -> None:
    ana.home.chmod(0o700)
    assert re.search(r"\n {18}do: chmod o\+x .*\n {18}or: serve it yourself", ana.doctor(code=4))


def test_lines_are_broken_on_a_terminal(ana: Ana) -> None:
    """Elsewhere each is one line, for grep; remedies are never broken, for copying."""
    ana.home.chmod(0o700)
    shown = ana.run("doctor", "--offline", terminal=True, NO_COLOR="1").stdout.splitlines()
    assert [line for line in shown if len(line) > 80 and not re.search(r" {18}(do|or): |/", line)] == []
    assert len(shown) > len(ana.doctor(code=4).splitlines())


def test_colour_is_for_terminals(ana: Ana) -> None:
    assert "\x1b[32mok" in ana.run("doctor", "--offline", terminal=True, TERM="xterm").stdout
    assert "\x1b" not in ana.doctor()


def test_objects(ana: Ana) -> None:
    """The fields that docs/configuration.md promises, in that order; and all subjects that there can be."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    table = page.split("### `doctor`\n")[1].split("\n### ")[0]
    fields = re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE)
    objects = [json.loads(line) for line in ana.doctor("--json").splitlines()]
    assert {tuple(found) for found in objects} == {tuple(fields)}
    assert {type(found["remedy"]) for found in objects} == {list}
    told = set(re.findall(r"`([a-z]+)`", table.split("| `subject` |")[1].partition("\n")[0]))
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "thimbl/node/doctor").glob("*.py"))
    assert set(re.findall(r'\b(?:ok|note|fault)\(\s*"([a-z]+)"', sources)) <= told
    operating = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8").split("## When something is wrong")[1]
    assert told - {"hidden"} <= set(re.findall(r"`([a-z]+)`", operating.split("\n## ")[0]))


def test_a_config_that_can_not_be_read_is_a_finding(ana: Ana) -> None:
    with (ana.home / "config.yaml").open("a", encoding="utf-8") as file:
        file.write("windows: 100000\n")
    assert "there is no setting 'windows'" in ana.doctor(code=4)
    assert ana.subjects(level="fault", code=4) == {"config"}


def test_nobody_has_an_account_here(ana: Ana) -> None:
    shutil.rmtree(ana.home)
    assert "thimbl init" in ana.doctor(code=4)
    assert not ana.home.exists()


def test_a_spool(ana: Ana) -> None:
    """The account of whoever looks after it does not count."""
    spool = ana.home / "spool"
    spool.mkdir()
    (spool / "bo.plan").write_text("Leeks.\n")
    (spool / "bo.plan").chmod(0o644)
    (ana.home / "key").chmod(0o644)
    assert "accounts" in ana.subjects("--spool", str(spool), "--listen", "tcp:7979", level="ok")
    (spool / "bo.plan").chmod(0o600)
    assert ana.subjects("--spool", str(spool), "--listen", "tcp:7979", level="fault", code=4) == {"accounts"}


def test_what_the_settings_say_is_looked_after(ana: Ana) -> None:
    with (ana.home / "config.yaml").open("a", encoding="utf-8") as file:
        file.write(f"serve:\n  spool: {ana.home}/none\n  listen: tcp:7979\n")
    assert "serve" in ana.subjects(level="fault", code=4)
    assert "serve" not in ana.subjects(
        "--homes", level="fault", code=ana.run("doctor", "--offline", "--homes").exit_code
    )


def test_a_spool_and_homes_exclude_each_other(ana: Ana) -> None:
    assert ana.run("doctor", "--spool", str(ana.home), "--homes").exit_code == 2


def test_offline_asks_nobody(ana: Ana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thimbl.node.running.installed", lambda: pytest.fail("it asks the network"))
    assert "address" in ana.subjects(level="note")


@pytest.mark.parametrize("seconds", [86_401, -86_401])
def test_a_clock_that_is_a_day_off(ana: Ana, seconds: int) -> None:
    """The clock of whoever runs it, against what this machine writes."""
    import time

    env = {"THIMBL_HOME": str(ana.home), "LC_ALL": "C.UTF-8"}
    context = Context(environ={**os.environ, **env}, clock=lambda: time.time() + seconds, terminal=False)
    done = CliRunner().invoke(main, ["doctor", "--offline"], env=env, obj=context)
    assert done.exit_code == 4
    assert re.search(r"^fault clock ", done.stdout, re.MULTILINE)


def test_what_the_terminal_program_can_not_take(ana: Ana) -> None:
    """A note for each, which spoils nothing; and none where all is well."""
    config = ana.home / "config.yaml"
    said = config.read_text()
    config.write_text(said + "tui:\n  theme: thimble\n  keys: {compose: r, replly: C}\n")
    lines = [line for line in ana.doctor().splitlines() if line.startswith("note  tui")]
    assert [line[18:60] for line in lines] == [
        "tui: theme: there is no theme 'thimble': C",
        "tui: keys: there is nothing called 'replly",
        "tui: keys: 'r' would be both compose and r",
    ]
    config.write_text(said + "tui:\n  theme: nord\n  keys: {compose: C}\n")
    assert "tui" not in ana.subjects(level="note")
