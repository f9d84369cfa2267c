"""`thimbl demo`: try it, without touching anything of one's own."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, Self

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.options import command, option
from thimbl.cli.output import note

if TYPE_CHECKING:
    from thimbl.cli.demo.village import Village

_PARTING: Final = 3.0
"""Seconds for the program that has the terminal to give it back: saving a draft and a place takes a tenth of one."""


@command(
    examples="""
    thimbl demo
    thimbl demo --shell
"""
)
@option("--shell", is_flag=True, help="Open a shell in which 'thimbl' is the demonstration's, instead of the screen.")
@pass_context
def demo(context: Context, shell: bool) -> None:
    """Try it: three hosts on this machine, and an account for you.

    A commune, two co-ops and four members have been posting for some weeks, a tractor's bonds are for sale, and one
    host answers as it did in 2011. You follow all of them. Nothing of your own is touched, and all is gone at the end.
    Without a terminal it prints the timeline.
    """
    from tempfile import TemporaryDirectory

    from thimbl.cli.demo.story import YOU
    from thimbl.cli.demo.village import Village

    on_terminal = context.stdin_is_terminal and context.stdout_is_terminal
    if on_terminal and not shell and find_spec("textual") is None:
        raise Failure("The terminal program needs Textual: install it with  pip install 'thimbl-node[tui]'")
    with _Tidy() as tidy, TemporaryDirectory(prefix="thimbl-demo-", ignore_cleanup_errors=True) as folder:
        village = Village(Path(folder), context.environ, context.now(), tidy.held)
        try:
            note("Starting three hosts, and one of 2011 …")
            village.start()
            village.populate()
            note("Fingering everybody …")
            fetched = village.fetch()
            if fetched.returncode != 0:
                raise Failure(f"The demonstration can not reach its own hosts: {fetched.stderr.strip()}")
            note(fetched.stderr.strip())
            if on_terminal:
                _hand_over(village, YOU, shell, context, tidy)
            else:
                _show(village, YOU)
        finally:
            village.stop()


def _hand_over(village: "Village", who: str, shell: bool, context: Context, tidy: "_Tidy") -> None:
    """Give the terminal to the UI, or to a shell."""
    argv = village.program("tui")
    if shell:
        argv = [context.environ.get("SHELL") or "/bin/sh"]
        note("Here 'thimbl' is you@fields.example: try 'thimbl timeline', 'thimbl post'. 'exit' ends it.")
    # Ctrl-C is for whoever has the terminal. A handler rather than SIG_IGN, which the shell's programs would inherit.
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    process: subprocess.Popen[bytes] | None = None
    try:
        with tidy.held():
            process = subprocess.Popen(argv, env=village.environment(who))
        process.wait()
    finally:
        if process is not None and process.poll() is None:
            _see_off(process)
        signal.signal(signal.SIGINT, before)


def _see_off(process: "subprocess.Popen[bytes]") -> None:
    """End it so that it can give the terminal back as it was."""
    # An interactive shell does not go by the first, and does by the second.
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PARTING)
            return


def _show(village: "Village", who: str) -> None:
    click.echo(village.run(who, "timeline", "-n", "0").stdout, nl=False)


class _Tidy:
    """A signal that ends the program lets it clean up first, and never comes between a process and who is to end it."""

    def __init__(self) -> None:
        self._held = False
        self._came: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """A signal that comes within this block has its effect at the end of it."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self._end()

    def _take(self, number: int, frame: FrameType | None) -> None:
        if self._came is None:  # the first one ends it; the others would only disturb the cleaning up
            self._came = number
            if not self._held:
                self._end()

    def _end(self) -> None:
        if self._came is not None:
            raise SystemExit(128 + self._came)
