"""Completion in the real bash, zsh and fish, on the screen of a terminal, by keys.

The `thimbl` of these shells completes as the program does, and otherwise shows the words that it was called with: so it
is seen what the shell makes of what was completed, a hostile name among it.
"""

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.reading_room import ANA, LOWER, MARK, World
from tests.end_to_end.tmux import Tmux
from tests.support.warm import warm_thimbl
from thimbl.cli.completion.shells import SCRIPTS

HOSTILE = "evil $(touch pwned) `touch pwned` ;'\"*"
TEXT = "Frost \x1b[31m%F{red} $(touch pwned)"

RC = {
    "bash": "PS1='> '; source {script}",
    "zsh": "PS1='> '; autoload -Uz compinit; compinit -u -D; source {script}",
    "fish": "function fish_prompt; echo '> '; end; set fish_greeting; set fish_autosuggestion_enabled 0\n"
    "source {script}",
}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[World]:
    """Ana, who has read Mark, and follows somebody under a name that no shell should act on."""
    world = World(tmp_path)
    world.set_up()
    world.follow(MARK, "mark")
    world.follow(LOWER, HOSTILE)
    yield world
    assert not [*tmp_path.rglob("pwned")]


def terminal(shell: str, world: World) -> Tmux:
    """The shell with its completion, in a folder of its own."""
    assert shutil.which(shell), f"{shell} is missing: apt-get install {shell}"
    folder = world.folder / "desk"
    folder.mkdir()
    (folder / "notes.txt").touch()
    program = folder / "thimbl"
    program.write_text(
        f'#!/bin/sh\n[ "$_THIMBL_COMPLETE" ] && exec {shlex.quote(str(warm_thimbl()))} "$@"\n'
        "printf '<%s>' \"$@\"\necho\n"
    )
    program.chmod(0o755)
    script = Path("thimbl", "cli", "completion", SCRIPTS[shell]).absolute()
    rc = folder / ".zshrc"
    rc.write_text(RC[shell].format(script=script) + "\n")
    words = {
        "bash": ["bash", "--rcfile", str(rc), "-i"],
        "zsh": ["zsh", "-i"],
        "fish": ["fish", "-N", "-C", f"source {rc}"],
    }
    environ = {
        **os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "THIMBL_HOME": str(world.home), "HOME": str(folder),
        "ZDOTDIR": str(folder), "PWD": str(folder),
    }  # fmt: skip
    return Tmux(["env", "-C", str(folder), *words[shell]], environ)


def complete(screen: Tmux, typed: str, shown: str) -> None:
    """Type, press Tab, and when something was added Enter: what the program was called with is shown."""
    screen.type(typed)
    screen.when(lambda now: now.rstrip().endswith(typed), typed)
    screen.press("Tab")
    screen.when(lambda now: not now.rstrip().endswith(typed), f"more than {typed}")
    screen.press("Enter")
    screen.when(lambda now: shown in now.replace("\n", ""), shown)


@pytest.mark.parametrize("shell", RC)
def test_completion_by_keys(shell: str, home: World) -> None:
    """A command, an address, a hostile nick, an option's value, a tag in quotes, a file; then a list of records."""
    mine, other = home.post(ANA, "First furrow. #leeks"), home.post(MARK, TEXT)
    screen = terminal(shell, home)
    try:
        screen.until("^>")
        for typed, shown in (
            ("thimbl unf", "<unfollow>"),
            ("thimbl unfollow mark@", "<unfollow><mark@mill.example>"),
            ("thimbl unfollow ev", f"<unfollow><{HOSTILE}>"),
            ("thimbl timeline --author=mark@m", "<timeline><--author=mark@mill.example>"),
            ("thimbl search '#l", "<search><#leeks>"),
            ("thimbl feed --output no", "<feed><--output><notes.txt>"),
        ):
            complete(screen, typed, shown)
        lead = ""
        if shell != "bash":  # which does not tell of what stands before a command
            screen.type("export THIMBL_HOME=/nowhere\n")
            lead = f"THIMBL_HOME=~/../{home.home.name} "
        screen.type(f"{lead}thimbl reply ")
        screen.press("Tab", "Tab")
        listed = screen.until(f"{mine[:8]}.*First furrow")
        assert re.search(rf"{other[:8]}.*mark: Frost \^\[\[31m%F{{red}} \$\(touch pwned\)", listed)
    finally:
        screen.close()
