"""What is said of the logs that communes cite, and of those who have seen another record than is here."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from thimbl.core.counting import counted
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from thimbl.node.polling.witnesses import Settled
    from thimbl.store.citations import Commune, Gathered

NAMED: Final = 3
"""Logs that are named where some are lacking; `following --cited` lists all."""


def cited_line(commune: "Commune") -> str:
    """How many logs are asked for a commune's sake."""
    number = len(commune.logs)
    return f"{commune.address}: {counted(number, 'log')} that it cites {_are(number)} asked for too."


def commune_line(commune: "Commune") -> str:
    """That somebody who is followed now is a commune."""
    cited = counted(len(commune.logs), "log")
    return f"{commune.address} is a commune, and cites {cited} besides those you follow: 'thimbl fetch' asks for them."


def gathered_lines(gathered: "Iterable[Gathered]") -> Iterator[str]:
    """How many of them are here, and why some are not."""
    for one in gathered:
        if one.lacking:
            found = f"{one.found} {_are(one.found)} here, {len(one.lacking)} lacking"
        else:
            found = "it is here" if one.cited == 1 else "all are here"
        yield f"{one.commune} cites {counted(one.cited, 'log')} besides those you follow: {found}."
        for lacking in one.lacking[:NAMED]:
            yield f"    {lacking.address}: {safe_line(lacking.failure or 'nothing that holds came yet')}."
        if len(one.lacking) > NAMED:
            yield f"    And {len(one.lacking) - NAMED} more: 'thimbl following --cited' lists all."
        if one.beyond:
            yield f"    {counted(one.beyond, 'log')} that only older records cite {_are(one.beyond)} not asked for."


def settled_line(settled: "Settled") -> str:
    """That a witness who disagrees could not show why."""
    dispute = settled.dispute
    return (
        f"{dispute.witness} has seen another record {dispute.seq} of {dispute.author} than is here "
        f"({dispute.last[:8]}, not {dispute.ours[:8]}), and does not show it: {safe_line(settled.reason)}."
    )


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
