"""Rows and pages: what they say, in words, for every kind of item and every verdict."""

from dataclasses import replace

import pytest

from tests.tui.village import ME, NOW, OFFER
from thimbl.core.address import Address, Reference
from thimbl.core.log import Verdict
from thimbl.core.plan import Follow
from thimbl.core.times import DAY, HOUR
from thimbl.store.types import Author, Item, ThreadItem
from tui.lines import Line, Role
from tui.pages import THREAD_SHOWN, TOLD, Facts, set_page
from tui.rows import VERDICTS, Manner, draw, summary

ANA = Address.parse("ana@fields.example")
IDS = [f"{letter}" * 52 for letter in "abcdefghijklmnopqrstuvwxyz"]

AUTHOR = Author(
    id=1, address=ANA, nick="ana", followed=True, private=False, is_me=False, name="Ana", bio="Vegetables.",
    properties={}, following=(Follow("cy", Address.parse(ME)),), key="SHA256:" + "k" * 43, key_line=None, recovery=None,
    verdict=Verdict.VERIFIED, reason="", seq=7, updated=NOW - 3 * HOUR, asked=NOW - 300, answered=NOW - 300,
    failure=None, gap_below=None, moved_to=None, posts=7,
)  # fmt: skip
POST = Item(
    rowid=1, address=ANA, name="Ana", nick="ana", is_me=False, verdict=Verdict.VERIFIED, id=IDS[0], seq=1,
    time=NOW - 300, kind="post", text="Frost.", subject=None, re=None, to=None, edited=None, retracted=False,
    withheld=False, unread=True, malformed=None, body={"text": "Frost."},
)  # fmt: skip


def text(lines: list[Line]) -> str:
    return "\n".join(line.text.rstrip() for line in lines)


def page(item: Item | None = None, width: int = 80, unfolded: bool = False, **facts) -> str:
    return text(set_page(Facts(item, **facts), width, NOW, unfolded=unfolded))


def said(item: Item) -> str:
    return "".join(piece for piece, _ in summary(item, NOW))


@pytest.mark.parametrize("verdict", [*Verdict, None])
def test_every_verdict_has_a_shape_a_word_and_a_sentence(verdict: Verdict | None) -> None:
    """In words and shape, not colour alone; and what it means stands on the page."""
    shape, _, word = VERDICTS[verdict][0].partition(" ")
    assert len(shape) == 1
    assert word
    assert VERDICTS[verdict][0] in text(draw(replace(POST, verdict=verdict), 80, 2, NOW))
    told = page(replace(POST, verdict=verdict), author=replace(AUTHOR, verdict=verdict, reason="because"))
    assert VERDICTS[verdict][0] in told
    assert TOLD[verdict].split()[0] in told
    assert "(because)" in told


def test_all_shapes_differ() -> None:
    """A person who sees no colours can tell them apart."""
    assert len({piece[0] for piece, _ in VERDICTS.values()}) == len(VERDICTS)


@pytest.mark.parametrize(("width", "height"), [(60, 2), (80, 2), (95, 3), (20, 2), (6, 2)])
def test_a_row_is_as_high_and_wide_as_asked(width: int, height: int) -> None:
    """Whatever stands in it."""
    for item in (POST, replace(POST, text="x" * 8192), replace(POST, text="霜" * 999, re=Reference(ANA, IDS[1]))):
        lines = draw(item, width, height, NOW)
        assert len(lines) == height
        assert all(line.width <= width for line in lines)


def test_unread_and_selected_are_shapes() -> None:
    """A bullet and a bar."""
    assert draw(POST, 60, 2, NOW)[0].text.startswith(" ● ana ana@fields.example")
    assert draw(replace(POST, unread=False), 60, 2, NOW, selected=True)[0].text.startswith("▌  ana")
    assert draw(None, 60, 2, NOW)[0].text.strip() == "…"


