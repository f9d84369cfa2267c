"""`thimbl push`: what it says, and where it finds the place."""

import json
from pathlib import Path

import pytest

from tests.cli.reading_room import ANA, World
from tests.repository.test_documented_json import documented
from tests.support.farside import FarSide
from thimbl.home.settings import Settings, save

PLACE = "ana@shell.example"


@pytest.fixture
def far(tmp_path: Path) -> FarSide:
    return FarSide(tmp_path / "there")


def push(world: World, far: FarSide, *args: str) -> tuple[int, str, str]:
    result = world.run("push", "--ssh", far.ssh, *args)
    return result.exit_code, result.stdout, result.stderr


def test_what_it_says(world: World, far: FarSide) -> None:
    world.pen(ANA).post("Hello.")
    code, out, err = push(world, far, "--dry-run", PLACE)
    assert (code, len(out.splitlines())) == (0, 3)
    assert out.splitlines()[1].endswith("  .plan")
    assert err.endswith(f"bytes, would go to {PLACE}.\n")
    far.plan.write_text("Gone fishing.\n")
    code, out, err = push(world, far, PLACE)
    assert (code, out) == (0, "")
    lines = err.splitlines()
    assert lines[0].startswith("3 files, ")
    assert lines[0].endswith(f"went to {PLACE}.")
    assert lines[1] == "The plan that was there is kept as .plan.before-thimbl."
    assert lines[2].startswith("To push there with 'thimbl push' alone, write 'push: ana@shell.example' into ")
    far.home.chmod(0o700)
    code, out, err = push(world, far, PLACE)
    assert err.splitlines()[0] == f"Everything is at {PLACE} already."
    assert "'chmod o+x ~' there" in err
    assert far.plan.read_bytes() == world.paths.plan.read_bytes()


def test_the_place_in_the_settings(world: World, far: FarSide) -> None:
    """A target that is given goes before it."""
    (far.home / "other").mkdir()
    code, _, err = push(world, far)
    assert (code, "Where to?" in err) == (2, True)
    save(world.paths, Settings(address=ANA, push=PLACE))
    assert push(world, far) == (0, "", push_note(world, far))
    push(world, far, f"{PLACE}:other")
    assert (far.home / "other" / ".plan").read_bytes() == far.plan.read_bytes()


def push_note(world: World, far: FarSide) -> str:
    """What a push of all that there is says."""
    size = sum(path.stat().st_size for path in far.home.rglob("*") if path.is_file())
    return f"2 files, {size:,} bytes, went to {PLACE}.\n"


def test_for_programs(world: World, far: FarSide) -> None:
    code, out, _ = push(world, far, "--json", PLACE)
    done = json.loads(out)
    assert (code, list(done)) == (0, documented()["push"])
    assert done["sent"] == [".plan", "head.json"]
    assert (done["target"], done["seq"], done["kept"], done["dry_run"]) == (PLACE, 0, None, False)
    assert done["size"] == sum(path.stat().st_size for path in far.home.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("place", "ssh", "why"),
    [
        ("-oProxyCommand=reboot", None, "no place to push to"),
        (f"{PLACE}:nowhere", None, "no such folder"),
        (PLACE, "/no/such/ssh", "install OpenSSH"),
    ],
)
def test_what_can_not_be(world: World, far: FarSide, place: str, ssh: str | None, why: str) -> None:
    """One line, and exit code 1."""
    result = world.run("push", "--ssh", ssh or far.ssh, "--", place)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert why in result.stderr


def test_whoever_has_no_account_is_told_so(tmp_path: Path, far: FarSide) -> None:
    code, _, err = push(World(tmp_path / "new"), far, PLACE)
    assert (code, "thimbl init" in err) == (1, True)
