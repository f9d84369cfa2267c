"""`thimbl demo`: try it, without touching anything of one's own."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, Self

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.demo.people import COMMUNE, NAMES, PEOPLE, YOU
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
    thimbl demo --as commune
    thimbl demo --shell
    thimbl demo --in ~/village
"""
)
@option("--shell", is_flag=True, help="Open a shell in which 'thimbl' is the demonstration's, instead of the screen.")
@option("--as", "name", type=click.Choice(NAMES), default=NAMES[0], show_default=True, help="Whom to be.")
@option(
    "--in",
    "place",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Make it in this new folder and leave it to other terminals, until Ctrl-C.",
)
@pass_context
def demo(context: Context, shell: bool, name: str, place: Path | None) -> None:
    """Try it: three hosts on this machine, and an account for you.

    A commune, two co-ops and their members have been at it for ten months, bonds are for sale, some things wait for the
    commune's clerk, and one host answers as it did in 2011. Nothing of your own is touched, and all is gone at the end.
    Without a terminal it prints the timeline. With --in, whoever has THIMBL_HOME=FOLDER/you is you, and with
    FOLDER/commune the clerk.
    """
    from thimbl.cli.demo.village import Village

    on_terminal = context.stdin_is_terminal and context.stdout_is_terminal
    if on_terminal and not shell and place is None and find_spec("textual") is None:
        raise Failure("The terminal program needs Textual: install it with  pip install 'thimbl-node[tui]'")
    who = next(person.address for person in PEOPLE if person.address.startswith(f"{name}@"))
    with _Tidy() as tidy, _folder(place) as folder:
        village = Village(folder, context.environ, context.now(), tidy.held)
        try:
            note("Starting three hosts, and one of 2011 …")
            village.start()
            village.populate()
            note("Fingering everybody …")
            # Where one can be anybody, the clerk's desk is ready too.
            others = {who, COMMUNE} if shell or place is not None else {who}
            fetched = village.fetch(*sorted(others - {YOU}))
            if fetched.returncode != 0:
                raise Failure(f"The demonstration can not reach its own hosts: {fetched.stderr.strip()}")
            village.look_back()
            note(fetched.stderr.strip())
            if place is not None:
                _leave_open(village)
            elif on_terminal:
                _hand_over(village, who, shell, context, tidy)
            else:
                click.echo(village.run(who, "timeline", "-n", "0").stdout, nl=False)
        finally:
            village.stop()


@contextmanager
def _folder(place: Path | None) -> Iterator[Path]:
    """The folder that all of it lies in, and that is gone afterwards. Raises `Failure` where `place` is there."""
    if place is None:
        with TemporaryDirectory(prefix="thimbl-demo-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
        return
    made = place.expanduser().absolute()
    try:
        made.mkdir(parents=True)
    except FileExistsError:
        raise Failure(f"{made} is there already: name a folder that is not, since it is removed at the end.") from None
    except OSError as error:
        raise Failure(f"{made} can not be made: {error.strerror}.") from None
    try:
        yield made
    finally:
        rmtree(made, ignore_errors=True)


def _leave_open(village: "Village") -> None:
    """Say where everybody's home is, and wait for a signal."""
    click.echo(f"The demonstration is in {village.folder} until Ctrl-C. In another terminal:")
    click.echo(f"    export THIMBL_HOME={shlex.quote(str(village.home(YOU)))}")
    sys.stdout.flush()
    while True:
        signal.pause()


def _hand_over(village: "Village", who: str, shell: bool, context: Context, tidy: "_Tidy") -> None:
    """Give the terminal to the UI, or to a shell."""
    argv = village.program("tui")
    environ = village.environment(who)
    if shell:
        argv = [context.environ.get("SHELL") or "/bin/sh"]
        # Whoever looks may be anybody here: each home by a name. And this program need not be in the PATH.
        environ |= {name.upper(): str(village.folder / name) for name in NAMES}
        environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", os.defpath)])
        note(f"Here 'thimbl' is {who}: try 'thimbl timeline', 'thimbl post'. 'exit' ends it.")
        note("The clerk's desk is 'thimbl commune --as $COMMUNE todo'; 'THIMBL_HOME=$ANA thimbl fetch' is Ana's round.")
    # Ctrl-C is for whoever has the terminal. A handler rather than SIG_IGN, which the shell's programs would inherit.
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    process: subprocess.Popen[bytes] | None = None
    try:
        with tidy.held():
            process = subprocess.Popen(argv, env=environ)
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
