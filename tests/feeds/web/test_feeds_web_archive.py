"""The files of an archive over HTTP, the page that names them, and both in a site of files."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from feeds.web import archive
from feeds.web.answering import Answers
from feeds.web.export import file_of, files, stands
from tests.feeds.web.showing import NOW, SITE, Shown, field_of, get, profile, read

PAGES = {"00000201.json": "[newest]\n", "00000101.json": "[middle]\n", "00000001.json": "[oldest]\n"}


@dataclass
class Kept:
    """A `thimbl.home.shown.Archive` of what a test puts into it."""

    texts: dict[str, str | None] = field(default_factory=lambda: dict(PAGES))

    def names(self) -> Iterator[str]:
        yield from self.texts

    def read(self, name: str) -> str | None:
        return self.texts.get(name)


@pytest.fixture
def source() -> Shown:
    return Shown({"ana": profile(records=217)}, archives={"ana": Kept({"following.json": "[]\n", **PAGES})})


def test_it_is_reached_from_the_account(source: Shown) -> None:
    [link] = [one for one in read(get(source, "/ana")).all("a") if one.text == "its archive"]
    assert link.attributes["href"] == "/ana/plan.d"
    page = read(get(source, "/ana/plan.d"))
    assert [one.attributes["href"] for one in page.all("a", type="application/json")] == [
        "/ana/plan.d/following.json", *(f"/ana/plan.d/{name}" for name in PAGES),
    ]  # fmt: skip
    assert [one.text for one in page.all("small")] == [
        "whom they follow", "records 201 to 217", "records 101 to 200", "records 1 to 100",
    ]  # fmt: skip
    assert "its archive" not in get(Shown(), "/ana").body.decode(), "nobody signed that plan"


def test_a_file_is_asked_for_again_by_its_tag(source: Shown) -> None:
    """A full page too: its author may take back what stands in it."""
    first = get(source, "/ana/plan.d/00000001.json")
    assert (first.status, first.body, first.kind) == (200, b"[oldest]\n", "archive")
    assert field_of(first, "content-type") == "application/json"
    assert (field_of(first, "cache-control"), field_of(first, "x-robots-tag")) == ("no-cache", "noindex")
    assert field_of(get(source, "/ana/plan.d"), "x-robots-tag") == "noindex"
    tag = field_of(first, "etag")
    assert get(source, "/ana/plan.d/00000001.json", method="HEAD", if_none_match=tag).status == 304
    source.archives = {"ana": Kept({"00000001.json": "[withheld]\n"})}
    assert get(source, "/ana/plan.d/00000001.json", if_none_match=tag).body == b"[withheld]\n"


def test_what_is_not_there_is_said_in_a_line(source: Shown) -> None:
    source.people["dan"] = profile("dan")
    for path in ("/ana/plan.d/00000301.json", "/ana/plan.d/x", "/dan/plan.d/00000001.json", "/eve/plan.d/x"):
        response = get(source, path)
        assert (response.status, response.body.count(b"\n")) == (404, 1)
        assert field_of(response, "content-type").startswith("text/plain")
    assert get(source, "/dan/plan.d").status == get(source, "/eve/plan.d").status == 404
    source.people["postmaster"] = profile("ana")
    for path in ("", "/00000001.json"):
        moved = get(source, f"/postmaster/plan.d{path}")
        assert (moved.status, field_of(moved, "location")) == (307, f"/ana/plan.d{path}")


def test_a_long_archive_is_named_in_parts(source: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "NAMED", 2)
    seen: list[str] = []
    path: str | None = "/ana/plan.d"
    while path is not None:
        page = read(get(source, path))
        seen += [one.text for one in page.all("a", type="application/json")]
        path = next((one.attributes["href"] for one in page.all("a", rel="next")), None)
    assert seen == ["following.json", *PAGES]
    for before in ("x", "1" * 17, "-1", "%D9%A1"):
        assert get(source, f"/ana/plan.d?before={before}").status == 404


def test_in_a_site_of_files() -> None:
    """Each file under the name that `thimbl import` knows; one that can not be read is left out, and not refused in
    HTML under that name."""
    texts: dict[str, str | None] = {**PAGES, "00000101.json": None}
    source = Shown({"ana": profile(records=217)}, archives={"ana": Kept(texts)})
    made = dict(files(Answers(SITE, source, lambda: NOW)))
    assert {name for name in made if name.startswith("ana/plan")} == {
        "ana/plan.txt", "ana/plan.d/index.html", "ana/plan.d/00000201.json", "ana/plan.d/00000001.json",
    }  # fmt: skip
    assert made["ana/plan.d/00000001.json"] == b"[oldest]\n"
    assert b'href="00000001.json"' in made["ana/plan.d/index.html"]
    assert stands("/ana/plan.d") == "/ana/plan.d/"
    for name in ("index.html", "1.json", "00000002.json", "x"):
        assert file_of(f"/ana/plan.d/{name}").endswith("/index.html"), "no file of an archive"
