"""The disk of an engine is full when an image is brought to it from another rack."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.adapters.docker import DockerRackSettings
from engine.adapters.docker.connection import Connection
from engine.adapters.registry import DockerRegistry
from scripts import base_images, dockerd
from scripts.lookalikes import CannotMake
from storage.records import PromotionStatus
from tests.integration.trouble.rack_app import files, has_image
from tests.integration.trouble.rack_ground import ground_in
from tests.integration.trouble.rack_scene import UNDISTURBED, RealScene, real_scene
from tests.services.engines import remove_what_rackhand_made
from tests.services.requirement import lacking

P = PromotionStatus
DISK_MEGABYTES = 384
FREE_MEGABYTES = 20
IMAGE_MEGABYTES = 30
SLACK_BYTES = 2**20  # for what the engine writes down of itself


@dataclass(frozen=True)
class Disk:
    """A small one."""

    home: Path

    @property
    def free_bytes(self) -> int:
        found = os.statvfs(self.home)
        return found.f_bavail * found.f_frsize

    def fill(self) -> None:
        """Leave room for less than the image."""
        with (self.home / "ballast").open("wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, self.free_bytes - FREE_MEGABYTES * 2**20)

    def make_room(self) -> None:
        (self.home / "ballast").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def disk(slot: Path) -> Iterator[Disk]:
    """A small file system, in memory."""
    home = slot / "engine-4"
    home.mkdir(exist_ok=True)
    dockerd.stop(dockerd.Engine(home=home))
    unmount(home)  # of a run that was killed
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs", str(home)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        lacking(f"No file system can be mounted here: {mounted.stderr.strip()}")
    yield Disk(home)
    unmount(home)


def unmount(home: Path) -> None:
    if home.is_mount():
        subprocess.run(["umount", "--lazy", str(home)], check=True)


@pytest.fixture(scope="module")
def small_engine(disk: Disk) -> Iterator[str]:
    """An engine that has all it owns on the small disk."""
    engine = dockerd.Engine(home=disk.home)
    try:
        dockerd.start(engine)
        base_images.ensure(engine.url)
    except (dockerd.CannotStart, CannotMake) as error:
        lacking(str(error))
    yield engine.url
    dockerd.stop(engine)


@pytest.fixture(params=["straight", "through a registry"])
def two(
    request: pytest.FixtureRequest,
    sqlite_template: Path,
    tmp_path: Path,
    clean_engine: str,
    small_engine: str,
    disk: Disk,
) -> Iterator[RealScene]:
    """Staging on an engine with room, production on the small one."""
    disk.make_room()
    remove_what_rackhand_made(small_engine)
    urls = {"staging": clean_engine, "production": small_engine}
    with contextlib.ExitStack() as after:
        registry = None
        if request.param == "through a registry":
            connections = {
                name: Connection(DockerRackSettings(name=name, engine=url))
                for name, url in urls.items()
            }
            for connection in connections.values():
                after.callback(connection.close)
            registry = DockerRegistry(request.getfixturevalue("registry_address"), connections)
        ground = ground_in(tmp_path, sqlite_template, urls)
        yield after.enter_context(real_scene(ground, registry=registry))
    remove_what_rackhand_made(small_engine)


def test_a_full_disk_ends_the_promotion_and_once_there_is_room_the_next_one_goes_live(
    two: RealScene, disk: Disk
) -> None:
    release = two.built("Big", files(megabytes=IMAGE_MEGABYTES))
    (image,) = two.release(release).images
    disk.fill()
    free_before = disk.free_bytes
    promotion_id = two.did("promote", release, "--rack", "production")
    two.settle()

    assert two.promotion(promotion_id).status is P.FAILED
    assert two.milestones(promotion_id) == ["notice:image:web", "ended"]
    assert two.told(promotion_id)[-1].startswith(
        "Failed. The disk of the engine of production is full. Make room there, for instance "
        "with docker system prune, and try again. Nothing of web is live on production."
    )
    assert not has_image(two.urls["production"], image.image_id)
    assert two.containers("production") == []
    assert free_before - disk.free_bytes < SLACK_BYTES, "a part of the image is left"

    disk.make_room()
    again = two.did("promote", release, "--rack", "production")
    two.settle()
    assert two.promotion(again).status is P.SUCCEEDED
    assert two.milestones(again) == ["notice:image:web", *UNDISTURBED]
    two.only_this_lives(two.promotion(again).release_id, rack="production")
