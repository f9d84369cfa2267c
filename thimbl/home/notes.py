"""The notes that a writer leaves itself in the archive's folder: what was published last, and what is about to be.

No reader of plans needs them (plan-format 7 does not know them). They tell a plan that its author edited, lost, or
replaced by an old copy from one that a killed writer did not get to.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from thimbl.core.canonical import b32
from thimbl.core.chain import Forged, walk
from thimbl.core.plan import Head, PlanUnreadable, plan_from_data
from thimbl.core.plantext import MAX_BYTES, Bounds, PlanTextError, read_data
from thimbl.core.planwriter import write_line
from thimbl.home.durable import PUBLIC, write_file
from thimbl.home.errors import PlanProblem

HEAD_FILE: Final = "head.json"
"""The head that was published last, so that a plan that was overwritten by hand, or lost, is taken up again where it
was instead of beginning a second log."""

NEXT_FILE: Final = "next.json"
"""While a publishing is under way: the same of the head that is about to be published."""

_NOTE_BOUNDS: Final = Bounds(bytes=4 * MAX_BYTES)
"""A head of the longest, and a list of following that no head could hold."""


@dataclass(frozen=True, slots=True)
class Note:
    """What one of the two files says."""

    head: Head
    listed: list[dict[str, str]] | None
    """The list behind the digest in the head, where it is a new one."""
    replaces: str
    """Of which bytes the plan was until then: tells a publishing that was cut short from a plan edited after it."""


def digest_of(raw: bytes | None) -> str:
    """How a note names the bytes of a plan; None and nothing are the same."""
    return b32(hashlib.sha256(raw or b"").digest())


def read_note(path: Path) -> Note | None:
    """The note at `path`; None where there is none. Raises `PlanProblem` where it is not as it was written."""
    try:
        return _from_data(read_data(path.read_text(encoding="utf-8"), _NOTE_BOUNDS))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PlanProblem(f"{path} can not be read: {error.strerror or error}.") from None
    except (PlanTextError, PlanUnreadable, UnicodeDecodeError, Forged) as error:
        raise PlanProblem(
            f"{path} is damaged: {error}. Bring it back from a backup, "
            "or remove it if your plan is as you published it."
        ) from None


def _from_data(data: Mapping[str, Any]) -> Note:
    head, listed, replaces = data.get("head"), data.get("following_list"), data.get("replaces")
    if not isinstance(head, Mapping) or not isinstance(replaces, str):
        raise PlanUnreadable("there is no head in it")
    plan = plan_from_data({**head} if listed is None else {**head, "following_list": listed})
    walk(plan)
    return Note(plan.head, listed, replaces)


def write_note(path: Path, note: Note) -> None:
    """Leave `note` at `path`, durably. Raises `OSError`."""
    data: dict[str, Any] = {"head": note.head.data, "replaces": note.replaces}
    if note.listed is not None:
        data["following_list"] = note.listed
    write_file(path, write_line(data).encode("utf-8"), PUBLIC)
