"""HTTP as bytes: what is a request, what is refused, and that chunks change nothing (RFC 9112)."""

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.node.serving.webwire import MAX_HEAD, MAX_LINE, BadRequest, Request, WebWire

GET = b"GET /ana HTTP/1.1\r\nHost: a.example\r\n\r\n"


def requests(data: bytes, chunk: int | None = None) -> list[Request | int]:
    """The requests in `data`, each answered; at the end the status of what is refused."""
    wire, found = WebWire(), list[Request | int]()
    step = chunk or len(data) or 1
    for at in range(0, len(data), step):
        wire.receive(data[at : at + step])
        try:
            while (request := wire.next()) is not None:
                found.append(request)
                wire.answer(404, [("Content-Length", "0")], b"", ends=False)
                if not wire.goes_on:
                    return found
        except BadRequest as fault:
            answer = wire.answer(fault.status, [("Content-Length", "2")], b"no", ends=True)
            return [*found, fault.status if answer.endswith(b"\r\n\r\nno") and not wire.goes_on else 0]
    return found


def goes_on(data: bytes) -> bool:
    """Whether another request may come after the answer."""
    wire = WebWire()
    wire.receive(data)
    assert wire.next() is not None
    wire.answer(200, [("Content-Length", "0")], b"", ends=False)
    return wire.goes_on


def one(data: bytes) -> Request:
    [request] = requests(data)
    assert isinstance(request, Request)
    return request


class TestRequests:
    def test_a_request(self):
        request = one(b'GET /ana?before=3 HTTP/1.1\r\nHost: a.example\r\nIf-None-Match:  "x"\t\r\nX-Y:\r\n\r\n')
        assert (request.method, request.target, request.has_content) == ("GET", "/ana?before=3", False)
        assert request.fields == {"host": "a.example", "if-none-match": '"x"', "x-y": ""}

    def test_several_on_one_connection(self):
        assert [request.target for request in requests(GET + b"\r\n\n" + GET) if isinstance(request, Request)] == [
            "/ana"
        ] * 2

    def test_bare_line_feeds_and_fields_of_one_name(self):
        request = one(b"HEAD / HTTP/1.1\nHost: a\nX: 1\nx: 2\n\n")
        assert (request.method, request.fields["x"]) == ("HEAD", "1, 2")

    @pytest.mark.parametrize(
        ("target", "path"),
        [("http://a.example/ana", "/ana"), ("HTTPS://a.example", "/"), ("http://a.example?x=1", "/?x=1"), ("*", "*")],
    )
    def test_a_target_as_to_a_proxy(self, target, path):
        assert one(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode()).target == path

    @pytest.mark.parametrize(
        ("version", "option", "keeps"),
        [
            ("1.1", "", True),
            ("1.1", "close", False),
            ("1.1", "x, CLOSE", False),
            ("1.0", "", False),
        ],
    )
    def test_whether_the_connection_goes_on(self, version, option, keeps):
        assert goes_on(f"GET / HTTP/{version}\r\nHost: a\r\nConnection: {option}\r\n\r\n".encode()) == keeps

    def test_http_1_0_needs_no_host(self):
        assert one(b"GET / HTTP/1.0\r\n\r\n").fields == {}

    @pytest.mark.parametrize(
        ("field", "has"),
        [("Content-Length: 5", True), ("Content-Length: 0", False), ("Content-Length: 000", False),
         ("Transfer-Encoding: chunked", True)],
    )  # fmt: skip
    def test_content_is_announced(self, field, has):
        assert one(f"POST / HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n".encode()).has_content == has

    @pytest.mark.parametrize("chunk", [None, 1, 7])
    @pytest.mark.parametrize("fields", ["", "Content-Length: 4\r\n", "Content-Length: 0\r\n"])
    def test_after_content_in_parts_nothing_is_a_request(self, fields, chunk):
        # Two programs may differ on where that ends (RFC 9112 6.1), also where the parts came at once and are empty.
        head = f"POST / HTTP/1.1\r\nHost: a\r\n{fields}Transfer-Encoding: chunked\r\n\r\n"
        [request] = requests(head.encode() + b"0\r\n\r\n" + GET, chunk)
        assert isinstance(request, Request)
        assert request.has_content

    @given(st.integers(1, 50), st.integers(1, 3))
    def test_any_chunks_give_the_same(self, chunk, count):
        data = (GET + b"\r\nHEAD /x HTTP/1.1\nHost: b\nA: 1\n\n") * count
        assert requests(data, chunk) == requests(data)
        assert len(requests(data)) == 2 * count

    @given(st.binary(max_size=300), st.integers(1, 40))
    def test_no_bytes_do_more_than_be_refused(self, data, chunk):
        assert requests(data, chunk) == requests(data)


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "status"),
        [
            (b"ana\r\n\r\n", 400),
            (b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            (b"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
            (b"GET / HTTP/2.0\r\n\r\n", 505),
            (b"PRI * HTTP/2.0\r\n\r\n", 505),
            (b"GET / HTTP/1.1\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
            (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n", 400),
            (b"GET /" + b"x" * MAX_LINE + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            (b"GET /" + b"x" * MAX_LINE, 414),
            (b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEAD, 431),
            (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * MAX_HEAD + b"\r\n\r\n", 431),
        ],
    )
    def test_what_is_no_request(self, data, status):
        assert requests(data) == [status]
        assert requests(data, 7) == [status]

    def test_what_came_before_is_answered(self):
        assert [type(one) for one in requests(GET + b"what?\r\n\r\n")] == [Request, int]


class TestAnswers:
    def asked(self, line: bytes = GET) -> WebWire:
        wire = WebWire()
        wire.receive(line)
        assert wire.next() is not None
        return wire

    def test_an_answer(self):
        answer = self.asked().answer(404, [("A", "b"), ("Content-Length", "3")], b"moo", ends=False)
        assert answer == b"HTTP/1.1 404 Not Found\r\nA: b\r\nContent-Length: 3\r\n\r\nmoo"

    def test_the_last_one_says_so(self):
        wire = self.asked()
        assert b"\r\nConnection: close\r\n" in wire.answer(200, [("Content-Length", "0")], b"", ends=True)
        assert not wire.goes_on

    def test_one_without_a_request(self):
        answer = WebWire().answer(503, [("Content-Length", "2")], b"no", ends=True)
        assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")

    @pytest.mark.parametrize(
        "data",
        [
            b"HEAD /" + b"x" * MAX_LINE + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            b"HEAD / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * MAX_HEAD + b"\r\n\r\n",
            b"HEAD / HTTP/2.0\r\nHost: a\r\n\r\n",
        ],
    )
    def test_a_refusal_of_head_has_no_body(self, data):
        wire = WebWire()
        wire.receive(data)
        with pytest.raises(BadRequest):
            wire.next()
        assert wire.answer(400, [("Content-Length", "2")], b"no", ends=True).endswith(b"\r\n\r\n")

    def test_a_refusal_tells_nothing_of_how_this_is_written(self):
        wire = WebWire()
        wire.receive("GET /naïve HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        with pytest.raises(BadRequest) as refused:
            wire.next()
        assert str(refused.value) == "That is no HTTP request (illegal request line)."

    @pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x", "a\nb", "a\rb", "a\0"])
    def test_a_field_does_not_become_two(self, value):
        with pytest.raises(h11.LocalProtocolError, match="header value"):
            self.asked().answer(200, [("Location", value)], b"", ends=False)
