"""Forms that a screen can show before something is signed: what is asked, and what is likely."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a form."""

    name: str
    label: str
    hint: str
    """What an answer looks like, and what it means."""
    answer: str = ""
    """What is likely."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked before something can be signed; no questions where nothing needs to be said."""

    title: str
    questions: tuple[Question, ...] = ()
    about: str = ""
    """What is to be known first, escaped for a terminal."""
