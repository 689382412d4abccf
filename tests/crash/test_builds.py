"""A build whose bot is killed starts again under its id, and ends once."""

from pathlib import Path

import pytest

from storage import builds as build_rows
from storage.records import BuildStatus
from tests.crash.stage import Stage

B = BuildStatus


@pytest.mark.parametrize(
    "deaths",
    [
        ("reach:fetching", "leave:fetching"),
        ("reach:building", "line:1"),
        ("leave:building", "reach:pushing"),
        ("leave:pushing", "reach:succeeded"),
        ("written:ended", "posted:ended"),
    ],
    ids=" ".join,
)
def test_a_build_killed_on_its_way_makes_one_release(stage: Stage, deaths: tuple[str, ...]) -> None:
    build = stage.say("build", "shop", "--rack", "staging")
    for point in deaths:
        stage.dies_at(point)
    stage.finishes()

    made = stage.build(build)
    assert (made.status, made.reason) == (B.SUCCEEDED, None)
    assert stage.releases_of(build) == [made.release_id]
    assert stage.names(build)[0] == "ended"
    assert len(set(stage.names(build))) == len(stage.names(build))
    assert checkouts(stage) == []
    stage.is_told_as_it_was(build)


def test_the_log_of_a_build_that_was_killed_is_that_of_its_last_attempt(stage: Stage) -> None:
    build = stage.say("build", "shop", "--rack", "staging")
    stage.dies_at("line:4")
    stage.finishes()

    with stage.world.store.read() as transaction:
        lines = build_rows.log(transaction, build).splitlines()
    assert len(lines) == len(set(lines))
    assert "1/" in lines[0]


def test_a_build_that_kills_its_bot_each_time_is_given_up_and_told_of_once(stage: Stage) -> None:
    build = stage.say("build", "shop", "--rack", "staging")
    for _ in range(3):
        stage.dies_at("line:1")
    stage.finishes()

    ended = stage.build(build)
    assert (ended.status, ended.attempts) == (B.FAILED, 3)
    assert "died 3 times" in (ended.reason or "")
    assert stage.names(build) == ["ended"]
    assert stage.releases_of(build) == []
    stage.start()
    stage.wait_until(lambda: checkouts(stage) == [])
    stage.is_told_as_it_was(build)


def test_a_build_canceled_while_no_bot_ran_is_not_taken_up_again(stage: Stage) -> None:
    build = stage.say("build", "shop", "--rack", "staging")
    stage.dies_at("line:1")
    stage.say("cancel", build)
    stage.finishes()

    assert stage.build(build).status is B.CANCELED
    assert stage.names(build) == ["ended"]
    stage.is_told_as_it_was(build)


def checkouts(stage: Stage) -> list[Path]:
    folder = stage.world.work_folder
    return list(folder.iterdir()) if folder.exists() else []
