"""`docs/tour.md`, gone from `thimbl demo` with the keys that it names, each of which its screens show."""

from pathlib import Path

import pytest

from tests.end_to_end.stage import demonstration, environment
from tests.end_to_end.tmux import Tmux
from tests.end_to_end.tour import PAGE, TourError, alike, go, shows, steps


def test_the_tour_is_as_it_is_told(tmp_path: Path) -> None:
    """Every screen, from what is new to why a dividend was what it was."""
    way = list(steps(PAGE.read_text(encoding="utf-8")))
    assert [step.action for step in way if step.action][-1] == "v"
    tmux = Tmux(demonstration(), environment(tmp_path, TMPDIR=str(tmp_path)))
    try:
        assert [step for step, _ in go(tmux, way, anew=False)] == way
    finally:
        tmux.close()


def test_a_key_that_no_screen_shows_is_no_way() -> None:
    """It stands as a word beside what it does; within a word, or alone at the end, it is none."""
    foot = " c Compose  ^s Send  ↓ Next [4 Commune] 5 Following"
    assert all(shows(foot, key) for key in ("c", "^s", "↓", "4", "5"))
    assert not any(shows(foot, key) for key in ("C", "s", "o", "Following", "1"))


def test_what_is_pressed_and_typed_is_read_off_the_page() -> None:
    """In order, as often as it says, each text with the screen after it."""
    found = list(steps("```screen\na\n```\nPress `x` 2 times, and type `y z`.\n```screen\nb\nc\n```\n"))
    assert [(step.action, step.typed, step.screen) for step in found] == [
        ("", False, ("a",)),
        ("x", False, None),
        ("x", False, None),
        ("y z", True, ("b", "c")),
    ]
    with pytest.raises(TourError, match=r"^1: a screen has to follow"):
        list(steps("Press `x`."))


def test_what_differs_between_two_days_is_alike() -> None:
    """And nothing else."""
    one = " 6h · 2026-11-22 04:10:10 +0000   #v6iv5ubu\n key  SHA256:HwZTn/h6VBIkPD8ShCDLiDWA2Cqtvo\n"
    other = " 12min · 2027-01-02 14:10:59 +0000 #abcdefgh\n key SHA256:KPXNAkYAK9032qaiu\n\n\n"
    assert alike(one) == alike(other)
    assert alike("100.00 EUR") != alike("100.01 EUR")
