"""Every console example of README.md and docs/ runs and prints what it shows; none is skipped."""

import re
from pathlib import Path

import pytest

from tests.repository.console import Example, ExampleError, matches, read_blocks, run_blocks

ROOT = Path(__file__).resolve().parents[2]


def documents() -> list[Path]:
    """README.md and the Markdown files of docs/, those without an example too."""
    return [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if path.exists()]


def counted(text: str) -> tuple[int, int]:
    """Console fences and commands, counted without the reader that is tested here."""
    return len(re.findall(r"(?m)^ *[`~]{3,} *console", text)), len(re.findall(r"(?m)^ *\$ ", text))


def with_examples() -> list[Path]:
    """The documents that hold anything that looks like an example."""
    return [path for path in documents() if any(counted(path.read_text(encoding="utf-8")))]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", with_examples(), ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_run_and_print_what_they_show(path: Path, tmp_path: Path) -> None:
    """One session a file; all commands that a plain count finds are commands that ran."""
    name = str(path.relative_to(ROOT))
    text = path.read_text(encoding="utf-8")
    blocks = read_blocks(text, name)
    home = tmp_path / "home"
    home.mkdir()
    outcomes = run_blocks(blocks, home)
    assert (len(blocks), len(outcomes)) == counted(text), "an example was overlooked"
    faults = [outcome.describe(name) for outcome in outcomes if outcome.complaint]
    assert not faults, "\n\n" + "\n\n".join(faults)


def test_readme_has_examples() -> None:
    """The test above would pass on documents without any."""
    assert ROOT / "README.md" in with_examples()


def outcomes_of(text: str, tmp_path: Path) -> list[str]:
    """Complaints, one an example, of a made-up document."""
    home = tmp_path / "home"
    home.mkdir()
    return [outcome.complaint for outcome in run_blocks(read_blocks(text, "made-up.md"), home)]


MADE_UP = """\
# Made up

```console
$ echo one; echo two >&2
one
two
$ printf 'id %s end\\n' $RANDOM
id ... end

$ seq 9
1
...
9
```

Some `$ inline` text, and a block of another kind:

```ini
name = value
```

1. In a list:

   ```console
   $ cd / && word=kept
   $ echo "$word" \\
   >     more
   kept more
   $ echo again \\
       and again
   again and again
   $ cat <<'END'
   > > quoted $word
   >
   > last
   > END
   > quoted $word

   last
   $ pwd
   /
   $ (exit 4)
   $ echo $?
   4
   ```
"""


def test_a_sound_document_has_no_complaints(tmp_path: Path) -> None:
    """Wildcards, continuation, here-documents, state kept from block to block, and a failure that is shown."""
    complaints = outcomes_of(MADE_UP, tmp_path)
    assert complaints == [""] * 10
    blocks = read_blocks(MADE_UP, "made-up.md")
    assert (len(blocks), sum(len(block.examples) for block in blocks)) == counted(MADE_UP) == (2, 10)
    assert blocks[1].examples[3] == Example(
        32, "cat <<'END'\n> quoted $word\n\nlast\nEND", ("> quoted $word", "", "last")
    )


