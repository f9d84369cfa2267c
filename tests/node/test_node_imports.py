"""What answers can run under inetd: it loads no event loop. In a fresh interpreter."""

import subprocess
import sys

import pytest

UNWANTED = {"twisted", "zope", "asyncio", "sqlite3", "textual", "feedgen", "tui", "feeds", "thimbl.store", "thimbl.cli"}


@pytest.mark.parametrize("name", ["accounts", "views", "answering", "assignment"])
def test_answering_loads_no_framework(name):
    module = f"thimbl.node.serving.{name}"
    loaded = _loaded_by(f"import {module}")
    assert module in loaded
    assert not loaded & UNWANTED


@pytest.mark.parametrize("module", ["fetch", "paging", "slots"])
def test_no_global_reactor(module):
    loaded = _loaded_by(f"import thimbl.node.polling.{module}")
    assert "twisted.internet.defer" in loaded or module == "paging"
    assert not loaded & {"twisted.internet.reactor", "textual", "tui", "feeds", "thimbl.cli"}


def _loaded_by(script):
    script += "; import sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())
