"""Traffic that two releases share at a real router, whatever becomes of the router."""

import docker
import pytest

from engine.errors import Refused
from engine.ports.rack import HealthCheck, HealthKind, Phase, Target
from tests.contract.rack.docker_stage import DockerStage
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import Stage, answers, begin, make_live, see, take_over

ROUTER = "rackhand-{}-router"


def begin_with_a_share(stage: Stage, percent: int) -> Target:
    """Make one release live, and give the next so much of its traffic."""
    make_live(stage, target(1, service(image=stage.image, replicas=2)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    stage.rack.shift(second, percent=percent)
    return second


def shares(stage: DockerStage, second: Target, percent: int) -> bool:
    """Whether the router is back with the share, in its weights and in what it answers."""
    see(stage, second, lambda seen: seen.of("web").share == percent)
    counted = answers(stage, "shop.test", times=50)
    return set(counted) == {"1", "2"} and abs(counted["2"] - percent / 2) <= 3


def test_a_router_that_is_killed_comes_back_with_the_same_share(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    second = begin_with_a_share(stage, 20)
    engine.containers.get(ROUTER.format("staging")).exec_run(
        ["sh", "-c", "kill -9 $(pidof haproxy)"]
    )

    assert shares(stage, second, 20)
    take_over(stage, second)
    assert answers(stage, "shop.test", times=5) == {"2": 5}


def test_a_router_that_is_upgraded_comes_back_with_the_same_share(stage: DockerStage) -> None:
    before = DockerStage(stage.settings.engine, "moving")
    second = begin_with_a_share(before, 20)
    before.close()
    after = DockerStage(stage.settings.engine, "moving")  # with another port
    after.rack.shift(second, percent=20)

    assert shares(after, second, 20)
    after.rack.revert(second)
    assert answers(after, "shop.test", times=5) == {"1": 5}
    after.close()


def test_releases_with_checks_of_different_kinds_cannot_share(stage: DockerStage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    tcp = HealthCheck(kind=HealthKind.TCP, interval_seconds=0.2, timeout_seconds=1)
    second = target(2, service(image=stage.image, version="2", health=tcp))
    begin(stage, second)

    with pytest.raises(Refused, match=r"web.*another kind") as refused:
        stage.rack.shift(second, percent=10)

    assert "without `--canary`" in refused.value.remedy
    assert stage.rack.observe(second).of("web").phase is Phase.HEALTHY
    assert answers(stage, "shop.test", times=5) == {"1": 5}
    take_over(stage, second)
    assert answers(stage, "shop.test", times=5) == {"2": 5}
