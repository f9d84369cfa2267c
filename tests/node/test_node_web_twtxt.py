"""Files of twtxt, as Yarn's clients write and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.twt import twt_hash
from thimbl.core.web import FeedUrl, twt_id
from thimbl.core.webfeed import Kind, NotAFeed
from thimbl.node.web.reading import read_feed
from thimbl.node.web.twtxt import parse_moment, read_twtxt

URL = FeedUrl.parse("https://cathy.example/twtxt.txt")
ANA = FeedUrl.parse("https://ana.example/twtxt.txt")
NEW_YEAR = 1_767_225_600


def read(text):
    return read_feed(text.encode(), URL)


def only(line):
    """The one entry of a file with this text."""
    [entry] = read(f"2026-01-01T00:00:00Z\t{line}\n").entries
    return entry


def test_what_a_file_says():
    found = read(
        "# Hello.\n# nick = cathy\n# url = https://cathy.example/old.txt\n# url = https://cathy.example/twtxt.txt\n"
        "# description = Leeks and such\n# link = Home https://cathy.example/\n# refresh = 7200\n"
        f"# follow = ana {ANA}\n#\n\n"
        "2026-01-01T00:00:00Z\tGood morning.\n"
        "2026-01-01T02:00:00+01:00\tLate\u2028second line\n"
        "2026-01-01T03:00:00\n"
        "no time\tand no twt\n"
        "1901-12-13T20:45:52.123Z\tOld\r\n"
    )
    assert (found.kind, found.title, found.nick, found.about) == (Kind.TWTXT, "cathy", "cathy", "Leeks and such")
    assert (found.home, found.every, found.whole) == ("https://cathy.example/", 7200, True)
    assert found.people == {"ana": str(ANA.address)}
    assert [(entry.time, entry.text) for entry in found.entries] == [
        (NEW_YEAR + 3600, "Late\nsecond line"),
        (NEW_YEAR, "Good morning."),
        (-2_147_483_648, "Old"),
    ]
    # The hash is by the first URL that the file states, whatever it was asked for by.
    hash_ = twt_hash("https://cathy.example/old.txt", "2026-01-01T00:00:00Z", "Good morning.")
    assert found.entries[1].id == twt_id(hash_)


@pytest.mark.parametrize(
    ("stamp", "same"),
    [
        ("2020-12-13T08:45:23.789+01:00", "2020-12-13T08:45:23+01:00"),
        ("2020-12-13T08:45+01:00", "2020-12-13T08:45:00+01:00"),
        ("2020-12-13T07:45:23+00:00", "2020-12-13T07:45:23Z"),
        ("2020-12-13T07:45:23-00:00", "2020-12-13T07:45:23Z"),
        ("2020-12-13T07:45:23", "2020-12-13T07:45:23Z"),
    ],
)
def test_a_hash_is_of_the_time_as_the_extension_spells_it(stamp, same):
    assert twt_hash(str(URL), stamp, "x") == twt_hash(str(URL), same, "x")
    assert twt_hash(str(URL), "2020-12-13T08:45:23+01:00", "x") != twt_hash(str(URL), "2020-12-13T07:45:23Z", "x")


@pytest.mark.parametrize(
    ("line", "shown", "answers"),
    [
        ("(#abcdefg) Yes.", "Yes.", "abcdefg"),
        ("(#<abcdefg https://x.example/>) Yes.", "Yes.", "abcdefg"),
        (f"@<ana {ANA}> (#abcdefg) Yes.", "@ana Yes.", "abcdefg"),
        ("(re: leeks) Yes.", "(re: leeks) Yes.", ""),
        ("Yes (#abcdefg) no", "Yes (#abcdefg) no", ""),
        ("See #<leeks https://x.example/tag/leeks>.", "See #leeks.", ""),
        ("Hi @<https://ana.example/>!", "Hi https://ana.example/!", ""),
        ("Hi @<bo ftp://x>!", "Hi @bo!", ""),
        ("Hi @<al finger://fields.example:7979/alice>!", "Hi @alice@fields.example:7979!", ""),
        ("<b>not markup</b>", "<b>not markup</b>", ""),
    ],
)
def test_what_is_shown_of_a_twt(line, shown, answers):
    entry = only(line)
    assert (entry.text, entry.answers) == (shown, twt_id(answers) if answers else "")


def test_whom_the_texts_name():
    found = read(f"2026-01-01T00:00:00Z\tHi @<ana {ANA}>, @<ana https://other.example/> and @<Bo mailto:x>\n")
    assert found.people == {"ana": str(ANA.address)}


def test_a_file_without_a_word_yet_and_what_is_none():
    assert read("# nick = cathy\n").entries == ()
    with pytest.raises(NotAFeed):
        read("2026-01-01\nx\ty\n")
    with pytest.raises(NotAFeed):
        read("# a comment\nand prose\n")


def test_a_nick_that_is_none_is_not_taken():
    assert read("# nick = no nick\n").nick == ""
    assert read("# nick = no nick\n").title == "no nick"


@pytest.mark.parametrize("text", ["2026-13-01T00:00:00Z", "0001-01-01T00:00:00Z", "now", "2026-01-01T25:00:00Z", ""])
def test_what_is_no_time(text):
    assert parse_moment(text) is None


BEGINNINGS = st.sampled_from(["2026-11-20T08:00:00Z\t", "# nick = ", ""])


@given(st.lists(st.tuples(BEGINNINGS, st.text(max_size=40)), max_size=5))
def test_any_text_is_a_file_or_none(lines):
    text = "\n".join(begins + rest for begins, rest in lines)
    try:
        found = read_twtxt(text, URL)
    except NotAFeed:
        return
    assert all(entry.time is not None for entry in found.entries)
