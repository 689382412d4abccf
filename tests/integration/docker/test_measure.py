"""What a real router counts, set against what its clients saw."""

import time
from datetime import timedelta

import docker

from engine.ports.rack import Phase
from tests.contract.rack.docker_stage import DockerStage
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import begin, make_live, reach, take_over
from tests.integration.docker.clients import load
from tests.services.waiting import wait_until


def test_every_request_of_a_switch_is_counted_once(stage: DockerStage) -> None:
    make_live(stage, target(1, service(image=stage.image, replicas=2)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    since = stage.now() - timedelta(seconds=1)
    with load(stage.settings.http_port, "shop.test") as under:
        wait_until(lambda: under.answers["1"] >= 50, "requests before the switch")
        take_over(stage, second)
        wait_until(lambda: under.answers["2"] >= 50, "requests after the switch")
    reach(stage, second, Phase.DRAINED)
    stage.rack.retire(second)
    time.sleep(1.2)  # the last second is over

    found = stage.rack.measure(second, since=since)

    assert found.complete
    assert sum(one.old.requests for one in found.samples) == under.answers["1"]
    assert sum(one.new.requests for one in found.samples) == under.answers["2"]
    assert sum(one.old.failed + one.new.failed for one in found.samples) == 0


def test_an_answer_that_its_process_broke_off_has_failed(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    web = service(image=stage.image)
    first = target(1, web)
    make_live(stage, first)
    since = stage.now() - timedelta(seconds=1)
    stage.keep_busy(first, web, seconds=20)
    engine.containers.get("staging-shop-web-P1-1").kill()
    time.sleep(1.2)  # the last second is over

    found = stage.rack.measure(first, since=since)

    assert [(one.new.requests, one.new.failed) for one in found.samples] == [(1, 1)]


def test_a_router_that_crashed_says_that_it_has_forgotten(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    first = target(1, service(image=stage.image))
    make_live(stage, first)
    since = stage.now() - timedelta(seconds=1)
    assert stage.rack.measure(first, since=since).complete
    engine.containers.get("rackhand-staging-router").exec_run(
        ["sh", "-c", "kill -9 $(pidof haproxy)"]
    )
    reach(stage, first, Phase.RETIRED)

    assert not stage.rack.measure(first, since=since).complete
    assert stage.rack.measure(first, since=stage.now()).complete


def test_the_engines_free_room_is_told_once_there_is_a_router_to_ask(stage: DockerStage) -> None:
    stage.rack.prepare(target(1, service(image=stage.image)))
    told = stage.rack.status().free_bytes
    stage.lose_router()

    assert told is not None
    assert told > 1_000_000
    assert stage.rack.status().free_bytes is None
