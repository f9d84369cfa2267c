"""Writing from a shell: where the text comes from, who signs, where the files are, and that nothing is lost."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.stage import THIMBL, Person, Running, environment
from tests.support.warm import warm_thimbl


def editor(folder: Path, script: str) -> str:
    """An editor that does what a shell script says with the file "$1"."""
    path = folder / "my editor"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return f"'{path}'"


# the account


def test_an_account_keeps_the_plan_that_was_there(tmp_path: Path) -> None:
    """Without THIMBL_HOME the files are where XDG puts them; a plan of plain words is kept beside the new one."""
    home = tmp_path / "home"
    cy = Person(home, XDG_DATA_HOME=str(tmp_path / "data"))
    del cy.environ["THIMBL_HOME"]
    (home / ".plan").write_text("Gone to the mill.\n", encoding="utf-8")
    made = cy.run("init", "cy@mill.example", "--name", "Cy")
    assert made.stdout == ""
    assert ".plan.before-thimbl" in made.stderr
    assert (home / ".plan.before-thimbl").read_text(encoding="utf-8") == "Gone to the mill.\n"
    cy.run("post", "Ground.")
    assert cy.texts("timeline") == ["Ground."]
    config = home / ".config" / "thimbl"
    assert (config / "config.yaml").is_file()
    assert (config / "key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data" / "thimbl" / "store.sqlite3").is_file()
    assert (home / ".plan.d" / "00000001.json").is_file()
    assert sorted(path.name for path in home.iterdir()) == [".config", ".plan", ".plan.before-thimbl", ".plan.d"]


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables of a real ssh-agent."""
    socket = tmp_path / "agent"
    with Running(["ssh-agent", "-D", "-a", str(socket)], environment(tmp_path)) as running:
        running.until("SSH_AUTH_SOCK=")
        yield {"SSH_AUTH_SOCK": str(socket)}
        running.process.terminate()
        running.end()


def test_a_key_of_openssh_signs_by_way_of_its_agent(tmp_path: Path, agent: dict[str, str]) -> None:
    """A key with a passphrase, made by ssh-keygen: without the agent the text is kept, with it the post is signed; and
    an account may name a public key whose private part the agent alone has."""
    key, ask = tmp_path / "id", tmp_path / "ask"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "rhubarb", "-C", "ana", "-f", str(key)], check=True)
    ask.write_text("#!/bin/sh\necho rhubarb\n", encoding="utf-8")
    ask.chmod(0o700)
    asked = {"SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force"}
    add = ["ssh-add", "-q", str(key)]
    subprocess.run(add, env={**environment(tmp_path), **agent, **asked}, check=True, stdin=subprocess.DEVNULL)
    fingerprint = subprocess.check_output(["ssh-keygen", "-lf", str(key)], text=True).split()[1]
    ana, bo = Person(tmp_path / "ana"), Person(tmp_path / "bo")
    for one in (ana, bo):
        one.environ.update(agent)
    ana.run("init", "ana@fields.example", "--key", str(key))
    told = ana.run("post", "Signed by nobody.", code=1, SSH_AUTH_SOCK="")
    assert "ssh-add" in told.stderr
    assert ana.drafts() == {"post.txt": "Signed by nobody."}
    ana.run("post", "Signed by the agent.")
    (shown,) = ana.objects("key", "show")
    assert (shown["fingerprint"], shown["held"]) == (fingerprint, "with a passphrase")

    public = tmp_path / "only.pub"
    key.with_suffix(".pub").rename(public)
    key.unlink()
    bo.run("init", "bo@dairy.example", "--key", str(public))
    bo.run("post", "Held elsewhere.")
    for one, text in ((ana, "Signed by the agent."), (bo, "Held elsewhere.")):
        (found,) = one.objects("verify", ".plan")
        assert (found["verdict"], found["fingerprint"]) == ("verified", fingerprint)
        assert one.texts("timeline") == [text]


# the text


def test_the_text_comes_from_wherever_one_has_it(ana: Person) -> None:
    """Arguments, '-', a pipe, an editor; options from the environment. The draft is gone when it is posted."""
    ana.run("post", "Two", "words.")
    ana.run("post", "-", text="By a dash.\r\nTwo lines.\n\n")
    ana.run("post", text="By a pipe: äöü 🧀.\n", THIMBL_POST_SUBJECT="cheese", THIMBL_POST_LANG="de")
    ana.run("post", "-e", VISUAL=editor(ana.home, 'echo "By an editor." > "$1"'), EDITOR="false")
    assert ana.texts("timeline") == ["Two words.", "By a dash.\nTwo lines.", "By a pipe: äöü 🧀.", "By an editor."]
    piped = ana.objects("timeline")[2]
    assert piped["subject"] == "cheese"
    assert '"lang": "de"' in ana.says("show", "--raw", piped["reference"])
    assert ana.drafts() == {}


