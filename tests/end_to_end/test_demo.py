"""The demonstration: its hosts and people, what it leaves behind (nothing), and the terminal UI over it in tmux."""

import random
import re
import signal
import string
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.stage import PATIENCE, THIMBL, Running, Terminal, demonstration, environment, processes_of
from tests.end_to_end.tmux import Tmux
from tests.support.warm import warm_thimbl
from thimbl.cli.demo.people import CLASSIC, COMMUNE, EVA, FIELDS, MILL, YOU
from thimbl.cli.demo.village import Village


def a_text() -> str:
    """Something that nobody has said before."""
    return "It is said: " + " ".join("".join(random.choices(string.ascii_lowercase, k=9)) for _ in range(3)) + "."


def demo_environment(folder: Path) -> dict[str, str]:
    """Where temporary folders are made in `folder`, so that what is left over can be seen."""
    (folder / "tmp").mkdir()
    return environment(folder, TMPDIR=str(folder / "tmp"))


def test_off_a_terminal_it_prints_the_timeline_and_ends(tmp_path: Path) -> None:
    """With the messages of 2010 and 2011, a retraction, announcements as sentences; and nothing stays behind."""
    environ = demo_environment(tmp_path)
    # A person's own account has nothing to do with it.
    done = subprocess.run(
        [*THIMBL, "demo"],
        env={**environ, "THIMBL_HOME": str(tmp_path / "mine"), "THIMBL_TIMELINE_LIMIT": "1"},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "mine").exists()
    assert list((tmp_path / "tmp").iterdir()) == []
    assert processes_of(tmp_path) == []
    for words in ("Frost tonight. Cover what you love.", "the end of the film on Sunday", "A small tractor, 30 hp"):
        assert words in done.stdout
    assert "pays on TUNNEL-1 for 20" in done.stdout
    assert set(re.findall(r"unsigned +(20[0-9]{2})-", done.stdout)) == {"2010", "2011"}
    for secret in ("no dogs, Rex", "the fog had been the sea"):  # taken back, and folded under its subject
        assert secret not in done.stdout
    assert "\x1b" not in done.stdout


def test_a_signal_while_it_runs_leaves_nothing(tmp_path: Path) -> None:
    """SIGTERM when the hosts are up: they go, the folder goes."""
    environ = demo_environment(tmp_path)
    with Running(demonstration(), environ, cwd=tmp_path) as demo:
        demo.until("Fingering everybody", lambda it: it.err)  # who begins to right now
        assert len(processes_of(tmp_path)) >= 5
        demo.signal(signal.SIGTERM)
        assert demo.end() == 128 + signal.SIGTERM
        assert "Traceback" not in demo.err
    assert list((tmp_path / "tmp").iterdir()) == []
    assert processes_of(tmp_path) == []


def test_a_shell_in_it_is_ones_own_and_goes_with_it(tmp_path: Path) -> None:
    """There `thimbl` is whom one is; Ctrl-C is for what runs in it; SIGTERM ends the shell, then the rest."""
    shell = tmp_path / "shell"
    shell.write_text(
        "#!/bin/sh\n"
        "thimbl commune todo\n"
        "test -e $ANA/key && echo Ana has a key\n"
        "sh -c 'kill -INT $$; echo deaf to Ctrl-C'\n"
        "trap 'echo the shell goes; exit' TERM\n"
        "echo ready; while read line; do :; done\n",
        encoding="utf-8",
    )
    shell.chmod(0o755)
    environ = {**demo_environment(tmp_path), "SHELL": str(shell)}
    with Terminal(demonstration("--shell", "--as", "commune"), environ, cwd=tmp_path) as terminal:
        terminal.until("thimbl commune clear PRESS-1")
        terminal.until("Ana has a key")
        terminal.until("ready")
        terminal.signal(signal.SIGTERM)
        assert terminal.end() == 128 + signal.SIGTERM
        assert "the shell goes" in terminal.out
        assert "deaf" not in terminal.out
    assert list((tmp_path / "tmp").iterdir()) == []
    assert processes_of(tmp_path) == []


class WarmVillage(Village):
    """The same, whose hosts and commands start warm."""

    def program(self, *arguments: str) -> list[str]:
        return [str(warm_thimbl()), *arguments]


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    """The demonstration's hosts and people, fetched once."""
    folder = tmp_path_factory.mktemp("village")
    village = WarmVillage(folder, environment(folder), int(time.time()))
    try:
        village.start()
        village.populate()
        fetched = village.fetch()
        assert (fetched.returncode, fetched.stderr[:9]) == (0, "8 asked, ")
        village.look_back()
        yield village
    finally:
        village.stop()
    assert processes_of(folder) == []


