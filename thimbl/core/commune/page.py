"""Pages about communes as plain text of 72 columns, for people with nothing but finger (commune.md 8).

The same text is what `thimbl ledger` prints. Everything in it is escaped for a terminal.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.money import Currency, format_rate, format_sum
from thimbl.core.commune.offer import BondOffer, closes_in
from thimbl.core.commune.participants import SUBSCRIPTION, Subscription, read_participant
from thimbl.core.commune.report import cash_of
from thimbl.core.commune.sale import is_eligible
from thimbl.core.commune.sentences import Codes
from thimbl.core.commune.shares import listed
from thimbl.core.commune.state import Finding, Series, Status
from thimbl.core.commune.study import Study
from thimbl.core.commune.words import in_words, together
from thimbl.core.layout import clip, fill, width_of, wrap
from thimbl.core.terminal import safe_line
from thimbl.core.times import format_time

WIDTH: Final = 72
"""Columns (commune.md 8)."""

MOST_LISTED: Final = 20
"""Members, holders or findings that a page names; `thimbl ledger --json` has them all."""

MOST_SERIES: Final = 20
"""Series that a page tells of."""


def ledger_page(study: Study) -> list[str]:
    """Register, series, pool, findings; lines without their ends."""
    return list(_ledger_page(study))


def bonds_page(studies: Iterable[Study], now: int) -> list[str]:
    """The open offers of all communes that this host follows. `now` is Unix seconds."""
    lines = [line for study in studies for line in _open_offers(study, now)]
    return lines or ["No bonds are open for subscription at the communes that this host follows."]


def subscribed(study: Study, series: Series) -> int:
    """How much is bid for a series that is floated: of each author the newest eligible subscription, in minor units."""
    total = 0
    for _, records in study.ledger.state.evidence.about(SUBSCRIPTION, series.offer):
        amounts = []
        for verified in records:
            try:
                said = read_participant(verified.record, study.ledger.state.currency)
            except Malformed:
                continue
            if isinstance(said, Subscription) and is_eligible(series.terms, said, verified.record.time):
                amounts.append(said.amount)
        total += amounts[-1] if amounts else 0
    return total


def _ledger_page(study: Study) -> Iterator[str]:
    ledger, state = study.ledger, study.ledger.state
    if state.charter is None:
        yield f"{study.commune} has no charter yet."
        return
    currency = state.currency
    yield clip(safe_line(state.charter.name), WIDTH)
    whole = "complete" if ledger.complete else "INCOMPLETE: records are missing"
    yield from wrap(f"{study.commune}: {ledger.seq} records, the newest of {format_time(ledger.time)}; {whole}", WIDTH)
    yield ""
    yield from _people("Members", state.members)
    yield from _people("Co-ops", state.coops)
    shown = shown_series(state.series.values())
    for series in shown:
        yield ""
        yield from _series(series, currency)
    if len(state.series) > len(shown):
        others = Counter(series.status for series in state.series.values() if series not in shown)
        what = ", ".join(f"{number} {status}" for status, number in sorted(others.items()))
        yield ""
        more = f"And {len(state.series) - len(shown)} more series, {what}: 'thimbl ledger --json' has all."
        yield from wrap(more, WIDTH)
    yield ""
    for label, minor in (("Pool", state.pool), ("Carried over", state.carried), ("Cash in all", cash_of(ledger))):
        amount = format_sum(minor, currency)
        yield fill(label, WIDTH - width_of(amount)) + amount
    yield ""
    yield from _findings("Findings", study.findings, currency, study.code_of)
    yield from _findings("Notices", study.notices, currency, study.code_of)


def shown_series(series: Iterable[Series]) -> list[Series]:
    """Of many series those that are not over, then the newest, in the order floated."""
    found = list(enumerate(series))
    found.sort(key=lambda one: (one[1].status in (Status.REDEEMED, Status.LAPSED), -one[0]))
    return [one for _, one in sorted(found[:MOST_SERIES], key=lambda one: one[0])]


def _people(label: str, register: Mapping[str, object]) -> Iterator[str]:
    names = list(register)
    more = [f"and {len(names) - MOST_LISTED} more"] if len(names) > MOST_LISTED else []
    text = ", ".join([*names[:MOST_LISTED], *more]) or "none"
    yield from _entry(f"{label} ({len(names)})", text)


def _series(series: Series, currency: Currency) -> Iterator[str]:
    state = str(series.status) if series.asset is None else f"{series.status}, asset {series.asset}"
    asset = clip(safe_line(series.terms.asset), WIDTH - width_of(series.code) - width_of(state) - 4)
    yield fill(f"{series.code}  {asset}", WIDTH - width_of(state)) + state
    rate = "" if series.rate_bp is None else f" at {format_rate(series.rate_bp)}"
    yield from _entry("  face", format_sum(series.terms.face, currency) + rate)
    if series.tenant is not None:
        rent = format_sum(series.tenancies[-1].rent, currency)
        yield from _entry("  let to", f"{series.tenant}, {rent} a month from {series.tenancies[-1].first} on")
    if series.status in (Status.CLEARED, Status.ACQUIRED, Status.LIQUIDATED):
        yield from _entry("  outstanding", format_sum(series.outstanding, currency))
        yield from _entry("  interest due", format_sum(series.due, currency))
        yield from _entry("  cash", format_sum(series.cash, currency))
        holders = listed(series.holdings)
        for who, amount in holders[:MOST_LISTED]:
            yield from _entry("  owed", f"{format_sum(amount, currency)} to {who}")
        if len(holders) > MOST_LISTED:
            yield from _entry("", f"and to {len(holders) - MOST_LISTED} more")


def _findings(label: str, findings: Sequence[Finding], currency: Currency, code_of: Codes) -> Iterator[str]:
    yield f"{label}: {len(findings) or 'none'}"
    for finding in together(findings)[-MOST_LISTED:]:
        first, *rest = in_words(finding, currency, code_of)
        yield from _entry(f"  {finding.seq}", f"{finding.code}: {first}", 8)
        for line in rest:
            yield from _entry("", line, 10)


def _open_offers(study: Study, now: int) -> Iterator[str]:
    state = study.ledger.state
    for series in state.series.values():
        if series.status is not Status.FLOATED or not series.terms.is_open(now):
            continue
        bid = format_sum(subscribed(study, series), state.currency)
        yield from _offer(series.terms, series.offer, bid, state.currency, now)
        yield ""


def _offer(terms: BondOffer, reference: str, bid: str, currency: Currency, now: int) -> Iterator[str]:
    yield clip(f"{terms.series}  {safe_line(terms.asset)}", WIDTH)
    ceiling = "up to " if terms.is_auction else ""
    for label, text in (
        ("  face", f"{format_sum(terms.face, currency)}, at {ceiling}{format_rate(terms.ceiling_bp)}"),
        ("  rent", f"{format_sum(terms.rent, currency)} a month"),
        ("  subscribed", bid),
        ("  closes", f"{format_time(terms.closes)} ({closes_in(terms, now)})"),
        ("  offer", reference),
    ):
        yield from _entry(label, text)


def _entry(label: str, text: str, indent: int = 16) -> Iterator[str]:
    """A label and a text beside it, wrapped."""
    first, *rest = wrap(text, WIDTH - indent, links=False) or [""]
    yield (fill(label, indent) if width_of(label) < indent else label + " ") + first
    yield from (" " * indent + line for line in rest)
