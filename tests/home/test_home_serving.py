"""The map `serve` of config.yaml: what it may say, and how each mistake is told."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.home import settings
from thimbl.home.errors import SettingsError
from thimbl.home.paths import Paths
from thimbl.home.serving import (
    MAX_CONNECTIONS,
    MAX_RATE,
    MAX_WORKERS,
    LogChoice,
    ServeSettings,
    alias,
    mirrored,
    read_serving,
    serving_data,
)
from thimbl.home.settings import Settings

FOLDER = Path("/etc/thimbl")

# What a person types; YAML and files hold no NUL.
words = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc", "Z"]), min_size=1)
counts = st.one_of(st.none(), st.integers(1, MAX_CONNECTIONS))
whole = st.builds(
    ServeSettings,
    listen=st.lists(words, max_size=3).map(tuple),
    spool=st.none() | words.map(lambda word: FOLDER / "x" / f"s{word.replace('/', '')}"),
    min_uid=st.integers(1, 2**31),
    aliases=st.dictionaries(words, words, max_size=3),
    people=st.booleans(),
    mirror=st.lists(st.sampled_from(["@mill.example", "@mill.example:7979", "ana@fields.example"])).map(tuple),
    poll=st.booleans(),
    workers=st.integers(1, MAX_WORKERS),
    user=words,
    metrics=words,
    log=st.sampled_from(LogChoice),
    connections=counts,
    connections_per_address=counts,
    queries_per_minute=st.none() | st.integers(1, MAX_RATE),
    http=st.lists(words, max_size=3).map(tuple),
    url=st.sampled_from(["", "https://fields.example", "http://[::1]:8080"]),
)


@given(whole)
def test_what_was_read_is_written_and_read_again(serve):
    assert read_serving(serving_data(serve), "serve", FOLDER) == serve


def test_a_file_as_an_administrator_writes_it(tmp_path):
    paths = Paths.find({"THIMBL_HOME": str(tmp_path)})
    paths.config.write_text(
        "serve:\n"
        "  listen: dual:79\n"
        "  spool: spool\n"
        "  message: ~/message\n"
        "  aliases:\n"
        "    postmaster: ana\n"
        "  mirror: ['@Mill.Example', bo@dairy.example]\n"
        "  workers: 2\n"
        "  user: 1234\n"
        "  log: off\n",
        encoding="utf-8",
    )
    serve = settings.load(paths, {}).serve
    assert serve == ServeSettings(
        listen=("dual:79",),
        spool=tmp_path / "spool",
        message=Path.home() / "message",
        aliases={"postmaster": "ana"},
        mirror=("@mill.example", "bo@dairy.example"),
        workers=2,
        user="1234",
        log=LogChoice.OFF,
    )
    # What `init` writes back is the same.
    settings.save(paths, Settings(serving=serve))
    assert settings.load(paths, {}).serve == serve


def test_nothing_said_is_the_default():
    assert read_serving(None, "serve", FOLDER) == read_serving({}, "serve", FOLDER) == ServeSettings()
    assert serving_data(ServeSettings()) == {}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "serve must be a map"),
        ({"alises": {}}, "there is no setting 'alises'; there are listen, spool, homes, min_uid, aliases, message"),
        ({"listen": 79}, "listen must be a text, or a list of texts"),
        ({"listen": ["tcp:79", ""]}, "listen must be"),
        ({"homes": "yes"}, "homes must be true or false"),
        ({"people": 1}, "people must be true or false"),
        ({"min_uid": 0}, "min_uid must be a number from 1 to"),
        ({"workers": True}, "workers must be a number from 1 to 64"),
        ({"workers": 65}, "workers must be a number from 1 to 64"),
        ({"connections": 0}, "connections must be a number from 1 to"),
        ({"connections_per_address": "4"}, "connections_per_address must be a number"),
        ({"queries_per_minute": -1}, "queries_per_minute must be a number"),
        ({"spool": ""}, "spool must be a path"),
        ({"spool": "a\0b"}, "spool must be a path"),
        ({"message": "~nobody-of-this-name/x"}, "message: nobody's home is '~nobody-of-this-name'"),
        ({"aliases": ["a"]}, "aliases must be a map of names to accounts"),
        ({"aliases": {"a": 1}}, "aliases must be a map of names to accounts"),
        ({"aliases": {"": "a"}}, "aliases must be a map of names to accounts"),
        ({"mirror": "mill.example"}, "mirror: 'mill.example' is neither an address nor @HOST"),
        ({"mirror": ["@"]}, "mirror: '@' is neither"),
        ({"user": ["x"]}, "user must be the name of one here"),
        ({"metrics": 9479}, "metrics must be a text"),
        ({"log": "all"}, "log must be off or queries or peers"),
        ({"http": 8080}, "http must be a text, or a list of texts"),
        ({"url": "fields.example"}, "url must be where the pages are for others, such as https://fields.example"),
        ({"url": "https://fields.example/thimbl"}, "without a path"),
        ({"url": "ftp://fields.example"}, "url must be"),
        ({"spool": "x", "homes": True}, "spool and homes exclude each other"),
    ],
)
def test_each_mistake_names_its_key(data: Any, told: str):
    with pytest.raises(SettingsError) as caught:
        read_serving(data, "/etc/thimbl/config.yaml: serve", FOLDER)
    assert str(caught.value).startswith("/etc/thimbl/config.yaml: serve")
    assert told in str(caught.value)
    assert str(caught.value).endswith(".")


def test_options_say_the_same():
    assert alias(" postmaster = ana ", "--alias") == ("postmaster", "ana")
    assert mirrored("ana@fields.example:79", "--mirror") == "ana@fields.example"
    for wrong in ("postmaster", "=ana", "postmaster=", ""):
        with pytest.raises(SettingsError, match="NAME=ACCOUNT"):
            alias(wrong, "--alias")
