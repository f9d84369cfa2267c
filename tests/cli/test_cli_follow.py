"""A second `follow` changes what is given and nothing else; a new key is taken once a person has compared it."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from finger.errors import ConnectionRefused, FingerError
from tests.cli.reading_room import ANA, MARK, World
from thimbl.cli import network
from thimbl.core.compose import WINDOW_BYTES
from thimbl.core.keys import PrivateKey
from thimbl.core.log import Verdict
from thimbl.core.plan import Follow
from thimbl.home import following
from thimbl.home.authoring import Authoring
from thimbl.home.following import Followed
from thimbl.home.keyfile import make_key
from thimbl.home.paths import archive_of
from thimbl.home.planfiles import PlanFiles
from thimbl.node.guard import HostGuarded
from thimbl.node.reach import OnionWithoutProxy, ProxyUnreachable

NEW = PrivateKey.from_seed(b"n" * 32)


class OneHost:
    """A client to whom Mark's host answers with the plan that is there."""

    def __init__(self) -> None:
        self.plan = b""
        self.fault: FingerError | None = None

    async def ask(self, *_query: object) -> bytes:
        if self.fault is not None:
            raise self.fault
        return b"Plan:\r\n" + self.plan


@pytest.fixture
def host(world: World, monkeypatch: pytest.MonkeyPatch) -> OneHost:
    """`follow` looks there, and fetches nothing after it; Ana has a key on the disk."""
    there = OneHost()

    def with_client(_context: object, work: Callable[[OneHost], Coroutine[Any, Any, None]]) -> None:
        with pytest.raises(StopIteration):
            work(there).send(None)

    async def nothing(*_given: object) -> None:
        pass

    monkeypatch.setattr(network, "with_client", with_client)
    monkeypatch.setattr(network, "fetch_these", nothing)
    make_key(world.paths.key, lambda: PrivateKey.from_seed(str(ANA).encode().ljust(32, b".")[:32]))
    return there


def test_what_is_private_stays_private(world: World, host: OneHost) -> None:
    """Neither another nick nor a fingerprint tells the world of somebody who is followed in private."""
    world.post(MARK, "here")
    host.plan = (world.folder / f"{MARK}.plan").read_bytes()
    assert world.run("follow", str(MARK), "--nick", "marky", "--private").exit_code == 0
    again = world.run("follow", str(MARK), "--nick", "marco")
    assert (again.exit_code, again.stderr.splitlines()[-1]) == (0, f"You follow {MARK} in private as marco.")
    assert world.run("follow", str(MARK)).exit_code == 0
    assert following.load(world.paths) == (Followed("marco", MARK, private=True),)
    assert str(MARK) not in world.paths.plan.read_text(encoding="utf-8")
    assert world.run("follow", str(MARK), "--public").exit_code == 0
    assert following.public(following.load(world.paths)) == (Follow("marco", MARK),)
    assert str(MARK) in world.paths.plan.read_text(encoding="utf-8")


def test_a_new_key_is_taken_when_it_was_compared(world: World, host: OneHost) -> None:
    """Until then `follow` refuses it, and says how; then the old pin gives way to it."""
    world.post(MARK, "here")
    plan = world.folder / "new.plan"
    pen = Authoring(
        PlanFiles(plan, archive_of(plan), WINDOW_BYTES), MARK, lambda: NEW, world.clock, lambda number: b"\6" * number
    )
    pen.post("I lost my key.")
    host.plan = plan.read_bytes()
    command = f"thimbl follow {MARK} --fingerprint {NEW.public.fingerprint}"

    refused = world.run("follow", str(MARK))
    assert refused.exit_code == 1
    assert f"'{command}'" in refused.stderr
    assert pinned(world) != NEW.public.fingerprint

    assert world.run(*command.split()[1:]).exit_code == 0
    assert pinned(world) == NEW.public.fingerprint
    assert world.take(MARK, host.plan.decode()) == Verdict.VERIFIED


def pinned(world: World) -> str | None:
    with world.writer() as writer:
        author = writer.author(MARK)
    return None if author is None else author.key


def test_following_nobody_of_that_name(world: World, host: OneHost) -> None:
    """`unfollow` takes a nick, so a word without '@' is one."""
    told = world.run("unfollow", "zork")
    assert (told.exit_code, "call 'zork'" in told.stderr) == (1, True)


def test_who_looks_follows_nobody(world: World, host: OneHost) -> None:
    """What is there is said, and given to programs with what they would be called."""
    world.post(MARK, "here")
    host.plan = (world.folder / f"{MARK}.plan").read_bytes()
    before = following.load(world.paths)
    done = world.run("follow", str(MARK), "--look", "--json", "--nick", "marco")
    assert done.exit_code == 0
    assert done.stderr.splitlines()[0].startswith(f"{MARK}")
    found = json.loads(done.stdout)
    assert (found["nick"], found["followed"], found["verdict"], found["seq"]) == ("marco", False, "verified", 1)
    assert following.load(world.paths) == before
    host.fault = ConnectionRefused("mill.example")
    nobody = world.run("follow", str(MARK), "--look")
    assert nobody.exit_code == 1
    assert "--anyway" not in nobody.stderr


@pytest.mark.parametrize(
    ("fault", "helps"),
    [
        (OnionWithoutProxy("mill.onion"), False),
        (ProxyUnreachable("mill.example", "127.0.0.1:9050", "it is not there"), False),
        (HostGuarded("10.0.0.1", "it leads to 10.0.0.1: a private network"), False),
        (ConnectionRefused("mill.example"), True),
    ],
)
def test_anyway_is_named_only_where_it_helps(world: World, host: OneHost, fault: FingerError, helps: bool) -> None:
    """Where something has to be set here first, the sentence says what, and nothing else."""
    host.fault = fault
    refused = world.run("follow", str(MARK))
    assert refused.exit_code == 1
    assert ("--anyway" in refused.stderr) == helps
    assert not any(one.address == MARK for one in following.load(world.paths))
