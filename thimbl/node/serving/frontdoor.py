"""What a host says of itself: its message, who is listed, which copies it has, and who its people are.

RFC 1288 leaves to the administrator what is told of people (3.2.3 to 3.2.7), and so does this:

- The list has those who agreed to be on it, and nobody else (plan-format 8.18).
- With `people`, somebody without a plan is shown as finger always did: login, name, the first line of `~/.project`, and
  `No Plan.` Office and telephones, the folder of the home, the shell, mail, and when somebody was last here are told of
  nobody: whom they help is mostly who should not know. `.forward` is not looked at.
- With `people`, too, a name may be ambiguous (2.5.4): a login in any case, or any word of a full name, finds whoever
  has it; several are listed. Without it a name is a login, to the letter.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finger.wire import to_wire
from thimbl.core.address import Address
from thimbl.core.answer import write_answer
from thimbl.core.terminal import safe, safe_line
from thimbl.node.serving.accounts import Account, Accounts
from thimbl.node.serving.census import MAX_LISTED, Census, Signed, Surveyor
from thimbl.node.serving.refreshed import Background, Refreshed
from thimbl.node.serving.sources import Source

if TYPE_CHECKING:
    from thimbl.node.serving.copies import Copies

MAX_MESSAGE: Final = 16 * 1024
"""Bytes of the host's message: some eight screens, which is more than anybody reads before a list."""

MAX_MATCHES: Final = 50
"""People that an ambiguous name is answered with: enough to choose from, too few to read a host's people out."""

MAX_PROJECT: Final = 200
"""Characters of a project: one line, as finger shows it."""

_BEING_MADE: Final = "This host is looking through its accounts. Ask again in a moment.\n"
_NOBODY: Final = "Nobody here has asked to be listed. Ask for an account by its name.\n"


class FrontDoor:
    """Answers for a host as a whole. `clock` is in nanoseconds, as that of files."""

    def __init__(
        self,
        accounts: Accounts,
        clock: Callable[[], int] = time.time_ns,
        *,
        message: Path | None = None,
        people: bool = False,
        copies: "Copies | None" = None,
        background: Background | None = None,
    ) -> None:
        self.people = people
        self._message = message
        surveyor = Surveyor(accounts, clock, people=people)
        self._census = Refreshed(surveyor.walk, background)
        self._newest = Refreshed(surveyor.newest, background)
        self._copies = None if copies is None else Refreshed(copies.addresses, background)
        self._list: tuple[Census, str] | None = None

    def census(self) -> Census | None:
        """What is known of all accounts; None while the first walk is under way."""
        return self._census.current()

    def begin(self, tell: Callable[[], object], patience: float = 0.0) -> None:
        """Set off the first walk, before somebody asks, and wait so many seconds at most; `tell` is called when it is
        done."""
        self._census.when_there(tell)
        self._census.current(patience)

    def newest(self) -> Sequence[Signed] | None:
        """The newest posts of those who agreed; None while they are looked for the first time."""
        return self._newest.current()

    def listing(self, *, verbose: bool) -> bytes:
        """The answer to the empty query (RFC 1288 2.5.1); `verbose` (/W): with the addresses that this host mirrors."""
        parts = [text for text in (self.words(), self._listed(), self._mirrored() if verbose else "") if text]
        return to_wire("\n".join(parts))

    def person(self, account: Account) -> bytes | None:
        """Somebody without a plan, as finger always showed them; None where nobody is to be told of them."""
        if not self.people or not account.is_person:
            return None
        return to_wire(write_answer(account.name, account.full_name, project_of(account)[0], None))

    def called(self, name: str) -> Sequence[tuple[str, str]]:
        """Login and full name of those whom a name that is no login may mean."""
        census = self.census() if self.people else None
        return () if census is None else census.people.get(name.lower(), ())

    def table(self, people: Sequence[tuple[str, str]]) -> bytes:
        """Several people to choose from."""
        return to_wire(_table(people[:MAX_MATCHES]))

    def copied(self) -> Sequence[Address]:
        """Of whom this host shows copies; nobody while they are looked up for the first time."""
        return () if self._copies is None else self._copies.current() or ()

    def words(self) -> str:
        """The administrator's message. It is read each time: that is as quick as to ask whether it has changed."""
        if self._message is None or not self._message.is_file():  # a pipe would hold up the daemon
            return ""
        try:
            with self._message.open("rb") as file:
                raw = file.read(MAX_MESSAGE)
        except OSError:
            return ""
        text = safe(raw.decode("utf-8", "replace")).rstrip("\n ")
        return f"{text}\n" if text else ""

    def _listed(self) -> str:
        census = self.census()
        if census is None:
            return _BEING_MADE
        if self._list is None or self._list[0] is not census:
            rows = tuple((entry.account.name, entry.name or "") for entry in census.listed)
            self._list = census, _table(rows) if rows else _NOBODY
        return self._list[1]

    def _mirrored(self) -> str:
        if self._copies is None:
            return ""
        addresses = self._copies.current()
        if addresses is None:
            return _BEING_MADE
        lines = [str(address) for address in addresses[:MAX_LISTED]]
        return "\n".join(["Copies are kept here of", *lines, ""]) if lines else ""


def project_of(account: Account) -> tuple[str, tuple[Source, ...]]:
    """The first line of a person's `~/.project`, and what that stands on (RFC 1288 2.5.5 leaves it to us)."""
    if not account.is_person:
        return "", ()
    path = account.plan.with_name(".project")
    file = account.read(path)
    if file is None:
        return "", account.sources(path)
    line = file.raw[: 4 * MAX_PROJECT].partition(b"\n")[0].decode("utf-8", "replace")
    return safe_line(line)[:MAX_PROJECT], file.sources


def _table(rows: Sequence[tuple[str, str]]) -> str:
    lines = [f"{login:<20} {safe_line(name)}".rstrip() for login, name in rows]
    return "\n".join([f"{'Login':<20} Name", *lines, ""])
