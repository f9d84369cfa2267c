"""Lists of feeds between this program and newsboat(1), both ways."""

import subprocess
from pathlib import Path

from thimbl.core.address import Address
from thimbl.core.web import FeedUrl
from thimbl.home.following import Followed
from thimbl.home.opml import read_opml, write_opml

FEEDS = tuple(
    Followed.of_feed(nick, FeedUrl.parse(url))
    for nick, url in [("A & B", "https://blog.example/feed.xml?a=1&b=2"), ("cathy", "http://cathy.example/twtxt.txt")]
)
ANA = Followed("ana", Address.parse("ana@fields.example"))


def test_out_to_newsboat_and_back(tmp_path: Path) -> None:
    """It takes the feeds and passes over who has a plan; what it exports is followed as it was."""
    listed = tmp_path / "feeds.opml"
    listed.write_text(write_opml([FEEDS[0], ANA, FEEDS[1]], {}, "Mine"))
    newsboat = ["newsboat", "-u", str(tmp_path / "urls"), "-c", str(tmp_path / "cache.db"), "-C", "/dev/null"]
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    subprocess.run([*newsboat, "-i", str(listed)], env=environ, capture_output=True, check=True)
    urls = [line.split()[0] for line in (tmp_path / "urls").read_text().splitlines() if line.strip()]
    assert urls == [one.place for one in FEEDS]
    exported = subprocess.run([*newsboat, "-e"], env=environ, capture_output=True, check=True).stdout
    back = read_opml(exported)
    assert [one.url for one in back.followed] == [one.url for one in FEEDS]
    assert back.skipped == ()
