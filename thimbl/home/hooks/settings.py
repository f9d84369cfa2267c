"""Which commands are run when: the map `hooks` of `config.yaml`.

A command is one line, which is split into words as a shell would, or a list of words. No shell sees it: what only a
shell understands is refused here, rather than passed to a program that knows nothing of it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from thimbl.home.errors import SettingsError

NAME: Final = "THIMBL_HOOK"
"""The variable that a hook finds set to its name. Whatever runs with it calls no hook."""

MOST_WORDS: Final = 100
"""Words of a command: more is no command that anybody typed."""

_OPERATOR: Final = r"[0-9]*[<>].*|\|\|?|&&?|;"
"""Words by which a shell connects commands with files and each other."""


class Hook(StrEnum):
    """When a command is run."""

    BEFORE_POST = "before_post"
    """Before a record of one's own is signed. It may refuse."""
    ON_POST = "on_post"
    """After a record of one's own was published: a post, an answer, an edit, a retraction, an announcement."""
    ON_MENTION = "on_mention"
    """When a post came that names oneself or answers one's own."""
    ON_ANNOUNCEMENT = "on_announcement"
    """When somebody whom one follows announced something: an offer of bonds, a statement of a commune, a new key."""
    ON_FINDING = "on_finding"
    """When the books of a commune have a finding that they did not have before."""


@dataclass(frozen=True, slots=True)
class HookSettings:
    """What `hooks:` says."""

    commands: Mapping[Hook, tuple[str, ...]] = field(default_factory=dict)
    """The words of each. A program with a slash in its name is an absolute path; another is looked for in `PATH`."""
    lines: Mapping[Hook, object] = field(default_factory=dict)
    """Each as the file says it, to write it again as it was."""

    @property
    def told(self) -> frozenset[Hook]:
        """Those that are told of what has happened."""
        return frozenset(self.commands) - {Hook.BEFORE_POST}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.commands)


def read_hooks(value: object, where: str, folder: Path) -> HookSettings:
    """What the map `hooks` says; `where` is what faults call it, `folder` where a relative program is looked for.

    Raises `SettingsError`, which names the hook.
    """
    if value is None:
        return HookSettings()
    if not isinstance(value, Mapping):
        raise SettingsError(f"{where} must be a map, such as 'on_mention: notify-send Mentioned'.")
    commands: dict[Hook, tuple[str, ...]] = {}
    for name, said in value.items():
        try:
            hook = Hook(name)
        except ValueError:
            known = ", ".join(Hook)
            raise SettingsError(f"{where}: there is no hook {str(name)[:40]!r}; there are {known}.") from None
        program, *words = _words(said, f"{where}: {hook}")
        commands[hook] = (_program(program, folder, f"{where}: {hook}"), *words)
    return HookSettings(commands, {Hook(name): said for name, said in value.items()})


def hooks_data(hooks: HookSettings) -> dict[str, Any]:
    """The map that says the same."""
    return {str(hook): said for hook, said in hooks.lines.items()}


def _words(said: object, where: str) -> list[str]:
    if isinstance(said, str):
        import shlex  # only here: most people have no hooks, and every command reads the settings

        try:
            words = shlex.split(said)
        except ValueError as error:
            raise SettingsError(f"{where}: the quotes do not match ({str(error).lower()}).") from None
        if (found := next(_operators(words), None)) is not None:
            raise SettingsError(
                f"{where}: no shell runs it, so {found!r} would be a word like any other. "
                "Write it like: sh -c 'cat >>~/mentions'"
            )
    elif isinstance(said, list) and all(isinstance(word, str) for word in said):
        words = said
    else:
        words = []
    if not words or not words[0].strip() or len(words) > MOST_WORDS or any("\0" in word for word in words):
        raise SettingsError(f"{where} must be a command, such as notify-send Mentioned, or a list of its words.")
    return words


def _operators(words: list[str]) -> Iterator[str]:
    # In quotes it is what a person means: `grep '>'` reads as one word there and here, and is refused all the same;
    # the list of words is for that.
    return (word for word in words if re.fullmatch(_OPERATOR, word))


def _program(name: str, folder: Path, where: str) -> str:
    if not name.startswith("~") and "/" not in name:
        return name
    try:
        return str(folder / Path(name).expanduser())
    except RuntimeError:
        raise SettingsError(f"{where}: nobody's home is {name.partition('/')[0]!r} here.") from None
