"""Addresses and references: plan-format 1, "Addresses", case by case, and no other exception for any text."""

import contextlib
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thimbl.core.address import Address, AddressError, Reference, format_hostport, is_id, parse_hostport

ID = "cj4543o6jo2mz2bzcntsdunczp4s4d5oozkkynygnmrnyemgt4lq"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("ana@fields.example", "ana@fields.example"),
        ("Ana@Fields.EXAMPLE", "Ana@fields.example"),
        ("ana@fields.example:79", "ana@fields.example"),
        ("ana@fields.example:7979", "ana@fields.example:7979"),
        ("ana@localhost:65535", "ana@localhost:65535"),
        ("a.b_c-d@h", "a.b_c-d@h"),
        ("7@h", "7@h"),
        ("u" * 64 + "@h", "u" * 64 + "@h"),
        ("ana@192.0.2.7:1", "ana@192.0.2.7:1"),
        ("ana@[2001:DB8::1]", "ana@[2001:db8::1]"),
        ("ana@[0:0:0:0:0:0:0:1]:80", "ana@[0:0:0:0:0:0:0:1]:80"),
        ("ana@[::ffff:192.0.2.7]", "ana@[::ffff:192.0.2.7]"),
        ("ana@XN--BCHER-KVA.example", "ana@xn--bcher-kva.example"),
        ("ana@3com.example", "ana@3com.example"),
        ("ana@" + ".".join(["l" * 63] * 3 + ["l" * 61]), "ana@" + ".".join(["l" * 63] * 3 + ["l" * 61])),
    ],
)
def test_an_address_is_read_in_its_canonical_form(text: str, canonical: str) -> None:
    address = Address.parse(text)
    assert str(address) == canonical
    assert Address.parse(canonical) == address
    assert canonical == f"{address.user}@{address.hostport}"


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "no '@'"),
        ("ana", "no '@'"),
        ("@h", "no user before"),
        ("ana@", "no host after"),
        ("ana@a@b", "more than one '@'"),
        ("-ana@h", "begins with a letter or digit"),
        ("a na@h", "no user name"),
        ("u" * 65 + "@h", "64 characters at most"),
        ("änne@h", "no user name"),
        ("ana@h\n", "no host name"),
        ("ana@ h", "no host name"),
        ("ana@-h", "no host name"),
        ("ana@h-", "no host name"),
        ("ana@h..example", "no host name"),
        ("ana@h_x", "no host name"),
        ("ana@" + "l" * 64, "no host name"),
        ("ana@" + ".".join(["l" * 63] * 4), "longer than a host name"),
        ("ana@fields.example.", "write fields.example."),
        ("ana@bücher.example", "write xn--bcher-kva.example."),
        ("ana@STRASSE.straße.de", "write strasse.xn--strae-oqa.de."),
        ("ana@हिन्दी.example", "write xn--j2bd4cyah0f.example."),
        ("ana@☃.example", "no host name"),
        ("ana@\ud800.example", "no host name"),
        ("ana@1.2.3", "no IPv4 address"),
        ("ana@192.0.2.256", "no IPv4 address"),
        ("ana@192.0.2.07", "no IPv4 address"),
        ("ana@7", "no IPv4 address"),
        ("ana@h.7", "no IPv4 address"),
        ("ana@::1", "goes in brackets"),
        ("ana@2001:db8::1:7979", "goes in brackets"),
        ("ana@[::1", "goes in brackets"),
        ("ana@[::1]x", "goes in brackets"),
        ("ana@[fe80::1%eth0]", "leave out the zone"),
        ("ana@[1::2::3]", "no IPv6 address"),
        ("ana@[192.0.2.7]", "no IPv6 address"),
        ("ana@[]", "no IPv6 address"),
        ("ana@h:", "no port"),
        ("ana@h:0", "no port"),
        ("ana@h:079", "no port"),
        ("ana@h:65536", "no port"),
        ("ana@h:+79", "no port"),
        ("ana@h:٧٩", "no port"),
        ("ana@h:79\n", "no port"),
    ],
)
def test_what_is_no_address_is_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(AddressError) as refused:
        Address.parse(text)
    assert advice in str(refused.value)


