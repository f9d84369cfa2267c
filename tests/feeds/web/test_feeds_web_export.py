"""A site of files: every link leads to a file, whatever paths are called, and nobody is told of who was not asked."""

import json
import re
from html import unescape
from posixpath import dirname, join, normpath
from unicodedata import normalize
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.web import export
from feeds.web.answering import Answers
from feeds.web.asked import Site, path_of
from feeds.web.chosen import Chosen
from feeds.web.export import between, file_of, files, name_of, stands
from tests.feeds.web.market import Market, founded, shown, small
from tests.feeds.web.showing import BO, ID, NOW, OTHER, SITE, item, profile
from thimbl.core.address import Address
from thimbl.home.errors import Refused

BARE = Site("fields.example", "", "fields.example")


@pytest.fixture(scope="module")
def market() -> Market:
    return shown(small())


@pytest.fixture(scope="module")
def made(market: Market) -> dict[str, bytes]:
    return dict(files(Answers(BARE, Chosen(market), lambda: NOW)))


def test_every_link_leads_to_a_file(made: dict[str, bytes]) -> None:
    assert list(made)[-1] == "index.html"
    assert len({folded(name) for name in made}) == len(made)
    for name, body in made.items():
        if name.endswith(".html"):
            for link in re.findall(rb' (?:href|src)="([^"]*)"', body):
                target = unescape(link.decode()).partition("#")[0]
                if target and not re.match(r"[a-z]+:", target):
                    there = normpath(join(dirname(name), unquote(target)))
                    assert there in made, (name, target)


def test_it_has_the_pages_of_the_daemon(made: dict[str, bytes]) -> None:
    for name in (
        "ana/index.html", "ana/plan.txt", "ana/feed.json", "bonds/index.html", "timeline/index.html", "robots.txt",
        "commune/commune/index.html", "commune/journal.txt", "commune/series/RUN-1=7/index.html", "favicon.svg",
        "commune/why/held/RUN-1=7/ana@fields.example/index.html", "mill@mill.example+3A7979/index.html",
        "tag/leeks/index.html",
    ):  # fmt: skip
        assert name in made, name
    assert made["commune/journal.txt"].startswith(b"; The books of")


def test_with_a_base_it_tells_others_where_a_page_stands() -> None:
    farm = profile("farm", Address.parse("farm@fields.example"))
    market = Market(people={"ana": profile(), "farm": farm})
    site = Site("fields.example", "https://fields.example/~ana", "fields.example")
    resources = ["acct:ana@fields.example"]
    made = dict(files(Answers(site, Chosen(market), lambda: NOW), resources))
    assert b'<link rel="canonical" href="https://fields.example/~ana/bonds/">' in made["bonds/index.html"]
    assert made[".well-known/webfinger"] == made["ana/webfinger.json"]
    links = [link["href"] for link in json.loads(made["ana/webfinger.json"])["links"]]
    assert "https://fields.example/~ana/ana/plan.txt" in links
    more = dict(files(Answers(site, Chosen(market), lambda: NOW), [*resources, "acct:farm@fields.example"]))
    assert ".well-known/webfinger" not in more
    assert "farm/webfinger.json" in more


def test_who_did_not_agree_to_be_listed_is_left_out_but_for_whose_site_it_is() -> None:
    market = shown(founded(), listed=False)
    made = dict(files(Answers(BARE, Chosen(market, ["ana"], copies=False), lambda: NOW)))
    folders = {name.partition("/")[0] for name in made if "/" in name}
    assert folders == {"ana", "commune", "bonds", "timeline"}
    assert b'href="ana/index.html"' in made["index.html"]
    assert b'href="finger://fields.example/farm"' in made["commune/register/index.html"]
    authors = set(re.findall(rb'class="handle"><bdi>([^<]*)', made["timeline/index.html"]))
    assert authors == {b"ana@fields.example", b"commune@fields.example"}
    nobody = dict(files(Answers(BARE, Chosen(Market(people={})), lambda: NOW)))
    assert {name for name in nobody if name.endswith(".html")} == {
        "index.html", "bonds/index.html", "timeline/index.html",
    }  # fmt: skip


