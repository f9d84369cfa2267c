"""Every announcement as one sentence, and what has none."""

import pytest

from thimbl.core.announcements import announced
from thimbl.core.commune.fields import Malformed
from thimbl.core.keys import PrivateKey

KEY = PrivateKey.from_seed(b"k" * 32).public


def test_keys_and_moves() -> None:
    """The key by its fingerprint, and whether it was the recovery key that brought it."""
    assert announced("key", {"key": KEY.line}, 0) == f"signs with a new key from here on, {KEY.fingerprint}"
    assert "recovery key" in str(announced("key", {"key": KEY.line, "recovered": KEY.line}, 0))
    assert announced("move", {"from": "a@b.example", "to": "c@\x1bd.example"}, 0) == (
        "moved from a@b.example to c@^[d.example"
    )


def test_a_series_by_its_code() -> None:
    """Where the caller knows it."""
    body = {"offer": f"farm@fields.example#{'a' * 52}"}
    assert announced("float", body, 0, lambda offer: "OVEN-1") == "floats OVEN-1: it is open for subscription"
    assert "offer farm@fields.example#aaaaaaaa" in str(announced("float", body, 0))


@pytest.mark.parametrize(
    ("kind", "field"), [("key", "key"), ("move", "from"), ("bond-offer", "commune"), ("dividend", "period")]
)
def test_what_is_malformed_says_where(kind: str, field: str) -> None:
    """So that it can be shown as what it is."""
    with pytest.raises(Malformed) as caught:
        announced(kind, {"to": 5}, 0)
    assert caught.value.field == field


def test_a_kind_that_nobody_knows_has_none() -> None:
    """It is shown as its name."""
    assert announced("harvest-report", {"barn": 3}, 0) is None
