"""Whose files are served, and which never are."""

import os
import pwd
import stat
from pathlib import Path

import pytest

from thimbl.node.accounts import MAX_FILE, NOBODY_UID, Account, Homes, OwnAccount, Spool

ME = os.getuid()


@pytest.fixture
def homes(tmp_path, monkeypatch):
    """A shell host: `homes.add(name)` makes an account; all have the uid of whoever runs the tests."""

    class Host:
        def __init__(self) -> None:
            self.people: dict[str, pwd.struct_passwd] = {}
            self.accounts = Homes(min_uid=0)

        def add(self, name: str, plan: str | None = "here", uid: int = ME, gecos: str = "") -> Path:
            home: Path = tmp_path / name
            home.mkdir()
            home.chmod(0o755)
            if plan is not None:
                (home / ".plan").write_text(plan)
                (home / ".plan").chmod(0o644)
            self.people[name] = pwd.struct_passwd((name, "x", uid, uid, gecos, str(home), "/bin/sh"))
            return home

    host = Host()
    monkeypatch.setattr(pwd, "getpwnam", lambda name: host.people[name])
    monkeypatch.setattr(pwd, "getpwall", lambda: list(host.people.values()))
    return host


def published(accounts, name):
    """The bytes of the plan that would be served."""
    account = accounts.find(name)
    found = account.read(account.plan) if account else None
    assert (account is not None and account.stamp(account.plan) is not None) == (found is not None)
    return found[0] if found else None


class TestHomes:
    def test_a_home_with_a_plan(self, homes):
        homes.add("ana", gecos="Ana Field,Room 2,,")
        assert published(homes.accounts, "ana") == b"here"
        assert homes.accounts.find("ana").full_name == "Ana Field"

    def test_nofinger_hides(self, homes):
        (homes.add("ana") / ".nofinger").symlink_to("/nowhere")
        assert homes.accounts.find("ana") is None
        assert list(homes.accounts.all()) == []

    def test_a_closed_home_hides(self, homes):
        homes.add("ana").chmod(0o700)
        assert homes.accounts.find("ana") is None

    def test_no_home_at_all(self, homes):
        home = homes.add("ana", plan=None)
        home.rmdir()
        assert homes.accounts.find("ana") is None

    def test_no_plan(self, homes):
        homes.add("ana", plan=None)
        assert published(homes.accounts, "ana") is None

    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o000])
    def test_a_plan_that_is_not_for_everybody(self, homes, mode):
        (homes.add("ana") / ".plan").chmod(mode)
        assert published(homes.accounts, "ana") is None

    def test_a_plan_of_somebody_else(self, homes):
        homes.add("eve", uid=ME + 1)  # the file is ours, the account is not
        assert published(homes.accounts, "eve") is None

    def test_a_link_to_a_file_of_somebody_else(self, homes):
        """The file is for everybody, but not by leave of the one who links to it."""
        secret = homes.add("ana") / "letters"
        secret.write_text("love")
        secret.chmod(0o644)
        eve = homes.add("eve", plan=None, uid=ME + 1)
        (eve / ".plan").symlink_to(secret)
        assert published(homes.accounts, "eve") is None

    def test_a_link_to_a_file_of_ones_own(self, homes):
        home = homes.add("ana", plan=None)
        (home / "plans").mkdir()
        (home / "plans" / "today").write_text("linked")
        (home / ".plan").symlink_to("plans/today")
        assert published(homes.accounts, "ana") == b"linked"

    def test_the_archive_in_a_closed_folder(self, homes):
        home = homes.add("ana")
        page = home / ".plan.d" / "00000001.json"
        page.parent.mkdir(mode=0o700)
        page.write_text("[]\n")
        account = homes.accounts.find("ana")
        assert account.read(page) is None
        page.parent.chmod(0o755)
        assert account.read(page) is not None

    def test_only_people(self, homes, monkeypatch):
        monkeypatch.setattr(homes, "accounts", Homes())
        uids = {"daemon": 1, "nobody": NOBODY_UID, "ana": 1000, "from.ldap": 1_200_000, "bad$": 1001}
        for name, uid in uids.items():
            homes.add(name, uid=uid)
        assert [account.name for account in homes.accounts.all()] == ["ana", "from.ldap"]

    @pytest.mark.parametrize("name", ["../ana", "ana/../ana", "", ".", "ana\0", "an\xe9", "-ana", "a" * 65])
    def test_a_name_that_is_none_is_not_looked_up(self, monkeypatch, name):
        monkeypatch.setattr(pwd, "getpwnam", lambda name: pytest.fail(f"looked up {name!r}"))
        assert Homes().find(name) is None

    def test_a_directory_service_that_fails(self, monkeypatch):
        def fail(name):
            raise OSError("LDAP is down")

        monkeypatch.setattr(pwd, "getpwnam", fail)
        assert Homes().find("ana") is None


