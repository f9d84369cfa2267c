"""`thimbl feed` beyond the timeline: twtxt, communes, their findings, licences, retractions, where it is published."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from feeds import serving
from tests.cli.reading_room import ANA, MARK, World
from thimbl.cli import feed as command
from thimbl.cli.main import main
from thimbl.core.feedplan import BEGINS
from thimbl.core.log import Known, judge
from thimbl.core.plan import Follow, read_plan
from thimbl.core.plantext import decode
from thimbl.core.times import format_time
from thimbl.core.twt import twt_hash
from thimbl.core.web import FeedUrl, entry_id
from thimbl.core.webfeed import Entry, Feed, Kind
from thimbl.store import web
from thimbl.store.writer import Writer

ATOM = "{http://www.w3.org/2005/Atom}"
AT = "{http://purl.org/atompub/tombstones/1.0}"
CROOKED = "commune@crooked.example"
VECTORS = Path(__file__).parents[1] / "vectors"
LATER = 2**31


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store has the plans of the commune that does everything wrong. Nothing writes to it."""
    folder = tmp_path_factory.mktemp("crooked")
    with Writer.open(folder / "store.sqlite3") as writer:
        for path in sorted((VECTORS / "crooked").glob("*.plan")):
            plan = read_plan(decode(path.read_bytes()))
            writer.take(judge(plan, Known(plan.head.address), LATER), LATER)
    return folder


def feed(home: Path, *args: str) -> Result:
    """`thimbl feed` in that home."""
    return CliRunner().invoke(main, ["feed", *args], env={"THIMBL_HOME": str(home)})


def test_twtxt(world: World) -> None:
    """The oldest first; answers in the thread of the post that they answer, which is in another's feed; nicks of one's
    own list of followed."""
    asked = world.post(MARK, "Frost?")
    at = world.time
    world.pen(ANA).describe({}, [Follow("mark", MARK)])
    world.post(ANA, "Yes, @mark.\nEverywhere.", re=f"{MARK}#{asked}")
    lines = world.lines("feed", str(ANA), "--format", "twtxt", "--url", "https://fields.example/ana.txt")
    assert lines[:4] == [
        "# nick = ana",
        "# url = finger://fields.example/ana",
        "# url = https://fields.example/ana.txt",
        "# description = What Ana (ana@fields.example) wrote.",
    ]
    hash_ = twt_hash("finger://mill.example/mark", format_time(at), "Frost?")
    text = f"(#{hash_}) Yes, @<mark finger://mill.example/mark>."
    twts = lines[: lines.index(BEGINS)]
    assert "\u2028".join(twts).endswith(f"{format_time(world.time)}\t{text}\u2028Everywhere.")
    marks = world.lines("feed", "mark", "--format", "twtxt")
    time, _, said = marks[marks.index(BEGINS) - 1].partition("\t")
    assert twt_hash("finger://mill.example/mark", time, said) == hash_


