"""A hook that can not be run, or that failed the last time."""

from tests.node.ward import Ward, one
from thimbl.home.hooks.delivery import note_outcome
from thimbl.home.hooks.running import Ran
from thimbl.home.hooks.settings import Hook
from thimbl.node.doctor import Level, hooks


def set_up(ward: Ward, *lines: str) -> None:
    """Put these hooks into the configuration."""
    with ward.paths.config.open("a", encoding="utf-8") as config:
        config.write("\n".join(["hooks:", *(f"  {line}" for line in lines), ""]))


def test_without_hooks_there_is_nothing_to_say(ward: Ward) -> None:
    assert ward.find(hooks.runnable) == []


def test_all_is_well(ward: Ward) -> None:
    set_up(ward, "on_post: sh -c 'exit 0'")
    assert [found.said for found in ward.find(hooks.runnable)] == ["1 hook, and it can be run."]


def test_a_script_that_is_not_executable(ward: Ward) -> None:
    script = ward.home / "told"
    script.write_text("#!/bin/sh\n")
    set_up(ward, "on_post: sh", "on_mention: ./told")
    found = ward.the_fault(hooks.runnable)
    assert found.said == f"on_mention can not be run: {script} is not executable."
    assert found.remedy[0] == f"chmod +x {script}"
    script.chmod(0o755)
    assert ward.is_well(hooks.runnable)


def test_a_check_that_is_missing_stops_every_post(ward: Ward) -> None:
    set_up(ward, "before_post: no-such-program")
    found = ward.the_fault(hooks.runnable)
    assert found.said.endswith("there is no program no-such-program in PATH. Nothing can be posted until then.")


def test_what_others_can_write_to(ward: Ward) -> None:
    """Whoever can change what is run can run anything as its owner."""
    script = ward.home / "told"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o777)
    set_up(ward, "on_mention: ./told")
    assert ward.the_fault(hooks.runnable).remedy == (f"chmod o-w {script}",)
    script.chmod(0o755)
    assert ward.is_well(hooks.runnable)
    ward.paths.config.chmod(0o666)
    assert "and so have you run what they like" in ward.the_fault(hooks.runnable).said


def test_the_last_failure(ward: Ward) -> None:
    set_up(ward, "on_post: sh")
    with ward.account.writer() as writer:
        note_outcome(writer, Hook.ON_POST, Ran(1, "no screen"), 1_795_334_400)
    found = one(ward.find(hooks.runnable), Level.NOTE)
    assert found.said == "on_post failed at 2026-11-22T08:00:00Z: no screen (status 1)."
    assert found.remedy == ("thimbl hook try on_post",)
