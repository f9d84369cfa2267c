"""How fast `thimbl serve` answers, against a bare Twisted LineReceiver that sends the same bytes from memory.

Both are child processes on loopback with a full listen backlog; 64 clients at once, each asking again as soon as it is
answered, one connection a query. The contenders take turns, and the median of the rounds counts. The clients share the
machine and take more of it than a server does, so CPU per request (the server's own, user and system) says more than
requests a second.

    python bench/serve.py
"""

import asyncio
import socket
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench._authors import machine, plan_text
from bench._children import Child, child, thimbl_serve
from thimbl.core.address import Address

AT_ONCE: Final = 64
ROUNDS: Final = 5
SECONDS: Final = 1.5
WARM_UP: Final = 0.3
POSTS: Final = 75
"""Of a plan of 20 KB."""

ALICE: Final = Address("alice", "fields.example")


class Client(asyncio.Protocol):
    """One query. `done` fires when the whole answer, of `size` bytes, has come and the server has closed."""

    def __init__(self, query: bytes, size: int) -> None:
        self.query, self.left = query, size
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self.query)

    def data_received(self, data: bytes) -> None:
        self.left -= len(data)

    def connection_lost(self, error: Exception | None) -> None:
        if error or self.left:
            self.done.set_exception(error or RuntimeError(f"an answer lacks {self.left} bytes"))
        else:
            self.done.set_result(None)


async def load(port: int, query: bytes, size: int, seconds: float) -> float:
    """Answers a second."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()

    async def ask_again() -> int:
        count = 0
        while time.perf_counter() < began + seconds:
            _, client = await loop.create_connection(lambda: Client(query, size), "127.0.0.1", port)
            await client.done
            count += 1
        return count

    counts = await asyncio.gather(*(ask_again() for _ in range(AT_ONCE)))
    return sum(counts) / (time.perf_counter() - began)


def ask_once(port: int, query: bytes) -> bytes:
    """One whole answer."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(query)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def measure(server: Child, query: bytes, size: int) -> tuple[float, float]:
    """Requests a second, and microseconds of the server's processor time for each."""
    before = server.cpu()
    began = time.perf_counter()
    rate = asyncio.run(load(server.port, query, size, SECONDS))
    return rate, (server.cpu() - before) / (rate * (time.perf_counter() - began)) * 1e6


def compare(title: str, folder: Path, thimbl: Child, query: bytes) -> None:
    """Measure both on one query, and print it."""
    answer = ask_once(thimbl.port, query)
    file = folder / "answer"
    file.write_bytes(answer)
    with child(__file__, "--bare", str(file)) as bare:
        contenders = {"bare LineReceiver": bare, "thimbl serve": thimbl}
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
        for server in contenders.values():
            assert ask_once(server.port, query) == answer
            asyncio.run(load(server.port, query, len(answer), WARM_UP))
        for _ in range(ROUNDS):
            for name, server in contenders.items():
                measured[name].append(measure(server, query, len(answer)))
    print(f"{title}: {len(answer):,} bytes, {AT_ONCE} at once")
    medians = {name: [median(column) for column in zip(*rows, strict=True)] for name, rows in measured.items()}
    for name, (rate, cost) in medians.items():
        print(f"  {name:<18} {rate:>7,.0f} req/s   {cost:>5.0f} us CPU a request")
    (floor_rate, floor_cost), (rate, cost) = medians.values()
    print(f"  ratio              {rate / floor_rate:>7.2f}         {cost / floor_cost:>5.2f}")


def serve_bare(file: str) -> None:
    """The contender: reads a line, writes the bytes of `file`, closes."""
    from twisted.internet import reactor as installed
    from twisted.internet.protocol import Factory
    from twisted.protocols.basic import LineReceiver

    from finger.listening import maximum_backlog

    reactor: Any = installed
    answer = Path(file).read_bytes()

    def answer_and_close(self: Any, line: bytes) -> None:
        self.transport.write(answer)
        self.transport.loseConnection()

    bare = type("Bare", (LineReceiver,), {"delimiter": b"\r\n", "lineReceived": answer_and_close})
    port = reactor.listenTCP(0, Factory.forProtocol(bare), backlog=maximum_backlog(), interface="127.0.0.1")
    print(f"127.0.0.1:{port.getHost().port}", flush=True)
    reactor.run()


def main() -> None:
    """Measure two queries: what a person asks, and what a program asks most."""
    with tempfile.TemporaryDirectory(prefix="thimbl-bench-") as name:
        folder = Path(name)
        spool = folder / "spool"
        spool.mkdir()
        (spool / "alice.plan").write_text(plan_text(ALICE, POSTS), encoding="utf-8")
        time.sleep(2.1)  # a plan that was changed a moment ago is read again for each answer
        with thimbl_serve(spool) as thimbl:
            print(machine("twisted"))
            compare("the plan", folder, thimbl, b"alice\r\n")
            compare("a poll that finds nothing new", folder, thimbl, f"alice/since/{POSTS}\r\n".encode())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        serve_bare(sys.argv[2])
    else:
        main()
