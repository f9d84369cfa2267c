"""Ports that are free, taken, or out of reach without a right; and who holds them."""

import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from finger.query import Query
from finger.testing import Lying
from tests.node.ward import HERE, PROC, Ward, one
from thimbl.home.serving import ServeSettings
from thimbl.node.doctor import Level, Machine, ports
from thimbl.node.doctor.places import Place
from thimbl.node.doctor.sockets import Listener, holders, listeners

NO_RIGHT = "Name:\tpython3\nCapEff:\t0000000000000000\n"
HAS_RIGHT = "Name:\tpython3\nCapEff:\t0000000000000400\n"


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    """A port of this machine at which a program listens that is no Finger server: this one."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def endpoint(taken: socket.socket) -> str:
    """Where a daemon would listen to find that port taken."""
    return f"tcp:{taken.getsockname()[1]}:interface=127.0.0.1"


def proc(folder: Path, status: str = NO_RIGHT, first: str = "1024\n") -> Path:
    """A /proc that says no more than this."""
    (folder / "sys/net/ipv4").mkdir(parents=True)
    (folder / "sys/net/ipv4/ip_unprivileged_port_start").write_text(first)
    (folder / "self").mkdir()
    (folder / "self/status").write_text(status)
    return folder


class TestPlaces:
    @pytest.mark.parametrize(
        ("text", "named", "ask_at"),
        [
            ("tcp:79", "port 79", "127.0.0.1"),
            ("tcp6:79", "port 79", "::1"),
            ("dual:79", "port 79", "127.0.0.1"),
            ("tcp:7979:interface=192.0.2.7", "port 7979 of 192.0.2.7", "192.0.2.7"),
            ("tcp6:79:interface=\\:\\:1:backlog=5", "port 79 of ::1", "::1"),
            ("tcp:port=79:interface=0.0.0.0", "port 79", "127.0.0.1"),
        ],
    )
    def test_ports(self, text: str, named: str, ask_at: str) -> None:
        place = Place.parse(text)
        assert (place.named, place.ask_at, place.is_tcp) == (named, ask_at, True)

    @pytest.mark.parametrize(
        "text", ["tcp", "finger:79", "tcp:", "tcp:finger", "tcp:65536", "tcp:-1", "tcp:79:interfaze=::", "tcp6:²"]
    )
    def test_ones_that_make_no_sense(self, ward: Ward, text: str) -> None:
        ward.serve = ServeSettings(listen=(text,))
        assert "Nobody can listen" in ward.the_fault(ports.each_place).said

    def test_others(self, ward: Ward) -> None:
        ward.serve = ServeSettings(listen=(f"unix:{ward.home}/sock", "systemd:domain=INET6:index=0", "tcp:0"))
        assert [finding.level for finding in ward.find(ports.each_place)] == [Level.OK, Level.NOTE]
        ward.serve = ServeSettings(listen=(f"unix:{ward.home}/none/sock",))
        assert ward.the_fault(ports.each_place).remedy == (f"mkdir -p {ward.home}/none",)


class TestHolder:
    def test_found_in_proc(self, taken: socket.socket) -> None:
        """The real /proc: its uid, and the process, since it is our own."""
        place = Place.parse(endpoint(taken))
        found = holders(Machine(), [place])[place]
        assert (found.uid, found.pid, found.host) == (os.geteuid(), os.getpid(), "127.0.0.1")
        assert found.named.endswith(f"(process {os.getpid()})")

    def test_nobody(self, taken: socket.socket) -> None:
        port = taken.getsockname()[1]
        taken.close()
        assert holders(Machine(), [Place.parse(f"tcp:{port}"), Place.parse("tcp:0")]) == {}

    def test_as_linux_writes_it(self, tmp_path: Path) -> None:
        """proc(5): hexadecimal words in the machine's order (here those of a little-endian one), state 0A."""
        (tmp_path / "net").mkdir()
        (tmp_path / "net/tcp").write_text(
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
            "   0: 0100007F:004F 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 4711 1 0 10 0\n"
            "   1: 0100007F:0050 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0 0 4712 1 0 10 0\n"
        )
        (tmp_path / "net/tcp6").write_text(
            "  sl  local_address remote_address st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode\n"
            "   0: 00000000000000000000000001000000:1F2B 00000000000000000000000000000000:0000 0A 00000000:00000000 "
            "00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0\n"
        )
        found = listeners(Machine(proc=tmp_path))
        assert found == [Listener("127.0.0.1", 79, 1000, 4711), Listener("::1", 7979, 0, 4713)]
        assert found[0].named == "a program of uid 1000"

    @pytest.mark.parametrize(
        ("host", "text", "in_the_way"),
        [
            ("0.0.0.0", "tcp:79", True),
            ("127.0.0.1", "tcp:79", True),
            ("127.0.0.1", "tcp:79:interface=192.0.2.1", False),
            ("0.0.0.0", "tcp:79:interface=192.0.2.1", True),
            ("::", "tcp:79", True),
            ("::1", "tcp:79", False),
            ("0.0.0.0", "tcp6:79", True),
            ("0.0.0.0", "tcp6:79:interface=\\:\\:1", False),
        ],
    )
    def test_who_is_in_whose_way(self, monkeypatch, host: str, text: str, in_the_way: bool) -> None:
        """`::` takes IPv4 too (ipv6(7), bindv6only)."""
        from thimbl.node.doctor import sockets

        monkeypatch.setattr(sockets, "listeners", lambda machine: [Listener(host, 79, 0, 0)])
        assert bool(holders(Machine(proc=Path("/nowhere")), [Place.parse(text)])) == in_the_way


