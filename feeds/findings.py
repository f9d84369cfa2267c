"""The findings about a commune as entries of a feed (commune.md 7): where its records do not follow from each other.

- Faults alone. Notices are as of the newest record of the commune, so they come and go; a feed is for what stays.
- A finding is none of the commune's records and nobody signed it: whoever makes the feed has done the arithmetic. It
  says so in the place of an author, answers the record at fault, and names by reference all that it is about.
- Its id is made of that record's id, the code and the detail (docs/decisions/0006): whoever has the same records has
  the same ids. One about evidence that was missing is gone when the evidence comes.
- It is dated as the record is, since it was wrong from then on, whenever that was seen.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from feeds.about import About, Person, called, clean
from feeds.entries import VERDICT, Entry, line_of
from thimbl.core.address import AddressError, Reference, is_id
from thimbl.core.announcements import announced
from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.ledger import Folded
from thimbl.core.commune.state import Finding
from thimbl.core.commune.study import Study
from thimbl.core.commune.words import in_words
from thimbl.core.iri import account_iri
from thimbl.core.log import Verdict, VerifiedRecord
from thimbl.core.terminal import safe_line

FINDING: Final = "finding:"
"""What the category of a code begins with. A tag has no colon."""


def findings_of(study: Study, about: About, verdict: Verdict | None = None) -> list[Entry]:
    """The findings about a commune, those about the newest record first. `verdict` is that on the commune's plan."""
    by_seq = study.by_seq()
    # Twice the same of one record, as when it cites something twice, is one entry: ids are given once.
    found = {_id(study, one, by_seq.get(one.seq)): one for one in study.findings}
    newest_first = sorted(found.items(), key=lambda one: -one[1].seq)
    return [_entry(study, id_, one, by_seq.get(one.seq), about, verdict) for id_, one in newest_first]


def _id(study: Study, finding: Finding, folded: Folded | None) -> str:
    of = str(finding.seq) if folded is None else folded.verified.record.id
    return f"{account_iri(study.commune)}#finding/{of}/{finding.code}/{quote(finding.detail, safe='')}"


def _entry(
    study: Study, id_: str, finding: Finding, folded: Folded | None, about: About, verdict: Verdict | None
) -> Entry:
    # A fork has the id of the second record as its detail, and the fold has ended before both.
    record = None if folded is None else folded.verified.record
    reference = Reference(study.commune, finding.detail if record is None else record.id)
    named = list(_named(study, finding))
    charter = study.ledger.state.charter
    words = in_words(finding, charter.currency if charter else None, study.code_of)
    time = study.ledger.time if record is None else record.time
    return Entry(
        id=id_,
        reference=reference,
        link=about.page_of(reference),
        title=line_of(f"{finding.code}: {words[0]}"),
        subject=None,
        text=clean("\n".join([*words, "", *_records(study, finding, folded, reference, named)])),
        author=Person(f"worked out from the records of {study.commune}", account_iri(study.commune)),
        source=about.owner,
        published=time,
        updated=time,
        in_reply_to=reference,
        related=tuple(named),
        categories=(*(() if verdict is None else (f"{VERDICT}{verdict}",)), f"{FINDING}{finding.code}"),
        rights=None,
    )


def _named(study: Study, finding: Finding) -> Iterator[Reference]:
    """The record in a finding's detail, which also holds months, addresses and fields; an id alone is of this log."""
    detail = finding.detail.partition(" ")[0]
    try:
        yield Reference(study.commune, detail) if is_id(detail) else Reference.parse(detail)
    except AddressError:
        return


def _records(
    study: Study, finding: Finding, folded: Folded | None, reference: Reference, named: list[Reference]
) -> Iterator[str]:
    """What the finding is about, so that it can be looked up: the record at fault, who signed it, what it names."""
    charter = study.ledger.state.charter
    who = called("" if charter is None else charter.name) or str(study.commune)
    yield f"Record {finding.seq}{'.' if folded is None else f': {_sentence(study, who, folded.verified)}'}"
    yield f"  {reference}"
    if folded is not None and folded.verified.key:
        yield f"  signed by {folded.verified.key}"
    for one in named:
        if one == reference:
            continue
        verified = study.ledger.state.evidence.get(str(one))
        said = None if verified is None else _sentence(study, str(one.address), verified)
        yield "It names one that is not here:" if said is None else f"It names: {said}"
        yield f"  {one}"


def _sentence(study: Study, who: str, verified: VerifiedRecord) -> str:
    kind, body = verified.record.kind, verified.record.body
    try:
        said = announced(kind, body, None, study.code_of)
    except Malformed:
        said = None
    return f"{who} {said or f'says something of the kind {safe_line(kind)}, which is not sound'}."
