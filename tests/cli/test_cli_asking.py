"""What is asked for on a terminal is checked there and then."""

import click
import pytest

from thimbl.cli import bond, context
from thimbl.cli.context import Context


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("series", "tractor", "TRACTOR-1"), ("face", "2400", "2400.00 EUR"), ("unit", "many", "100.00"),
        ("rent", "1.5", "200.00"), ("term", "long", "24"), ("rate", "little", "4.25"), ("closes", "soon", "2026-12-20"),
    ],
)
def test_a_wrong_answer_is_asked_for_again(
    name: str, wrong: str, right: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """At once, so that the answers before it are not lost; each question lets go what may be left out."""
    answers = [wrong, right]
    monkeypatch.setattr(click, "prompt", lambda *_given, **_more: answers.pop(0))
    fields = {"commune": None, "face": None if name == "face" else "2400.00 EUR"}
    parse = bond._parsers(Context(environ={"THIMBL_HOME": str(tmp_path)}, terminal=False), fields)[name]
    assert bond._ask("?", parse, optional=False) is not None
    assert (answers, capsys.readouterr().err.count("\n")) == ([], 1)


def test_a_passphrase_is_asked_for_once(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """However often one command signs, as `init` does."""
    asked: list[str] = []

    def answer(what: str) -> str:
        asked.append(what)
        return "rhubarb"

    monkeypatch.setattr(context, "_ask_passphrase", answer)
    account = Context(environ={"THIMBL_HOME": str(tmp_path)}, terminal=True).account
    assert account.ask is not None
    assert {account.ask("key"), account.ask("key")} == {"rhubarb"}
    assert asked == ["key"]
