"""Commands that speak Finger: fetch, finger. Twisted is imported when one of them runs."""

import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import PARTLY, Failure
from thimbl.cli.follow import accepting
from thimbl.cli.options import argument, command, json_option, option
from thimbl.cli.output import emit, note, say
from thimbl.cli.progress import Progress
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from finger.client import FingerClient
    from thimbl.core.address import Address
    from thimbl.node.polling.fetch import Fetcher, Outcome
    from thimbl.node.polling.witnesses import Settled
    from thimbl.store.citations import Gathered
    from thimbl.store.writer import Writer


@command(
    examples="""
    thimbl fetch
    thimbl fetch ana@fields.example mark
    thimbl fetch https://blog.example/feed.xml
    thimbl fetch --watch
    thimbl fetch --watch --every 300
"""
)
@argument("whom", nargs=-1, metavar="[ADDRESS|NICK|URL]...")
@option("--watch", is_flag=True, help="Go on asking until stopped, each plan on a schedule of its own.")
@option(
    "--every",
    type=click.IntRange(1),
    metavar="SECONDS",
    help="With --watch: ask each so often, however often its author writes.",
)
@json_option
@pass_context
def fetch(context: Context, whom: tuple[str, ...], watch: bool, every: int | None, as_json: bool) -> int:
    """Ask those you follow what is new.

    Each plan is checked before it is stored. What goes wrong is said in a line for each; the exit code is then 3. Of a
    commune that you follow the logs that it cites are asked for too, so that 'audit' has all that it needs. With
    --watch it goes on, and asks those more often who write more often, between every 2 minutes and every 6 hours.
    """
    from thimbl.cli.names import find_followed

    who = [find_followed(context, one) for one in whom]
    if not watch:
        if every is not None:
            raise click.UsageError("--every is for --watch.")
        return _fetch(context, who, as_json)
    from thimbl.cli.watching import watch_these

    watch_these(context, who, every, as_json)
    return 0


def fetch_now(context: Context, who: "Sequence[Address]" = ()) -> int:
    """Fetch these, or everybody who is followed, saying on stderr what went wrong; the exit code."""
    return _fetch(context, who, as_json=False)


async def fetch_these(context: Context, writer: "Writer", client: "FingerClient", who: "Sequence[Address]") -> None:
    """Fetch these in a reactor that runs already, saying what comes of it."""
    from thimbl.cli.citing import commune_line
    from thimbl.node.polling.book import keep_schedule
    from thimbl.store.citations import communes

    teller = _Teller(context, as_json=False, writer=writer)
    fetcher = _make_fetcher(context, writer, client)
    outcomes = await fetcher.fetch_all(who, teller.told)
    keep_schedule(writer, outcomes, context.now(), fetcher.received)
    teller.summary(outcomes)
    for commune in communes(writer):
        if commune.logs and commune.address in map(str, who):
            note(commune_line(commune))


def with_client(context: Context, work: "Callable[[FingerClient], Coroutine[Any, Any, None]]") -> None:
    """Run `work` in the reactor, with a client that connects where the settings send it."""
    from twisted.internet.defer import Deferred

    from thimbl.node.running import client, installed, run

    reactor = installed()
    asking = client(reactor, context.settings)
    run(reactor, lambda: Deferred.fromCoroutine(work(asking)))


def _fetch(context: Context, who: "Sequence[Address]", as_json: bool) -> int:
    from twisted.internet.defer import Deferred

    from thimbl.node.polling.book import keep_schedule
    from thimbl.node.polling.cited import Cited, fetch_all
    from thimbl.node.running import client, installed, run
    from thimbl.store.citations import gathered

    reactor = installed()
    with context.account.writer() as writer:
        context.account.sync_following(writer)
        context.account.catch_up_quietly(writer)
        cited = Cited(writer, who)
        whom = list(who) or _followed(writer)
        if not whom and not any(commune.logs for commune in cited.communes):
            note("You follow nobody yet: 'thimbl follow ADDRESS'.")
            return 0
        fetcher = _make_fetcher(context, writer, client(reactor, context.settings), cited.trusts)
        teller = _Teller(context, as_json, writer)

        async def asking() -> "tuple[list[Outcome], list[Settled]]":
            outcomes = await fetch_all(fetcher, cited, whom, context.now(), teller.told, teller.expect)
            return outcomes, [] if who else await fetcher.settle()

        outcomes, settled = run(reactor, lambda: Deferred.fromCoroutine(asking()))
        keep_schedule(writer, outcomes, context.now(), fetcher.received)
        for one in settled:
            teller.settled(one)
        asked = [outcome for outcome in outcomes if not outcome.cited_by]
        teller.summary(asked, gathered(writer, cited.communes))
        forks = [one for one in settled if one.outcome is not None]
        return PARTLY if forks or any(not outcome.is_good for outcome in asked) else 0


