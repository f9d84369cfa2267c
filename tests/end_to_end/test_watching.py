"""`thimbl fetch --watch`: each on a schedule of their own, one watch for an account, until it is told to stop."""

import json
import signal
from pathlib import Path

from tests.end_to_end.stage import THIMBL, Person, Running, serving
from tests.support.warm import warm_thimbl


def test_a_watch_brings_what_is_new(tmp_path: Path) -> None:
    """What was posted after it began is fetched; whom one follows since is asked within seconds; SIGTERM ends it with
    0. A watch whose host is away says so once, and once that it is back."""
    ana, bo, cy = Person(tmp_path / "ana"), Person(tmp_path / "bo"), Person(tmp_path / "cy")
    spool = tmp_path / "spool"
    spool.mkdir()
    with serving(Person(tmp_path / "host"), "--spool", str(spool)) as daemon:
        port = daemon.port
        ana_at, bo_at = f"ana@127.0.0.1:{port}", f"bo@127.0.0.1:{port}"
        ana.settle(ana_at, spool / "ana.plan").has_posted("Before.")
        bo.settle(bo_at, spool / "bo.plan").has_posted("I am Bo.")
        cy.settle("cy@mill.example")
        following = cy.home / "following.yaml"
        following.write_text(f"following:\n- nick: ana\n  address: {ana_at}\n", encoding="utf-8")
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

            following.write_text(f"{following.read_text()}- nick: bo\n  address: {bo_at}\n", encoding="utf-8")
            watch.until(rf'\{{"address": "{bo_at}", "verdict": "verified"')
            watch.signal(signal.SIGTERM)
            assert watch.end() == 0
            assert watch.err == ""
    with Running([str(warm_thimbl()), "fetch", "--watch", "--every", "1"], cy.environ, cwd=cy.home) as watch:
        watch.until(r"(ana|bo)@127.*nothing listens for Finger there.*\n", lambda it: it.err)
        with serving(Person(tmp_path / "host"), "--spool", str(spool), listen=[f"tcp:{port}:interface=127.0.0.1"]):
            watch.until(rf"127\.0\.0\.1:{port} answers again\.\n", lambda it: it.err)
            ana.has_posted("Once more.")
            watch.until(rf"{ana_at}: 1 new\.\n", lambda it: it.err)
        watch.signal(signal.SIGTERM)
        assert watch.end() == 0
        assert watch.err.count("nothing listens") <= 2  # and of the daemon's end, perhaps


def test_the_usual_schedule_is_kept_from_one_run_to_the_next(tmp_path: Path) -> None:
    """Two minutes at least lie between two askings, whichever run they are of; a fetch by hand asks all the same, and
    counts."""
    ana, cy = Person(tmp_path / "ana"), Person(tmp_path / "cy")
    (tmp_path / "spool").mkdir()
    with serving(Person(tmp_path / "host"), "--spool", str(tmp_path / "spool")) as daemon:
        ana_at = f"ana@127.0.0.1:{daemon.port}"
        ana.settle(ana_at, tmp_path / "spool" / "ana.plan").has_posted("Before.")
        cy.settle("cy@mill.example")
        (cy.home / "following.yaml").write_text(f"following:\n- nick: ana\n  address: {ana_at}\n", encoding="utf-8")
        with Running([str(warm_thimbl()), "fetch", "--watch"], cy.environ, cwd=cy.home) as watch:
            watch.until(rf"{ana_at}: 1 new\.\n", lambda it: it.err)
            watch.signal(signal.SIGINT)
            assert watch.end() == 0
        with cy.account.writer() as store:
            author = store.author(ana.account.address)
        assert author is not None
        assert author.due is not None
        assert author.asked is not None
        assert 120 <= author.due - author.asked <= 140
        assert cy.objects("fetch")[0]["unchanged"]
        with cy.account.writer() as store:
            again = store.author(ana.account.address)
        assert again is not None
        assert again.due is not None
        assert again.asked is not None
        assert (again.asked >= author.asked, again.due >= again.asked + 120) == (True, True)