def test_too_many_files_are_refused_by_name(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MAX_FILES", 20)
    with pytest.raises(Refused, match="more than 20 files"):
        dict(files(Answers(SITE, Chosen(market), lambda: NOW)))


SEGMENTS = st.text(min_size=1, max_size=40) | st.sampled_from(
    [
        ".",
        "..",
        "...",
        "index.html",
        "INDEX.HTML",
        "+2E",
        "a:b",
        "plan.txt",
        "plan",
        "feed.atom",
        "~x",
        " ",
        "a.",
        "ß" * 200,
        "ana",
        "Ana",
        "ANA",
        "con",
        "NUL.x",
        "é",
        "e\u0301",
        "É",
        "ß",
        "ss",
        "ſs",
        "ı",
        "i",
        "ς",
        "σ",
        "a\u3164",
        "a",
        "RUN-1=7",
        "RUN-1",
        "run-1",
    ]
)


def folded(name: str) -> str:
    """As file systems compare that take the most names for one."""
    return normalize("NFD", normalize("NFKD", name).upper().casefold().replace("\u3164", ""))


@given(st.lists(SEGMENTS, max_size=4), st.lists(SEGMENTS, max_size=4))
@settings(max_examples=60)
def test_two_paths_are_two_files(first: list[str], second: list[str]) -> None:
    one, other = ([part for part in parts if "/" not in part] for parts in (first, second))
    names = file_of(path_of(*one)), file_of(path_of(*other))
    assert (folded(names[0]) == folded(names[1])) == (one == other)
    for name in names:
        parts = name.split("/")
        assert not any(part in ("", ".", "..") for part in parts)
        assert all(len(part.encode()) < 200 for part in parts)
        assert not re.search(r'[:*?"<>|\\%\x00-\x1f]', name)
        assert not any(part.casefold().partition(".")[0] in ("con", "nul") for part in parts)


@given(SEGMENTS, SEGMENTS)
@settings(max_examples=50)
def test_a_query_has_a_folder_of_its_own(path: str, value: str) -> None:
    if "/" in path:
        return
    asked = path_of(path, before=value)
    assert file_of(asked) != file_of(path_of(path))
    assert (file_of(asked) == file_of(path_of(path, f"~before-{value}"))) is False


@given(st.lists(SEGMENTS, min_size=1, max_size=4), st.lists(SEGMENTS, min_size=1, max_size=4))
@settings(max_examples=50)
def test_the_way_between_files_leads_there(first: list[str], second: list[str]) -> None:
    here, there = ("/".join(map(name_of, parts)) for parts in (first, second))
    link = between(here, there)
    assert normpath(join(dirname(here), unquote(link))) == normpath(there)
    assert not link.startswith("/")
    assert ":" not in link.partition("/")[0]


def test_names_that_differ_in_little() -> None:
    """As people call themselves, and series and tags are called: in each pair one keeps its name."""
    assert [name_of(name) for name in ("ana", "Ana", "aNa")] == ["ana", "Ana=1", "aNa=2"]
    assert (name_of("RUN-1"), name_of("run-1")) == ("RUN-1=7", "run-1")
    assert name_of("κόσμος".casefold()) == "κόσμοσ"
    assert re.fullmatch("Κόσμος=[0-9a-f]{32}", name_of("Κόσμος"))
    assert (name_of("nul"), name_of("null")) == ("+6Eul", "null")


def test_what_stands_at_a_web_server() -> None:
    assert stands("/") == "/"
    assert stands("/ana") == "/ana/"
    assert stands("/ana/plan") == "/ana/plan.txt"
    assert stands("/ana/feed.atom") == "/ana/feed.atom"
    assert stands("/timeline?before=7") == "/timeline/~before-7/"
    assert stands("/commune/series/RUN-1") == "/commune/series/RUN-1=7/"


def test_what_those_wrote_who_are_left_out_is_in_no_thread() -> None:
    """Neither what is answered, nor what answers it."""
    hers = item("Hers.", id=ID)
    theirs = item("Theirs.", address=BO, id=OTHER, re=hers.reference)
    back = item("Back.", id="c" * 52, re=theirs.reference)
    people = {"ana": profile(), "bo@dairy.example:7979": profile("bo@dairy.example:7979", BO, copied=True)}
    market = Market(people=people, items=[back, theirs, hers], copied=[BO])
    for copies in (True, False):
        made = dict(files(Answers(BARE, Chosen(market, copies=copies), lambda: NOW)))
        said = {name for name, body in made.items() if name.endswith(".html") and b"Theirs." in body}
        assert bool(said) is copies, said