def test_a_name_never_stands_without_its_address() -> None:
    """Anybody may call themselves Ana."""
    stranger = replace(POST, nick=None, name="Ana", address=Address.parse("mallory@evil.example"))
    assert "Ana mallory@evil.example" in draw(stranger, 60, 2, NOW)[0].text
    assert "Ana mallory@evil.example" in page(stranger)


def test_what_is_gone_is_said() -> None:
    """Retracted, withheld, malformed."""
    assert "etracted by its author" in said(replace(POST, text="", retracted=True))
    assert "etracted by its author" in page(replace(POST, text="", retracted=True))
    assert "withheld" in said(replace(POST, text="", withheld=True))
    assert "no retraction says why" in page(replace(POST, text="", withheld=True))
    assert "alformed" in said(replace(POST, text="", malformed="text"))
    assert "text is not as a post asks" in page(replace(POST, text="", malformed="text"))


def test_replies_and_edits_are_marked() -> None:
    """In the row and on the page; the line leads to what it answers."""
    reply = replace(POST, re=Reference(Address.parse(ME), IDS[3]), edited=NOW - 60)
    assert reply.re is not None
    assert "↳ cy@mill.example" in draw(reply, 100, 2, NOW)[0].text
    assert "↳ Cyril  edited" in draw(reply, 100, 2, NOW, manner=Manner({reply.re.address: "Cyril"}))[0].text
    assert "edited" in draw(reply, 100, 2, NOW)[0].text
    lines = set_page(Facts(reply), 80, NOW)
    assert next(line for line in lines if "answers cy@mill.example" in line.text).target == reply.re
    assert "edited 1m" in text(lines)
    assert "answers bo@dairy.example" in page(replace(POST, to=Address.parse("bo@dairy.example")))


def test_a_subject_folds_until_asked() -> None:
    """The text is counted, not shown."""
    folded = replace(POST, subject="animals", text="A hedgehog.\nIt is fine.")
    assert "hedgehog" not in said(folded)
    assert "animals" in said(folded)
    assert "hedgehog" not in page(folded)
    assert "23 characters folded under this subject: z shows them" in page(folded)
    assert "A hedgehog.\nIt is fine." in page(folded, unfolded=True)


def offer(**changes) -> Item:
    return replace(POST, kind="bond-offer", text="", body=OFFER | changes)


def test_a_bond_offer_is_shown_as_one() -> None:
    """Asset, rent, face, rate, and how long it is open: no raw data."""
    assert "B-2026-1: A second-hand tractor" in said(offer())
    assert "closes in 9 days" in said(offer())
    told = page(offer())
    for part in ("◆ bond offer B-2026-1", "closes in 9 days", "A second-hand tractor, 60 hp", "480.00 EUR a month",
                 "24000.00 EUR in 240 bonds of 100.00 EUR", "4 % a year", "60 months", "commune@fields.example",
                 "If the harvest fails, the rent is late."):  # fmt: skip
        assert part in told, part
    assert "rate_bp" not in told
    assert all(line.width <= 40 for line in set_page(Facts(offer()), 40, NOW))


def test_closed_auctioned_and_malformed_offers() -> None:
    """An auction's rate is a ceiling; a crooked offer says which field, and that it counts for nothing."""
    assert "closed" in said(offer(closes="2026-11-18T00:00:00Z"))
    auction = {key: value for key, value in OFFER.items() if key != "rate_bp"} | {"max_rate_bp": 600}
    assert "up to 6 % a year, which the bids decide" in page(replace(offer(), body=auction))
    assert "malformed: face" in said(offer(face="much"))
    assert "counts for nothing" in page(offer(face="much"))


def test_other_announcements_are_a_kind_and_a_table() -> None:
    """Any kind at all."""
    body = {"commune": "c@d.example", "since_when": 3, "a": [1, True]}
    joined = replace(POST, kind="commune-join", text="", body=body)
    assert "▪ commune join  commune c@d.example · since when 3 · a [1, true]" in said(joined)
    assert "commune join" in page(joined)
    assert "since when  3" in page(joined)


