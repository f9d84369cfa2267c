"""Evidence: every record of every plan that this follower has verified (commune.md 1).

- Found by reference, and by what it is about: the offer or the commune that its body names.
- Records come in any order; what is read here is sorted, so that the order changes nothing.
- Of an author whose log forked, neither branch is evidence: whoever fills this leaves both out (plan-format 4).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from thimbl.core.address import Address
from thimbl.core.commune.fields import Fields, Malformed
from thimbl.core.commune.participants import PARTICIPANT_KINDS
from thimbl.core.log import VerifiedRecord

_ABOUT: Final = ("offer", "commune", "of")
"""What the body of a participant's record names, in the order of how closely."""


class Evidence:
    """What is known of the records that a commune may cite."""

    def __init__(self, records: Iterable[VerifiedRecord] = ()) -> None:
        self._by_reference: dict[str, VerifiedRecord] = {}
        self._about: defaultdict[tuple[str, str], dict[str, list[VerifiedRecord]]] = defaultdict(dict)
        self._address: Address | None = None
        self._author = ""
        for record in records:
            self.add(record)

    def __len__(self) -> int:
        return len(self._by_reference)

    def add(self, verified: VerifiedRecord) -> str | None:
        """Take a record in; its reference. None where it is here already, or can not be cited."""
        record = verified.record
        if record.kind not in PARTICIPANT_KINDS:
            return None
        if verified.author is not self._address:  # records come log by log
            self._address, self._author = verified.author, str(verified.author)
        author = self._author
        reference = f"{author}#{record.id}"
        if reference in self._by_reference:
            return None
        self._by_reference[reference] = verified
        subject = subject_of(verified)
        if subject is not None:
            known = self._about[record.kind, subject].setdefault(author, [])
            known.append(verified)
            if len(known) > 1 and known[-2].record.seq > record.seq:
                known.sort(key=lambda one: one.record.seq)
        return reference

    def get(self, reference: str) -> VerifiedRecord | None:
        """The record of this name, in canonical form; None where it is not there."""
        return self._by_reference.get(reference)

    def of_kind(self, kind: str) -> list[tuple[str, VerifiedRecord]]:
        """All records of one kind, by reference in ascending order."""
        return sorted((one for one in self._by_reference.items() if one[1].record.kind == kind), key=lambda one: one[0])

    def about(self, kind: str, subject: str) -> Iterator[tuple[str, list[VerifiedRecord]]]:
        """The records of one kind about an offer, a commune or a record: by author in ascending order, oldest first."""
        found = self._about.get((kind, subject))
        if found:
            yield from sorted(found.items())

    def by(self, author: str, kind: str, subject: str) -> list[VerifiedRecord]:
        """The same of one author."""
        return self._about.get((kind, subject), {}).get(author, [])


def subject_of(verified: VerifiedRecord) -> str | None:
    """The offer or record that a participant's record is about, or the commune, in canonical form; None where it names
    none that could be."""
    fields = Fields(verified.record.body)
    for field in _ABOUT:
        if field in fields:
            try:
                return fields.address(field) if field == "commune" else fields.reference(field)
            except Malformed:
                return None
    return None
