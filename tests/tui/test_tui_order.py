"""Where rows stand: as a list and a map would say, in an eighth of the room."""

from hypothesis import given
from hypothesis import strategies as st

from tui.order import Descending, Rows, rows_of

KEYS = st.integers(-(2**63) + 1, 2**63 - 1)


@given(st.sets(KEYS), st.lists(KEYS))
def test_it_is_the_list_and_its_map(found: set[int], others: list[int]) -> None:
    plain = sorted(found, reverse=True)
    keys = Descending(plain)
    rows = rows_of(keys)
    assert isinstance(rows, Rows)
    assert (list(keys), len(keys), dict(rows)) == (plain, len(plain), {key: row for row, key in enumerate(plain)})
    for key in [*plain, *others]:
        assert (key in keys, key in rows, rows.get(key)) == (key in found, key in found, rows_of(plain).get(key))
    other: object = "1"
    assert other not in keys


@given(st.sets(KEYS, min_size=1), st.slices(40))
def test_a_part_of_it_is_one_too(found: set[int], part: slice) -> None:
    plain = sorted(found, reverse=True)
    taken = slice(part.start, part.stop)  # a step back would not descend
    keys = Descending(plain)[taken]
    assert isinstance(keys, Descending)
    assert list(keys) == plain[taken]
    assert Descending(plain)[0] == plain[0]
    assert Descending(plain)[-1] == plain[-1]
