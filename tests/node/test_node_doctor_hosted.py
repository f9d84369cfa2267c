"""A host's accounts: who meant to publish a plan that is not served, and why. Who did not is not spoken of."""

import os
import pwd
from pathlib import Path

import pytest

from tests.node.ward import Ward, one
from tests.support.scribe import Scribe
from tests.support.spooler import spool as put_spool
from thimbl.home.serving import ServeSettings
from thimbl.node.doctor import Finding, Level, hosted
from thimbl.node.serving.accounts import Homes, Spool

ME = os.getuid()


def found(ward: Ward) -> dict[str, str]:
    """What is said of each at fault, by name."""
    faults = [finding for finding in ward.find(hosted.each_account) if finding.level == Level.FAULT]
    return dict(finding.said.removesuffix(".").split(" ", 1) for finding in faults)


def well(ward: Ward) -> Finding:
    """The line on those who are well."""
    return one(ward.find(hosted.each_account), Level.OK)


class TestSpool:
    @pytest.fixture
    def spool(self, ward: Ward) -> Path:
        folder = ward.home / "spool"
        folder.mkdir()
        ward.serve = ServeSettings(spool=folder)
        return folder

    def put(self, folder: Path, name: str, text: str = "Leeks.\n") -> Path:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
        return path

    def test_all_well(self, ward: Ward, spool: Path) -> None:
        self.put(spool, "ana.plan", Scribe("ana@fields.example").text())
        self.put(spool, "bo.plan")
        self.put(spool, "notes.txt")
        (spool / "ana.plan.d").mkdir()
        assert found(ward) == {}
        assert well(ward).said == "2 accounts can be served."

    def test_an_empty_one(self, ward: Ward, spool: Path) -> None:
        assert one(ward.find(hosted.each_account), Level.NOTE).said == "0 accounts can be served."

    def test_each_reason(self, ward: Ward, spool: Path) -> None:
        """Whoever is found at fault here, the daemon does not serve; and nobody else."""
        self.put(spool, "well.plan")
        self.put(spool, "closed.plan").chmod(0o640)
        self.put(spool, "a b.plan")
        self.put(spool, "über.plan")
        os.truncate(self.put(spool, "huge.plan"), 10**7)
        (spool / "lost.plan").symlink_to("gone")
        (spool / "folder.plan").mkdir()
        why = found(ward)
        assert set(why) == {"closed", "a", "über.plan", "huge", "lost", "folder"}
        assert "mode 640" in why["closed"]
        assert "nobody can ask for" in why["über.plan"]
        assert "is a link to gone" in why["lost"]
        assert "is no ordinary file" in why["folder"]
        accounts = Spool(spool)
        assert [one.name for one in accounts.all() if one.publishes(one.plan)] == ["well"]

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("thimbl: 2\naddress: [\n", "can not be read"),
            ("thimbl: 2\naddress: bo@fields.example\n", "can not be read"),
            (Scribe("bo@fields.example", name="Bo").text().replace("name: Bo", "name: Eve"), "not as it was signed"),
            ("thimbl: 2\n" + "#" * (1024 * 1024), "longer than"),
        ],
        ids=["no YAML", "no head", "edited by hand", "too long"],
    )
    def test_a_plan_that_readers_refuse(self, ward: Ward, spool: Path, text: str, why: str) -> None:
        self.put(spool, "bo.plan", text)
        assert why in found(ward)["bo"]

    @pytest.mark.parametrize("damage", ["gone", "closed"])
    def test_a_page_of_the_archive(self, ward: Ward, spool: Path, damage: str) -> None:
        """Its plan is served; who follows it anew does not get what it said before."""
        bo = Scribe("bo@fields.example")
        bo.posts(130)
        put_spool(spool, bo, window_bytes=8 * 1024)
        assert found(ward) == {}
        page = spool / "bo.plan.d" / "00000001.json"
        page.chmod(0o600)
        if damage == "gone":
            page.unlink()
        assert "is served without its older posts" in found(ward)["bo"]

    def test_a_spool_that_anybody_may_write_to(self, ward: Ward, spool: Path) -> None:
        spool.chmod(0o777)
        assert ward.the_fault(hosted.each_account).remedy == (f"chmod o-w {spool}",)

    def test_a_reserved_name(self, ward: Ward, spool: Path) -> None:
        self.put(spool, "timeline.plan")
        self.put(spool, "commune.plan")  # a commune's own: its plan goes before the page
        assert "is cut off" in found(ward)["timeline"]
        assert "commune" not in found(ward)

    def test_a_name_that_a_terminal_would_obey(self, ward: Ward, spool: Path) -> None:
        self.put(spool, "\x1b[2J.plan")
        (finding,) = [finding for finding in ward.find(hosted.each_account) if finding.level == Level.FAULT]
        assert "\x1b" not in finding.said

    def test_many(self, ward: Ward, spool: Path, monkeypatch) -> None:
        monkeypatch.setattr(hosted, "MOST", 2)
        for number in range(5):
            self.put(spool, f"user{number}.plan").chmod(0o600)
        said = [finding.said for finding in ward.find(hosted.each_account) if finding.level == Level.FAULT]
        assert len(said) == 3
        assert said[-1] == "Nor are 3 more."


