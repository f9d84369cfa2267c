"""People whose posts are in a store under test."""

from typing import Any

from tests.store.shelf import taken
from tests.support.scribe import START, Scribe
from thimbl.store import Writer


def somebody(name: str, start: int = START, **head: Any) -> Scribe:
    """A scribe at x.example whose key and name are theirs."""
    return Scribe(f"{name}@x.example", key=name, start=start, name=name.title(), **head)


def three(writer: Writer) -> tuple[Scribe, Scribe, Scribe]:
    """Ana, who is oneself; Bo, who is followed; Cy, who is only known. Their posts alternate."""
    ana, bo, cy = (somebody(name, START + place) for place, name in enumerate(("ana", "bo", "cy")))
    writer.set_me(ana.address)
    writer.follow(bo.address, "bobo")
    for scribe in (ana, bo, cy):
        scribe.posts(5)
        taken(writer, scribe.plan(), scribe.now, me=scribe is ana)
    return ana, bo, cy
