"""Which step may follow which, in sentences of their own: no test here reads the tables' rows."""

from datetime import timedelta
from itertools import pairwise, product

import pytest

from engine import lifecycle
from engine.lifecycle import IllegalStep, check_step, is_final
from storage import builds, promotions, tables
from storage.records import BuildStatus, PromotionStatus

B = BuildStatus
P = PromotionStatus

WAY_OF_A_BUILD = (B.QUEUED, B.FETCHING, B.BUILDING, B.PUSHING, B.SUCCEEDED)
WAY_OF_A_PROMOTION = (
    P.AWAITING_APPROVAL,
    P.QUEUED,
    P.PREPARING,
    P.STARTING,
    P.VERIFYING,
    P.SHIFTING,
    P.DRAINING,
    P.BAKING,
    P.RETIRING,
    P.SUCCEEDED,
)
WAITS = WAY_OF_A_PROMOTION[:2]
LEAVES_LIVE_ALONE = WAY_OF_A_PROMOTION[2:5]
CAN_BE_TAKEN_BACK = WAY_OF_A_PROMOTION[5:8]


def is_allowed(before: B | P, after: B | P) -> bool:
    try:
        check_step(before, after)  # type: ignore[type-var]
    except IllegalStep:
        return False
    return True


def followers(before: B | P) -> set[B | P]:
    return {after for after in type(before) if is_allowed(before, after)}


# What a build may do.


@pytest.mark.parametrize(("before", "after"), [*pairwise(WAY_OF_A_BUILD)])
def test_a_build_goes_its_way_step_by_step(before: B, after: B) -> None:
    assert is_allowed(before, after)


@pytest.mark.parametrize("status", WAY_OF_A_BUILD[:-1])
def test_a_build_can_fail_and_be_canceled_at_any_time(status: B) -> None:
    assert is_allowed(status, B.FAILED)
    assert is_allowed(status, B.CANCELED)


@pytest.mark.parametrize("status", WAY_OF_A_BUILD[1:-1])
def test_a_build_whose_worker_died_goes_back_to_the_queue(status: B) -> None:
    assert is_allowed(status, B.QUEUED)


def test_a_build_takes_no_step_but_these() -> None:
    steps = (
        set(pairwise(WAY_OF_A_BUILD))
        | set(product(WAY_OF_A_BUILD[:-1], (B.FAILED, B.CANCELED)))
        | set(product(WAY_OF_A_BUILD[1:-1], (B.QUEUED,)))
    )
    for before, after in set(product(B, B)) - steps:
        assert not is_allowed(before, after), f"{before} → {after}"


# What a promotion may do.


@pytest.mark.parametrize(("before", "after"), [*pairwise(WAY_OF_A_PROMOTION)])
def test_a_promotion_goes_its_way_step_by_step(before: P, after: P) -> None:
    assert is_allowed(before, after)


@pytest.mark.parametrize("status", WAITS)
def test_what_waits_can_be_canceled_and_superseded(status: P) -> None:
    assert is_allowed(status, P.CANCELED)
    assert is_allowed(status, P.SUPERSEDED)


def test_an_offer_that_nobody_approves_expires_and_one_in_the_queue_fails() -> None:
    assert is_allowed(P.AWAITING_APPROVAL, P.EXPIRED)
    assert is_allowed(P.QUEUED, P.FAILED)


@pytest.mark.parametrize("status", LEAVES_LIVE_ALONE)
def test_before_the_shift_a_promotion_just_fails_or_is_canceled(status: P) -> None:
    assert is_allowed(status, P.FAILED)
    assert is_allowed(status, P.CANCELED)


@pytest.mark.parametrize("status", CAN_BE_TAKEN_BACK)
def test_once_traffic_moves_a_promotion_is_taken_back(status: P) -> None:
    assert is_allowed(status, P.ROLLING_BACK)


def test_taking_back_ends_well_or_badly_or_with_nothing_live() -> None:
    assert followers(P.ROLLING_BACK) == {P.ROLLED_BACK, P.ROLLBACK_FAILED, P.FAILED}


