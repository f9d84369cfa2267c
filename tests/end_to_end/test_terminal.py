"""On a terminal and off it: colour and questions are there for people, and nowhere else."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from tests.end_to_end.stage import Person, thimbl_on_terminal

ESCAPE = "\x1b["

OFFER = {
    "The commune's address": "commune@fields.example",
    "A short code": "TRACTOR-1",
    "What it is to buy": "A small tractor, 30 hp",
    "More about it": "",
    "What a buyer should know": "It is twenty years old.",
    "What the series is to raise": "2400.00 EUR",
    "The smallest bond": "100.00 EUR",
    "The rent": "200.00 EUR",
    "For how many months": "24",
    "A fixed rate": "",
    "The highest rate": "4.25",
    "When the sale closes": "2099-12-20",
}


def on_terminal(who: Person, *arguments: str, **environ: str) -> str:
    """What a command that asks nothing shows on a terminal."""
    with thimbl_on_terminal(who, *arguments, **environ) as terminal:
        assert terminal.end() == 0
        return terminal.out


@pytest.fixture(scope="module")
def ana(tmp_path_factory: pytest.TempPathFactory) -> Person:
    """Ana, who has an account."""
    return Person(tmp_path_factory.mktemp("people") / "ana").settle("ana@fields.example")


def test_colour_is_for_terminals_and_for_those_who_want_it(ana: Person) -> None:
    """And never of an author's making: what a post says is shown, not obeyed."""
    ana.has_posted("Not \x1b[31mred\x1b[0m.")
    seen = on_terminal(ana, "timeline")
    assert ESCAPE in seen
    assert f"{ESCAPE}31m" not in seen
    for plain in (on_terminal(ana, "timeline", NO_COLOR="1"), ana.says("timeline")):
        assert "Not " in plain
        assert "\x1b" not in plain
    assert all("\x1b" not in line for line in ana.says("timeline", "--json").splitlines())


def test_taking_back_asks_on_a_terminal_alone(ana: Person) -> None:
    """'n' leaves the post as it is; 'y' takes it back; off a terminal nobody is asked."""
    first, second = (ana.has_posted(text).partition("#")[2] for text in ("Stays for now.", "Goes at once."))
    with thimbl_on_terminal(ana, "retract", first) as terminal:
        terminal.answer(r"Take back 'Stays for now\.'\?.*: $", "n")
        assert terminal.end() == 1
        assert "Nothing was done." in terminal.out
    assert "Stays for now." in ana.plan.read_text(encoding="utf-8")
    with thimbl_on_terminal(ana, "retract", first) as terminal:
        terminal.answer(r": $", "y")
        assert terminal.end() == 0
    ana.run("retract", second)
    plan = ana.plan.read_text(encoding="utf-8")
    assert "Stays for now." not in plan
    assert "Goes at once." not in plan


def test_a_passphrase_is_asked_for_and_not_shown(tmp_path: Path) -> None:
    """Where no agent holds the key, and somebody is there to ask."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    from thimbl.core.keys import PrivateKey

    bo = Person(tmp_path / "bo").settle("bo@dairy.example")
    key = bo.account.signer()
    assert isinstance(key, PrivateKey)
    text = key.secret.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, BestAvailableEncryption(b"rhubarb"))
    (bo.home / "key").write_bytes(text)
    with thimbl_on_terminal(bo, "post", "Milked.") as terminal:
        terminal.answer(r"Passphrase for \S+/key: $", "rhubarb")
        assert terminal.end() == 0
        assert "rhubarb" not in terminal.out
        assert re.search(r"bo@dairy\.example#[a-z2-7]{52}", terminal.out)
    with thimbl_on_terminal(bo, "post", "Not milked.") as terminal:
        terminal.answer(r": $", "roses")
        assert terminal.end() == 1
        assert "the passphrase is wrong" in terminal.out
    assert bo.texts("timeline") == ["Milked."]


def test_a_bond_offer_asks_for_every_field_and_shows_what_it_signs(tmp_path: Path) -> None:
    """Field by field; then the whole of it, what the rent would do, and one question before anything is signed."""
    lower = Person(tmp_path / "lower").settle("lower@fields.example")
    with thimbl_on_terminal(lower, "bond", "offer") as terminal:
        for question, answer in OFFER.items():
            terminal.answer(question + r"[^\n]*: $", answer)
        terminal.until(r"Sign and publish this\?")
        shown = terminal.out
        for words in ("This will be signed", "series: TRACTOR-1", "face: 2400.00 EUR", "max_rate_bp: 425", "Interest"):
            assert words in shown
        assert "bond-offer" not in lower.plan.read_text(encoding="utf-8"), "it is signed before it was agreed to"
        terminal.answer(r": $", "y")
        assert terminal.end() == 0
        assert re.search(r"lower@fields\.example#[a-z2-7]{52}", terminal.out)
    (offer,) = lower.objects("timeline", "--bonds")
    assert offer["kind"] == "bond-offer"
    assert offer["body"]["max_rate_bp"] == 425
    assert offer["body"]["closes"].startswith("2099-12-20T")
    assert lower.objects("verify", ".plan")[0]["verdict"] == "verified"
    shown = lower.says("timeline")
    for words in ("A small tractor, 30 hp", "2400.00 EUR", "200.00 EUR", "4.25"):
        assert words in shown


def test_a_bond_offer_off_a_terminal_asks_nobody(ana: Person) -> None:
    """It names what it lacks, or wants --yes; --simulate signs nothing and needs no account."""
    told = ana.run("bond", "offer", "--face", "2400.00 EUR", code=2).stderr
    for option in ("commune", "series", "asset", "unit", "rent", "term", "closes", "rate or --max-rate"):
        assert f"--{option}" in told
    everything = [
        "--commune", "commune@fields.example", "--series", "CART-1", "--asset", "A cart", "--face", "300.00 EUR",
        "--unit", "10.00", "--rent", "15.00", "--term", "24", "--rate", "3", "--closes", "2099-01-01",
    ]
    before = ana.plan.read_bytes()
    assert "--yes" in ana.run("bond", "offer", *everything, code=1).stderr
    assert ana.plan.read_bytes() == before
    (published,) = ana.objects("bond", "offer", *everything, "--yes")
    assert published["body"]["rate_bp"] == 300
    assert [item["reference"] for item in ana.objects("timeline", "--bonds")] == [published["reference"]]
    nobody = Person(ana.home.parent / "nobody")
    simulate = ["bond", "offer", "--simulate", "--face", "2400.00 EUR", "--rent", "200.00", "--rate"]
    (found,) = nobody.objects(*simulate, "4")
    owed, months, interest = 2400_00, 0, 0
    while owed:
        due = round(Fraction(owed * 400, 120_000))  # half to even, as the commune protocol has it
        owed, months, interest = max(0, owed + due - 200_00), months + 1, interest + due
    assert (found["redeemed_in"], found["interest"]) == (months, f"{interest // 100}.{interest % 100:02} EUR")
    assert "never" in nobody.says(*simulate[:-2], "8.00", "--rate", "4")
