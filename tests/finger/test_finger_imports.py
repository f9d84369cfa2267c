"""What loads what: each case in a fresh interpreter."""

import subprocess
import sys

import pytest

FRAMEWORKS = {"twisted", "asyncio", "zope", "sqlite3", "textual", "thimbl", "tui", "feeds"}


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("finger", FRAMEWORKS | {"socket"}),
        ("finger.query", FRAMEWORKS | {"socket"}),
        ("finger.wire", FRAMEWORKS | {"socket"}),
        ("finger.stdio", FRAMEWORKS),
        ("finger.interfaces", FRAMEWORKS),
        ("finger.limits", FRAMEWORKS | {"socket"}),
        ("finger.fairness", FRAMEWORKS | {"socket"}),
        ("finger.deadlines", FRAMEWORKS | {"socket"}),
        ("finger.served", FRAMEWORKS | {"socket"}),
        ("finger.sockets", {"twisted.internet.reactor", "thimbl", "tui", "feeds"}),
        ("finger.limited", {"twisted.internet.reactor", "thimbl", "tui", "feeds"}),
        ("finger.server", {"twisted.internet.reactor", "thimbl", "tui", "feeds"}),
        ("finger.client", {"twisted.internet.reactor", "thimbl", "tui", "feeds"}),
        ("finger.testing", {"twisted.internet.reactor", "thimbl", "tui", "feeds"}),
    ],
)
def test_import_loads_no_more_than_it_needs(module, unwanted):
    script = f"import sys, {module}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert module in loaded
    assert not loaded & unwanted
