"""Unsigned logs of a venture on their way into a store, as if each part had been fetched and verified."""

import hashlib
from collections.abc import Sequence

from thimbl.core.compose import make_head
from thimbl.core.keys import PrivateKey
from thimbl.core.log import Judgement, Known, Verdict, VerifiedRecord
from thimbl.store import Writer

KEY = PrivateKey.from_seed(hashlib.sha256(b"everybody's").digest())
LATER = 2**31


def arrive(writer: Writer, log: Sequence[VerifiedRecord], low: int, high: int, **about: object) -> None:
    """Take records `low` to `high` of a log, under a head that knows of no later ones, and says this besides."""
    newest = log[high - 1]
    address = newest.author
    head = make_head(
        {"address": str(address), **about},
        seq=high,
        last=newest.record.id,
        updated=newest.record.time,
        signer=KEY,
    )
    known = Known(address, pinned=KEY.public.fingerprint, seq=high, updated=newest.record.time)
    before = writer.author(address)
    gap = low if low > 1 and (before is None or before.seq < low - 1) else None
    records = tuple(reversed(log[low - 1 : high]))
    writer.take(Judgement(Verdict.VERIFIED, "", known, head, records, gap_below=gap), LATER)


def fill(writer: Writer, log: Sequence[VerifiedRecord], low: int, high: int) -> None:
    """Take older records `low` to `high` of a log whose newest are here."""
    newest = log[-1]
    head = make_head(
        {"address": str(newest.author)},
        seq=newest.record.seq,
        last=newest.record.id,
        updated=newest.record.time,
        signer=KEY,
    )
    known = Known(newest.author, pinned=KEY.public.fingerprint, seq=head.seq, updated=head.updated)
    gap = low if low > 1 else None
    records = tuple(reversed(log[low - 1 : high]))
    writer.take(Judgement(Verdict.VERIFIED, "", known, head, records, gap_below=gap), LATER)
