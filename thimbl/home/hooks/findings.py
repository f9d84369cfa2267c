"""What is new in the books of communes: the findings that `thimbl audit` has now and did not have before.

- The books are looked at when the store has come to another revision, and then by what was kept of them
  (docs/decisions/0008); they are folded anew only where that holds no more.
- Of a commune that is looked at for the first time all findings are known beforehand. One that goes away is forgotten,
  and is told again should it come back.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from thimbl.store import bookmarks, kept
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer

_KNOWN: Final = "told-findings"
"""The key of `state` with the digests of the findings that were told of, by commune. `bookmarks.end` drops it."""

_LOOKED: Final = "told-findings-at"
"""The key with the revision of the store that they are of."""

_WORDS: Final = frozenset({"words", "key"})
"""What is said of a finding in other words by another version of this program."""


def may_be_new(writer: Writer) -> bool:
    """Whether the books have to be looked at."""
    return writer.state(_LOOKED) != str(bookmarks.revision(writer))


def are_kept(writer: Writer) -> bool:
    """Whether that is quickly done: what was kept of the books holds, or there are none."""
    return bool(writer.kept_ledgers("audit")) or not bookmarks.has_charters(writer)


def new_findings(writer: Writer) -> Iterator[dict[str, Any]]:
    """The findings to tell of, as `thimbl audit --json` has them; each counts as told when the next is asked for."""
    if not may_be_new(writer):
        return
    revision = str(bookmarks.revision(writer))
    known: dict[str, list[str]] = json.loads(writer.state(_KNOWN) or "{}")
    now: dict[str, list[str]] = {}
    for audited in audits(writer):
        commune = audited["commune"]
        faults = {_digest(one): one for one in audited["found"] if one["fault"]}
        before = known.setdefault(commune, list(faults))
        for digest, finding in faults.items():
            if digest not in before:
                before.append(digest)
                # Written down before it is told, as bookmarks are: by nobody twice.
                writer.set_state(_KNOWN, json.dumps(known))
                yield finding
        now[commune] = list(faults)
    with writer.batch():
        writer.set_state(_KNOWN, json.dumps(now))
        writer.set_state(_LOOKED, revision)


def audits(reader: Reader) -> list[dict[str, Any]]:
    """What an audit of each commune finds."""
    found = reader.kept_ledgers("audit")
    if not found:
        ledgers = reader.ledgers()
        ledgers.refresh()
        studies = ledgers.studies()
        if studies:
            ledgers.keep(studies)
        found = [kept.answer(study, "audit") for study in studies]
    return [json.loads(text) for text in found]


def _digest(finding: Mapping[str, Any]) -> str:
    said = {key: value for key, value in finding.items() if key not in _WORDS}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]
