"""An account put together: whom its owner follows, in the file, in the plan and in the store; and the store's copy."""

import os
import threading
from pathlib import Path

import pytest

from thimbl.core.address import Address
from thimbl.core.keys import PrivateKey
from thimbl.core.plan import Head
from thimbl.core.records import Record
from thimbl.core.web import FeedUrl
from thimbl.home import following, settings
from thimbl.home.account import Account
from thimbl.home.errors import KeyProblem
from thimbl.home.following import Followed
from thimbl.home.keyfile import make_key
from thimbl.home.paths import Paths
from thimbl.home.planfiles import OwnLog, PlanFiles
from thimbl.home.settings import Settings

ANA = Address.parse("ana@fields.example")
BO, CY, DI = (Address.parse(f"{name}@mill.example") for name in ("bo", "cy", "di"))
NOW = 1_795_000_000


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """Ana's, with an empty log."""
    environ = {"THIMBL_HOME": str(tmp_path)}
    paths = Paths.find(environ)
    settings.save(paths, Settings(address=ANA))
    make_key(paths.key, lambda: PrivateKey.from_seed(bytes(32)))
    found = Account.find(environ, lambda: NOW, os.urandom)
    found.authoring.describe({"name": "Ana"})
    return found


def told(account: Account) -> list[str]:
    """Whom the published plan says that she follows."""
    head = account.files.load().head
    assert isinstance(head, Head)
    assert isinstance(head.following, tuple)
    return [follow.nick for follow in head.following]


def stored(account: Account) -> list[str | None]:
    """Whom the store says that she follows."""
    with account.writer() as writer:
        return [author.nick for author in writer.authors()]


def test_file_plan_and_store_agree(account: Account) -> None:
    account.follow(Followed("bo", BO))
    account.follow(Followed("cy", CY, private=True))
    assert (told(account), stored(account)) == (["bo"], ["bo", "cy"])
    account.unfollow(BO)
    assert (told(account), stored(account)) == ([], ["cy"])


def test_all_who_are_followed_at_once_are_told(account: Account) -> None:
    """Each publishes the list as it is then, not as it was when it was added to."""
    names = [f"n{number}" for number in range(8)]
    threads = [
        threading.Thread(target=account.follow, args=(Followed(name, Address.parse(f"{name}@mill.example")),))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told(account)) == sorted(map(str, stored(account))) == names


def test_what_can_not_be_published_is_put_back_and_nothing_else(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.follow(Followed("bo", BO))
    account.follow(Followed("cy", CY))

    def fails(self: Account) -> None:
        # Meanwhile somebody else follows Di.
        following.add(account.paths, Followed("di", DI))
        raise KeyProblem("The key is gone.")

    monkeypatch.setattr(Account, "signer", fails)
    with pytest.raises(KeyProblem):
        account.unfollow(BO)
    assert [one.nick for one in following.load(account.paths)] == ["bo", "cy", "di"]
    with pytest.raises(KeyProblem):
        account.follow(Followed("bobby", BO))
    assert [one.nick for one in following.load(account.paths)] == ["bo", "cy", "di"]
    with pytest.raises(KeyProblem):
        account.follow(Followed("ed", Address.parse("ed@mill.example")))
    assert [one.nick for one in following.load(account.paths)] == ["bo", "cy", "di"]
    assert (told(account), stored(account)) == (["bo", "cy"], ["bo", "cy"])


def test_the_log_is_read_for_the_store_only_when_it_is_behind(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.authoring.post("Leeks.")
    reads: list[int] = []
    real = PlanFiles.all_records

    def watched(self: PlanFiles, log: OwnLog) -> list[Record]:
        reads.append(log.seq)
        return real(self, log)

    monkeypatch.setattr(PlanFiles, "all_records", watched)
    with account.writer() as writer:
        account.catch_up(writer)
        mine = writer.author(ANA)
        assert mine is not None
        assert (mine.seq, mine.posts, reads) == (1, 1, [1])
        account.catch_up(writer)
    assert reads == [1]


def test_a_list_is_followed_as_a_whole_or_not_at_all(account: Account) -> None:
    """People are told in the plan and feeds are not; without the key all of it is undone."""
    blog = Followed.of_feed("blog", FeedUrl.parse("https://blog.example/feed.xml"))
    some = [Followed("bo", BO), Followed("cy", CY, private=True), blog]
    assert account.follow_many(some) == some
    assert account.follow_many(some) == []
    assert (told(account), stored(account)) == (["bo"], ["blog", "bo", "cy"])
    account.key_path.unlink()
    with pytest.raises(KeyProblem):
        account.follow_many([Followed("di", DI), Followed.of_feed("x", FeedUrl.parse("https://x.example/"))])
    assert following.load(account.paths) == tuple(some)


def test_a_log_that_the_store_never_saw_is_found(account: Account) -> None:
    """As where a plan was put here by hand: else a commune's books would lack one's own log."""
    account.authoring.post("Frost tonight.")
    with account.writer() as writer:
        account.catch_up_quietly(writer)
        found = writer.author(ANA)
    assert found is not None
    assert found.posts == 1


def test_a_plan_that_can_not_be_read_keeps_nobody_from_reading(account: Account) -> None:
    account.paths.plan.write_text("by hand")
    with account.writer() as writer:
        account.catch_up_quietly(writer)
        assert writer.author(ANA) is not None
