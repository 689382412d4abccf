"""Engines on other machines: over ssh, over TLS, and images on their way between two."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.adapters.docker import DockerRack, DockerRackSettings
from engine.errors import PortError, Refused, Unreachable
from tests.contract.rack.docker_stage import DockerStage
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import make_live
from tests.services import certificates
from tests.services.waiting import wait_until


@pytest.fixture
def far(
    ssh_engine_url: str, ssh_options: tuple[str, ...], clean_second_engine: str
) -> Iterator[DockerStage]:
    stage = DockerStage(ssh_engine_url, ssh_options=ssh_options)
    yield stage
    stage.close()


def tunnels() -> list[psutil.Process]:
    """The ssh processes that this test run has started."""
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if process.name() == "ssh" and "-L" in process.cmdline()
    ]


def has_ended(process: psutil.Process) -> bool:
    """Whether it is gone, or only waits for its parent to ask how it ended."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_release_goes_live_over_ssh(far: DockerStage) -> None:
    make_live(far, target(1, service(image=far.image)))
    make_live(far, target(2, service(image=far.image, version="2")))

    assert far.answer("shop.test") == "2"
    assert far.rack.logs("shop", service=None, since=None, tail=1)
    assert far.rack.status().router_url == f"http://127.0.0.1:{far.settings.http_port}"
    assert len(tunnels()) == 1


def test_a_tunnel_that_died_is_opened_again(far: DockerStage) -> None:
    make_live(far, target(1, service(image=far.image)))
    (tunnel,) = tunnels()
    leash = tunnel.parent()
    assert leash is not None
    tunnel.kill()
    wait_until(lambda: has_ended(leash), "the end of what held the tunnel")

    assert [found.release for found in far.rack.processes()] == ["R1"]
    assert far.rack.observe(target(1, service(image=far.image))).of("web").ready == 1


def test_closing_a_rack_ends_its_tunnel(far: DockerStage) -> None:
    far.rack.status()
    (tunnel,) = tunnels()
    far.docker_rack.close()

    assert tunnels() == []
    assert not tunnel.is_running()
    assert far.rack.status().engine.startswith("Docker ")


def test_no_tunnel_outlives_a_killed_process(
    ssh_engine_url: str, ssh_options: tuple[str, ...]
) -> None:
    program = (
        "import sys, time\n"
        "from engine.adapters.docker import DockerRack, DockerRackSettings\n"
        "rack = DockerRack(DockerRackSettings(\n"
        "    name='far', engine=sys.argv[1], ssh_options=tuple(sys.argv[2:])))\n"
        "rack.status()\n"
        "print('up', flush=True)\n"
        "time.sleep(60)\n"
    )
    bot = subprocess.Popen(
        [sys.executable, "-c", program, ssh_engine_url, *ssh_options],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert bot.stdout is not None
    assert bot.stdout.readline() == b"up\n"
    (tunnel,) = tunnels()
    os.kill(bot.pid, signal.SIGKILL)
    bot.wait()
    bot.stdout.close()

    tunnel.wait(5)


def test_a_host_that_lets_nobody_in_is_told_with_what_ssh_said(
    ssh_port: int, tmp_path: Path
) -> None:
    engine = f"ssh://nobody-there@127.0.0.1:{ssh_port}"
    options = (
        *("-F", "none"),
        *("-i", str(tmp_path / "no-key")),
        *("-o", "IdentitiesOnly=yes"),
        *("-o", "StrictHostKeyChecking=no"),
        *("-o", f"UserKnownHostsFile={tmp_path / 'known'}"),
    )
    rack = DockerRack(DockerRackSettings(name="far", engine=engine, ssh_options=options))

    with pytest.raises(Unreachable, match=r"nobody-there@127\.0\.0\.1.*Permission denied"):
        rack.status()
    rack.close()


def test_a_release_goes_live_over_tls(
    tls_engine_url: str, tls_certificates: Path, clean_second_engine: str
) -> None:
    stage = DockerStage(tls_engine_url, tls=tls_certificates)
    make_live(stage, target(1, service(image=stage.image)))

    assert stage.answer("shop.test") == "1"
    stage.close()


def test_an_engine_with_another_authority_is_not_trusted(
    tls_engine_url: str, tls_certificates: Path, tmp_path: Path
) -> None:
    certificates.make(tmp_path / "other")
    rack = DockerRack(DockerRackSettings(name="far", engine=tls_engine_url, tls=tmp_path / "other"))

    with pytest.raises(Refused, match="certificates"):
        rack.status()
    rack.close()


def test_certificates_that_are_not_there_are_named(tls_engine_url: str, tmp_path: Path) -> None:
    rack = DockerRack(DockerRackSettings(name="far", engine=tls_engine_url, tls=tmp_path))

    with pytest.raises(Refused, match="certificates"):
        rack.status()
    rack.close()


@pytest.mark.parametrize(
    "engine", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1", "ssh://127.0.0.1:1"]
)
def test_an_engine_that_does_not_answer_is_unreachable(engine: str) -> None:
    rack = DockerRack(DockerRackSettings(name="far", engine=engine))

    with pytest.raises(Unreachable, match="far") as unreachable:
        rack.status()
    assert unreachable.value.remedy
    rack.close()


def test_an_image_keeps_its_identity_from_engine_to_engine(
    clean_engine: str, far: DockerStage
) -> None:
    near = DockerStage(clean_engine)
    image = near.add_image_of("shop")
    assert not far.rack.has_image(image)

    far.rack.load_image(image, near.rack.save_image(image))

    assert far.rack.has_image(image)
    make_live(far, target(1, service(image=image)))
    assert far.answer("shop.test") == "1"
    near.close()


def test_a_transfer_that_breaks_off_leaves_no_image(clean_engine: str, far: DockerStage) -> None:
    near = DockerStage(clean_engine)
    image = near.add_image_of("shop")

    def broken() -> Iterator[bytes]:
        yield next(near.rack.save_image(image))[:100_000]
        raise Unreachable("The engine of staging does not answer.")

    with pytest.raises(PortError):
        far.rack.load_image(image, broken())
    assert not far.rack.has_image(image)
    near.close()
