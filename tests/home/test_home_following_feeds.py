"""Feeds of the web in the list of the followed: by their URL, and told nobody."""

import pytest

from thimbl.core.address import Address
from thimbl.core.plan import Follow
from thimbl.core.web import FeedUrl
from thimbl.home import following
from thimbl.home.account import Account
from thimbl.home.desk import Desk
from thimbl.home.errors import Refused, SettingsError
from thimbl.home.following import Followed
from thimbl.home.paths import Paths
from thimbl.home.settings import Settings, save
from thimbl.store import web

BLOG = FeedUrl.parse("https://blog.example/feed.xml")
ANA = Followed("ana", Address.parse("ana@fields.example"))
FEED = Followed.of_feed("blog", BLOG)


@pytest.fixture
def paths(tmp_path):
    """Ana and a feed are followed."""
    paths = Paths.find({"THIMBL_HOME": str(tmp_path)})
    following.save(paths, [ANA, FEED])
    return paths


def test_it_stands_there_by_its_url(paths):
    assert "  url: https://blog.example/feed.xml" in paths.following.read_text()
    assert "web.invalid" not in paths.following.read_text()
    assert following.load(paths) == (ANA, FEED)
    assert (FEED.place, ANA.place) == (str(BLOG), "ana@fields.example")


def test_a_plan_does_not_tell_of_it_and_keeps_it(paths):
    assert following.public(following.load(paths)) == (Follow("ana", ANA.address),)
    bo = Follow("bo", Address.parse("bo@mill.example"))
    assert following.with_public(paths, [bo]) == (Followed("bo", bo.address), FEED)
    with pytest.raises(Refused, match="a feed of the web"):
        following.with_public(paths, [Follow("blog", BLOG.address)])


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("url: https://blog.example/other", "must have a url and a nick"),
        ("nick: x\n  url: ftp://blog.example/", "no URL of a feed"),
        ("nick: x\n  url: https://blog.example/feed.xml", "is there twice"),
        ("nick: x\n  url: https://x.example/\n  private: true", "has 'private'"),
        ("nick: x\n  url: https://x.example/\n  address: ana@x.example", "has 'address'"),
        (f"nick: x\n  address: {BLOG.address}", "give its url"),
    ],
)
def test_what_is_typed_wrongly_is_named(paths, entry, why):
    with paths.following.open("a") as file:
        file.write(f"- {entry}\n")
    with pytest.raises(SettingsError, match=why):
        following.load(paths)


def test_many_are_added_at_once_each_by_a_name_of_its_own(paths):
    others = [Followed.of_feed("blog", FeedUrl.parse(f"https://x.example/{n}")) for n in range(2)]
    added = following.add_many(paths, [FEED, *others, others[0]])
    assert [one.nick for one in added] == ["blog-2", "blog-3"]
    assert following.load(paths) == (ANA, FEED, *added)
    assert following.add_many(paths, others) == []


def test_a_feed_is_called_as_before_or_by_its_author_or_its_site():
    have = [ANA, FEED]
    other = FeedUrl.parse("https://www.x.example/feed")
    assert following.wished_feed(have, BLOG, called="cathy").nick == "blog"
    assert following.wished_feed(have, BLOG, "leeks").nick == "leeks"
    assert following.wished_feed(have, other).nick == "x.example"
    assert following.wished_feed(have, other, called="ana").nick == "ana-2"


def test_two_feeds_of_a_site_are_told_apart_by_title_or_path():
    """A number says nothing of what is in it: it is for where there is nothing else."""
    have: list[Followed] = []
    for path, title in (
        ("feed.xml", "News"), ("leeks/feed.xml", "Leeks, & more leeks!"), ("rss", "\u2028 "),
        ("goats/index.rss?n=1", ""), ("2?feed=leeks", "Leeks & more leeks"), ("2", "News"),
    ):  # fmt: skip
        have.append(following.wished_feed(have, FeedUrl.parse(f"https://www.x.example/{path}"), title=title))
    names = ["x.example", "leeks-more-leeks", "x.example-2", "x.example-goats", "x.example-3", "news"]
    assert [one.nick for one in have] == names


def test_the_terminal_program_follows_one_too(tmp_path):
    save(Paths.find({"THIMBL_HOME": str(tmp_path)}), Settings(address=ANA.address))
    account = Account.find({"THIMBL_HOME": str(tmp_path)}, lambda: 1_795_000_000.0, lambda count: bytes(count))
    desk = Desk(account)
    desk.follow_feed(BLOG, None)
    assert following.load(account.paths) == (Followed.of_feed("blog.example", BLOG),)
    with account.writer() as store:
        assert web.standing(store, BLOG.address) == web.Standing(BLOG)
        assert store.nicks() == {BLOG.address: "blog.example"}
    desk.unfollow(BLOG.address)
    assert following.load(account.paths) == ()
