"""The router is killed or taken away while a promotion is under way."""

from collections.abc import Callable

import docker
import pytest

from storage.records import PromotionStatus
from tests.integration.trouble.rack_app import files
from tests.integration.trouble.rack_scene import HOST, UNDISTURBED, RealScene, once_before
from tests.integration.trouble.visitor import long_request, visitor

P = PromotionStatus
Trouble = Callable[[docker.DockerClient], None]
ROUTER = "rackhand-staging-router"


def kill(engine: docker.DockerClient) -> None:
    engine.containers.get(ROUTER).kill("SIGKILL")


def remove(engine: docker.DockerClient) -> None:
    engine.containers.get(ROUTER).remove(force=True)


@pytest.mark.parametrize("trouble", [kill, remove])
def test_a_router_lost_in_the_shift_comes_back_and_the_shift_goes_on(
    real: RealScene, trouble: Trouble
) -> None:
    old = real.with_old()
    new = real.built("New", files(replicas=2))
    with real.engine() as engine, visitor(real.ports["staging"], HOST) as seen:
        api = real.adapters["staging"]._router._api
        once_before(api, "tell", lambda: trouble(engine), saying="state ready")
        promotion_id = real.went_live(new)

    assert real.milestones(promotion_id) == UNDISTURBED
    assert seen.runs.count("failed") == 1, "requests fail only while it is away"
    assert seen.went_over(old, new, but_for="failed")
    real.only_this_lives(new)


@pytest.mark.parametrize("trouble", [kill, remove])
def test_a_router_lost_while_a_release_is_watched_serves_it_again(
    real: RealScene, trouble: Trouble
) -> None:
    real.with_old()
    new = real.built("New", files(bake_seconds=600))
    promotion_id = real.did("promote", new)
    real.until(promotion_id, P.BAKING)
    with real.engine() as engine, visitor(real.ports["staging"], HOST) as seen:
        real.see(lambda: new in seen.runs, "the new release")
        trouble(engine)
        real.see(lambda: seen.runs == [new, "failed", new], "the new release again")
        assert real.promotion(promotion_id).status is P.BAKING
        real.clock.skip(600)
        real.settle()

    assert real.promotion(promotion_id).status is P.SUCCEEDED
    assert real.milestones(promotion_id) == UNDISTURBED
    assert seen.runs == [new, "failed", new]
    real.only_this_lives(new)


@pytest.mark.parametrize("trouble", [kill, remove])
def test_a_router_lost_while_old_processes_drain_costs_only_what_it_carried(
    real: RealScene, trouble: Trouble
) -> None:
    real.with_old()
    new = real.built("New", files())
    promotion_id = real.did("promote", new)
    with real.engine() as engine, long_request(real.ports["staging"], HOST, seconds=15):
        real.until(promotion_id, P.DRAINING)
        with visitor(real.ports["staging"], HOST) as seen:
            real.see(lambda: new in seen.runs, "the new release")
            trouble(engine)
            real.settle()

    assert real.promotion(promotion_id).status is P.SUCCEEDED
    assert real.milestones(promotion_id) == UNDISTURBED
    assert seen.runs == [new, "failed", new]
    real.only_this_lives(new)
