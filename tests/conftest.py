"""What holds for every test: a person's own files are out of reach, and Hypothesis repeats its examples exactly."""

import gc
import importlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import storing, warm

# What several folders of tests share: `from scribe import Scribe`.
sys.path.insert(0, str(Path(__file__).parent / "support"))

# The same examples on every machine; a failure prints what reproduces it. No deadline: other work shares the cores.
# Sixty of each, since the whole has to end in four minutes; where that is too few, the test says how many.
settings.register_profile(
    "ci",
    max_examples=60,
    derandomize=True,
    print_blob=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# For a long look by hand: HYPOTHESIS_PROFILE=explore make test TESTS=tests/core
settings.register_profile("explore", max_examples=5000, print_blob=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# What a person has set for themselves must change no test, and no test may change what they have.
_PERSONAL = frozenset(
    {"SSH_AUTH_SOCK", "SSH_AGENT_PID", "VISUAL", "EDITOR", "PAGER", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"}
)

LONG = (
    "tests/repository/test_docs_examples.py",
    "tests/home/test_home_killed.py",
    "tests/end_to_end/test_demo.py",
    "tests/core/test_plantext.py",
    "tests/cli/test_cli_commune.py",
    "tests/feeds/web/test_feeds_web_browser.py",
    "tests/end_to_end/test_tour.py",
    "tests/home/test_home_planfiles.py",
    "tests/tui/test_tui_acting.py",
    "tests/end_to_end/test_serving_host.py",
    "tests/core/test_every_byte.py",
    "tests/home/test_home_push_cut.py",
    "tests/finger/test_finger_imports.py",
)
"""The files that take longest, which begin first: of two processes neither is to wait long for the other at the end."""

_home = pytest.StashKey[Path]()

MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
"""Bytes that have to be free in memory for what all tests write: they leave some 150 MB there, and no more at once."""


def keep_in_memory() -> None:
    """Let temporary folders be in memory, where a machine has room there and lets programs in them run.

    Programs sync what they write, thousands of times in these tests, and that is as good as free there. What waits for
    a disk is otherwise a fifth of the time. Who sets TMPDIR has them where they want.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return
    found = os.statvfs(MEMORY)
    if found.f_bavail * found.f_frsize < ROOM or found.f_flag & os.ST_NOEXEC:
        return
    tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)


def pytest_configure(config: pytest.Config) -> None:
    """Give this process (each worker of xdist is one) an empty home folder and a plain environment."""
    for name in list(os.environ):
        if name.startswith(("THIMBL_", "XDG_")) or name in _PERSONAL:
            del os.environ[name]
    # By its own measure Python looks for garbage so often that every seventh second goes by with it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell has it ignored by what it starts in the background, and so would every daemon that a test interrupts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.set_threshold(50_000, 20, 10)
    keep_in_memory()
    home = Path(tempfile.mkdtemp(prefix="thimbl-tests-"))
    config.stash[_home] = home
    # With xdist files go out in the order below, and not by how many tests they hold.
    config.option.loadscopereorder = False
    os.environ.update(HOME=str(home), TZ="UTC", LC_ALL="C.UTF-8")
    time.tzset()
    if config.getoption("numprocesses", None):
        warm.share()


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Let each worker begin with test modules that are not the others' first.

    All of them import all modules, and in a fresh clone each has its asserts rewritten and is compiled, which takes
    longest. What one worker has compiled the others find, where they do not all begin at the same end.
    """
    if (worker := getattr(session.config, "workerinput", None)) is None:
        return
    share = slice(int(worker["workerid"].removeprefix("gw")), None, worker["workercount"])
    folders = [folder for argument in session.config.args if (folder := Path(argument)).is_dir()]
    for path in sorted(path for folder in folders for path in folder.resolve().rglob("test_*.py"))[share]:
        with suppress(Exception, pytest.skip.Exception):  # pytest comes to it again, and tells what is wrong
            importlib.import_module(".".join(path.relative_to(session.config.rootpath).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """Leave alone, when garbage is looked for, what the modules of tests and program are: it stays."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(LONG)))


@pytest.fixture(autouse=True, scope="session")
def memory_is_given_back(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Remove the folders of tests from it, where all went well: pytest would leave those of three runs."""
    yield
    if request.session.testsfailed == 0 and tmp_path_factory.getbasetemp().is_relative_to(MEMORY):
        shutil.rmtree(tmp_path_factory.getbasetemp(), ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def empty_stores_are_copied() -> Iterator[None]:
    """See `tests.support.storing`."""
    with storing.copied():
        yield


@pytest.fixture
def made_by_sql() -> Iterator[None]:
    """For tests of how a store is made."""
    with storing.made_by_sql():
        yield


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove that home folder, and end what short commands are forked from."""
    warm.end()
    if home := config.stash.get(_home, None):
        shutil.rmtree(home, ignore_errors=True)
