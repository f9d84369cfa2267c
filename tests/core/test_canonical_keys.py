"""Canonical bytes, base64 and base32, keys and signatures (plan-format 1), beside other implementations of each."""

import base64
import hashlib
import json
from datetime import datetime
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tests.support.scribe import private_key
from thimbl.core.canonical import b32, b64, canonical, content_id, encoder, id_of, ids_of, unb64
from thimbl.core.keys import (
    KEY_NAMESPACE,
    PLAN_NAMESPACE,
    RECORD_NAMESPACE,
    KeyFault,
    PrivateKey,
    PublicKey,
    is_fingerprint,
    sign,
)
from thimbl.core.plantext import MAX_INTEGER
from thimbl.core.records import Record, malformed_field, record_id
from thimbl.core.sshsig import BadPoint, check_point, signed_blob, ssh_string, verify

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493

keys = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
scalars = st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=20
)

# canonical bytes


@given(values)
def test_canonical_is_rfc_8785(value) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("code", [*range(0xA1), 0x2028, 0x2029, 0xD7FF, 0xE000, 0xFEFF, 0xFFFF, 0x10FFFF])
def test_canonical_escapes_what_rfc_8785_does(code: int) -> None:
    assert canonical({"a": chr(code)}) == rfc8785.dumps({"a": chr(code)})


stamps = st.datetimes(max_value=datetime(9999, 1, 1)).map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}".zfill(20))
ids = st.binary(min_size=32, max_size=32).map(b32)


@given(st.integers(1, MAX_INTEGER), st.none() | ids, stamps, st.text(min_size=1, max_size=64), ids)
def test_a_record_s_id_is_of_the_canonical_bytes_of_its_envelope(seq, prev, time, kind, digest) -> None:
    envelope = {"seq": seq, "prev": prev, "time": time, "kind": kind, "digest": digest}
    stated = {key: value for key, value in envelope.items() if value is not None}
    assert record_id(seq, prev, time, kind, digest) == content_id(stated)


@given(values, st.booleans())
def test_the_encoder_is_the_standard_library_s(value, sort_keys: bool) -> None:
    public = json.dumps(value, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"))
    assert encoder(sort_keys=sort_keys)(value) == public
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json.encoder, "c_make_encoder", None)  # as in another Python than CPython
        assert encoder(sort_keys=sort_keys)(value) == public


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_canonical_has_no_numbers_that_json_lacks(bad: Any) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"a": bad})


def test_canonical_refuses_a_lone_surrogate() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical({"a": "\ud83d"})


# base32 and base64


@given(st.binary(max_size=80))
def test_b32_is_rfc_4648(data: bytes) -> None:
    assert b32(data) == base64.b32encode(data).decode().rstrip("=").lower()


def test_an_id_is_52_characters() -> None:
    assert len(content_id({})) == 52
    assert content_id({}) == base64.b32encode(hashlib.sha256(b"{}").digest()).decode().rstrip("=").lower()


@pytest.mark.parametrize("count", [0, 1, 2, 63, 64, 65, 200])
def test_ids_of_many_are_those_of_each(count: int) -> None:
    raws = [str(number).encode() for number in range(count)]
    assert ids_of(raws) == [id_of(raw) for raw in raws]


@given(st.binary(max_size=80))
def test_base64_round_trip(data: bytes) -> None:
    assert b64(data) == base64.b64encode(data).decode()
    assert unb64(b64(data)) == data


@given(st.text(alphabet="AQgw+/=-_ \nz", max_size=12))
def test_base64_has_one_spelling(text: str) -> None:
    try:
        data = unb64(text)
    except ValueError:
        return
    assert b64(data) == text


@pytest.mark.parametrize(
    "text",
    [
        "YQ",  # no padding
        "YQ=",
        "YR==",  # bits beyond the last byte
        "YWI=YQ==",  # padding in the middle
        "YQ==\n",
        " YQ==",
        "Y Q==",
        "YQ===",
        "-_8=",  # the other alphabet
        "YQ==YQ==",
        "é===",
        "\ud800",
        "=",
    ],
)
def test_base64_of_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        unb64(text)


# points