def test_hostile_text_is_text() -> None:
    """Markup is shown as it is; escapes and overrides are made visible; wherever remote text can stand."""
    evil = "[red]x[/red]\x1b[2J\u202eb"
    item = replace(POST, text=evil, subject=None, name=evil, nick=None)
    author = replace(AUTHOR, name=evil, nick="ana", bio=evil, reason=evil, failure=evil, properties={evil: evil})
    strange = replace(POST, kind=evil, text="", body={evil: evil, "b": {evil: [evil]}}, malformed=evil, nick=evil)
    crooked = offer(asset=evil, description=evil, risk=evil)
    bad = offer(face=evil)
    for one in (item, strange, crooked, bad, replace(item, subject=evil)):
        shown = text(draw(one, 200, 3, NOW)) + page(
            one,
            84,
            True,
            author=author,
            thread=(ThreadItem(0, one.reference, one), ThreadItem(1, Reference(ANA, IDS[5]), replace(item, id=IDS[5]))),
        )
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "[red]x[/red]" in shown


def test_mentions_are_by_the_authors_nicks() -> None:
    """`@cy` is somebody only to an author who follows a cy."""
    lines = set_page(Facts(replace(POST, text="@cy and @bo"), AUTHOR), 80, NOW)
    roles = {piece: role for line in lines for piece, role in line.pieces}
    assert roles["@cy"] is Role.MENTION
    assert "@bo" not in roles


def test_the_author_stands_under_the_post() -> None:
    """Key fingerprint, and how old the head is."""
    told = page(POST, author=AUTHOR)
    assert "SHA256:" + "k" * 43 in told
    assert "3h old, record 7" in told
    assert "asked 5m ago" in told
    failed = replace(AUTHOR, failure="no answer within 20 seconds", gap_below=4, followed=False)
    told = page(author=failed)
    assert "no answer: no answer within 20 seconds" in told
    assert "records below 4 are not here yet" in told
    assert "f follows" in told


def test_a_thread_on_a_page_is_bounded() -> None:
    """Those around the post are shown with links; the rest is counted."""
    ids = ["".join("abcdefgh"[int(digit)] for digit in f"{number:04o}") * 13 for number in range(300)]
    posts = [replace(POST, id=id_, rowid=number) for number, id_ in enumerate(ids)]
    thread = tuple(ThreadItem(min(number, 99), post.reference, post) for number, post in enumerate(posts))
    lines = set_page(Facts(thread[150].item, AUTHOR, thread), 60, NOW)
    assert "thread of 300" in text(lines)
    assert "… 130 before" in text(lines)
    assert len({line.target for line in lines if line.target}) == THREAD_SHOWN - 1  # all but the one that is shown
    assert all(line.width <= 60 for line in lines)
    assert "▶ ana" in text(lines)


def test_a_record_that_is_not_here_is_said() -> None:
    """In a list of a thread, and on a page."""
    missing = ThreadItem(0, Reference(ANA, IDS[9]), None)
    assert "not here" in text(draw(missing, 70, 2, NOW))
    assert "not here" in page(POST, thread=(missing, ThreadItem(1, POST.reference, POST)))


def test_rows_of_people() -> None:
    """Who, verdict, how old their head is, what failed."""
    row = text(draw(replace(AUTHOR, failure="refused", posts=1), 90, 3, NOW))
    for part in ("ana ana@fields.example", "✓ verified", "1 post", "head 3h old", "asked 5m ago", "refused"):
        assert part in row
    assert "not asked yet" in text(draw(replace(AUTHOR, asked=None, updated=None), 90, 2, NOW))
    assert "◇ you" in text(draw(replace(AUTHOR, is_me=True), 90, 2, NOW))


def test_old_times_are_dates() -> None:
    """A post of 2010."""
    assert "2010-11-20" in draw(replace(POST, time=NOW - 16 * 365 * DAY - 4 * DAY), 80, 2, NOW)[0].text