class TestTaken:
    @pytest.fixture(autouse=True)
    def really(self, ward: Ward) -> None:
        ward.on(proc=PROC)

    def test_by_what_speaks_no_finger(self, ward: Ward, taken: socket.socket) -> None:
        ward.serve = ServeSettings(listen=(endpoint(taken),))
        ward.internet.add("127.0.0.1", taken.getsockname()[1], Lying(b""))
        found = ward.the_fault(ports.each_place, ward.asked())
        assert f"process {os.getpid()}" in found.said
        assert found.remedy[0] == f"kill {os.getpid()}"

    def test_by_what_says_nothing(self, ward: Ward, taken: socket.socket) -> None:
        """A connection is taken, and no word comes: an end comes all the same."""
        from finger.testing import Silent

        ward.serve = ServeSettings(listen=(endpoint(taken),))
        ward.internet.add("127.0.0.1", taken.getsockname()[1], Silent())
        assert "speaks no Finger" in ward.the_fault(ports.each_place, ward.asked()).said

    def test_by_a_daemon_that_answers(self, ward: Ward, taken: socket.socket) -> None:
        ward.serve = ServeSettings(listen=(endpoint(taken),))
        ward.internet.add("127.0.0.1", taken.getsockname()[1], ward.answers())
        assert "A daemon answers here" in one(ward.find(ports.each_place, ward.asked()), Level.OK).said

    def test_by_another_daemon(self, ward: Ward, taken: socket.socket) -> None:
        ward.serve = ServeSettings(listen=(endpoint(taken),))
        ward.internet.add("127.0.0.1", taken.getsockname()[1], Lying(b"finger: ana: no such user.\r\n"))
        found = ward.the_fault(ports.each_place, ward.asked())
        assert "answers with no plan of ana (finger: ana: no such user.)" in found.said

    def test_by_fingerd_that_gives_the_plan(self, ward: Ward, taken: socket.socket) -> None:
        ward.serve = ServeSettings(listen=(endpoint(taken),))
        ward.internet.add("127.0.0.1", taken.getsockname()[1], ward.answers(views=False))
        assert "without the views" in one(ward.find(ports.each_place, ward.asked()), Level.OK).said

    def test_nobody_was_asked(self, ward: Ward, taken: socket.socket) -> None:
        ward.serve = ServeSettings(listen=(endpoint(taken),))
        assert "was not asked" in one(ward.find(ports.each_place), Level.NOTE).said

    def test_proc_tells_nothing(self, ward: Ward, taken: socket.socket, tmp_path: Path) -> None:
        """Then trying tells."""
        ward.on(proc=proc(tmp_path))
        ward.serve = ServeSettings(listen=(endpoint(taken),))
        assert "another program listens" in one(ward.find(ports.each_place), Level.NOTE).said