def encoded(y: int, sign_bit: int = 0) -> bytes:
    return (y | sign_bit << 255).to_bytes(32, "little")


def small_order_points() -> list[int]:
    """The y of all points whose order divides 8, worked out here once more from the curve."""
    d = -121665 * pow(121666, -1, P) % P
    root_of_minus_one = pow(2, (P - 1) // 4, P)

    def recover_x(y: int) -> int | None:
        square = (y * y - 1) * pow(d * y * y + 1, -1, P) % P
        for x in (root := pow(square, (P + 3) // 8, P), root * root_of_minus_one % P):
            if (x * x - square) % P == 0:
                return x
        return None

    def add(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
        (x1, y1), (x2, y2) = one, two
        t = d * x1 * x2 * y1 * y2
        return (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P

    for y in range(2, 200):
        if (x := recover_x(y)) is None:
            continue
        # L times any point has an order that divides 8; of 8 in half of the cases.
        sum_, step, times = (0, 1), (x, y), L
        while times:
            sum_ = add(sum_, step) if times & 1 else sum_
            step, times = add(step, step), times >> 1
        points = {(0, 1)}
        point = sum_
        while point != (0, 1):
            points.add(point)
            point = add(point, sum_)
        if len(points) == 8:
            return sorted({y for _, y in points})
    raise AssertionError("no point of order 8")


SMALL = small_order_points()


def test_there_are_eight_points_of_small_order() -> None:
    assert len(SMALL) == 5
    assert {0, 1, P - 1} < set(SMALL)


@pytest.mark.parametrize("sign_bit", [0, 1])
@pytest.mark.parametrize("y", [*SMALL, *[y + P for y in SMALL if y + P < 2**255]])
def test_a_key_of_small_order_is_refused_in_every_encoding(y: int, sign_bit: int) -> None:
    with pytest.raises(BadPoint, match="small order" if y < P else "canonical"):
        check_point(encoded(y, sign_bit))


@pytest.mark.parametrize("y", range(P, 2**255))
@pytest.mark.parametrize("sign_bit", [0, 1])
def test_a_key_in_another_encoding_is_refused(y: int, sign_bit: int) -> None:
    with pytest.raises(BadPoint, match="canonical"):
        check_point(encoded(y, sign_bit))


@pytest.mark.parametrize("y", [2, 7, 8, P - 2])
def test_a_key_off_the_curve_is_refused(y: int) -> None:
    with pytest.raises(BadPoint, match="curve"):
        check_point(encoded(y))


@given(st.integers(2, P - 2))
def test_a_point_is_on_the_curve_by_euler_s_criterion_too(y: int) -> None:
    u, v = y * y - 1, -121665 * pow(121666, -1, P) * y * y + 1
    if pow(u * v, (P - 1) // 2, P) == 1:
        check_point(encoded(y))
    else:
        with pytest.raises(BadPoint, match="curve"):
            check_point(encoded(y))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(KeyFault, match="32 bytes"):
        PublicKey.from_bytes(b"\x09" * length)


@given(st.binary(min_size=32, max_size=32))
def test_any_key_of_a_library_is_a_key(seed: bytes) -> None:
    key = PrivateKey.from_seed(seed).public
    assert PublicKey.parse(key.line) == key
    assert is_fingerprint(key.fingerprint)


ALICE = private_key("alice")
LINE = ALICE.public.line
BLOB = unb64(LINE.split()[1])


def line_of(blob: bytes) -> str:
    return "ssh-ed25519 " + b64(blob)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ssh-ed25519",
        LINE + " alice@fields",
        LINE + " ",
        LINE + "\n",
        " " + LINE,
        LINE.replace(" ", "  "),
        LINE.replace(" ", "\t"),
        LINE.rstrip("=")[:-1],
        LINE.upper(),
        "ssh-rsa " + LINE.split()[1],
        "ssh-ed25519 " + LINE.split()[1].replace("A", "A\n", 1),
        line_of(BLOB + b"\0"),
        line_of(BLOB[:-1]),
        line_of(ssh_string(b"ssh-rsa") + ssh_string(ALICE.public.point)),
        line_of(ssh_string(b"ssh-ed25519") + ssh_string(ALICE.public.point[:31])),
        line_of(ssh_string(b"ssh-ed25519") + ssh_string(encoded(1))),
        line_of(ssh_string(b"ssh-ed25519") + ssh_string(encoded(2))),
    ],
)
def test_a_key_line_that_is_none(line: str) -> None:
    with pytest.raises(KeyFault):
        PublicKey.parse(line)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (ALICE.public.fingerprint, True),
        (ALICE.public.fingerprint + "=", False),
        (ALICE.public.fingerprint[:-1], False),
        (ALICE.public.fingerprint + "\n", False),
        ("MD5:" + "a" * 43, False),
        ("", False),
    ],
)
def test_spelling_of_fingerprints(text: str, is_one: bool) -> None:
    assert is_fingerprint(text) is is_one


def test_a_private_key_does_not_show_itself() -> None:
    assert "object" not in repr(ALICE)
    assert repr(ALICE) == "PrivateKey()"


# signatures

MESSAGE = b'{"seq":1}'
SIGNATURE = ALICE.sign_blob(signed_blob(PLAN_NAMESPACE, MESSAGE))


def test_a_signature_holds() -> None:
    assert verify(ALICE.public.point, PLAN_NAMESPACE, MESSAGE, SIGNATURE)


@pytest.mark.parametrize("bit", range(512))
def test_a_signature_with_another_bit_does_not(bit: int) -> None:
    altered = bytearray(SIGNATURE)
    altered[bit // 8] ^= 1 << bit % 8
    assert not verify(ALICE.public.point, PLAN_NAMESPACE, MESSAGE, bytes(altered))


@pytest.mark.parametrize("times", range(1, 16))
def test_a_scalar_has_one_encoding(times: int) -> None:
    scalar = int.from_bytes(SIGNATURE[32:], "little") + times * L
    if scalar < 2**256:
        altered = SIGNATURE[:32] + scalar.to_bytes(32, "little")
        assert not verify(ALICE.public.point, PLAN_NAMESPACE, MESSAGE, altered)


def test_a_signature_of_another_length_namespace_message_or_key_does_not_hold() -> None:
    point = ALICE.public.point
    assert not verify(point, PLAN_NAMESPACE, MESSAGE, SIGNATURE + b"\0")
    assert not verify(point, PLAN_NAMESPACE, MESSAGE, SIGNATURE[:63])
    assert not verify(point, PLAN_NAMESPACE, MESSAGE, b"")
    assert not verify(point, RECORD_NAMESPACE, MESSAGE, SIGNATURE)
    assert not verify(point, PLAN_NAMESPACE, MESSAGE + b" ", SIGNATURE)
    assert not verify(private_key("bob").public.point, PLAN_NAMESPACE, MESSAGE, SIGNATURE)
    assert not verify(encoded(1), PLAN_NAMESPACE, MESSAGE, SIGNATURE)
    assert not verify(encoded(1), PLAN_NAMESPACE, MESSAGE, encoded(1) + bytes(32))


def test_the_namespaces_differ() -> None:
    assert len({PLAN_NAMESPACE, RECORD_NAMESPACE, KEY_NAMESPACE}) == 3


def test_sign_signs_the_canonical_bytes() -> None:
    data = json.loads('{"b": 1, "a": "é"}')
    signature = sign(ALICE, PLAN_NAMESPACE, data)
    assert ALICE.public.verifies(PLAN_NAMESPACE, {"a": "é", "b": 1}, signature)
    assert not ALICE.public.verifies(PLAN_NAMESPACE, {"a": "e", "b": 1}, signature)
    with pytest.raises(ValueError, match="base64"):
        ALICE.public.verifies(PLAN_NAMESPACE, data, signature.rstrip("="))


@given(st.binary(max_size=12).map(b64) | st.from_regex(r"[A-Za-z0-9+/]{11}[=A]", fullmatch=True))
def test_a_salt_is_the_one_spelling_of_eight_bytes(salt: str) -> None:
    try:
        wanted = len(unb64(salt)) == 8
    except ValueError:
        wanted = False
    body = {"time": "2026-11-20T08:00:00Z", "kind": "post", "seq": 1, "text": "", "salt": salt}
    assert (malformed_field(Record.from_data(body)) is None) == wanted
