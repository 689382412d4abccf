"""WebSockets and long downloads, which a switch waits for until their drain time is over."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import docker

from engine.ports.rack import Phase, ServiceSpec, Target
from storage.records import Sample
from tests.contract.rack.docker_stage import DockerStage
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import begin, make_live, reach, take_over
from tests.integration.docker.clients import ask
from tests.integration.docker.talks import PROGRAM, talk

FILE_BYTES = 8_000_000  # more than all buffers on the way hold


def web(stage: DockerStage, version: str, *, drain_seconds: float = 20) -> ServiceSpec:
    return service(
        image=stage.image,
        version=version,
        command=("python", "-c", PROGRAM),
        drain_seconds=drain_seconds,
    )


def begin_second(stage: DockerStage, *, drain_seconds: float = 20) -> Target:
    make_live(stage, target(1, web(stage, "1", drain_seconds=drain_seconds)))
    second = target(2, web(stage, "2"))
    begin(stage, second)
    return second


def measured(stage: DockerStage, second: Target, since: datetime) -> list[Sample]:
    time.sleep(1.2)  # the second it ended in is over
    return list(stage.rack.measure(second, since=since).samples)


def test_a_conversation_goes_on_over_the_switch_until_it_ends_by_itself(
    stage: DockerStage,
) -> None:
    second = begin_second(stage)
    since = stage.now() - timedelta(seconds=1)
    with talk(stage.settings.http_port, "shop.test") as old:
        assert old.echo("one") == "one"
        take_over(stage, second)
        assert stage.answer("shop.test") == "2"
        assert stage.rack.observe(second).of("web").in_flight == 1
        assert stage.rack.cut(second) == 0, "its drain time is not over"
        assert old.echo("two") == "two"

    reach(stage, second, Phase.DRAINED)
    seconds = measured(stage, second, since)
    talks = [one.old for one in seconds if one.old.requests]
    assert [(one.requests, one.failed, dict(one.milliseconds)) for one in talks] == [(1, 0, {})]
    assert sum(one.new.requests for one in seconds) == 1


def test_a_conversation_past_its_drain_time_is_cut_and_counted(stage: DockerStage) -> None:
    second = begin_second(stage, drain_seconds=1)
    since = stage.now() - timedelta(seconds=1)
    with (
        talk(stage.settings.http_port, "shop.test") as one,
        talk(stage.settings.http_port, "shop.test") as other,
    ):
        assert (one.echo("here"), other.echo("here")) == ("here", "here")
        take_over(stage, second)
        stage.pass_time(2.1)
        assert stage.rack.cut(second) == 2
        assert (one.echo("still"), other.echo("still")) == ("", "")

    reach(stage, second, Phase.DRAINED)
    seconds = measured(stage, second, since)
    assert sum(found.old.failed for found in seconds) == 2
    assert all(not found.old.milliseconds for found in seconds)


def test_a_long_download_is_finished_by_the_process_that_began_it(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    second = begin_second(stage)
    since = stage.now() - timedelta(seconds=1)
    with ThreadPoolExecutor(1) as pool:
        port = stage.settings.http_port
        download = pool.submit(ask, port, "shop.test", f"/file?{FILE_BYTES}")
        stage.pass_time(0.3)
        take_over(stage, second)
        assert stage.rack.observe(second).of("web").in_flight == 1
        engine.containers.get("staging-shop-web-P1-1").exec_run(["touch", "/tmp/go"])
        status, text = download.result(timeout=30)

    assert (status, text) == (200, "1" * FILE_BYTES)
    reach(stage, second, Phase.DRAINED)
    seconds = measured(stage, second, since)
    assert sum(found.old.requests for found in seconds) == 1
    assert sum(found.old.failed for found in seconds) == 0
