"""Hooks as they are told: each thing once, by whichever program; and what is said where one fails."""

import json
import os
import random
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.cli.reading_room import ANA, LOWER, MARK, World
from tests.store.arrivals import arrive
from tests.support.historian import Historian
from tests.support.venture import COMMUNE
from thimbl.cli.hook import HOOKS
from thimbl.cli.main import main
from thimbl.home.account import Account
from thimbl.home.durable import try_lock
from thimbl.home.hooks import background, delivery
from thimbl.home.hooks.delivery import deliver
from thimbl.home.hooks.settings import Hook
from thimbl.store.mutes import Mute, MuteKind

PAGE = Path(__file__).resolve().parents[2] / "docs" / "hooks.md"
CALL = f"Good morning, @{ANA}."


def set_up(home: Path, **hooks: str) -> None:
    """Put these hooks into the configuration; each is a script of the shell's, run in `home`."""
    lines = [f"  {name}: [sh, -c, {json.dumps(f'cd {home} && {script}')}]" for name, script in hooks.items()]
    config = home / "config.yaml"
    before = config.read_text(encoding="utf-8").partition("hooks:")[0]
    config.write_text(before + "\n".join(["hooks:", *lines, ""]), encoding="utf-8")


def given(home: Path, name: str = "told") -> list[dict[str, Any]]:
    """The objects that a hook has put into a file."""
    path = home / name
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def documented(section: str, page: Path = PAGE) -> list[str]:
    """The fields that docs/hooks.md names, or another page."""
    part = page.read_text(encoding="utf-8").split(f"\n### {section}\n")[1].partition("\n### ")[0]
    return re.findall(r"^\| `([a-z_]+)` \|", part, re.MULTILINE)


@pytest.fixture
def listening(world: World) -> World:
    """Ana is told of mentions and announcements, from now on."""
    world.post(MARK, CALL)
    set_up(world.home, on_mention="cat >>told", on_announcement="cat >>told")
    assert world.run("hook", "run").exit_code == 0
    return world


def test_a_mention_is_told_once_and_as_json_has_it(listening: World) -> None:
    world = listening
    assert given(world.home) == []
    world.post(MARK, CALL)
    world.post(MARK, "Nobody is named.")
    world.pen(LOWER).announce("harvest", {"crates": "3"})
    world.fetch(LOWER)  # its first answer
    told = world.run("hook", "run")
    assert (told.exit_code, told.output) == (0, "")
    [found] = given(world.home)
    item = json.loads(world.run("mentions", "--json", "-n", "1").stdout)
    assert found == {"hook": "on_mention", **item}
    assert list(found) == documented("Items") + list(item)
    world.time += 60
    world.pen(LOWER).announce("harvest", {"crates": "4"})
    world.fetch(LOWER)
    world.run("hook", "run")
    assert [(one["hook"], one["body"]) for one in given(world.home)[1:]] == [("on_announcement", {"crates": "4"})]


def test_any_command_that_has_to_do_with_the_account_tells(listening: World) -> None:
    """And one that only reads does not."""
    listening.post(MARK, CALL)
    listening.run("timeline")
    assert given(listening.home) == []
    listening.run("mute", "football")
    assert len(given(listening.home)) == 1


def test_what_is_muted_or_gone_is_not_told(listening: World) -> None:
    with listening.writer() as writer:
        writer.sync_mutes([Mute.of(MuteKind.TAG, "football")])
    listening.post(MARK, f"{CALL} #football")
    gone = listening.post(MARK, CALL)
    listening.time += 60
    listening.pen(MARK).retract(gone)
    listening.fetch(MARK)
    listening.run("hook", "run")
    assert given(listening.home) == []


def test_many_at_once_are_bounded_and_it_is_said(listening: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "MOST_AT_ONCE", 3)
    for number in range(5):
        listening.post(MARK, f"{CALL} {number}")
    told = listening.run("hook", "run")
    assert told.stderr == "2 older things that came were not told to hooks: 'thimbl timeline' has them.\n"
    assert [one["text"][-1] for one in given(listening.home)] == ["2", "3", "4"]
    assert listening.run("hook", "run").stderr == ""
    assert len(given(listening.home)) == 3


def account(world: World, **environ: str) -> Account:
    """Ana's, as another program finds it."""
    found = {"THIMBL_HOME": str(world.home), **environ}
    return Account.find(found, world.clock, lambda number: b"\5" * number)


def test_programs_that_tell_at_once_tell_each_thing_once(listening: World) -> None:
    for number in range(6):
        listening.post(MARK, f"{CALL} {number}")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: deliver(account(listening), pytest.fail), range(4)))
    assert [one["text"][-1] for one in given(listening.home)] == ["0", "1", "2", "3", "4", "5"]
    assert sum(one.told for one in done) == 6


