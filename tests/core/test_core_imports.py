"""The core is bytes in, values out: in a fresh interpreter it loads no event loop, socket, SQL or widget."""

import json
import subprocess
import sys
from pathlib import Path

import thimbl.core

FOLDER = Path(thimbl.core.__file__).parent
MODULES = sorted(
    ".".join(["thimbl", "core", *path.relative_to(FOLDER).with_suffix("").parts])
    for path in FOLDER.rglob("*.py")
    if path.name != "__init__.py"
)
UNWANTED = {"twisted", "sqlite3", "textual", "feedgen", "asyncio", "socket", "_socket", "finger", "tui", "feeds"}
LATER = {"thimbl.store", "thimbl.home", "thimbl.node", "thimbl.cli"}


def loaded_after(program: str) -> set[str]:
    program += "\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout))


def path_first(program: str) -> str:
    return f"import sys; sys.path.insert(0, {str(FOLDER.parents[1])!r})\n{program}"


def test_there_are_modules() -> None:
    assert {"thimbl.core.log", "thimbl.core.plantext"} <= set(MODULES)


def test_no_module_loads_anything_unwanted() -> None:
    """One after the other in one fresh interpreter, which says after each what came with it."""
    program = f"""
import importlib, json, sys
came, before = {{}}, set(sys.modules)
for module in {MODULES!r}:
    importlib.import_module(module)
    came[module] = sorted(set(sys.modules) - before)
    before = set(sys.modules)
print(json.dumps(came))
"""
    argv = [sys.executable, "-I", "-c", path_first(program)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
    came: dict[str, list[str]] = json.loads(done.stdout)
    assert {module for loaded in came.values() for module in loaded} >= set(MODULES)
    assert [(module, name) for module, loaded in came.items() for name in loaded if name in UNWANTED | LATER] == []


def test_judging_a_plan_loads_nothing_either() -> None:
    program = """
from thimbl.core.address import Address
from thimbl.core.log import Known, judge_bytes
known = Known(Address.parse("a@b.example"))
for raw in (b"thimbl: 2", b'{"thimbl": 2}', b'{"name": "x"}', b"words"):
    judge_bytes(raw, known, 0)
"""
    assert loaded_after(path_first(program)) & UNWANTED == set()
