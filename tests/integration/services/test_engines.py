"""The engines that tests run on: they answer, carry the base images, and are found clean."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import docker
import pytest
from docker.errors import DockerException
from docker.tls import TLSConfig

from scripts import base_images
from tests.services.engines import remove_what_rackhand_made


@pytest.fixture
def short_directory() -> Iterator[Path]:
    """For sockets, whose paths may not be long."""
    with tempfile.TemporaryDirectory(prefix="rackhand-") as directory:
        yield Path(directory)


def client(url: str, tls: TLSConfig | None = None) -> docker.DockerClient:
    return docker.DockerClient(base_url=url, tls=tls or False, timeout=20)


def output(url: str, image: str, *command: str) -> str:
    connection = client(url)
    try:
        written = connection.containers.run(image, list(command), remove=True)
        assert isinstance(written, bytes)
        return written.decode()
    finally:
        connection.close()


@pytest.mark.parametrize("reference", base_images.REFERENCES)
def test_every_base_image_has_a_shell(engine_url: str, reference: str) -> None:
    assert output(engine_url, reference, "sh", "-c", "echo shell").strip() == "shell"


def test_base_images_that_are_there_are_left_alone(engine_url: str) -> None:
    assert base_images.ensure(engine_url) == []


def test_the_python_image_runs_what_a_small_server_needs(engine_url: str) -> None:
    program = (
        "import http.server, json, sqlite3, ssl, threading, zoneinfo, sys;"
        "sqlite3.connect(':memory:').execute('select 1');"
        "ssl.create_default_context();"
        "print(sys.version_info >= (3, 11))"
    )
    for name in ("python", "python3"):
        assert output(engine_url, "python:3-slim", name, "-c", program).strip() == "True"


def test_the_router_image_checks_a_configuration_as_its_own_user(engine_url: str) -> None:
    script = "id -un && echo 'defaults' > /tmp/c && haproxy -c -f /tmp/c; haproxy -v"
    written = output(engine_url, "haproxy:lts", "sh", "-c", script)
    assert written.startswith("haproxy\n")
    assert "HAProxy version" in written


def test_containers_reach_each_other_on_a_network_of_their_own(engine_url: str) -> None:
    connection = client(engine_url)
    network = connection.networks.create("meeting")
    server = connection.containers.run(
        "python:3-slim",
        ["python", "-m", "http.server", "8000"],
        detach=True,
        network="meeting",
        name="server",
        init=True,
    )
    try:
        ask = "until wget -qO- http://server:8000/etc/passwd; do sleep 0.1; done"
        seen = connection.containers.run(
            "busybox:stable", ["timeout", "20", "sh", "-c", ask], remove=True, network="meeting"
        )
        assert b"root" in seen
    finally:
        server.remove(force=True)
        network.remove()
        connection.close()


def test_two_engines_do_not_see_each_other(engine_url: str, second_engine_url: str) -> None:
    first, second = client(engine_url), client(second_engine_url)
    try:
        made = first.containers.create("busybox:stable", name="only-on-the-first")
        assert [each.name for each in second.containers.list(all=True)] == []
        made.remove()
    finally:
        first.close()
        second.close()


def test_an_engine_over_tls_wants_the_right_certificate(
    tls_engine_url: str, tls_certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # would win over TLSConfig's authority
        monkeypatch.delenv(name, raising=False)
    authority = str(tls_certificates / "ca.pem")
    certificate = (str(tls_certificates / "cert.pem"), str(tls_certificates / "key.pem"))
    known = client(
        tls_engine_url, TLSConfig(client_cert=certificate, ca_cert=authority, verify=True)
    )
    assert known.ping()
    known.close()
    with pytest.raises(DockerException):
        client(tls_engine_url, TLSConfig(ca_cert=authority, verify=True))


def test_an_engine_answers_through_a_forwarded_socket(
    ssh_engine_url: str, ssh_options: tuple[str, ...], short_directory: Path
) -> None:
    server = urlsplit(ssh_engine_url)
    local = short_directory / "engine.sock"
    command = ["ssh", *ssh_options, "-N", "-o", "ExitOnForwardFailure=yes"]
    command += ["-p", str(server.port), "-L", f"{local}:{server.path}"]
    tunnel = subprocess.Popen([*command, f"{server.username}@{server.hostname}"])
    try:
        deadline = time.monotonic() + 20
        while not local.exists() and tunnel.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        connection = client(f"unix://{local}")
        assert connection.ping()
        connection.close()
    finally:
        tunnel.terminate()
        tunnel.wait(10)


def test_clearing_up_takes_only_what_carries_our_label(engine_url: str) -> None:
    connection = client(engine_url)
    try:
        ours = connection.containers.create("busybox:stable", labels={"rackhand.rack": "staging"})
        theirs = connection.containers.create("busybox:stable", labels={"somebody": "else"})
        connection.networks.create("ours", labels={"rackhand.rack": "staging"})
        ours.commit(repository="ours", changes="LABEL rackhand.app=web")
        remove_what_rackhand_made(engine_url)
        left = {each.id for each in connection.containers.list(all=True)}
        assert ours.id not in left
        assert theirs.id in left
        assert connection.networks.list(names=["ours"]) == []
        assert connection.images.list("ours") == []
        assert connection.images.list("busybox:stable")
        theirs.remove()
    finally:
        connection.close()
