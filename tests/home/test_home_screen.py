"""The map `tui` of config.yaml: what it may say, and what it is told where it can not be taken."""

import pytest

from thimbl.home import settings
from thimbl.home.errors import SettingsError
from thimbl.home.paths import Paths
from thimbl.home.screen import Motion, Notice, ScreenSettings


@pytest.fixture
def paths(tmp_path) -> Paths:
    return Paths.find({"THIMBL_HOME": str(tmp_path)})


def test_what_it_says_is_read_and_written_again(paths):
    paths.config.write_text(
        "tui:\n  theme: thimbl-contrast\n  motion: none\n  notify: [osc9, bell, osc9]\n"
        "  keys:\n    compose: C\n    view-bonds: 9\n    next-unread: n, ctrl+n\n"
    )
    read = settings.load(paths, {}).tui
    assert read == ScreenSettings(
        theme="thimbl-contrast",
        motion=Motion.NONE,
        notify=(Notice.OSC9, Notice.BELL),
        keys={"compose": "C", "view-bonds": "9", "next-unread": "n, ctrl+n"},
    )
    settings.save(paths, settings.load(paths, {}))
    assert settings.load(paths, {}).tui == read


def test_without_it_nothing_is_written(paths):
    settings.save(paths, settings.Settings())
    assert "tui" not in paths.config.read_text()
    assert settings.load(paths, {}).tui == ScreenSettings()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("[]", "tui must be a map"),
        ("{theme: 3}", "tui: theme must be the name of a theme"),
        ("{theme: ' '}", "tui: theme must be the name of a theme"),
        ("{motion: some}", "tui: motion must be full or none"),
        ("{motion: [none]}", "tui: motion must be full or none"),
        ("{notify: osc8}", "tui: notify must be a list of osc9, osc99, bell"),
        ("{notify: {bell: true}}", "tui: notify must be a list of osc9, osc99, bell"),
        ("{keys: C}", "tui: keys must be a map of names to keys"),
        ("{keys: {compose: ''}}", "tui: keys must be a map of names to keys"),
        ("{keys: {compose: true}}", "tui: keys must be a map of names to keys"),
        ("{colour: none}", "there is no setting 'colour'; there are theme, motion, notify, keys"),
    ],
)
def test_what_it_can_not_say_is_told(paths, said, told):
    paths.config.write_text(f"tui: {said}\n")
    with pytest.raises(SettingsError) as caught:
        settings.load(paths, {})
    assert told in str(caught.value)
