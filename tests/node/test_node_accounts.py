"""Whose files are served, and which never are."""

import os
import pwd
from pathlib import Path

import pytest

from thimbl.node.serving.accounts import MAX_PLAN, NOBODY_UID, Account, Homes, OwnAccount, Spool

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


def found(accounts, name: str) -> Account:
    """An account that must be there."""
    account: Account | None = accounts.find(name)
    assert account is not None
    return account


def published(accounts, name):
    """The bytes of the plan that would be served."""
    account = accounts.find(name)
    file = account.read(account.plan) if account else None
    assert (account is not None and account.publishes(account.plan)) == (file is not None)
    return file.raw if file else None


class TestHomes:
    def test_a_home_with_a_plan(self, homes):
        homes.add("ana", gecos="Ana Field,Room 2,,")
        assert published(homes.accounts, "ana") == b"here"
        assert found(homes.accounts, "ana").full_name == "Ana Field"

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

    def test_a_plan_that_others_may_write(self, homes):
        """What stands in it need not be its owner's."""
        (homes.add("ana") / ".plan").chmod(0o666)
        assert published(homes.accounts, "ana") is None

    def test_a_home_that_others_may_write(self, homes):
        """Anybody could give another file of Ana's the name of her plan."""
        homes.add("ana").chmod(0o777)
        assert published(homes.accounts, "ana") is None

    def test_a_home_and_plan_for_the_group(self, homes):
        """As on a host where each has a group of their own, and the umask is 002."""
        home = homes.add("ana")
        home.chmod(0o775)
        (home / ".plan").chmod(0o664)
        assert published(homes.accounts, "ana") == b"here"

    @pytest.mark.skipif(ME != 0, reason="only root can give files away")
    def test_the_archive_in_a_folder_of_another(self, homes):
        home = homes.add("ana")
        page = home / ".plan.d" / "00000001.json"
        page.parent.mkdir(mode=0o755)
        page.write_text("[]")
        account = homes.accounts.find("ana")
        assert account.read(page).raw == b"[]"
        os.chown(page.parent, ME + 1000, -1)
        assert account.read(page) is None
        os.chown(page.parent, ME, -1)
        page.parent.chmod(0o757)
        assert account.read(page) is None

    def test_the_user_database_is_asked_once_a_minute(self, homes, monkeypatch):
        homes.add("ana", gecos="Ana")
        clock = [0.0]
        accounts = Homes(min_uid=0, clock=lambda: clock[0])
        assert found(accounts, "ana").full_name == "Ana"
        homes.add("bo")
        homes.people["ana"] = homes.people["ana"].__class__(
            [*homes.people["ana"][:4], "Ana F", *homes.people["ana"][5:]]
        )
        clock[0] = accounts.seconds() - 1
        assert found(accounts, "ana").full_name == "Ana"
        clock[0] += 2
        assert found(accounts, "ana").full_name == "Ana F"

    def test_an_ampersand_is_the_login(self, homes):
        homes.add("ana", gecos="& Field,Office 5,555-1234,555-9999")
        assert found(homes.accounts, "ana").full_name == "Ana Field"

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
        plan.write_bytes(b"x" * MAX_PLAN)
        assert len(published(Spool(tmp_path), "ana")) == MAX_PLAN
        plan.write_bytes(b"x" * (MAX_PLAN + 1))
        assert published(Spool(tmp_path), "ana") is None

    def test_a_file_that_grows_while_it_is_read(self, tmp_path, monkeypatch):
        plan = tmp_path / "ana.plan"
        plan.write_bytes(b"x" * (MAX_PLAN + 1))
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

    @pytest.mark.skipif(ME != 0, reason="only root can give files away")
    @pytest.mark.parametrize("into", ["others", "{folder}/others"])
    def test_what_another_owns(self, tmp_path: Path, into: str) -> None:
        """The link is ours, the file is not; a relative link as well as an absolute one."""
        others = tmp_path / "others"
        others.write_text("Theirs.")
        os.chown(others, ME + 1000, -1)
        (tmp_path / "ana.plan").symlink_to(into.format(folder=tmp_path))
        assert published(Spool(tmp_path), "ana") is None

    @pytest.mark.skipif(ME != 0, reason="only root can give files away")
    def test_the_owner_of_what_is_open_counts(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever swaps what the link leads to, between the look and the opening, gains nothing."""
        (tmp_path / "mine").write_text("Mine.")
        (tmp_path / "others").write_text("Theirs.")
        os.chown(tmp_path / "others", ME + 1000, -1)
        link = tmp_path / "ana.plan"
        link.symlink_to("mine")
        real = os.readlink

        def swapped(path: str, **how: int) -> str:
            target = real(path, **how)
            os.rename(tmp_path / "others", tmp_path / "mine")
            return target

        monkeypatch.setattr(os, "readlink", swapped)
        assert found(Spool(tmp_path), "ana").read(link) is None

    @pytest.mark.skipif(ME != 0, reason="only root can give files away")
    def test_an_archive_that_is_a_link_to_the_folder_of_another(self, tmp_path: Path) -> None:
        """Eve may write to the spool: her archive is a link to where only Ana's own program should look."""
        secret = tmp_path / "secret"
        secret.mkdir()
        page = secret / "00000001.json"
        page.write_text("[]")
        os.chown(page, ME + 1000, -1)
        (tmp_path / "eve.plan").write_text("Eve")
        (tmp_path / "eve.plan.d").symlink_to("secret")
        eve = found(Spool(tmp_path), "eve")
        assert eve.read(eve.archive / "00000001.json") is None
        os.chown(page, ME, -1)
        read = eve.read(eve.archive / "00000001.json")
        assert read is not None
        assert read.raw == b"[]"
