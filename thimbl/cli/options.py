"""How commands, options and arguments are declared, so that all of them keep the same conventions.

- Each option has an environment variable, THIMBL_<COMMAND>_<OPTION>, named for its long spelling: `bond offer --rate`
  is THIMBL_BOND_OFFER_RATE, whatever the parameter is called in Python.
- Each command has examples in its `--help`.
- What converts values (``type=address``) imports what it needs when it is called, not before.
"""

import inspect
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from thimbl.cli.context import Context

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from thimbl.core.address import Address
    from thimbl.core.web import FeedUrl

F = TypeVar("F", bound=Callable[..., object])


class Option(click.Option):
    """An option with its environment variable."""

    def variable(self, ctx: click.Context) -> str | None:
        """The name of its environment variable; None where it has none."""
        spelling = max((name for name in self.opts if name.startswith("--")), key=len, default=None)
        if spelling is None or ctx.auto_envvar_prefix is None or not self.allow_from_autoenv:
            return None
        return f"{ctx.auto_envvar_prefix}_{spelling.removeprefix('--').replace('-', '_').upper()}"

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """What the environment says; None where it says nothing."""
        variable = self.variable(ctx)
        return os.environ.get(variable) or None if variable else None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """What a value that begins so may be, by what the option calls it."""
        from thimbl.cli.completion.meant import completions

        found = completions(self, ctx, incomplete)
        return super().shell_complete(ctx, incomplete) if found is None else found


class Argument(click.Argument):
    """An argument that completes by what it is called."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """What an argument that begins so may be."""
        from thimbl.cli.completion.meant import completions

        found = completions(self, ctx, incomplete)
        return super().shell_complete(ctx, incomplete) if found is None else found


class _WithExamples(click.Command):
    """A command whose help ends in examples, printed as they are written."""

    examples: str = ""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The epilog, then the examples."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples.splitlines():
                    formatter.write(f"{'':>{formatter.current_indent}}{line}".rstrip() + "\n")


class Command(_WithExamples):
    """A command of `thimbl`."""


class Group(_WithExamples, click.Group):
    """A command with commands of its own, such as `thimbl key`."""


def command(name: str | None = None, *, examples: str, epilog: str = "") -> Callable[[Callable[..., object]], Command]:
    """Declare a command: its docstring is its help, `examples` are lines such as ``thimbl post 'Good morning.'``."""

    def declare(function: Callable[..., object]) -> Command:
        made = click.command(name, cls=Command, epilog=epilog or None)(function)
        made.examples = inspect.cleandoc(examples)
        return made

    return declare


def group(name: str | None = None, *, examples: str, epilog: str = "") -> Callable[[Callable[..., object]], Group]:
    """Declare a group: `command(...)` makes its members, and `the_group.add_command(member)` adds them."""

    def declare(function: Callable[..., object]) -> Group:
        made = click.group(name, cls=Group, epilog=epilog or None)(function)
        made.examples = inspect.cleandoc(examples)
        return made

    return declare


def option(*names: str, **attributes: Any) -> Callable[[F], F]:
    """`click.option`, with an environment variable that is named for the long spelling."""
    attributes.setdefault("cls", Option)
    return click.option(*names, **attributes)


def argument(*names: str, **attributes: Any) -> Callable[[F], F]:
    """`click.argument`, with completion by what it is called."""
    attributes.setdefault("cls", Argument)
    return click.argument(*names, **attributes)


def address(value: str) -> "Address":
    """For ``type=``: an address, given to the command as an `Address`; a fault is one of usage."""
    from thimbl.core.address import Address, AddressError

    try:
        return Address.parse(value)
    except AddressError as error:
        raise click.BadParameter(str(error)) from None


def licence(value: str) -> str:
    """For ``type=``: a licence's identifier, in its own spelling; a fault is one of usage."""
    from thimbl.core.licences import LicenceError, parse_licence

    try:
        return parse_licence(value)
    except LicenceError as error:
        raise click.BadParameter(str(error)) from None


def somebody(value: str) -> "Address | FeedUrl":
    """For ``type=``: an address, or the URL of a feed of the web; a fault is one of usage."""
    from thimbl.core.web import FeedUrl, UrlError, looks_like_url

    try:
        return FeedUrl.parse(value) if looks_like_url(value) else address(value)
    except UrlError as error:
        raise click.BadParameter(str(error)) from None
    except click.BadParameter as error:
        if "@" in value:
            raise
        raise click.BadParameter(f"{error.message} The URL of a feed begins with https://.") from None


def moment(value: str) -> int:
    """For ``type=``: a time as people say it, given to the command in Unix seconds; a fault is one of usage."""
    from thimbl.core.times import TimeError, parse_human_time

    ctx = click.get_current_context(silent=True)
    context = (ctx.find_object(Context) if ctx is not None else None) or Context()
    try:
        return parse_human_time(value, context.now())
    except TimeError as error:
        raise click.BadParameter(str(error)) from None


def tag(value: str) -> str:
    """For ``type=``: a tag, with or without ``#``, given to the command folded; a fault is one of usage."""
    from thimbl.core.text import fold_tag, tags

    folded = fold_tag(value.strip())
    if tags(f"#{folded}") != (folded,):
        raise click.BadParameter(f"{value[:60]!r} is no tag: give letters, digits and '_', one letter at least.")
    return folded


def fingerprint(value: str) -> str:
    """For ``type=``: a key's fingerprint as `ssh-keygen -lf` prints it; a fault is one of usage."""
    from thimbl.core.keys import is_fingerprint

    text = value.strip()
    if not is_fingerprint(text):
        raise click.BadParameter(f"{text[:60]!r} is no fingerprint: 'ssh-keygen -lf' prints them, SHA256:….")
    return text


def json_option(function: F) -> F:
    """`--json`, for every command that reads; the parameter is `as_json`."""
    return option("--json", "as_json", is_flag=True, help="One JSON object a line.")(function)
