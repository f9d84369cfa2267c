"""Making an account: a key, an empty plan, the settings that name it, and a store that knows whose it is.

- The command line and the terminal UI make one alike, and may say beforehand what will be made.
- Nothing that was there is lost: a key is used as it is, a plan by somebody else's hand is kept beside the new one, and
  a log of the same address goes on where it was, and whom it follows is followed.
- The settings are written last of all that an account needs: whoever is cut off before begins again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from thimbl.core.address import Address
from thimbl.core.keys import PrivateKey
from thimbl.core.plan import Follow, Head, ListDigest, list_digest, plan_from_data
from thimbl.home import following, settings
from thimbl.home.account import Account
from thimbl.home.errors import Refused
from thimbl.home.following import Followed
from thimbl.home.keyfile import make_key
from thimbl.home.paths import Paths
from thimbl.home.planfiles import FOLLOWING_FILE


@dataclass(frozen=True, slots=True)
class Begun:
    """An account that was just made."""

    account: Account
    fingerprint: str
    key: Path | None
    """Where a key was made; None where one was there."""
    kept: Path | None
    """Where the plan is that was there before."""
    taken_up: bool
    """Whether the plan that was there is this account's own, and goes on."""
    follows: int = 0
    """How many are followed because that plan tells so."""


def outlook(account: Account) -> list[str]:
    """What :func:`begin` would make or use, a sentence each. Reads, and changes nothing."""
    paths, path = account.paths, account.key_path
    said = [
        f"A key will be made: {path}. Keep a copy of it where you keep what you can not lose."
        if _lacks_key(account)
        else f"The key that is there will be used: {path}."
    ]
    had_plan = account.files.read_raw() is not None
    if account.files.load().head is not None:
        said.append(f"The plan that is there is a thimbl plan, and goes on where it is: {paths.plan}.")
    else:
        said.append(f"A plan will be made: {paths.plan}. It is what others see who finger you.")
        if had_plan:
            said.append(f"The plan that is there now will be kept: {_aside(paths)}.")
    said.append(f"Your settings will be written: {paths.config}.")
    return said


def begin(account: Account, about: Mapping[str, str]) -> Begun:
    """Make the account whose settings have the address, telling `about` its author.

    Raises `Refused` where there is an account already, and what a key or the disk may raise.
    """
    written = settings.load(account.paths, {})  # and not what the environment says besides
    if written.address is not None:
        raise Refused(f"There is an account here already: {written.address}. Set THIMBL_HOME for another one.")
    made = _lacks_key(account)
    if made:
        make_key(account.key_path, lambda: PrivateKey.from_seed(account.random(32)))
    signer = account.signer()
    had_plan = account.files.read_raw() is not None
    taken_up = account.files.load().head is not None
    account.authoring.describe({key: value for key, value in about.items() if value or not taken_up})
    mine = account.settings
    settings.save(account.paths, replace(written, address=mine.address, key=mine.key, plan=mine.plan))
    follows = _follow_as_told(account) if taken_up else 0
    with account.writer() as writer:
        account.sync_following(writer)
        account.remember_all(writer)
    return Begun(
        account,
        signer.public.fingerprint,
        account.key_path if made else None,
        _aside(account.paths) if had_plan and not taken_up else None,
        taken_up,
        follows,
    )


def for_address(account: Account, address: Address, key: Path | None = None, plan: Path | None = None) -> Account:
    """The account that is to be made: of this address, with a key and a plan elsewhere where they are given."""
    there = account.settings
    made = replace(there, address=address, key=key or there.key, plan=plan or there.plan)
    paths = account.paths.with_plan(made.plan) if made.plan else account.paths
    return replace(account, settings=made, paths=paths)


def _lacks_key(account: Account) -> bool:
    path = account.key_path
    return account.settings.key is None and not path.exists() and not path.with_name(path.name + ".pub").exists()


def _follow_as_told(account: Account) -> int:
    """Follow whom the plan tells, where there is no list of one's own: whoever is followed next would take the place of
    all of them. How many they are."""
    head = account.files.load().head
    if head is None or account.paths.following.exists():
        return 0
    made: dict[str, Followed] = {}
    for one in _told(head, account.paths.archive / FOLLOWING_FILE):
        if one.address != account.settings.address and not one.address.is_web:
            nick = following.free_nick(one.nick or str(one.address), made)
            made[nick] = Followed(nick, one.address)
    following.save(account.paths, made.values())
    return len(made)


def _told(head: Head, listed: Path) -> Sequence[Follow]:
    """The list of a head, or the one behind its digest, in the file `listed`; nobody where that is not it."""
    if not isinstance(head.following, ListDigest):
        return head.following
    try:
        data = {**head.data, "following_list": json.loads(listed.read_text("utf-8"))}
        told = plan_from_data(data).following_list or ()
        return told if list_digest(told)["digest"] == head.following.digest else ()
    except (OSError, ValueError, RecursionError):
        return ()


def _aside(paths: Paths) -> Path:
    """Where `PlanFiles` puts a plan that it did not write."""
    return paths.plan.with_name(paths.plan.name + ".before-thimbl")
