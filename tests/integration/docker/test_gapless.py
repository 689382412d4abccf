"""No request is lost when releases change under load."""

import pytest

from engine.ports.rack import Phase
from tests.contract.rack.docker_stage import DockerStage
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import begin, make_live, reach, take_over
from tests.integration.docker.clients import Load, load

pytestmark = pytest.mark.one_go
REQUESTS = 500


def wait_for_requests(stage: DockerStage, under: Load, more: int) -> None:
    goal = under.total + more
    for _ in range(300):
        if under.total >= goal:
            return
        stage.pass_time(0.1)
    raise AssertionError(f"only {under.total} requests were answered: {under.answers}")


def test_no_request_fails_from_one_release_to_the_next(stage: DockerStage) -> None:
    make_live(stage, target(1, service(image=stage.image, replicas=2)))
    second = target(2, service(image=stage.image, version="2", replicas=2))
    begin(stage, second)
    with load(stage.settings.http_port, "shop.test") as under:
        wait_for_requests(stage, under, 100)
        take_over(stage, second)
        reach(stage, second, Phase.DRAINED)
        stage.rack.retire(second)
        wait_for_requests(stage, under, 100)
        third = target(3, service(image=stage.image, version="3"))
        make_live(stage, third)
        wait_for_requests(stage, under, max(100, REQUESTS - under.total))

    assert set(under.answers) == {"1", "2", "3"}, "anything else is a failure"
    assert under.total >= REQUESTS


def test_no_request_fails_when_a_promotion_is_reverted(stage: DockerStage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    with load(stage.settings.http_port, "shop.test") as under:
        wait_for_requests(stage, under, 50)
        take_over(stage, second)
        wait_for_requests(stage, under, 50)
        stage.rack.revert(second)
        wait_for_requests(stage, under, 50)

    assert set(under.answers) == {"1", "2"}, "anything else is a failure"


def test_no_request_fails_while_a_share_goes_up_and_down(stage: DockerStage) -> None:
    make_live(stage, target(1, service(image=stage.image, replicas=2)))
    second = target(2, service(image=stage.image, version="2", replicas=2))
    begin(stage, second)
    with load(stage.settings.http_port, "shop.test") as under:
        for percent in (10, 50, 20, 90):
            stage.rack.shift(second, percent=percent)
            wait_for_requests(stage, under, 50)
        take_over(stage, second)
        wait_for_requests(stage, under, 50)
        stage.rack.revert(second)
        wait_for_requests(stage, under, 50)

    assert set(under.answers) == {"1", "2"}, "anything else is a failure"


def test_no_request_fails_when_the_kind_of_check_changes(stage: DockerStage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    first = service(image=stage.image)
    slower = service(
        image=stage.image,
        version="2",
        health=type(first.health)(
            kind=first.health.kind, path="/health", interval_seconds=0.2, timeout_seconds=8
        ),
    )
    with load(stage.settings.http_port, "shop.test") as under:
        make_live(stage, target(2, slower))
        wait_for_requests(stage, under, 50)

    assert set(under.answers) == {"1", "2"}, "anything else is a failure"
