"""The tour: a page of `docs/` whose screens are those that a person sees who presses the keys that it names.

- A ``screen`` block is a whole screen of 80 by 24. The text between two of them says what is pressed, in order: the
  code span after the word "press" is a key, and may be followed by how many times; the one after the word "type" is a
  text. Other words do not count.
- Only what the screen before it shows is pressed (`shows`): nobody has to know a key by heart.
- What differs from one run to the next counts as equal (`ALIKE`): ages, times, ids, fingerprints, ports, lengths of
  blanks and rules, and the ends of such things that are to be seen beside a dialog.

`python -m tests.end_to_end.tour` goes the way again and writes the screens anew; the test compares them.
"""

import itertools
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.end_to_end.stage import THIMBL, environment
from tests.end_to_end.tmux import NeverCame, Tmux

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "tour.md"

NAMES: Final = {"enter": "Enter", "Enter": "Enter", "esc": "Escape", "tab": "Tab", "↑": "Up", "↓": "Down"}
"""Keys that tmux calls by another name; ``^s`` is tmux's ``C-s``."""

CALM: Final = 25
"""Looks at a screen, some thirty a second, that are the same when it has come to rest."""

UNDER_WAY: Final = re.compile(r"Asking .* …|Fetching ")
"""What a screen says that is about to change."""

ALIKE: Final = (
    (r"^[^│╭╰]{0,6}(?=[│╭╰])", ""),
    (r"(?<=[│╮╯])[^│╮╯]{0,6}$", ""),
    (r"\d{4}-\d{2}-\d{2}(?:T| )?(?:\d{2}:\d{2}(?::\d{2})?)?(?: ?UTC|Z)?", "WHEN"),
    (r"\d{4}-\d{2}\b", "WHEN"),
    (r"\b\d{2}:\d{2}(?::\d{2})?\b", "WHEN"),
    (r"just now|\b\d+ ?(?:seconds?|minutes?|hours?|days?|weeks?|s|min|m|h|d|w)\b(?: ago)?|yesterday", "AGE"),
    (r"#[a-z2-7]{8,}", "#ID"),
    (r"#[a-z2-7]*…", "#ID"),
    (r"│ +[a-z2-7]{6,} +│", "│ID│"),
    (r"SHA256:[A-Za-z0-9+/]{4,}…?", "SHA256:KEY"),
    (r"\b127\.0\.0\.1:\d+", "HOST"),
    (r"[─━═╌]{2,}", "─"),
    (r"[ \t]+", " "),
)
"""Patterns, and what stands for each when screens are compared."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is pressed or typed, and the screen (lines) that is there after it; None between two of one text."""

    line: int
    action: str
    typed: bool
    screen: tuple[str, ...] | None


class TourError(AssertionError):
    """The page can not be followed; the message begins with its line."""


def steps(text: str) -> Iterator[Step]:
    """The steps of a page. The first has no action: it is the screen that the way begins with."""
    actions: list[tuple[int, str, bool]] = [(1, "", False)]
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        if line.strip() == "```screen":
            screen = []
            for _, inner in lines:
                if inner.strip() == "```":
                    break
                screen.append(inner)
            for index, (at, action, typed) in enumerate(actions):
                yield Step(at, action, typed, tuple(screen) if index == len(actions) - 1 else None)
            actions = []
        else:
            for verb, code, times in re.findall(r"(?i)\b(press|type) `([^`]+)`(?: (\d+) times)?", line):
                actions += [(number, code, verb.lower() == "type")] * int(times or 1)
    if actions:
        raise TourError(f"{actions[0][0]}: a screen has to follow what is pressed last")


def alike(screen: str) -> list[str]:
    """The lines of a screen, without what differs from one run to the next."""
    lines = []
    for line in screen.splitlines():
        for pattern, instead in ALIKE:
            line = re.sub(pattern, instead, line)
        lines.append(line.strip())
    while lines and not lines[-1]:
        lines.pop()
    return lines


def shows(screen: str, key: str) -> bool:
    """Whether a screen shows a key: as a word of its own, beside what it does."""
    return re.search(rf"(?:^|[\s\[(│┃]){re.escape(key)}[\s\])]+\S", screen, re.MULTILINE) is not None


def go(tmux: Tmux, way: list[Step], *, anew: bool) -> Iterator[tuple[Step, str]]:
    """Go the way, step by step, with the screen after each; raises where it is another than the page's.

    With `anew` it waits for a screen that has come to rest, whatever it shows. Between two screens of the page it waits
    for one that shows the next key.
    """
    shown = ""
    for step, following in zip(way, [*way[1:], None], strict=True):
        if step.typed:
            tmux.type(step.action)
        elif step.action:
            if not shows(shown, step.action):
                raise TourError(f"{step.line}: nothing on the screen before says {step.action!r}:\n{shown}")
            name = NAMES.get(step.action, step.action)
            tmux.press(re.sub(r"^\^(.)$", r"C-\1", name))
        try:
            if anew:
                shown = rested(tmux, shown)
            elif step.screen is None:
                goes_on = partial(_goes_on, shown, following, itertools.count())
                shown = tmux.when(goes_on, f"a screen after line {step.line}")
            else:
                wanted = alike("\n".join(step.screen))
                shown = tmux.when(partial(_is, wanted), f"the screen of line {step.line}")
        except NeverCame as fault:
            raise TourError(f"{step.line}: after {step.action!r} it is another screen:\n{fault.screen}") from fault
        yield step, shown


def _goes_on(before: str, following: Step | None, looks: Iterator[int], screen: str) -> bool:
    """Another screen that shows the next key; or the same after a while, since a cursor is no text."""
    ready = following is None or following.typed or shows(screen, following.action)
    return next(looks) > CALM or screen != before if ready else False


def _is(wanted: list[str], screen: str) -> bool:
    return alike(screen) == wanted


def rested(tmux: Tmux, before: str) -> str:
    """The next screen that is another than the one before and stays for a moment; the same one after a while."""
    seen: list[str] = []

    def stays(screen: str) -> bool:
        seen.append(screen)
        calm = len(seen) > CALM and len(set(seen[-CALM:])) == 1
        return calm and not UNDER_WAY.search(screen) and (screen != before or len(seen) > 3 * CALM)

    return tmux.when(stays, "a screen at rest")


def main() -> int:
    """Go the way of the page and write its screens anew."""
    text = PAGE.read_text(encoding="utf-8")
    screens: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        tmux = Tmux(
            [*THIMBL, "demo"], environment(Path(folder), TMPDIR=folder, BROWSER=os.environ.get("BROWSER", "true"))
        )
        try:
            tmux.until(r"\? Help|1 of ")
            for step, screen in go(tmux, list(steps(text)), anew=True):
                if step.screen is not None:
                    screens.append("\n".join(line.rstrip() for line in screen.splitlines()).rstrip("\n"))
        except TourError as fault:
            print(fault, file=sys.stderr)
        finally:
            tmux.close()
    fresh = iter(screens)

    def replaced(found: re.Match[str]) -> str:
        screen = next(fresh, None)
        return found[0] if screen is None else f"```screen\n{screen}\n```"

    PAGE.write_text(re.sub(r"(?ms)^```screen\n.*?^```$", replaced, text), encoding="utf-8")
    print(f"{len(screens)} screens written to {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
