"""Units for systemd, as files beside this one: the daemon and its socket, and a person's own poller.

They name the program where docs/operating.md puts it, `/opt/thimbl/bin/thimbl`; `write_units` names the one that runs.
"""

import sys
from importlib.resources import files
from pathlib import Path
from typing import Final

PROGRAM: Final = "/opt/thimbl/bin/thimbl"
"""What the units run as they are."""

UNITS: Final = ("system/thimbl.socket", "system/thimbl.service", "user/thimbl-fetch.service")
"""Their places below systemd's folder of configuration, `/etc/systemd` or `~/.config/systemd`."""


def unit_texts(program: str = PROGRAM) -> dict[str, str]:
    """The text of each unit, by its place."""
    folder = files(__name__)
    word = program.replace("\\", "\\\\").replace("%", "%%")  # systemd.service(5), "Command lines"
    word = f'"{word}"' if any(character.isspace() for character in word) else word
    return {place: folder.joinpath(place).read_text(encoding="utf-8").replace(PROGRAM, word) for place in UNITS}


def write_units(folder: Path, program: str) -> list[Path]:
    """Write them below `folder`; where they are. Raises `OSError`."""
    written = []
    for place, text in unit_texts(program).items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def this_program() -> Path | None:
    """Where the `thimbl` is that runs now; None where it was not installed, as `python -m thimbl` from a checkout."""
    for path in (Path(sys.argv[0]).absolute(), Path(sys.executable).parent / "thimbl"):
        if path.name == "thimbl" and path.is_file():
            return path
    return None
