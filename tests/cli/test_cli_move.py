"""`thimbl move`: what is shown and asked, what is said, and what a program gets."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.reading_room import ANA, World
from thimbl.core.keys import PrivateKey
from thimbl.home import moving
from thimbl.home.keyfile import make_key

NEW = "ana@dairy.example"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"


@pytest.fixture
def ana(tmp_path: Path) -> World:
    """Ana, who has a key in a file."""
    made = World(tmp_path)
    made.set_up()
    key = PrivateKey.from_seed(str(ANA).encode().ljust(32, b".")[:32])
    make_key(made.paths.key, lambda: key)
    return made


def config(world: World) -> str:
    return world.paths.config.read_text(encoding="utf-8")


def test_nothing_is_signed_unasked(ana: World) -> None:
    """The exact record is shown; without --yes and a terminal that is all."""
    before = ana.paths.plan.read_bytes(), config(ana)
    told = ana.run("move", NEW)
    assert (told.exit_code, told.stdout) == (1, "")
    assert f"    kind: move\n    from: {ANA}\n    to: {NEW}\n" in told.stderr
    assert "--yes" in told.stderr
    assert (ana.paths.plan.read_bytes(), config(ana)) == before


def test_it_says_what_is_left_to_do(ana: World) -> None:
    """The reference of what was signed, where the last plan is, and who else has to know."""
    assert ana.run("profile", "--mirror", "mirror.example").exit_code == 0
    ana.paths.config.write_text(config(ana) + "push: ana@shell.example\n", encoding="utf-8")
    told = ana.run("move", "anna@dairy.example", "--yes")
    assert told.exit_code == 0, told.stderr
    assert re.fullmatch(rf"{ANA}#[a-z2-7]{{52}}\n", told.stdout)
    last = ana.paths.plan.with_name(f".plan.last-at-{ANA}")
    assert last.exists()
    for word in (str(last), "'push' in", "ana@shell.example", "mirror you", "started again"):
        assert word in " ".join(told.stderr.split())
    assert config(ana) == "address: anna@dairy.example\npush: ana@shell.example\n"
    said = ana.run("post", "Here I am.")
    assert said.stdout.startswith("anna@dairy.example#")


def test_for_programs(ana: World) -> None:
    """The documented fields; said again, the same record, and nothing is signed."""
    first, again = (json.loads(ana.run("move", NEW, "--yes", "--json").stdout) for _ in range(2))
    section = PAGE.read_text(encoding="utf-8").split("\n### `move`\n")[1].partition("\n### ")[0]
    assert list(first) == re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)
    assert (first["from"], first["to"], first["signed"]) == (str(ANA), NEW, True)
    assert again == first | {"signed": False}


def test_what_was_cut_short_is_told(ana: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference is printed, since it is published; and how to go on."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(moving, "_tell_store", full)
        told = ana.run("move", NEW, "--yes")
    assert (told.exit_code, told.stdout.startswith(f"{ANA}#")) == (1, True)
    assert f"say 'thimbl move {NEW}' again" in told.stderr
    assert f"thimbl move {NEW}" in ana.run("post", "Where am I?").stderr
    assert ana.run("move", NEW).exit_code == 0
    assert ana.run("post", "Here I am.").exit_code == 0


def test_who_is_known_to_a_commune_has_to_say_so(ana: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "ties", lambda account: ["commune@fields.example: you are a member."])
    told = ana.run("move", NEW, "--yes")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "you are a member" in told.stderr
    assert "--leave-behind" in told.stderr
    assert ana.run("move", NEW, "--yes", "--leave-behind").exit_code == 0
