"""The command that answers: serve. What it does is `thimbl.node.serving`'s; here options go before the settings."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.options import command, option
from thimbl.cli.output import say

if TYPE_CHECKING:
    from finger.query import Query
    from thimbl.home.serving import ServeSettings
    from thimbl.home.settings import Settings
    from thimbl.node.serving.assignment import Assignment
    from thimbl.node.serving.polled import MakePoller, Poller
    from thimbl.node.serving.webhost import Web


@command(
    examples="""
    thimbl serve
    thimbl serve --listen tcp:7979:interface=127.0.0.1
    thimbl serve --spool /var/spool/thimbl --user thimbl --workers 2
    thimbl serve --homes --alias postmaster=ana --log off
    thimbl serve --http tcp:8080:interface=127.0.0.1 --url https://fields.example
    thimbl serve --units /etc/systemd
""",
    epilog="Each option has its like below 'serve:' in config.yaml, and goes before it.",
)
@option("--listen", multiple=True, metavar="PLACE", help="Where, such as tcp:7979 or dual:79. Repeatable.")
@option("--spool", type=click.Path(path_type=Path, file_okay=False), help="Serve the NAME.plan files of this folder.")
@option("--homes", is_flag=True, help="Serve the ~/.plan of everybody with a home here, but for a ~/.nofinger.")
@option("--min-uid", type=int, metavar="UID", help="With --homes: the first uid of a person; 1000.")
@option("--people", is_flag=True, help="With --homes: show people without a plan too, as finger always did.")
@option("--alias", "aliases", multiple=True, metavar="NAME=ACCOUNT", help="Another name for an account. Repeatable.")
@option("--message", type=click.Path(path_type=Path), help="A text of the host, above its list of accounts.")
@option("--mirror", multiple=True, metavar="WHOM", help="Keep and serve the plans of ADDRESS or @HOST. Repeatable.")
@option("--poll", is_flag=True, help="Fetch whom you follow, too.")
@option("--workers", type=int, metavar="N", help="Answer with so many processes on one port.")
@option("--user", metavar="NAME", help="Started as root: whom to become once the port is bound.")
@option("--group", metavar="NAME", help="With --user: the group; its own otherwise.")
@option("--connections", type=int, metavar="N", help="Answer so many at once.")
@option("--connections-per-address", type=int, metavar="N", help="Answer so many of one address at once.")
@option("--queries-per-minute", type=int, metavar="N", help="Answer so many of one address in a minute.")
@option("--log", type=click.Choice(["off", "queries", "peers"]), help="A line a query: none, without who asked, with.")
@option("--metrics", metavar="PLACE", help="Where Prometheus reads figures, at /metrics.")
@option("--http", multiple=True, metavar="PLACE", help="Where to show pages to browsers, such as tcp:8080. Repeatable.")
@option("--url", metavar="URL", help="With --http: where the pages are for others, such as https://fields.example.")
@option("--stdio", is_flag=True, help="Answer one query on standard input and output, for inetd.")
@option("--units", type=click.Path(path_type=Path, file_okay=False), help="Write units for systemd below this folder.")
@pass_context
def serve(context: Context, /, stdio: bool, units: Path | None, **options: Any) -> None:
    """Answer Finger queries.

    Without --spool or --homes it serves your own plan, at the port of your address. It prints each address that it
    is bound to. SIGTERM ends it when those who asked have their answers, SIGHUP makes it read its settings anew. An
    edited plan shows in the next answer.
    """
    context.waits_for_hooks = False  # a signal ends it, and whoever sent that waits
    if units is not None:
        _write_units(units)
        return
    if options["spool"] is not None and options["homes"]:
        raise click.UsageError("--spool and --homes exclude each other.")
    if stdio:
        for other in ("listen", "http"):
            if options[other]:
                raise click.UsageError(f"--stdio and --{other} exclude each other.")
        _answer_one(context, options)
        return
    _serve(context, options)


def _write_units(folder: Path) -> None:
    from thimbl.node.serving.units import this_program, write_units

    program = this_program()
    if program is None:
        raise Failure("The units name an installed program: install thimbl, and run it from there.")
    for path in write_units(folder, str(program)):
        say(f"{path}")


def merged(serve: "ServeSettings", options: Mapping[str, Any]) -> "ServeSettings":
    """The settings, with the options that were given in their place: those are read as strictly."""
    from thimbl.home.errors import SettingsError
    from thimbl.home.serving import alias, read_serving, serving_data

    data = serving_data(serve)
    given = {name: value for name, value in options.items() if value is not None and value is not False and value != ()}
    if "spool" in given or "homes" in given:
        data.pop("spool", None)
        data.pop("homes", None)
    for name, value in given.items():
        data[name] = list(value) if isinstance(value, tuple) else value
    for name in ("spool", "message"):  # as seen from here, not from the folder of the settings
        if name in given:
            data[name] = str(given[name].absolute())
    try:
        if "aliases" in given:
            data["aliases"] = {**serve.aliases, **dict(alias(text, "--alias") for text in given["aliases"])}
        return read_serving(data, "thimbl serve", Path())
    except SettingsError as fault:
        raise click.UsageError(str(fault)) from None


def assignment_of(context: Context, options: Mapping[str, Any]) -> "Assignment":
    """What to do, by the settings as they are now. Raises `HomeError` or `OSError`."""
    from thimbl.node.serving.accounts import Account
    from thimbl.node.serving.assignment import Assignment

    serve = merged(context.settings.serve, options)
    own = None
    if serve.spool is None and not serve.homes and context.settings.address is not None:
        own = Account(context.account.address.user, "", context.paths.plan)
    has_store = context.settings.address is not None or serve.mirror or serve.poll
    return Assignment(serve, own, context.paths.store if has_store else None, _host(context.settings, serve))


def _host(settings: "Settings", serve: "ServeSettings") -> str:
    """Whom to ask by Finger: the host of the daemon's account, or of its pages."""
    from urllib.parse import urlsplit

    if settings.address is not None:
        return settings.address.hostport
    return urlsplit(serve.url).hostname or ""