class TestHomes:
    @pytest.fixture
    def people(self, ward: Ward, monkeypatch) -> dict[str, pwd.struct_passwd]:
        """Who has a login here; all have the uid of whoever runs the tests."""
        entries: dict[str, pwd.struct_passwd] = {}
        monkeypatch.setattr(pwd, "getpwnam", lambda name: entries[name])
        monkeypatch.setattr(pwd, "getpwall", lambda: list(entries.values()))
        ward.serve = ServeSettings(homes=True, min_uid=0)
        return entries

    def add(self, ward: Ward, people: dict[str, pwd.struct_passwd], name: str, plan: bool = True) -> Path:
        home = ward.home / name
        home.mkdir()
        home.chmod(0o755)
        if plan:
            (home / ".plan").write_text("Leeks.\n")
            (home / ".plan").chmod(0o644)
        people[name] = pwd.struct_passwd((name, "x", ME, ME, "", str(home), "/bin/sh"))
        return home

    def test_each_reason(self, ward: Ward, people: dict[str, pwd.struct_passwd]) -> None:
        self.add(ward, people, "well")
        self.add(ward, people, "silent", plan=False)
        self.add(ward, people, "closed").chmod(0o700)
        (self.add(ward, people, "secret") / ".plan").chmod(0o600)
        (self.add(ward, people, "shy") / ".nofinger").touch()
        (self.add(ward, people, "loose") / ".plan").chmod(0o646)
        self.add(ward, people, "wide").chmod(0o777)
        self.add(ward, people, "bad$name")
        (self.add(ward, people, "gone", plan=False)).rmdir()
        why = found(ward)
        assert set(why) == {"closed", "secret", "loose", "wide", "bad$name"}
        assert "others may not enter the home (mode 700)" in why["closed"]
        assert "mode 600" in why["secret"]
        accounts = Homes(0)
        assert [one.name for one in accounts.all() if one.publishes(one.plan)] == ["well"]
        assert well_or_note(ward) == "1 account can be served."

    def test_the_remedy_opens_the_home(self, ward: Ward, people: dict[str, pwd.struct_passwd]) -> None:
        home = self.add(ward, people, "bo")
        home.chmod(0o700)
        assert ward.the_fault(hosted.each_account).remedy == (f"chmod o+x {home}",)
        home.chmod(0o701)
        assert found(ward) == {}

    def test_closed_homes_that_this_account_can_not_look_into(self, ward: Ward, people) -> None:
        """Only counted: what is in them is not to be known."""
        self.add(ward, people, "bo", plan=False).chmod(0o700)
        ward.on(euid=ME + 1 if ME else 4711)
        said = ward.find(hosted.each_account)[0].said
        assert said == "1 home is closed to others, so that nobody sees whether there is a plan."
        assert found(ward) == {}

    def test_system_accounts(self, ward: Ward, people: dict[str, pwd.struct_passwd]) -> None:
        ward.serve = ServeSettings(homes=True, min_uid=ME + 1)
        self.add(ward, people, "daemon").chmod(0o700)
        assert found(ward) == {}


def well_or_note(ward: Ward) -> str:
    """The last line: how many are served."""
    return ward.find(hosted.each_account)[-1].said


def test_ones_own_account_is_no_host(ward: Ward) -> None:
    assert ward.find(hosted.each_account) == []
