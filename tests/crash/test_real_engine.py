"""On a real engine: killed with SIGKILL anywhere, the bot ends as if nobody had disturbed it."""

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.workspace.running import RunningWorkspace
from storage.records import BuildStatus, PromotionStatus
from tests.crash.app import commit
from tests.crash.conftest import went_live
from tests.crash.engine import EngineStage, builds_under_way, engine_stage
from tests.crash.stage import Stage
from tests.services.engines import remove_what_rackhand_made

P = PromotionStatus
SECONDS = itertools.count(2)  # each commit's build takes another time, so that none is cached
MARKS = (f"mark {number}" for number in itertools.count())


@pytest.fixture(scope="module")
def real(
    engine_url: str,
    second_engine_url: str,
    tmp_path_factory: pytest.TempPathFactory,
    workspace: RunningWorkspace,
) -> Iterator[EngineStage]:
    """Two engines, the app live on the first after a promotion that nobody disturbed."""
    engines = {"staging": engine_url, "production": second_engine_url}
    for url in engines.values():
        remove_what_rackhand_made(url)
    folder = tmp_path_factory.mktemp("real")
    with engine_stage(folder, workspace, engines) as made:
        went_live(made.stage)
        yield made
    for url in engines.values():
        remove_what_rackhand_made(url)


@pytest.fixture(scope="module")
def undisturbed(real: EngineStage) -> list[str]:
    """The milestones of the undisturbed promotion."""
    newest = real.stage.all_promotions()[0]
    assert newest.status is P.SUCCEEDED
    real.is_clean()
    return real.stage.names(newest.id)


def promoting(stage: Stage, mark: str, rack: str = "staging") -> str:
    stage.mark(mark)
    return stage.say("promote", "--app", "shop", "--rack", rack)


@pytest.mark.parametrize(
    "deaths",
    [
        (
            *("reach:preparing", "leave:preparing", "reach:starting", "change:starting:1"),
            *("change:starting:1", "leave:starting", "reach:verifying", "leave:verifying"),
        ),
        (
            *("reach:shifting", "change:shifting:1", "change:shifting:1", "leave:shifting"),
            *("reach:draining", "leave:draining", "reach:baking", "leave:baking"),
        ),
        ("reach:retiring", "change:retiring:1", "change:retiring:1", "leave:retiring"),
        ("written:live", "posting:live", "posted:live", "reach:succeeded"),
    ],
    ids=["before the traffic moves", "while it moves", "while old ones stop", "while it is told"],
)
def test_a_promotion_ends_as_if_undisturbed(
    real: EngineStage, undisturbed: list[str], deaths: tuple[str, ...]
) -> None:
    stage, mark = real.stage, next(MARKS)
    promotion = promoting(stage, mark)
    for point in deaths:
        stage.dies_at(point)
    stage.finishes(program=True)

    made = stage.promotion(promotion)
    assert (made.status, made.reason) == (P.SUCCEEDED, None)
    assert stage.live_release() == made.release_id
    assert [one.id for one in stage.all_promotions() if one.release_id == made.release_id] == [
        promotion
    ]
    assert stage.names(promotion) == undisturbed
    assert real.page() == mark
    real.is_clean()
    stage.is_told_as_it_was(promotion)


def test_a_promotion_killed_on_its_way_back_leaves_the_old_release_as_it_was(
    real: EngineStage, undisturbed: list[str]
) -> None:
    stage = real.stage
    before, live = real.page(), stage.live_release()
    promotion = promoting(stage, "never to stay")
    stage.dies_at("reach:baking")
    stage.say("cancel", promotion)
    for point in (
        "reach:rolling_back",
        "change:rolling_back:1",
        "change:rolling_back:3",
        "leave:rolling_back",
        "reach:rolled_back",
    ):
        stage.dies_at(point)
    stage.finishes()

    assert stage.promotion(promotion).status is P.ROLLED_BACK
    assert stage.names(promotion) == ["starting", "healthy", "live", "cancel_asked", "ended"]
    assert (real.page(), stage.live_release()) == (before, live)
    real.is_clean()
    stage.is_told_as_it_was(promotion)


def test_a_release_that_cannot_live_is_cleared_away_by_whoever_comes_next(
    real: EngineStage, undisturbed: list[str]
) -> None:
    stage = real.stage
    before, live = real.page(), stage.live_release()
    stage.say("env", "set", "FAIL=yes", "--app", "shop", "--rack", "staging")
    promotion = stage.say("promote", "--app", "shop", "--rack", "staging")
    for point in ("written:trouble", "change:*:1", "reach:failed"):
        stage.dies_at(point)
    stage.finishes()

    assert stage.promotion(promotion).status is P.FAILED
    assert stage.names(promotion) == ["starting", "trouble", "ended"]
    assert (real.page(), stage.live_release()) == (before, live)
    real.is_clean()
    stage.is_told_as_it_was(promotion)


def test_an_image_cut_off_on_its_way_to_another_engine_arrives_whole(
    real: EngineStage, undisturbed: list[str]
) -> None:
    stage = real.stage
    live = stage.live_release()
    assert live
    promotion = stage.say("promote", live, "--rack", "production")
    stage.dies_at("chunk:3")
    stage.finishes()

    assert stage.promotion(promotion).status is P.SUCCEEDED
    assert stage.names(promotion) == ["notice:image:web", *undisturbed]
    assert real.page("production") != "503"
    real.is_clean("production")
    stage.is_told_as_it_was(promotion)


@pytest.mark.parametrize(
    "deaths",
    [
        ("reach:fetching", "line:12"),
        ("leave:building", "reach:pushing"),
    ],
    ids=" ".join,
)
def test_a_build_makes_one_release_and_leaves_no_command_behind(
    real: EngineStage, deaths: tuple[str, ...]
) -> None:
    stage = real.stage
    commit(stage.repository, build_seconds=next(SECONDS))
    build = stage.say("build", "shop", "--rack", "staging")
    for point in deaths:
        stage.dies_at(point)
        if point.startswith("line:"):
            assert builds_under_way(build), "the build's command outlives the bot"
    stage.finishes()

    made = stage.build(build)
    assert (made.status, made.reason) == (BuildStatus.SUCCEEDED, None)
    assert stage.releases_of(build) == [made.release_id]
    assert stage.names(build) == ["ended"]
    assert builds_under_way(build) == []
    assert not list(Path(tempfile.gettempdir()).glob(f"rackhand-build-{build}-*"))
    assert not (stage.world.work_folder / build).exists()
    real.is_clean()
    stage.is_told_as_it_was(build)
