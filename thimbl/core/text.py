"""What a post's text names: people, tags and links; and how a text under a subject is folded.

- A mention is ``@user@host[:port]``, or ``@nick`` where the author's own ``following`` has that nick (plan-format 2).
  The posts of 2010 write ``@mark,`` and ``@spaetz:``; the punctuation is not part of the nick.
- A tag is ``#`` and letters, marks, digits and ``_`` of any script (after UTS #31, "hashtag identifiers"), with at
  least one letter: ``#123`` is a number. Tags are compared by their folded form, which is the one given here.
- A link is an absolute URL of the schemes that a reader of plans has programs for. A closing bracket belongs to it only
  when it was opened in it, and punctuation at its end belongs to the sentence.
- Nothing is found inside a word, in an e-mail address, or in a link.
- One pass from left to right; the time is linear in the text for every input.
- What comes out is still the author's: it is escaped by whoever shows it (`thimbl.core.terminal` for a terminal).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from thimbl.core.address import Address, AddressError

MAX_TAG: Final = 100
"""Characters of a tag. What is longer is no word that anyone will search for; the whole of it is left alone."""

NO_NICKS: Final[Mapping[str, Address]] = {}
"""For an author whose `following` is not known: only full addresses are mentions."""


class SpanKind(StrEnum):
    """What a piece of a text is."""

    MENTION = "mention"
    TAG = "tag"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Span:
    """The piece ``text[start:end]`` and what it stands for.

    `value` is the canonical address of a mention, the folded tag without ``#``, or the URL as it is written.
    """

    start: int
    end: int
    kind: SpanKind
    value: str


# Not in a URL: blanks, quotes and angle brackets, CJK and typographic brackets and stops, and whatever does not show.
_STOP: Final = (
    r"\s<>\"`\x00-\x20\x7f-\xa0«»‹›“”„、。《》「」『』【】（），！？"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
)
_URL_REST: Final = rf"[^{_STOP}]"
_HOST_BEGINS: Final = r"(?:[^\W_]|\[[0-9A-Fa-f:.]++\])"
_ADDR_SPEC: Final = r"[A-Za-z0-9.!%&'*+/=?^_{|}~$-]++@[A-Za-z0-9.-]*[A-Za-z0-9]"
_BEGIN: Final = re.compile(
    r"(?<!\w)(?:"
    rf"(?P<link>(?i:https?|gemini|gopher|finger)://{_HOST_BEGINS}{_URL_REST}*+|(?i:mailto):{_ADDR_SPEC}(?:\?{_URL_REST}*+)?)"
    r"|(?P<mention>(?<![@/])@)"
    r"|(?P<tag>(?<![\#&/])\#))"
)
# The groups are atomic: a name that goes on where it may not is no name, rather than the part of it that fits.
_FULL_MENTION: Final = re.compile(
    r"@(?P<user>[A-Za-z0-9][A-Za-z0-9._-]*+)@"
    r"(?P<host>\[[0-9A-Fa-f:.]*+\]|(?>[A-Za-z0-9](?:[.-]*+[A-Za-z0-9])*+))"
    r"(?P<port>(?::[0-9]++)?+)(?![\w@])"
)
_NICK_ENDS: Final = ".-_"
_TRAILING: Final = frozenset(".,;:!?'’*_…")
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}


def spans(text: str, nicks: "Mapping[str, Address] | Nicks" = NO_NICKS, limit: int | None = None) -> tuple[Span, ...]:
    """The mentions, tags and links of `text` in order, without overlap; no more than `limit`.

    `nicks` maps what the author calls people to their addresses; a nick in another case is found when it can mean only
    one address.
    """
    return tuple(islice(_scan(text, nicks), limit))


def tags(text: str) -> tuple[str, ...]:
    """The tags of `text`, folded and without ``#``, each once, in order."""
    return tuple(dict.fromkeys(span.value for span in _scan(text, NO_NICKS) if span.kind is SpanKind.TAG))


def links(text: str) -> tuple[str, ...]:
    """The URLs of `text` as they are written, each once, in order."""
    return tuple(dict.fromkeys(span.value for span in _scan(text, NO_NICKS) if span.kind is SpanKind.LINK))


