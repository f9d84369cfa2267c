"""The layers hold: by contract (import-linter reads the sources) and in fact (what fresh interpreters have loaded)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FRAMEWORKS = ("twisted", "textual", "feedgen")
IO = ("twisted", "sqlite3", "textual", "feedgen", "asyncio", "socket")


def loaded(code: str, tmp_path: Path, *args: str, home: Path | None = None) -> set[str]:
    """The modules that a fresh interpreter holds after running `code` with `args` as its arguments."""
    report = tmp_path / "modules.json"
    ending = "import json, os, sys\njson.dump(sorted(sys.modules), open(os.environ['MODULES'], 'w'))\n"
    environment = {**os.environ, "MODULES": str(report), "THIMBL_HOME": str(home or tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", code + ending, *args],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return set(json.loads(report.read_text()))


# As the script does it, and the exit status is looked at.
RUN = """
import sys
from thimbl.cli.main import run
sys.argv[0] = "thimbl"
try:
    status = run()
except SystemExit as end:
    status = end.code
if status:
    raise SystemExit(status)
"""

# Every module of the packages that are named, those nested too.
IMPORT_ALL = """
import importlib, pkgutil, sys
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), name + "."):
        importlib.import_module(found.name)
"""

# Help of every command, in one interpreter: what any of them loads is told with the command that was first to.
HELP_OF_ALL = """
import json, sys
import click
from thimbl.cli.main import main
told = {}
def ask(command, path):
    command.main(["--help"], prog_name=" ".join(path), standalone_mode=False)
    told[" ".join(path)] = [name for name in ("twisted", "textual", "feedgen") if name in sys.modules]
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path[-1])
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None, name
            ask(child, [*path, name])
ask(main, ["thimbl"])
with open(sys.argv[1], "w") as file:
    json.dump(told, file)
"""


def test_contracts() -> None:
    """import-linter's contracts in pyproject.toml are kept."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 broken" in done.stdout


def test_every_module_is_in_a_layer() -> None:
    """import-linter says nothing of a module that stands beside the layers."""
    entries = (ROOT / "thimbl").iterdir()
    found = {path.stem for path in entries if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert found - {"__init__", "__main__"} == {"core", "store", "home", "node", "cli"}


@pytest.mark.parametrize(
    ("packages", "absent"),
    [
        (["thimbl"], (*IO, "click", "yaml")),
        (["thimbl.core"], (*IO, "click", "finger", "thimbl.store", "thimbl.home", "thimbl.node", "thimbl.cli")),
        (["finger"], (*FRAMEWORKS, "asyncio", "thimbl", "tui", "feeds")),
        (["finger.query", "finger.wire"], (*IO, "thimbl", "tui", "feeds")),
        (["thimbl.store"], (*FRAMEWORKS, "asyncio", "finger", "thimbl.home", "thimbl.node", "thimbl.cli")),
        (["thimbl.home"], (*FRAMEWORKS, "asyncio", "finger", "thimbl.node", "thimbl.cli")),
        (["thimbl.node"], ("textual", "feedgen", "tui", "feeds", "thimbl.cli")),
        (["tui"], ("twisted", "feedgen", "finger", "feeds", "thimbl.node", "thimbl.cli")),
        (["feeds"], ("textual", "tui", "thimbl.node", "thimbl.cli")),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_importing_all_of_a_layer_loads(packages: list[str], absent: tuple[str, ...], tmp_path: Path) -> None:
    """All modules of a layer, imported alone, load nothing of what the layer must do without."""
    code = IMPORT_ALL if packages != ["thimbl"] else "import thimbl\n"
    if packages == ["finger"]:
        code, absent = "import finger\n", (*absent, "socket")
    modules = loaded(code, tmp_path, *packages)
    assert [name for name in absent if name in modules] == []
    assert set(packages) <= modules


@pytest.mark.parametrize("args", [["--help"], ["post", "--help"], ["timeline", "--help"]], ids=" ".join)
def test_help_loads_no_framework(args: list[str], tmp_path: Path) -> None:
    """Start-up is part of the interface."""
    modules = loaded(RUN, tmp_path, *args)
    assert [name for name in FRAMEWORKS if name in modules] == []
    assert "click" in modules


def test_help_of_every_command_loads_no_framework(tmp_path: Path) -> None:
    """Found by walking the groups, so that a command that is added is asked too."""
    report = tmp_path / "told.json"
    loaded(HELP_OF_ALL, tmp_path, str(report))
    told = json.loads(report.read_text())
    assert {"thimbl", "thimbl post", "thimbl timeline", "thimbl serve", "thimbl fetch", "thimbl tui"} <= set(told)
    assert {name: modules for name, modules in told.items() if modules} == {}


def test_posting_and_reading_load_no_framework(tmp_path: Path) -> None:
    """Real runs in a home of their own, from the first post to the timeline that shows it. What only readers, daemons
    and screens need keeps nobody waiting who posts: there the values of a list alone would be a tenth of the time."""
    home = tmp_path / "ana"
    loaded(RUN, tmp_path, "init", "ana@fields.example", home=home)
    readers = {f"thimbl.store.{name}" for name in ("lists", "types", "mutes", "known", "naming", "citations")}
    others = {f"thimbl.home.{name}" for name in ("serving", "screen", "proxy", "muting")} | {"thimbl.core.classic"}
    for args, absent in ((["post", "Frost on the lower field."], readers | others), (["timeline", "-n", "50"], others)):
        modules = loaded(RUN, tmp_path, *args, home=home)
        assert modules & ({"twisted", "textual"} | absent) == set(), args
        assert "thimbl.store" in modules
