"""How each shell asks for completions and is answered: a line for each candidate, its kind first.

The kind is ``plain``; ``part`` for what is to go on without a space; ``file`` or ``dir`` where the shell knows best.
The three scripts beside this module ask; `thimbl completion SHELL` prints them, and they come with the program.
"""

import os
import sys
from collections.abc import Iterable
from importlib.resources import files
from typing import ClassVar, Final

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class

from thimbl.cli.completion.bash_words import Line, read_line
from thimbl.core.layout import clip, width_of
from thimbl.core.terminal import safe_line

SCRIPTS: Final = {"bash": "thimbl.bash", "zsh": "_thimbl", "fish": "thimbl.fish"}
"""The script of each shell, named as it is where shells look for it."""

LISTING: Final = frozenset({"33", "63", "64"})
"""Of bash's COMP_TYPE: ``!``, ``?`` and ``@``, by which it shows a list. For others it inserts what it is given."""

COLUMNS: Final = 80
"""Of a terminal that says nothing else."""

GAP: Final = 2
"""Columns between a candidate and what it is."""


def script(shell: str) -> str:
    """The script that makes `shell` complete."""
    return (files(__package__) / SCRIPTS[shell]).read_text(encoding="utf-8")


class _Shell(ShellComplete):
    """What the three have in common. Words come as arguments, the one that is being typed last."""

    def source(self) -> str:
        return script(self.name)

    def get_completion_args(self) -> tuple[list[str], str]:
        *words, incomplete = sys.argv[1:] or [""]
        return words, incomplete

    def complete(self) -> str:
        words, incomplete = self.get_completion_args()
        return "\n".join(self._lines(words, incomplete))

    def _lines(self, words: list[str], incomplete: str) -> Iterable[str]:
        return map(self.format_completion, self.whole(words, incomplete))

    def whole(self, words: list[str], incomplete: str) -> "list[CompletionItem[str]]":
        """The candidates as whole words: behind ``--author=`` too."""
        option, equals, _ = incomplete.partition("=")
        lead = option + equals if equals and option.startswith("-") and "--" not in words else ""
        return [
            CompletionItem(lead + item.value, "part" if item.value.endswith("=") else item.type, item.help)
            for item in self.get_completions(words, incomplete)
        ]


class Zsh(_Shell):
    """zsh quotes what it inserts itself; a colon parts a value from what it is."""

    name: ClassVar[str] = "zsh"

    def format_completion(self, item: "CompletionItem[str]") -> str:
        value = item.value.replace("\\", r"\\").replace(":", r"\:")
        return f"{item.type}\t{value}" + (f":{safe_line(item.help)}" if item.help else "")


class Fish(_Shell):
    """fish quotes what it inserts itself, and hands over the last word as it is typed."""

    name: ClassVar[str] = "fish"

    def get_completion_args(self) -> tuple[list[str], str]:
        words, raw = super().get_completion_args()
        return words, read_line(raw).word

    def format_completion(self, item: "CompletionItem[str]") -> str:
        return f"{item.type}\t{item.value}" + (f"\t{safe_line(item.help)}" if item.help else "")


class Bash(_Shell):
    """bash inserts what it is given as it is, in place of the end of the word; and it has no descriptions."""

    name: ClassVar[str] = "bash"

    def complete(self) -> str:
        line = read_line(os.environ.get("_THIMBL_LINE", ""))
        found = self.whole([*line.words[1:]], line.word)
        replaced = os.environ.get("_THIMBL_WORD", "")
        written = [(item, _written(line, item, replaced)) for item in found]
        written = [(item, text) for item, text in written if text is not None]
        described = len(written) > 1 and os.environ.get("_THIMBL_TYPE") in LISTING
        room = max((width_of(text or "") for _, text in written), default=0)
        return "\n".join(
            f"{item.type}\t{_described(text or '', item.help, room) if described and item.help else text}"
            for item, text in written
        )


def _written(line: Line, item: "CompletionItem[str]", replaced: str) -> str | None:
    return "" if item.type in ("file", "dir") else line.rest(item.value, replaced)


def _described(text: str, what: str, room: int) -> str:
    """A candidate with what it is beside it, on a line of the terminal."""
    columns = os.environ.get("COLUMNS", "")
    left = (int(columns) if columns.isdecimal() and int(columns) > 0 else COLUMNS) - room - GAP - len("()") - 1
    return f"{text}{'':{room - width_of(text) + GAP}}({clip(safe_line(what), left)})" if left > 0 else text


def register() -> None:
    """Let click answer these three so."""
    for shell in (Bash, Zsh, Fish):
        add_completion_class(shell)
