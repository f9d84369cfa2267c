"""Who and what somebody may be about to name."""

from pathlib import Path

from tests.support.scribe import START, Scribe
from thimbl.core.address import Address
from thimbl.core.log import judge
from thimbl.store.naming import TAGS_LOOKED_AT
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer

ME = Scribe("cy@mill.example", key="cy")


def store(folder: Path, *scribes: Scribe, followed: dict[str, str]) -> Reader:
    path = folder / "store.db"
    with Writer.open(path) as writer:
        writer.set_me(ME.address)
        for scribe in (ME, *scribes):
            writer.take(judge(scribe.plan(), writer.known(scribe.address, 0, scribe.seq + 1), START * 2), START * 2)
        for address, nick in followed.items():
            writer.follow(Address.parse(address), nick)
    return Reader.open(path)


def scribe(user: str, name: str = "", *texts: str) -> Scribe:
    made = Scribe(f"{user}@fields.example", key=user, name=name)
    for text in texts:
        made.post(text)
    return made


def test_people_by_nick_name_and_address(tmp_path: Path) -> None:
    """Whichever begins so, in either case; the followed first, oneself never; `%` is a character."""
    people = [scribe("ana", "Ana", "x"), scribe("bo", "Anatol", "x"), scribe("cyril", "", "x")]
    with store(tmp_path, *people, followed={"cyril@fields.example": "an_old friend"}) as reader:
        found = [(str(one.address), one.nick, one.followed) for one in reader.people_like("AN", 9)]
        assert found[0] == ("cyril@fields.example", "an_old friend", True)
        assert {address for address, _, _ in found[1:]} == {"ana@fields.example", "bo@fields.example"}
        assert [one.nick for one in reader.people_like("an_", 9)] == ["an_old friend"]
        assert reader.people_like("%", 9) == []
        assert [str(one.address) for one in reader.people_like("cy", 9)] == ["cyril@fields.example"]
        assert len(reader.people_like("", 2)) == 2
        assert reader.nicks() == {Address.parse("cyril@fields.example"): "an_old friend"}


def test_tags_by_their_beginning(tmp_path: Path) -> None:
    """Folded, each once, the newest first; bounded."""
    ana = scribe("ana", "", "#frost", "#Fruit and #STRASSE", "#frost", "#étude")
    with store(tmp_path, ana, followed={}) as reader:
        assert reader.tags_like("fr", 9) == ["frost", "fruit"]
        assert reader.tags_like("Str", 9) == ["strasse"]
        assert reader.tags_like("É", 9) == ["étude"]
        assert reader.tags_like("x", 9) == []
        assert len(reader.tags_like("", 3)) == 3


def test_no_more_tags_are_compared_than_the_bound(tmp_path: Path) -> None:
    """However many begin alike, and none of them twice."""
    many = scribe("many", "", *(" ".join(f"#a{number}x{word}" for word in range(50)) for number in range(6)))
    with store(tmp_path, many, followed={}) as reader:
        found = reader.tags_like("a", 1_000)
        assert len(found) == len(set(found)) == TAGS_LOOKED_AT
