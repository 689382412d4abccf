"""What only a real engine can show of a build."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import docker
import psutil
import pytest

from engine.adapters.builders import builder_for
from engine.adapters.buildkit import BuildKitBuilder
from engine.adapters.classic_builder import ClassicBuilder
from engine.adapters.docker_cli import find_cli
from engine.errors import Canceled, Unreachable
from engine.ports.builder import Builder, BuildEvent, BuildSpec, Built
from tests.services.requirement import lacking

DEADLINE_SECONDS = 60.0
ORPHAN = """
import sys
from pathlib import Path
from engine.adapters.builders import builder_for
from engine.ports.builder import BuildSpec

spec = BuildSpec(
    build_id="BORPHANXXXX", app="shop", service="web", context=Path(sys.argv[2]), arguments={}
)
builder_for(sys.argv[1]).build(
    spec, on_event=lambda event: print(event.text, flush=True), canceled=lambda: False
)
"""


@pytest.fixture
def builder(engine_url: str) -> Builder:
    if find_cli() is None:
        lacking("no docker command can build with BuildKit")
    return builder_for(engine_url)


@pytest.fixture
def spec_of(tmp_path: Path) -> Callable[..., BuildSpec]:
    def make(text: str, /, **changes: object) -> BuildSpec:
        tmp_path.joinpath("Dockerfile").write_text(text)
        settings = {
            "build_id": "BREALXXXXXX",
            "app": "shop",
            "service": "web",
            "context": tmp_path,
            "arguments": {},
        }
        return BuildSpec(**{**settings, **changes})  # type: ignore[arg-type]

    return make


def build(builder: Builder, spec: BuildSpec) -> tuple[Built, list[BuildEvent]]:
    events: list[BuildEvent] = []
    built = builder.build(spec, on_event=events.append, canceled=lambda: False)
    return built, events


def test_the_best_builder_of_this_machine_is_buildkit(builder: Builder) -> None:
    assert isinstance(builder, BuildKitBuilder)
    assert builder.notice is None


def test_without_a_docker_command_the_classic_builder_says_so(
    engine_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    builder = builder_for(engine_url)
    assert isinstance(builder, ClassicBuilder)
    assert "classic builder" in (builder.notice or "")


def test_mounts_arguments_and_targets_work(
    builder: Builder, spec_of: Callable[..., BuildSpec], engine_url: str
) -> None:
    dockerfile = (
        "FROM busybox:stable AS wanted\n"
        "ARG GREETING\n"
        'RUN --mount=type=cache,target=/cache echo "$GREETING" > /greeting\n'
        "FROM busybox:stable\nRUN exit 1\n"
    )
    spec = spec_of(dockerfile, arguments={"GREETING": "hello = 'you'"}, target="wanted")
    built, _ = build(builder, spec)
    client = docker.DockerClient(base_url=engine_url)
    said = client.containers.run(built.image_id, ["cat", "/greeting"], remove=True)
    client.close()
    assert said == b"hello = 'you'\n"


def test_the_image_carries_app_and_service_and_no_build(
    builder: Builder, spec_of: Callable[..., BuildSpec], engine_url: str
) -> None:
    built, _ = build(builder, spec_of("FROM scratch\nCOPY Dockerfile /\n"))
    client = docker.DockerClient(base_url=engine_url)
    labels = client.images.get(built.image_id).labels
    client.close()
    assert labels["rackhand.app"] == "shop"
    assert labels["rackhand.service"] == "web"
    assert not any("BREALXXXXXX" in value for value in labels.values())


@pytest.mark.parametrize("kind", ["buildkit", "classic"])
def test_a_built_image_is_not_taken_for_rubbish(
    kind: str, builder: Builder, spec_of: Callable[..., BuildSpec], engine_url: str
) -> None:
    if kind == "classic":
        builder = ClassicBuilder(engine_url)
    built, _ = build(builder, spec_of("FROM scratch\nCOPY Dockerfile /\n", app="My Shop"))
    client = docker.DockerClient(base_url=engine_url)
    client.images.prune()
    tags = client.images.get(built.image_id).tags
    client.close()
    assert tags == ["rackhand/my-shop/web:BREALXXXXXX"]


def test_no_cache_runs_the_steps_again(builder: Builder, spec_of: Callable[..., BuildSpec]) -> None:
    dockerfile = "FROM busybox:stable\nRUN cat /proc/uptime > /when\n"
    first, _ = build(builder, spec_of(dockerfile))
    again, events = build(builder, spec_of(dockerfile, build_id="BAGAINXXXXX"))
    assert again.image_id == first.image_id
    assert any(event.text == "CACHED" for event in events)
    anew, _ = build(builder, spec_of(dockerfile, no_cache=True))
    assert anew.image_id != first.image_id


@pytest.mark.parametrize("kind", ["buildkit", "classic"])
def test_a_cancel_leaves_no_image_and_no_process(
    kind: str, builder: Builder, spec_of: Callable[..., BuildSpec], engine_url: str
) -> None:
    if kind == "classic":
        builder = ClassicBuilder(engine_url)
    events: list[BuildEvent] = []
    client = docker.DockerClient(base_url=engine_url)
    before = {image.id for image in client.images.list()}
    with pytest.raises(Canceled):
        builder.build(
            spec_of(f"FROM busybox:stable\nRUN echo begun {kind}; sleep 999\n"),
            on_event=events.append,
            canceled=lambda: any(event.text.startswith("begun") for event in events),
        )
    assert {image.id for image in client.images.list()} == before
    assert processes_of("BREALXXXXXX") == []
    eventually(lambda: client.containers.list() == [])
    client.close()


def test_an_engine_that_is_down_is_told_from_a_failing_dockerfile(
    builder: Builder, spec_of: Callable[..., BuildSpec], tmp_path: Path
) -> None:
    nowhere = f"unix://{tmp_path}/no.sock"
    for down in (builder_for(nowhere), ClassicBuilder(nowhere)):
        with pytest.raises(Unreachable, match=r"no\.sock"):
            build(down, spec_of("FROM busybox:stable\n"))


def test_what_a_killed_builder_left_is_found_and_ended(
    builder: Builder, spec_of: Callable[..., BuildSpec], engine_url: str, tmp_path: Path
) -> None:
    spec = spec_of("FROM busybox:stable\nRUN echo begun; sleep 999\n", build_id="BORPHANXXXX")
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN, engine_url, str(spec.context)],
        stdout=subprocess.PIPE,
        text=True,
    ) as killed:
        assert killed.stdout
        assert any(line.strip() == "begun" for line in killed.stdout)
        os.kill(killed.pid, signal.SIGKILL)
    assert processes_of("BORPHANXXXX") != []
    assert builder.end_orphans("BANOTHERXXX") == 0
    assert builder.end_orphans("BORPHANXXXX") >= 1
    assert processes_of("BORPHANXXXX") == []
    assert builder.end_orphans("BORPHANXXXX") == 0


def test_an_engine_behind_ssh_builds_like_a_near_one(
    ssh_engine_url: str,
    ssh_options: tuple[str, ...],
    second_engine_url: str,
    spec_of: Callable[..., BuildSpec],
) -> None:
    distant = builder_for(ssh_engine_url, ssh_options=ssh_options)
    built, events = build(distant, spec_of("FROM busybox:stable\nRUN echo distant\n"))
    assert any(event.text == "distant" for event in events)
    client = docker.DockerClient(base_url=second_engine_url)
    assert client.images.get(built.image_id).id == built.image_id
    client.close()


def test_an_engine_behind_tls_builds_with_a_client_certificate(
    tls_engine_url: str, tls_certificates: Path, spec_of: Callable[..., BuildSpec]
) -> None:
    environment = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tls_certificates)}
    spec = spec_of("FROM busybox:stable\nRUN echo sealed\n")
    for builder in (
        builder_for(tls_engine_url, environment=environment),
        ClassicBuilder(tls_engine_url, environment=environment),
    ):
        built, events = build(builder, spec)
        assert built.image_id.startswith("sha256:")
        assert any("sealed" in event.text for event in events)


def processes_of(build_id: str) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(f"rackhand-build-{build_id}" in word for word in process.info["cmdline"] or ())
    ]


def eventually(is_true: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + DEADLINE_SECONDS
    while not is_true():
        assert time.monotonic() < ends_at, "it did not come about in time"
        time.sleep(0.1)
