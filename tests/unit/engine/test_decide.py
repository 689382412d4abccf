"""What a promotion does next: every status, whatever is seen, whenever, canceled or not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decide import Act, Decision, Terms, Trouble, decide, decide_unseen, needs_observation
from engine.lifecycle import CLEAN_UP_LIMIT, TOUCHES_LIVE, check_step, is_final
from engine.ports.rack import Observation, Phase, ServiceObservation
from storage.promotions import RUNNING
from storage.records import Person, Promotion, PromotionKind, PromotionStatus

P = PromotionStatus
NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
ADA = Person(team="T1", user="U1", name="Ada")
BEFORE_THE_SHIFT = (P.STARTING, P.VERIFYING)
CAN_BE_TAKEN_BACK = (P.SHIFTING, P.DRAINING, P.BAKING)


def promotion(status: P, **changes: object) -> Promotion:
    plain = Promotion(
        id="PAAAAAAAAAA",
        app="web",
        rack="staging",
        release_id="RBBBBBBBBBB",
        kind=PromotionKind.PROMOTE,
        status=status,
        asked_by=ADA,
        channel=None,
        created_at=NOW,
        status_since=NOW,
        deadline_at=NOW + timedelta(minutes=2),
        previous_release_id="RAAAAAAAAAA",
        previous_promotion_id="PBBBBBBBBBB",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def canceled(status: P) -> Promotion:
    return promotion(status, cancel_asked_by=ADA)


def seen(*phases: Phase, **changes: object) -> Observation:
    services = tuple(
        replace(
            ServiceObservation(service=f"service{number}", phase=phase, ready=1, wanted=1),
            **changes,  # type: ignore[arg-type]
        )
        for number, phase in enumerate(phases)
    )
    return Observation(services=services)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def next_step(
    of: Promotion, *phases: Phase, at: datetime = NOW, bake: float = 0, **changes: object
) -> Decision:
    observation = seen(*phases, **changes) if needs_observation(of) else None
    return decide(of, observation, at, Terms(bake_seconds=bake))


LATE = after(120)

OBSERVED_SERVICES = st.lists(
    st.builds(
        ServiceObservation,
        service=st.sampled_from(["web", "worker", "db"]),
        phase=st.sampled_from(Phase),
        ready=st.integers(0, 3),
        wanted=st.integers(0, 3),
        in_flight=st.integers(0, 5),
        kept=st.booleans(),
        waits_for_shift=st.booleans(),
        reason=st.sampled_from(["", "GET / answered 500"]),
        last_log=st.lists(st.text(max_size=5), max_size=2).map(tuple),
        reverted_by_engine=st.sampled_from(["", "circuit breaker"]),
    ),
    min_size=1,
    max_size=3,
)
ANY_RUNNING = st.builds(
    promotion,
    st.sampled_from(RUNNING),
    cancel_asked_by=st.sampled_from([None, ADA]),
    reason=st.sampled_from([None, "`web` is unhealthy."]),
    deadline_at=st.sampled_from([after(-600), after(-60), NOW, after(60)]),
    previous_release_id=st.sampled_from([None, "RAAAAAAAAAA"]),
    progress=st.sampled_from([None, "web 1/2 healthy"]),
)


# The good way.


def test_images_are_prepared_before_anything_starts() -> None:
    decision = next_step(promotion(P.PREPARING))
    assert (decision.act, decision.then) == (Act.PREPARE, P.STARTING)


def test_what_is_absent_is_started() -> None:
    assert next_step(promotion(P.STARTING), Phase.ABSENT, Phase.HEALTHY).act is Act.START


def test_what_was_started_is_verified() -> None:
    assert next_step(promotion(P.STARTING), Phase.STARTING).then is P.VERIFYING


def test_a_process_that_vanished_while_it_was_verified_is_started_again() -> None:
    decision = next_step(promotion(P.VERIFYING), Phase.ABSENT)
    assert (decision.act, decision.then) == (Act.START, None)


def test_traffic_moves_only_when_all_services_are_healthy() -> None:
    one_lags = next_step(promotion(P.VERIFYING), Phase.HEALTHY, Phase.STARTING)
    assert (one_lags.act, one_lags.then) == (None, None)
    assert next_step(promotion(P.VERIFYING), Phase.HEALTHY, Phase.RETIRED).then is P.SHIFTING


def test_a_service_that_waits_for_the_shift_holds_nobody_up_before_it() -> None:
    def step(status: P) -> Decision:
        return next_step(promotion(status), Phase.ABSENT, waits_for_shift=True)

    assert step(P.STARTING).then is P.VERIFYING
    assert step(P.VERIFYING).then is P.SHIFTING
    assert step(P.SHIFTING).act is Act.SHIFT


def test_the_shift_is_repeated_until_all_traffic_has_moved() -> None:
    decision = next_step(promotion(P.SHIFTING), Phase.SERVING, Phase.HEALTHY)
    assert (decision.act, decision.then) == (Act.SHIFT, None)
    assert next_step(promotion(P.SHIFTING), Phase.SERVING, Phase.DRAINED).then is P.DRAINING


def test_old_requests_are_cut_only_by_the_rack_that_knows_their_time() -> None:
    decision = next_step(promotion(P.DRAINING), Phase.SERVING, in_flight=3)
    assert (decision.act, decision.then) == (Act.CUT, None)
    assert decision.progress == "3 requests left on the old processes"
    assert next_step(promotion(P.DRAINING), Phase.DRAINED).then is P.BAKING


def test_old_processes_stay_warm_until_the_bake_is_over() -> None:
    baking = promotion(P.BAKING)
    assert next_step(baking, Phase.DRAINED, at=after(29), bake=30).then is None
    assert next_step(baking, Phase.DRAINED, at=after(30), bake=30).then is P.RETIRING


def test_it_succeeds_only_when_no_old_process_is_left() -> None:
    retiring = promotion(P.RETIRING)
    decision = next_step(retiring, Phase.RETIRED, Phase.DRAINED)
    assert (decision.act, decision.then) == (Act.RETIRE, None)
    assert next_step(retiring, Phase.RETIRED, Phase.RETIRED).then is P.SUCCEEDED


# Trouble.


@pytest.mark.parametrize("status", BEFORE_THE_SHIFT)
def test_an_unhealthy_service_is_told_with_its_evidence_before_it_is_cleared_up(status: P) -> None:
    decision = next_step(
        promotion(status), Phase.UNHEALTHY, reason="exited with code 3", last_log=("boom",)
    )
    assert decision.trouble is not None
    assert decision.trouble.reason == "`service0` is unhealthy: exited with code 3."
    assert decision.trouble.evidence == ("boom",)
    assert (decision.act, decision.then) == (None, None)


@pytest.mark.parametrize("status", CAN_BE_TAKEN_BACK)
def test_an_unhealthy_service_under_traffic_is_taken_back(status: P) -> None:
    decision = next_step(promotion(status), Phase.UNHEALTHY, reason="GET / answered 500")
    assert decision.then is P.ROLLING_BACK
    assert decision.trouble is not None


@pytest.mark.parametrize("status", [*BEFORE_THE_SHIFT, *CAN_BE_TAKEN_BACK])
def test_one_service_that_the_rack_itself_took_back_takes_the_others_along(status: P) -> None:
    decision = next_step(promotion(status), Phase.HEALTHY, reverted_by_engine="circuit breaker")
    assert decision.trouble is not None
    assert "circuit breaker" in decision.trouble.reason


def test_a_service_that_fails_while_old_processes_are_stopped_is_for_people_to_decide() -> None:
    decision = next_step(promotion(P.RETIRING), Phase.UNHEALTHY, reason="exited with code 3")
    assert decision.then is P.FAILED
    assert decision.trouble is not None


@pytest.mark.parametrize("status", BEFORE_THE_SHIFT)
def test_once_trouble_is_on_record_what_was_started_is_removed(status: P) -> None:
    decision = next_step(promotion(status, reason="`web` is unhealthy."), Phase.UNHEALTHY)
    assert (decision.act, decision.then) == (Act.REVERT, P.FAILED)


def test_a_rollback_with_nothing_before_it_ends_as_failed() -> None:
    first = promotion(P.ROLLING_BACK, previous_release_id=None)
    assert next_step(first) == Decision(act=Act.REVERT, then=P.FAILED)
    assert next_step(promotion(P.ROLLING_BACK)).then is P.ROLLED_BACK


# Cancel.


@pytest.mark.parametrize("status", [P.PREPARING, *BEFORE_THE_SHIFT])
def test_a_cancel_before_the_shift_ends_it_as_canceled(status: P) -> None:
    assert next_step(canceled(status), Phase.HEALTHY).then is P.CANCELED


@pytest.mark.parametrize("status", CAN_BE_TAKEN_BACK)
@pytest.mark.parametrize("phase", Phase)
def test_a_cancel_wins_over_whatever_is_seen(status: P, phase: Phase) -> None:
    decision = next_step(canceled(status), phase, at=LATE)
    assert decision == Decision(then=P.ROLLING_BACK)


@pytest.mark.parametrize("phase", Phase)
def test_what_is_canceled_while_old_processes_stop_has_time_to_start_them_again(
    phase: Phase,
) -> None:
    decision = next_step(canceled(P.RETIRING), phase, at=LATE)
    assert (decision.then, decision.act) == (P.ROLLING_BACK, None)
    assert decision.limit_seconds is not None
    assert decision.limit_seconds >= 600


# Deadlines.


@pytest.mark.parametrize("status", BEFORE_THE_SHIFT)
def test_a_service_that_is_not_ready_in_time_is_named_with_its_last_check(status: P) -> None:
    decision = next_step(
        promotion(status), Phase.STARTING, at=LATE, ready=0, reason="GET / answered 500"
    )
    assert decision.trouble is not None
    assert decision.trouble.reason.startswith("`service0` ")
    assert "in time (2 min)" in decision.trouble.reason
    assert decision.trouble.reason.endswith("The last check said: GET / answered 500.")


def test_the_service_that_lags_is_named_and_not_the_one_that_is_ready() -> None:
    slow = ServiceObservation(service="slow", phase=Phase.STARTING, ready=1, wanted=2)
    well = ServiceObservation(service="well", phase=Phase.HEALTHY, ready=1, wanted=1)
    decision = decide(
        promotion(P.VERIFYING), Observation(services=(well, slow)), LATE, Terms(bake_seconds=0)
    )
    assert decision.trouble is not None
    assert "`slow`" in decision.trouble.reason


def test_a_shift_that_takes_too_long_is_taken_back() -> None:
    assert next_step(promotion(P.SHIFTING), Phase.HEALTHY, at=LATE).then is P.ROLLING_BACK


def test_images_that_do_not_arrive_in_time_end_it() -> None:
    decision = next_step(promotion(P.PREPARING, progress="The registry is slow."), at=LATE)
    assert decision.then is P.FAILED
    assert decision.trouble is not None
    assert decision.trouble.reason == "The registry is slow."


@pytest.mark.parametrize(("status", "then"), [(P.DRAINING, P.BAKING), (P.BAKING, P.RETIRING)])
def test_a_live_release_is_not_taken_back_because_an_old_process_does_not_end(
    status: P, then: P
) -> None:
    decision = next_step(promotion(status), Phase.SERVING, at=LATE, bake=10_000)
    assert (decision.then, decision.trouble) == (then, None)


def test_the_time_to_drain_and_to_bake_is_what_the_manifest_says_and_some_more() -> None:
    observation = seen(Phase.DRAINED)
    shifted = decide(
        promotion(P.SHIFTING), observation, NOW, Terms(bake_seconds=0, drain_seconds=7200)
    )
    drained = decide(promotion(P.DRAINING), observation, NOW, Terms(bake_seconds=90_000))
    assert shifted.limit_seconds is not None
    assert shifted.limit_seconds > 7200
    assert drained.limit_seconds is not None
    assert drained.limit_seconds > 90_000


def test_old_processes_that_do_not_go_in_time_are_left_to_the_sweep() -> None:
    decision = next_step(promotion(P.RETIRING), Phase.DRAINED, at=LATE)
    assert decision == Decision(then=P.SUCCEEDED, leftovers=True)


def test_a_revert_that_is_late_has_a_last_try_and_is_then_its_own_loud_end() -> None:
    late = promotion(P.ROLLING_BACK)
    assert next_step(late, at=LATE).act is Act.REVERT
    assert decide_unseen(late, "`web` is not back yet", LATE) == Decision(
        then=P.ROLLBACK_FAILED, trouble=Trouble(reason="`web` is not back yet."), leftovers=True
    )
    known = promotion(P.ROLLING_BACK, reason="It is unhealthy.")
    assert decide_unseen(known, "x", LATE) == Decision(then=P.ROLLBACK_FAILED, leftovers=True)


@pytest.mark.parametrize("status", BEFORE_THE_SHIFT)
def test_a_clean_up_that_the_rack_does_not_allow_is_left_to_the_sweep(status: P) -> None:
    too_late = LATE + CLEAN_UP_LIMIT + timedelta(seconds=1)
    decision = next_step(promotion(status, reason="It is unhealthy."), Phase.ABSENT, at=too_late)
    assert decision == Decision(then=P.FAILED, leftovers=True)


# A rack that does not answer.


@pytest.mark.parametrize("status", RUNNING)
def test_a_rack_that_does_not_answer_is_waited_for_until_the_deadline(status: P) -> None:
    decision = decide_unseen(promotion(status), "It does not answer.", after(119))
    assert decision == Decision(progress="It does not answer.")


@pytest.mark.parametrize(
    ("status", "then"),
    [
        (P.PREPARING, P.FAILED),
        (P.STARTING, None),  # trouble goes on record, then it is cleared up
        (P.VERIFYING, None),
        (P.SHIFTING, P.ROLLING_BACK),
        (P.DRAINING, P.ROLLING_BACK),
        (P.BAKING, P.ROLLING_BACK),
        (P.RETIRING, P.SUCCEEDED),
        (P.ROLLING_BACK, P.ROLLBACK_FAILED),
    ],
)
def test_a_rack_that_stays_away_ends_each_status_in_its_own_way(status: P, then: P | None) -> None:
    decision = decide_unseen(promotion(status), "It does not answer.", LATE)
    assert decision.then is then
    assert decision.leftovers == (status in {P.RETIRING, P.ROLLING_BACK})
    assert (decision.trouble is not None) == (status is not P.RETIRING)


# What holds always.


@given(of=ANY_RUNNING, services=OBSERVED_SERVICES, bake=st.sampled_from([0.0, 30.0]))
def test_every_step_is_one_that_the_lifecycle_knows(
    of: Promotion, services: list[ServiceObservation], bake: float
) -> None:
    observation = Observation(services=tuple(services)) if needs_observation(of) else None
    for decision in (
        decide(of, observation, NOW, Terms(bake_seconds=bake)),
        decide_unseen(of, "It does not answer.", NOW),
    ):
        if decision.then is not None:
            check_step(of.status, decision.then)


@given(of=ANY_RUNNING, services=OBSERVED_SERVICES)
def test_once_live_was_touched_it_never_ends_as_if_it_had_not_been(
    of: Promotion, services: list[ServiceObservation]
) -> None:
    observation = Observation(services=tuple(services)) if needs_observation(of) else None
    for decision in (
        decide(of, observation, NOW, Terms(bake_seconds=0)),
        decide_unseen(of, "It does not answer.", NOW),
    ):
        if of.status in TOUCHES_LIVE:
            assert decision.then is not P.CANCELED
        if of.status in CAN_BE_TAKEN_BACK:
            assert decision.then is None or not is_final(decision.then)


@given(of=ANY_RUNNING, services=OBSERVED_SERVICES)
def test_a_step_that_gives_up_always_says_why(
    of: Promotion, services: list[ServiceObservation]
) -> None:
    observation = Observation(services=tuple(services)) if needs_observation(of) else None
    decision = decide(of, observation, NOW, Terms(bake_seconds=0))
    gives_up = decision.then in {P.FAILED, P.ROLLING_BACK}
    if gives_up and of.status is not P.ROLLING_BACK:
        assert decision.trouble or of.reason or of.cancel_asked_by


@given(services=OBSERVED_SERVICES)
def test_a_canceled_promotion_starts_and_moves_nothing(
    services: list[ServiceObservation],
) -> None:
    for status in RUNNING:
        of = canceled(status)
        observation = Observation(services=tuple(services)) if needs_observation(of) else None
        decision = decide(of, observation, NOW, Terms(bake_seconds=0))
        assert decision.act in {None, Act.REVERT} or status is P.RETIRING


@given(of=ANY_RUNNING, services=OBSERVED_SERVICES)
def test_long_after_its_deadline_every_status_is_left_whatever_is_seen(
    of: Promotion, services: list[ServiceObservation]
) -> None:
    observation = Observation(services=tuple(services)) if needs_observation(of) else None
    long_after = NOW + timedelta(hours=1)
    for decision in (
        decide(of, observation, long_after, Terms(bake_seconds=0)),
        decide_unseen(of, "It does not answer.", long_after),
    ):
        assert decision.then is not None or decision.trouble is not None