class TestFree:
    def test_no_daemon_runs(self, ward: Ward, taken: socket.socket) -> None:
        ward.serve = ServeSettings(listen=(endpoint(taken),))
        taken.close()
        assert one(ward.find(ports.each_place), Level.NOTE).remedy == (f"thimbl serve --listen {ward.serve.listen[0]}",)

    def test_an_address_that_is_not_here(self, ward: Ward) -> None:
        """RFC 5737: an address that no machine has."""
        ward.serve = ServeSettings(listen=(f"tcp:7979:interface={HERE}",))
        assert "has no address" in ward.the_fault(ports.each_place).said

    def test_no_ipv6(self, ward: Ward) -> None:
        ward.on(bind=lambda host, port, is_ipv6: errno.EAFNOSUPPORT)
        ward.serve = ServeSettings(listen=("tcp6:7979",))
        assert ward.the_fault(ports.each_place).remedy == ("thimbl serve --listen tcp:7979",)

    def test_nothing_was_left_behind(self, ward: Ward, taken: socket.socket) -> None:
        """The port that was tried is free for a daemon at once."""
        port = taken.getsockname()[1]
        taken.close()
        ward.serve = ServeSettings(listen=(f"tcp:{port}:interface=127.0.0.1",))
        ward.find(ports.each_place)
        socket.create_server(("127.0.0.1", port)).close()


class TestRight:
    def refuse(self, host: str, port: int, is_ipv6: bool) -> int | None:
        return errno.EACCES

    def test_missing(self, ward: Ward, tmp_path: Path) -> None:
        ward.on(proc=proc(tmp_path), bind=self.refuse)
        found = ward.the_fault(ports.each_place)
        assert found.said.startswith("Port 79 is below 1024")
        remedies = " ".join(found.remedy)
        for way in ("ListenStream=79", "CAP_NET_BIND_SERVICE", "authbind --deep", "--user", "sysctl", "tcp:7979"):
            assert way in remedies

    @pytest.mark.parametrize(("status", "first"), [(HAS_RIGHT, "1024"), (NO_RIGHT, "79"), (NO_RIGHT, "0")])
    def test_there(self, ward: Ward, tmp_path: Path, status: str, first: str) -> None:
        ward.on(proc=proc(tmp_path, status, first), bind=lambda *asked: None)
        assert ward.find(ports.each_place)[0].level == Level.NOTE

    def test_a_port_of_the_people(self, ward: Ward, tmp_path: Path) -> None:
        ward.on(proc=proc(tmp_path), bind=lambda *asked: None)
        ward.serve = ServeSettings(listen=("tcp:7979",))
        assert ward.find(ports.each_place)[0].level == Level.NOTE

    def test_no_right_and_yet_a_daemon(self, ward: Ward, tmp_path: Path) -> None:
        """It was started by somebody who has the right: systemd, or root."""
        made = proc(tmp_path)
        (made / "net").mkdir()
        (made / "net/tcp").write_text("head\n 0: 00000000:004F 00000000:0000 0A 0:0 00:0 0 0 0 4711 1 0 100\n")
        ward.on(proc=made, bind=self.refuse)
        ward.internet.add("127.0.0.1", 79, ward.answers())
        assert "A daemon answers here" in one(ward.find(ports.each_place, ward.asked()), Level.OK).said

    def test_asked_for_the_plan_by_name(self, ward: Ward, taken: socket.socket) -> None:
        ward.on(proc=PROC)
        ward.serve = ServeSettings(listen=(endpoint(taken),))
        ward.asked()
        port = taken.getsockname()[1]
        assert ("127.0.0.1", port) in ward.internet.attempts
        ward.internet.add("127.0.0.1", port, ward.answers())
        ward.asked()
        assert [entry.query for entry in ward.internet.log] == [Query("ana")]
