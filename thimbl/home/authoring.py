"""Posting and announcing: the one way in which a person's log grows, for the command line and the UI alike.

Each act takes the lock, reads what was published last, appends, signs, and publishes durably. When it
returns, the record is on disk and in the plan; before that, nothing was promised.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from thimbl.core.address import Address, Reference
from thimbl.core.archive import PAGE, page_start
from thimbl.core.compose import Change, Entry, Randomness, about_of, following_of, make_head, make_record, salted
from thimbl.core.keys import Signer
from thimbl.core.plan import Follow, Plan, PlanUnreadable
from thimbl.core.records import EDIT, MAX_TEXT, MOVE, POST, QUIET_KINDS, RETRACT, Record, RecordFault, malformed_field
from thimbl.core.times import FIRST
from thimbl.home.durable import PUBLIC, locked
from thimbl.home.errors import PlanProblem, Refused
from thimbl.home.planfiles import OwnLog, PlanFiles

_NOT_UTF8: Final = "The text is not UTF-8: see that your terminal and locale are."


@dataclass(frozen=True, slots=True)
class Published:
    """What an act has made: the records, oldest first, and the plan as it stands now."""

    address: Address
    records: tuple[Record, ...]
    plan: Plan

    @property
    def reference(self) -> Reference:
        """Of the newest record."""
        return Reference(self.address, self.records[-1].id)


def clean_text(text: str) -> str:
    """The text of a post as it is signed: LF line ends, nothing trailing. Raises `Refused`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip().lstrip("\n")
    if not text:
        raise Refused("There is nothing to post: the text is empty.")
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise Refused(_NOT_UTF8) from None
    if size > MAX_TEXT:
        raise Refused(f"The text has {size} bytes; {MAX_TEXT} is the most. Say it in two posts.")
    return text


def answer_fields(author: Address, record_id: str | None, text: str) -> tuple[str, dict[str, str]]:
    """The text and the fields of an answer to the record of `author` with this id.

    A message of version 1 has no id that others know (None): it is answered as people did in 2010, by its author's
    name at the beginning.
    """
    if record_id is not None:
        return text, {"re": str(Reference(author, record_id))}
    return (text if f"@{author}" in text else f"@{author} {text}"), {}


def other_address(files: PlanFiles, there: Address, configured: Address) -> PlanProblem:
    """What to say where the plan is that of another address than the settings have."""
    return PlanProblem(
        f"{files.plan} is the plan of {there}, and the configuration says {configured}. If you have just moved, "
        f"start this program again; if you mean to, 'thimbl move {configured}' does it. Else put 'address: {there}' "
        "back, or use another THIMBL_HOME."
    )


