"""What `thimbl serve` is made of: the log, the figures, what answers, and what runs beside it.

One process answers by itself. With `workers`, or where it polls too, this process binds, watches and polls, and answers
nobody: to check a plan takes milliseconds in which no query should have to wait.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from thimbl.node.running import installed
from thimbl.node.serving.assignment import Assignment
from thimbl.node.serving.daemon import Bound, Daemon, Listener, Part
from thimbl.node.serving.host import AccountsHost, Servers
from thimbl.node.serving.logs import Log, watch_twisted
from thimbl.node.serving.metrics import Metrics
from thimbl.node.serving.polled import MakePoller, Polled
from thimbl.node.serving.scrape import ScrapeFactory
from thimbl.node.serving.systemd import Manager
from thimbl.node.serving.traffic import Traffic
from thimbl.node.serving.workers import Workers

if TYPE_CHECKING:
    from thimbl.node.serving.webhost import Web

AS_ROOT = "This daemon answers as root: '--user NAME' makes it another account once its port is bound."


def run(
    assignment: Assignment,
    load: Callable[[], Assignment],
    bound: Bound,
    scraped: Bound,
    ready: Callable[[str], None],
    make_poller: MakePoller | None = None,
    web: "tuple[Bound, Web] | None" = None,
) -> None:
    """Answer on `bound`, show figures on `scraped` and pages on `web`, until a signal comes.

    `load` reads the settings anew at SIGHUP; `ready` gets each address that is answered. Raises `Unservable`.
    """
    reactor: Any = installed()
    metrics, manager = Metrics(), Manager(os.environ)
    log = Log(reactor)
    watch_twisted(log, debug=bool(os.environ.get("THIMBL_DEBUG")))
    try:
        pages = None if web is None else replace(web[1], sockets=web[0].sockets)
        servers = _servers(reactor, assignment, log, metrics, pages, apart=make_poller is not None)
        parts: list[Part] = []
        if scraped.sockets:
            site = ScrapeFactory(reactor, lambda: servers.figures().addCallback(metrics.render))
            parts.append(Listener(reactor, scraped, site))
        if make_poller is not None:
            parts.append(Polled(reactor, make_poller, log, metrics))
        if os.geteuid() == 0:
            log.event("warning", what=AS_ROOT)
        daemon = Daemon(reactor, servers, log=log, manager=manager, load=load, parts=parts)
        daemon.run(bound, ready, assignment, None if web is None else web[0])
    finally:
        bound.close()
        if web is not None:
            web[0].close()
        scraped.close()
        log.close()


def _servers(
    reactor: Any, assignment: Assignment, log: Log, metrics: Metrics, web: "Web | None", *, apart: bool
) -> Servers:
    if assignment.serve.workers == 1 and not apart:
        return AccountsHost(reactor, assignment, log, metrics, web)
    Traffic(metrics)  # the names of what workers count
    if web is not None:
        from thimbl.node.serving.webtraffic import WebTraffic

        WebTraffic(metrics)
    return Workers(reactor, assignment, log, metrics, web=web)
