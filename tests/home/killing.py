"""Stop a writer by SIGKILL after its first step, its second, …: run as `killing.py FOLDER`, by its test.

It runs on its own because it forks, which a test's process with its threads should not. Each step is a call that
changes what is on disk; a write is two steps, since a kill may come when half of it is there. For each scenario it
leaves a file of that name: a line for each kill, what a fresh process then found, `old` or `new`; and what went wrong.
"""

import gc
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.home.pen import make_pen, settled, whole_log
from thimbl.core.address import Address
from thimbl.core.compose import Entry
from thimbl.core.plan import Follow
from thimbl.core.records import POST, RETRACT
from thimbl.home.authoring import Authoring
from thimbl.home.errors import PlanEdited
from thimbl.home.signing import sign

SECRET_TEXT = "What nobody is to read any more."
PLAIN = "Gone fishing.\nBack on Monday.\n"
WINDOW = 4 * 1024

CALLS = ("fsync", "rename", "link", "unlink", "mkdir", "chmod", "fchmod")


@dataclass(frozen=True)
class Scenario:
    """What is there, and what is done when the kill comes."""

    prepare: Callable[[Authoring], None]
    act: Callable[[Authoring], object]


def say(pen: Authoring, count: int, text: str = "Post %d.") -> None:
    pen.say([Entry(POST, {"text": text % number}) for number in range(1, count + 1)])


def first(pen: Authoring, text: str) -> str:
    return next(r.id for r in pen.files.all_records(pen.files.load()) if r.text == text)


def old_post_with_an_edit(pen: Authoring) -> None:
    pen.post(SECRET_TEXT)
    pen.edit(first(pen, SECRET_TEXT), SECRET_TEXT + " Edited.")
    say(pen, 40, "A long one, so that the window is soon full. " * 8 + "%d")


def follows(count: int) -> list[Follow]:
    return [Follow(f"n{number}", Address.parse(f"n{number}@far.example")) for number in range(count)]


def edited_by_hand(pen: Authoring) -> None:
    say(pen, 3)
    text = pen.files.plan.read_text()
    pen.files.plan.write_text(text.replace("entries:\n", "entries:\n- text: By hand.\n"))


SCENARIOS = {
    "first": Scenario(lambda pen: None, lambda pen: pen.post("Hello.")),
    "plain": Scenario(lambda pen: void(pen.files.plan.write_text(PLAIN)), lambda pen: pen.post("Hello.")),
    "post": Scenario(lambda pen: say(pen, 7), lambda pen: pen.post("Hello.")),
    "page": Scenario(lambda pen: say(pen, 100), lambda pen: pen.post("Hello.")),
    "pages": Scenario(lambda pen: say(pen, 99), lambda pen: say(pen, 2)),
    "retract": Scenario(old_post_with_an_edit, lambda pen: pen.retract(first(pen, SECRET_TEXT))),
    "retract-new": Scenario(lambda pen: void(pen.post(SECRET_TEXT)), lambda pen: pen.retract(first(pen, SECRET_TEXT))),
    "following": Scenario(
        lambda pen: void(pen.describe({}, follows=follows(250))), lambda pen: pen.describe({}, follows=follows(251))
    ),
    "sign": Scenario(edited_by_hand, lambda pen: sign(pen, ())),
}


def void(_: object) -> None:
    """For what a preparation returns."""


def in_child(work: Callable[[], object]) -> int:
    """Run `work` in a process of its own; how that ended."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_after(steps: int) -> None:
    """From here on this process kills itself after so many steps."""
    left = steps

    def step() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def then_step(*args: Any, **more: Any) -> Any:
            result = call(*args, **more)
            step()
            return result

        return then_step

    def torn(write: Callable[..., Any]) -> Callable[..., Any]:
        def write_halves(descriptor: int, data: bytes) -> int:
            half = len(data) // 2
            write(descriptor, data[:half])
            step()
            written = half + write(descriptor, data[half:])
            step()
            return int(written)

        return write_halves

    for name in (*CALLS, "write"):
        call = getattr(os, name)
        setattr(os, name, torn(call) if name == "write" else counted(call))


def found(pen: Authoring, before: bytes | None, old: list[str]) -> str:
    """`old` or `new`, whichever the plan is; nothing else may be there."""
    if pen.files.read_raw() == before:
        try:
            if pen.files.load().head is not None:
                assert [record.id for record in whole_log(pen.files)] == old
        except PlanEdited:
            pass  # by hand, and as it was left
        return "old"
    log = [record.id for record in whole_log(pen.files)]
    assert log[: len(old)] == old, "a published record is another one now"
    return "new"


def go_on(folder: Path, old: list[str]) -> None:
    """A fresh process posts once more, and all is as if nothing had happened."""

    def post() -> None:
        pen = make_pen(folder, window=WINDOW)
        try:
            pen.post("After that.")
        except PlanEdited:
            sign(pen, ())
            pen.post("After that.")

    assert in_child(post) == 0, "the post after the kill did not land"
    pen = make_pen(folder, window=WINDOW)
    log = whole_log(pen.files)
    if any(record.withheld for record in log) and not any(record.kind == RETRACT for record in log):
        # A retraction that was cut short: asked for again, it is carried out.
        assert in_child(lambda: make_pen(folder, window=WINDOW).retract(log[0].id)) == 0
        assert SECRET_TEXT not in everything(folder)
        assert whole_log(pen.files)[0].withheld
    else:
        settled(pen.files, log)
    assert [record.id for record in log][: len(old)] == old
    assert log[-1].text == "After that."


def everything(folder: Path) -> str:
    """All that is in the files of `folder`."""
    return "".join(path.read_text() for path in folder.rglob("*") if path.is_file())


def warm(folder: Path) -> None:
    """Import here, once, what every child would import for itself, and leave it alone when garbage is looked for."""
    folder.mkdir()
    make_pen(folder, window=WINDOW).post("So that all is imported.")
    shutil.rmtree(folder)
    gc.collect()
    gc.freeze()


def told(name: str, folder: Path) -> None:
    """Run a scenario in a folder of its own, and say in its file how it went."""
    place = folder / "homes" / name
    place.mkdir(parents=True)
    with (folder / name).open("w", encoding="utf-8") as file, redirect_stdout(file), redirect_stderr(file):
        try:
            run(name, place)
        except Exception:
            traceback.print_exc()
    shutil.rmtree(place)


def run(name: str, folder: Path) -> None:
    scenario = SCENARIOS[name]
    start = folder / "start"
    start.mkdir()
    scenario.prepare(make_pen(start, window=WINDOW))
    pen = make_pen(start, window=WINDOW)
    before = pen.files.read_raw()
    old = [record.id for record in pen.files.all_records(pen.files.load_signed())]
    steps = 0
    while True:
        steps += 1
        home = folder / str(steps)
        shutil.copytree(start, home, symlinks=True)

        def work(home: Path = home, steps: int = steps) -> None:
            kill_after(steps)
            scenario.act(make_pen(home, window=WINDOW))

        ended = in_child(work)
        assert ended in (0, -signal.SIGKILL), f"step {steps}: ended with {ended}"
        pen = make_pen(home, window=WINDOW)
        state = found(pen, before, old)
        if name == "plain":
            kept = [path for path in home.iterdir() if path.is_file() and path.read_text() == PLAIN]
            assert kept, "the plan that was there is lost"
        go_on(home, old)
        print("done" if ended == 0 else "killed", state, flush=True)
        shutil.rmtree(home)
        if ended == 0:
            return


def main(folder: Path) -> None:
    warm(folder / "warm")
    for name in SCENARIOS:
        in_child(partial(told, name, folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
