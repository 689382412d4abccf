"""What the end of a process means for the next one: after a kill, and after a clean end."""

import signal
import time

import psutil

from engine.leases import LEASE_SECONDS
from storage import claims
from storage.records import BuildStatus, PromotionStatus
from tests.crash.stage import Stage

P = PromotionStatus
# Who looks now and then may miss a status that lasts a moment, but not that it is past.
NOT_YET_BUILDING = {BuildStatus.QUEUED, BuildStatus.FETCHING}
NOT_YET_VERIFYING = {P.QUEUED, P.PREPARING, P.STARTING}
NOT_YET_BAKING = NOT_YET_VERIFYING | {P.VERIFYING, P.SHIFTING, P.DRAINING}
A_FEW_SECONDS = 15.0  # on a busy machine; a step that is waited for takes far longer


def test_a_restart_on_the_same_machine_takes_over_at_once_what_a_dead_bot_held(
    stage: Stage,
) -> None:
    stage.say("build", "shop", "--rack", "staging")
    stage.dies_at("line:1")
    dead = stage.lease_owners()
    began = time.monotonic()
    with stage.bot():
        stage.wait_until(lambda: not stage.lease_owners() & dead)
        taken_over_seconds = time.monotonic() - began
        stage.settles()

    assert dead
    assert taken_over_seconds < LEASE_SECONDS


def test_what_a_bot_on_another_machine_holds_is_taken_only_once_its_lease_is_over(
    stage: Stage,
) -> None:
    promotion = stage.say("promote", "--app", "shop", "--rack", "staging")
    stage.dies_at("reach:starting")
    elsewhere = "another-host/1/0.00/LXXXXXXXXXX"
    with stage.world.store.write() as transaction:
        now = stage.world.clock.now()
        for owner in claims.owners(transaction):
            claims.take_from(transaction, owner)
        claims.lease(transaction, f"promotion:{promotion}", elsewhere, now, 6.0)
    with stage.bot():
        stage.wait_until(lambda: elsewhere not in stage.lease_owners())
        taken_at = stage.world.clock.now()
        stage.settles()

    assert (taken_at - now).total_seconds() >= 6.0
    assert stage.promotion(promotion).status is P.SUCCEEDED
    stage.is_told_as_it_was(promotion)


def test_a_clean_end_comes_soon_and_hands_everything_over(stage: Stage) -> None:
    build = stage.say("build", "shop", "--rack", "staging")
    promotion = stage.say("promote", "--app", "shop", "--rack", "staging")
    stage.start(program=True)
    stage.wait_until(lambda: stage.build(build).status not in NOT_YET_BUILDING)
    stage.wait_until(lambda: stage.promotion(promotion).status not in NOT_YET_VERIFYING)
    began = time.monotonic()
    stage.end(signal.SIGTERM)
    ended_seconds = time.monotonic() - began

    assert ended_seconds < A_FEW_SECONDS
    assert stage.lease_owners() == set()
    assert not stage.is_beating()

    stage.finishes(program=True)

    assert stage.build(build).status is BuildStatus.SUCCEEDED
    assert stage.promotion(promotion).status is P.SUCCEEDED
    for subject in (build, promotion):
        stage.is_told_as_it_was(subject)


def test_a_bot_that_is_killed_from_outside_is_followed_by_one_that_goes_on(stage: Stage) -> None:
    promotion = stage.say("promote", "--app", "shop", "--rack", "staging")
    pid = stage.start(program=True)
    stage.wait_until(lambda: stage.promotion(promotion).status not in NOT_YET_BAKING)
    stage.end(signal.SIGKILL)

    assert not psutil.pid_exists(pid)

    stage.finishes(program=True)

    assert stage.promotion(promotion).status is P.SUCCEEDED
    stage.is_told_as_it_was(promotion)


def test_two_bots_on_one_database_do_and_tell_everything_once(stage: Stage) -> None:
    promotion = stage.say("promote", "--app", "shop", "--rack", "staging")
    build = stage.say("build", "shop", "--rack", "staging")
    with stage.bot(), stage.second_bot():
        stage.settles()

    assert stage.promotion(promotion).status is P.SUCCEEDED
    assert stage.build(build).attempts == 1
    for subject in (build, promotion):
        stage.is_told_as_it_was(subject)
