"""A watch and hosts that do not answer."""

from itertools import pairwise

from tests.node.watched import ANA, BO, START, Watched
from thimbl.core.address import Address
from thimbl.core.schedule import AWAY, JITTER, LONGEST, RETURN_SPREAD, SHORTEST, WELL, HostState, Pace
from thimbl.node.polling.scheduler import BY_MIRROR, LOOK
from thimbl.store.scheduling import Standing

HOUR = 3600
DAY = 86_400

MANY = [Address(f"u{number:02}", "many.example") for number in range(30)]


def tries(watched: Watched, host: str) -> list[int]:
    """When anybody there was asked at home."""
    return [moment for moment, address, at_home in watched.asked if address.host == host and at_home]


def test_a_host_that_is_away_costs_one_connection_a_try() -> None:
    """The first two were under way together; after that one of the thirty tries, half as often each time."""
    watched = Watched(*MANY, ANA)
    watched.down = {"many.example"}
    watched.hangs = True
    watched.begin()
    assert len(tries(watched, "many.example")) == 2
    watched.answer()
    watched.hangs = False
    watched.run(9 * DAY, 60)
    moments = tries(watched, "many.example")[1:]
    waits = [after - before for before, after in pairwise(moments)]
    assert len(moments) < 20
    assert waits[0] <= SHORTEST * (1 + JITTER) + 60
    assert all(after > 1.7 * before or after >= AWAY for before, after in pairwise(waits) if before > 900)
    assert max(waits) <= AWAY + 60
    assert len(watched.when(ANA)) >= 9 * 4
    assert watched.states["many.example"].failing_since == START


def test_when_it_answers_all_who_are_due_are_asked_spread_a_little() -> None:
    watched = Watched(*MANY)
    watched.down = {"many.example"}
    watched.begin().run(5 * HOUR, 10)
    before = len(watched.asked)
    watched.down = set()
    while len(watched.asked) == before:
        watched.run(10, 10)
    found = watched.asked[-1][0]
    watched.run(RETURN_SPREAD + SHORTEST, 1)
    first = {address: moment for moment, address, _ in reversed(watched.asked[before:])}
    assert set(first) == set(MANY)
    assert max(first.values()) <= found + RETURN_SPREAD + LOOK
    assert len(set(first.values())) > 15
    assert watched.states["many.example"] == WELL


def test_a_restart_remembers_who_is_away() -> None:
    watched = Watched(*MANY)
    watched.states["many.example"] = HostState(6, START - HOUR, START + 600)
    for address in MANY:
        watched.standings[str(address)] = Standing(str(address), START - 60, START - LONGEST, None)
    watched.down = {"many.example"}
    watched.begin().run(1_000)
    assert tries(watched, "many.example") == [600]
    assert watched.states["many.example"].failures == 7


def test_somebody_followed_now_has_a_host_that_is_away_tried_now() -> None:
    watched = Watched(ANA)
    watched.states["fields.example"] = HostState(9, START - DAY, START + 20 * HOUR)
    watched.begin()
    assert watched.when(ANA) == [0]
    assert watched.states.get("fields.example", WELL).failures in (0, 9)


def test_a_host_that_another_program_has_reached_is_back() -> None:
    watched = Watched(ANA)
    watched.down = {"fields.example"}
    watched.begin().run(5 * HOUR, 10)
    watched.down, watched.states, watched.changed = set(), {}, True
    before = len(watched.asked)
    watched.run(RETURN_SPREAD + LOOK + 10, 5)
    assert len(watched.asked) == before + 1


def test_where_all_fell_silent_the_first_that_answers_has_the_others_tried() -> None:
    """The cable was out for ten hours. All were well before, so it was rather us than they."""
    addresses = [Address("u", f"h{number}.example") for number in range(20)]
    watched = Watched(*addresses, pace=Pace(SHORTEST, HOUR))
    watched.begin().run(30 * 60, 10)
    watched.down = {address.host for address in addresses}
    watched.run(10 * HOUR, 30)
    watched.down = set()
    before = len(watched.asked)
    while len(watched.asked) == before:
        watched.run(10, 10)
    watched.run(RETURN_SPREAD + 10, 5)
    assert {address for _, address, _ in watched.asked[before:]} == set(addresses)


