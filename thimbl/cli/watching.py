"""`fetch --watch`: a poller beside whom nothing else happens, and what it says while it runs.

- It says what a person would want to know, and that once: new posts as they come, a host that does not answer when it
  begins and when it is over, and not each of the tries in between.
- Where its standard output is a pipe, it ends when nobody reads that any more, as a program does that writes to one.
  So the poller of a terminal UI that was killed does not go on unseen.
"""

import os
import select
import stat
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from thimbl.cli.citing import cited_line, settled_line
from thimbl.cli.context import Context
from thimbl.cli.network import moved_line, outcome_data, troubles
from thimbl.cli.output import emit, note
from thimbl.core.address import site_of
from thimbl.core.log import Verdict
from thimbl.core.schedule import USUAL, Pace

if TYPE_CHECKING:
    from thimbl.core.address import Address
    from thimbl.node.polling.fetch import Outcome
    from thimbl.node.polling.witnesses import Settled
    from thimbl.store.citations import Commune

_CLOCK: Final = "%H:%M"

_STDOUT: Final = 1

HEARD_EVERY: Final = 5.0
"""Seconds between looks at whether anybody reads the standard output still."""


def watch_these(context: Context, who: "Sequence[Address]", every: int | None, as_json: bool) -> None:
    """Ask `who` (or all who are followed, and whom the settings mirror) until a signal comes; `every`: seconds, for
    all alike. Raises `AlreadyPolling`, and what makes it impossible to go on."""
    from thimbl.node.polling.watch import poller
    from thimbl.node.running import installed, run

    context.waits_for_hooks = False  # a signal ends it, and whoever sent that waits
    reactor, teller = installed(), WatchTeller(context, as_json)
    watching = poller(
        reactor,
        context.account,
        who=who,
        mirror=() if who else context.settings.serve.mirror,
        pace=USUAL if every is None else Pace.fixed(every),
        heard=teller.told,
        held_up=lambda busy: teller.say(str(busy)),
        citing=teller.citing,
        settled=teller.settled,
    )

    def look() -> None:
        if is_unheard(_STDOUT):
            watching.stop()
        else:
            reactor.callLater(HEARD_EVERY, look)

    if is_pipe(_STDOUT):
        reactor.callLater(HEARD_EVERY, look)
    run(reactor, watching.start, watching.stop)


def is_pipe(descriptor: int) -> bool:
    """Whether a descriptor is that of a pipe, which has one reader: a journal that is started again reads on."""
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except OSError:  # it was closed before this began
        return False


def is_unheard(descriptor: int) -> bool:
    """Whether nobody holds the other end of a pipe any more."""
    if not is_pipe(descriptor):
        return False
    looking = select.poll()
    looking.register(descriptor, 0)  # an error is told without being asked for
    return any(event & select.POLLERR for _, event in looking.poll(0))


class WatchTeller:
    """Says what a poller hears: objects for a program, a line an event for a person, with the time on a terminal."""

    def __init__(self, context: Context, as_json: bool) -> None:
        self._context, self._as_json = context, as_json
        self._timed = sys.stderr.isatty() if context.terminal is None else context.terminal
        self._told: dict[str, str] = {}
        """What was told last of a host or an author that is in trouble, by its name."""

    def told(self, outcome: "Outcome", moved: bool) -> None:
        """One author was asked; `moved`: they are followed elsewhere now."""
        if self._as_json:
            emit(outcome_data(outcome))
            sys.stdout.flush()
            return
        name, host = outcome.name, outcome.address.hostport
        host = site_of(host) or host
        if outcome.cited_by and outcome.failed:
            return  # whom a commune cites one does not know: 'following --cited' has them
        if outcome.unreachable:
            self._once(host, outcome, "away")
        elif not (host in self._told and (outcome.failed or outcome.source is not None)):
            # Else it was the mirrors that were asked, while the host is left alone.
            self._over(host, f"{host} answers again.")
            if outcome.is_good and outcome.source is None:
                self._over(name, f"{name} is well again.")
            else:  # a fork is never over: whatever is answered next, two logs were signed
                kind = str(outcome.verdict)
                self._once(f"{name} {kind}" if outcome.verdict is Verdict.FORKED else name, outcome, kind)
        if outcome.new:
            posts = "1 new" if outcome.new == 1 else f"{outcome.new} new"
            way = f", by way of {outcome.source}" if outcome.source else ""
            sake = f", cited by {outcome.cited_by[0]}" if outcome.cited_by else ""
            self.say(f"{name}: {posts}{way}{sake}.")
        if (outcome.moved_to is not None or outcome.moved_url is not None) and not outcome.cited_by:
            self._say_once(f"{name} moved", moved_line(outcome, moved))

    def citing(self, communes: "Sequence[Commune]") -> None:
        """Whom communes cite is another than before."""
        for commune in communes:
            if commune.logs and not self._as_json:
                line = cited_line(commune)
                self._say_once(f"{commune.address} cites", line, line)

    def settled(self, settled: "Settled") -> None:
        """Somebody was asked who has seen another record than is here."""
        if settled.outcome is None and not self._as_json:
            line = settled_line(settled)
            self._say_once(f"{settled.dispute.witness} disagrees", line, line)

    def say(self, text: str) -> None:
        """A line."""
        moment = time.strftime(_CLOCK, time.localtime(self._context.clock())) + "  " if self._timed else ""
        note(f"{moment}{text}")

    def _once(self, key: str, outcome: "Outcome", kind: str) -> None:
        for line in troubles(outcome):
            self._say_once(key, line, kind)

    def _say_once(self, key: str, line: str, kind: str = "") -> None:
        """Say it unless the last that was said of `key` was of this kind: the words of a failure vary."""
        if self._told.get(key) != kind:
            self._told[key] = kind
            self.say(line)

    def _over(self, key: str, line: str) -> None:
        if self._told.pop(key, None) is not None:
            self.say(line)