def _answer_one(context: Context, options: Mapping[str, Any]) -> None:
    from finger.stdio import serve_stdio
    from thimbl.node.serving.assignment import Unservable
    from thimbl.node.serving.inetd import complain, is_asked_on, leave_root
    from thimbl.node.serving.privileges import PrivilegeFault

    if hidden := is_asked_on(2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    refused: Exception | None = None
    if os.geteuid() == 0:
        try:
            leave_root(merged(context.settings.serve, options))
        except Exception as fault:
            refused = fault

    def answer(query: "Query") -> bytes:
        # Only now: whoever asked is told politely where the settings are at fault.
        try:
            if refused is not None:
                raise refused
            return assignment_of(context, options).answerer()(query)
        except (PrivilegeFault, Unservable) as fault:
            raise Failure(str(fault)) from None

    try:
        serve_stdio(answer, sys.stdin, sys.stdout)
    except Exception as fault:
        if hidden:
            complain(str(fault))
        raise


def _poller(context: Context, serve: "ServeSettings") -> "MakePoller | None":
    """What makes the poller; None where nobody is to be asked."""
    if not serve.poll and not serve.mirror:
        return None

    def make(reactor: Any, **told: Any) -> "Poller":
        from thimbl.node.polling.watch import poller

        return poller(reactor, context.account, mirror=serve.mirror, **told)

    return make


def _places(settings: "Settings", serve: "ServeSettings", environ: Mapping[str, str]) -> tuple[str, ...]:
    """Where to listen: as it says, or what systemd passed, or the port that an address of this account means."""
    from finger.query import FINGER_PORT
    from finger.sockets import everywhere
    from thimbl.node.serving.systemd import others, passed_sockets

    if serve.listen:
        return serve.listen
    if passed_sockets(environ):
        return others(environ, (*serve.http, serve.metrics))
    if settings.address is None or serve.spool is not None or serve.homes:
        return (everywhere(FINGER_PORT),)
    return (everywhere(settings.address.port),)


def _web() -> "Web":
    """The pages, in this process and in workers. Raises `Failure` where what they need is not installed."""
    from importlib.util import find_spec

    if find_spec("h11") is None:
        raise Failure("The web face needs h11: install it with  pip install 'thimbl-node[http]'")
    from thimbl.cli import pages
    from thimbl.node.serving.webhost import Web

    return Web(pages.make, worker=pages.__name__)


def _serve(context: Context, options: Mapping[str, Any]) -> None:
    environ = dict(os.environ)  # Twisted takes what systemd says of sockets out of it when it is imported

    from finger.errors import ListenFailed
    from thimbl.node.running import installed
    from thimbl.node.serving.assignment import Unservable
    from thimbl.node.serving.daemon import Bound, ports_of
    from thimbl.node.serving.privileges import PrivilegeFault, become, gain_nothing, refuse_root, whom
    from thimbl.node.serving.service import run

    def load() -> "Assignment":
        return assignment_of(Context(context.environ, context.clock), options)

    def ready(bound: str) -> None:
        say(f"Listening on {bound}.")
        sys.stdout.flush()

    assignment = assignment_of(context, options)
    settings = assignment.serve
    try:
        assignment.check()
        identity = whom(settings.user, settings.group)
        bound = Bound.to(_places(context.settings, settings, environ), environ)
        scraped = Bound.to((settings.metrics,) if settings.metrics else (), environ)
        web = (Bound.to(settings.http, environ), _web()) if settings.http else None
        if identity is not None:
            installed()  # who is root may run this program from a folder that others may not read
            gain_nothing()
            become(identity)
        refuse_root([*ports_of(bound), *(ports_of(web[0]) if web else [])])
        run(assignment, load, bound, scraped, ready, _poller(context, settings), web)
    except (ListenFailed, PrivilegeFault, Unservable) as error:
        raise Failure(str(error)) from None
