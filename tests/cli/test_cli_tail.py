"""`timeline --follow`: what comes, once; what changes, again; and its end, quietly, when nobody reads any more."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

from tests.cli.reading_room import LOWER, MARK, World

# The program as it is, but for a shorter pause between two looks: nobody waits here for a person's sake.
QUICK = "import thimbl.cli.tail as tail; tail.PAUSE = 0.02; from thimbl.cli.main import run; raise SystemExit(run())"


def followed(world: World, *acts: Callable[[], object], as_text: bool = False) -> list[str]:
    """What a tail prints while these things happen, one between two looks; Ctrl-C ends it."""
    waiting = [lambda: None, *acts]

    def sleep(_seconds: float) -> None:
        if not waiting:
            raise KeyboardInterrupt
        waiting.pop(0)()

    arguments = ["timeline", "--follow", *([] if as_text else ["--json"])]
    result = world.run(*arguments, sleep=sleep)
    assert (result.exit_code, result.stderr.strip()) == (130, "")
    return result.stdout.splitlines()


def test_what_is_edited_or_retracted_is_shown_again(world: World) -> None:
    """What stood before the tail began and was not printed, too: a program may have it from an earlier run."""
    for number in range(20):
        world.post(MARK, f"old {number}")
    first = json.loads(world.run("timeline", "--json", "-n", "0").stdout.splitlines()[0])["id"]
    latest = world.post(LOWER, "latest")

    def change(act: Callable[[], object]) -> Callable[[], object]:
        def acting() -> None:
            world.time += 60
            act()
            world.fetch(MARK)
            world.fetch(LOWER)

        return acting

    lines = followed(
        world,
        change(lambda: world.pen(MARK).edit(first, "mended")),
        change(lambda: world.pen(LOWER).retract(latest)),
        change(lambda: world.pen(MARK).post("new")),
    )
    found = [json.loads(line) for line in lines][20:]
    assert [(one["id"], one["text"], one["edited"] is not None, one["retracted"]) for one in found] == [
        (first, "mended", True, False),
        (latest, "", False, True),
        (found[2]["id"], "new", False, False),
    ]


def test_for_people_too(world: World) -> None:
    id_ = world.post(MARK, "a slip")

    def edit() -> None:
        world.time += 60
        world.pen(MARK).edit(id_, "mended")
        world.fetch(MARK)

    lines = followed(world, edit, as_text=True)
    assert lines[1:3] == ["    a slip", ""]
    assert lines[3].endswith(f"{id_[:8]}  edited  ● new")
    assert lines[4] == "    mended"


def test_a_change_of_what_is_in_another_list_is_not_shown(world: World) -> None:
    world.post(LOWER, "elsewhere")
    with world.writer() as writer:
        writer.unfollow(LOWER)
    id_ = world.post(LOWER, "not followed")

    def retract() -> None:
        world.time += 60
        world.pen(LOWER).retract(id_)
        world.fetch(LOWER)

    assert followed(world, retract) == []


def test_into_jq_and_it_ends_with_it(world: World) -> None:
    """Each object is there when it came, and not when a buffer is full; when jq has what it wanted nothing is left."""
    world.post(MARK, "before")
    environ = {**os.environ, "THIMBL_HOME": str(world.home)}
    argv = [sys.executable, "-c", QUICK, "timeline", "--follow", "--json"]
    with subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tail:
        assert tail.stdout is not None
        assert tail.stderr is not None
        wanted = 'inputs | .text, (select(.text == "that") | halt)'
        with subprocess.Popen(
            ["jq", "-n", "-r", "--unbuffered", wanted], stdin=tail.stdout, stdout=subprocess.PIPE, text=True
        ) as jq:
            tail.stdout.close()
            assert jq.stdout is not None
            assert jq.stdout.readline() == "before\n"
            world.post(MARK, "this")
            assert jq.stdout.readline() == "this\n"
            world.post(MARK, "that")
            assert jq.stdout.readline() == "that\n"
            assert jq.wait(20) == 0
        assert tail.wait(20) == 141
        assert tail.stderr.read() == ""
