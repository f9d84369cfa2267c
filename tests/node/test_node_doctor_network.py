"""Where an address leads, as a reader would find it: over an internet in memory, against the file that is here."""

import shutil
from dataclasses import replace

import pytest

from finger.testing import Lying, NeverConnects, Refusing, Resetting, Silent
from tests.node.ward import HERE, Ward, one
from tests.support.scribe import Scribe
from tests.support.spooler import spool
from thimbl.core.address import Address
from thimbl.core.keys import PrivateKey
from thimbl.home.account import Account
from thimbl.home.keyfile import make_key
from thimbl.home.proxy import Proxy, ProxyFor
from thimbl.home.serving import ServeSettings
from thimbl.home.settings import Settings, save
from thimbl.node.doctor import Level, reachable
from thimbl.node.doctor.asking import SECONDS
from thimbl.node.doctor.patient import Network, Reply

ELSEWHERE = "203.0.113.9"
HOST = ("fields.example", 79)


def test_it_leads_here(ward: Ward) -> None:
    ward.internet.add(*HOST, ward.answers())
    assert [finding.level for finding in ward.find(reachable.by_address, ward.asked())] == [Level.OK]


def test_nobody_was_asked(ward: Ward) -> None:
    assert "was not asked" in one(ward.find(reachable.by_address), Level.NOTE).said


class TestElsewhere:
    def said(self, ward: Ward) -> str:
        return ward.the_fault(reachable.by_address, ward.asked()).said

    def test_nobody_of_that_name(self, ward: Ward) -> None:
        ward.internet.add(*HOST, Lying(b"finger: ana: no such user.\r\n"))
        assert "gets no plan of ana" in self.said(ward)

    def test_no_plan(self, ward: Ward) -> None:
        ward.internet.add(*HOST, Lying(b"Login: ana\r\nNo Plan.\r\n"))
        assert "gets no plan of ana" in self.said(ward)

    def test_another_plan(self, ward: Ward) -> None:
        other = Scribe("bo@fields.example", key="bo")
        ward.internet.add(*HOST, ward.answers(other.text()))
        assert "the plan of bo@fields.example" in self.said(ward)

    def test_another_key(self, ward: Ward) -> None:
        other = Scribe("ana@fields.example", key="eve")
        ward.internet.add(*HOST, ward.answers(other.text()))
        assert f"another key, {other.fingerprint}" in self.said(ward)

    def test_an_older_copy(self, ward: Ward) -> None:
        ward.internet.add(*HOST, ward.answers())
        ward.account.authoring.post("Newer.")
        assert "an older copy: it goes to record 3" in self.said(ward)

    def test_a_newer_one(self, ward: Ward) -> None:
        """Posted from another machine, or a backup was brought back here: the next post would fork the log."""
        before = ward.home.with_name("before")
        shutil.copytree(ward.home, before)
        ward.account.authoring.post("Newer.")
        ward.internet.add(*HOST, ward.answers())
        shutil.rmtree(ward.home)
        before.rename(ward.home)
        assert "Post nothing from here" in self.said(ward)

    def test_one_that_was_changed_on_the_way(self, ward: Ward) -> None:
        ward.internet.add(*HOST, ward.answers(ward.plan().replace("Post 1.", "Post 7.")))
        assert "does not hold" in self.said(ward)

    def test_plain_words(self, ward: Ward) -> None:
        ward.internet.add(*HOST, ward.answers("Gone fishing.\n"))
        assert "plain words" in self.said(ward)

    def test_a_stranger_can_not_write_on_the_terminal(self, ward: Ward) -> None:
        ward.internet.add(*HOST, Lying(b"\x1b[2J" * 100 + b"\r\n"))
        said = self.said(ward)
        assert "\x1b" not in said
        assert len(said) < 300

    def test_the_plan_here_is_gone(self, ward: Ward) -> None:
        ward.internet.add(*HOST, ward.answers())
        ward.paths.plan.unlink()
        assert "and here is none" in self.said(ward)


class TestSilence:
    @pytest.mark.parametrize(
        ("behaviour", "said"),
        [
            (Refusing(), "nothing listens"),
            (NeverConnects(), "no connection within 5 seconds"),
            (Silent(), "not a byte for 8 seconds"),
            (Resetting(0), "the connection broke"),
        ],
        ids=["refused", "dropped", "silent", "reset"],
    )
    def test_no_answer(self, ward: Ward, behaviour, said: str) -> None:
        """Each with what helps; and over in time."""
        ward.internet.add(*HOST, behaviour)
        found = ward.the_fault(reachable.by_address, ward.asked(seconds=SECONDS + 1))
        assert said in found.said
        assert found.remedy

    def test_a_firewall_is_a_guess_where_packets_are_dropped(self, ward: Ward) -> None:
        ward.internet.add(*HOST, NeverConnects())
        assert "firewall" in ward.the_fault(reachable.by_address, ward.asked()).remedy[0]