def test_once_old_processes_are_stopped_there_is_no_way_back() -> None:
    assert followers(P.RETIRING) == {P.SUCCEEDED, P.FAILED}


def test_a_promotion_takes_no_step_but_these() -> None:
    steps = (
        set(pairwise(WAY_OF_A_PROMOTION))
        | set(product(WAITS, (P.CANCELED, P.SUPERSEDED)))
        | {(P.AWAITING_APPROVAL, P.EXPIRED), (P.QUEUED, P.FAILED)}
        | set(product(LEAVES_LIVE_ALONE, (P.FAILED, P.CANCELED)))
        | set(product(CAN_BE_TAKEN_BACK, (P.ROLLING_BACK,)))
        | set(product((P.ROLLING_BACK,), (P.ROLLED_BACK, P.ROLLBACK_FAILED, P.FAILED)))
        | {(P.RETIRING, P.FAILED)}
    )
    for before, after in set(product(P, P)) - steps:
        assert not is_allowed(before, after), f"{before} → {after}"


# What holds for both.


@pytest.mark.parametrize("status", [*B, *P])
def test_nothing_follows_an_end_and_something_follows_all_else(status: B | P) -> None:
    assert is_final(status) is not bool(followers(status))


@pytest.mark.parametrize("start", [B.QUEUED, P.AWAITING_APPROVAL])
def test_every_status_can_be_reached(start: B | P) -> None:
    reached: set[B | P] = {start}
    while more := {after for before in reached for after in followers(before)} - reached:
        reached |= more
    assert reached == set(type(start))


@pytest.mark.parametrize("status", [*B, *P])
def test_an_end_can_be_reached_from_every_status(status: B | P) -> None:
    reached = {status}
    while more := {after for before in reached for after in followers(before)} - reached:
        reached |= more
    assert any(is_final(one) for one in reached)


def test_a_promotion_never_returns_to_a_status_it_left() -> None:
    for status in P:
        reached = followers(status)
        while more := {after for before in reached for after in followers(before)} - reached:
            reached |= more
        assert status not in reached


def test_the_way_that_touches_live_begins_with_the_shift() -> None:
    assert {*CAN_BE_TAKEN_BACK, P.RETIRING, P.ROLLING_BACK} == lifecycle.TOUCHES_LIVE


# What the database guards.


def test_a_promotion_holds_its_place_from_leaving_the_queue_to_its_end() -> None:
    not_final = {status for status in P if not is_final(status)}
    assert set(tables.RUNNING_PROMOTIONS) == not_final - set(WAITS)
    assert set(promotions.WAITING) == set(WAITS)


def test_the_builds_that_want_a_worker_are_those_without_an_end() -> None:
    assert set(builds.UNFINISHED) == {status for status in B if not is_final(status)}


# How long each may last.


@pytest.mark.parametrize("status", P)
def test_every_status_but_an_end_has_a_deadline(status: P) -> None:
    assert (status in lifecycle.PROMOTION_LIMITS) is not is_final(status)


@pytest.mark.parametrize("status", WAITS)
def test_people_have_hours_to_answer(status: P) -> None:
    assert timedelta(hours=8) <= lifecycle.PROMOTION_LIMITS[status] <= timedelta(hours=24)


@pytest.mark.parametrize("status", [P.STARTING, P.VERIFYING, P.SHIFTING])
def test_a_broken_release_is_known_within_minutes(status: P) -> None:
    assert timedelta(minutes=1) <= lifecycle.PROMOTION_LIMITS[status] <= timedelta(minutes=5)


@pytest.mark.parametrize("status", [P.PREPARING, P.DRAINING, P.RETIRING, P.ROLLING_BACK])
def test_moving_images_and_ending_sessions_may_take_a_while(status: P) -> None:
    assert timedelta(minutes=5) <= lifecycle.PROMOTION_LIMITS[status] <= timedelta(minutes=30)


def test_a_crashed_build_is_taken_up_again_twice() -> None:
    assert lifecycle.BUILD_ATTEMPTS == 1 + 2
