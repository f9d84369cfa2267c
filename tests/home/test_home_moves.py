"""Following somebody who moved: the person's file and the store, without a key."""

import os
from pathlib import Path

import pytest

from tests.support.scribe import Scribe, fingerprint
from thimbl.core.address import Address
from thimbl.core.log import judge
from thimbl.home import following
from thimbl.home.account import Account
from thimbl.home.following import Followed

BO = Address.parse("bo@mill.example")
KEY = fingerprint("alice")


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """Somebody who reads, and has no plan or key of their own."""
    return Account.find({"THIMBL_HOME": str(tmp_path)}, lambda: 1_796_000_000, os.urandom)


@pytest.fixture
def alice(account: Account) -> Scribe:
    """Alice moved, and her log was fetched at the new address by the old one's name."""
    alice = Scribe()
    alice.post()
    with account.writer() as writer:
        for _ in range(2):
            known = writer.known(alice.addresses[0], 1, 9)
            writer.take(judge(alice.plan(), known, account.now()), account.now(), asked=alice.addresses[0])
            if len(alice.records) == 1:
                alice.move("alice@dairy.example")
    return alice


def test_the_entry_is_rewritten_and_stays_as_it_is_otherwise(account: Account, alice: Scribe) -> None:
    mine = Followed("ally", alice.addresses[0], private=True, fingerprint=KEY)
    following.save(account.paths, [Followed("bo", BO), mine, Followed("cy", Address.parse("cy@mill.example"))])
    assert account.follow_move(alice.addresses[0], alice.address)
    assert following.load(account.paths)[1] == Followed("ally", alice.address, private=True, fingerprint=KEY)
    assert [one.nick for one in following.load(account.paths)] == ["bo", "ally", "cy"]
    with account.writer() as writer:
        author = writer.author(alice.address)
        assert author is not None
        assert (author.nick, author.private, author.followed) == ("ally", True, True)
        assert len(writer.authors()) == 3
    assert not account.follow_move(alice.addresses[0], alice.address)


def test_of_two_entries_that_of_the_new_address_stays(account: Account, alice: Scribe) -> None:
    following.save(
        account.paths,
        [Followed("ally", alice.addresses[0], fingerprint=KEY), Followed("al", alice.address, private=True)],
    )
    assert account.follow_move(alice.addresses[0], alice.address)
    assert following.load(account.paths) == (Followed("al", alice.address, private=True, fingerprint=KEY),)
    with account.writer() as writer:
        assert [(author.nick, author.private) for author in writer.authors()] == [("al", True)]


def test_a_move_that_was_not_verified_changes_nothing(account: Account, alice: Scribe) -> None:
    followed = (Followed("bo", BO), Followed("ally", alice.addresses[0]))
    following.save(account.paths, followed)
    assert not account.follow_move(BO, Address.parse("bo@elsewhere.example"))
    assert not account.follow_move(alice.addresses[0], Address.parse("alice@elsewhere.example"))
    assert following.load(account.paths) == followed


def test_one_who_is_not_followed(account: Account, alice: Scribe) -> None:
    assert not account.follow_move(alice.addresses[0], alice.address)
    assert following.load(account.paths) == ()
