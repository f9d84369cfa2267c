"""A small village in a real store, and a desk that writes into it: what the tests of the terminal UI are about.

The store is written by the real `Writer` from plans that were really signed and judged; only the network is missing.
"""

import json
import sys
import threading
from collections.abc import Sequence
from copy import copy
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.scribe import Scribe
from tests.tui.stall import Stall
from thimbl.core.address import Address, Reference
from thimbl.core.canonical import Value
from thimbl.core.compose import Change, Entry
from thimbl.core.log import judge
from thimbl.core.times import DAY, HOUR, MINUTE, parse_time
from thimbl.core.web import FeedUrl
from thimbl.store import web
from thimbl.store.mutes import Mute
from thimbl.store.types import Item
from thimbl.store.writer import Writer

NOW = parse_time("2026-11-20T12:00:00Z")
"""The reader's clock."""

ME = "cy@mill.example"

OFFER: dict[str, Value] = {
    "commune": "commune@fields.example",
    "series": "B-2026-1",
    "asset": "A second-hand tractor, 60 hp, with a front loader",
    "description": "The old one has 14,000 hours. @ana has looked at this one: https://tractors.example/60hp",
    "risk": "If the harvest fails, the rent is late.",
    "face": "24000.00 EUR",
    "unit": "100.00 EUR",
    "rent": "480.00 EUR",
    "term": 60,
    "rate_bp": 400,
    "closes": "2026-11-29T12:00:00Z",
}


class Village:
    """Scribes by name, and the store of the reader, who is the scribe `me`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "thimbl" / "store.db"
        self.me = Scribe(ME, key="cy", start=NOW - 20 * DAY, name="Cy", bio="Reads, and buys a bond now and then.")
        self.scribes: dict[str, Scribe] = {}
        with Writer.open(self.path) as writer:
            writer.set_me(self.me.address)
            self.take(writer, self.me, me=True)

    def take(self, writer: Writer, scribe: Scribe, now: int = NOW, *, me: bool = False) -> int:
        """Put all that a scribe has published into the store."""
        known = writer.known(scribe.address, 0, scribe.seq + 1)
        return writer.take(judge(scribe.plan(), known, now), now, me=me)

    def meet(self, address: str, key: str, *, start: int = NOW - 10 * DAY, **head: str) -> Scribe:
        """A new scribe, not yet followed."""
        scribe = Scribe(address, key=key, start=start, **head)
        self.scribes[key] = scribe
        return scribe

    def follow(self, scribe: Scribe, nick: str, now: int = NOW) -> None:
        """Follow them, and fetch."""
        with Writer.open(self.path) as writer:
            writer.follow(scribe.address, nick)
            self.take(writer, scribe, now)

    def fetch(self, scribe: Scribe, now: int = NOW) -> int:
        """Fetch again."""
        with Writer.open(self.path) as writer:
            return self.take(writer, scribe, now)

    def desk(self) -> "VillageDesk":
        """The reader's desk."""
        return VillageDesk(self)


def furnished(folder: Path) -> Village:
    """A village with some life in it. It is made once a run, and copied."""
    past, store = _past()
    village = copy(past)
    village.path = folder / "thimbl" / "store.db"
    village.path.parent.mkdir(mode=0o700)
    village.path.touch(mode=0o600)
    village.path.write_bytes(store)
    village.me = past.me.copy()
    village.scribes = {name: scribe.copy() for name, scribe in past.scribes.items()}
    return village


@cache
def _past() -> tuple[Village, bytes]:
    """What has happened in it, and the store that came of it; both are copied."""
    with TemporaryDirectory() as folder:
        village = _furnish(Path(folder))
        return village, village.path.read_bytes()


def _furnish(folder: Path) -> Village:
    village = Village(folder)
    ana = village.meet("ana@fields.example", "ana", name="Ana", bio="Vegetables, and a dog called Root.")
    ana.head_data["following"] = [{"nick": "cy", "address": ME}]
    first = ana.post("Frost on the lower field this morning. The leeks do not mind. #frost")
    ana.now = NOW - 2 * DAY
    ana.post("Root the dog has found a hedgehog.\nBoth are fine; both are offended.", subject="animals")
    field = village.meet("lower@fields.example", "lower", name="Lower Field", bio="A co-op of six, and one tractor.")
    field.now = NOW - DAY
    field.post("We have looked at a tractor: https://tractors.example/60hp and (https://example.org/a_(b)) too.")
    field.now = NOW - 5 * HOUR
    field.announce("bond-offer", **OFFER)
    field.now = NOW - 4 * HOUR
    answer = field.post(
        "Ours is white as well. @cy@mill.example was right about the fleece.", re=f"{ana.address}#{first.id}"
    )
    ana.now = NOW - 3 * HOUR
    ana.post("霜が降りた。野原は真っ白です。👩‍🌾🥬 The school wrote this one.", re=f"{field.address}#{answer.id}")
    ana.now = NOW - 30 * MINUTE
    slip = ana.post("A slip of the pen.")
    ana.retract(slip)
    ana.now = NOW - 5 * MINUTE
    ana.post("@cy the bakery asks whether the flour comes on Monday.")
    field.now = NOW - 2 * MINUTE
    village.follow(ana, "ana", NOW - MINUTE)
    village.follow(field, "lower", NOW - MINUTE)
    return village


