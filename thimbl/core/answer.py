"""The text around a plan in a Finger answer (plan-format 6): `Login:` and `Name:`, `Thimbl:`, `Plan:`, the plan.

It begins like finger(1)'s long form, so that any old client shows a page that reads well; a line
`Thimbl: 2 since before head classic` tells a program what it may ask next time.
"""

import re
from dataclasses import dataclass
from typing import Final

from thimbl.core.terminal import safe_line

FEATURES: Final = ("since", "before", "head", "classic")
"""The views that a version 2 host announces."""

MAX_HEADING: Final = 64 * 1024
"""Bytes before the plan that are looked through for its lines: finger(1)'s take some hundred. An answer of empty lines
would else cost seconds."""

_PLAN_LINE = re.compile(rb"^Plan:[ \t]*\r?$", re.MULTILINE)
_NO_PLAN = re.compile(rb"^No Plan\.", re.MULTILINE | re.IGNORECASE)
# finger(1)'s first line has two fields, and a login has no spaces; every other line has one.
_LOGIN = re.compile(r"Login:[ \t]*(\S*)(?:[ \t]+Name:[ \t]*(.*))?")
_FIELD = re.compile(r"(Name|Project|Thimbl):[ \t]*(.*)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came, taken apart."""

    plan: bytes | None
    """The plan's text as it came; None where the answer has none."""
    login: str = ""
    name: str = ""
    project: str = ""
    features: frozenset[str] | None = None
    """The views that the host announced; None where it is a host without views."""
    heading: str = ""
    """Everything before the plan."""


def read_answer(raw: bytes) -> Answer:
    """Take an answer apart. Any bytes will do: where there is no plan, `plan` is None."""
    found = _PLAN_LINE.search(raw)
    heading = raw[: found.start() if found else None][:MAX_HEADING].decode("utf-8", "replace").replace("\r\n", "\n")
    fields: dict[str, str] = {}
    for line in heading.split("\n"):
        if (first := _LOGIN.match(line)) is not None:
            fields.setdefault("Login", first[1])
            fields.setdefault("Name", (first[2] or "").strip())
        elif (field := _FIELD.match(line)) is not None:
            fields.setdefault(field[1], field[2].strip())
    words = fields.get("Thimbl", "").split()
    return Answer(
        plan=raw[found.end() + 1 :] if found else None,
        login=fields.get("Login", ""),
        name=fields.get("Name", ""),
        project=fields.get("Project", ""),
        features=frozenset(words[1:]) if words[:1] == ["2"] else None,
        heading=heading,
    )


def plan_in(raw: bytes) -> bytes:
    """The plan's text in `raw`, which is a plan's file or a whole answer."""
    answer = read_answer(raw)
    return raw if answer.plan is None else answer.plan


def says_no_plan(raw: bytes) -> bool:
    """Whether the answer says that there is no plan."""
    return _PLAN_LINE.search(raw) is None and _NO_PLAN.search(raw) is not None


def write_answer(login: str, name: str, project: str, plan: str | None, *, views: bool = True) -> str:
    """A whole answer, in LF. The names are the author's words: each is made one safe line first."""
    lines = [f"Login: {safe_line(login):<33}Name: {safe_line(name)}".rstrip()]
    if project:
        lines.append(f"Project: {safe_line(project)}")
    if plan is None:
        return "\n".join([*lines, "No Plan.", ""])
    if views:
        lines.append(f"Thimbl: 2 {' '.join(FEATURES)}")
    return "\n".join([*lines, "Plan:", plan if plan.endswith("\n") else plan + "\n"])
