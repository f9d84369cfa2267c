"""A far side of `thimbl push`: an `ssh` that is a script, and runs the command here, in another home.

The script that a push sends is the real one; only the way there is short.
"""

import shutil
from pathlib import Path
from typing import Final

CHANGING: Final = ("mkdir", "cat", "chmod", "ln", "cp", "mv")
"""The commands of the script that make or change files."""

POSIX: Final = ("cat", "chmod", "cmp", "cp", "grep", "ln", "ls", "mkdir", "mv", "rm", "wc", "xargs")
"""The utilities of the script that POSIX has."""

_SSH = """#!/bin/sh
for command; do :; done
cd {home} || exit 255
PATH={bin}:$PATH HOME={home} CDPATH=/ COUNT={count} KILL_AT={kill_at}; export PATH HOME CDPATH COUNT KILL_AT
echo "Last login: never. You have mail."
echo $$ >{count}.shell
exec {shell} -c "$command"
"""

_STEP = """#!/bin/sh
read -r done <"$COUNT"
echo $((done + 1)) >"$COUNT"
if [ "$done" -eq "$KILL_AT" ]; then
    read -r shell <"$COUNT.shell"
    kill -9 "$shell"
    exit 137
fi
exec {program} "$@"
"""


class FarSide:
    """A shell host with one account, whose home is `home`. `shell` is its `sh`."""

    def __init__(self, folder: Path, shell: str = "dash") -> None:
        self.home = folder / "far"
        self.home.mkdir(parents=True)
        self.home.chmod(0o755)
        self._folder, self._bin, self._count = folder, folder / "bin", folder / "count"
        self._bin.mkdir()
        self.shell = shutil.which(shell)
        assert self.shell is not None, f"there is no {shell} here"
        (self._bin / "sh").symlink_to(self.shell)
        self.ssh = str(folder / "ssh")
        self.kill_at(None)

    @property
    def plan(self) -> Path:
        """The plan in the account's home."""
        return self.home / ".plan"

    def kill_at(self, step: int | None) -> None:
        """Kill the far shell before its changing command of this number, from 0; None: never."""
        self._count.write_text("0\n")
        quoted = {"home": self.home, "bin": self._bin, "count": self._count, "shell": self.shell}
        _write_program(Path(self.ssh), _SSH.format(kill_at=-1 if step is None else step, **quoted))
        for name in CHANGING if step is not None else ():
            _write_program(self._bin / name, _STEP.format(program=shutil.which(name)))

    def with_posix_alone(self) -> None:
        """This host has what POSIX has of what the script uses, and nothing besides."""
        for name in POSIX:
            (self._bin / name).symlink_to(str(shutil.which(name)))
        _write_program(Path(self.ssh), Path(self.ssh).read_text().replace(":$PATH", ""))

    def replace(self, program: str, script: str) -> None:
        """This host's `program` is another one."""
        _write_program(self._bin / program, f"#!/bin/sh\n{script}\n")

    def names(self) -> set[str]:
        """All files in the home, by their paths in it."""
        return {str(path.relative_to(self.home)) for path in self.home.rglob("*") if path.is_file()}


def _write_program(path: Path, text: str) -> None:
    # A new file each time: one that is being run can not be written to.
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(0o755)
