"""Which step may follow which, in sentences of their own: no test here reads the tables' rows.

``RULES`` are the sentences. Together they leave no row free: tests/faults mutates each.
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from itertools import pairwise

import pytest

from engine import lifecycle
from engine.lifecycle import IllegalStep, check_step, is_final
from storage import builds, promotions, tables
from storage.records import BuildStatus, PromotionStatus

B = BuildStatus
P = PromotionStatus
Rule = Callable[[], None]

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
WAITS = {P.AWAITING_APPROVAL, P.QUEUED}
LEAVES_LIVE_ALONE = {P.PREPARING, P.STARTING, P.VERIFYING}
CAN_BE_TAKEN_BACK = {P.SHIFTING, P.HOLDING, P.DRAINING, P.BAKING}
CANARY = {(P.SHIFTING, P.HOLDING), (P.HOLDING, P.SHIFTING)}  # goes on as often as it has steps


def is_allowed(before: B | P, after: B | P) -> bool:
    try:
        check_step(before, after)  # type: ignore[type-var]
    except IllegalStep:
        return False
    return True


def followers(before: B | P) -> set[B | P]:
    return {after for after in type(before) if is_allowed(before, after)}


def leads_to(after: B | P) -> set[B | P]:
    return {before for before in type(after) if is_allowed(before, after)}


def reached_from(
    start: B | P,
    *,
    without: Collection[B | P] = (),
    untaken: Collection[tuple[B | P, B | P]] = (),
) -> set[B | P]:
    """Every status that some way from *start* comes to, but for ways and steps left out."""
    reached: set[B | P] = set()
    ahead: set[B | P] = {start}
    while ahead:
        before = ahead.pop()
        more = {after for after in followers(before) if (before, after) not in untaken}
        more -= {*reached, *without}
        reached |= more
        ahead |= more
    return reached


# What holds for builds and promotions.


def check_that_nothing_follows_an_end() -> None:
    ends: set[B | P] = {B.SUCCEEDED, B.FAILED, B.CANCELED}
    ends |= {P.SUCCEEDED, P.CANCELED, P.EXPIRED, P.SUPERSEDED}
    ends |= {P.FAILED, P.ROLLED_BACK, P.ROLLBACK_FAILED}
    for status in (*B, *P):
        assert is_final(status) is (status in ends)
        assert bool(followers(status)) is not is_final(status)


def check_that_every_status_can_be_reached() -> None:
    for start in (B.QUEUED, P.AWAITING_APPROVAL):
        assert reached_from(start) | {start} == set(type(start))


def check_that_an_end_can_be_reached_from_every_status() -> None:
    for status in (*B, *P):
        assert any(is_final(one) for one in reached_from(status) | {status})


def check_that_success_takes_every_step_of_its_way() -> None:
    """No step is jumped over: without any one of them nothing succeeds."""
    ways: tuple[tuple[B | P, ...], ...] = (WAY_OF_A_BUILD, WAY_OF_A_PROMOTION)
    for way in ways:
        for before, after in pairwise(way):
            assert is_allowed(before, after), f"{before} → {after}"
        for left_out in way[1:-1]:
            assert way[-1] not in reached_from(way[0], without={left_out}), f"without {left_out}"


# What holds for builds.


def check_that_a_build_can_fail_and_be_canceled_at_any_time() -> None:
    for status in WAY_OF_A_BUILD[:-1]:
        assert {B.FAILED, B.CANCELED} <= followers(status), status


def check_that_a_build_goes_back_only_to_the_queue_when_its_worker_died() -> None:
    assert leads_to(B.QUEUED) == set(WAY_OF_A_BUILD[1:-1])
    to_the_queue = {(status, B.QUEUED) for status in B}
    for status in B:
        assert status not in reached_from(status, untaken=to_the_queue), f"back to {status}"


# What holds for promotions.


def check_that_a_promotion_returns_to_nothing_but_the_steps_of_its_canary() -> None:
    for status in P:
        assert status not in reached_from(status, untaken=CANARY), f"back to {status}"
    assert {
        (before, after)
        for before in P
        for after in followers(before)
        if before in reached_from(after)
    } == CANARY


def check_that_what_waits_can_be_canceled_and_superseded_and_nothing_else_is_superseded() -> None:
    for status in WAITS:
        assert {P.CANCELED, P.SUPERSEDED} <= followers(status), status
    assert leads_to(P.SUPERSEDED) == WAITS


def check_that_an_offer_expires_and_does_not_fail() -> None:
    assert leads_to(P.EXPIRED) == {P.AWAITING_APPROVAL}
    assert not is_allowed(P.AWAITING_APPROVAL, P.FAILED)


def check_that_a_wait_in_the_queue_comes_to_an_end_as_failed() -> None:
    assert is_allowed(P.QUEUED, P.FAILED)


def check_that_before_the_shift_a_promotion_just_fails_or_is_canceled() -> None:
    for status in LEAVES_LIVE_ALONE:
        assert {P.FAILED, P.CANCELED} <= followers(status), status
    assert leads_to(P.CANCELED) == WAITS | LEAVES_LIVE_ALONE


def check_that_from_the_shift_on_a_promotion_is_taken_back_before_it_ends() -> None:
    for status in CAN_BE_TAKEN_BACK:
        assert is_allowed(status, P.ROLLING_BACK), status
        assert not any(is_final(one) for one in followers(status)), status


def check_that_only_what_touched_live_is_taken_back() -> None:
    assert leads_to(P.ROLLING_BACK) == CAN_BE_TAKEN_BACK | {P.RETIRING}
    assert leads_to(P.ROLLED_BACK) == leads_to(P.ROLLBACK_FAILED) == {P.ROLLING_BACK}


def check_that_taking_back_ends_well_or_badly_or_with_nothing_live() -> None:
    assert reached_from(P.ROLLING_BACK) == {P.ROLLED_BACK, P.ROLLBACK_FAILED, P.FAILED}


def check_that_while_old_processes_are_stopped_it_may_end_in_any_way_or_be_taken_back() -> None:
    assert followers(P.RETIRING) == {P.SUCCEEDED, P.FAILED, P.ROLLING_BACK}


def check_that_only_a_shift_is_held() -> None:
    assert leads_to(P.HOLDING) == {P.SHIFTING}


def check_that_old_processes_drain_only_once_all_the_traffic_has_moved() -> None:
    assert leads_to(P.DRAINING) == {P.SHIFTING}


RULES: tuple[Rule, ...] = (
    check_that_nothing_follows_an_end,
    check_that_every_status_can_be_reached,
    check_that_an_end_can_be_reached_from_every_status,
    check_that_success_takes_every_step_of_its_way,
    check_that_a_build_can_fail_and_be_canceled_at_any_time,
    check_that_a_build_goes_back_only_to_the_queue_when_its_worker_died,
    check_that_a_promotion_returns_to_nothing_but_the_steps_of_its_canary,
    check_that_what_waits_can_be_canceled_and_superseded_and_nothing_else_is_superseded,
    check_that_an_offer_expires_and_does_not_fail,
    check_that_a_wait_in_the_queue_comes_to_an_end_as_failed,
    check_that_before_the_shift_a_promotion_just_fails_or_is_canceled,
    check_that_from_the_shift_on_a_promotion_is_taken_back_before_it_ends,
    check_that_only_what_touched_live_is_taken_back,
    check_that_taking_back_ends_well_or_badly_or_with_nothing_live,
    check_that_while_old_processes_are_stopped_it_may_end_in_any_way_or_be_taken_back,
    check_that_only_a_shift_is_held,
    check_that_old_processes_drain_only_once_all_the_traffic_has_moved,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.removeprefix("check_that_"))
def test_the_lifecycles_keep_the_rule_that(rule: Rule) -> None:
    rule()


def test_the_way_that_touches_live_begins_with_the_shift() -> None:
    assert {*CAN_BE_TAKEN_BACK, P.RETIRING, P.ROLLING_BACK} == lifecycle.TOUCHES_LIVE


# What the database guards.


def test_a_promotion_holds_its_place_from_leaving_the_queue_to_its_end() -> None:
    not_final = {status for status in P if not is_final(status)}
    assert set(tables.RUNNING_PROMOTIONS) == not_final - WAITS
    assert set(promotions.WAITING) == WAITS


def test_the_builds_that_want_a_worker_are_those_without_an_end() -> None:
    assert set(builds.UNFINISHED) == {status for status in B if not is_final(status)}


# How long each may last.


def check_that_every_status_but_an_end_has_a_deadline() -> None:
    assert set(lifecycle.PROMOTION_LIMITS) == {status for status in P if not is_final(status)}


def test_every_status_but_an_end_has_a_deadline() -> None:
    check_that_every_status_but_an_end_has_a_deadline()


@pytest.mark.parametrize("status", sorted(WAITS))
def test_people_have_hours_to_answer(status: P) -> None:
    assert timedelta(hours=8) <= lifecycle.PROMOTION_LIMITS[status] <= timedelta(hours=24)


def test_people_have_hours_to_look_at_a_canary() -> None:
    assert timedelta(hours=1) <= lifecycle.PROMOTION_LIMITS[P.HOLDING] <= timedelta(hours=24)


@pytest.mark.parametrize("status", [P.STARTING, P.VERIFYING, P.SHIFTING])
def test_a_broken_release_is_known_within_minutes(status: P) -> None:
    assert timedelta(minutes=1) <= lifecycle.PROMOTION_LIMITS[status] <= timedelta(minutes=5)


@pytest.mark.parametrize("status", [P.PREPARING, P.DRAINING, P.RETIRING, P.ROLLING_BACK])
def test_moving_images_and_ending_sessions_may_take_a_while(status: P) -> None:
    assert timedelta(minutes=5) <= lifecycle.PROMOTION_LIMITS[status] <= timedelta(minutes=30)


def test_a_crashed_build_is_taken_up_again_twice() -> None:
    assert lifecycle.BUILD_ATTEMPTS == 1 + 2
