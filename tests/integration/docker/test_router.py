"""The router as a visitor and an operator meet it."""

import socket
import time

import docker
import pytest

from engine.adapters.docker import DockerRack, DockerRackSettings
from engine.errors import Refused
from engine.ports.rack import Phase
from tests.contract.rack.docker_stage import DockerStage
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import begin, make_live, reach, take_over
from tests.integration.docker.clients import ask

ROUTER = "rackhand-staging-router"
ECHO = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = str(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
"""


def test_a_name_that_nobody_serves_gets_a_clear_answer(stage: DockerStage) -> None:
    stage.rack.prepare(target(1, service(image=stage.image)))

    status, text = ask(stage.settings.http_port, "nobody.test")

    assert status == 404
    assert text == "No app is served at this name on rack staging.\n"


def test_a_host_is_found_with_its_port(stage: DockerStage) -> None:
    make_live(stage, target(1, service(image=stage.image)))

    assert ask(stage.settings.http_port, "shop.test:8080") == (200, "1")


def test_a_new_app_needs_no_restart_of_the_router(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    before = engine.containers.get(ROUTER).attrs["State"]["StartedAt"]
    make_live(stage, target(2, service(image=stage.image, host="blog.test"), app="blog"))

    assert ask(stage.settings.http_port, "blog.test") == (200, "1")
    assert engine.containers.get(ROUTER).attrs["State"]["StartedAt"] == before


def test_a_router_that_crashes_comes_back_with_what_it_served(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    first = target(1, service(image=stage.image, replicas=2))
    make_live(stage, first)
    engine.containers.get(ROUTER).exec_run(["sh", "-c", "kill -9 $(pidof haproxy)"])
    wait_for_answer(stage, "1")

    assert reach(stage, first, Phase.RETIRED).of("web").ready == 2
    assert stage.rack.repair([first]) == ()


def test_a_router_that_crashes_in_a_shift_keeps_to_the_shift(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    take_over(stage, second)
    engine.containers.get(ROUTER).exec_run(["sh", "-c", "kill -9 $(pidof haproxy)"])
    wait_for_answer(stage, "2")

    reach(stage, second, Phase.DRAINED)
    stage.rack.revert(second)
    assert stage.answer("shop.test") == "1"


def test_a_router_that_was_stopped_is_started_again(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    first = target(1, service(image=stage.image))
    make_live(stage, first)
    engine.containers.get(ROUTER).stop()

    assert stage.rack.repair([first]) == ("The router of staging was exited and runs again.",)
    assert stage.answer("shop.test") == "1"


def test_processes_that_changed_addresses_are_found_again(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    shop = target(1, service(image=stage.image))
    blog = target(2, service(image=stage.image, version="7", host="blog.test"), app="blog")
    make_live(stage, shop)
    make_live(stage, blog)
    web = engine.containers.get("staging-shop-web-P1-1")
    other = engine.containers.get("staging-blog-web-P2-1")
    web.stop()
    other.stop()
    other.start()  # takes the address that the first had
    web.start()

    told = stage.rack.repair([shop, blog])

    assert told == (
        "blog web is served at its new address.",
        "shop web is served at its new address.",
    )
    wait_for_answer(stage, "1")
    wait_for_answer(stage, "7", host="blog.test")
    reach(stage, shop, Phase.RETIRED)


def test_a_taken_port_is_named_with_what_to_do(stage: DockerStage) -> None:
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        port = other.getsockname()[1]
        rack = DockerRack(
            DockerRackSettings(name="busy", engine=stage.settings.engine, http_port=port)
        )
        with pytest.raises(Refused, match=f"port {port}") as refused:
            rack.prepare(target(1, service(image=stage.image)))
    assert str(port) in refused.value.remedy

    rack.prepare(target(1, service(image=stage.image)))  # the port is free now
    assert ask(port, "nobody.test")[0] == 404
    rack.close()


def test_a_router_with_changed_settings_is_made_anew_and_serves_the_same(
    stage: DockerStage,
) -> None:
    before = DockerStage(stage.settings.engine, "moving")
    first = target(1, service(image=stage.image))
    make_live(before, first)
    before.close()
    after = DockerStage(stage.settings.engine, "moving")

    assert after.rack.repair([first]) == (
        "The router of moving was made anew, since its settings have changed.",
    )
    assert after.answer("shop.test") == "1"
    after.close()


def test_the_router_tells_who_asked(stage: DockerStage) -> None:
    command = ("python", "-c", ECHO)
    make_live(stage, target(1, service(image=stage.image, command=command)))

    status, told = ask(stage.settings.http_port, "shop.test")

    assert status == 200
    assert "X-Forwarded-For" in told.title()
    assert "'X-Forwarded-Proto': 'http'" in told.title().replace("'Http'", "'http'")


def wait_for_answer(stage: DockerStage, wanted: str, *, host: str = "shop.test") -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            if stage.answer(host) == wanted:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{wanted} does not answer; {stage.answer(host)} does")
