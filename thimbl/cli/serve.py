"""The command that answers: serve."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.options import command, option
from thimbl.cli.output import say

if TYPE_CHECKING:
    from thimbl.node.accounts import Accounts


@command(
    examples="""
    thimbl serve
    thimbl serve --listen tcp:7979:interface=127.0.0.1
    thimbl serve --spool /var/spool/thimbl --listen tcp6:79
    thimbl serve --homes
"""
)
@option("--listen", multiple=True, metavar="ENDPOINT", help="Where: a Twisted endpoint, such as tcp:7979. Repeatable.")
@option("--spool", type=click.Path(path_type=Path, file_okay=False), help="Serve the NAME.plan files of this folder.")
@option("--homes", is_flag=True, help="Serve the ~/.plan of everybody with a home here, but for a ~/.nofinger.")
@option("--stdio", is_flag=True, help="Answer one query on standard input and output, for inetd.")
@pass_context
def serve(context: Context, listen: tuple[str, ...], spool: Path | None, homes: bool, stdio: bool) -> None:
    """Answer Finger queries.

    Without --spool or --homes it serves your own plan, at the port of your address. It prints each address that it
    is bound to, and ends cleanly at SIGTERM. An edited plan shows in the next answer.
    """
    from thimbl.node.answering import Answerer

    if spool is not None and homes:
        raise click.UsageError("--spool and --homes exclude each other.")
    if stdio and listen:
        raise click.UsageError("--stdio and --listen exclude each other.")
    answerer = Answerer(_accounts(context, spool, homes))
    if stdio:
        from finger.stdio import serve_stdio

        serve_stdio(answerer, sys.stdin, sys.stdout)
        return
    own_port = context.settings.address.port if context.settings.address and spool is None and not homes else 79
    _serve(answerer, listen or (f"tcp:{own_port}",))


def _accounts(context: Context, spool: Path | None, homes: bool) -> "Accounts":
    from thimbl.node.accounts import Account, Homes, OwnAccount, Spool

    if homes:
        return Homes()
    if spool is not None:
        if not spool.is_dir():
            raise Failure(f"There is no folder {spool}. Make it, and put NAME.plan files there.")
        return Spool(spool)
    return OwnAccount(Account(context.account.address.user, "", context.paths.plan))


def _serve(answerer: Any, descriptions: Sequence[str]) -> None:
    from finger.errors import ListenFailed
    from thimbl.node.daemon import Daemon, log_to_stderr
    from thimbl.node.polling import installed

    def ready(bound: str) -> None:
        say(f"Listening on {bound}.")
        sys.stdout.flush()

    log_to_stderr()
    reactor = installed()
    try:
        Daemon(reactor, reactor, answerer).run(descriptions, ready)
    except ListenFailed as error:
        raise Failure(str(error)) from None
