"""What an address has had: networks, buckets and counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finger.fairness import Counts, Rates, network


@pytest.mark.parametrize(
    ("host", "counts_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("localhost", "localhost"),
        ("not:an:address", "not:an:address"),
    ],
)
def test_network(host, counts_as):
    assert network(host) == counts_as


def test_network_of_another_size():
    assert network("192.0.2.77", 24, 48) == "192.0.2.0/24"
    assert network("::ffff:192.0.2.77", 24, 48) == "192.0.2.0/24"
    assert network("2001:db8:1:2::1", 24, 48) == "2001:db8:1::/48"
    assert network("2001:db8:1:2::1%3", 32, 128) == "2001:db8:1:2::1/128"
    assert network("nonsense", 24) == "nonsense"


class Bucket:
    """The same as a child would do it: count what is in it."""

    def __init__(self, per_second: int, at_once: int) -> None:
        self.per_second, self.at_once = per_second, at_once
        self.tokens, self.then = float(at_once), 0.0

    def take(self, now: float) -> bool:
        self.tokens = min(self.at_once, self.tokens + (now - self.then) * self.per_second)
        self.then = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


# Times and rates are such that both ways of counting are exact.
@given(
    st.sampled_from([1, 2, 4]),
    st.integers(1, 5),
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from("abc")), max_size=60),
)
def test_takes_what_a_bucket_holds(per_second, at_once, asked):
    rates, now = Rates(60 * per_second, at_once, 100), 0.0
    model: dict[str, Bucket] = {}
    for eighths, address in asked:
        now += eighths / 8
        bucket = model.setdefault(address, Bucket(per_second, at_once))
        assert rates.take(address, now) == bucket.take(now)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200)), max_size=300))
def test_memory_is_bounded(asked):
    rates, now = Rates(60, 5, 20), 0.0
    for seconds, number in asked:
        now += seconds
        rates.take(str(number), now)
        assert len(rates) <= 20


def test_full_buckets_are_dropped():
    rates = Rates(per_minute=60, at_once=10, most=1000)
    for number in range(500):
        assert rates.take(f"early {number}", 0)
    assert len(rates) == 500
    for number in range(500):
        rates.take("one and the same" if number % 2 else f"late {number}", 100 + number / 1000)
    assert len(rates) <= 251


def test_flood_of_addresses_forgets_those_that_asked_longest_ago():
    rates = Rates(per_minute=1, at_once=1, most=3)
    for address in "abcd":
        assert rates.take(address, 0)
    assert len(rates) == 3
    assert not rates.take("d", 0)
    assert rates.take("a", 0), "forgotten, so it may ask again"


def test_rate_above_what_a_clock_can_tell():
    rates = Rates(per_minute=1e12, at_once=1, most=3)
    assert all(rates.take(address, 1.7e9) for address in "aabbccddee")


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([None, "a", "b"]))))
def test_counts(steps):
    counts, model = Counts(), {None: 0, "a": 0, "b": 0}
    for add, address in steps:
        if add:
            counts.add(address)
            model[address] += 1
        elif model[address]:
            counts.remove(address)
            model[address] -= 1
        assert counts.total == sum(model.values())
        assert (counts.of("a"), counts.of("b"), counts.of(None)) == (model["a"], model["b"], 0)
        assert len(counts) == (model["a"] > 0) + (model["b"] > 0)
