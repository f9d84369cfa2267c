"""What a post says of itself besides its text: its licence, and that it was said in 2010."""

from dataclasses import replace

from tests.tui.test_tui_rows import POST
from tests.tui.village import NOW
from thimbl.core.address import Address
from tui.pages import Facts, set_page
from tui.rows import draw

ORIGIN = {"from": "dk@telekommunisten.org", "time": "2010-07-07T12:21:00Z", "to": "mike@mikepearce.net"}


def page(**body: object) -> list[str]:
    return [line.text for line in set_page(Facts(replace(POST, re=None, body={"text": POST.text, **body})), 80, NOW)]


def test_an_imported_post() -> None:
    """In the list a word; on its page when and where it was said, and whom it answered, who can be chosen."""
    item = replace(POST, re=None, body={"text": POST.text, "imported": ORIGIN})
    assert "imported" in draw(item, 100, 3, NOW)[0].text
    assert "imported" not in draw(POST, 100, 3, NOW)[0].text
    lines = set_page(Facts(item), 80, NOW)
    texts = [line.text for line in lines]
    [told] = [text for text in texts if text.startswith("imported · said ")]
    assert "2010-07-07 12:21" in told
    assert told.endswith("as dk@telekommunisten.org")
    assert "↳ answers mike@mikepearce.net" in texts
    assert Address.parse("mike@mikepearce.net") in [anchor.lead for line in lines for anchor in line.anchors]


def test_a_licence() -> None:
    """As it stands, and harmless to a terminal."""
    assert "licence CC-BY-SA-4.0" in page(license="CC-BY-SA-4.0")
    assert not any("licence" in text for text in page())
    [hostile] = [text for text in page(license="\x1b[2Jmine\nverified") if text.startswith("licence ")]
    assert "\x1b" not in hostile
    assert "\n" not in hostile
