"""What a reader answered is remembered for as long as nobody has written to the store.

- Whoever is followed is asked for after every key that leads somewhere, and is mostly the same people as before it.
- What is remembered belongs to one reader, is used in that reader's thread alone, and goes when it goes. Nothing that
  depends on the time may be asked so.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from thimbl.store.reader import Reader

T = TypeVar("T")

_REMEMBERED: Final[WeakKeyDictionary[Reader, tuple[int, dict[Callable[[Reader], Any], Any]]]] = WeakKeyDictionary()
"""By reader: the version of the store, and the answers of that version by their questions."""


def remembered(reader: Reader, question: Callable[[Reader], T]) -> T:
    """The answer to a question, which is a function of the store alone and is not made anew for each asking."""
    version = reader.data_version()
    before, answers = _REMEMBERED.get(reader, (None, {}))
    if before != version:
        answers = {}
        _REMEMBERED[reader] = version, answers
    if question not in answers:
        answers[question] = question(reader)
    found: T = answers[question]
    return found
