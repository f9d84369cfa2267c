"""Hooks: what a person may write, and one command, run within its bounds."""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from tests.home.pen import ANA, make_pen
from thimbl.core.compose import Entry
from thimbl.home import settings
from thimbl.home.errors import Refused, SettingsError
from thimbl.home.hooks.gate import Gate, may_write
from thimbl.home.hooks.running import MOST_TOLD, run, trouble
from thimbl.home.hooks.settings import NAME, Hook, HookSettings, hooks_data, read_hooks
from thimbl.home.paths import Paths

FOLDER = Path("/etc/ana")
ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/", "LANG": "C.UTF-8", "SECRET_TOKEN": "s3cret"}
DATA = {"hook": "on_post", "text": "Frost. ❄"}


def test_commands() -> None:
    """One line or a list of words; where a program lies is seen from the folder of the file."""
    hooks = read_hooks(
        {
            "on_post": "notify-send 'It is out' --icon=mail",
            "on_mention": ["sh", "-c", "cat >>~/mentions"],
            "on_finding": "hooks/finding --loud",
            "before_post": "~root/check",
        },
        "config.yaml: hooks",
        FOLDER,
    )
    assert hooks.commands[Hook.ON_POST] == ("notify-send", "It is out", "--icon=mail")
    assert hooks.commands[Hook.ON_MENTION] == ("sh", "-c", "cat >>~/mentions")
    assert hooks.commands[Hook.ON_FINDING] == ("/etc/ana/hooks/finding", "--loud")
    assert hooks.commands[Hook.BEFORE_POST][0].endswith("/check")
    assert hooks.told == {Hook.ON_POST, Hook.ON_MENTION, Hook.ON_FINDING}
    assert not read_hooks(None, "", FOLDER)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("notify-send", "must be a map"),
        ({"on_mail": "x"}, "there is no hook 'on_mail'; there are before_post, on_post,"),
        ({"on_post": ""}, "on_post must be a command"),
        ({"on_post": []}, "on_post must be a command"),
        ({"on_post": ["sh", 3]}, "on_post must be a command"),
        ({"on_post": True}, "on_post must be a command"),
        ({"on_post": "mail 'me"}, "on_post: the quotes do not match"),
        ({"on_post": "cat >>~/posts"}, "sh -c"),
        ({"on_post": "cat | mail me"}, "no shell runs it"),
        ({"on_post": "~nobody-of-that-name/x"}, "nobody's home"),
    ],
)
def test_what_is_no_command_is_refused(said: object, complaint: str) -> None:
    with pytest.raises(SettingsError, match="hooks") as caught:
        read_hooks(said, "config.yaml: hooks", FOLDER)
    assert complaint in str(caught.value)


def test_the_file_is_written_as_it_was(tmp_path: Path) -> None:
    """So that 'thimbl init' and the like take nothing away."""
    paths = Paths.find({"THIMBL_HOME": str(tmp_path)})
    said = {"on_post": "bin/told --twice", "on_mention": ["sh", "-c", "x > y"]}
    paths.config.write_text(f"address: ana@fields.example\nhooks: {json.dumps(said)}\n", encoding="utf-8")
    found = settings.load(paths, {})
    settings.save(paths, found)
    assert settings.load(paths, {}) == found
    assert hooks_data(found.hooks) == said


def hook(tmp_path: Path, script: str) -> tuple[str, ...]:
    """A hook that is a script of the shell's, in `tmp_path`."""
    return "sh", "-c", f"cd {tmp_path} && {{ {script}\n}}"


def test_it_gets_the_object_and_a_small_environment(tmp_path: Path) -> None:
    ran = run(Hook.ON_POST, hook(tmp_path, "cat >got; env >environ; echo away"), DATA, ENVIRON)
    assert (ran.is_good, ran.told) == (True, "")
    assert json.loads((tmp_path / "got").read_text(encoding="utf-8")) == DATA
    variables = dict(line.split("=", 1) for line in (tmp_path / "environ").read_text().splitlines())
    assert variables[NAME] == "on_post"
    assert variables["LANG"] == "C.UTF-8"
    assert "SECRET_TOKEN" not in variables


def test_a_lone_surrogate_is_still_json(tmp_path: Path) -> None:
    assert run(Hook.ON_POST, hook(tmp_path, "cat >got"), {"text": "\udc80"}, ENVIRON).is_good
    assert json.loads((tmp_path / "got").read_bytes()) == {"text": "\udc80"}


def test_why_it_failed_is_the_last_line_that_it_said(tmp_path: Path) -> None:
    """Made safe, and cut."""
    ran = run(Hook.ON_POST, hook(tmp_path, r"echo first >&2; printf '\033[31mno\n\n' >&2; exit 7"), DATA, ENVIRON)
    assert (ran.status, ran.reason) == (7, "^[[31mno (status 7)")
    assert run(Hook.ON_POST, ("false",), DATA, ENVIRON).reason == "it ended with status 1"
    assert run(Hook.ON_POST, hook(tmp_path, "kill -9 $$"), DATA, ENVIRON).reason == "it ended with signal 9"
    assert len(run(Hook.ON_POST, hook(tmp_path, "printf '%9999s' x >&2; exit 1"), DATA, ENVIRON).reason) < 400


