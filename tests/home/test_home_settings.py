"""Paths, settings, the list of followed people, and drafts."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.address import Address
from thimbl.core.plan import Follow
from thimbl.home import following, settings
from thimbl.home.drafts import Drafts
from thimbl.home.errors import Refused, SettingsError
from thimbl.home.following import Followed
from thimbl.home.paths import Paths, archive_of
from thimbl.home.settings import MIN_WINDOW, Settings

ANA = Address.parse("ana@fields.example")
BO = Address.parse("bo@dairy.example")
PIN = "SHA256:" + "A" * 43


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.find({"THIMBL_HOME": str(tmp_path)})


def test_a_file_that_can_not_be_opened_is_told_in_words(paths):
    """A daemon whose settings belong to root meets this: what is wrong, and no number or path twice."""
    readers = {paths.config: lambda: settings.load(paths, {}), paths.following: lambda: following.load(paths)}
    for path, load in readers.items():
        path.mkdir()
        with pytest.raises(SettingsError) as fault:
            load()
        assert str(fault.value) == f"{path} can not be read (Is a directory): look whose it is, and who may read it."


# paths


def test_the_places_of_xdg():
    paths = Paths.find({"HOME": "/home/ana"})
    assert paths.plan == Path("/home/ana/.plan")
    assert paths.archive == Path("/home/ana/.plan.d")
    assert paths.config == Path("/home/ana/.config/thimbl/config.yaml")
    assert paths.key.parent == paths.following.parent == paths.config.parent
    assert paths.store.parent == paths.drafts.parent == Path("/home/ana/.local/share/thimbl")
    moved = Paths.find({"HOME": "/home/ana", "XDG_CONFIG_HOME": "/etc/x", "XDG_DATA_HOME": "/var/x"})
    assert (moved.config, moved.store) == (Path("/etc/x/thimbl/config.yaml"), Path("/var/x/thimbl/store.sqlite3"))
    assert moved.plan == Path("/home/ana/.plan")
    for invalid in ("", "relative/path"):  # the specification says to ignore these
        assert Paths.find({"HOME": "/home/ana", "XDG_CONFIG_HOME": invalid, "XDG_DATA_HOME": invalid}) == paths


def test_one_folder_for_everything(tmp_path, monkeypatch):
    environ = {"THIMBL_HOME": str(tmp_path), "HOME": "/home/ana", "XDG_CONFIG_HOME": "/etc/x"}
    paths = Paths.find(environ)
    files = [paths.config, paths.key, paths.following, paths.store, paths.plan, paths.drafts, paths.lock, paths.archive]
    assert {path.parent for path in files} == {tmp_path}
    monkeypatch.chdir(tmp_path)
    assert Paths.find({"THIMBL_HOME": "here"}).plan == tmp_path / "here" / ".plan"
    assert Paths.find({"THIMBL_HOME": "", "HOME": "/home/ana"}).plan == Path("/home/ana/.plan")
    with pytest.raises(SettingsError, match="THIMBL_HOME"):
        Paths.find({"THIMBL_HOME": "~nobody-of-this-name/x"})


def test_a_plan_elsewhere_has_its_archive_beside_it(paths):
    spool = paths.with_plan(Path("/var/spool/ana.plan"))
    assert spool.archive == archive_of(spool.plan) == Path("/var/spool/ana.plan.d")
    assert spool.store == paths.store


# settings


def test_no_file_means_the_defaults(paths):
    assert settings.load(paths, {}) == Settings()


def test_what_is_saved_is_loaded(paths):
    made = Settings(ANA, Path("/k/my key"), Path("/p/ana.plan"), 20_000, {("a.example", 79): ("127.0.0.1", 7979)})
    settings.save(paths, made)
    assert settings.load(paths, {}) == made
    assert stat.S_IMODE(paths.config.stat().st_mode) == 0o600
    settings.save(paths, Settings())
    assert settings.load(paths, {}) == Settings()
    with pytest.raises(SettingsError, match="Unicode"):
        settings.save(paths, Settings(key=Path(os.fsdecode(b"/k/\xff"))))


def test_paths_are_relative_to_the_file_and_know_homes(paths, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ana")
    paths.config.write_text("key: keys/ana\nplan: ~/public/.plan\n")
    found = settings.load(paths, {})
    assert found.key == paths.config.parent / "keys" / "ana"
    assert found.plan == Path("/home/ana/public/.plan")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("adress: ana@fields.example", "no setting 'adress'.*address"),
        ("address: ana", "address"),
        ("address: 3", "address must be"),
        ("address: true", "address must be"),
        ("key: 3", "key must be a path"),
        ("key: ''", "key must be a path"),
        ("key: []", "key must be a path"),
        ('key: "a\\0b"', "key must be a path"),
        ("plan: ~nobody-of-this-name/x", "plan: .*~nobody-of-this-name"),
        ("window: many", "window must be a number"),
        ("window: true", "window must be a number"),
        (f"window: {MIN_WINDOW - 1}", f"window must lie between {MIN_WINDOW} and"),
        (f"window: {1024 * 1024 + 1}", "window must lie"),
        ("window: -1", "window must lie"),
        ("window: 1.5", "line 1"),
        ("address:", "line 1"),
        ("address: a@b.example\naddress: c@d.example", "line 2"),
        ("routes: a=b", "routes must be a list"),
        ("routes: {}", "routes must be a list"),
        ("routes:\n- a.example", "routes: 'a.example' is no route"),
        ("routes:\n- a.example=b.example:0", "routes: .* is no route"),
        ("routes:\n- a: b.example", "routes: .* is no route"),
        ("routes:\n- 3", "routes: '3' is no route"),
        ("words", "not a map"),
        ("", "empty"),
    ],
)
def test_a_misuse_is_named_with_its_file(paths, text, names):
    paths.config.write_text(text + "\n")
    with pytest.raises(SettingsError, match=names) as caught:
        settings.load(paths, {})
    assert str(paths.config) in str(caught.value)


def test_bounds_of_the_window_are_allowed(paths):
    for size in (MIN_WINDOW, 1024 * 1024):
        paths.config.write_text(f"window: {size}\n")
        assert settings.load(paths, {}).window == size


def test_bytes_and_folders_in_place_of_settings(paths):
    paths.config.write_bytes(b"address: \xff\n")
    with pytest.raises(SettingsError, match="UTF-8"):
        settings.load(paths, {})
    paths.config.unlink()
    paths.config.mkdir()
    with pytest.raises(SettingsError, match=r"config\.yaml"):
        settings.load(paths, {})


def test_routes_of_the_environment_come_first(paths):
    paths.config.write_text("routes:\n- a.example=127.0.0.1:1\n- b.example:7979=127.0.0.1:2\n")
    found = settings.load(paths, {"THIMBL_ROUTES": "a.example=127.0.0.2:3, c.example=[::1]:4"})
    assert found.route("a.example", 79) == ("127.0.0.2", 3)
    assert found.route("b.example", 7979) == ("127.0.0.1", 2)
    assert found.route("b.example", 79) == ("b.example", 79)
    assert found.route("c.example", 79)[1] == 4
    assert settings.load(paths, {"THIMBL_ROUTES": ""}).route("a.example", 79) == ("127.0.0.1", 1)
    for wrong in ("a.example", "=", "a.example=b:99999", "a=b=c"):
        with pytest.raises(SettingsError, match="THIMBL_ROUTES"):
            settings.load(paths, {"THIMBL_ROUTES": wrong})


# following


def test_following_is_saved_and_loaded(paths):
    assert following.load(paths) == ()
    bo = Followed("bo", BO, private=True, fingerprint=PIN)
    following.add(paths, Followed("ana", ANA))
    assert following.add(paths, bo) == following.load(paths) == (Followed("ana", ANA), bo)
    assert stat.S_IMODE(paths.following.stat().st_mode) == 0o600
    assert following.public(following.load(paths)) == (Follow("ana", ANA),)
    following.add(paths, Followed("anna", ANA))
    assert [one.nick for one in following.load(paths)] == ["anna", "bo"]
    with pytest.raises(Refused, match="give another name"):
        following.add(paths, Followed("bo", ANA))
    with pytest.raises(Refused, match=r"Unicode.*another name"):
        following.add(paths, Followed("\udcff", ANA))
    assert following.remove(paths, ANA) == (bo,)
    # A second `follow` changes what it names, and tells nobody of what was private.
    assert following.wished([bo], BO, "bobby") == Followed("bobby", BO, True, PIN)
    assert following.wished([bo], BO, private=False) == Followed("bo", BO, False, PIN)
    assert following.wished([bo], ANA) == Followed("ana", ANA)
    with pytest.raises(Refused, match="do not follow"):
        following.remove(paths, ANA)


def test_the_public_part_is_replaced_and_the_private_stays(paths):
    cy = Address.parse("cy@fields.example")
    following.save(paths, [Followed("ana", ANA, fingerprint=PIN), Followed("bo", BO, private=True)])
    made = following.with_public(paths, [Follow("cy", cy), Follow("anna", ANA)])
    assert made == (Followed("cy", cy), Followed("anna", ANA, fingerprint=PIN), Followed("bo", BO, private=True))
    assert following.load(paths) == made


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("following: []\nfollows: []", "nothing beside"),
        ("following: x", "must be a list"),
        ("following:\n- x", "follow 1 must have"),
        ("following:\n- nick: x", "follow 1 must have"),
        ("following:\n- nick: ''\n  address: a@b.example", "follow 1 must have"),
        ("following:\n- nick: x\n  address: nobody", "follow 1: "),
        ("following:\n- nick: x\n  address: a@b.example\n  fingerprint: MD5", "fingerprint"),
        ("following:\n- nick: x\n  address: a@b.example\n  private: yes", "private must be true or false"),
        ("following:\n- nick: x\n  address: a@b.example\n  privat: true", "has 'privat'"),
        ("following:\n- nick: x\n  address: a@b.example\n- nick: y\n  address: a@B.example:79", "twice"),
        ("following:\n  - nick: [", "line"),
    ],
)
def test_a_misuse_of_following_publishes_nobody(paths, text, names):
    paths.following.write_text(text + "\n")
    with pytest.raises(SettingsError, match=names) as caught:
        following.load(paths)
    assert str(paths.following) in str(caught.value)


# drafts


@given(name=st.text(max_size=40), text=st.text(st.characters(exclude_characters="\r"), max_size=200))
def test_a_draft_survives_whatever_its_text_and_name(tmp_path_factory, name, text):
    drafts = Drafts(tmp_path_factory.getbasetemp() / "drafts")
    path = drafts.save(name, text)
    assert path.parent == drafts.folder
    assert drafts.load(name) == text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    drafts.drop(name)
    drafts.drop(name)
    assert drafts.load(name) == ""


def test_drafts_are_secret_and_keep_the_bytes_of_the_terminal(tmp_path):
    drafts = Drafts(tmp_path / "drafts")
    path = drafts.save("reply-ic6w2m", os.fsdecode(b"caf\xe9"))
    assert path.name == "reply-ic6w2m.txt"
    assert path.read_bytes() == b"caf\xe9"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert drafts.path("../../etc/passwd").parent == drafts.folder
    assert drafts.save("post", "one\r\ntwo").exists()
    assert drafts.load("post") == "one\ntwo"
