"""Commands that speak Finger: fetch, finger. Twisted is imported when one of them runs."""

import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import PARTLY, Failure
from thimbl.cli.options import address, argument, command, json_option, option
from thimbl.cli.output import emit, note, say
from thimbl.cli.people import accepting
from thimbl.cli.progress import Progress
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from finger.client import FingerClient
    from thimbl.core.address import Address
    from thimbl.node.fetch import Fetcher, Outcome
    from thimbl.store.writer import Writer

EVERY: Final = 120
"""Seconds between two rounds of `--watch`: a conversation can bear it, and a host hardly notices (one `since` each)."""


@command(
    examples="""
    thimbl fetch
    thimbl fetch ana@fields.example
    thimbl fetch --watch --every 300
"""
)
@argument("who", type=address, nargs=-1, metavar="[ADDRESS]...")
@option("--watch", is_flag=True, help="Go on asking, round after round, until stopped.")
@option(
    "--every", type=click.IntRange(1), default=EVERY, show_default=True, help="With --watch: seconds between rounds."
)
@json_option
@pass_context
def fetch(context: Context, who: "tuple[Address, ...]", watch: bool, every: int, as_json: bool) -> int:
    """Ask those you follow what is new.

    Each plan is checked before it is stored. What goes wrong is said in a line for each; the exit code is then 3.
    """
    return _watch(context, who, every, as_json) if watch else _fetch(context, who, as_json)


def fetch_now(context: Context) -> int:
    """Fetch everybody who is followed, saying on stderr what went wrong; the exit code."""
    return _fetch(context, (), as_json=False)


async def fetch_these(context: Context, writer: "Writer", client: "FingerClient", who: "Sequence[Address]") -> None:
    """Fetch these in a reactor that runs already, saying what comes of it."""
    from thimbl.node.fetch import Fetcher

    teller = _Teller(context, as_json=False)
    teller.summary(await Fetcher(client, writer, context.now).fetch_all(who, teller.told))


def with_client(context: Context, work: "Callable[[FingerClient], Coroutine[Any, Any, None]]") -> None:
    """Run `work` in the reactor, with a client that connects where the settings send it."""
    from twisted.internet.defer import Deferred

    from thimbl.node.polling import client, installed, run

    reactor = installed()
    asking = client(reactor, context.settings)
    run(reactor, lambda: Deferred.fromCoroutine(work(asking)))


def _fetch(context: Context, who: "Sequence[Address]", as_json: bool) -> int:
    from thimbl.node.polling import installed, run

    reactor = installed()
    with context.account.writer() as writer:
        fetcher, teller = _fetcher(context, writer, reactor), _Teller(context, as_json)
        whom = list(who) or _followed(writer)
        if not whom:
            note("You follow nobody yet: 'thimbl follow ADDRESS'.")
            return 0
        teller.expect(len(whom))
        outcomes = run(reactor, lambda: fetcher.fetch_all(whom, teller.told))
        teller.summary(outcomes)
        return PARTLY if any(not outcome.is_good for outcome in outcomes) else 0


def _watch(context: Context, who: "Sequence[Address]", every: int, as_json: bool) -> int:
    from thimbl.home.durable import try_lock
    from thimbl.node.polling import Interrupted, Watch, installed, run

    if try_lock(context.paths.lock) is None:  # held until this process ends
        raise Failure("Another 'thimbl fetch --watch' is at work for this account already.")
    reactor = installed()
    with context.account.writer() as writer:
        fetcher, teller = _fetcher(context, writer, reactor), _Teller(context, as_json)

        def whom() -> "Sequence[Address]":
            _sync(context, writer)
            return list(who) or _followed(writer)

        watch = Watch(
            reactor,
            whom,
            lambda addresses: fetcher.fetch_all(addresses, teller.told),
            every,
            lambda busy: note(str(busy)),
        )
        with suppress(Interrupted):  # that is how it is stopped
            run(reactor, watch.start)
    return 0


