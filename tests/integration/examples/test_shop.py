"""The sample app: its manifest, its story in Git, and its images on a real engine."""

import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import httpx
import pytest
from docker.models.containers import Container

from engine.adapters.buildkit import BuildKitBuilder
from engine.adapters.docker_cli import find_cli
from engine.manifest import build_specs, read_manifest
from scripts.places import PROJECT
from tests.services.requirement import lacking

SHOP = PROJECT / "examples" / "shop"
PATCHES = sorted((PROJECT / "examples" / "shop-changes").glob("*.patch"))


def git(repository: Path, *words: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@shop.example")
    command = ["git", *identity, "-C", str(repository), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The sample app as the demo makes it: a first commit, and one for each patch."""
    home = tmp_path / "shop"
    home.mkdir()
    for source in SHOP.iterdir():
        if source.is_file():
            (home / source.name).write_bytes(source.read_bytes())
    git(home, "init", "--quiet", "--initial-branch=main")
    git(home, "add", "--all")
    git(home, "commit", "--quiet", "--message", "Sell coffee")
    git(home, "am", "--quiet", *(str(patch) for patch in PATCHES))
    return home


@pytest.fixture
def engine(clean_engine: str) -> Iterator[docker.DockerClient]:
    connection = docker.DockerClient(base_url=clean_engine, timeout=60)
    yield connection
    connection.close()


def build(engine_url: str, checkout: Path) -> dict[str, str]:
    cli = find_cli()
    if cli is None:
        lacking("no docker command can build with BuildKit")
    builder = BuildKitBuilder(engine_url, cli)
    specs = build_specs(
        read_manifest(checkout, app="shop"),
        checkout,
        build_id="BSHOPSHOPSH",
        app="shop",
    )
    return {
        spec.service: builder.build(
            spec, on_event=lambda event: None, canceled=lambda: False
        ).image_id
        for spec in specs
    }


@contextmanager
def running(
    engine: docker.DockerClient, image: str, **options: object
) -> Iterator[tuple[Container, httpx.Client]]:
    """Run the web service and give a client of it once it answers."""
    container = engine.containers.run(  # type: ignore[call-overload]
        image, detach=True, ports={"8000/tcp": ("127.0.0.1", None)}, init=True, **options
    )
    try:
        container.reload()
        port = container.ports["8000/tcp"][0]["HostPort"]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            deadline = time.monotonic() + 20
            while not answers(client) and time.monotonic() < deadline:
                time.sleep(0.1)
            yield container, client
    finally:
        container.remove(force=True)


def answers(client: httpx.Client) -> bool:
    try:
        client.get("/api")
    except httpx.TransportError:
        return False
    return True


def test_the_manifest_is_understood_whole() -> None:
    manifest = read_manifest(SHOP, app="shop")
    assert [service.name for service in manifest.services] == ["web", "worker"]
    assert manifest.notices == ()


def test_its_history_tells_of_a_fix_and_of_a_mistake(repository: Path) -> None:
    subjects = git(repository, "log", "--format=%s", "--reverse").splitlines()
    assert subjects == [
        "Sell coffee",
        "Fix cart total",
        "Try the new pool settings",
        "Try the new payment client",
    ]


def test_each_commit_builds_and_says_which_version_it_is(
    engine: docker.DockerClient, clean_engine: str, repository: Path
) -> None:
    seen = []
    for commit in ("HEAD~3", "HEAD~2", "HEAD~1", "HEAD"):
        git(repository, "checkout", "--quiet", commit)
        images = build(clean_engine, repository)
        assert set(images) == {"web", "worker"}
        with running(engine, images["web"]) as (_, client):
            facts = client.get("/", headers={"Accept": "application/json"}).json()
            health = client.get("/health").status_code
            failed = [client.get("/").status_code for _ in range(20)].count(500)
            seen.append((facts["version"], facts["total"], health, failed))
        git(repository, "checkout", "--quiet", "main")
    assert seen == [
        ("1", "€ 7.00", 200, 0),
        ("2", "€ 18.50", 200, 0),
        ("3", "€ 18.50", 500, 0),
        ("4", "€ 18.50", 200, 2),  # healthy, and yet every tenth page fails
    ]


def test_the_web_service_shows_its_page_and_takes_orders(
    engine: docker.DockerClient, clean_engine: str
) -> None:
    images = build(clean_engine, SHOP)
    environment = {"GREETING": "Tea & <cake>", "RACKHAND_RELEASE": "RABCDEFGHJK"}
    with running(engine, images["web"], environment=environment) as (_, client):
        page = client.get("/").text
        assert "Tea &amp; &lt;cake&gt;" in page
        assert "release RABCDEFGHJK" in page
        assert "$" not in page
        order = client.post("/orders", json={"items": [{"price": 450}, {"price": 50}]})
        assert (order.status_code, order.json()["total"]) == (201, 500)
        assert client.post("/orders", content="coffee").status_code == 400
        assert client.get("/nowhere").status_code == 404


def test_a_client_that_leaves_early_is_not_worth_a_line(
    engine: docker.DockerClient, clean_engine: str
) -> None:
    images = build(clean_engine, SHOP)
    with running(engine, images["web"]) as (container, client):
        for _ in range(20):
            leave_early(client.base_url.host, client.base_url.port or 0)
        assert client.get("/api").status_code == 200
        assert b"Error" not in container.logs()


def leave_early(host: str, port: int) -> None:
    """Ask, and reset the connection while the answer is on its way."""
    with socket.create_connection((host, port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n" * 50)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_the_web_service_answers_what_it_has_before_it_stops(
    engine: docker.DockerClient, clean_engine: str
) -> None:
    images = build(clean_engine, SHOP)
    with running(engine, images["web"]) as (container, client):
        client.get("/api")  # the connection is kept, and must not hold the stop up
        answered: list[int] = []
        slow = httpx.Client(base_url=client.base_url, timeout=20)
        asking = threading.Thread(
            target=lambda: answered.append(slow.get("/slow?seconds=2").status_code)
        )
        asking.start()
        deadline = time.monotonic() + 20
        while b"takes its time" not in container.logs() and time.monotonic() < deadline:
            time.sleep(0.05)
        container.kill("SIGTERM")
        asking.join()
        slow.close()
        ended = container.wait(timeout=10)
        assert answered == [200]
        assert ended["StatusCode"] == 0


def test_the_worker_works_and_stops_when_asked(
    engine: docker.DockerClient, clean_engine: str
) -> None:
    images = build(clean_engine, SHOP)
    container = engine.containers.run(
        images["worker"], detach=True, environment={"PAUSE_SECONDS": "0.1"}, init=True
    )
    try:
        deadline = time.monotonic() + 20
        while b"batch 3" not in container.logs() and time.monotonic() < deadline:
            time.sleep(0.1)
        container.stop(timeout=10)
        assert container.wait()["StatusCode"] == 0
        assert b"bye" in container.logs()
    finally:
        container.remove(force=True)
