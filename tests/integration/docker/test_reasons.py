"""What is said of real processes that are not well."""

from typing import Any

import pytest

from engine.ports.rack import HealthCheck, HealthKind, Phase
from tests.contract.rack.docker_stage import DockerStage
from tests.contract.rack.specs import HTTP, service, target
from tests.contract.rack.stage import begin, make_live, see

SHORT = HealthCheck(
    kind=HealthKind.HTTP, path="/slow?5", interval_seconds=0.2, timeout_seconds=1, rise=1
)
TCP = HealthCheck(kind=HealthKind.TCP, interval_seconds=0.2, timeout_seconds=1)
OWN = HealthCheck(
    kind=HealthKind.CONTAINER,
    interval_seconds=0.5,
    timeout_seconds=5,
    fall=2,
    command=("CMD-SHELL", "echo the queue is stuck; exit 1"),
)
OWN_PASSES = HealthCheck(
    kind=HealthKind.CONTAINER, interval_seconds=0.5, timeout_seconds=5, command=("CMD", "true")
)
NOT_HTTP = """
import socketserver
class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(1000)
        self.request.sendall(b"hello\\n")
socketserver.ThreadingTCPServer(("", 8080), Handler).serve_forever()
"""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"port": 8081, "health": HTTP}, "connection refused on port 8081"),
        ({"port": 8081, "health": TCP}, "connection refused on port 8081"),
        ({"health": SHORT}, "GET /slow?5 timed out after 1 s"),
        (
            {"command": ("python", "-c", NOT_HTTP)},
            "GET /health got an answer that is not HTTP",
        ),
        ({"health": OWN}, "its health check exited with code 1: the queue is stuck"),
    ],
)
def test_a_failing_check_is_told_in_words(
    stage: DockerStage, changes: dict[str, Any], reason: str
) -> None:
    broken = target(1, service(image=stage.image, **changes))
    stage.rack.prepare(broken)
    stage.rack.start(broken)

    seen = see(stage, broken, lambda seen: seen.of("web").reason == reason)

    assert seen.of("web").phase is Phase.STARTING


@pytest.mark.parametrize("host", ["shop.test", None])
def test_a_containers_own_check_makes_it_healthy(stage: DockerStage, host: str | None) -> None:
    first = target(1, service(image=stage.image, host=host, health=OWN_PASSES))
    begin(stage, first)

    assert stage.rack.observe(first).of("web").ready == 1


def test_a_tcp_check_makes_a_service_healthy(stage: DockerStage) -> None:
    make_live(stage, target(1, service(image=stage.image, health=TCP)))

    assert stage.answer("shop.test") == "1"


def test_a_crash_loop_is_told_with_the_last_exit_even_while_it_runs(stage: DockerStage) -> None:
    program = "import sys, time; print('no database', flush=True); time.sleep(1); sys.exit(7)"
    looping = target(
        1, service("job", image=stage.image, host=None, command=("python", "-c", program))
    )
    stage.rack.prepare(looping)
    stage.rack.start(looping)

    seen = see(stage, looping, lambda seen: seen.of("job").phase is Phase.UNHEALTHY).of("job")
    stage.pass_time(0.5)
    again = stage.rack.observe(looping).of("job")

    assert seen.reason.startswith("exited with code 7 after ")
    assert again.reason.startswith("exited with code 7 after ")
    assert "no database" in seen.last_log


def test_a_serving_process_whose_check_fails_for_good_is_unhealthy(stage: DockerStage) -> None:
    program = """
import http.server, time
began = time.monotonic()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if time.monotonic() - began < 6 else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
"""
    first = target(1, service(image=stage.image, command=("python", "-c", program)))
    make_live(stage, first)

    seen = see(stage, first, lambda seen: seen.of("web").phase is Phase.UNHEALTHY).of("web")

    assert seen.reason == "GET /health answered 503"
