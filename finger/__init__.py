"""RFC 1288, the Finger User Information Protocol, for anyone.

- `finger.query`: the grammar of query lines. Pure.
- `finger.wire`: both sides of a connection as state machines without I/O.
- `finger.errors`: what can go wrong, in words for the person who asked.
- `finger.stdio`: a server for inetd, without a reactor.
- `finger.server`, `finger.client`: a server and a client on Twisted. `finger.limits` is what a server puts up with,
  `finger.limited` holds connections to that, whatever is spoken on them, `finger.fairness` is what one address has had
  of it, `finger.served` what became of a connection.
- `finger.sockets`: listening sockets, bound without a reactor and adopted by one; `finger.accepting` accepts on them.
- `finger.testing`: an in-memory internet of hosts, for tests of whatever uses the client.

This module gives the pure names only: importing it loads neither Twisted nor asyncio, so a program that only needs
the grammar starts as fast as it would without.
"""

from finger.errors import (
    AnswerTooLarge,
    AskFailed,
    ConnectionBroken,
    ConnectionRefused,
    FingerError,
    HostUnreachable,
    ListenFailed,
    LocalProtocolError,
    MalformedQuery,
    QueryIncomplete,
    QueryTooLong,
    RemoteProtocolError,
    TimedOut,
)
from finger.query import FINGER_PORT, MAX_QUERY, Query, QueryError, Target, host_port, split_host
from finger.wire import (
    MAX_ANSWER,
    AnswerReceived,
    ClientConnection,
    ClientState,
    QueryReceived,
    ServerConnection,
    ServerState,
    from_wire,
    to_wire,
)

__all__ = [
    "FINGER_PORT",
    "MAX_ANSWER",
    "MAX_QUERY",
    "AnswerReceived",
    "AnswerTooLarge",
    "AskFailed",
    "ClientConnection",
    "ClientState",
    "ConnectionBroken",
    "ConnectionRefused",
    "FingerError",
    "HostUnreachable",
    "ListenFailed",
    "LocalProtocolError",
    "MalformedQuery",
    "Query",
    "QueryError",
    "QueryIncomplete",
    "QueryReceived",
    "QueryTooLong",
    "RemoteProtocolError",
    "ServerConnection",
    "ServerState",
    "Target",
    "TimedOut",
    "from_wire",
    "host_port",
    "split_host",
    "to_wire",
]