def test_it_may_write_more_than_anybody_keeps(tmp_path: Path) -> None:
    flood = "import sys; sys.stderr.write('x' * 3_000_000 + ' end'); sys.stdout.write('y' * 3_000_000); sys.exit(1)"
    ran = run(Hook.ON_POST, (sys.executable, "-c", flood), {"text": "z" * 1_000_000}, ENVIRON)
    assert ran.status == 1
    assert len(ran.told) == MOST_TOLD
    assert ran.told.endswith(" end")


def test_it_is_ended_with_what_it_started(tmp_path: Path) -> None:
    """A program that outlives it in its session is gone too; one that it leaves behind in good order is not waited
    for."""
    script = "sleep 60 & echo $! >child; wait"
    ran = run(Hook.ON_POST, hook(tmp_path, script), DATA, ENVIRON, seconds=0.5)
    assert (ran.status, ran.reason) == (None, "it was not done after 0.5 s, and was ended")
    stat = Path("/proc", (tmp_path / "child").read_text().strip(), "stat")
    assert not stat.exists() or stat.read_text().split()[2] in "ZX" or _ends(stat)
    began = time.monotonic()
    assert run(Hook.ON_POST, hook(tmp_path, "sleep 5 & exit 0"), DATA, ENVIRON).is_good
    assert time.monotonic() - began < 4


def _ends(stat: Path) -> bool:
    """Whether a process ends that was killed."""
    while stat.exists() and stat.read_text().split()[2] not in "ZX":
        os.sched_yield()
    return True


def test_what_can_not_be_run_is_said(tmp_path: Path) -> None:
    script = tmp_path / "script"
    missing = f"there is no {script}"
    assert trouble([str(script)], ENVIRON) == missing
    assert run(Hook.ON_POST, (str(script),), DATA, ENVIRON).reason == missing
    script.write_text("#!/bin/sh\n")
    assert trouble([str(script)], ENVIRON) == f"{script} is not executable"
    assert run(Hook.ON_POST, (str(script),), DATA, ENVIRON).reason == f"{script} is not executable"
    assert trouble([str(tmp_path)], ENVIRON) == f"{tmp_path} is a folder"
    assert trouble(["no-such-program"], ENVIRON) == "there is no program no-such-program in PATH"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    assert trouble([str(script)], ENVIRON) == ""
    assert "does not start" in run(Hook.ON_POST, (str(script),), DATA, ENVIRON).reason


# before_post


def gate(tmp_path: Path, script: str, **environ: str) -> Gate:
    """The gate of somebody whose before_post is a script."""
    return Gate(HookSettings({Hook.BEFORE_POST: hook(tmp_path, script)}), {**ENVIRON, **environ})


def test_a_refusal_signs_nothing(tmp_path: Path) -> None:
    pen = make_pen(tmp_path)
    pen.describe({"name": "Ana"})
    pen.allow = gate(tmp_path, "cat >>asked; if grep -q leeks asked; then echo No leeks. >&2; exit 1; fi").allow
    assert pen.post("Frost.").records[0].seq == 1
    plan = pen.files.plan.read_bytes()
    with pytest.raises(Refused, match=r"before_post stopped it, and nothing was signed: No leeks \(status 1\)\.$"):
        pen.post("Take leeks.")
    assert pen.files.plan.read_bytes() == plan
    asked = [json.loads(line) for line in (tmp_path / "asked").read_text().splitlines()]
    texts = [{"text": "Frost."}, {"text": "Take leeks."}]
    assert asked == [{"hook": "before_post", "address": str(ANA), "kind": "post", "body": body} for body in texts]


def test_it_is_asked_of_every_kind_and_of_no_profile(tmp_path: Path) -> None:
    pen = make_pen(tmp_path)
    pen.allow = gate(tmp_path, "cat >>asked").allow
    pen.describe({"name": "Ana"})
    post = pen.post("one").records[0]
    pen.edit(post.id, "two")
    pen.announce("harvest", {"crates": "3"})
    pen.retract(post.id)
    asked = [json.loads(line) for line in (tmp_path / "asked").read_text().splitlines()]
    assert [one["kind"] for one in asked] == ["post", "edit", "harvest", "retract", "retract"]
    assert asked[1]["body"] == {"of": post.id, "text": "two"}


def test_a_check_that_is_missing_says_no(tmp_path: Path) -> None:
    missing = Gate(HookSettings({Hook.BEFORE_POST: (str(tmp_path / "check"),)}), ENVIRON)
    with pytest.raises(Refused, match="there is no "):
        missing.allow(Entry("post", {"text": "x"}), ANA)


def test_a_hook_calls_no_hook(tmp_path: Path) -> None:
    """And before_post, which is asked under the lock, can not write."""
    gate(tmp_path, "exit 1", **{NAME: "on_post"}).allow(Entry("post", {"text": "x"}), ANA)
    may_write({NAME: "on_post"})
    with pytest.raises(Refused, match="before_post hook can not write"):
        may_write({NAME: "before_post"})