def test_one_that_was_away_before_the_others_is_left_to_its_back_off() -> None:
    watched = Watched(ANA, BO, pace=Pace(SHORTEST, HOUR))
    watched.states["fields.example"] = HostState(9, START - DAY, START + 20 * HOUR)
    watched.standings[str(ANA)] = Standing(str(ANA), START - 5, START - DAY, None)
    watched.down = {"fields.example"}
    watched.begin().run(30 * 60, 10)
    watched.down.add("mill.example")
    watched.run(4 * HOUR, 10)
    watched.down.remove("mill.example")
    watched.run(8 * HOUR, 10)
    assert watched.states["mill.example"] == WELL
    assert watched.when(ANA) == []


# Mirrors


def test_those_who_name_mirrors_are_asked_there_and_the_host_is_left_alone() -> None:
    """Ana's host goes away for two days. She and twenty-nine others there have a mirror, and each is asked as ever."""
    watched = Watched(*MANY, pace=Pace(SHORTEST, 2 * HOUR))
    watched.begin().run(HOUR, 10)
    watched.down, watched.mirrored = {"many.example"}, {str(address) for address in MANY[:15]}
    watched.asked.clear()
    watched.run(2 * DAY, 60)
    for address in MANY[:15]:
        moments = [*watched.when(address), 3600 + 2 * DAY]
        assert max(after - before for before, after in pairwise(moments)) <= 2 * HOUR + 60
        assert min(after - before for before, after in pairwise(moments[:-1])) >= SHORTEST
    assert len(tries(watched, "many.example")) < 30
    assert len({moment for address in MANY[15:] for moment in watched.when(address)}) < 30


def test_mirrors_are_asked_no_more_often_than_is_of_use() -> None:
    watched = Watched(ANA, BO)
    watched.posts[ANA] = watched.posts[BO] = [START + 60 * number for number in range(DAY // 60, 0, -1)]
    watched.down, watched.mirrored = {"fields.example"}, {str(ANA)}
    watched.begin().run(DAY, 60)
    elsewhere = [moment for moment, address, at_home in watched.asked if address == ANA and not at_home]
    assert all(after - before >= BY_MIRROR for before, after in pairwise(elsewhere))
    assert len(watched.when(BO)) > 200


def test_when_the_host_is_back_it_is_asked_at_once_for_those_who_were_asked_elsewhere() -> None:
    watched = Watched(*MANY)
    watched.down, watched.mirrored = {"many.example"}, set(map(str, MANY))
    watched.begin().run(6 * HOUR, 10)
    watched.down = set()
    before = len(watched.asked)
    while not any(at_home for _, _, at_home in watched.asked[before:]):
        watched.run(10, 10)
    found = watched.asked[-1][0]
    watched.run(RETURN_SPREAD + SHORTEST + 10, 5)
    home = {address for moment, address, at_home in watched.asked[before:] if at_home}
    assert home == set(MANY)
    assert watched.states["many.example"] == WELL
    assert found < 14 * HOUR


def test_whose_mirrors_do_not_answer_either_waits_for_the_host() -> None:
    watched = Watched(*MANY)
    watched.begin().run(60, 5)
    watched.down, watched.mirrored = {"many.example"}, set(map(str, MANY))
    watched.run(8 * HOUR, 30)
    watched.mirrored = set()
    watched.asked.clear()
    watched.run(DAY, 60)
    assert len(watched.asked) < 2 * len(MANY) + 10


def test_a_host_that_says_no_plan_and_a_mirror_that_has_one_is_not_away() -> None:
    watched = Watched(ANA)
    watched.old_mirror = True
    watched.begin().run(HOUR, 10)
    assert watched.states == {}
