"""The ledger and its audit as JSON (commune.md 7)."""

from collections.abc import Iterable, Mapping
from typing import Any

from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Currency, format_sum
from thimbl.core.commune.shares import listed
from thimbl.core.commune.state import Finding, Series, Status
from thimbl.core.commune.study import Study
from thimbl.core.commune.words import in_words


def cash_of(ledger: Ledger) -> int:
    """All that the commune holds, in minor units: of the series, the pool, what is carried, and the face of series that
    are cleared and not yet acquired."""
    state = ledger.state
    held = sum(
        series.cash + (series.terms.face if series.status is Status.CLEARED else 0) for series in state.series.values()
    )
    return held + state.pool + state.carried


def ledger_data(ledger: Ledger, notices: Iterable[Finding] = ()) -> dict[str, Any]:
    """The ledger for programs; amounts are null where there is no charter to say in which money."""
    state = ledger.state
    currency = state.charter.currency if state.charter else None

    def amount(minor: int) -> str | None:
        return None if currency is None else format_sum(minor, currency)

    return {
        "commune": ledger.address,
        "complete": ledger.complete,
        "members": list(state.members),
        "coops": list(state.coops),
        "cash": amount(cash_of(ledger)),
        "pool": amount(state.pool),
        "carried": amount(state.carried),
        "series": [_series_data(series, state.currency) for series in state.series.values()],
        "dividends": _shares(state.dividends, currency),
        "findings": [_finding_data(finding) for finding in state.findings],
        "notices": [_finding_data(notice) for notice in notices],
    }


def audit_data(study: Study) -> dict[str, Any]:
    """What was found, faults first, each with its record, who signed it, and its words; and what is lacking."""
    charter = study.ledger.state.charter
    by_seq = study.by_seq()
    found = []
    for fault, findings in ((True, study.findings), (False, study.notices)):
        for finding in findings:
            folded = by_seq.get(finding.seq)
            record = folded.verified.record if folded else None
            found.append(
                {
                    "commune": str(study.commune),
                    "seq": finding.seq,
                    "record": None if record is None else f"{study.commune}#{record.id}",
                    "kind": None if record is None else record.kind,
                    "key": (folded.verified.key or None) if folded else None,
                    "fault": fault,
                    "code": finding.code,
                    "detail": finding.detail,
                    "words": in_words(finding, charter.currency if charter else None, study.code_of),
                }
            )
    return {
        "commune": str(study.commune),
        "checked": study.ledger.seq,
        "found": found,
        "lacking": study.lacking(),
    }


def _series_data(series: Series, currency: Currency) -> dict[str, Any]:
    return {
        "code": series.code,
        "offer": series.offer,
        "status": str(series.status),
        "asset": None if series.asset is None else str(series.asset),
        "tenant": series.tenant,
        "rate_bp": series.rate_bp,
        "face": format_sum(series.terms.face, currency),
        "outstanding": format_sum(series.outstanding, currency),
        "due": format_sum(series.due, currency),
        "cash": format_sum(series.cash, currency),
        "holdings": _shares(series.holdings, currency),
    }


def _shares(shares: Mapping[str, int], currency: Currency | None) -> list[dict[str, str]]:
    if currency is None:
        return []
    return [{"holder": who, "amount": format_sum(amount, currency)} for who, amount in listed(shares)]


def _finding_data(finding: Finding) -> dict[str, Any]:
    return {"seq": finding.seq, "code": finding.code, "detail": finding.detail}
