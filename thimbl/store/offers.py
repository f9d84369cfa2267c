"""Which series an announcement is about: what it calls its offer by a reference, people call by the series' code.

- The code is the first line of the words that an offer's own line holds (`thimbl.store.derive`), so it is looked up in
  one query for a whole list, and no ledger is folded for it.
- A registration and an acknowledgement name a record that names the offer: one step more.
- An id covers the record's body: whoever has it, the code is the same.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from thimbl.store.database import Database, chunks, marks
from thimbl.store.derive import BOND_OFFER
from thimbl.store.types import Item


def with_series(database: Database, items: Sequence[Item]) -> Sequence[Item]:
    """The same items; those that name an offer which is here, or what names one, with its series' code."""
    named = {index: id_ for index, item in enumerate(items) if (id_ := _named(item.body)) is not None}
    if not named:
        return items
    codes, further = _codes(database, named.values())
    if further:
        offers, _ = _codes(database, further.values())
        codes |= {id_: offers[offer] for id_, offer in further.items() if offer in offers}
    told = list(items)
    for index, id_ in named.items():
        if id_ in codes:
            told[index] = replace(told[index], series=codes[id_])
    return told


def _codes(database: Database, ids: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Of these records the codes of those that are offers, and the ids of the offers that the others name."""
    codes, further = dict[str, str](), dict[str, str]()
    for some in chunks(sorted(set(ids))):
        for id_, kind, words, malformed, data in database.rows(
            "SELECT item.id, item.kind, item.words, item.malformed, record.data FROM item "
            "LEFT JOIN record ON record.author = item.author AND record.seq = item.seq AND item.kind <> 'post' "
            f"WHERE item.id IN ({marks(some)})",
            some,
        ):
            if kind == BOND_OFFER:
                if malformed is None:
                    codes[id_] = words.partition("\n")[0]
            elif data is not None and (offer := _id(json.loads(data).get("offer"))) is not None:
                further[id_] = offer
    return codes, further


def _named(body: Mapping[str, Any]) -> str | None:
    """The id of the offer that an announcement names; else of the transfer that it registers, or what it is of."""
    return _id(body.get("offer")) or _id(body.get("transfer")) or _id(body.get("of"))


def _id(reference: object) -> str | None:
    place, hash_, id_ = reference.rpartition("#") if isinstance(reference, str) else ("", "", "")
    return id_ if place and hash_ else None
