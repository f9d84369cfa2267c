"""The terminal UI tells hooks too, and waits for none."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from thimbl.core.address import Address
from thimbl.core.keys import PrivateKey
from thimbl.home.account import TOLD, Account
from thimbl.home.desk import Desk
from thimbl.home.errors import Refused
from thimbl.home.hooks import background
from thimbl.home.keyfile import make_key
from thimbl.home.paths import Paths
from thimbl.home.settings import Settings, save
from thimbl.store import bookmarks


def desk(home: Path, hooks: str, address: str = "ana@fields.example") -> Desk:
    """The desk of somebody with these hooks."""
    environ = {"THIMBL_HOME": str(home), "PATH": os.environ["PATH"]}
    paths = Paths.find(environ)
    save(paths, Settings(address=Address.parse(address)))
    make_key(paths.key, lambda: PrivateKey.from_seed(bytes(32)))
    with paths.config.open("a", encoding="utf-8") as config:
        config.write(hooks)
    return Desk(Account.find(environ, lambda: 1_795_334_400.0, os.urandom))


def test_a_post_starts_a_program_that_tells(tmp_path: Path) -> None:
    """Really, with a pipe to wait at."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    at = desk(tmp_path / "ana", f'hooks:\n  on_post: ["tee", "{pipe}"]\n')
    at.post("From the terminal.")
    assert at.behind() == ""
    with pipe.open(encoding="utf-8") as told:
        assert '"text": "From the terminal."' in told.readline()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Account]:
    """For whom a program would have been started."""
    found: list[Account] = []
    start: Callable[[Account], None] = found.append
    monkeypatch.setattr(background, "start", start)
    return found


def test_each_act_tells_and_a_refusal_does_not(tmp_path: Path, started: list[Account]) -> None:
    at = desk(tmp_path, "hooks:\n  on_post: 'true'\n  before_post: grep -v leeks\n")
    post = at.post("one")
    at.publish(at.rehearse_edit(post, "two"))
    assert [one.paths for one in started] == [at.account.paths] * 2
    with pytest.raises(Refused, match="before_post stopped it"):
        at.post("leeks")
    assert len(started) == 2


def test_the_key_of_the_bookmarks() -> None:
    assert TOLD == bookmarks.BEGUN


def test_nobody_is_told_where_there_are_no_hooks(tmp_path: Path, started: list[Account]) -> None:
    desk(tmp_path, "").post("one")
    assert started == []


def test_a_hook_that_is_named_while_the_program_runs_counts(tmp_path: Path, started: list[Account]) -> None:
    """From then on; and one that is taken away no longer. Half-way through an edit those of before do. What others have
    begun to note for it is not ended by a desk that was opened before."""
    at = desk(tmp_path, "")
    config = at.account.paths.config
    whole = config.read_text(encoding="utf-8")
    at.post("one")
    config.write_text(f"{whole}hooks:\n  on_post: 'true'\n  before_post: grep -v leeks\n", encoding="utf-8")
    at.post("two")
    assert len(started) == 1
    at.save_state("tui", "{}")
    with at.account.writer() as writer:
        assert writer.state(TOLD) is not None
    config.write_text(f"{whole}hooks: [", encoding="utf-8")
    with pytest.raises(Refused, match="before_post stopped it"):
        at.post("leeks")
    config.write_text(whole, encoding="utf-8")
    at.post("leeks")
    assert len(started) == 1
