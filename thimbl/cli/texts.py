"""Where the text of a post comes from: arguments, standard input, or an editor.

A draft survives whatever goes wrong.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    """Keep `text` as a draft where the block fails; forget the draft where it does not."""
    try:
        yield
    except BaseException:
        if text.strip():
            path = drafts(context).save(draft, text)
            note(f"Your text is kept in {path}; -e takes it up again.")
        raise
    drafts(context).drop(draft)


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
