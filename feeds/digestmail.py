"""A digest as a letter (RFC 5322): plain text, and the same as HTML, for whatever sends mail (`sendmail -t`).

- The same arguments give the same letter: `Date` is the end of the period, and `Message-ID` is made of what the letter
  is of, so that one that is sent twice is seen to be one. `List-Id` (RFC 2919) lets a reader sort it into a folder, and
  `Auto-Submitted` (RFC 3834) keeps answering machines from answering.
- Both parts are quoted-printable: no line is longer than 76 characters, and all of it is ASCII (RFC 2045 6.7).
- The HTML is made of `feeds.web.html`, which escapes every text. It loads nothing from anywhere, has no colours of its
  own, and so is dark where its reader's is.
- A header is made by `email` of parts that were checked: what a stranger calls themselves can not begin another one.
- Lines end in LF, as programs that take a letter on standard input want them; they make CRLF of it on the wire.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from typing import Final

from feeds.about import called
from feeds.digest import Digest, Section, Told
from feeds.digesttext import head, text
from feeds.web.html import Element, Node, document, el, isolated, lines, several
from thimbl.core.address import Address
from thimbl.core.text import SpanKind, spans
from thimbl.core.times import FIRST_MAIL, format_date

MOST_LINKS: Final = 100
"""Of one text that become links."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_POLICY: Final = SMTP.clone(linesep="\n", cte_type="7bit")


class MailboxFault(ValueError):
    """That is no mail address. They look like ana@fields.example, or 'Ana <ana@fields.example>'."""


def mailbox(said: str) -> Mailbox:
    """A mail address as people write it. Raises `MailboxFault`."""
    found = getaddresses([said])
    name, spec = found[0] if len(found) == 1 else ("", "")
    fault = f"{said[:80]!r} is no mail address: write it like ana@fields.example, or 'Ana <ana@fields.example>'."
    if "@" not in spec or not spec.isascii() or not said.isprintable():
        raise MailboxFault(fault)
    try:
        return Mailbox(name, addr_spec=spec)
    except (HeaderParseError, ValueError, IndexError):
        raise MailboxFault(fault) from None


def mailbox_of(address: Address, name: str) -> Mailbox:
    """The mail address that is written like an account's: that of the same login at the same host. Raises
    `MailboxFault` where the host has no name."""
    if ":" in address.host or address.is_web:
        raise MailboxFault(f"{address} is no mail address, so say whose the letter is: --from ana@fields.example.")
    return Mailbox(called(name), address.user, address.host)


def letter(digest: Digest, sender: Mailbox, to: Sequence[Mailbox]) -> bytes:
    """The letter, ready for `sendmail -t`."""
    message = EmailMessage(_POLICY)
    message["From"] = sender
    message["To"] = tuple(to)
    message["Subject"] = subject(digest)
    message["Date"] = format_datetime(_EPOCH + timedelta(seconds=max(digest.until, FIRST_MAIL)))
    message["Message-ID"] = f"<{_name(digest, sender, to)}@{sender.domain}>"
    message["List-Id"] = f"<{_label(digest.about.address)}>"
    message["Auto-Submitted"] = "auto-generated"
    plain = text(digest, flowed=True)
    message.set_content(plain, cte="quoted-printable", params={"format": "flowed"})
    page = document(html(digest)).decode("utf-8")
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    # The boundary is drawn by lot otherwise.
    message.set_boundary(f"=_{hashlib.sha256((plain + page).encode()).hexdigest()[:32]}")
    return message.as_bytes()


def subject(digest: Digest) -> str:
    """Of when it is, and what is in it."""
    tag = f" #{digest.about.tag}" if digest.about.tag else ""
    return f"Thimbl {format_date(digest.until)}{tag}: {digest.summary}"


def _name(digest: Digest, sender: Mailbox, to: Sequence[Mailbox]) -> str:
    about = digest.about
    said = [str(about.address), about.tag, digest.since, digest.until, str(sender), *map(str, to)]
    return f"digest.{hashlib.sha256(repr(said).encode()).hexdigest()[:32]}"


def _label(address: Address) -> str:
    """RFC 2919 2: a name below the host's; what of an address can not stand in one becomes a hyphen."""
    host = address.host if ":" not in address.host else "host.invalid"
    user = "".join(one if one.isalnum() else "-" for one in address.user.lower()).strip("-")
    return f"{user or 'account'}.digest.thimbl.{host}"


# as HTML


def html(digest: Digest) -> Element:
    """The digest as a page that stands by itself."""
    left = f"Left out: {digest.left_out} older ones."
    body = [
        el("h1", isolated(digest.title)),
        el("p", f"{digest.period}: {digest.summary}."),
        el("p", left) if digest.left_out else None,
        *(node for section in digest.sections for node in _section(section)),
    ]
    return el(
        "html",
        el(
            "head",
            el("meta", charset="utf-8"),
            el("meta", name="viewport", content="width=device-width, initial-scale=1"),
            el("meta", name="color-scheme", content="light dark"),
            el("title", subject(digest)),
        ),
        el("body", *body),
        lang="en",
    )


def _section(section: Section) -> Iterator[Node]:
    yield el("h2", section.title)
    for part in section.parts:
        if part.heading:
            yield el("h3", "By ", isolated(part.heading))
        for told in part.told:
            yield _one(told, with_name=not part.heading)


def _one(told: Told, *, with_name: bool) -> Node:
    name = several([isolated(told.entry.author.name), ", "]) if with_name else None
    shown = el("div", el("p", el("small", name, head(told))), _quoted(told.text))
    for _ in range(told.depth):
        shown = el("blockquote", shown)
    return shown


def _quoted(written: str) -> Node:
    parts = [part for part in written.split("\n\n") if part.strip()]
    return el("blockquote", *(el("p", *_inline(part.strip("\n")), dir="auto") for part in parts))


def _inline(part: str) -> Iterator[Node]:
    at = 0
    for span in spans(part, limit=MOST_LINKS):
        if span.kind is SpanKind.LINK:
            yield from lines(part[at : span.start])
            yield el("a", part[span.start : span.end], href=span.value, dir="ltr")
            at = span.end
    yield from lines(part[at:])
