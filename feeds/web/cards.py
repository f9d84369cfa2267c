"""A post or an announcement as one article, in a list and by itself (plan-format 3 and 8.12).

- The heading of each says who and when, so that those who hear a page can go from one to the next.
- A text that its author folded under a subject stays folded: what it is about is read first (`details`).
- That a post was edited, taken back, withheld or malformed is said in words, and so is the verdict.
- An announcement is a sentence, and a table of what each gets by it, in the words of `thimbl.core.announcements`.
"""

import re
from collections.abc import Mapping
from typing import Final

from feeds.web.asked import Asked
from feeds.web.html import Element, Node, el, isolated
from feeds.web.texts import excerpt, text
from feeds.web.words import account_path, breaking, capital, clip, named, parted, record_link, stamp, verdict
from thimbl.core.address import SHOWN_ID, Address, AddressError, Reference
from thimbl.core.announcements import announced
from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.sentences import table
from thimbl.core.counting import counted
from thimbl.core.licences import licence_of
from thimbl.core.log import Verdict
from thimbl.core.records import POST
from thimbl.core.terminal import safe_line
from thimbl.store.types import Item

_NAMED: Final = re.compile(
    r"(?<![\w.@-])([A-Za-z0-9][A-Za-z0-9._-]{0,63}@(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?)(?::[0-9]{1,5})?)"
    r"(?:#([a-z2-7]{8,52})(?![\w]))?(?![\w@])"
)
"""An address, or a reference with the beginning of its id, as the sentences of announcements have them."""


def card(
    asked: Asked,
    item: Item,
    *,
    whole: bool = False,
    asked_for: bool = False,
    level: str = "h2",
    own: bool = False,
    below: Reference | None = None,
) -> Element:
    """One item. `whole`: all of a long text; `asked_for`: it is what the page is about; `level`: of its heading;
    `own`: the page is its author's, and says who that is and that the plan is verified, if it is; `below`: what it
    stands below as an answer, and need not name."""
    path = record_path(asked, item)
    kind = "" if item.kind == POST else " announcement"
    licence = clip(licence_of(item.body) or "") if item.kind == POST else ""
    return el(
        "article",
        el(level, *_by(asked, item, path, own=own), class_="by"),
        _answers(asked, item) if item.re is None or item.re != below else None,
        *_said(asked, item, path, whole=whole, own=own),
        el("p", f"Licence: {licence}", class_="context") if licence else None,
        class_=f"post{kind}{' asked' if asked_for else ''}",
        id=item.id[:SHOWN_ID],
    )


def record_path(asked: Asked, item: Item) -> str | None:
    """The address of an item's page; None where this host shows nothing of its author."""
    who = asked.source.who_is(item.address)
    return None if who is None else asked.site.to(who, item.id)


def _by(asked: Asked, item: Item, path: str | None, *, own: bool) -> list[Node]:
    parts: list[Node] = []
    if not own:
        account = account_path(asked, item.address)
        name = named(item.name, item.address.user)
        parts += [el("span", el("a", name, href=account) if account else name, class_="name"), " "]
        parts += [el("span", isolated(str(item.address)), class_="handle"), " "]
    when = stamp(item.time)
    parts.append(el("span", el("a", when, href=path) if path else when, class_="when"))
    if item.edited is not None and not item.retracted:
        parts += [" ", el("span", "edited ", stamp(item.edited), class_="note")]
    if not own or item.verdict is not Verdict.VERIFIED:
        parts += [" ", verdict(item.verdict)]
    return parts


def _answers(asked: Asked, item: Item) -> Element | None:
    if item.re is not None:
        return el("p", "answers ", record_link(asked, item.re), class_="context")
    if item.to is not None:
        return el("p", "answers ", isolated(str(item.to)), class_="context")
    return None


def _said(asked: Asked, item: Item, path: str | None, *, whole: bool, own: bool) -> list[Node]:
    if item.retracted:
        return [_note("Its author took this back.")]
    if item.malformed is not None:
        return [_note(f"This can not be shown: its field {clip(item.malformed)} is not as it must be.")]
    if item.withheld:
        return [_note("Its text was withheld: the record is here, and what it says is not.")]
    if item.kind != POST:
        return _announcement(asked, item, whole=whole, own=own)
    nicks = asked.source.nicks(item.address)
    shown = _text(asked, item.text, nicks, path, whole=whole)
    subject = safe_line(item.subject or "")
    if not subject:
        return [shown]
    folded = f" (folded: {counted(len(' '.join(item.text.split())), 'character')})"
    return [el("details", el("summary", isolated(subject), el("span", folded, class_="note")), shown)]


def _text(asked: Asked, written: str, nicks: Mapping[str, Address], path: str | None, *, whole: bool) -> Element:
    if not written.strip():
        return _note("A post without text.")
    return text(asked, written, nicks) if whole or path is None else excerpt(asked, written, nicks, path)


def _announcement(asked: Asked, item: Item, *, whole: bool, own: bool) -> list[Node]:
    try:
        said = announced(item.kind, item.body, asked.now, item.code_of)
        rows = table(item.kind, item.body)
    except Malformed as fault:
        return [_note(f"An announcement that can not be shown: {clip(str(fault), 200)}")]
    if said is None:
        return [_note(f"An announcement of the kind {clip(item.kind)}, which this program does not know.")]
    sentence = capital(said) if own else said  # it goes on from the name of who says it, where that stands above
    shown: list[Node] = [el("div", el("p", *linked(asked, f"{sentence}.")), class_="text")]
    if rows:
        body = [
            el("tr", el("th", isolated(label), scope="row"), el("td", amount, class_="number"))
            for label, amount in rows
        ]
        table_ = el("table", el("tbody", *body))
        shown.append(el("details", el("summary", "What each gets"), table_, open=whole))
    return shown


def linked(asked: Asked, sentence: str) -> list[Node]:
    """A sentence of ours about people and records, with links to those that have a page here."""
    shown: list[Node] = []
    at = 0
    for found in _NAMED.finditer(sentence):
        try:
            address = Address.parse(found[1])
        except AddressError:
            continue
        who = asked.source.who_is(address)
        if who is None:
            continue
        path = (who,) if found[2] is None else (who, found[2])
        link = el("a", *parted(found[0]), href=asked.site.to(*path), dir="ltr", class_="at")
        shown += [breaking(sentence[at : found.start()]), link]
        at = found.end()
    return [*shown, breaking(sentence[at:])]


def _note(words: str) -> Element:
    return el("p", el("em", words), class_="context")


def sentence_of(item: Item, now: int) -> str:
    """One line on what an item says, for a title or a description. Of a folded text, its subject alone."""
    if item.retracted or item.withheld or item.malformed is not None:
        return ""
    if item.kind == POST:
        return " ".join((safe_line(item.subject or "") or item.text).split())
    try:
        return announced(item.kind, item.body, now, item.code_of) or item.kind
    except Malformed:
        return ""
