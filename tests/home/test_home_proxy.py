"""The settings that say which way hosts are asked, and where a plan is pushed to."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.home import settings
from thimbl.home.errors import SettingsError
from thimbl.home.paths import Paths
from thimbl.home.proxy import Proxy, ProxyFault, ProxyFor
from thimbl.home.settings import Settings

TOR = Proxy("127.0.0.1", 9050)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.find({"THIMBL_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("socks5://127.0.0.1:9050", TOR),
        ("socks5h://127.0.0.1:9050/", TOR),
        ("socks5://Proxy.Example", Proxy("proxy.example", 1080)),
        ("socks5://proxy.example:79", Proxy("proxy.example", 79)),
        ("socks5://[::1]:9050", Proxy("[::1]", 9050)),
        ("socks5://ana:s%40%3A@proxy.example", Proxy("proxy.example", 1080, user="ana", password="s@:")),
        ("socks5://ana@proxy.example", Proxy("proxy.example", 1080, user="ana")),
    ],
)
def test_a_proxy(text: str, proxy: Proxy) -> None:
    assert Proxy.parse(text) == proxy
    assert Proxy.parse(str(proxy)) == proxy


@pytest.mark.parametrize(
    "text",
    ["", "127.0.0.1:9050", "http://127.0.0.1:8080", "socks4://h", "socks5://", "socks5://h:0", "socks5://h/path",
     "socks5://[::1", "socks5://a b", "socks5://:secret@h", f"socks5://{'a' * 256}:secret@h"],
)  # fmt: skip
def test_what_is_no_proxy(text: str) -> None:
    """And no message repeats a password."""
    with pytest.raises(ProxyFault) as fault:
        Proxy.parse(text)
    assert "secret" not in str(fault.value)


@given(user=st.text(min_size=1, max_size=60), password=st.text(max_size=60))
def test_any_name_and_password(user: str, password: str) -> None:
    proxy = Proxy("proxy.example", 1080, ProxyFor.ALL, user, password)
    assert Proxy.parse(str(proxy), ProxyFor.ALL) == proxy
    assert "@" not in proxy.hostport


def test_what_is_saved_is_loaded(paths: Paths) -> None:
    made = Settings(proxy=Proxy("[::1]", 79, ProxyFor.ALL, "ana", "p:@/"), private_hosts=True, push="ana@box:~/www")
    settings.save(paths, made)
    assert settings.load(paths, {}) == made


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("proxy: tor", "only SOCKS5"),
        ("proxy: 9050", "proxy must be the address"),
        ("proxy_for: all", "there is no proxy"),
        ("proxy: socks5://h\nproxy_for: some", "onion or all"),
        ("private_hosts: sometimes", "true or false"),
        ("private_hosts: 1", "true or false"),
        ("push: true", "where to push to"),
        ("push: ' '", "where to push to"),
    ],
)
def test_a_slip_is_told(paths: Paths, text: str, why: str) -> None:
    paths.config.parent.mkdir(parents=True, exist_ok=True)
    paths.config.write_text(text + "\n")
    with pytest.raises(SettingsError, match=why):
        settings.load(paths, {})


def test_the_environment_goes_before_the_file(paths: Paths) -> None:
    """Nothing takes the proxy of the file away."""
    settings.save(paths, Settings(proxy=TOR, private_hosts=True))
    other = {"THIMBL_PROXY": "socks5://h:1", "THIMBL_PROXY_FOR": "all", "THIMBL_PRIVATE_HOSTS": "0"}
    found = settings.load(paths, other)
    assert (found.proxy, found.private_hosts) == (Proxy("h", 1, ProxyFor.ALL), False)
    assert settings.load(paths, {"THIMBL_PROXY": ""}).proxy is None
    assert settings.load(paths, {"THIMBL_PRIVATE_HOSTS": ""}).private_hosts
    for wrong in ({"THIMBL_PROXY": "h"}, {"THIMBL_PROXY_FOR": "some"}, {"THIMBL_PRIVATE_HOSTS": "yes"}):
        with pytest.raises(SettingsError, match=next(iter(wrong))):
            settings.load(paths, wrong)