def _make_fetcher(
    context: Context, writer: "Writer", client: "FingerClient", trusts: Callable[[str], bool] = lambda hostport: True
) -> "Fetcher":
    from thimbl.node import reach, web
    from thimbl.node.polling.fetch import Fetcher

    strangers = reach.client(client.clock, context.settings, stranger=True)
    feeds = web.feeds(client.clock, context.settings, context.now)
    return Fetcher(client, writer, context.now, mirrors=strangers, trusts=trusts, feeds=feeds)


def _followed(writer: "Writer") -> "list[Address]":
    return [author.address for author in writer.authors(followed_only=True) if not author.is_me]


class _Teller:
    """Says what comes of a fetch: a line for each failure, how far it is on a terminal, objects for a program."""

    def __init__(self, context: Context, as_json: bool, writer: "Writer | None" = None) -> None:
        """`writer` is the store where it is open."""
        self.context, self.as_json, self.writer = context, as_json, writer
        self.progress = Progress(context, "fetching")
        self.expected = self.done = 0

    def expect(self, number: int) -> None:
        self.expected = number

    def told(self, outcome: "Outcome") -> None:
        self.done += 1
        moved = False
        if outcome.settled and outcome.moved_to is not None:
            moved = self.context.account.follow_move(outcome.address, outcome.moved_to, self.writer)
        if self.as_json:
            emit(outcome_data(outcome))
            sys.stdout.flush()
            return
        self.progress.clear()
        for line in troubles(outcome):
            note(line)
        if (outcome.moved_to is not None or outcome.moved_url is not None) and not outcome.cited_by:
            note(moved_line(outcome, moved))
        self.progress.tell(self.done, self.expected)

    def settled(self, settled: "Settled") -> None:
        """Somebody was asked who has seen another record than is here."""
        from thimbl.cli.citing import settled_line

        if settled.outcome is not None:
            self.told(settled.outcome)
        elif not self.as_json:
            note(settled_line(settled))

    def summary(self, outcomes: "Sequence[Outcome]", communes: "Iterable[Gathered]" = ()) -> None:
        """How many were asked who are followed, or were asked for; then how the logs stand that communes cite."""
        from thimbl.cli.citing import gathered_lines

        if self.as_json:
            return
        failed = sum(outcome.failed for outcome in outcomes)
        refused = sum(not outcome.is_good for outcome in outcomes) - failed
        counts = [f"{len(outcomes)} asked", f"{sum(outcome.new for outcome in outcomes)} new"]
        counts += [f"{failed} failed"] if failed else []
        counts += [f"{refused} not taken"] if refused else []
        note(f"{', '.join(counts)}.")
        for line in gathered_lines(communes):
            note(line)


def troubles(outcome: "Outcome") -> Iterator[str]:
    """What went wrong with one author, each a line: what a reason repeats of an answer looks like no line of ours.

    Of one who is asked for a commune's sake, only what is wrong with what came: whose log is lacking is told together.
    """
    if outcome.cited_by and (outcome.failed or outcome.is_good):
        return
    if not outcome.is_good:
        reason = safe_line(outcome.reason)
        what = f"{outcome.verdict}: {reason}" if outcome.verdict else reason
        yield f"{outcome.name}: {what}.{accepting(outcome.address, outcome.verdict, outcome.fingerprint)}"
    elif outcome.source is not None:
        yield f"{outcome.address}: {safe_line(outcome.failure)}. The mirror {outcome.source} answered."


def moved_line(outcome: "Outcome", follows: bool) -> str:
    """That somebody has moved; `follows`: they are followed there now."""
    where = outcome.moved_to
    if outcome.moved_url is not None:
        return f"{outcome.name} has moved for good: 'thimbl follow {outcome.moved_url}', and unfollow the old one."
    if follows:
        return f"{outcome.address} has moved to {where}, and you follow them there now."
    return f"{outcome.address} says that they have moved: 'thimbl follow {where}'."


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
        "source": outcome.source,
        "cited_by": list(outcome.cited_by),
        "url": outcome.url,
        "moved_url": outcome.moved_url,
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
    from thimbl.node.running import client, installed, run

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