def test_an_error_repeats_little_of_a_hostile_text_and_nothing_that_acts_on_a_terminal() -> None:
    with pytest.raises(AddressError) as refused:
        Address.parse("ana@\x1b[2J\u202e" + "x" * 10_000)
    assert len(str(refused.value)) < 200
    assert str(refused.value).isprintable()


def test_an_address_built_from_parts_is_checked_too() -> None:
    assert Address("ana", "Fields.Example", 79) == Address.parse("ana@fields.example")
    with pytest.raises(AddressError):
        Address("ana", "h", 0)
    with pytest.raises(AddressError):
        Address("a@b", "h")
    with pytest.raises(AddressError):
        Address("ana", "h:80")


def test_addresses_sort_by_their_canonical_form_and_not_by_their_parts() -> None:
    texts = ["b@a.example", "a@b.example", "a.b@a.example", "a@b.example:7979", "A@z.example", "a@b.example:80"]
    assert [str(address) for address in sorted(map(Address.parse, texts))] == sorted(texts)
    assert Address.parse("a.b@h") < Address.parse("a@h")
    assert Address.parse("a@h") >= Address.parse("a@H:79")
    assert len({Address.parse("a@h"), Address.parse("a@H:79")}) == 1


def test_hosts_of_mirrors_and_routes() -> None:
    assert parse_hostport("Mill.Example") == ("mill.example", 79)
    assert parse_hostport("mill.example:79") == ("mill.example", 79)
    assert parse_hostport("[::1]:7979") == ("[::1]", 7979)
    assert format_hostport("[::1]", 7979) == "[::1]:7979"
    assert format_hostport("mill.example", 79) == "mill.example"
    with pytest.raises(AddressError, match="no host name"):
        parse_hostport("ana@mill.example")


def test_a_reference_names_a_record() -> None:
    reference = Reference.parse(f"Ana@Fields.Example:79#{ID}")
    assert reference == Reference(Address.parse("Ana@fields.example"), ID)
    assert str(reference) == f"Ana@fields.example#{ID}"


@pytest.mark.parametrize(
    "text",
    ["", "ana@h", f"#{ID}", f"ana@h#{ID[1:]}", f"ana@h#{ID}a", f"ana@h#{ID.upper()}", f"ana@h##{ID}", f"ana#{ID}"],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(AddressError):
        Reference.parse(text)


def test_ids_are_52_characters_of_base32() -> None:
    assert is_id(ID)
    assert not is_id(ID[:-1] + "1")
    assert not is_id(ID + "\n")


USERS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
LABELS = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,10}[A-Za-z0-9])?", fullmatch=True)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join).filter(lambda name: not name.split(".")[-1].isdigit())
HOSTS = NAMES | st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(lambda ip: f"[{str(ip).upper()}]")


@given(USERS, HOSTS, st.integers(1, 65_535))
def test_every_address_of_the_grammar_is_read_and_its_canonical_form_is_a_fixed_point(
    user: str, host: str, port: int
) -> None:
    address = Address.parse(f"{user}@{host}:{port}")
    assert (address.user, address.host, address.port) == (user, host.lower(), port)
    assert Address.parse(str(address)) == address
    assert parse_hostport(address.hostport) == (address.host, address.port)
    assert str(address).endswith(":79") is False
    reference = Reference(address, ID)
    assert Reference.parse(str(reference)) == reference


@given(st.text() | st.text(alphabet="a1.-:[]@#%٣ß", max_size=20))
@example("a@\ud800")
@example("a@" + "1" * 5000)
def test_any_text_is_an_address_or_one_typed_refusal(text: str) -> None:
    for parse in (Address.parse, Reference.parse, parse_hostport):
        with contextlib.suppress(AddressError):
            parse(text)


def test_addresses_need_no_socket() -> None:
    probe = "import sys, thimbl.core.address; sys.exit('socket' in sys.modules or '_socket' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
