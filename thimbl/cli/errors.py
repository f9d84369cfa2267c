"""Every command runs here, and every fault of one is told here: one line on stderr that says what to do next.

- Exit codes (experience.md, "From a shell"): 0 it worked; 1 it failed; 2 it was called wrongly; 3 part of it failed;
  4 it worked and found faults. A command returns one of them, or None for 0.
- A fault that is expected has a class in `FAULTS`. Its message is what people read, and where it has none the first
  paragraph of its docstring. It never shows a traceback.
- Any other exception is a fault of the program: one line, and a traceback only with THIMBL_DEBUG=1.
- A reader that goes away (`thimbl timeline | head`) and Ctrl-C end a command without a word, with the codes that a
  shell gives to SIGPIPE and SIGINT.
- Classes stand in the table by name, so that nothing is imported to look at them.
"""

import errno
import inspect
import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

import click

from thimbl.core.terminal import safe

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
PARTLY: Final = 3
FOUND_FAULTS: Final = 4
INTERRUPTED: Final = 130
"""128 + SIGINT, as shells report it."""
READER_GONE: Final = 141
"""128 + SIGPIPE."""

FAULTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "thimbl.core.address.AddressError": USAGE,
        "thimbl.core.web.UrlError": USAGE,
        "thimbl.core.times.TimeError": USAGE,
        "thimbl.core.commune.money.AmountError": USAGE,
        "thimbl.core.commune.money.PeriodError": USAGE,
        "thimbl.core.commune.money.RateError": USAGE,
        "thimbl.core.commune.fields.Malformed": USAGE,
        "thimbl.core.commune.wishes.Refusal": FAILED,
        "thimbl.core.licences.LicenceError": USAGE,
        "thimbl.core.keys.KeyFault": FAILED,
        "thimbl.core.plan.PlanUnreadable": FAILED,
        "thimbl.core.plantext.PlanTextError": FAILED,
        "thimbl.core.archive.ArchiveDamaged": FAILED,
        "thimbl.home.errors.HomeError": FAILED,
        "thimbl.store.errors.StoreError": FAILED,
        "tui.aside.DraftsLost": FAILED,
    }
)
"""Exception classes by their full names; a subclass has the code of the nearest class that is listed."""

_HINTS: Final = {
    errno.ENOSPC: "Make room, then run it again",
    errno.EDQUOT: "Make room, then run it again",
    errno.EROFS: "Set THIMBL_HOME to a folder that you can write to",
    errno.EADDRINUSE: "Something else listens there: stop it, or choose another port",
}


class Failure(Exception):
    """A command can not do what was asked. The message says what is the matter and what to do next."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def go(command: Callable[[], object], environ: Mapping[str, str]) -> int:
    """Run `command` and return the exit code; tell its fault on stderr if it has one."""
    _never_fail_to_print()
    try:
        result = command()
        sys.stdout.flush()
    except BaseException as fault:
        return _conclude(fault, environ)
    # True and False are no codes: that would turn a success into a 1.
    return result if isinstance(result, int) and not isinstance(result, bool) else OK


def explain(fault: BaseException) -> tuple[int, str] | None:
    """The exit code and the words for an expected fault; None for one that is not."""
    if isinstance(fault, Failure):
        return fault.code, _words(fault)
    if isinstance(fault, click.UsageError):
        asked = fault.ctx.command_path if fault.ctx is not None else "thimbl"
        return USAGE, f"{_ended(fault.format_message())} See '{asked} --help'."
    if isinstance(fault, click.ClickException):
        return fault.exit_code, _ended(fault.format_message())
    for cls in type(fault).__mro__:
        code = FAULTS.get(f"{cls.__module__}.{cls.__qualname__}")
        if code is not None:
            return code, _words(fault)
    if isinstance(fault, OSError) and fault.strerror:
        return FAILED, _system_words(fault)
    return None


def _conclude(fault: BaseException, environ: Mapping[str, str]) -> int:
    """The exit code that ends the program for `fault`, after telling it."""
    if isinstance(fault, SystemExit):
        return fault.code if isinstance(fault.code, int) else OK if fault.code is None else FAILED
    if _reader_gone(fault):
        return READER_GONE
    if _interrupted(fault):
        return INTERRUPTED
    if isinstance(fault, click.Abort):
        return _tell("Nothing was done.", FAILED)
    if isinstance(fault, click.exceptions.NoArgsIsHelpError):
        # No command was named: the help is the answer.
        print(fault.ctx.get_help(), file=sys.stderr, flush=True)
        return USAGE
    if environ.get("THIMBL_DEBUG"):
        import traceback

        print(safe("".join(traceback.format_exception(fault))), end="", file=sys.stderr, flush=True)
    told = explain(fault)
    if told is not None:
        return _tell(told[1], told[0])
    what = f"{type(fault).__name__}: {fault}" if str(fault) else type(fault).__name__
    return _tell(
        f"This is a fault of the program, not yours ({' '.join(what.split())}). "
        "Run it again with THIMBL_DEBUG=1, and please report what it prints.",
        FAILED,
    )


def _tell(message: str, code: int) -> int:
    """Print the one line of a fault. Its words may repeat what a stranger wrote."""
    try:
        sys.stdout.flush()
        print(f"thimbl: {safe(message)}", file=sys.stderr, flush=True)
    except (OSError, ValueError):
        pass  # there is nobody left to tell
    return code


def _words(fault: BaseException) -> str:
    """Its message, or the first paragraph of its docstring."""
    return _ended(str(fault) or (inspect.getdoc(type(fault)) or type(fault).__name__).partition("\n\n")[0])


def _ended(message: str) -> str:
    message = message.strip()
    return message if message.endswith((".", "!", "?", "…")) else f"{message}."


def _system_words(fault: OSError) -> str:
    where = f"{fault.filename}: " if fault.filename is not None else ""
    hint = _HINTS.get(fault.errno or 0)
    return f"{where}{_ended(fault.strerror or '')}" + (f" {hint}." if hint else "")


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """Ends a run quietly where nobody reads its output any more; to be put around what click would end otherwise."""
    try:
        yield
    except OSError as fault:
        if not _reader_gone(fault):
            raise
        raise click.exceptions.Exit(READER_GONE) from None


def check_reader() -> None:
    """Raises `BrokenPipeError` where whoever read stdout has gone: for what writes seldom, and would learn it late."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return  # no file behind it
    if _is_broken(descriptor):
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def _reader_gone(fault: BaseException) -> bool:
    """Whether stdout or stderr was closed by whoever read it.

    What is left for it in the buffers then goes nowhere, since the interpreter flushes them when it ends.
    """
    if not isinstance(fault, OSError) or fault.errno != errno.EPIPE:
        return False
    gone = False
    for stream in (sys.stdout, sys.stderr):
        try:
            if _is_broken(stream.fileno()):
                gone = True
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)
        except (OSError, ValueError):
            continue  # no file behind it
    return gone


def _interrupted(fault: BaseException) -> bool:
    """Ctrl-C, which click turns into its Abort."""
    behind = fault.__cause__ or fault.__context__ if isinstance(fault, click.Abort) else fault
    return isinstance(behind, KeyboardInterrupt)


def _is_broken(descriptor: int) -> bool:
    """Whether it is a pipe whose other end is closed."""
    import select

    poll = select.poll()
    poll.register(descriptor, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def _never_fail_to_print() -> None:
    """A terminal of another encoding shows what it can not print by number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
