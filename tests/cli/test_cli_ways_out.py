"""Ways out that lead back, which have no other test: a stick as FAT has it, one plan by a pipe, a line of JSON."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.reading_room import ANA, MARK, World
from thimbl.cli.context import Context
from thimbl.cli.main import main
from thimbl.core.address import Address
from thimbl.core.plan import read_plan
from thimbl.core.plantext import read_data

ALIKE = [Address.parse(one) for one in ("MARK@mill.example", "mark@mill.example:7979", "Mark@mill.example:7979")]
"""Addresses of others than mark@mill.example, which only differ by what FAT does not tell apart or does not allow."""


@pytest.fixture
def bo(tmp_path: Path) -> World:
    """Somebody else, on another machine, without an account."""
    return World(tmp_path / "bo")


def mtools(program: str, image: Path, *arguments: str | Path) -> str:
    """One of mtools, on a file that is the stick."""
    assert shutil.which(program), f"{program} is missing: apt-get install mtools"
    command = [program, "-i", image, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL).stdout


def carried(folder: Path, image: Path) -> Path:
    """The folder as it comes back from the stick."""
    mtools("mcopy", image, "-s", folder, "::/")
    back = folder.with_name(f"{folder.name}-back")
    back.mkdir()
    mtools("mcopy", image, "-s", "-n", f"::/{folder.name}", back)
    return back / folder.name


def test_a_stick_of_fat(world: World, bo: World, tmp_path: Path) -> None:
    """Each log arrives, under a name of its own, byte for byte; and what comes back from there is what was there."""
    everybody = [ANA, MARK, *ALIKE]
    for number, who in enumerate(everybody):
        world.post(who, f"From number {number}.")
    world.run("export", *map(str, everybody), "--to", f"{tmp_path}/stick/")
    image = tmp_path / "fat"
    mtools("mformat", image, "-C", "-T", "4096", "-h", "2", "-s", "32", "::")
    back = carried(tmp_path / "stick", image)
    assert subprocess.run(["diff", "-r", tmp_path / "stick", back], check=False).returncode == 0
    bo.time = world.time
    taken = bo.run("import", str(back))
    assert sorted(taken.stdout.splitlines()) == sorted(f"{who}: verified, 1 new of 1." for who in everybody)
    # From the second hand, everything is there as it is.
    assert bo.run("export", *map(str, everybody), "--to", str(back)).stderr.endswith(
        "5 as they were; 0 files written.\n"
    )


def test_one_plan_by_a_pipe(world: World, bo: World) -> None:
    """As `curl … | thimbl import -` and `thimbl finger … | thimbl import -` bring it."""
    world.post(MARK, "The mill turns.")
    bo.time = world.time
    context = Context(environ={"THIMBL_HOME": str(bo.home)}, clock=bo.clock, terminal=False)
    plan = world.pen(MARK).files.plan.read_bytes()
    for piped, said in (
        (plan, "mark@mill.example: verified, 1 new of 1.\n"),
        (plan, ""),
        (plan.replace(b"turns", b"stands"), "mark@mill.example: forged: "),
        (b"Nothing of the kind.\n", "saved.plan: unreadable: "),
    ):
        environ = {"THIMBL_HOME": str(bo.home)}
        taken = CliRunner().invoke(main, ["import", "-"], input=piped, env=environ, obj=context)
        assert taken.stdout.startswith(said) if said else not taken.stdout, taken.output


def test_a_pipe_that_has_a_name(world: World, bo: World, tmp_path: Path) -> None:
    """As a shell makes one of `thimbl import <(age -d mill.tar.age)`."""
    world.post(MARK, "The mill turns.")
    world.run("export", str(MARK), "--to", f"{tmp_path}/mill.tar")
    bo.time = world.time
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cp", tmp_path / "mill.tar", pipe]):
        taken = bo.run("import", str(pipe))
    assert taken.stdout == "mark@mill.example: verified, 1 new of 1.\n"


def test_a_line_of_json_leads_to_its_record(world: World) -> None:
    """What is read by a program is named by it: its reference is the way back to what was signed."""
    world.post(ANA, "Frost on the lower field.")
    [item] = map(json.loads, world.lines("timeline", "--json"))
    raw = "\n".join(world.lines("show", item["reference"], "--raw"))
    [signed] = read_plan(world.pen(ANA).files.plan.read_text(encoding="utf-8")).records
    assert read_data(raw) == signed.data
