"""A host of the tests: a spool, and Alice's log in it."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.support.asking import LATER
from tests.support.scribe import Scribe
from tests.support.spooler import spool
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import Answerer


@pytest.fixture
def host(tmp_path):
    """Answers from the files of `tmp_path`, by a clock for which all of them are old."""
    return Answerer(Spool(tmp_path), clock=lambda: LATER)


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Alice has written 620 posts, in seven pages; the published plan shows the newest."""
    folder = tmp_path_factory.mktemp("alice")
    scribe = Scribe(name="Alice Field", bio="Cows.", properties={"listed": "yes"})
    scribe.posts(620)
    spool(folder, scribe)
    return scribe, folder


@pytest.fixture
def alice(written, tmp_path):
    """Alice's log, with her files in `tmp_path`."""
    scribe, folder = written
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return scribe.copy()


@pytest.fixture
def open_folder():
    """A folder that anybody may enter: those of pytest are closed, and so is all that lies in them."""
    with tempfile.TemporaryDirectory(prefix="thimbl-ward-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """Somebody with an account, beside a world that they poll."""
    from tests.node.subscriber import Reader

    (tmp_path / "world").mkdir()
    reader = Reader(tmp_path, monkeypatch)
    yield reader
    reader.world.store.close()


@pytest.fixture(scope="session")
def settled(tmp_path_factory):
    """Ana's home as it was on her third day."""
    from tests.node.ward import Ward

    home = tmp_path_factory.mktemp("settled") / "ana"
    Ward(home).settle()
    return home


@pytest.fixture
def ward(settled, open_folder):
    """Ana's account, for a doctor to look at."""
    from tests.node.ward import Ward

    return Ward(Path(shutil.copytree(settled, open_folder / "ana")))
