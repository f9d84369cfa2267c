"""twtxt (https://twtxt.readthedocs.io) with the extensions of https://twtxt.dev that Yarn's clients read.

- A twt is one line, ``TIME<TAB>TEXT``, the oldest first, as those who write such a file by hand append to it. Line ends
  of a text are U+2028 (Multiline), tabs are spaces: no text can be taken for another line, or for a comment.
- A twt is known by a hash of the feed's URL, its time and its text (Twt Hash). The URL is the first ``url`` of the
  metadata, and here that is the account's IRI (docs/decisions/0006), wherever the file lies: so the twts of everybody
  whose plan is known have hashes that anybody can work out, and a file that is moved keeps its threads.
- An answer begins with ``(#hash)`` of the twt that the conversation began with (Twt Subject). Of what was written
  before that and is not here, nobody can know the hash: the first that is here stands for it. What answers nothing that
  is here names whom it answers.
- ``@user@host``, and ``@nick`` where its author has that nick, are ``@<nick url>``.
- A feed that many wrote has, before each text, who wrote it; its hashes are its own, since the format has one author.
- An edited text has another hash: the format knows no edits. A retracted one is gone.
- Verdicts and licences are comments at the top, for which the format has no other place; an account's signed plan is
  comments at the end (`thimbl.core.feedplan`).
"""

from collections.abc import Iterable
from typing import Final

from feeds.about import About, What
from feeds.entries import UNTITLED, Entry, entries_of, entry_of
from thimbl.core.address import Address, Reference
from thimbl.core.feedplan import commented
from thimbl.core.iri import record_iri
from thimbl.core.terminal import TAB, safe_line
from thimbl.core.text import Nicks, SpanKind, spans
from thimbl.core.times import format_time
from thimbl.core.twt import twt_hash
from thimbl.store.types import Item

LINE_END: Final = "\u2028"
"""What ends a line within a twt (Multiline)."""

MOST_ANSWERS: Final = 1_000
"""Answers that are followed to the beginning of a conversation: no conversation of people is deeper."""


def twtxt(items: Iterable[Item | Entry], now: int, about: About) -> bytes:
    """A twtxt file of `items`, which come newest first, in UTF-8. `now` is not looked at: the format does not say when
    a file was made."""
    entries = entries_of(items, about)
    writer = _Writer(about, entries)
    lines = [*_metadata(entries, about), *(writer.line(entry) for entry in reversed(entries))]
    if about.plan is not None:
        lines += commented(about.plan.text)
    return "".join(f"{line}\n" for line in lines).encode()


def _metadata(entries: list[Entry], about: About) -> list[str]:
    """The comments at the top (Metadata), each a field that Yarn's clients know, and two of our own."""
    whose = [about.address.hostport] if about.what is What.HOST else [_nick(about.address), about.what.value]
    fields = [("nick", "-".join(filter(None, (*whose, about.tag)))), ("url", _url(about))]
    if about.url is not None:
        fields.append(("url", about.url))
    fields.append(("description", about.subtitle))
    if about.page is not None:
        fields.append(("link", f"{about.title} {about.page}"))
    verdicts = {entry.author.iri: entry.verdict for entry in reversed(entries) if entry.verdict is not None}
    fields += [("verdict", f"{verdict} {iri}") for iri, verdict in sorted(verdicts.items())]
    rights = {entry.rights for entry in entries}
    if len(rights) == 1:
        fields += [("license", licence) for licence in rights if licence is not None]
    else:
        fields += [("license", f"{entry.rights} {entry.id}") for entry in reversed(entries) if entry.rights is not None]
    return [f"# {name} = {safe_line(value)}" for name, value in fields]


def _url(about: About) -> str:
    """The first ``url``. Parts of an account have that of the account, since they are the same twts."""
    if about.what in (What.ACCOUNT, What.ANNOUNCEMENTS):
        return about.owner.iri
    return About(about.address, "", about.what).id


class _Writer:
    """Writes lines; remembers what it has looked up."""

    def __init__(self, about: About, entries: Iterable[Entry]) -> None:
        self._about = about
        # A finding has the record that it is about, and is not that record.
        self._here: dict[Reference, Entry | None] = {
            entry.reference: entry for entry in entries if entry.id == record_iri(entry.reference)
        }
        self._many = about.what in (What.TIMELINE, What.HOST)
        self._nicks: dict[Address, Nicks] = {}

    def line(self, entry: Entry) -> str:
        """The line of an entry, without its end."""
        return f"{format_time(entry.published)}\t{self._text(entry, self._first(entry))}"

    def _text(self, entry: Entry, first: Entry | None) -> str:
        """The text of a twt. `first` is what its conversation began with, if that is here and is another."""
        begins = [] if first is None else [f"(#{self._hash(first)})"]
        if self._many:
            begins.append(f"{self._mention(entry.reference.address)}:")
        text = self._said(entry)
        if first is None and entry.in_reply_to is not None:
            answered = entry.in_reply_to.address
            if answered != entry.reference.address and (mention := self._mention(answered)) not in text:
                begins.append(mention)
        return " ".join([*begins, text])

    def _hash(self, first: Entry) -> str:
        """Of the entry as this feed would tell it, or, in a feed of one author, as the author's own does."""
        url = _url(self._about) if self._many else self._about.person(first.reference.address, "").iri
        return twt_hash(url, format_time(first.published), self._text(first, None))

    def _first(self, entry: Entry) -> Entry | None:
        """What the conversation began with, as far as it is here; None where the entry answers nothing that is."""
        found = None
        wanted, seen = entry.in_reply_to, {entry.reference}
        while wanted is not None and wanted not in seen and len(seen) < MOST_ANSWERS:
            seen.add(wanted)
            if (answered := self._find(wanted)) is None:
                break
            found, wanted = answered, answered.in_reply_to
        return found

    def _find(self, reference: Reference) -> Entry | None:
        if reference not in self._here:
            item = self._about.around.find(reference)
            self._here[reference] = None if item is None else entry_of(item, self._about)
        return self._here[reference]

    def _said(self, entry: Entry) -> str:
        """The text of an entry as one line, with its subject above it and its mentions as links."""
        lines = ([entry.subject, ""] if entry.subject else []) + self._mentioning(entry).splitlines()
        return LINE_END.join(line.replace("\t", TAB).rstrip() for line in lines).strip() or UNTITLED

    def _mentioning(self, entry: Entry) -> str:
        text, made, position = entry.text, [], 0
        for span in spans(text, self._nicks_of(entry.reference.address)):
            if span.kind is SpanKind.MENTION:
                made += [text[position : span.start], self._mention(Address.parse(span.value))]
                position = span.end
        return "".join([*made, text[position:]])

    def _nicks_of(self, address: Address) -> Nicks:
        if address not in self._nicks:
            self._nicks[address] = Nicks(self._about.around.nicks(address))
        return self._nicks[address]

    def _mention(self, address: Address) -> str:
        return f"@<{_nick(address)} {self._about.person(address, '').iri}>"


def _nick(address: Address) -> str:
    """What to call somebody in one word."""
    return address.place if address.is_web else address.user
