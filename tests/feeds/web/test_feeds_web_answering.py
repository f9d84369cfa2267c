"""Requests to answers: paths, methods, conditions, what every answer has; WebFinger, and what is around the pages."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.web import layout, routes
from feeds.web.answering import KINDS, MAX_TARGET, POLICY, kind_of
from feeds.web.asked import Site, path_of
from tests.feeds.web.showing import ANA, BO, ID, SITE, Shown, field_of, get, item, profile, read
from tests.support.scribe import Scribe
from thimbl.core.feedplan import find_plans
from thimbl.core.plan import read_plan

POSTED = Shown({"ana": profile(), "bo@dairy.example:7979": profile("bo@dairy.example:7979", BO, copied=True)}, [item()])


class TestWhatEveryAnswerHas:
    @pytest.mark.parametrize(
        ("target", "status"),
        [
            ("/", 200), ("/ana", 200), (f"/ana/{ID}", 200), ("/timeline", 200), ("/tag/leeks", 200), ("/ana/plan", 200),
            ("/robots.txt", 200), ("/favicon.svg", 200), (layout.style_path(), 200), ("/ana/feed.json", 200),
            ("/timeline/feed.twtxt", 200), ("/.well-known/webfinger?resource=acct:ana@fields.example", 200),
            ("/.well-known/webfinger", 400), ("/nobody", 404), ("/ana/zz", 404), ("/a/b/c/d/e", 404),
            ("/style-0000000000000000.css", 404), ("/ana/", 308), ("/%zz", 308), ("/%ff", 400), ("x", 400), ("*", 400),
            ("/" + "x" * MAX_TARGET, 414), ("/..", 400), ("/a/../ana", 400), ("/%00", 400), ("/?a=%ff", 400),
            ("/?" + "&".join("a=1" for _ in range(30)), 400),
        ],
    )  # fmt: skip
    def test_is_safe(self, target, status):
        response = get(POSTED, target)
        assert response.status == status
        assert field_of(response, "content-security-policy") == POLICY
        assert field_of(response, "x-content-type-options") == "nosniff"
        assert field_of(response, "referrer-policy") == "no-referrer"
        assert len({name.lower() for name, _ in response.headers}) == len(response.headers)
        assert not {"set-cookie", "server", "content-length", "date"} & {name.lower() for name, _ in response.headers}
        assert response.kind in KINDS
        assert field_of(response, "content-type")

    @given(
        st.text(max_size=60),
        st.sampled_from(["/", "/ana/", "/tag/", "/ana?before=", "/.well-known/webfinger?resource="]),
    )
    def test_there_is_an_answer_to_any_target(self, words, begins):
        target = begins + words.encode("utf-8", "surrogatepass").decode("latin-1")
        assert get(POSTED, target).status in (200, 307, 308, 400, 404)

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "get", "PROPFIND", "X"])
    def test_nothing_can_be_done_but_read(self, method):
        response = get(POSTED, "/", method=method)
        assert (response.status, field_of(response, "allow")) == (405, "GET, HEAD")
        assert b"GET, HEAD" in response.body


class TestConditions:
    @pytest.mark.parametrize("target", ["/", "/ana", "/ana/plan", "/robots.txt", layout.style_path(), "/ana/feed.json"])
    def test_who_has_it_does_not_get_it_again(self, target):
        first = get(POSTED, target)
        tag = field_of(first, "etag")
        for told in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = get(POSTED, target, if_none_match=told)
            assert (again.status, again.body, field_of(again, "etag")) == (304, b"", tag)
        assert get(POSTED, target, if_none_match='"x"').status == 200

    def test_a_change_has_another_tag(self):
        one, other = (get(Shown(items=[item(text)]), "/ana") for text in ("One.", "Other."))
        assert field_of(one, "etag") != field_of(other, "etag")

    def test_pages_are_asked_for_again_and_the_style_sheet_never(self):
        assert field_of(get(POSTED, "/ana"), "cache-control") == "no-cache"
        assert "immutable" in field_of(get(POSTED, layout.style_path()), "cache-control")


class TestPaths:
    @pytest.mark.parametrize(
        ("target", "leads_to"),
        [
            ("/ana/", "/ana"),
            ("//ana", "/ana"),
            ("/%61na?before=3", "/ana?before=3"),
            ("/ana%40fields.example", "/ana@fields.example"),
            ("/tag/Stra%C3%9Fe", "/tag/strasse"),
            ("/tag//leeks/?x=1", "/tag/leeks"),
            ("/tag/\xc3\xbc", "/tag/%C3%BC"),
        ],
    )
    def test_there_is_one_spelling_of_each(self, target, leads_to):
        response = get(POSTED, target)
        assert (response.status, field_of(response, "location")) == (308, leads_to)
        assert get(POSTED, leads_to).status in (200, 307, 404)

    def test_no_redirect_leads_elsewhere(self):
        for target in ("//evil.example/", "///evil.example", "/%2Fevil.example/", "/%5cevil.example/"):
            response = get(POSTED, target)
            location = dict(response.headers).get("Location", "/")
            assert re.match(r"/(?![/\\])", location), location

    @given(st.lists(st.text(min_size=1, max_size=20), max_size=4))
    def test_a_path_is_its_own_canonical_form(self, segments):
        segments = [one for one in segments if one.isprintable() and one not in (".", "..")]
        path = path_of(*segments)
        assert path.isascii()
        assert get(POSTED, path).status not in (308, 400) or len(path) > MAX_TARGET

    def test_words_go_before_what_is_open(self):
        for segments, pattern in (
            (("timeline",), "/timeline"),
            (("ana", "plan"), "/{name}/plan"),
            (("tag", "feed.atom"), "/tag/{tag}"),
        ):
            found = routes.find(segments)
            assert found is not None
            assert found[0].pattern == pattern
        assert routes.find(("a", "b", "c", "d", "e", "f", "g")) is None

    def test_each_route_has_a_kind(self):
        kinds = {route.pattern: kind_of(route.pattern) for route in routes.ROUTES}
        assert set(kinds.values()) <= set(KINDS)
        assert kinds["/"] == "front"
        assert kinds["/{name}/{id}"] == "post"
        assert kinds["/{name}/feed.atom"] == kinds["/tag/{tag}/feed.rss"] == "feed"


def finger(source: Shown, resource: str, *rel: str, site: Site = SITE, **headers: str):
    query = "&".join([f"resource={resource}", *(f"rel={one}" for one in rel)])
    return get(source, f"/.well-known/webfinger?{query}", site=site, **headers)


class TestWebfinger:
    def test_an_account(self):
        response = finger(POSTED, "acct%3Aana%40fields.example")
        assert field_of(response, "content-type") == "application/jrd+json"
        assert field_of(response, "access-control-allow-origin") == "*"
        found = json.loads(response.body)
        assert found["subject"] == "acct:ana@fields.example"
        assert found["aliases"] == ["finger://fields.example/ana", "https://www.fields.example/ana"]
        links = {(link["rel"], link.get("type")): link["href"] for link in found["links"]}
        assert links["http://webfinger.net/rel/profile-page", "text/html"] == "https://www.fields.example/ana"
        assert links["describedby", "text/plain"] == "https://www.fields.example/ana/plan"
        assert links["alternate", None] == "finger://fields.example/ana"
        assert links["alternate", "application/feed+json"] == "https://www.fields.example/ana/feed.json"

    def test_by_rel_only_those_links(self):
        found = json.loads(finger(POSTED, "acct:ana@fields.example", "describedby", "nothing").body)
        assert [link["rel"] for link in found["links"]] == ["describedby"]
        assert json.loads(finger(POSTED, "acct:ana@fields.example", "nothing").body)["links"] == []

    @pytest.mark.parametrize(
        "resource",
        ["acct:ana@www.fields.example", "ACCT:ana@FIELDS.example", "finger://fields.example/ana",
         "https://www.fields.example/ana"],
    )  # fmt: skip
    def test_other_names_of_the_same(self, resource):
        assert json.loads(finger(POSTED, resource).body)["subject"] == "acct:ana@fields.example"

    def test_a_port_of_finger_is_in_no_acct(self):
        found = json.loads(finger(POSTED, "acct:bo@dairy.example:7979").body)
        assert found["subject"] == "acct:bo@dairy.example"
        assert found["aliases"][0] == "finger://dairy.example:7979/bo"

    @pytest.mark.parametrize(
        ("resource", "status"),
        [("", 400), ("ana", 400), ("acct:eve@fields.example", 404), ("acct:ana@elsewhere.example", 404),
         ("acct:", 404), ("acct:@", 404), ("mailto:ana@fields.example", 404), ("https://evil.example/ana", 404),
         ("finger://[::/ana", 404), ("acct:%00@x", 404)],
    )  # fmt: skip
    def test_refusals_may_be_read_by_anyone_too(self, resource, status):
        response = finger(POSTED, resource)
        assert response.status == status
        assert field_of(response, "access-control-allow-origin") == "*"

    def test_where_the_site_does_not_know_its_address_the_one_that_was_asked_is_told(self):
        site = Site("here", host="fields.example")
        found = json.loads(finger(POSTED, "acct:ana@fields.example", site=site, host="127.0.0.1:8080").body)
        assert "http://127.0.0.1:8080/ana" in found["aliases"]
        hostile = finger(POSTED, "acct:ana@fields.example", site=site, host='evil/"<')
        assert "evil" not in hostile.body.decode()


class TestAround:
    def test_robots(self):
        response = get(POSTED, "/robots.txt")
        assert field_of(response, "content-type").startswith("text/plain")
        assert b"User-agent: *" in response.body

    def test_the_icon_is_a_picture_of_this_site(self):
        assert field_of(get(POSTED, "/favicon.svg"), "content-type") == "image/svg+xml"
        assert read(get(POSTED, "/")).one("link", rel="icon").attributes["href"] == "/favicon.svg"

    def test_the_plan_is_what_finger_gives(self):
        assert get(POSTED, "/ana/plan").body == b"Login: ana\r\n"

    def test_feeds_stand_below_their_pages(self):
        page = read(get(POSTED, "/ana"))
        paths = [one.attributes["href"] for one in page.all("link", rel="alternate")]
        assert paths == [f"/ana/feed.{suffix}" for suffix in ("atom", "rss", "json", "twtxt")]
        for path in paths:
            assert b"Good morning." in get(POSTED, str(path)).body
        feed = json.loads(get(POSTED, "/ana/feed.json").body)
        assert feed["items"][0]["url"] == f"https://www.fields.example/ana/{ID}"
        assert feed["home_page_url"] == "https://www.fields.example/ana"
        assert get(POSTED, "/nobody/feed.json").status == 404

    def test_the_feed_of_an_account_has_its_signed_plan(self):
        scribe = Scribe(str(ANA))
        scribe.posts(60)
        items = [item(str(record.seq), seq=record.seq, id=record.id) for record in reversed(scribe.records)]
        for shown, seqs in ((items, 50), (items[:9], 60)):
            source = Shown(items=shown, plan_of={"ana": scribe.plan()})
            for suffix in ("atom", "rss", "json", "twtxt"):
                [plan] = find_plans(get(source, f"/ana/feed.{suffix}").body).plans
                assert [record.seq for record in read_plan(plan).records] == list(range(60, 60 - seqs, -1))
        assert find_plans(get(source, "/timeline/feed.json").body).plans == ()

    def test_each_kind_of_feed(self):
        for below in ("/timeline", "/tag/leeks"):
            assert get(Shown(items=[item("#leeks")]), f"{below}/feed.atom").status == 200
        assert get(Shown(), "/timeline/feed.json", site=Site("here")).status == 404

    def test_a_link_to_a_page_elsewhere_is_of_that_address(self):
        assert SITE.to("tag", "ü/x", before="a b") == "/tag/%C3%BC%2Fx?before=a%20b"
        assert SITE.absolute("/ana") == "https://www.fields.example/ana"
