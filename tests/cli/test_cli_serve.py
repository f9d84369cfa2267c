"""The options of `thimbl serve` go before its settings, and are read as strictly."""

from pathlib import Path
from typing import Any

import click
import pytest

from thimbl.cli.serve import merged, serve
from thimbl.home.serving import LogChoice, ServeSettings

SETTINGS = ServeSettings(
    listen=("tcp:79",),
    spool=Path("/var/spool/thimbl"),
    aliases={"postmaster": "ana", "staff": "bo"},
    message=Path("/etc/motd"),
    mirror=("@mill.example",),
    workers=2,
    log=LogChoice.OFF,
)


def options(**given: Any) -> dict[str, Any]:
    """What click gives: all options, those that were not given as nothing."""
    command = serve
    assert isinstance(command, click.Command)
    ours = {param.name for param in command.params} - {"stdio", "units"}
    assert ours >= given.keys()
    flags = {param.name for param in command.params if isinstance(param, click.Option) and param.is_flag}
    several = {param.name for param in command.params if isinstance(param, click.Option) and param.multiple}
    nothing = {name: False if name in flags else () if name in several else None for name in ours if name}
    return nothing | given


def test_without_options_the_settings_stand() -> None:
    assert merged(SETTINGS, options()) == SETTINGS
    assert merged(ServeSettings(), options()) == ServeSettings()


def test_each_option_goes_before_its_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    found = merged(
        SETTINGS,
        options(
            listen=("tcp:7979", "unix:/run/finger"),
            spool=Path("spool"),
            min_uid=500,
            aliases=("postmaster=cy", "news=bo"),
            message=Path("message"),
            mirror=("ana@Fields.example",),
            poll=True,
            people=True,
            workers=4,
            user="thimbl",
            group="daemon",
            connections=9,
            connections_per_address=3,
            queries_per_minute=60,
            log="peers",
            metrics="tcp:9479",
            http=("tcp:8080", "unix:/run/http"),
            url="https://fields.example/",
        ),
    )
    assert found == ServeSettings(
        listen=("tcp:7979", "unix:/run/finger"),
        spool=tmp_path / "spool",
        min_uid=500,
        aliases={"postmaster": "cy", "staff": "bo", "news": "bo"},
        message=tmp_path / "message",
        mirror=("ana@fields.example",),
        poll=True,
        people=True,
        workers=4,
        user="thimbl",
        group="daemon",
        connections=9,
        connections_per_address=3,
        queries_per_minute=60,
        log=LogChoice.PEERS,
        metrics="tcp:9479",
        http=("tcp:8080", "unix:/run/http"),
        url="https://fields.example",
    )


def test_homes_in_place_of_the_spool_of_the_settings() -> None:
    found = merged(SETTINGS, options(homes=True))
    assert (found.homes, found.spool) == (True, None)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"workers": 0}, "workers must be a number from 1 to 64"),
        ({"connections": -1}, "connections must be a number"),
        ({"aliases": ("postmaster",)}, "write NAME=ACCOUNT"),
        ({"mirror": ("mill.example",)}, "neither an address nor @HOST"),
        ({"listen": ("",)}, "listen must be"),
        ({"url": "fields.example"}, "url must be where the pages are"),
    ],
)
def test_a_mistake_is_one_of_usage(given: dict[str, Any], told: str) -> None:
    with pytest.raises(click.UsageError, match=told):
        merged(SETTINGS, options(**given))
