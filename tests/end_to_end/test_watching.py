"""`thimbl fetch --watch`: round after round, one at a time for an account, until it is told to stop."""

import json
import signal
from pathlib import Path

from tests.end_to_end.stage import THIMBL, Person, Running, serving


def test_a_later_round_brings_what_is_new(tmp_path: Path) -> None:
    """What was posted after it began is fetched; whom one follows since is asked too; SIGTERM ends it with 0."""
    ana, cy = Person(tmp_path / "ana"), Person(tmp_path / "cy")
    (tmp_path / "spool").mkdir()
    with serving(Person(tmp_path / "host"), "--spool", str(tmp_path / "spool")) as daemon:
        ana_at = f"ana@127.0.0.1:{daemon.port}"
        ana.settle(ana_at, tmp_path / "spool" / "ana.plan").has_posted("Before.")
        cy.settle("cy@mill.example")
        (cy.home / "following.yaml").write_text(f"following:\n- nick: ana\n  address: {ana_at}\n", encoding="utf-8")
        with Running([*THIMBL, "fetch", "--watch", "--every", "1", "--json"], cy.environ, cwd=cy.home) as watch:
            first = json.loads(watch.until(r"\{.*\}\n")[0])
            assert (first["address"], first["verdict"], first["new"]) == (ana_at, "verified", 1)

            # One is enough, and it does not keep others from fetching once.
            told = cy.run("fetch", "--watch", code=1)
            assert "at work" in told.stderr
            assert len(told.stderr.splitlines()) == 1

            posted = ana.has_posted("After.")
            watch.until(r'\{[^\n]*"new": 1,[^\n]*\}\n(?:.*\n)*?\{[^\n]*"new": 1,[^\n]*\}\n')
            assert cy.objects("timeline")[-1]["reference"] == posted
            watch.signal(signal.SIGTERM)
            assert watch.end() == 0
            assert watch.err == ""
    # With its host away a round fails, is told, and the next one follows.
    with Running([*THIMBL, "fetch", "--watch", "--every", "1"], cy.environ, cwd=cy.home) as watch:
        watch.until(rf"(?:{ana_at}: .*\n){{2}}", lambda it: it.err)
        watch.signal(signal.SIGTERM)
        assert watch.end() == 0