def test_whoever_is_late_leaves_it_to_whoever_tells(listening: World) -> None:
    listening.post(MARK, CALL)
    lock = try_lock(listening.paths.lock.with_name("hooks.lock"))
    assert lock is not None
    assert deliver(account(listening), pytest.fail).told == 0
    os.close(lock)
    assert deliver(account(listening), pytest.fail).told == 1


def test_what_the_time_does_not_reach_for_is_told_the_next_time(listening: World) -> None:
    """A command does not wait long; a program in the background goes on."""
    for number in range(3):
        listening.post(MARK, f"{CALL} {number}")
    ticks = iter([0.0, 1.0, 2.0, 3.0])
    done = deliver(account(listening), pytest.fail, seconds=2.5, clock=lambda: next(ticks))
    assert (done.told, done.left) == (2, True)
    assert deliver(account(listening), pytest.fail).told == 1
    assert [one["text"][-1] for one in given(listening.home)] == ["0", "1", "2"]


def test_the_rest_is_told_in_the_background(listening: World, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Account] = []
    monkeypatch.setattr(background, "start", started.append)
    monkeypatch.setattr("thimbl.cli.hooking.PATIENCE", -1.0)
    listening.post(MARK, CALL)
    listening.run("mute", "football")
    assert len(started) == 1
    assert given(listening.home) == []


def test_a_hook_is_never_told_by_a_hook(listening: World) -> None:
    listening.post(MARK, CALL)
    assert deliver(account(listening, THIMBL_HOOK="on_post"), pytest.fail).told == 0
    assert deliver(account(listening), pytest.fail).told == 1


def test_a_failure_is_a_line_and_is_kept_until_it_is_over(listening: World) -> None:
    """It changes neither what the command does nor its exit code, and comes once however often it happens."""
    world = listening
    set_up(world.home, on_mention="echo No screen. >&2; exit 1")
    world.post(MARK, CALL)
    world.post(MARK, CALL)
    told = world.run("mute", "football")
    assert told.exit_code == 0
    assert told.stderr.splitlines()[1:] == ["The hook on_mention failed: No screen (status 1)."]
    assert world.run("log").stderr.splitlines()[-1] == "The hook on_mention failed just now: No screen (status 1)."
    assert "failed just now: No screen (status 1)" in world.run("hook", "list").stdout
    [found] = [json.loads(line) for line in world.run("hook", "list", "--json").stdout.splitlines()]
    assert (found["hook"], found["trouble"], found["failure"]) == ("on_mention", None, "No screen (status 1)")
    assert list(found) == documented("`hook list`", PAGE.with_name("configuration.md"))
    world.post(MARK, CALL)
    assert world.run("hook", "run").exit_code == 3
    set_up(world.home, on_mention="cat >>told")
    world.post(MARK, CALL)
    assert world.run("hook", "run").exit_code == 0
    assert len(given(world.home)) == 1
    assert "on_mention" not in world.run("log").stderr


def test_without_hooks_all_is_forgotten(listening: World) -> None:
    """Whoever names one a month later is told nothing of that month."""
    config = listening.home / "config.yaml"
    config.write_text(config.read_text().partition("hooks:")[0])
    listening.run("mute", "football")
    listening.post(MARK, CALL)
    set_up(listening.home, on_mention="cat >>told")
    listening.run("hook", "run")
    assert given(listening.home) == []
    listening.post(MARK, CALL)
    listening.run("hook", "run")
    assert len(given(listening.home)) == 1


def test_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were not there before; each once, as an audit has it. A command that has other things to do folds no
    books for it: a program in the background does."""
    started: list[Account] = []
    monkeypatch.setattr(background, "start", started.append)
    venture = Historian(random.Random(1), crooked=True).go(30)
    world = World(tmp_path)
    world.set_up()
    log, half = venture.logs[COMMUNE], len(venture.logs[COMMUNE]) // 2
    with world.writer() as writer, writer.batch():
        for who, records in venture.logs.items():
            arrive(writer, records, 1, half if who == COMMUNE else len(records))

    def faults() -> list[dict[str, Any]]:
        found = map(json.loads, world.run("audit", "--json").stdout.splitlines())
        return [one for one in found if one["fault"]]

    before = faults()
    set_up(world.home, on_finding="cat >>told")
    assert world.run("hook", "run").exit_code == 0
    assert given(world.home) == []
    with world.writer() as writer:
        arrive(writer, log, half + 1, len(log))
    assert world.run("mute", "football").exit_code == 0
    assert (given(world.home), len(started)) == ([], 1)
    for _ in range(2):
        assert world.run("hook", "run").exit_code == 0
    assert world.run("mute", "cheese").exit_code == 0
    assert len(started) == 1
    found, after = given(world.home), faults()
    assert before
    assert found == [{"hook": "on_finding", **one} for one in after if one not in before] != []
    assert list(found[0]) == documented("Findings") + list(after[0])


# one's own


@pytest.fixture
def thimbl(tmp_path: Path) -> Callable[..., Result]:
    """Runs a command of Bo's, who has an account of his own in `tmp_path`."""
    environ = {"THIMBL_HOME": str(tmp_path)}

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments), env=environ)

    assert run("init", "bo@dairy.example").exit_code == 0
    return run