class VillageDesk(Stall):
    """A `tui.ports.Desk` whose plan is the scribe `me` of a village; it notes what it was asked."""

    village: Village

    def __init__(self, village: Village) -> None:
        self.village = village
        self.address = village.me.address
        self.drafted: dict[str, str] = {}
        self.saved: dict[str, str] = {}
        self.posted: list[tuple[str, str | None]] = []
        self.replied: list[tuple[Item, str]] = []
        self.published: list[Change] = []
        self.followed: list[tuple[Address, str | None]] = []
        self.unfollowed: list[Address] = []
        self.pinned: list[tuple[Address, str]] = []
        self.marked: list[tuple[list[int], bool]] = []
        self.fault: Exception | None = None
        self.reports: list[dict[str, object]] = []
        self.fetch_status = 0
        self.fetch_argv: list[str] = []
        self.answer = ""
        self.look: list[str] | None = None
        """The argv that looks at an address, in place of one that finds `answer`."""
        self.found: dict[str, object] = {}
        """What a look at a feed finds."""
        self.slow: threading.Event | None = None
        """What reading a draft waits for."""

    def _check(self) -> None:
        if self.fault is not None:
            raise self.fault

    def _publish(self, text: str, **body: str) -> Reference:
        self._check()
        me = self.village.me
        me.now = max(me.now, NOW)
        record = me.post(text, **body)
        with Writer.open(self.village.path) as writer:
            self.village.take(writer, me, me=True)
        return Reference(self.address, record.id)

    def post(self, text: str, subject: str | None = None) -> Reference:
        self.posted.append((text, subject))
        return self._publish(text) if subject is None else self._publish(text, subject=subject)

    def reply(self, to: Item, text: str) -> Reference:
        self.replied.append((to, text))
        return self._publish(text, re=str(to.reference))

    def follow(self, address: Address, nick: str | None, private: bool | None = None) -> None:
        self._check()
        self.followed.append((address, nick))
        with Writer.open(self.village.path) as writer:
            writer.follow(address, nick or address.user, private=bool(private))

    def follow_feed(self, url: FeedUrl, nick: str | None) -> None:
        self._check()
        self.followed.append((url.address, nick))
        with Writer.open(self.village.path) as writer:
            writer.follow(url.address, nick or url.host)
            web.know(writer, [url])

    def unfollow(self, address: Address) -> None:
        self._check()
        self.unfollowed.append(address)
        with Writer.open(self.village.path) as writer:
            writer.unfollow(address)

    def pin(self, address: Address, fingerprint: str) -> None:
        self._check()
        self.pinned.append((address, fingerprint))
        with Writer.open(self.village.path) as writer:
            writer.pin(address, fingerprint)

    def mute(self, mute: Mute) -> None:
        self._check()
        with Writer.open(self.village.path) as writer:
            writer.sync_mutes([*(other for other in writer.mutes() if not mute.is_same(other)), mute])

    def unmute(self, mute: Mute) -> None:
        self._check()
        with Writer.open(self.village.path) as writer:
            writer.sync_mutes([other for other in writer.mutes() if not mute.is_same(other)])

    def mark(self, rowids: Sequence[int], read: bool) -> None:
        self._check()
        self.marked.append((list(rowids), read))
        with Writer.open(self.village.path) as writer:
            writer.mark(rowids, read)

    def save_state(self, key: str, value: str) -> None:
        self.saved[key] = value
        with Writer.open(self.village.path) as writer:
            writer.set_state(key, value)

    def drafts(self) -> list[str]:
        return list(reversed(self.drafted))

    def save_draft(self, name: str, text: str) -> None:
        self.drafted.pop(name, None)
        if text:
            self.drafted[name] = text

    def draft(self, name: str) -> str:
        if self.slow is not None:
            self.slow.wait(10)
        return self.drafted.get(name, "")

    def drop_draft(self, name: str) -> None:
        self.drafted.pop(name, None)

    def draft_file(self, name: str) -> Path:
        path = self.village.path.with_name(f"{name}.txt")
        path.write_text(self.drafted.get(name, ""), encoding="utf-8")
        return path

    def rehearse_edit(self, of: Reference, text: str) -> Change:
        self._check()
        return Change(of.id, (Entry("edit", {"of": of.id, "text": text, "salt": "AAAAAAAAAAA="}),))

    def rehearse_retraction(self, of: Reference) -> Change:
        self._check()
        seq = next(record.seq for record in self.village.me.records if record.id == of.id)
        return Change(of.id, (Entry("retract", {"of": of.id}),), (seq,))

    def publish(self, change: Change) -> Reference:
        self._check()
        self.published.append(change)
        me = self.village.me
        me.now = max(me.now, NOW)
        old = next(record for record in me.records if record.id == change.of)
        made = me.retract(old) if change.withheld else me.edit(old, str(change.entries[0].body["text"]))
        with Writer.open(self.village.path) as writer:
            self.village.take(writer, me, me=True)
        return Reference(self.address, made.id)

    def behind(self) -> str:
        return ""

    def fetch_command(self) -> list[str]:
        lines = "\n".join(json.dumps(report) for report in self.reports)
        code = "import sys; print(sys.argv[1]); print(sys.argv[2], file=sys.stderr); sys.exit(int(sys.argv[3]))"
        return self.fetch_argv or [sys.executable, "-c", code, lines, "the network is down", str(self.fetch_status)]

    def watch_command(self) -> list[str] | None:
        return None

    def preview(self, address: Address) -> list[str]:
        code = "import sys; sys.stdout.write(sys.argv[1]); sys.exit(not sys.argv[1] and 'nobody lives there')"
        return self.look or [sys.executable, "-c", code, self.answer]

    def look_at_feed(self, url: FeedUrl) -> list[str]:
        return [sys.executable, "-c", "import sys; print(sys.argv[1])", json.dumps(self.found)]
