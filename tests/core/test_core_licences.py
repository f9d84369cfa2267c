"""Licences: identifiers that somebody can look up."""

import pytest

from thimbl.core.licences import LicenceError, licence_of, parse_licence
from thimbl.core.spdx import IDS


@pytest.mark.parametrize(
    ("typed", "id_"),
    [
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        (" cc-by-sa-4.0\n", "CC-BY-SA-4.0"),
        ("ppl", "PPL"),
        ("gfdl-1.3-OR-later", "GFDL-1.3-or-later"),
        ("LicenseRef-Lower-Field.1", "LicenseRef-Lower-Field.1"),
    ],
)
def test_what_is_one(typed: str, id_: str) -> None:
    assert parse_licence(typed) == id_


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("CC-BY-SA", "did you mean CC-BY-SA-"),
        ("Creative Commons", "give an SPDX identifier such as"),
        ("", "give an SPDX identifier such as"),
        ("LicenseRef-", "is no licence"),
        ("LicenseRef-ä", "is no licence"),
        ("LicenseRef-" + "a" * 100, "is no licence"),
        ("CC-BY-4.0 OR PPL", "is no licence"),
        ("\x1b[31mx", "is no licence"),
    ],
)
def test_what_is_none(typed: str, hint: str) -> None:
    with pytest.raises(LicenceError) as caught:
        parse_licence(typed)
    assert hint in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_the_list() -> None:
    """Whole, in order, and in one spelling each."""
    ids = IDS.split()
    assert len(ids) > 600
    assert ids == sorted(ids, key=str.lower)
    assert len({id_.lower() for id_ in ids}) == len(ids)
    assert {"CC0-1.0", "CC-BY-4.0", "GPL-3.0-or-later", "0BSD", "PPL"} <= set(ids)


def test_readers_take_what_stands_there() -> None:
    assert licence_of({"license": "my own"}) == "my own"
    assert [licence_of(body) for body in ({}, {"license": 3}, {"license": " "})] == [None] * 3