def test_a_difference_is_found_and_shown_with_its_line(tmp_path: Path) -> None:
    """The message names the file, the line and the command, and is a diff."""
    home = tmp_path / "home"
    home.mkdir()
    [outcome] = run_blocks(read_blocks("# A\n\n```console\n$ echo one\ntwo\n```\n", "a.md"), home)
    assert outcome.describe("a.md").splitlines() == [
        "a.md:4: $ echo one",
        "  printed something else than is shown",
        "--- shown",
        "+++ printed",
        "@@ -1 +1 @@",
        "-two",
        "+one",
    ]


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        ("$ echo unshown", "printed something else"),
        ("$ true\nnever printed", "printed something else"),
        ("$ echo fails; false\n...", "failed with status 1"),
        ("$ no-such-command-here\n...", "failed with status 127"),
        ("$ exit 3", "ended the shell"),
        ("$ false &", "ended without having printed"),
        ("$ echo up && exec sleep 60 &\ndown\n$ kill %1", "had not printed what is shown"),
    ],
)
def test_faults(block: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence, noise, failure and a shell that is gone are faults."""
    if "sleep" in block:  # nothing else is waited for in vain: that something ended is seen when it has
        monkeypatch.setattr("tests.repository.console.READY_SECONDS", 0.2)
    assert complaint in outcomes_of(f"```console\n{block}\n```\n", tmp_path)[0]


def test_what_follows_the_end_of_the_shell_is_a_fault_too(tmp_path: Path) -> None:
    """Every example has an outcome."""
    complaints = outcomes_of("```console\n$ exit 0\n$ echo on\non\n```\n", tmp_path)
    assert complaints == ["the command ended the shell", "an earlier command ended the shell"]


def test_a_command_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended, and so is the session."""
    monkeypatch.setattr("tests.repository.console.COMMAND_SECONDS", 0.2)
    assert "not done after" in outcomes_of("```console\n$ exec 9</dev/null; sleep 60\n```\n", tmp_path)[0]


def test_a_daemon_is_waited_for_and_ended(tmp_path: Path) -> None:
    """The next command runs when the daemon has said that it is there, and nothing outlives the session."""
    text = """```console
$ bash -c 'echo $$ >pid; echo ready; exec sleep 600' &
ready
$ test -s pid
$ setsid bash -c 'echo $$ >detached; echo away; exec sleep 600' &
$ kill -0 $(cat pid) $(cat detached)
$ echo $FIELDS_PORT $DAIRY_PORT $MILL_PORT $THIMBL_ROUTES
... ... ... fields.example=127.0.0.1:...,dairy.example=127.0.0.1:...,mill.example=...,oven.example=127.0.0.1:...
$ env | grep -c THIMBL
1
```
"""
    assert outcomes_of(text, tmp_path) == [""] * 6
    for name in ("pid", "detached"):
        process = Path("/proc") / (tmp_path / "home" / name).read_text().strip() / "cmdline"
        assert not process.exists() or b"sleep" not in process.read_bytes()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```console\n$ echo", "a.md:1: this fence is never closed"),
        ("```console\n```\n", "a.md:1: a console block begins with a command"),
        ("\n```console\nprinted\n$ echo\n```\n", "a.md:2: a console block begins with a command"),
        ("```console skip\n$ echo\n```\n", "a.md:1: the fence of an example says 'console' alone"),
        ("```sh\n$ echo\n```\n", "a.md:1: no test runs a 'sh' block"),
        ("```console\n$ cat <<END\nEND\n```\n", "a.md:2: after <<END the command goes on"),
        ("```console\n$ cat \\\n```\n", "a.md:2: after \\ the command goes on"),
    ],
)
def test_what_can_not_be_read_is_refused(text: str, message: str) -> None:
    """Never passed over."""
    with pytest.raises(ExampleError) as caught:
        read_blocks(text, "a.md")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ([], [], True),
        ([], ["a"], False),
        (["..."], [], True),
        (["..."], ["a", "b"], True),
        (["a", "...", "c"], ["a", "c"], True),
        (["a", "...", "c"], ["a", "c", "b", "c"], True),
        (["a", "...", "c"], ["a", "b"], False),
        (["...", "b", "...", "b"], ["b"], False),
        (["...", "b", "...", "b"], ["a", "b", "b"], True),
        (["a...c"], ["ac"], True),
        (["a...c"], ["a"], False),
        (["aa...aa"], ["aaa"], False),
        (["a...b...c"], ["a-b-c"], True),
        (["a...b...c"], ["a-c-c"], False),
        (["#..."], ["# one", "two"], False),
        (["a.c"], ["abc"], False),
    ],
)
def test_matching(expected: list[str], printed: list[str], same: bool) -> None:
    """'...' is the only wildcard: lines where it stands alone, text within a line elsewhere."""
    assert matches(expected, printed) is same
