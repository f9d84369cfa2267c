"""The Python API: what the commands do, for programs (docs/api.md). `import thimbl` has these names.

- Whatever is read is a frozen value, and a text in it is its author's own: make it safe before it is shown somewhere.
- Nothing here asks anybody over the network but :meth:`Home.fetch`, which runs `thimbl fetch`: a reactor runs once in
  the life of a process, and that is the caller's to decide.
- The functions that need no account are `thimbl.home.checks`.
- What can go wrong with one's own files is a `HomeError`, with the store a `StoreError`; both say what to do next. What
  somebody else has published is never an exception, but a verdict or a finding.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from thimbl.core.address import Address, Reference
from thimbl.core.log import Verdict
from thimbl.core.web import FeedUrl, looks_like_url
from thimbl.home.checks import NotFound, as_address, audit_of, ledger_of, the_one
from thimbl.home.errors import HomeError
from thimbl.store.errors import StoreMissing
from thimbl.store.reader import Reader
from thimbl.store.types import Author, Item, Selection, ThreadItem, View

if TYPE_CHECKING:
    from thimbl.core.commune.study import Study
    from thimbl.home.account import Account
    from thimbl.home.desks.writing import WritingDesk

NEWEST: Final = 50
"""Items of a list, unless the caller says otherwise: all that are here may be a hundred thousand."""

Passphrase = Callable[[str], str]
"""Asks for the passphrase of a key, whose path it is told."""


class FetchFailed(HomeError):
    """Nobody could be asked: the message says why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking somebody."""

    address: Address
    verdict: Verdict | None
    """On what came; None where no plan did."""
    failure: str | None
    """Why no plan came; None where one did."""
    new: int
    """How many records are new."""


def open(home: str | os.PathLike[str] | None = None, *, passphrase: Passphrase | None = None) -> "Home":
    """The account, settings and store of whoever runs the program; or those in the folder `home`, as by THIMBL_HOME.

    Nothing is read yet. `passphrase` is asked where a key needs one. Raises `HomeError` where there is no home folder.
    """
    environ: Mapping[str, str] = os.environ
    if home is not None:
        environ = {**environ, "THIMBL_HOME": str(Path(home).expanduser().absolute())}
    return Home(environ, passphrase)


class Home:
    """One person's account and what their node has fetched. A context manager, used by one thread at a time."""

    def __init__(self, environ: Mapping[str, str], passphrase: Passphrase | None = None) -> None:
        """`environ` is that of a process; `open` makes it."""
        from thimbl.home.paths import Paths

        self._environ, self._ask = environ, passphrase
        self._store = Paths.find(environ).store
        self._opened: Reader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store. Whatever is called afterwards opens it again."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    # reading

    @property
    def address(self) -> Address:
        """One's own. Raises `HomeError` where there is no account."""
        return self._account.address

    def timeline(
        self,
        limit: int | None = NEWEST,
        *,
        since: int | None = None,
        until: int | None = None,
        unread: bool = False,
        everyone: bool = False,
    ) -> list[Item]:
        """What those one follows, and oneself, have written, the newest first; or `everyone` whose posts are here.

        `since` (from then on) and `until` (before then) are in Unix seconds; a `limit` of None is none.
        """
        view = View.EVERYONE if everyone else View.FOLLOWED
        return self._items(Selection(view, unread=unread, since=since, until=until), limit)

    def mentions(self, limit: int | None = NEWEST, *, unread: bool = False) -> list[Item]:
        """What names or answers oneself, the newest first."""
        return self._items(Selection(View.MENTIONS, unread=unread), limit)

    def search(self, words: str, limit: int | None = NEWEST) -> list[Item]:
        """Posts with all of these words, and tags where they begin with ``#``, the newest first."""
        return self._items(Selection(View.SEARCH, words=words), limit)

    def posts(self, who: str | Address, limit: int | None = NEWEST) -> list[Item]:
        """What somebody wrote, the newest first: by address, or by one's own name for them. Raises `NotFound`."""
        return self._items(Selection(View.AUTHOR, author=self._who(who)), limit)

    def item(self, reference: str | Reference) -> Item:
        """The record of an ``address#id``, or of the beginning of an id. Raises `NotFound` where there is none, or
        several begin so."""
        found = self._reader.find(str(reference)) if self._reader is not None else []
        if len(found) != 1:
            what = "No record" if not found else f"More than one record ({', '.join(item.id[:16] for item in found)})"
            raise NotFound(f"{what} here is called {str(reference)[:80]!r}.")
        return found[0]

    def thread(self, reference: str | Reference) -> list[ThreadItem]:
        """The whole conversation that a record stands in, in reading order. Raises `NotFound`."""
        item = self.item(reference)
        return [] if self._reader is None else self._reader.thread(item.reference)

    def author(self, who: str | Address) -> Author:
        """Somebody, with the verdict on their newest answer and the fingerprint of their key. Raises `NotFound`."""
        address = self._who(who)
        found = None if self._reader is None else self._reader.author(address)
        if found is None:
            raise NotFound(f"Nothing by {address} is here.")
        return found

    def following(self) -> list[Author]:
        """Whom one follows."""
        return [] if self._reader is None else self._reader.authors()

    def ledger(self, commune: str | Address | None = None) -> dict[str, Any]:
        """What a commune's records come to: the object of `thimbl ledger --json`. Raises `NotFound` where it is not
        here, or several are and none is named."""
        return ledger_of(self._commune(commune))

    def audit(self, commune: str | Address | None = None) -> list[dict[str, Any]]:
        """What does not follow from a commune's records: the objects of `thimbl audit --json`. Raises `NotFound`."""
        return audit_of(self._commune(commune))

    # writing

    def post(
        self, text: str, *, subject: str | None = None, lang: str | None = None, licence: str | None = None
    ) -> Reference:
        """Sign and publish a post: it is on disk, and in the plan, when this returns.

        `subject` is a warning to fold it under; `lang` such as ``en``; `licence` an SPDX identifier. Raises
        `HomeError`, or `ValueError` for a licence that is none: nothing was published then.
        """
        from thimbl.core.licences import parse_licence

        fields = {"subject": subject, "lang": lang, "license": parse_licence(licence) if licence else None}
        authoring = self._account.authoring
        return self._writing.remember(authoring.post(text, **{key: value for key, value in fields.items() if value}))

    def reply(self, to: str | Reference | Item, text: str) -> Reference:
        """Sign and publish an answer. Raises `NotFound` and `HomeError`."""
        return self._writing.reply(to if isinstance(to, Item) else self.item(to), text)

    def edit(self, reference: str | Reference, text: str) -> Reference:
        """Publish what readers are to see instead of a post of one's own. Raises `NotFound` and `HomeError`."""
        return self._writing.remember(self._account.authoring.edit(self._own(reference), text))

    def retract(self, reference: str | Reference) -> Reference:
        """Take a post of one's own back. Raises `NotFound` and `HomeError`."""
        return self._writing.remember(self._account.authoring.retract(self._own(reference)))

    def mark_read(self, *items: Item, read: bool = True) -> None:
        """Mark items as read, or as unread."""
        with self._account.writer() as writer:
            writer.mark([item.rowid for item in items], read)

    # people

    def follow(
        self,
        address: str | Address,
        nick: str | None = None,
        *,
        private: bool | None = None,
        fingerprint: str | None = None,
    ) -> None:
        """Follow somebody, or change how: by address, or a feed of the web by its URL. It asks nobody: `fetch` does.

        `fingerprint` is of their key, if they told it: no other is taken then. A feed has none, and is always private.
        Raises `HomeError`, and for what is no address `AddressError` or another `ValueError`.
        """
        from thimbl.home import following

        account, have = self._account, following.load(self._account.paths)
        if isinstance(address, str) and looks_like_url(address):
            account.follow(following.wished_feed(have, FeedUrl.parse(address), nick))
            return
        who = as_address(address)
        following.check(who, account.settings.address)
        account.follow(following.wished(have, who, nick, private, fingerprint), compared=fingerprint is not None)

    def unfollow(self, who: str | Address) -> None:
        """Follow somebody no longer; what was fetched stays. Raises `NotFound` and `HomeError`."""
        self._account.unfollow(self._who(who))

    def fetch(self, *who: str | Address) -> list[Outcome]:
        """Ask these what is new, or all whom one follows, and take it into the store. It waits until all have answered.

        Raises `FetchFailed` where nobody could be asked at all; a host that does not answer is an `Outcome`.
        """
        import json
        import subprocess
        import sys

        argv = [sys.executable, "-m", "thimbl", "fetch", "--json", *map(str, who)]
        # What somebody has set for the command is not meant for this.
        environ = {key: value for key, value in self._environ.items() if not key.startswith("THIMBL_FETCH_")}
        done = subprocess.run(argv, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode not in (0, _PARTLY):
            raise FetchFailed(done.stderr.strip().removeprefix("thimbl: ") or "'thimbl fetch' was ended.")
        return [_outcome(json.loads(line)) for line in done.stdout.splitlines()]

    # how

    @cached_property
    def _account(self) -> "Account":
        from thimbl.home.account import Account

        return Account.find(self._environ, time.time, os.urandom, self._ask)

    @property
    def _writing(self) -> "WritingDesk":
        from thimbl.home.desks.writing import WritingDesk

        return WritingDesk(self._account)

    @property
    def _reader(self) -> Reader | None:
        """The store; None as long as nothing was ever stored."""
        if self._opened is None:
            try:
                self._opened = Reader.open(self._store).for_person(time.time)
            except StoreMissing:
                return None
        return self._opened

    def _items(self, selection: Selection, limit: int | None) -> list[Item]:
        reader = self._reader
        return [] if reader is None else reader.items(reader.rowids(selection, limit))

    def _who(self, who: str | Address) -> Address:
        if isinstance(who, str) and looks_like_url(who):
            return FeedUrl.parse(who).address
        if isinstance(who, Address) or "@" in who.lstrip("@"):
            return as_address(who)
        named = who.removeprefix("@")
        found = [author.address for author in self.following() if author.nick == named]
        if len(found) != 1:
            raise NotFound(f"You follow {'nobody' if not found else 'several'} whom you call {named[:80]!r}.")
        return found[0]

    def _own(self, reference: str | Reference) -> str:
        item = self.item(reference)
        if not item.is_me:
            raise NotFound(f"That is by {item.address}: you can change only what you said yourself.")
        return item.id

    def _commune(self, commune: str | Address | None) -> "Study":
        reader = self._reader
        if reader is None:
            raise NotFound("No commune is here: follow one, and fetch.")
        ledgers = reader.ledgers()
        ledgers.refresh()
        one = the_one(ledgers.communes(), commune)
        found = ledgers.study(one)
        if found is None:
            raise NotFound(f"Nothing is here of {one}: follow it, and fetch.")
        return found


_PARTLY: Final = 3
"""How `thimbl fetch` ends where some could not be asked (docs/configuration.md, "Exit codes")."""


def _outcome(data: Mapping[str, Any]) -> Outcome:
    verdict = None if data["verdict"] is None else Verdict(data["verdict"])
    return Outcome(Address.parse(data["address"]), verdict, data["failure"], data["new"])
