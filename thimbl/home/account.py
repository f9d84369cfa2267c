"""One person's account put together: settings, key, plan files, pen, and the store that mirrors them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from thimbl.core.address import Address
from thimbl.core.compose import Randomness
from thimbl.core.keys import Signer
from thimbl.core.log import Verdict, judge
from thimbl.core.plan import Plan
from thimbl.core.records import MOVE
from thimbl.home import following, settings
from thimbl.home.authoring import Authoring, Published
from thimbl.home.errors import HomeError, NotSetUp
from thimbl.home.hooks import gate
from thimbl.home.hooks.settings import NAME
from thimbl.home.keyfile import AskPassphrase, load_signer
from thimbl.home.paths import Paths
from thimbl.home.planfiles import PlanFiles
from thimbl.home.settings import Settings
from thimbl.store.errors import StoreError
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer

if TYPE_CHECKING:
    from thimbl.store.mutes import Mute

TOLD: Final = "told"
"""`thimbl.store.bookmarks.BEGUN`: that is not loaded for those who have no hooks, which is most people."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whoever runs the program."""

    paths: Paths
    settings: Settings
    environ: Mapping[str, str]
    clock: Callable[[], float]
    random: Randomness
    ask: AskPassphrase | None = None
    """None where there is nobody to ask."""

    @classmethod
    def find(
        cls,
        environ: Mapping[str, str],
        clock: Callable[[], float],
        random: Randomness,
        ask: AskPassphrase | None = None,
    ) -> "Account":
        """The account of this environment. Raises `SettingsError`."""
        paths = Paths.find(environ)
        found = settings.load(paths, environ)
        return cls(paths.with_plan(found.plan) if found.plan else paths, found, environ, clock, random, ask)

    @property
    def address(self) -> Address:
        """The person's own. Raises `NotSetUp`."""
        if self.settings.address is None:
            raise NotSetUp("There is no account here yet: make one with 'thimbl init'.")
        return self.settings.address

    @property
    def key_path(self) -> Path:
        """The key file in use."""
        return self.settings.key or self.paths.key

    def signer(self) -> Signer:
        """Whoever signs for the person. Raises `KeyProblem`."""
        return load_signer(self.key_path, self.environ, self.ask)

    @property
    def files(self) -> PlanFiles:
        """The plan and its archive."""
        return PlanFiles(self.paths.plan, self.paths.archive, self.settings.window)

    @property
    def authoring(self) -> Authoring:
        """The person's pen. Raises `NotSetUp`, and `Refused` for who may not write now."""
        gate.may_write(self.environ)
        if self.settings.hooks.told and not self._has_bookmarks():
            with suppress(StoreError):  # a post does not wait for a store that is damaged
                self.writer().close()  # what is published from here on is news
        allow = gate.Gate(self.settings.hooks, self.environ).allow
        return Authoring(self.files, self.address, self.signer, self.clock, self.random, allow)

    def now(self) -> int:
        """The clock in whole seconds."""
        return int(self.clock())

    # the store

    def writer(self, patience: float | None = None) -> Writer:
        """The store, open for writing, knowing whose it is; `patience` as `Writer.open` has it."""
        writer = Writer.open(self.paths.store, patience)
        try:
            if self.settings.address is not None:
                writer.set_me(self.settings.address)
            self._mind_bookmarks(writer)
        except BaseException:
            writer.close()
            raise
        return writer

    def _has_bookmarks(self) -> bool:
        with suppress(StoreError), Reader.open(self.paths.store) as reader:
            return reader.state(TOLD) is not None
        return False

    def _mind_bookmarks(self, writer: Writer) -> None:
        """Before anything comes: what is here when a person names their first hook is none to tell it of."""
        wanted, begun = bool(self.settings.hooks.told), writer.state(TOLD) is not None
        if wanted == begun:
            return
        from thimbl.store import bookmarks  # only here: it happens twice in a lifetime

        if begun:
            bookmarks.end(writer)
        else:
            self.catch_up_quietly(writer)
            bookmarks.begin(writer)

    def remember(self, writer: Writer, plan: Plan) -> Verdict:
        """Take one's own plan, or the whole log, into the store; what the store thinks of it."""
        oldest = plan.oldest.seq if plan.oldest else plan.head.seq
        known = writer.known(self.address, oldest, max(plan.head.seq, oldest))
        judgement = judge(plan, known, self.now())
        writer.take(judgement, self.now(), me=True)
        return judgement.verdict

    def remember_all(self, writer: Writer) -> Verdict | None:
        """Take the whole log from the plan and the archive into the store; None where nothing was published."""
        log = self.files.load()
        if log.head is None:
            return None
        records = tuple(reversed(self.files.all_records(log)))
        verdict = self.remember(writer, Plan(log.head, records))
        # One's own log is trusted about where it has been, as nobody else's is: a store that was lost knows it again.
        writer.know_me_as(str(record.body.get("from")) for record in records if record.kind == MOVE)
        return verdict

    def catch_up(self, writer: Writer) -> None:
        """Take the whole log into the store where the store does not know the newest head; else there is nothing to do,
        however long the log is."""
        head, mine = self.files.load().head, writer.author(self.address)
        if head is not None and (mine is None or (mine.seq, mine.updated) != (head.seq, head.updated)):
            self.remember_all(writer)

    def catch_up_quietly(self, writer: Writer) -> None:
        """The same for whoever reads: where there is an account, and a plan of one's own that can be read. One that was
        put here with the plan by hand, or pushed from elsewhere, finds its own log in its store then."""
        if self.settings.address is not None:
            with suppress(HomeError, OSError):
                self.catch_up(writer)

    def remember_published(self, published: Published, patience: float | None = None) -> Verdict:
        """Take what was just published into the store; `patience` as `Writer.open` has it."""
        with self.writer(patience) as writer, writer.batch():
            if self.environ.get(NAME):  # a hook wrote it: no hook is told, or it would have no end
                from thimbl.store import bookmarks

                bookmarks.hush(writer, (record.seq for record in published.records))
            return self.remember(writer, published.plan)

    # whom the person follows

    def follow(self, one: following.Followed, compared: bool = False) -> None:
        """Follow somebody, or change how: in the person's file, the plan where it is public, and the store.

        `compared`: the person gives the fingerprint now, so it takes the place of a key that was pinned before.
        """
        before = following.load(self.paths)
        self._publish_following(one.address, before, following.add(self.paths, one))
        if compared and one.fingerprint:
            with self.writer() as writer:
                writer.pin(one.address, one.fingerprint)

    def unfollow(self, address: Address) -> None:
        """Follow somebody no longer. Raises `Refused` where they were not followed."""
        before = following.load(self.paths)
        self._publish_following(address, before, following.remove(self.paths, address))

    def pin(self, address: Address, fingerprint: str) -> None:
        """Let this be the key of `address`, which the person has compared: its next answer by that key counts, whatever
        was pinned before (plan-format 4). It is noted in the person's file too where they follow `address`."""
        if any(one.address == address for one in following.load(self.paths)):
            self.follow(following.wished(following.load(self.paths), address, fingerprint=fingerprint), compared=True)
            return
        with self.writer() as writer:
            writer.pin(address, fingerprint)

    def follow_move(self, old: Address, new: Address, writer: Writer | None = None) -> bool:
        """Follow by their new address somebody whose log was verified to go on there; whether anything changed.

        The person's file and the store are changed, without a key: the plan tells it when it is next published. Nothing
        is changed where the store does not know the two addresses for one log. `writer` is the store where it is open.
        """
        if writer is None:
            with self.writer() as opened:
                return self.follow_move(old, new, opened)
        author = writer.brief(old)
        if author is None or author.address != new or (made := following.moved(self.paths, old, new)) is None:
            return False
        self.sync_following(writer, made)
        return True

    def follow_many(self, some: Sequence[following.Followed]) -> list[following.Followed]:
        """Follow all of these who are not followed yet, and publish that once; who that was."""
        before = following.load(self.paths)
        added = following.add_many(self.paths, some)
        if added:
            self._publish_following(None, before, following.load(self.paths))
        return added

    def _publish_following(
        self, address: Address | None, before: Sequence[following.Followed], made: Sequence[following.Followed]
    ) -> None:
        """Tell in the plan and the store what was changed about `address`, or (None) about whoever was added."""
        plan: Plan | None = None
        if self.settings.address is not None and following.public(before) != following.public(made):
            try:
                authoring = self.authoring
                with authoring.open() as log:
                    # Read under the lock of writers: of two changes at once, the last to be published tells both.
                    now = following.public(following.load(self.paths))
                    plan = authoring.append(log, [], follows=now).plan
            except BaseException:
                had = {one.address for one in before}
                for each in [one.address for one in made if one.address not in had] if address is None else [address]:
                    following.put_back(self.paths, each, before)
                raise
        with self.writer() as writer:
            self.sync_following(writer)
            if plan is not None:
                self.remember(writer, plan)

    # what the person does not want to see

    def mutes(self) -> "tuple[Mute, ...]":
        """What is muted now."""
        from thimbl.home import muting

        return tuple(mute for mute in muting.load(self.paths) if mute.holds(self.now()))

    def mute(self, *mutes: "Mute") -> None:
        """Mute these, in the person's file and the store."""
        from thimbl.home import muting

        made = muting.add(self.paths, mutes, self.now())
        with self.writer() as writer:
            writer.sync_mutes(made)

    def unmute(self, *mutes: "Mute") -> None:
        """Mute these no longer. Raises `Refused` where one of them was not muted."""
        from thimbl.home import muting

        made = muting.remove(self.paths, mutes, self.now())
        with self.writer() as writer:
            writer.sync_mutes(made)

    def sync_following(self, writer: Writer, followed: Sequence[following.Followed] | None = None) -> None:
        """Make the store's list of the followed equal to the person's file, pins that they set beforehand included; and
        what is muted to theirs."""
        from thimbl.home import muting  # whoever posts mutes nobody

        listed = following.load(self.paths) if followed is None else followed
        urls = [one.url for one in listed if one.url is not None]
        with writer.batch():
            writer.sync_following((one.address, one.nick, one.private) for one in listed)
            if urls:
                from thimbl.store import web  # only here: whoever follows no feed pays for none

                web.know(writer, urls)
        writer.sync_mutes(muting.load(self.paths))
        for one in listed:
            if one.fingerprint and (author := writer.author(one.address)) is not None and author.key is None:
                writer.pin(one.address, one.fingerprint)
