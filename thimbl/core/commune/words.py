"""Findings and notices in plain words, with the figures side by side (commune.md 7)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Final

from thimbl.core.commune.money import Currency, format_rate, format_sum
from thimbl.core.commune.sentences import Codes, short
from thimbl.core.commune.shares import Digest, Stated
from thimbl.core.commune.state import Figure, Finding
from thimbl.core.terminal import safe_line

MOST_DIFFERENCES: Final = 5
"""Holders named where lists of shares differ: enough to see whom it hits."""

MOST_NAMED: Final = 20
"""Holders or members named of those who have not acknowledged one record."""

UNACKNOWLEDGED: Final = "unacknowledged"
"""The one notice that a record may have one of for each holder."""

_WORDS: Final[Mapping[str, str]] = {
    "malformed": "the record is not as it must be: {detail} is at fault, and it has no effect",
    "wrong-status": "it does not fit what went before ({detail}), and has no effect",
    "unknown-series": "no series was floated for {detail}, and it has no effect",
    "early": "the sale of {detail} had not closed yet",
    "overspent": "the asset of {detail} cost more than the face, and it has no effect",
    "not-a-coop": "{detail} is no admitted co-op, and it has no effect",
    "expelled": "{detail} was put off the register without having asked",
    "overdrawn-holding": "{detail} does not hold that much, and it has no effect",
    "missing-evidence": "it cites {detail}, which is not here: the ledger is incomplete",
    "wrong-evidence": "it cites {detail}, which is not what is asked for",
    "reused": "it cites {detail}, which took effect before",
    "ineligible-subscription": "it cites {detail}, which could not count",
    "omitted-subscription": "the clerk had read {detail}, which counts, and left it out",
    "overdrawn": "there is not enough left to take back {detail}, and it has no effect",
    "no-members": "there is nobody to share {detail}'s pool, and it has no effect",
    "misstated": "{detail} is not what the records come to",
    "forked": "there is another record {detail} of this number: the log has two minds, and the ledger ends here",
    "unseen-subscription": "{detail} came after what the clerk had read",
    "unseen-bid": "{detail} was higher, and is not cited",
    "uncorroborated": "the rent of {detail} cites no payment by whoever paid it",
    "unreceipted": "{detail} says that rent was paid, and no record of the commune cites it",
    "overdue-rent": "less rent came in than was agreed: {detail}",
    "overdue-redemption": "{detail} has cash from an earlier month, and bonds outstanding",
    "past-term": "{detail} has bonds outstanding after its term",
    "lost": "what {detail} could not pay was lost to its holders",
    UNACKNOWLEDGED: "paid, and not yet acknowledged by {detail}",
    "unanswered": "{detail} was not acted on",
    "witness-disagrees": "{detail} has seen another record of this number: fetch their copy, it is the proof",
}


def in_words(finding: Finding, currency: Currency | None, code_of: Codes = lambda reference: None) -> list[str]:
    """A finding or a notice as lines: what is wrong, then the figures, where there are two. Escaped for a terminal.

    `code_of` says by which code the series of an offer goes.
    """
    reference, blank, rest = finding.detail.partition(" ")
    detail = (code_of(reference) or (short(reference) if "#" in reference else reference)) + blank + rest
    lines = [_WORDS.get(finding.code, "{detail}").format(detail=safe_line(detail))]
    if finding.figures is not None and currency is not None:
        lines += _side_by_side(finding.detail, finding.figures.stated, finding.figures.computed, currency)
    return lines


def together(notices: Iterable[Finding]) -> list[Finding]:
    """The same, with one for all whom one record paid and who have not acknowledged it: they would fill a page."""
    found: list[Finding] = []
    for (_, code), group in groupby(notices, key=lambda one: (one.seq, one.code)):
        alike = list(group)
        if code != UNACKNOWLEDGED:
            found += alike
            continue
        names = [one.detail for one in alike[:MOST_NAMED]]
        more = [f"and {len(alike) - MOST_NAMED} more"] if len(alike) > MOST_NAMED else []
        found.append(replace(alike[0], detail=", ".join([*names, *more])))
    return found


def _side_by_side(field: str, stated: Figure, computed: Figure, currency: Currency) -> list[str]:
    if isinstance(computed, tuple) and field != "lease":
        return _shares(stated, computed, currency)
    show = _shower(field, currency)
    return [f"stated   {show(stated)}", f"computed {show(computed)}"]


def _shower(field: str, currency: Currency) -> Callable[[Figure], str]:
    def show(figure: Figure) -> str:
        match figure:
            case int() if field == "rate_bp":
                return format_rate(figure)
            case int() if field == "members":
                return str(figure)
            case int():
                return format_sum(figure, currency)
            case (str() as tenant, int() as rent):
                return f"{tenant}, {format_sum(rent, currency)} a month"
            case _:
                return "another list"

    return show


def _shares(stated: Figure, computed: Figure, currency: Currency) -> list[str]:
    ours = dict(_pairs(computed))
    if isinstance(stated, Digest):
        total = format_sum(sum(ours.values()), currency)
        return [
            f"stated   {stated.count} shares of {format_sum(stated.total, currency)} in all, by digest",
            f"computed {len(ours)} shares of {total} in all",
        ]
    theirs = dict(_pairs(stated))
    wrong = [who for who in sorted({*ours, *theirs}) if ours.get(who) != theirs.get(who)]
    lines = [
        f"{who}: stated {format_sum(theirs.get(who, 0), currency)}, computed {format_sum(ours.get(who, 0), currency)}"
        for who in wrong[:MOST_DIFFERENCES]
    ]
    if len(wrong) > MOST_DIFFERENCES:
        lines.append(f"and {len(wrong) - MOST_DIFFERENCES} others")
    return lines or ["the same shares, in another order or with zeros"]


def _pairs(figure: Figure | Stated) -> list[tuple[str, int]]:
    assert isinstance(figure, tuple), "lists of shares are tuples"
    return [(str(pair[0]), int(pair[1])) for pair in figure if isinstance(pair, tuple)]
