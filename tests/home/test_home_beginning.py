"""Making an account: what is said beforehand is what is made, and nothing that was there is lost."""

import os
from pathlib import Path

import pytest

from thimbl.core.address import Address
from thimbl.home import following, settings
from thimbl.home.account import Account
from thimbl.home.beginning import begin, for_address, outlook
from thimbl.home.desks.newcomer import Newcomer
from thimbl.home.errors import Refused
from thimbl.home.following import Followed
from thimbl.home.paths import Paths
from thimbl.store.reader import Reader

ANA = Address.parse("ana@fields.example")
NOW = 1_795_000_000.0


def nobody(folder: Path) -> Account:
    environ = {"THIMBL_HOME": str(folder)}
    return Account.find(environ, lambda: NOW, os.urandom)


def test_what_is_said_is_what_is_made(tmp_path):
    desk = Newcomer(nobody(tmp_path))
    said = "\n".join(desk.outlook(ANA))
    assert list(tmp_path.iterdir()) == []
    made = desk.make(ANA, "Ana")
    assert made.address == ANA
    for name in ("key", ".plan", "config.yaml"):
        assert str(tmp_path / name) in said
        assert (tmp_path / name).exists()
    with Reader.open(tmp_path / "store.sqlite3") as reader:
        me = reader.me()
    assert me is not None
    assert (me.address, me.name) == (ANA, "Ana")
    assert nobody(tmp_path).address == ANA


def test_a_guess_is_an_address_or_nothing(tmp_path, monkeypatch):
    newcomer = Newcomer(nobody(tmp_path))
    monkeypatch.setattr("getpass.getuser", lambda: "ana")
    monkeypatch.setattr("socket.getfqdn", lambda: "mill.example")
    assert newcomer.guess() == "ana@mill.example"
    monkeypatch.setattr("socket.getfqdn", lambda: "not a host")
    assert newcomer.guess() == ""


def test_a_plan_by_hand_is_kept_and_a_key_is_used(tmp_path):
    (tmp_path / ".plan").write_text("Out to lunch.\n")
    account = for_address(nobody(tmp_path), ANA)
    before = "\n".join(outlook(account))
    assert f"The plan that is there now will be kept: {tmp_path / '.plan.before-thimbl'}." in before
    begun = begin(account, {"name": "", "bio": ""})
    assert begun.key == tmp_path / "key"
    assert begun.kept == tmp_path / ".plan.before-thimbl"
    assert (tmp_path / ".plan.before-thimbl").read_text() == "Out to lunch.\n"
    (tmp_path / "config.yaml").unlink()
    again = for_address(nobody(tmp_path), ANA)
    assert "will be used" in outlook(again)[0]
    assert "goes on" in outlook(again)[1]
    resumed = begin(again, {"name": "", "bio": ""})
    assert (resumed.key, resumed.kept, resumed.taken_up) == (None, None, True)
    assert resumed.fingerprint == begun.fingerprint


@pytest.mark.parametrize("number", [2, 300])
def test_a_plan_that_is_taken_up_brings_whom_it_follows(tmp_path, number):
    """Also where the list is too long for the plan: whoever is followed next would take the place of all of them."""
    old, new = tmp_path / "old", tmp_path / "new"
    begin(for_address(nobody(old), ANA), {})
    bob = Address.parse("bob@mill.example")
    listed = [Followed(f"n{one}", Address.parse(f"p{one}@mill.example")) for one in range(number - 1)]
    nobody(old).follow_many([Followed("bobby", bob), *listed])
    new.mkdir()
    for name in (".plan", ".plan.d", "key", "key.pub"):
        (old / name).rename(new / name)
    assert (new / ".plan.d" / "following.json").exists() == (number > 2)
    begun = begin(for_address(nobody(new), ANA), {})
    assert (begun.taken_up, begun.follows) == (True, number)
    assert following.load(nobody(new).paths)[0] == Followed("bobby", bob)
    nobody(new).unfollow(bob)
    assert len(following.load(nobody(new).paths)) == number - 1
    with Reader.open(new / "store.sqlite3") as reader:
        assert len(reader.authors()) == number - 1


def test_settings_that_were_there_stay(tmp_path):
    (tmp_path / "config.yaml").write_text("window: 32768\ntui:\n  theme: nord\n")
    begin(for_address(nobody(tmp_path), ANA), {})
    found = settings.load(Paths.find({"THIMBL_HOME": str(tmp_path)}), {})
    assert (found.address, found.window, found.tui.theme) == (ANA, 32768, "nord")
    with pytest.raises(Refused, match="There is an account here already"):
        begin(for_address(nobody(tmp_path), ANA), {})
