"""The archive: pages of 100 records, oldest first, each a JSON list (plan-format 7).

Records 1 to 100 are in `00000001.json`, 101 to 200 in `00000101.json`, and so on; the last page is
unfinished. A page changes only while it fills and when a text in it is withheld. Records above the
head's `seq` were never published: whoever reads a page leaves them out.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from thimbl.core.plantext import Bounds, PlanTextError, read_data
from thimbl.core.records import Record, RecordFault

PAGE: Final = 100
"""Records in a full page."""

PAGE_BOUNDS: Final = Bounds(bytes=8 * 1024 * 1024, nodes=500_000)
"""100 records of 8 KiB of text with an escape of six for each character take 5 MiB, and as much as half of that is room
for longer announcements; as many nodes as ten plans."""

RECORD_BOUNDS: Final = Bounds(bytes=64 * 1024, nodes=4_000)
"""The largest record that a program signs, in bytes of JSON and in nodes: a hundred of them fit a page, and each a
published plan. 8 KiB of text take 48 KiB where each character is escaped. Readers take what is larger (section 1)."""

_NAME = re.compile(r"([0-9]{8,})\.json")


class ArchiveDamaged(ValueError):
    """A page of the archive is not what it must be; the message says which and why."""


def check_room(record: Record) -> None:
    """Raise `RecordFault` for a record that is larger than `RECORD_BOUNDS`: its author signs another."""
    size, nodes = len(write_page([record]).encode("utf-8")), _nodes(record.data)
    if size > RECORD_BOUNDS.bytes:
        raise RecordFault(f"{size} bytes are too much for one record, {RECORD_BOUNDS.bytes} is the most")
    if nodes > RECORD_BOUNDS.nodes:
        raise RecordFault(f"{nodes} nodes are too much for one record, {RECORD_BOUNDS.nodes} is the most")


def _nodes(value: object) -> int:
    """Maps, lists, scalars and keys, as section 1 counts them."""
    if isinstance(value, Mapping):
        return 1 + len(value) + sum(map(_nodes, value.values()))
    return 1 + sum(map(_nodes, value)) if isinstance(value, list) else 1


def page_start(seq: int) -> int:
    """The first seq of the page that holds record `seq`."""
    return (seq - 1) // PAGE * PAGE + 1


def page_name(start: int) -> str:
    """The file that holds the page which begins with record `start`."""
    return f"{start:08d}.json"


def start_of(name: str) -> int | None:
    """The first seq of the page in a file of this name; None where it is no page."""
    match = _NAME.fullmatch(name)
    start = int(match.group(1)) if match else 0
    return start if start > 0 and page_start(start) == start and page_name(start) == name else None


def write_page(records: Iterable[Record]) -> str:
    """The text of a page: a JSON list, a record a line, oldest first."""
    lines = [json.dumps(record.data, ensure_ascii=False, separators=(",", ":")) for record in records]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def read_page(text: str, start: int) -> list[Record]:
    """The records of the page that begins with `start`, chained among themselves. Raises `ArchiveDamaged`."""
    name = page_name(start)
    try:
        # A page is held to the same model as a plan; the reader wants a map at the root.
        data: Mapping[str, Any] = read_data('{"entries":' + text.strip() + "}", PAGE_BOUNDS)
        entries = data["entries"]
        if not isinstance(entries, list) or len(data) > 1:
            raise ArchiveDamaged(f"{name}: not a list of records")
        records = [Record.from_data(entry) for entry in entries]
    except (PlanTextError, RecordFault) as error:
        raise ArchiveDamaged(f"{name}: {error}") from None
    before: Record | None = None
    for place, record in enumerate(records):
        if record.seq != start + place or (before is not None and record.prev != before.id):
            raise ArchiveDamaged(f"{name}: record {start + place} is not where it belongs")
        before = record
    if len(records) > PAGE:
        raise ArchiveDamaged(f"{name}: more than {PAGE} records")
    return records
