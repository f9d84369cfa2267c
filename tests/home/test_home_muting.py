"""`muted.yaml`: what a person has muted, strictly read, and made equal in the store."""

import os
from pathlib import Path

import pytest

from thimbl.core.address import Address
from thimbl.core.keys import PrivateKey
from thimbl.home import following, muting, settings
from thimbl.home.account import Account
from thimbl.home.errors import Refused, SettingsError
from thimbl.home.following import Followed
from thimbl.home.keyfile import make_key
from thimbl.home.paths import Paths
from thimbl.home.settings import Settings
from thimbl.store.mutes import Mute, MuteKind

NOW = 1_795_000_000
BO = Mute.of(MuteKind.AUTHOR, "bo@mill.example")
FROST = Mute.of(MuteKind.TAG, "#Frost", NOW + 60)
WORDS = Mute.of(MuteKind.WORD, "yes: 'no' # \u00e9")
OLD, NEW = f"SHA256:{'a' * 43}", f"SHA256:{'b' * 43}"


@pytest.fixture
def account(tmp_path: Path) -> Account:
    environ = {"THIMBL_HOME": str(tmp_path)}
    paths = Paths.find(environ)
    settings.save(paths, Settings(address=Address.parse("ana@fields.example")))
    return Account.find(environ, lambda: NOW, os.urandom)


def stored(account: Account) -> tuple[Mute, ...]:
    with account.writer() as writer:
        return writer.mutes()


def test_file_and_store_agree(account: Account) -> None:
    """What is muted again is muted for the new time; what has ended leaves the file."""
    account.mute(BO, FROST, WORDS)
    assert account.mutes() == stored(account) == muting.load(account.paths) == (BO, FROST, WORDS)
    account.mute(Mute.of(MuteKind.TAG, "frost", NOW - 1))
    assert account.mutes() == (BO, WORDS)
    account.unmute(WORDS)
    assert muting.load(account.paths) == stored(account) == (BO,)
    with pytest.raises(Refused, match="not muted: 'thimbl mute' lists"):
        account.unmute(WORDS)
    assert (account.paths.muted.stat().st_mode & 0o777) == 0o600


def test_what_is_changed_by_hand_counts(account: Account) -> None:
    """From the next time on that the person's lists are looked at, as for `following.yaml`; and a store that is made
    anew has it again."""
    account.paths.muted.write_text("muted:\n- word: LEEKS\n  until: 2999-01-01T00:00:00Z\n")
    with account.writer() as writer:
        account.sync_following(writer)
        assert [mute.what for mute in writer.mutes()] == ["leeks"]


@pytest.mark.parametrize(
    "text",
    [
        "muted: x",
        "mutes: []",
        "muted:\n- frost",
        "muted:\n- word: x\n  untill: 2999-01-01T00:00:00Z",
        "muted:\n- word: x\n  until: tomorrow",
        "muted:\n- word: x\n  tag: y",
        "muted:\n- author: nobody",
        "muted:\n- word: x\n- word: X",
        "muted:\n- until: 2999-01-01T00:00:00Z",
        "[",
    ],
)
def test_a_crooked_file_is_said(account: Account, text: str) -> None:
    """In one line that names the file; and it is not written over."""
    account.paths.muted.write_text(text)
    for deed in (account.mutes, lambda: account.mute(BO)):
        with pytest.raises(SettingsError, match=r"muted\.yaml") as caught:
            deed()
        assert "\n" not in str(caught.value)
    assert account.paths.muted.read_text() == text


def test_there_is_an_end_to_it(account: Account) -> None:
    """The bound is told before anything is written."""
    account.mute(*(Mute.of(MuteKind.WORD, f"w{number}") for number in range(muting.MAX_MUTES)))
    with pytest.raises(Refused, match="take some back"):
        account.mute(BO)
    assert len(account.mutes()) == muting.MAX_MUTES


def test_pinning(account: Account) -> None:
    """Of somebody who is followed in the person's file too, so that a new store knows it; of others in the store."""
    make_key(account.paths.key, lambda: PrivateKey.from_seed(bytes(32)))
    bo, cy = Address.parse("bo@mill.example"), Address.parse("cy@mill.example")
    account.follow(Followed("bo", bo, private=True, fingerprint=OLD))
    account.pin(bo, NEW)
    account.pin(cy, OLD)
    with account.writer() as writer:
        assert [author.key for who in (bo, cy) if (author := writer.author(who))] == [NEW, OLD]
    assert following.load(account.paths) == (Followed("bo", bo, private=True, fingerprint=NEW),)