def _fetcher(context: Context, writer: "Writer", reactor: Any) -> "Fetcher":
    from thimbl.node.fetch import Fetcher
    from thimbl.node.polling import client

    _sync(context, writer)
    return Fetcher(client(reactor, context.settings), writer, context.now)


def _sync(context: Context, writer: "Writer") -> None:
    context.account.sync_following(writer)


def _followed(writer: "Writer") -> "list[Address]":
    return [author.address for author in writer.authors(followed_only=True) if not author.is_me]


class _Teller:
    """Says what comes of a fetch: a line for each failure, how far it is on a terminal, objects for a program."""

    def __init__(self, context: Context, as_json: bool) -> None:
        self.as_json = as_json
        self.progress = Progress(context, "fetching")
        self.expected = self.done = 0

    def expect(self, number: int) -> None:
        self.expected = number

    def told(self, outcome: "Outcome") -> None:
        self.done += 1
        if self.as_json:
            emit(outcome_data(outcome))
            sys.stdout.flush()
            return
        self.progress.clear()
        if not outcome.is_good:
            # In one line: what the reason repeats of an answer must not look like a line of ours.
            reason = safe_line(outcome.reason)
            what = f"{outcome.verdict}: {reason}" if outcome.verdict else reason
            note(f"{outcome.address}: {what}.{accepting(outcome.address, outcome.verdict, outcome.fingerprint)}")
        if outcome.moved_to is not None:
            note(f"{outcome.address} has moved: 'thimbl follow {outcome.moved_to}'.")
        self.progress.tell(self.done, self.expected)

    def summary(self, outcomes: "Sequence[Outcome]") -> None:
        if self.as_json:
            return
        failed = sum(outcome.failed for outcome in outcomes)
        refused = sum(not outcome.is_good for outcome in outcomes) - failed
        counts = [f"{len(outcomes)} asked", f"{sum(outcome.new for outcome in outcomes)} new"]
        counts += [f"{failed} failed"] if failed else []
        counts += [f"{refused} not taken"] if refused else []
        note(f"{', '.join(counts)}.")


def outcome_data(outcome: "Outcome") -> dict[str, Any]:
    """An outcome for programs. `verdict` is null where no plan came, and `failure` says why."""
    return {
        "address": str(outcome.address),
        "verdict": str(outcome.verdict) if outcome.verdict else None,
        "reason": outcome.reason if outcome.verdict else "",
        "failure": None if outcome.verdict else outcome.reason,
        "new": outcome.new,
        "unchanged": outcome.unchanged,
        "fingerprint": outcome.fingerprint,
        "gap_below": outcome.gap_below,
        "moved_to": str(outcome.moved_to) if outcome.moved_to else None,
    }


@command(
    examples="""
    thimbl finger ana@fields.example
    thimbl finger ana/head@fields.example:7979
    thimbl finger @fields.example
    thimbl finger -l root@localhost
"""
)
@argument("query")
@option("--long", "-l", "long", is_flag=True, help="Ask for a longer answer (/W).")
@pass_context
def finger(context: Context, query: str, long: bool) -> None:
    """Ask any Finger query and show the answer as it came.

    QUERY is what a finger program takes: user@host, @host, user@host:port, user@host@by.way.of. Control characters in
    the answer are shown, not obeyed.
    """
    from finger.errors import AskFailed
    from finger.query import QueryError, Target
    from finger.wire import from_wire
    from thimbl.core.terminal import safe
    from thimbl.node.polling import client, installed, run

    try:
        target = Target.parse(query, verbose=long)
    except QueryError as error:
        raise click.BadParameter(str(error), param_hint="QUERY") from None
    reactor = installed()
    asking = client(reactor, context.settings)
    try:
        raw = run(reactor, lambda: asking.ask(target.host, target.port, target.query))
    except AskFailed as error:
        raise Failure(f"{error}") from None
    text = from_wire(raw).decode("utf-8", "replace")
    say(safe(text.removesuffix("\n")))
