"""What the benchmark of kills makes of its turns."""

import random

from bench import chaos
from bench.chaos import FULL, result_of
from bench.compose_chaos import Outcome as PeerOutcome
from bench.disturbed import Outcome
from bench.reading import Heard
from bench.turns import Kind, in_chance_order


def outcome(
    turns: int, *, wrong: int = 0, leftovers: int = 0, found: Heard | None = None
) -> Outcome:
    return Outcome(
        turns=turns,
        as_they_should=turns - wrong,
        kills=9,
        heard=found or Heard(messages=5),
        leftovers=leftovers,
        seconds=1.0,
    )


PEER = PeerOutcome(updates=20, as_they_should=15, leftovers=3)


def missed(memory: Outcome, real: Outcome) -> list[str]:
    result = result_of(memory, real, PEER, FULL, 7)
    return [aim.what for aim in result.aims if not aim.met]


def test_as_many_turns_are_taken_as_were_asked_for() -> None:
    assert FULL.in_memory == 200
    assert FULL.in_all == 220


def test_all_aims_are_met_where_nothing_went_wrong() -> None:
    assert missed(outcome(200), outcome(20)) == []


def test_one_thing_that_went_wrong_anywhere_misses_its_aim() -> None:
    assert missed(outcome(200, wrong=1), outcome(20)) == ["ended as they should"]
    assert missed(outcome(200), outcome(19)) == ["ended as they should"]
    assert missed(outcome(200), outcome(20, leftovers=1)) == ["leftovers"]
    twice, lost = Heard(duplicates=1), Heard(losses=1)
    assert missed(outcome(200, found=twice), outcome(20)) == ["messages said twice"]
    assert missed(outcome(200), outcome(20, found=lost)) == ["messages lost"]


def test_the_alternative_is_said_and_counted() -> None:
    result = result_of(outcome(200), outcome(20), PEER, FULL, 7)
    assert "docker compose" in str(result.to_plain()["peer_is"])
    assert result.peer["share_as_they_should_on_engine"] == 0.75


def test_the_same_seed_takes_the_same_turns() -> None:
    orders = [in_chance_order(random.Random(seed), chaos.FULL.turns) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted([Kind.PROMOTE] * 6 + [Kind.ROLLBACK] * 3 + [Kind.BROKEN])


def test_each_rollback_has_something_to_go_back_to() -> None:
    for seed in range(50):
        kinds = in_chance_order(random.Random(seed), {Kind.PROMOTE: 3, Kind.ROLLBACK: 3})
        for number in range(1, len(kinds) + 1):
            before = kinds[:number]
            assert before.count(Kind.PROMOTE) >= before.count(Kind.ROLLBACK)