class TestNames:
    def test_a_name_that_stands_for_nothing(self, ward: Ward) -> None:
        ward.names.clear()
        found = ward.the_fault(reachable.by_address, ward.asked())
        assert "stands for no address (its name is not known)" in found.said
        assert "A or AAAA record" in found.remedy[0]

    def test_a_name_service_that_does_not_answer(self, ward: Ward) -> None:
        ward.names["fields.example"] = ["never"]
        ward.internet.add(*HOST, NeverConnects())
        assert "within 10 seconds" in ward.the_fault(reachable.by_address, ward.asked(2 * SECONDS + 1)).said

    def test_another_machine(self, ward: Ward) -> None:
        """Right for a router that passes the port on, and so no fault where the answer is."""
        ward.names["fields.example"] = [ELSEWHERE]
        ward.internet.add(*HOST, ward.answers())
        found = ward.find(reachable.by_address, ward.asked())
        assert "port forwarding" in one(found, Level.NOTE).remedy[0]
        assert "gets the plan that is here" in one(found, Level.OK).said

    def test_the_machine_itself_by_its_own_hosts_file(self, ward: Ward) -> None:
        """As Debian writes it for its own name: what others see is not seen from here."""
        ward.names["fields.example"] = ["127.0.1.1", "::1"]
        ward.on(is_here=lambda text: True)
        ward.internet.add(*HOST, ward.answers())
        ward.internet.add("127.0.1.1", 79, ward.answers())
        found = ward.find(reachable.by_address, ward.asked())
        assert "/etc/hosts" in one(found, Level.NOTE).said
        assert len(found) == 2

    def test_an_address_of_this_machine_alone(self, ward: Ward) -> None:
        """No hosts file has a part in that."""
        ward.on(is_here=lambda text: True)
        network = Network(address=Reply("127.0.0.1:7979", b""), stands_for=("127.0.0.1",))
        patient = replace(ward.asked(), network=network)
        local = replace(patient.home.settings, address=Address.parse("ana@127.0.0.1:7979"))
        account = Account(ward.paths, local, ward.account.environ, ward.account.clock, ward.account.random)
        noted = one([*reachable.by_address(replace(patient, home=account))], Level.NOTE)
        assert "127.0.0.1 is this machine" in noted.said
        assert "/etc/hosts" not in noted.said

    def test_a_fault_of_the_program(self, ward: Ward) -> None:
        """It is a line, and all else is told."""
        ward.names["fields.example"] = []
        ward.internet.add(*HOST, ward.answers())
        patient = ward.asked()
        broken = replace(patient, network=Network(trouble="RuntimeError: no water"))
        assert "no water" in ward.the_fault(reachable.by_address, broken).said

    def test_ipv6_is_silent(self, ward: Ward) -> None:
        ward.names["fields.example"] = [HERE, "2001:db8::1"]
        ward.internet.add(*HOST, ward.answers())
        ward.internet.add(HERE, 79, ward.answers())
        ward.internet.add("2001:db8::1", 79, Refusing())
        found = ward.the_fault(reachable.by_address, ward.asked())
        assert "who have IPv6 alone" in found.said
        assert found.remedy == ("thimbl serve --listen tcp6:79", "take the AAAA record 2001:db8::1 away")

    def test_both_answer(self, ward: Ward) -> None:
        ward.names["fields.example"] = [HERE, "2001:db8::1"]
        for host in ("fields.example", HERE, "2001:db8::1"):
            ward.internet.add(host, 79, ward.answers())
        assert ward.is_well(reachable.by_address, ward.asked())


class TestWays:
    """A route or a proxy leads elsewhere: then the name is not looked up here."""

    def test_a_route(self, ward: Ward) -> None:
        target = ("127.0.0.1", 7979)
        save(ward.paths, Settings(ward.account.settings.address, routes={HOST: target}))
        ward.names.clear()
        ward.internet.add(*HOST, ward.answers())
        assert "by your own route" in one(ward.find(reachable.by_address, ward.asked()), Level.OK).said

    def test_a_proxy(self, ward: Ward) -> None:
        ward.names.clear()
        save(ward.paths, Settings(ward.account.settings.address, proxy=Proxy("127.0.0.1", 9050, ProxyFor.ALL)))
        ward.internet.add(*HOST, ward.answers())
        assert ward.is_well(reachable.by_address, ward.asked())


class TestHost:
    def test_a_spool_is_asked_for_one_of_its_own(self, ward: Ward) -> None:
        folder = ward.home / "spool"
        folder.mkdir()
        spool(folder, scribe := Scribe("bo@fields.example", key="bo"))
        ward.serve = ServeSettings(spool=folder)
        ward.internet.add(*HOST, Lying(b"finger: bo: no such user.\r\n"))
        assert "bo@fields.example gets no plan of bo" in ward.the_fault(reachable.by_address, ward.asked()).said
        assert scribe.address == ward.patient.asked_for

    def test_an_empty_spool(self, ward: Ward) -> None:
        ward.serve = ServeSettings(spool=ward.home / "none")
        assert ward.find(reachable.by_address, ward.asked()) == []

    def test_another_key_in_the_file(self, ward: Ward) -> None:
        """What counts is the plan that is here, not the key that would sign the next one."""
        ward.internet.add(*HOST, ward.answers())
        for name in ("key", "key.pub"):
            (ward.home / name).unlink()
        make_key(ward.paths.key, lambda: PrivateKey.from_seed(b"k" * 32))
        assert ward.is_well(reachable.by_address, ward.asked())


def test_questions_are_few(ward: Ward) -> None:
    """One for the address, and no more than one for each place."""
    ward.internet.add(*HOST, ward.answers())
    ward.serve = replace(ward.serve, listen=("tcp:0",))
    ward.asked()
    assert ward.internet.attempts == [HOST]