def test_the_answer_of_2011_is_a_timeline_of_2010_and_2011(village: Village) -> None:
    """The real plan, by way of a host that knows no views; nobody has signed it, and it says so."""
    shown = village.run(YOU, "timeline", "--author", CLASSIC, "-n", "0").stdout
    stamps = re.findall(r"unsigned +(20[0-9]{2})-", shown)
    assert len(stamps) > 10
    assert set(stamps) == {"2010", "2011"}
    everything = village.run(YOU, "timeline", "-n", "0").stdout
    assert len(re.findall(r"unsigned +201[01]-", everything)) == len(stamps)


def test_an_offer_is_shown_as_one_and_a_retraction_as_one(village: Village) -> None:
    """Asset, rent, face, rate and when it closes; the text that was taken back is nowhere in the home."""
    offers = village.run(YOU, "timeline", "--bonds").stdout
    for words in ("A small tractor, 30 hp", "2400.00 EUR", "200.00 EUR", "5 %", "closes in"):
        assert words in offers
    assert "max_rate_bp" not in offers
    for path in village.home(YOU).rglob("*"):
        assert not path.is_file() or b"no dogs, Rex" not in path.read_bytes()


def test_the_commune_is_whole_for_the_newcomer(village: Village) -> None:
    """Nothing is lacking and nothing at fault; and somebody who came with the commune names them."""
    audited = village.run(YOU, "audit")
    assert (audited.returncode, audited.stderr) == (0, "")
    assert "records checked, no findings" in audited.stdout
    assert "Lacking" not in audited.stdout
    assert f"Eva  {EVA}" in village.run(YOU, "mentions").stdout


# the terminal UI


def test_the_terminal_ui_reads_and_writes(village: Village) -> None:
    """In 80 by 24: it shows the posts, `c` writes one that lands in the plan, `q` ends it with 0."""
    text = a_text()
    plan = village.spool(FIELDS) / "you.plan"
    tmux = Tmux([sys.executable, "-m", "thimbl", "tui"], village.environment(YOU))
    try:
        screen = tmux.until(r"good morning")
        assert len(screen.splitlines()) <= 24
        assert COMMUNE.partition("@")[0] in screen or "Fields Commune" in screen
        tmux.press("c")
        tmux.until(r"Keep as draft")
        tmux.type(text)
        tmux.until(re.escape(text.split()[-1]))
        assert text not in plan.read_text(encoding="utf-8"), "it is published before it was sent"
        tmux.press("C-s")
        tmux.until(r"(?s)^(?!.*Keep as draft)")
        assert text in plan.read_text(encoding="utf-8")
        tmux.press("q")
        tmux.until(r"(?m)^ended with 0$")
    finally:
        tmux.close()
    assert text in village.run(YOU, "timeline").stdout
    assert not [command for command in processes_of(village.folder) if "serve" not in command and "2011" not in command]


def test_a_text_arrives_and_a_dead_host_is_told(village: Village) -> None:
    """Posted through one daemon's account, found in another's; then the daemon is killed, and that is reported."""
    di, text = f"di@{MILL}", a_text()
    posted = village.run(di, "post", text)
    assert posted.returncode == 0, posted.stderr
    fetched = village.fetch()
    assert (fetched.returncode, fetched.stderr.splitlines()[0]) == (0, "8 asked, 1 new.")
    assert text in village.run(YOU, "timeline").stdout
    found = village.run(YOU, "search", text.split()[-1].strip("."), "--json").stdout
    assert posted.stdout.strip() in found

    mill = village.hosts[MILL]
    mill.send_signal(signal.SIGKILL)
    mill.wait(PATIENCE)
    unheard = a_text()
    assert village.run(di, "post", unheard).returncode == 0
    fetched = village.fetch()
    assert fetched.returncode == 3
    assert fetched.stdout == ""
    lines = fetched.stderr.splitlines()
    assert sorted(who for line in lines if (who := line.partition(": ")[0]).endswith(MILL)) == [f"cy@{MILL}", di]
    assert "8 asked, 0 new, 2 failed." in lines
    read = village.run(YOU, "read", "-n", "0")
    assert (read.returncode, read.stderr) == (3, fetched.stderr)
    assert text in read.stdout
    assert unheard not in read.stdout
