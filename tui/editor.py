"""A person's own editor on the draft, in this terminal.

- ``$VISUAL``, or ``$EDITOR``, or ``vi``, split as a shell would, with the file as its last argument.
- The terminal is lent to it: nothing is drawn meanwhile, and everything afterwards.
- What an editor wrote counts where it ends well, and where it was killed: then that is all there is of what was typed.
  Where it ends with an error, as on ``:cq``, its user has taken it back.
"""

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported


class EditorFailed(Exception):
    """The editor did not do its work. Set VISUAL or EDITOR to the one you use; what was typed is still here."""


class EditorKilled(EditorFailed):
    """Something ended the editor: what it had saved until then stands in the file."""


def editor_command(environ: Mapping[str, str] = os.environ) -> Sequence[str]:
    """The argv of the person's editor. Raises `EditorFailed` where it can not be read."""
    command = environ.get("VISUAL") or environ.get("EDITOR") or "vi"
    try:
        return shlex.split(command) or ["vi"]
    except ValueError as error:
        raise EditorFailed(f"The editor {command!r} can not be understood: {error}. Set VISUAL or EDITOR.") from None


def edit_file(app: App[Any], command: Sequence[str], path: Path) -> None:
    """Run the editor on a file until it ends.

    Raises `EditorFailed` where it does not start or fails, and `EditorKilled` where it was ended by a signal.
    """
    try:
        with app.suspend():
            # In this thread, on purpose: while the terminal is lent, nothing else may write to it.
            status = subprocess.run([*command, str(path)], check=False).returncode
    except SuspendNotSupported:
        raise EditorFailed("This terminal can not be lent to an editor.") from None
    except OSError as error:
        raise EditorFailed(
            f"The editor {command[0]!r} does not start: {error.strerror}. Set VISUAL or EDITOR."
        ) from None
    finally:
        app.refresh(layout=True)
    if status < 0:
        raise EditorKilled(f"The editor was ended by {_signal(-status)}. What it had saved is here.")
    if status:
        raise EditorFailed(f"The editor ended with {status}: the text is as it was here.")


def _signal(number: int) -> str:
    """The name of a signal, ``SIGKILL``."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
