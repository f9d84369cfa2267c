"""The man pages: complete, without complaint from man(1) and mandoc(1), and in 80 columns."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from thimbl.cli.main import main
from thimbl.cli.manual import markdown, roff
from thimbl.cli.manual.commands import examples
from thimbl.cli.manual.pages import pages, write_pages
from thimbl.cli.manual.roff import Page
from thimbl.cli.table import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
DATED = {"SOURCE_DATE_EPOCH": "1794995200"}  # 2026-11-18
_BACKSPACED = re.compile(".\b")


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pages, as share/man has them."""
    folder = tmp_path_factory.mktemp("man")
    write_pages(ROOT / "docs", folder, DATED)
    return folder


def shown(*words: str | Path, source: str = "", **environ: str) -> str:
    """What a program prints on 80 columns, and says: without the backspaces that make it bold."""
    done = subprocess.run(
        [*map(str, words)], input=source, env={**os.environ, "MANWIDTH": "80", **environ}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    return _BACKSPACED.sub("", done.stdout)


def page(fill: "list[tuple[str, str]] | str") -> str:
    """A page made of Markdown, or of items, as mandoc shows it: its body, with what stands in one line."""
    made = Page("sample", 7, date="2026-11-18", version="1")
    made.section("Sample")
    if isinstance(fill, str):
        markdown.write(made, list(markdown.read(fill)))
    else:
        for tag, words in fill:
            made.item(tag, words)
    assert shown("mandoc", "-T", "lint", "-W", "warning", source=str(made)) == ""
    return shown("mandoc", "-T", "utf8", source=str(made)).partition("SAMPLE\n")[2].rpartition("\n1 ")[0].strip("\n")


def test_there_is_a_page_for_each_command(manual: Path) -> None:
    """And the two formats; all options of all commands are in them."""
    assert {path.name for path in (manual / "man1").iterdir()} == {"thimbl.1", *(f"thimbl-{one}.1" for one in COMMANDS)}
    assert {path.name for path in (manual / "man5").iterdir()} == {"thimbl-config.5", "thimbl-plan.5", "plan.5"}
    root = click.Context(main, info_name="thimbl")
    for name in COMMANDS:
        source = (manual / "man1" / f"thimbl-{name}.1").read_text(encoding="utf-8")
        found = main.get_command(root, name)
        assert found is not None
        members = found.commands.values() if isinstance(found, click.Group) else [found]
        for parameter in (one for member in members for one in member.params if isinstance(one, click.Option)):
            assert parameter.hidden or all(roff.bold(option) in source for option in parameter.opts), (name, parameter)


def test_pages_are_sound_and_fit(manual: Path) -> None:
    """mandoc finds nothing to warn of in any page, groff nothing in the longest ones; 80 columns hold every command."""
    sources = sorted(manual.glob("man?/thimbl*"))
    assert shown("mandoc", "-T", "lint", "-W", "warning", *sources) == ""
    for name in ("man1/thimbl.1", "man1/thimbl-bond.1", "man5/thimbl-plan.5", "man5/thimbl-config.5"):
        done = subprocess.run(["man", "--warnings", "-l", manual / name], capture_output=True, check=True)
        assert (done.stdout != b"", done.stderr) == (True, b"")
    text = shown("mandoc", "-T", "utf8", "-O", "width=80", *(one for one in sources if one.suffix == ".1"))
    assert text.count("SEE ALSO") == len(COMMANDS) + 1
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_man_finds_them(manual: Path) -> None:
    """By MANPATH, as for those in a virtual environment's share/; the short name of the plan format too."""
    environ = {"MANPATH": str(manual), "PATH": os.environ["PATH"]}
    assert "Publish a post." in shown("man", "-P", "cat", "thimbl-post", **environ)
    plan = shown("man", "-P", "cat", "5", "plan", **environ)
    assert plan.startswith("THIMBL-PLAN(5)")
    assert "2026-11-18" in plan
    # A table of three columns, as a list; what is typed as it is typed; nothing of Markdown is left.
    assert "mirrors (list of host[:port])" in plan
    assert "digest = b32(SHA-256(canonical bytes of the body))" in plan
    assert not re.search(r"\*\*|\]\(|^ *\|", plan, re.MULTILINE)


def test_a_build_needs_click_alone() -> None:
    """What makes the pages loads nothing that thimbl depends on besides."""
    code = (
        "import sys; from pathlib import Path; from thimbl.cli.manual.pages import pages\n"
        "assert len(list(pages(Path('docs'), {}))) > 40\n"
        "print(*{name.partition('.')[0] for name in sys.modules} & {'yaml', 'cryptography', 'twisted', 'textual',"
        " 'feedgen', 'feedparser', 'pyrage', 'feeds', 'tui', 'finger'})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_same_twice() -> None:
    """By SOURCE_DATE_EPOCH, to the byte."""
    first, second = (dict(pages(ROOT / "docs", DATED)) for _ in range(2))
    assert first == second


def test_everything_on_a_keyboard_is_shown_as_it_is() -> None:
    """Requests and escapes in a text are none; a hyphen of an option can be copied."""
    keys = "".join(map(chr, range(33, 127)))
    said = page([(roff.text(".TH --json 'sh\\fB"), roff.text(keys)), (roff.bold(keys), roff.text("'x")), ("a", "")])
    assert said.split() == [".TH", "--json", "'sh\\fB", keys, keys, "'x", "a"]
    block = Page("sample", 7, date="2026-11-18", version="1")
    block.section("Sample")
    block.block([".sp 9", "'br", "", f"  {keys}"])
    body = shown("mandoc", "-T", "utf8", source=str(block)).partition("SAMPLE\n")[2].splitlines()
    assert [line.strip() for line in body[:4]] == [".sp 9", "'br", "", keys]
    assert roff.text("well-known, --json") == r"well-known, \-\-json"


MARKDOWN = """\
One `code`, **strong**, *stressed*, [a link](https://x.example/), [another](other.md#there).

- first
  that goes on
- second

1. one
2. two

> **Why.** Because.

| key | type | meaning | default |
| --- | --- | --- | --- |
| `a|b` | text | what it is, at some length | none |
| `c` | | short | |

```console
$ long
"""
TABLE = MARKDOWN.replace("`a|b`", r"`a\|b`") + " ".join(["word"] * 30) + "\n```\n"


def test_markdown() -> None:
    """Of each kind of block one."""
    assert page(TABLE).splitlines() == [
        "       One code, strong, stressed, a link (https://x.example/), another.",
        "",
        "       •   first that goes on",
        "",
        "       •   second",
        "",
        "       1.  one",
        "",
        "       2.  two",
        "",
        "           Why. Because.",
        "",
        "       a|b (text)",
        "              what it is, at some length. Default: none.",
        "",
        "       c      short",
        "",
        "           $ long",
        "           " + " ".join(["word"] * 14),
        "           " + " ".join(["word"] * 14),
        "           word word",
    ]


def test_a_long_example_is_one_command_still() -> None:
    """Broken where the shell goes on, and nowhere within quotes that hold no option."""
    line = f"thimbl bond offer --asset 'A small tractor' --risk '{'x' * 40}' --yes && thimbl bond list"
    made = list(examples(f"{line}\nthimbl post 'short'"))
    assert made[-1] == "thimbl post 'short'"
    assert max(map(len, made)) <= 70
    joined = re.sub(r" \\\n +", " ", "\n".join(made[:-1]))
    assert joined == line
