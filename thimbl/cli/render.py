"""Items as blocks of text for people (experience.md, "From a shell").

A block is a heading (who, the verdict in words and shape, when, the first characters of the id) and the text under it,
wrapped and indented. All that others wrote passes `thimbl.core.terminal` here, once, before colour is put around it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from thimbl.cli.context import Context
from thimbl.cli.layout import clip, columns, width_of, wrap
from thimbl.cli.marks import style_of, words_of
from thimbl.cli.names import SHOWN
from thimbl.cli.output import json_line, painter
from thimbl.cli.when import since
from thimbl.core.terminal import safe, safe_line

if TYPE_CHECKING:
    from thimbl.core.address import Reference
    from thimbl.store.types import Item

MOST_NAME: Final = 40
"""Columns of a name in a heading; the whole of it is in `thimbl show`."""

MOST_FIELDS: Final = 8
"""Fields of an announcement in a list; all of them are in `thimbl show`."""

MOST_VALUE: Final = 160
"""Columns of one field in a list."""

_REFERENCE: Final = re.compile(r"(@[^\s#]+#[a-z2-7]{8})[a-z2-7]{44}")

INDENT: Final = 4
STEP: Final = 2
"""Columns by which an answer stands further in than what it answers."""

DEEPEST: Final = 10
"""Steps: a long quarrel should not be squeezed against the right edge."""


class Renderer:
    """Makes blocks for one run of a command."""

    def __init__(
        self, context: Context, *, unfold: bool = False, full: bool = False, show_muted: bool = False
    ) -> None:
        self.now, self.width, self.paint = context.now(), context.width, painter(context)
        self.unfold = unfold or full
        """Show the text under a subject too."""
        self.show_muted = show_muted or self.unfold
        """Show what the person has muted, as in a list that is all of one author."""
        self.full = full
        """Show every field, and an offer in all its terms."""

    def block(self, item: "Item", *, depth: int = 0, reply_line: bool = True) -> list[str]:
        """The lines of one item; `depth` is its place in a thread."""
        margin = " " * (STEP * min(depth, DEEPEST))
        room = self.width - len(margin) - INDENT
        lines = self._heading(item, self.width - len(margin))
        if reply_line and (item.re or item.to or (item.imported and item.imported.to)):
            lines.append(" " * INDENT + self.paint(self._answers(item), "faint"))
        lines += [" " * INDENT + line if line else "" for line in self.body(item, room)]
        return [margin + line if line else "" for line in lines]

    def missing(self, reference: "Reference", depth: int) -> list[str]:
        """The lines of a place in a thread whose record is not here."""
        margin = " " * (STEP * min(depth, DEEPEST))
        text = f"[{reference.address.place} wrote {reference.id[:SHOWN]}, which is not here]"
        return [margin + self.paint(line, "faint") for line in wrap(text, self.width - len(margin))]

    def _heading(self, item: "Item", width: int) -> list[str]:
        who, where = self.who(item)
        parts = [(who, "author")]
        if where:
            parts.append((where, "faint"))
        if not item.is_me:
            parts.append((words_of(item.verdict), style_of(item.verdict)))
        parts += [(since(item.time, self.now), "faint"), (item.id[:SHOWN], "tag")]
        if item.edited is not None:
            parts.append(("edited", "faint"))
        if item.imported is not None:
            parts.append(("imported", "faint"))
        if item.licence is not None:
            parts.append((clip(safe_line(item.licence), MOST_NAME), "faint"))
        if item.unread:
            parts.append(("● new", "unread"))
        # Where all of it is too long for one line, the rest goes on in the next.
        lines, used = [""], 0
        for text, style in parts:
            wide = width_of(text)
            if used and used + 2 + wide > width:
                lines.append(" " * INDENT)
                used = INDENT
            elif used:
                lines[-1] += "  "
                used += 2
            lines[-1] += self.paint(text, style)
            used += wide
        return lines

    def who(self, item: "Item") -> tuple[str, str]:
        """What to call the author, and their address where that is needed to know them."""
        name = clip(safe_line(item.name), MOST_NAME)
        if item.is_me:
            return "you", ""
        by = f"by {clip(safe_line(item.by), MOST_NAME)}" if item.by else ""
        if item.nick is None:
            return (name, item.address.place) if name else (item.address.place, by)
        nick = safe_line(item.nick)
        return (nick if not name or name.casefold() == nick.casefold() else f"{nick} ({name})"), by

    def _answers(self, item: "Item") -> str:
        if item.re is not None:
            return f"answers {item.re.address.place} {item.re.id[:SHOWN]}"
        return f"to {item.to or (item.imported and item.imported.to)}"

    # what stands under the heading

    def body(self, item: "Item", width: int) -> list[str]:
        """The lines under the heading, not indented."""
        return list(self._body(item, width))

    def _body(self, item: "Item", width: int) -> Iterator[str]:
        if item.retracted:
            yield self.paint("[retracted by its author]", "faint")
        elif item.withheld:
            yield self.paint("[the text is not here: the host withholds it]", "faint")
        elif item.muted is not None and not self.show_muted:
            yield self.paint(f"[you have muted {safe_line(item.muted)}: --unfold shows it]", "faint")
        elif item.kind == "post":
            if item.malformed:
                yield self.paint(f"[malformed: {safe_line(item.malformed)} is not as it should be]", "doubtful")
            yield from self._text(item, width)
        else:
            yield from self._announcement(item, width)

    def _text(self, item: "Item", width: int) -> Iterator[str]:
        from thimbl.core.text import folded

        subject = safe_line(item.subject or "")
        if subject and not self.unfold:
            for line in wrap(safe_line(folded(item.subject, item.text)), width):
                yield self.paint(line, "subject")
            return
        if subject:
            for line in wrap(subject, width):
                yield self.paint(line, "subject")
        yield from wrap(safe(item.text), width)

    def _announcement(self, item: "Item", width: int) -> Iterator[str]:
        from thimbl.core.announcements import announced
        from thimbl.core.commune.fields import Malformed
        from thimbl.core.commune.offer import BondOffer, describe
        from thimbl.core.commune.participants import BOND_OFFER

        fault, said = item.malformed, None
        try:
            said = announced(item.kind, item.body, self.now, item.code_of)
        except Malformed as error:
            fault = str(error)
        if said is None or fault:
            why = f" (malformed: {safe_line(fault)})" if fault else ""
            for line in wrap(f"{safe_line(item.kind)}{why}", width):
                yield self.paint(line, "doubtful" if fault else "subject")
            yield from self.fields(item.body, width, f"all of it: thimbl show {item.id[:SHOWN]}")
        elif self.full and item.kind == BOND_OFFER:
            yield from describe(BondOffer.from_body(item.body), self.now)
        else:
            yield from wrap(said, width)
            yield from self._shares(item, width)
            if self.full and item.kind not in ("key", "move"):
                yield from self.fields(self._besides(item), width, "")

    def _besides(self, item: "Item") -> dict[str, Any]:
        """The body without the lists that the table under the sentence shows already."""
        from thimbl.core.commune.sentences import TABLED

        return {key: value for key, value in item.body.items() if key not in TABLED or not isinstance(value, list)}

    def _shares(self, item: "Item", width: int) -> Iterator[str]:
        """What a statement of the commune says that each got."""
        from thimbl.core.commune.sentences import table

        rows = table(item.kind, item.body)
        shown = rows if self.full else rows[:MOST_FIELDS]
        for label, amount in columns([(f"  {label}", amount) for label, amount in shown]):
            yield clip(label + amount, width)
        if len(shown) < len(rows):
            yield self.paint(f"  (all {len(rows)}: thimbl show {item.id[:SHOWN]})", "faint")

    def fields(self, body: Mapping[str, Any], width: int, more: str) -> Iterator[str]:
        """A body as a table, in lists cut to what is quickly read; `more` then says where the rest is."""
        shown = list(body.items())[: None if self.full else MOST_FIELDS]
        labels = ["  " + row[0] for row in columns([[safe_line(key), ""] for key, _ in shown])]
        cut = len(shown) < len(body)
        for label, (_, value) in zip(labels, shown, strict=True):
            text = safe(_as_text(value) if self.full else value if isinstance(value, str) else json_line(value))
            if not self.full:
                text = _REFERENCE.sub(r"\1…", text)
            if not self.full and (width_of(text) > MOST_VALUE or "\n" in text):
                text, cut = clip(safe_line(text), MOST_VALUE), True
            indent = min(width_of(label), width // 2)
            first, *rest = wrap(text, width - indent) or [""]
            yield f"{clip(label, indent - 1)} {first}" if width_of(label) > indent else label + first
            yield from (" " * indent + line for line in rest)
        if cut:
            yield self.paint(f"  ({more})", "faint")


def _as_text(value: object) -> str:
    """A value of a body: a list of references or of flat maps as a line each, all else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value:
        if all(isinstance(one, str) for one in value):
            return "\n".join(value)
        if all(isinstance(one, dict) and not any(isinstance(v, (dict, list)) for v in one.values()) for one in value):
            return "\n".join("  ".join(map(str, one.values())) for one in value)
    return json_line(value)
