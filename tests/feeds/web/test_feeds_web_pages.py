"""What is on a page: accounts, posts, threads, lists; and that a stranger's words stay words on all of them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.web import layout
from feeds.web.asked import Page
from feeds.web.cards import card, linked
from feeds.web.html import clean, render, several
from feeds.web.texts import MOST_CHARACTERS, excerpt, text
from tests.feeds.web.showing import (
    ANA,
    BO,
    ID,
    NOW,
    OTHER,
    SITE,
    STRANGER,
    Reading,
    Shown,
    asked,
    get,
    item,
    profile,
    read,
)
from thimbl.core.address import Address, Reference
from thimbl.core.log import Verdict
from thimbl.core.plan import Follow
from thimbl.core.times import format_time

HERS = {"ana": profile(), "bo@dairy.example:7979": profile("bo@dairy.example:7979", BO, name="Bo", copied=True)}


def said(words: str, source: Shown | None = None, **nicks: Address) -> Reading:
    return read(render(text(asked(source), words, nicks)))


class TestTexts:
    def test_paragraphs_and_lines(self):
        page = said("\nOne\ntwo.\n\n \n\nThree.\n")
        assert [one.text for one in page.all("p")] == ["Onetwo.", "Three."]
        assert len(page.all("br")) == 1

    def test_links_say_where_they_lead_and_tell_nothing(self):
        [link] = said("See https://a.example/?q=<b>&x=1, or not.").all("a")
        assert link.attributes == {
            "href": "https://a.example/?q=", "rel": "nofollow noreferrer ugc", "dir": "ltr",
        }  # fmt: skip
        assert link.text == "https://a.example/?q="

    @pytest.mark.parametrize(
        "words", ["gopher://a.example/1", "gemini://a.example/", "javascript:alert(1)", "data:text/html,x"]
    )
    def test_other_schemes_stay_words(self, words):
        page = said(words)
        assert page.one("p").text == words
        assert page.all("a") == []

    def test_mentions_lead_to_pages_that_are_here(self):
        page = said("@ana@fields.example @BO and @eve@nowhere.example", Shown(HERS), bo=BO)
        assert [(one.attributes["href"], one.text) for one in page.all("a")] == [
            ("/ana", "@ana@fields.example"),
            ("/bo@dairy.example:7979", "@BO"),
            ("finger://nowhere.example/eve", "@eve@nowhere.example"),
        ]
        assert page.all("a")[2].attributes["rel"] == "nofollow noreferrer ugc"

    def test_tags_lead_to_their_page_in_folded_form(self):
        [link] = said("#Straße!").all("a")
        assert (link.attributes["href"], link.text) == ("/tag/strasse", "#Straße")

    @given(st.text(max_size=300))
    @settings(max_examples=50)
    def test_all_words_are_there(self, words):
        page = said(words)
        shown = "".join(one.text for one in page.all("p"))
        assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", clean(words))

    def test_a_long_text_in_a_list_is_cut_and_leads_to_all_of_it(self):
        words = "leek " * 1000
        page = read(render(excerpt(asked(), words, {}, "/ana/x")))
        assert len(page.all("p")[0].text) < MOST_CHARACTERS + 5
        assert page.one("a").attributes["href"] == "/ana/x"
        assert read(render(excerpt(asked(), "short", {}, "/ana/x"))).all("a") == []


class TestCards:
    def test_who_when_and_the_verdict_in_words(self):
        page = read(render(card(asked(Shown()), item(edited=NOW - 60, verdict=Verdict.FORKED))))
        heading = page.one("h2")
        assert heading.text == (
            f"Ana ana@fields.example {format_time(NOW - 3600)[:10]} 07:00 UTC edited 2026-11-22 07:59 UTC ! forked"
        )
        assert [one.attributes["href"] for one in page.all("a")] == ["/ana", f"/ana/{ID}"]
        assert page.all("time")[0].attributes["datetime"] == format_time(NOW - 3600)

    def test_a_subject_folds_the_text(self):
        page = read(render(card(asked(), item("The butler.", subject="Spoiler <b>"))))
        assert page.one("summary").text == "Spoiler <b> (folded: 11 characters)"
        assert "open" not in page.one("details").attributes
        assert page.all("p")[0].path[-4:] == ("article", "details", "div", "p")

    def test_what_it_answers(self):
        page = read(render(card(asked(Shown(HERS)), item(re=Reference(BO, OTHER)))))
        assert page.all("p")[0].text == f"answers bo@dairy.example:7979#{OTHER[:8]}"
        assert page.all("a")[2].attributes["href"] == f"/bo@dairy.example:7979/{OTHER}"

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"retracted": True}, "took this back"),
            ({"withheld": True}, "withheld"),
            ({"malformed": "text"}, "field text"),
            ({"text": " \n"}, "without text"),
            ({"kind": "rumour", "body": {}}, "of the kind rumour"),
            ({"kind": "join", "body": {}}, "can not be shown"),
        ],
    )
    def test_what_can_not_be_read_is_said_to_be_so(self, fields, told):
        page = read(render(card(asked(), item(**{"text": "secret", **fields}))))
        assert told in page.one("article").text
        assert "secret" not in page.one("article").text

    def test_an_announcement_is_a_sentence_with_links(self):
        body = {"commune": "bo@dairy.example:7979", "as": "member"}
        page = read(render(card(asked(Shown(HERS)), item("", kind="join", body=body))))
        assert "applies to bo@dairy.example:7979 as a member." in page.one("article").text
        assert page.all("a")[2].attributes["href"] == "/bo@dairy.example:7979"

    def test_sentences_link_records_that_are_here_and_nothing_else(self):
        source = Shown(HERS)
        page = read(render(several(linked(asked(source), f"a ana@fields.example#{ID[:8]} b {STRANGER} c x@y@z."))))
        assert [(one.attributes["href"], one.text) for one in page.all("a")] == [
            (f"/ana/{ID[:8]}", f"ana@fields.example#{ID[:8]}")
        ]
        assert "".join(one.text for one in page.elements if one.tag in ("a", "bdi")) == (
            f"a ana@fields.example#{ID[:8]} b {STRANGER} c x@y@z."
        )

    def test_a_licence_is_shown(self):
        page = read(render(card(asked(), item(body={"text": "x", "license": "CC-BY-4.0"}))))
        assert "Licence: CC-BY-4.0" in page.one("article").text


class TestLayout:
    def test_landmarks_skip_link_and_one_heading(self):
        page = read(get(Shown(words="Welcome."), "/"))
        assert [len(page.all(tag)) for tag in ("header", "nav", "main", "footer", "h1")] == [1, 1, 1, 1, 1]
        first = next(one for one in page.elements if one.tag == "a")
        assert first.attributes["href"] == "#main"
        assert page.one("main").attributes["id"] == "main"
        assert page.one("html").attributes["lang"] == "en"
        assert page.one("a", aria_current="page").text == "People"

    def test_nothing_but_the_style_sheet_is_loaded(self):
        page = read(get(Shown(), "/ana"))
        loaded = [one for one in page.elements if one.tag in ("script", "img", "iframe", "object", "style")]
        assert loaded == []
        assert all("style" not in one.attributes for one in page.elements)
        assert page.one("link", rel="stylesheet").attributes["href"] == layout.style_path()

    def test_open_graph_and_canonical(self):
        source = Shown(items=[item("Leeks in before the frost.")])
        page = read(get(source, f"/ana/{ID}"))
        graph = {
            one.attributes["property"]: one.attributes["content"]
            for one in page.all("meta")
            if "property" in one.attributes
        }
        assert graph == {
            "og:title": "Leeks in before the frost. · Ana (ana@fields.example)",
            "og:type": "article",
            "og:site_name": "fields.example",
            "og:description": "Leeks in before the frost.",
            "og:url": f"https://www.fields.example/ana/{ID}",
            "article:published_time": format_time(NOW - 3600),
        }
        assert page.one("link", rel="canonical").attributes["href"] == graph["og:url"]

    def test_a_title_is_one_line_of_a_bounded_length(self):
        page = read(layout.page(SITE, Page("x\n" * 500, ())))
        assert len(page.one("title").text) < layout.MOST_TITLE + 30


class TestAccounts:
    def test_what_the_plan_says(self):
        hers = profile(
            bio="Leeks.\n\nAnd <b>frost</b>.",
            properties={"listed": "yes", "website": "https://ana.example/", "note": "javascript:x", "<i>": "<u>"},
            following=(Follow("bob", BO), Follow("", STRANGER)),
            moved_to=BO,
        )
        page = read(get(Shown(HERS | {"ana": hers}), "/ana"))
        facts = dict(zip((one.text for one in page.all("dt")), (one.text for one in page.all("dd")), strict=True))
        assert facts["Address"] == "ana@fields.example"
        assert facts["Plan"].startswith("✓ verified. The signature holds")
        assert facts["Key"] == "SHA256:abc"
        assert (facts["Website"], facts["note"], facts["<i>"]) == ("https://ana.example/", "javascript:x", "<u>")
        assert page.one("a", rel="nofollow noreferrer ugc me").attributes["href"] == "https://ana.example/"
        assert "listed" not in facts
        assert page.all("summary")[0].text == "Follows 2"
        assert "They have moved: bo@dairy.example:7979" in page.one("main").text

    def test_posts_go_on_where_they_were_left(self):
        items = [
            item(f"Post {number}.", id=f"{chr(97 + number // 26)}{chr(97 + number % 26)}" + "c" * 50)
            for number in range(40)
        ]
        source = Shown(items=items)
        first = read(get(source, "/ana"))
        assert len(first.all("article")) == 30
        [older] = [one for one in first.all("a") if one.text == "Older posts"]
        second = read(get(source, str(older.attributes["href"])))
        assert [one.text for one in second.all("div", class_="text")] == [
            f"Post {number}.\n" for number in range(30, 40)
        ]
        assert [one.attributes["href"] for one in second.all("a") if one.text == "Back to the newest"] == ["/ana"]
        assert "Older" not in second.one("main").text
        assert get(source, "/ana?before=x").status == 404

    def test_who_did_not_agree_to_be_listed_is_not_for_search_engines(self):
        shy = Shown({"ana": profile(listed=False)}, items=[item()])
        for path in ("/ana", f"/ana/{ID}", "/ana/feed.json", "/ana/plan"):
            assert ("X-Robots-Tag", "noindex") in get(shy, path).headers, path
            assert (("X-Robots-Tag", "noindex") in get(Shown(items=[item()]), path).headers) == (path == "/ana/plan")
        assert read(get(shy, "/ana")).one("meta", name="robots").attributes["content"] == "noindex"
        assert "Ana" not in read(get(shy, "/")).one("main").text

    def test_plain_words(self):
        source = Shown({"dan": profile("dan", None, name="", words="Hi <b>\n\x1b[31mred", properties=None)})
        page = read(get(source, "/dan"))
        assert page.one("pre").text.strip("\n") == "Hi <b>\n�[31mred"
        assert "nobody signed" in page.one("main").text

    def test_another_name_for_an_account_leads_to_it(self):
        response = get(Shown({"postmaster": profile()}), "/postmaster?before=1")
        assert (response.status, dict(response.headers)["Location"]) == (307, "/ana?before=1")

    def test_the_communes_page_of_finger_is_the_bond_board_here(self, monkeypatch):
        assert get(Shown(), "/commune").status == 404
        monkeypatch.setattr(Shown, "communes", lambda self: ["one"])
        response = get(Shown(), "/commune")
        assert (response.status, dict(response.headers)["Location"]) == (307, "/bonds")


class TestThreads:
    def test_what_it_answers_and_what_answers_it(self):
        question = item("Who?", address=BO, name="Bo", id=OTHER)
        answer = item("Me.", re=question.reference)
        more = item("And me.", id="c" * 52, re=answer.reference, time=NOW)
        source = Shown(HERS, items=[more, answer, question])
        page = read(get(source, f"/ana/{ID}"))
        assert [one.text.strip() for one in page.all("div", class_="text")] == ["Who?", "Me.", "And me."]
        assert page.one("article", class_="post asked").text.count("Me.") == 1
        assert page.all("h2")[-1].text == "1 answer"
        # Below what it answers, an answer does not name it again.
        assert [one.text for one in page.all("p", class_="context")] == [f"answers bo@dairy.example:7979#{OTHER[:8]}"]

    def test_a_prefix_leads_to_the_whole_id(self):
        source = Shown(items=[item(id="ab" + "c" * 50), item(id="ad" + "c" * 50)])
        response = get(source, "/ana/ab")
        assert (response.status, dict(response.headers)["Location"]) == (307, "/ana/ab" + "c" * 50)
        assert "several posts begin so" in get(source, "/ana/a").body.decode().lower()
        assert dict(get(source, "/ana/AB").headers)["Location"] == "/ana/ab"

    @pytest.mark.parametrize(
        "path", ["/ana/zz", "/ana/" + "z" * 52, "/ana/not-an-id", "/ana/1", "/bo/ab", "/ana/" + "z" * 53]
    )
    def test_no_such_post(self, path):
        assert get(Shown(), path).status == 404

    def test_one_that_was_taken_back_is_gone(self):
        response = get(Shown(items=[item("secret", retracted=True)]), f"/ana/{ID}")
        assert response.status == 410
        assert b"secret" not in response.body
        assert b"took this back" in response.body

    def test_a_folded_text_is_in_no_title_and_no_preview(self):
        page = read(get(Shown(items=[item("The butler.", subject="Spoiler")]), f"/ana/{ID}"))
        assert page.one("title").text.startswith("Spoiler · ")
        assert all("butler" not in str(one.attributes.get("content")) for one in page.all("meta"))


class TestLists:
    def test_the_first_page_lists_who_agreed_and_copies(self):
        source = Shown(HERS, words="Be <kind>.", copied=[ANA, BO])
        page = read(get(source, "/"))
        assert page.one("pre").text.strip() == "Be <kind>."
        assert [one.attributes["href"] for one in page.all("a") if one.path[-2:] == ("li", "a")][2:] == [
            "/ana",
            "/bo@dairy.example:7979",
        ]
        assert [one.text for one in page.all("small")] == ["ana, newest post 2026-11-22", "bo@dairy.example:7979"]

    def test_many_people_are_on_several_pages(self):
        people = {f"p{number:04}": profile(f"p{number:04}", None) for number in range(501)}
        page = read(get(Shown(people), "/"))
        [more] = [one for one in page.all("a") if one.text == "More people"]
        assert more.attributes["href"] == "/?from=p0500"
        assert "p0500" in read(get(Shown(people), "/?from=p0500")).one("main").text

    @pytest.mark.parametrize("path", ["/", "/timeline", "/tag/leeks", "/timeline/feed.atom"])
    def test_while_accounts_are_looked_through(self, path):
        response = get(Shown(ready=False), path)
        assert (response.status, dict(response.headers)["Retry-After"]) == (503, "2")

    def test_tags(self):
        source = Shown(items=[item("#Leeks!"), item("No.", id=OTHER)])
        page = read(get(source, "/tag/leeks"))
        assert [one.text.strip() for one in page.all("div", class_="text")] == ["#Leeks!"]
        response = get(source, "/tag/Leeks")
        assert (response.status, dict(response.headers)["Location"]) == (308, "/tag/leeks")
        assert get(source, "/tag/123").status == 404
        empty = get(source, "/tag/frost")
        assert (empty.status, ("X-Robots-Tag", "noindex") in empty.headers) == (200, True)

    def test_timeline_beyond_its_end(self):
        assert get(Shown(), "/timeline?before=x").status == 404


HOSTILE = st.text(
    st.sampled_from("<>&\"'/=! -`\\\0\r\n\tabonerrorscriptjavascript:()[]#@.\u202e\u200d\x1b\x9b\ud800")
    | st.characters(),
    max_size=80,
)


@given(st.lists(HOSTILE, min_size=8, max_size=8))
@settings(max_examples=20)
def test_nothing_of_a_stranger_becomes_markup(evil):
    """The elements of each page are the same ones, whatever is in the texts, but for the links and lines in a text."""

    def shape(name: str, bio: str, key: str, value: str, nick: str, words: str, subject: str, licence: str) -> object:
        body = {"text": "x", "license": f"PPL {licence}"}
        posts = [item(f"x {bio}", subject=f"s{subject}", body=body, name=f"n{name}")]
        follows = (Follow(f"n{nick}", BO),)
        hers = profile(name=f"n{name}", bio=f"b {bio}", properties={f"k{key}": f"v{value}"}, following=follows)
        source = Shown({"ana": hers}, posts, words=f"w{words}")
        pages = [read(get(source, path)) for path in ("/", "/ana", f"/ana/{ID}", "/timeline")]
        for seen in (seen for page in pages for seen in page.elements):
            assert not any(name.startswith("on") or name == "style" for name in seen.attributes)
            href = seen.attributes.get("href") or "/"
            assert re.match(r"(/(?!/)|#|https?://|mailto:|finger://)", href, re.IGNORECASE), href
        return [[one.path for one in page.elements if one.tag not in ("a", "br", "bdi", "p")] for page in pages]

    assert shape(*evil) == shape(*"xxxxxxxx")


def test_who_is_asked_for_by_a_hostile_path_is_not_repeated_as_markup():
    for target in ("/%3Cscript%3E", "/ana/%3Cb%3E", "/tag/%3Cb%3E", "/%22%3E"):
        response = get(Shown(), target)
        assert response.status == 404
        assert "<b>" not in response.body.decode().replace("<body>", "")
