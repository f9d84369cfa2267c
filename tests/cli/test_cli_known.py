"""`thimbl known`: whom one's people follow, and who names oneself."""

import json
from pathlib import Path

from tests.cli.reading_room import ANA, LOWER, MARK, World, objects
from tests.repository.test_documented_json import documented
from thimbl.cli.known import SHOWN
from thimbl.core.address import Address
from thimbl.core.plan import Follow
from thimbl.home import following

ZOE, YAN = Address.parse("zoe@dairy.example"), Address.parse("yan@oven.example:7979")


def follows(world: World, who: Address, *whom: Follow) -> None:
    """Somebody's plan says whom they follow, and Ana has fetched it."""
    world.time += 60
    world.pen(who).describe({}, follows=whom)
    world.fetch(who)


def test_a_row_for_each(world: World) -> None:
    """By how many of one's own follow them; oneself and those whom one follows are left out."""
    follows(world, MARK, Follow("zoe", ZOE), Follow("ana", ANA), Follow("coop", LOWER))
    follows(world, LOWER, Follow("z", ZOE), Follow("yan", YAN))
    world.post(Address.parse("cy@dairy.example"), f"Good morning, @{ANA}.")
    header, *rows = world.lines("known")
    assert header.split() == ["address", "called", "seen", "why"]
    assert [row.split()[0] for row in rows] == [str(ZOE), str(YAN), "cy@dairy.example"]
    assert rows[0].endswith("followed by 2: lower, mark")
    assert rows[2].endswith("names you")
    assert [line.split()[0] for line in world.lines("known", "--min", "2")[1:]] == [str(ZOE)]
    assert [line.split()[0] for line in world.lines("known", "--mentions")[1:]] == ["cy@dairy.example"]
    assert world.lines("known", "--all")[2].endswith("followed by 1: mark; you follow them")


def test_for_programs(world: World) -> None:
    follows(world, MARK, Follow("zoe", ZOE))
    follows(world, LOWER, Follow("z", ZOE))
    [zoe] = objects(world, "known")
    assert list(zoe) == documented()["known"]
    assert zoe | {"seen": None} == {
        "address": str(ZOE),
        "nicks": ["z", "zoe"],
        "followed_by": [str(LOWER), str(MARK)],
        "number": 2,
        "mentions": 0,
        "seen": None,
        "followed": False,
    }


def test_what_others_call_somebody_obeys_no_terminal(world: World) -> None:
    """Nor does it take more than its column."""
    follows(world, MARK, Follow("\x1b[31mred\x07\n\u202egreen " + "long" * 40, ZOE))
    result = world.run("known")
    [_, row] = result.stdout.splitlines()
    assert row.isprintable()
    assert row.endswith("followed by 1: mark")
    assert len(row) < 90
    assert json.loads(world.run("known", "--json").stdout)["nicks"][0].startswith("\x1b[31m")


def test_a_screenful_unless_more_is_asked_for(world: World) -> None:
    names = [Follow(f"n{number}", Address.parse(f"n{number}@dairy.example")) for number in range(SHOWN + 1)]
    follows(world, MARK, *names)
    result = world.run("known")
    assert len(result.stdout.splitlines()) == SHOWN + 1
    assert "known -n 0" in result.stderr
    assert len(world.lines("known", "-n", "0")) == SHOWN + 2


def test_nobody_is_known(world: World, tmp_path: Path) -> None:
    result = world.run("known")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "thimbl fetch" in result.stderr
    new = World(tmp_path / "new")
    assert new.run("known").exit_code == 0


def test_nobody_is_followed_by_it(world: World) -> None:
    follows(world, MARK, Follow("zoe", ZOE))
    before = following.load(world.paths)
    world.lines("known")
    assert following.load(world.paths) == before
    assert [one["address"] for one in objects(world, "following")] == [str(LOWER), str(MARK)]