def fold_tag(tag: str) -> str:
    """The form in which tags are compared, with or without ``#`` in front: full case folding, then NFC."""
    return unicodedata.normalize("NFC", tag.removeprefix("#").casefold())


def folded(subject: str | None, text: str) -> str:
    """A post on one line: under its `subject`, the text is only counted, since the author asked to fold it there.

    Without a subject, or with a blank one, it is the text itself; runs of white space become one space.
    """
    line = " ".join(text.split())
    warning = " ".join((subject or "").split())
    if not warning:
        return line
    return f"{warning} [folded: {len(line)} character{'' if len(line) == 1 else 's'}]"


def _scan(text: str, nicks: "Mapping[str, Address] | Nicks") -> Iterator[Span]:
    by_nick = nicks if isinstance(nicks, Nicks) else Nicks(nicks)
    position = 0
    while (begin := _BEGIN.search(text, position)) is not None:
        start = begin.start()
        position = begin.end()
        span: Span | None = None
        if begin["link"] is not None:
            end = _link_end(text, start, position)
            span = Span(start, end, SpanKind.LINK, text[start:end])
        elif begin["mention"] is not None:
            span = _full_mention(text, start) or by_nick.mention(text, start)
        else:
            position = _word_end(text, position)
            span = _tag(text, start, position)
        if span is not None:
            position = span.end
            yield span


def _link_end(text: str, start: int, end: int) -> int:
    """Where a URL ends that could be as long as ``text[start:end]``: before the sentence's punctuation and brackets.

    The pattern has a host begin with a letter, a digit or a whole IPv6 address, so that something is always left of it.
    """
    link = text[start:end]
    surplus = {closing: link.count(closing) - link.count(opening) for closing, opening in _BRACKETS.items()}
    while (last := text[end - 1]) in _TRAILING or surplus.get(last, 0) > 0:
        if last in surplus:
            surplus[last] -= 1
        end -= 1
    return end


def _full_mention(text: str, start: int) -> Span | None:
    found = _FULL_MENTION.match(text, start)
    if found is None:
        return None
    try:
        address = Address.parse(found[0][1:])
    except AddressError:
        return None
    return Span(start, found.end(), SpanKind.MENTION, str(address))


def _word_end(text: str, position: int, also: str = "") -> int:
    """Where the letters, digits, ``_``, marks and `also` that begin at `position` end.

    Marks are no word characters to `re`, but without them no Hindi or Thai word is whole.
    """
    while position < len(text) and (
        (character := text[position]).isalnum()
        or character == "_"
        or character in also
        or unicodedata.category(character)[0] == "M"
    ):
        position += 1
    return position


def _tag(text: str, start: int, end: int) -> Span | None:
    name = text[start + 1 : end]
    if len(name) > MAX_TAG or not any(character.isalpha() for character in name):
        return None
    return Span(start, end, SpanKind.TAG, fold_tag(name))


class Nicks:
    """Looks up nicks as they are written, and in any case where that is unambiguous; folds them when first needed.

    Made once for all the texts of an author: folding a list of thousands takes as long as reading a hundred posts.
    """

    def __init__(self, nicks: Mapping[str, Address]) -> None:
        self._exact = nicks
        self._folded: dict[str, Address | None] | None = None

    def mention(self, text: str, start: int) -> Span | None:
        """The mention by nick that begins with the ``@`` at `start`, if there is one."""
        end = _word_end(text, start + 1, also=".-")
        if not self._exact or text.startswith("@", end):
            return None
        name = text[start + 1 : end]
        for nick in dict.fromkeys((name, name.rstrip(_NICK_ENDS))):
            if (address := self._address(nick)) is not None:
                return Span(start, start + 1 + len(nick), SpanKind.MENTION, str(address))
        return None

    def _address(self, nick: str) -> Address | None:
        if nick in self._exact:
            return self._exact[nick]
        if self._folded is None:
            self._folded = {}
            for known, address in self._exact.items():
                key = known.casefold()
                # None: two people are called so in different case, and neither is meant by a third spelling.
                self._folded[key] = address if self._folded.get(key, address) == address else None
        return self._folded.get(nick.casefold())