def test_ones_own_posts(thimbl: Callable[..., Result], tmp_path: Path) -> None:
    """From the first one on, what is edited and taken back too; a profile is none."""
    set_up(tmp_path, on_post="cat >>told")
    id_ = thimbl("post", "Milk.").stdout.strip().rpartition("#")[2]
    thimbl("profile", "--bio", "Cows.")
    thimbl("edit", id_, "Butter.")
    thimbl("retract", id_, "--yes")
    found = given(tmp_path)
    assert [(one["text"], one["edited"] is not None, one["retracted"]) for one in found] == [
        ("Milk.", False, False),
        ("Butter.", True, False),
        ("", False, True),
    ]
    assert {(one["hook"], one["id"], one["me"]) for one in found} == {("on_post", id_, True)}


def test_a_refusal_keeps_the_draft(thimbl: Callable[..., Result], tmp_path: Path) -> None:
    set_up(tmp_path, before_post="cat >told; echo Not today. >&2; exit 1", on_post="cat >>posted")
    refused = thimbl("post", "Milk.")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Your text is kept in " in refused.stderr
    assert refused.stderr.splitlines()[-1] == (
        "thimbl: before_post stopped it, and nothing was signed: Not today (status 1)."
    )
    assert list(given(tmp_path)[0]) == documented("`before_post`")
    assert (tmp_path / "drafts" / "post.txt").read_text() == "Milk."
    assert given(tmp_path, "posted") == []


def test_a_hook_that_posts_has_an_end(thimbl: Callable[..., Result], tmp_path: Path) -> None:
    """What it posts is published, and told to no hook, now or later."""
    again = f"cat >>told; {sys.executable} -m thimbl post Again. >/dev/null"
    set_up(tmp_path, on_post=again)
    assert thimbl("post", "Milk.").exit_code == 0
    thimbl("hook", "run")
    assert [one["text"] for one in given(tmp_path)] == ["Milk."]
    shown = [json.loads(line)["text"] for line in thimbl("timeline", "--json").stdout.splitlines()]
    assert shown == ["Milk.", "Again."]


# trying one


def test_the_names_of_hooks() -> None:
    assert tuple(Hook) == HOOKS


def test_to_try_one_is_to_tell_nobody(listening: World) -> None:
    world = listening
    world.pen(MARK).announce("harvest", {"crates": "3"})
    world.fetch(MARK)
    mention = json.loads(world.run("hook", "try", "on_mention", "--print").stdout)
    assert (mention["hook"], mention["text"]) == ("on_mention", CALL)
    assert json.loads(world.run("hook", "try", "on_announcement", "--print").stdout)["kind"] == "harvest"
    named = world.run("hook", "try", "on_announcement", mention["id"], "--print").stdout
    assert json.loads(named) == {**mention, "hook": "on_announcement"}
    body = json.loads(world.run("hook", "try", "before_post", "Leeks.", "--print").stdout)["body"]
    assert body == {"text": "Leeks."}
    tried = world.run("hook", "try", "on_mention")
    assert tried.exit_code == 0
    assert tried.stderr.startswith("The hook on_mention succeeded, in ")
    assert given(world.home) == [mention]
    set_up(world.home, on_mention="exit 4")
    assert world.run("hook", "try", "on_mention").stderr == (
        "thimbl: The hook on_mention failed: it ended with status 4.\n"
    )
    for arguments, code, complaint in (
        (["on_mail"], 2, "'before_post', 'on_post', 'on_mention'"),
        (["on_post"], 1, "Nothing is here that on_post would be told of"),
        (["on_finding"], 1, "There is no finding"),
        (["before_post"], 1, "You have no hook before_post"),
    ):
        tried = world.run("hook", "try", *arguments)
        assert (tried.exit_code, complaint in tried.stderr) == (code, True), tried.stderr


def test_the_example_for_the_desktop(listening: World) -> None:
    """As the page has it, with a program in the place of notify-send."""
    script = PAGE.read_text(encoding="utf-8").split("```shell-script\n")[1].partition("```")[0]
    bin_ = listening.home / "bin"
    bin_.mkdir()
    for name, text in (("told", script), ("notify-send", f'#!/bin/sh\nprintf "%s|" "$@" >{listening.home}/shown\n')):
        (bin_ / name).write_text(text, encoding="utf-8")
        (bin_ / name).chmod(0o755)
    config = listening.home / "config.yaml"
    config.write_text(config.read_text().partition("hooks:")[0] + "hooks:\n  on_mention: bin/told\n")
    listening.post(MARK, f"-i {CALL} `rm`")
    told = listening.run("hook", "run", PATH=f"{bin_}:{os.environ['PATH']}")
    assert (told.exit_code, told.stderr) == (0, "")
    assert (listening.home / "shown").read_text() == f"--|mark|-i {CALL} `rm`|"
