"""The `thimbl` command: finds the command that was asked for, and imports that one alone.

`thimbl --help` imports no command; `thimbl COMMAND --help` imports the module of that one, and each of those imports
what it works with when it runs (performance.md: start-up is part of the interface).
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import click

from thimbl import __version__
from thimbl.cli.context import Context
from thimbl.cli.errors import go, reader_may_leave
from thimbl.cli.options import Group
from thimbl.cli.table import COMMANDS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


COMPLETE: Final = "_THIMBL_COMPLETE"
"""The variable by which a shell asks what a word may be; click's name for it."""


class Thimbl(Group):
    """The group of all commands, found by the table."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command. In standalone mode faults are told and the program ends; otherwise they are raised."""

        def command() -> object:
            if COMPLETE in os.environ:
                from thimbl.cli.completion.shells import register

                register()
            return super(Thimbl, self).main(args, prog_name or "thimbl", complete_var, standalone_mode=False, **extra)

        if not standalone_mode:
            return command()
        sys.exit(go(command, os.environ))

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of a run; the help is printed here."""
        with reader_may_leave():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for; then hooks are told of what it brought."""
        with reader_may_leave():
            result = super().invoke(ctx)
            if isinstance(ctx.obj, Context) and ctx.obj.has_account:
                from thimbl.cli.hooking import tell_hooks

                tell_hooks(ctx.obj)
            return result

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now; None where there is none."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.target.partition(":")
        found = getattr(import_module(module), attribute)
        assert isinstance(found, click.Command), entry.target
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that `args` begin with; a fault of usage names those that are spelled like it."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            import difflib

            alike = [other for other in COMMANDS if other.startswith(name)] or difflib.get_close_matches(name, COMMANDS)
            hint = f" Did you mean {' or '.join(repr(other) for other in alike[:3])}?" if alike else ""
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Completions for the first word: commands from the table, and options. What follows is the command's own."""
        from click.shell_completion import CompletionItem

        names = [name for name in COMMANDS if name.startswith(incomplete)]
        found = [CompletionItem(name, help=COMMANDS[name].help) for name in names]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, section by section; no command is imported for it."""
        for section, entries in groupby(COMMANDS.items(), key=lambda item: item[1].section):
            with formatter.section(section):
                formatter.write_dl([(name, entry.help) for name, entry in entries], col_max=11)


EPILOG = """\
Every option can also be given by the environment: THIMBL_TIMELINE_LIMIT=50 is `timeline --limit 50`. THIMBL_HOME puts
all files into one folder, so one person can be several. NO_COLOR turns colour off.

For completion put this into ~/.bashrc: eval "$(thimbl completion bash)"; zsh and fish have it too. The manual is
thimbl(1), and 'thimbl post' is in thimbl-post(1).

Exit codes: 0 it worked, 1 it failed, 2 it was called wrongly, 3 part of it failed, 4 it worked and found faults.
"""


@click.command(
    "thimbl",
    cls=Thimbl,
    epilog=EPILOG,
    context_settings={
        "auto_envvar_prefix": "THIMBL", "help_option_names": ["-h", "--help"], "max_content_width": 80,
    },
)
@click.version_option(__version__, prog_name="thimbl", message="%(prog)s %(version)s", allow_from_autoenv=False)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Microblogging over Finger: you write a plan, others finger it.

    Your posts are a text file, signed by you and served from your own host.
    """
    if ctx.obj is None:
        ctx.obj = Context()


main.examples = """\
thimbl init ana@fields.example         make an account
thimbl post 'Frost on the lower field.'
thimbl follow mark@mill.example        ask, check, and follow
thimbl read                            fetch, and show what is new"""


def run() -> int:
    """The script: run what the command line says, and return the exit code."""
    _fill_standard_files()
    try:
        main.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _fill_standard_files() -> None:
    """Where standard input, output or error is closed it is /dev/null, as sshd and sudo have it.

    Else a socket or the store would get its number, and with it what is printed.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    # Python has None for those that were closed when it started.
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
