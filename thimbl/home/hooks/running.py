"""One hook, run: an object on its standard input, its exit status, and the last that it wrote to standard error.

- No shell sees the command. It runs in the person's home folder and in a session of its own, so that a Ctrl-C at the
  terminal is not for it.
- It gets a few variables of the environment and no others (`PASSED`): what a program needs to find its way, its
  language and its screen. A token that somebody exported in a terminal is not among them.
- Its standard output goes nowhere: that of `thimbl fetch --json` is data. Of its standard error the end is kept.
- Its input is a file that has no name any more: whoever reads none of it, or half, holds up nobody.
- It has `TIME` seconds; then it is killed, with all that it started and that did not leave its session. What it leaves
  running when it ends by itself is its own affair.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from thimbl.core.terminal import safe_line
from thimbl.home.hooks.settings import NAME, Hook

TIME: Final = 30.0
"""Seconds for one run: a mail server that takes its time, and not one that never answers."""

MOST_TOLD: Final = 4096
"""Bytes of standard error that are kept, the last ones: they say why it failed."""

MOST_REASON: Final = 300
"""Characters of that which are shown."""

DRAIN: Final = 0.5
"""Seconds to wait for the end of standard error after the end of a hook: what it left running may hold that open."""

PASSED: Final = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES",
    "LC_TIME", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME", "XDG_DATA_HOME", "THIMBL_HOME",
)  # fmt: skip
"""Variables that a hook gets, where they are set."""

PATH: Final = "/usr/local/bin:/usr/bin:/bin"
"""Where programs are looked for if the environment does not say, as in some of cron's and systemd's."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one run."""

    status: int | None
    """Exit status; negative: the signal that ended it; None: it was not started, or had to be killed."""
    told: str = ""
    """The end of its standard error, or why it was not started or was killed; not escaped."""

    @property
    def is_good(self) -> bool:
        """Whether it succeeded."""
        return self.status == 0

    @property
    def reason(self) -> str:
        """Why it failed, in a line that may be shown."""
        last = safe_line(next(filter(str.strip, reversed(self.told.splitlines())), ""))
        last = last if len(last) <= MOST_REASON else f"{last[:MOST_REASON]}…"
        if self.status is None:
            return last
        ended = f"status {self.status}" if self.status > 0 else f"signal {-self.status}"
        return f"{last.rstrip('.')} ({ended})" if last else f"it ended with {ended}"


def environment(hook: Hook, environ: Mapping[str, str]) -> dict[str, str]:
    """What a hook gets of `environ`."""
    return {"PATH": PATH} | {name: environ[name] for name in PASSED if name in environ} | {NAME: str(hook)}


def trouble(command: Sequence[str], environ: Mapping[str, str]) -> str:
    """Why a command can not be run: there is no such program, or it is not executable. Empty where it can."""
    program = command[0]
    if shutil.which(program, path=environ.get("PATH", PATH)) is not None:
        return ""
    if "/" not in program:
        return f"there is no program {safe_line(program)} in PATH"
    where, path = safe_line(program), Path(program)
    if not path.exists():
        return f"there is no {where}"
    return f"{where} is a folder" if path.is_dir() else f"{where} is not executable"


def run(
    hook: Hook,
    command: Sequence[str],
    data: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    seconds: float = TIME,
    shown: bool = False,
) -> Ran:
    """Run a hook to its end, with `data` as one line of JSON. `shown`: what it writes goes where this program writes.

    Never raises for what is wrong with the command.
    """
    given = environment(hook, environ)
    home = given.get("HOME", "/")
    with tempfile.TemporaryFile() as file:
        file.write((json.dumps(data, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace"))
        file.seek(0)
        try:
            process = subprocess.Popen(
                list(command),
                stdin=file,
                stdout=None if shown else subprocess.DEVNULL,
                stderr=None if shown else subprocess.PIPE,
                cwd=home if os.path.isdir(home) else "/",
                env=given,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else None
            return Ran(None, trouble(command, given) or f"{command[0]} does not start: {why or error}")
    with process:
        end = _End(process.stderr)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            return Ran(None, f"it was not done after {seconds:g} s, and was ended")
        finally:
            if process.returncode is None:
                with suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL)
            end.stop()
    return Ran(status, end.text)


class _End:
    """The last bytes of a stream, read beside whatever else goes on so that nobody waits for room in a pipe."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._kept = b""
        self._thread: threading.Thread | None = None
        if stream is not None:
            # A descriptor of its own: `Popen` closes the other, and must not do it under a read.
            self._thread = threading.Thread(target=self._read, args=(os.dup(stream.fileno()),), daemon=True)
            self._thread.start()

    @property
    def text(self) -> str:
        """What was kept."""
        return self._kept.decode("utf-8", "replace")

    def stop(self) -> None:
        """Wait for the end, but not for long."""
        if self._thread is not None:
            self._thread.join(DRAIN)

    def _read(self, descriptor: int) -> None:
        try:
            while block := os.read(descriptor, 65536):
                self._kept = (self._kept + block)[-MOST_TOLD:]
        finally:
            os.close(descriptor)
