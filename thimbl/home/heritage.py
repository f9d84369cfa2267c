"""A person's Thimbl plan of 2010 as the beginning of their log (docs/plan-format.md 8), and what of it becomes what.

- Each message and each reply becomes a post that says that it was imported, at its own time, oldest first.
- Name, bio and properties go into the head, where the person gives no others; whom they followed becomes whom they
  follow, in public as it was.
- What can not stand in a log of today is left out, and named.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thimbl.core.address import Address
from thimbl.core.answer import plan_in
from thimbl.core.classic import ClassicPlan, Message, NotClassic, read_classic
from thimbl.core.compose import Entry, about_of
from thimbl.core.imported import IMPORTED, Imported
from thimbl.core.plantext import MAX_BYTES, PlanTextError, check_key, decode
from thimbl.core.records import MAX_TEXT, POST
from thimbl.home import following
from thimbl.home.account import Account
from thimbl.home.errors import Refused

MOST_BYTES: Final = 4 * MAX_BYTES
"""What is read of a file: a plan of the longest kind, in a whole answer."""


@dataclass(frozen=True, slots=True)
class Heritage:
    """A plan of 2010 that was read."""

    plan: ClassicPlan
    source: Address
    """The address that its messages stood under."""

    @property
    def left_out(self) -> list[str]:
        """What of it can not be taken over, and why."""
        sizes = (_size(message) for message in reversed(self.plan.messages))
        return [
            *self.plan.problems,
            *(f"a message of {size} bytes; {MAX_TEXT} are the most" for size in sizes if size > MAX_TEXT),
            *(f"the property {key!r}" for key in sorted(self._properties) if not check_key(key)),
        ]

    @property
    def _properties(self) -> dict[str, str]:
        return {key.lower(): value for key, value in self.plan.properties.items()}

    def about(self) -> dict[str, object]:
        """What it says of its author, as a head says it."""
        kept = {key: value for key, value in self._properties.items() if check_key(key)}
        told: dict[str, object] = {"name": self.plan.name, "bio": self.plan.bio, "properties": kept}
        return {key: value for key, value in told.items() if value}

    def entries(self) -> list[Entry]:
        """The posts, oldest first."""
        return [self._entry(message) for message in reversed(self.plan.messages) if _size(message) <= MAX_TEXT]

    def _entry(self, message: Message) -> Entry:
        origin = Imported(self.source, message.time, message.to)
        return Entry(POST, {"text": message.text, IMPORTED: origin.body}, time=message.time)


def _size(message: Message) -> int:
    return len(message.text.encode("utf-8"))


def read_heritage(path: Path, address: Address) -> Heritage:
    """The plan of 2010 in a file, which may be a whole Finger answer; `address` is the person's own, for a plan that
    names none. Raises `Refused`, and `OSError` where the file can not be read."""
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES)
    try:
        plan = read_classic(decode(plan_in(raw)))
    except (NotClassic, PlanTextError) as error:
        raise Refused(f"{path} is no plan of Thimbl of 2010: {error}.") from None
    return Heritage(plan, plan.address or address)


def bequeath(account: Account, heritage: Heritage) -> int:
    """Publish all of it at once as the beginning of the account's log; the number of posts.

    Raises `Refused` where there are posts in the log already, and what publishing may raise.
    """
    entries, about = heritage.entries(), heritage.about()
    authoring = account.authoring
    with authoring.open() as log:
        if log.seq:
            raise Refused("There are posts in your log already: a plan of 2010 can only be its beginning.")
        told = about_of(log.head) if log.head is not None else {}
        followed = _follow(account, heritage)
        wanted = {key: value for key, value in about.items() if key not in told}
        authoring.append(log, entries, about=wanted, follows=following.public(followed))
    with account.writer() as writer:
        account.remember_all(writer)
        account.sync_following(writer)
    return len(entries)


def _follow(account: Account, heritage: Heritage) -> list[following.Followed]:
    """Put whom the plan follows into the person's file; all whom they follow then."""
    followed = {one.address: one for one in following.load(account.paths)}
    nicks = {one.nick for one in followed.values()}
    for one in heritage.plan.following:
        if one.address not in followed and one.address != account.settings.address:
            nick = one.nick if one.nick and one.nick not in nicks else str(one.address)
            nicks.add(nick)
            followed[one.address] = following.Followed(nick, one.address)
    following.save(account.paths, followed.values())
    return list(followed.values())
