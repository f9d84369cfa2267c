"""JSON Feed 1.1: its keys, and that texts stay texts."""

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from feeds.about import About, clean
from feeds.carried import Carried
from feeds.jsonfeed import OF_ITEMS, jsonfeed
from tests.feeds.making import ABOUT, ANA, ID, MARK, NOW, OTHER, item, reference
from thimbl.core.feedplan import ABOUT as PLAN


def read(*items: Any) -> dict[str, Any]:
    """The feed of these items, read back."""
    feed: dict[str, Any] = json.loads(jsonfeed(items, NOW, ABOUT).decode("utf-8"))
    return feed


def test_feed() -> None:
    """All keys are of the specification; `version`, `title` and `items` are required."""
    feed = read(item("Yes. #leeks", re=reference(MARK), edited=NOW - 30, body={"license": "PPL"}))
    ana = {"name": "Ana (ana@fields.example)", "url": "finger://fields.example/ana"}
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Ana (ana@fields.example)",
        "home_page_url": "finger://fields.example/ana",
        "description": "What Ana (ana@fields.example) wrote.",
        "authors": [ana],
        "_thimbl": {"about": OF_ITEMS},
        "items": [
            {
                "id": f"finger://fields.example/ana#{ID}",
                "url": f"finger://fields.example/ana#{ID}",
                "title": "Yes. #leeks",
                "content_text": "Yes. #leeks",
                "date_published": "2026-11-22T07:00:00Z",
                "date_modified": "2026-11-22T07:59:30Z",
                "authors": [ana],
                "tags": ["verdict:verified", "leeks"],
                "_thimbl": {
                    "verdict": "verified",
                    "in_reply_to": f"finger://mill.example:7979/mark#{OTHER}",
                    "related": [],
                    "license": "PPL",
                },
            }
        ],
    }


def test_what_ours_is_about_is_said_first_and_once() -> None:
    """For people ("Extensions"); with the plan that goes along, where there is one."""
    about = replace(ABOUT, plan=Carried("thimbl: 2\n", NOW))
    made = json.loads(jsonfeed([item(), item("More.", id=OTHER)], NOW, about))
    assert made["_thimbl"] == {"about": f"{OF_ITEMS} {PLAN}", "plan": "thimbl: 2\n"}
    assert [*made].index("_thimbl") < [*made].index("items")


def test_what_is_not_there_is_null() -> None:
    """And no verdict is made of a tag."""
    [found] = read(item("#verified", verdict=None))["items"]
    assert found["_thimbl"] == {"verdict": None, "in_reply_to": None, "related": [], "license": None}
    assert found["tags"] == ["verified"]


def test_order_and_what_is_left_out() -> None:
    """As the items stand; an empty feed has the list."""
    found = read(item("3"), item("2", retracted=True), item("1", withheld=True), item("0"))["items"]
    assert [one["content_text"] for one in found] == ["3", "0"]
    assert read()["items"] == []


@given(st.text(st.characters(exclude_categories=())))
def test_any_text(text: str) -> None:
    """It can be encoded, and comes back; the same again is the same bytes."""
    data = jsonfeed([item(text, name=text)], NOW, About(ANA, text))
    assert json.loads(data)["items"][0]["content_text"] == clean(text)
    assert jsonfeed([item(text, name=text)], NOW, About(ANA, text)) == data
    assert data.endswith(b"}\n")


def test_it_needs_no_extra() -> None:
    """feedgen and its XML library stay unloaded."""
    code = "import sys, feeds.jsonfeed\nassert not {'feedgen', 'lxml', 'click', 'twisted'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
