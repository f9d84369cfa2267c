"""What pages for plain finger and the view `classic` make of a licence, and of posts of 2010."""

from tests.support.scribe import Scribe
from thimbl.core.address import Address
from thimbl.core.classic import Message
from thimbl.core.times import parse_time
from thimbl.node.serving.pages import post_block
from thimbl.node.serving.posts import Post, posts_now
from thimbl.node.serving.views import messages_of

ORIGIN = {"from": "dk@telekommunisten.org", "time": "2010-07-07T12:21:00Z"}
MIKE = Address.parse("mike@mikepearce.net")


def only(scribe: Scribe) -> Post:
    [post] = posts_now(scribe.records[::-1])
    return post


def test_a_licence_stands_in_the_heading() -> None:
    scribe = Scribe()
    scribe.post("How to prune a pear.", license="CC-BY-SA-4.0\x1b[2J")
    lines = post_block("ana", "Ana", only(scribe), asked_as="ana")
    assert "CC-BY-SA-4.0" in lines[0]
    assert "\x1b" not in "".join(lines)


def test_an_imported_post_says_so_and_to_whom() -> None:
    scribe = Scribe()
    scribe.post("@mike, the baboon would win.", imported={**ORIGIN, "to": str(MIKE)})
    lines = post_block("dk", "", only(scribe), asked_as="dk")
    assert "imported" in lines[0]
    assert lines[1].strip() == "to mike@mikepearce.net"


def test_the_view_classic_gives_it_back_as_it_stood() -> None:
    """At its own time, and as a reply to whom it was; what was said since as ever."""
    scribe = Scribe()
    scribe.post("@mike, the baboon would win.", imported={**ORIGIN, "to": str(MIKE)})
    scribe.post("Now.")
    then = parse_time("2010-07-07T12:21:00Z")
    assert messages_of(scribe.records[::-1]) == [
        Message("Now.", scribe.at(2).time),
        Message("@mike, the baboon would win.", then, MIKE),
    ]
