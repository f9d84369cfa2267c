"""Where the text of a post comes from: arguments, standard input, or an editor.

A draft survives whatever goes wrong.
"""

import itertools
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from thimbl.cli.context import Context
from thimbl.cli.errors import USAGE, Failure
from thimbl.cli.output import note

if TYPE_CHECKING:
    from thimbl.home.drafts import Drafts

_HINT = "Give the text, '-' for standard input, or -e for an editor."


def read_text(context: Context, words: Sequence[str], edit: bool, draft: str, start: str = "") -> str:
    """The text that a person gives. `draft` names where an unfinished one lies; an editor begins with `start`."""
    if edit:
        return _from_editor(context, draft, " ".join(words) or start)
    if list(words) == ["-"] or (not words and not context.stdin_is_terminal):
        return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    if not words:
        raise Failure(f"There is nothing to post. {_HINT}", code=USAGE)
    return " ".join(words)


def drafts(context: Context) -> "Drafts":
    """The person's drafts."""
    from thimbl.home.drafts import Drafts

    return Drafts(context.paths.drafts)


@contextmanager
def kept(context: Context, draft: str, text: str) -> Iterator[None]:
    """Keep `text` as a draft where the block fails; forget the draft where it does not.

    A draft of another text stays: what could not be posted yesterday is not lost to what is posted today.
    """
    place = drafts(context)
    try:
        yield
    except BaseException:
        if text.strip():
            _keep(place, draft, text)
        raise
    with suppress(OSError):  # it is published: a draft that stays is no reason to say otherwise
        if place.load(draft) == text:
            place.drop(draft)


def _keep(place: "Drafts", draft: str, text: str) -> None:
    """Keep `text` beside the drafts that are there, and say where; on the terminal where no file can be written."""
    names = itertools.chain([draft], (f"{draft}-{number}" for number in itertools.count(2)))
    try:
        name = next(name for name in names if place.load(name) in ("", text))
        path = place.path(name) if place.load(name) == text else place.save(name, text)
    except OSError as error:
        note(f"Your text could not be kept ({error.strerror}). Here it is:\n{text}")
        return
    note(f"Your text is kept in {path}{'; -e takes it up again' if name == draft else ''}.")


def _from_editor(context: Context, draft: str, start: str) -> str:
    import shlex
    import subprocess

    command = context.environ.get("VISUAL") or context.environ.get("EDITOR") or "vi"
    place = drafts(context)
    # The editor works on the draft itself: what is typed is on disk whatever happens to us.
    path = place.save(draft, place.load(draft) or start)
    try:
        done = subprocess.run([*shlex.split(command), str(path)], check=False)
    except OSError as error:
        raise Failure(f"The editor {command!r} does not start: {error.strerror}. Set VISUAL or EDITOR.") from None
    if done.returncode != 0:
        raise Failure(f"The editor ended with {done.returncode}; nothing was posted. Your text is kept in {path}.")
    text = place.load(draft)
    if not text.strip():
        place.drop(draft)
        raise Failure("The text is empty; nothing was posted.")
    return text