class Authoring:
    """One person's pen."""

    def __init__(
        self,
        files: PlanFiles,
        address: Address,
        signer: Callable[[], Signer],
        clock: Callable[[], float],
        random: Randomness,
        allow: Callable[[Entry, Address], None] = lambda entry, author: None,
    ) -> None:
        """`allow` is asked of each entry before it is signed, under the lock; it raises `Refused` for a no."""
        self.files, self.address, self.clock, self.random = files, address, clock, random
        self.allow = allow
        self._find_signer = signer
        self._signer: Signer | None = None

    # the acts

    def post(self, text: str, **fields: str) -> Published:
        """Publish a post. `fields` are the optional ones of its kind: `re`, `subject`, `lang`, `license`."""
        return self.say([Entry(POST, {"text": clean_text(text), **fields})])

    def announce(self, kind: str, body: Mapping[str, Any], about: Mapping[str, Any] | None = None) -> Published:
        """Publish an announcement, which is signed by itself; `about` as `describe` has it, with the same head."""
        if kind in QUIET_KINDS:
            raise Refused(f"{kind!r} is no announcement.")
        with self.open() as log:
            return self.append(log, [Entry(kind, body)], about=about)

    def edit(self, record_id: str, text: str) -> Published:
        """Publish what readers are to see instead of a post of one's own."""
        with self.open() as log:
            return self._publish(log, self._editing(log, record_id, text))

    def retract(self, record_id: str) -> Published:
        """Take back a post of one's own, and the edits of it."""
        with self.open() as log:
            return self._publish(log, self._retracting(log, record_id))

    def rehearse_edit(self, record_id: str, text: str) -> Change:
        """What `edit` would sign now."""
        return self._editing(self.files.load(), record_id, text)

    def rehearse_retraction(self, record_id: str) -> Change:
        """What `retract` would sign now."""
        return self._retracting(self.files.load(), record_id)

    def publish(self, change: Change) -> Published:
        """Sign and publish what was shown; raises `Refused` where one's log has made something else of it meanwhile."""
        with self.open() as log:
            if change.withheld:
                again = self._retracting(log, change.of)
            else:
                again = self._editing(log, change.of, str(change.entries[0].body["text"]))
            if _without_salt(again) != _without_salt(change):
                raise Refused("Your log has changed meanwhile: look again at what would be signed.")
            return self._publish(log, change)

    def _publish(self, log: OwnLog, change: Change) -> Published:
        return self.append(log, change.entries, withheld=change.withheld)

    def _editing(self, log: OwnLog, record_id: str, text: str) -> Change:
        text = clean_text(text)
        target = self._own(log, record_id)
        if target.kind == EDIT and not target.withheld:
            target = self._own(log, str(target.body.get("of")))
        if target.kind not in (POST, EDIT):
            raise Refused(f"A {target.kind} can not be edited: {_stays(target)}.")
        if target.withheld:
            raise Refused("That was retracted: post anew.")
        entry = salted(Entry(EDIT, {"of": target.id, "text": text}), self.random)
        return Change(target.id, (entry,))

    def _retracting(self, log: OwnLog, record_id: str) -> Change:
        target = self._own(log, record_id)
        if target.kind not in (POST, EDIT):
            raise Refused(f"A {target.kind} can not be retracted: {_stays(target)}.")
        later = self._from(log, target.seq)
        gone = {str(record.body.get("of")) for record in later if record.kind == RETRACT}
        if target.id in gone:
            raise Refused("That was retracted before.")
        targets = [target]
        for record in later if target.kind == POST else ():
            # An edit may be of an edit (plan-format 8.12), which stands below it.
            edited = str(record.body.get("of")) if record.kind == EDIT else ""
            if record.id not in gone and edited in {one.id for one in targets}:
                targets.append(record)
        entries = tuple(Entry(RETRACT, {"of": record.id}) for record in targets)
        return Change(target.id, entries, tuple(record.seq for record in targets))

    def say(self, entries: Sequence[Entry]) -> Published:
        """Publish these entries, oldest first."""
        with self.open() as log:
            return self.append(log, entries)

    def describe(self, about: Mapping[str, Any], follows: Sequence[Follow] | None = None) -> Published:
        """Publish a new head: `about` replaces the keys that it has, and None takes a key away."""
        with self.open() as log:
            return self.append(log, [], about=about, follows=follows)

    def head_about(self) -> dict[str, Any]:
        """What the published head says of its author; empty before the first publishing."""
        log = self.files.load()
        return about_of(log.head) if log.head else {}

    # how

    @contextmanager
    def open(self) -> Iterator[OwnLog]:
        """The log as it was published last, under the lock of writers."""
        self.unlock()
        with locked(self.files.lock_path, PUBLIC):
            yield self.files.load()

    def unlock(self) -> Signer:
        """Whoever signs. Called before the lock is taken, so that nobody waits for a passphrase that another types;
        asked for once. Raises `KeyProblem`."""
        if self._signer is None:
            self._signer = self._find_signer()
        return self._signer

    def append(
        self,
        log: OwnLog,
        entries: Sequence[Entry],
        *,
        withheld: Sequence[int] = (),
        about: Mapping[str, Any] | None = None,
        follows: Sequence[Follow] | None = None,
    ) -> Published:
        """Publish `log` with these entries after it. Call it with what `open` gave, under its lock."""
        signer = self._signer_for(log)
        for entry in entries:
            self.allow(entry, self.address)
        now = int(self.clock())
        newest = log.newest or (self.files.page(page_start(log.seq), log)[-1] if log.seq else None)
        # Neither a record nor a head goes back in time when the clock does (plan-format 2 and 3).
        seq, prev, time = log.seq, (newest.id if newest else None), newest.time if newest else FIRST
        latest = max(now, time)
        made: list[Record] = []
        for entry in entries:
            seq, time = seq + 1, latest if entry.time is None else min(max(entry.time, time), latest)
            record = _record(salted(entry, self.random), self.address, seq, prev, time, signer)
            made.append(record)
            prev = record.id
        told = {**(about_of(log.head) if log.head else {}), "address": str(self.address), **(about or {})}
        if follows is not None:
            told = {key: value for key, value in told.items() if key != "following"} | following_of(follows)
        told = {key: value for key, value in told.items() if value is not None and value != ""}
        updated = max(latest, log.head.updated if log.head else FIRST)
        try:
            head = make_head(told, seq=seq, last=prev, updated=updated, signer=signer)
        except PlanUnreadable as error:
            raise Refused(f"That can not stand in a plan: {error}.") from None
        except UnicodeEncodeError:
            raise Refused(_NOT_UTF8) from None
        plan = self.files.publish(head, log, made, withheld, follows)
        return Published(self.address, tuple(made), plan)

    def _signer_for(self, log: OwnLog) -> Signer:
        signer = self.unlock()
        if log.head is None:
            return signer
        if log.head.key != signer.public:
            raise PlanProblem(
                f"{self.files.plan} is signed by {log.head.key.fingerprint}, "
                f"and your key is {signer.public.fingerprint}. Name the right key in the configuration (key: PATH)."
            )
        if log.head.address != self.address:
            newest = log.newest
            if newest is not None and newest.kind == MOVE and newest.body.get("from") == str(self.address):
                raise PlanProblem(
                    f"Your move to {log.head.address} is not finished: 'thimbl move {log.head.address}' does that. "
                    "If it is, start this program again."
                )
            raise other_address(self.files, log.head.address, self.address)
        return signer

    def _own(self, log: OwnLog, record_id: str) -> Record:
        for record in log.window:
            if record.id == record_id:
                return record
        for start in reversed(range(1, log.seq + 1, PAGE)):
            for record in self.files.page(start, log):
                if record.id == record_id:
                    return record
        raise Refused(f"There is no record {record_id[:8]} in your log.")

    def _from(self, log: OwnLog, seq: int) -> list[Record]:
        first = page_start(seq)
        return [record for start in range(first, log.seq + 1, PAGE) for record in self.files.page(start, log)]


def _record(entry: Entry, address: Address, seq: int, prev: str | None, time: int, signer: Signer) -> Record:
    try:
        record = make_record(entry, address=address, seq=seq, prev=prev, time=time, signer=signer)
        field = malformed_field(record)
    except UnicodeEncodeError:
        raise Refused(_NOT_UTF8) from None
    except (RecordFault, ValueError) as error:
        raise Refused(f"That can not stand in a plan: {error}.") from None
    if field is not None:
        raise Refused(f"{field} is not as a {entry.kind} asks.")
    return record


def _without_salt(change: Change) -> list[tuple[str, dict[str, Any]]]:
    """Kinds and bodies, which are what a person has seen to; a salt is drawn anew each time."""
    return [(entry.kind, {**entry.body, "salt": None}) for entry in change.entries]


def _stays(record: Record) -> str:
    return "it stands for what is gone" if record.kind == RETRACT else "what was announced stays"