def test_where_it_is_published(world: World) -> None:
    """It says so itself, and has the same ids."""
    url = "https://fields.example/ana%20b.atom?x=1"
    world.post(ANA, "here")
    root = ElementTree.fromstring(world.run("feed", str(ANA), "--url", url).stdout_bytes)
    assert [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"] == [url]
    assert root.findtext(f"{ATOM}id") == "finger://fields.example/ana"
    assert json.loads(world.run("feed", str(ANA), "--url", url, "--format", "json").stdout)["feed_url"] == url


@pytest.mark.parametrize("url", ["ana.atom", "javascript:x", "https://", "https://x.example/a b", "https://x/ü"])
def test_no_url(world: World, url: str) -> None:
    """What no reader could ask for."""
    result = world.run("feed", "--url", url)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--url" in result.stderr


def test_a_retracted_post_is_named(world: World) -> None:
    """In Atom, by its id and when it was taken back; its words are gone. Newer than the oldest entry that is told."""
    world.post(MARK, "old")
    slip = world.post(MARK, "a slip")
    world.post(MARK, "new")
    world.time += 60
    world.pen(MARK).retract(slip)
    world.fetch(MARK)
    data = world.run("feed", "mark").stdout_bytes
    [told] = ElementTree.fromstring(data).findall(f"{AT}deleted-entry")
    assert told.get("ref") == f"finger://mill.example/mark#{slip}"
    assert str(told.get("when")).replace("+00:00", "Z") == format_time(world.time)
    assert b"a slip" not in data
    assert b"deleted-entry" not in world.run("feed", "mark", "-n", "1").stdout_bytes
    for form in ("rss", "json", "twtxt"):
        # But for the records of the plan that goes along, where it has no text.
        told_of = world.run("feed", "mark", "--format", form).stdout
        assert f"#{slip}" not in told_of
        assert "a slip" not in told_of


def test_licences(world: World) -> None:
    """The post's own; else that of its plan."""
    world.post(MARK, "mine", license="PPL")
    world.pen(MARK).describe({"properties": {"license": "CC0-1.0"}})
    world.post(MARK, "all")
    root = ElementTree.fromstring(world.run("feed", "mark").stdout_bytes)
    assert [one.text for one in root.findall(f"{ATOM}entry/{ATOM}rights")] == ["CC0-1.0", "PPL"]


def test_a_feed_of_the_web_in_it(world: World) -> None:
    """Whoever wrote it, by the URL of their feed; and where it stands."""
    url = FeedUrl.parse("https://blog.example/feed.xml")
    entry = Entry(entry_id("1", url), "Hello.", world.time, link="https://blog.example/1", author="Zoë")
    with world.writer() as writer:
        web.know(writer, [url])
        writer.follow(url.address, "blog")
        web.take(writer, url.address, Feed(Kind.ATOM, "A blog", (entry,)), world.time, web.Standing(url))
    [told] = json.loads(world.run("feed", "--format", "json").stdout)["items"]
    assert told["authors"] == [{"name": "Zoë (blog.example)", "url": str(url)}]
    assert told["url"] == "https://blog.example/1"
    assert told["tags"] == ["verdict:unsigned"]
    assert world.lines("feed", "--format", "twtxt")[-1].endswith(f"\t@<blog.example {url}>: Hello.")
    assert json.loads(world.run("feed", "blog", "--format", "json").stdout)["authors"][0]["url"] == str(url)


def test_announcements_of_a_commune(home: Path) -> None:
    """Its records without its posts, newest first, as sentences."""
    result = feed(home, "--commune", CROOKED, "--format", "json", "-n", "0")
    found = json.loads(result.stdout)
    assert found["title"] == f"Announcements of The Crooked Commune ({CROOKED})"
    texts = [one["content_text"] for one in found["items"]]
    assert texts[0].startswith("The Crooked Commune shares 5.000 KWD")
    assert texts[-1].startswith("The Crooked Commune is chartered as The Crooked Commune")
    root = ElementTree.fromstring(feed(home, "--commune", CROOKED, "-n", "3").stdout_bytes)
    assert root.findtext(f"{ATOM}id") == "finger://crooked.example/commune#announcements"
    assert len(root.findall(f"{ATOM}entry")) == 3


@pytest.mark.parametrize("form", ["atom", "rss", "json", "twtxt"])
def test_findings(home: Path, form: str) -> None:
    """All that an audit finds at fault, in every format; the verdict on the commune beside the code."""
    result = feed(home, "--findings", CROOKED, "--format", form, "-n", "0")
    assert (result.exit_code, result.stderr) == (0, "")
    audit = CliRunner().invoke(main, ["audit", CROOKED, "--json"], env={"THIMBL_HOME": str(home)})
    faults = [one for one in map(json.loads, audit.stdout.splitlines()) if one["fault"]]
    for fault in faults:
        assert fault["words"][0].partition(" ")[0] in result.stdout
    if form == "json":
        items = json.loads(result.stdout)["items"]
        assert {one["content_text"].split("\n")[0] for one in items} == {fault["words"][0] for fault in faults}
        assert {one["_thimbl"]["in_reply_to"] for one in items} == {
            f"finger://crooked.example/commune#{fault['record'].rpartition('#')[2]}" for fault in faults
        }
        assert {one["tags"][0] for one in items} == {"verdict:verified"}
    assert len(feed(home, "--findings", CROOKED, "--format", "twtxt", "-n", "2").stdout.split("\n20")) == 3


@pytest.mark.parametrize("option", ["--commune", "--findings"])
def test_a_name_that_is_empty_is_not_the_timeline(world: World, option: str) -> None:
    """As when a script's variable is: the timeline tells whom one follows."""
    world.post(MARK, "for you")
    result = world.run("feed", option, "")
    assert (result.exit_code, result.stdout) == (1, "")


def test_findings_of_no_commune(home: Path) -> None:
    """Who has no charter; who is not here."""
    result = feed(home, "--findings", "eva@crooked.example")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "eva@crooked.example has no charter" in result.stderr
    result = feed(home, "--findings", "commune@other.example")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "thimbl follow commune@other.example" in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("eva@crooked.example", "--commune", CROOKED),
        ("eva@crooked.example", "--findings", CROOKED),
        ("--commune", CROOKED, "--findings", CROOKED),
        ("--commune", CROOKED, "--tag", "leeks"),
        ("--findings", CROOKED, "--tag", "leeks"),
    ],
)
def test_one_feed_at_a_time(home: Path, args: tuple[str, ...]) -> None:
    """It is said, and nothing is guessed."""
    result = feed(home, *args)
    assert (result.exit_code, result.stdout) == (2, "")


def test_as_many_entries_as_on_the_web() -> None:
    """Said in two places, since a command imports no feeds before it runs."""
    assert command.ENTRIES == serving.ENTRIES