class TestFiles:
    def test_a_pipe_holds_nobody_up(self, tmp_path):
        os.mkfifo(tmp_path / "ana.plan")
        assert published(Spool(tmp_path), "ana") is None

    def test_a_folder_is_no_plan(self, tmp_path):
        (tmp_path / "ana.plan").mkdir()
        assert published(Spool(tmp_path), "ana") is None

    def test_a_device_is_no_plan(self, tmp_path):
        (tmp_path / "ana.plan").symlink_to("/dev/zero")
        assert published(Spool(tmp_path), "ana") is None

    def test_a_huge_file(self, tmp_path):
        plan = tmp_path / "ana.plan"
        plan.write_bytes(b"x" * MAX_FILE)
        assert len(published(Spool(tmp_path), "ana")) == MAX_FILE
        plan.write_bytes(b"x" * (MAX_FILE + 1))
        assert published(Spool(tmp_path), "ana") is None

    def test_a_file_that_grows_while_it_is_read(self, tmp_path, monkeypatch):
        plan = tmp_path / "ana.plan"
        plan.write_bytes(b"x" * (MAX_FILE + 1))
        smaller = os.stat_result([os.stat(plan)[0], *os.stat(plan)[1:6], 10, *os.stat(plan)[7:10]])
        monkeypatch.setattr(os, "fstat", lambda descriptor: smaller)
        assert Account("ana", "", plan).read(plan) is None

    def test_descriptors_are_closed(self, tmp_path):
        plan = tmp_path / "ana.plan"
        plan.write_text("here")
        account = Account("ana", "", plan)
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(5):
            account.read(plan)
            account.read(tmp_path)
        assert len(os.listdir("/proc/self/fd")) == before


class TestSpool:
    def test_odd_names(self, tmp_path):
        for name in ["ana.plan", "Bo-2.plan", ".plan", "..plan", "note.txt", "über.plan", "a b.plan", "x.plan.plan"]:
            (tmp_path / name).write_text(name)
        (tmp_path / os.fsdecode(b"latin\xe9.plan")).write_text("")
        assert [account.name for account in Spool(tmp_path).all()] == ["Bo-2", "ana", "x.plan"]
        assert published(Spool(tmp_path), "x.plan") == b"x.plan.plan"

    @pytest.mark.parametrize("name", ["../ana", "/etc/passwd", "", "..", "ana\0.plan", "\udce9", "ana\n", "-", "_ana"])
    def test_a_name_that_is_none(self, tmp_path, name):
        assert Spool(tmp_path).find(name) is None

    def test_a_folder_that_is_gone(self, tmp_path):
        spool = Spool(tmp_path / "gone")
        assert list(spool.all()) == []
        assert published(spool, "ana") is None


def test_ones_own_account(tmp_path):
    plan = tmp_path / ".plan"
    plan.write_text("mine")
    accounts = OwnAccount(Account("ana", "Ana", plan))
    assert published(accounts, "ana") == b"mine"
    assert accounts.find("bo") is None
    assert [account.name for account in accounts.all()] == ["ana"]
    assert accounts.account.archive == tmp_path / ".plan.d"


class TestLinksInASpool:
    """A link is served where whoever made it owns what it leads to, and anybody may read that."""

    def test_ones_own(self, tmp_path: Path) -> None:
        (tmp_path / "dotfiles").write_text("Leeks.")
        (tmp_path / "ana.plan").symlink_to("dotfiles")
        assert published(Spool(tmp_path), "ana") == b"Leeks."

    def test_what_is_closed_to_others(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("Secret.")
        (tmp_path / "secret").chmod(0o600)
        (tmp_path / "ana.plan").symlink_to("secret")
        assert published(Spool(tmp_path), "ana") is None

    def test_what_another_owns(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "others").write_text("Theirs.")
        link = tmp_path / "ana.plan"
        link.symlink_to("others")
        real = os.lstat

        def by_another(path: Path) -> os.stat_result:
            found = list(real(path))
            found[stat.ST_UID] += path == link
            return os.stat_result(found)

        monkeypatch.setattr(os, "lstat", by_another)
        assert published(Spool(tmp_path), "ana") is None