def test_a_draft_survives_what_goes_wrong(ana: Person) -> None:
    """An editor that fails, a key that is away, a full disk; and what fails now does not cost what failed before."""
    fails = editor(ana.home, 'echo "Half a thou" > "$1"; exit 3')
    told = ana.run("post", "-e", code=1, VISUAL=fails)
    assert "ended with 3" in told.stderr
    assert ana.drafts() == {"post.txt": "Half a thou\n"}

    # Posting something else costs the draft nothing, whether it works or not.
    meanwhile = "Meanwhile, " * 100 + "rain."
    ana.run("post", meanwhile)
    (ana.home / "key").rename(ana.home / "key-away")
    (ana.home / "key.pub").rename(ana.home / "key-away.pub")
    told = ana.run("post", text="Nobody signs this.", code=1)
    assert "key" in told.stderr.splitlines()[-1]
    assert ana.drafts() == {"post.txt": "Half a thou\n", "post-2.txt": "Nobody signs this."}
    (ana.home / "key-away").rename(ana.home / "key")

    # 1 KiB is enough for a draft and too little for a plan: what was published stays as it was.
    before = ana.plan.read_bytes()
    assert len(before) > 1024
    full = ["sh", "-c", 'ulimit -f 2; exec "$@"', "sh"]  # in blocks of 512 bytes, as POSIX has it
    told = ana.run("post", text="No room.", code=1, before=full)
    assert "File too large" in told.stderr
    assert ana.drafts()["post-3.txt"] == "No room."
    none = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"]
    assert "\nNo room at all.\n" in ana.run("post", text="No room at all.", code=1, before=none).stderr
    assert ana.plan.read_bytes() == before
    assert ana.run("verify", ".plan").returncode == 0

    # Taken up again, it begins where it was left.
    ends = editor(ana.home, 'echo "ght, and the rest." >> "$1"')
    ana.run("post", "-e", VISUAL=ends)
    assert ana.texts("timeline") == [meanwhile, "Half a thou\nght, and the rest."]
    assert sorted(ana.drafts()) == ["post-2.txt", "post-3.txt"]


def test_ten_who_post_at_once_all_land(ana: Person) -> None:
    """Each is in the plan and in the store, in one chain."""
    texts = [f"Row {number}." for number in range(10)]
    running = [Running([str(warm_thimbl()), "post", text], ana.environ, cwd=ana.home) for text in texts]
    assert [one.end() for one in running] == [0] * 10
    references = [one.out.strip() for one in running]
    assert len(set(references)) == 10
    (found,) = ana.objects("verify", ".plan")
    assert (found["verdict"], found["seq"]) == ("verified", 10)
    shown = ana.objects("timeline", "-n", "0")
    assert {(item["reference"], item["text"]) for item in shown} == set(zip(references, texts, strict=True))
    assert [item["seq"] for item in shown] == list(range(1, 11))


def test_what_was_written_into_the_plan_by_hand_is_signed(ana: Person) -> None:
    """A new entry at the top becomes a post; until then nothing else is published; what was signed is not changed."""
    ana.has_posted("By the program.")
    signed = ana.plan.read_text(encoding="utf-8")
    by_hand = signed.replace("name: Ana\n", "name: Ana of the leeks\n")
    by_hand = by_hand.replace("entries:\n", "entries:\n- text: By hand.\n")
    assert by_hand.count("By hand.") == 1
    ana.plan.write_text(by_hand, encoding="utf-8")
    told = ana.run("post", "By the program again.", code=1)
    assert "thimbl sign" in told.stderr
    assert ana.plan.read_text(encoding="utf-8") == by_hand
    assert len(ana.says("sign").splitlines()) == 1
    assert ana.texts("timeline") == ["By the program.", "By hand."]
    assert ana.objects("profile")[0]["name"] == "Ana of the leeks"
    ana.plan.write_text(ana.plan.read_text(encoding="utf-8").replace("By the program.", "Forged."), encoding="utf-8")
    assert "thimbl edit" in ana.run("sign", code=1).stderr
    ana.run("sign", "--discard")
    (found,) = ana.objects("verify", ".plan")
    assert (found["verdict"], found["seq"]) == ("verified", 2)


def test_a_reader_that_goes_away_is_no_fault(ana: Person) -> None:
    """`thimbl timeline | head` says nothing on stderr, and ends as a shell expects of SIGPIPE."""
    ana.has_posted("Nobody reads this.")
    with Running(
        ["sh", "-c", '"$@"; echo "ended with $?" >&2', "sh", sys.executable, "-c",
         "import os, sys; r, w = os.pipe(); os.close(r); os.dup2(w, 1); os.execv(sys.argv[1], sys.argv[1:])",
         *THIMBL, "timeline"], ana.environ, cwd=ana.home,
    ) as running:
        assert running.end() == 0
        assert running.err == "ended with 141\n"
