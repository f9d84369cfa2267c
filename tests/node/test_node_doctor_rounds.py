"""The round: one check that breaks keeps no other from being told. And the small checks: limits, locale, firewall."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node.ward import Ward, one
from thimbl.home.serving import ServeSettings
from thimbl.node.doctor import Finding, Level, Patient, examine, firewall, found_fault, limits
from thimbl.node.doctor.finding import note, ok
from thimbl.node.doctor.machine import Machine, descriptors, is_here, try_to_bind
from thimbl.node.doctor.rounds import CHECKS


class TestRounds:
    def test_a_check_that_breaks(self, ward: Ward) -> None:
        """What it found before is told, the fault as a line, and then the others."""

        def breaks(patient: Patient) -> Iterator[Finding]:
            yield ok("leeks", "They grow.")
            raise RuntimeError("no\nwater")

        def goes_on(patient: Patient) -> Iterator[Finding]:
            yield note("barley", "It waits.")

        found = list(examine(ward.patient, [breaks, goes_on]))
        assert [finding.level for finding in found] == [Level.OK, Level.FAULT, Level.NOTE]
        assert "RuntimeError: no water" in found[1].said
        assert found_fault(found)
        assert not found_fault(found[::2])

    def test_a_file_system_that_fails(self, ward: Ward) -> None:
        """That is no fault of the program, and said so."""

        def stat(path: Path) -> os.stat_result:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

        ward.on(stat=stat)
        found = [finding for finding in examine(ward.patient) if finding.level == Level.FAULT]
        assert "Input/output error" in found[0].said
        assert {finding.subject for finding in found} >= {"key", "store", "disk"}
        assert [finding.said for finding in found if "fault of the program" in finding.said] == []

    def test_nothing_at_all_is_there(self, open_folder: Path) -> None:
        """Every check bears a home that does not exist, without a fault of the program."""
        found = list(examine(Ward(open_folder / "none").patient))
        assert [finding.said for finding in found if "fault of the program" in finding.said] == []
        assert one(found, Level.FAULT).remedy == ("thimbl init YOU@YOUR.HOST",)

    def test_files_of_every_wrong_kind(self, ward: Ward) -> None:
        """Folders in the place of files."""
        for path in (ward.paths.plan, ward.paths.key, ward.paths.store, ward.paths.archive / "00000001.json"):
            path.unlink()
            path.mkdir()
        found = list(examine(ward.patient))
        assert [finding.said for finding in found if "fault of the program" in finding.said] == []
        assert {"plan", "key", "store"} <= {finding.subject for finding in found if finding.level == Level.FAULT}

    def test_nothing_is_written(self, ward: Ward) -> None:
        def state() -> dict[Path, tuple[int, int]]:
            return {path: (path.stat().st_size, path.stat().st_ctime_ns) for path in ward.home.rglob("*")}

        before = state()
        assert len(list(examine(ward.patient))) > len(CHECKS) // 2
        assert state() == before


class TestLimits:
    def test_too_few_descriptors(self, ward: Ward) -> None:
        ward.on(descriptors=lambda: 256)
        assert "it would not start" in one(ward.find(limits.descriptors), Level.NOTE).said

    @pytest.mark.parametrize(("allowed", "connections"), [(None, None), (10**6, None), (512, 20)])
    def test_enough(self, ward: Ward, allowed: int | None, connections: int | None) -> None:
        ward.on(descriptors=lambda: allowed)
        ward.serve = ServeSettings(connections=connections)
        assert ward.find(limits.descriptors) == []

    def test_of_this_process(self) -> None:
        assert (descriptors() or 10**6) > 64

    @pytest.mark.parametrize("chosen", ["de_DE.ISO-8859-1", "en_US"])
    def test_a_locale_that_is_not_utf8(self, ward: Ward, chosen: str) -> None:
        ward.environ["LC_ALL"] = chosen
        assert chosen in one(ward.find(limits.locale), Level.NOTE).said

    @pytest.mark.parametrize("chosen", ["C.UTF-8", "de_DE.utf8", "C", "POSIX", ""])
    def test_one_that_is(self, ward: Ward, chosen: str) -> None:
        ward.environ["LC_ALL"] = chosen
        assert ward.find(limits.locale) == []


class TestFirewall:
    @pytest.mark.parametrize(
        ("path", "text", "command"),
        [
            ("ufw/ufw.conf", "LOGLEVEL=low\nENABLED=yes\n", "ufw allow 79/tcp"),
            ("nftables.conf", "chain input { type filter hook input priority 0; policy drop; }", "tcp dport 79 accept"),
        ],
    )
    def test_one_that_is_on(self, ward: Ward, tmp_path: Path, path: str, text: str, command: str) -> None:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
        ward.on(etc=tmp_path, run=tmp_path)
        assert command in one(ward.find(firewall.hint), Level.NOTE).remedy[0]

    def test_firewalld(self, ward: Ward, tmp_path: Path) -> None:
        (tmp_path / "firewalld").mkdir()
        ward.on(etc=tmp_path, run=tmp_path)
        assert "--add-port=79/tcp" in one(ward.find(firewall.hint), Level.NOTE).remedy[0]

    def test_none_that_shows(self, ward: Ward, tmp_path: Path) -> None:
        (tmp_path / "ufw").mkdir()
        (tmp_path / "ufw/ufw.conf").write_text("ENABLED=no\n")
        ward.on(etc=tmp_path, run=tmp_path)
        assert one(ward.find(firewall.hint), Level.NOTE).remedy == ("from elsewhere: finger ana@fields.example",)

    def test_where_nobody_outside_is_served(self, ward: Ward) -> None:
        ward.serve = ServeSettings(listen=("tcp:79:interface=127.0.0.1",))
        assert ward.find(firewall.hint) == []


class TestMachine:
    def test_addresses(self) -> None:
        """RFC 5737: 192.0.2.1 is nobody's."""
        assert is_here("127.0.0.1")
        assert not is_here("192.0.2.1")
        assert not is_here("leeks")

    def test_a_free_port(self) -> None:
        assert try_to_bind("127.0.0.1", 0, False) is None

    def test_a_system_that_says_nothing(self, tmp_path: Path) -> None:
        machine = Machine(proc=tmp_path, euid=0)
        assert machine.first_free_port == 1024
        assert machine.may_take_low_ports
        assert not Machine(proc=tmp_path, euid=1000).may_take_low_ports
