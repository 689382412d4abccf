"""Starts and stops a Docker engine of our own, beside any other on this machine."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import docker
from docker.errors import DockerException
from filelock import FileLock

from scripts import bridge, daemons
from scripts.places import fingerprint

START_SECONDS = 60.0
SHUTDOWN_SECONDS = 10


class CannotStart(Exception):
    """No engine can be started here; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One engine of our own, told by its home directory."""

    home: Path
    hosts: tuple[str, ...] = ()  # where it listens beside its own socket
    options: Mapping[str, object] = field(default_factory=dict)  # more of dockerd's settings

    @property
    def socket(self) -> Path:
        """Its Unix socket."""
        return self.home / "docker.sock"

    @property
    def url(self) -> str:
        """How clients on this machine reach it."""
        return f"unix://{self.socket}"

    @property
    def log(self) -> Path:
        """Where it writes what it does."""
        return self.home / "dockerd.log"

    @property
    def bridge_name(self) -> str:
        """Its network bridge; at most 15 characters."""
        return f"rackh{fingerprint(self.home)}"

    @property
    def pid_file(self) -> Path:
        """Where it keeps its process id."""
        return self.home / "docker.pid"


def answers(url: str | None, timeout_seconds: int = 5) -> bool:
    """Whether an engine answers at *url*; None means wherever the environment points."""
    try:
        client = docker.from_env(timeout=timeout_seconds) if url is None else _client(url)
    except DockerException:
        return False
    try:
        return bool(client.ping())
    except (DockerException, OSError):
        return False
    finally:
        client.close()


def start(engine: Engine, *, outlives_us: bool = False) -> None:
    """Start *engine* and wait until it answers. One that already answers is used as it is."""
    if answers(engine.url):
        return
    _need_root_and_dockerd()
    with FileLock(Path(tempfile.gettempdir()) / "rackhand-engines.lock"):
        _start(engine, outlives_us=outlives_us)


def _start(engine: Engine, *, outlives_us: bool) -> None:
    """Start it; of two that start at once, one finds the other's rules of iptables half made."""
    _clear_up(engine)
    engine.home.mkdir(parents=True, exist_ok=True)
    settings = engine.home / "daemon.json"
    settings.write_text(json.dumps(_settings(engine, bridge.ensure(engine.bridge_name))))
    pid = daemons.start(
        ["dockerd", "--config-file", str(settings)], log=engine.log, outlives_us=outlives_us
    )
    deadline = time.monotonic() + START_SECONDS
    while not answers(engine.url):
        if not daemons.is_running(pid) or time.monotonic() > deadline:
            stop(engine)
            raise CannotStart(
                f"dockerd did not start. The end of {engine.log}:\n{daemons.last_lines(engine.log)}"
            )
        time.sleep(0.1)


def stop(engine: Engine) -> None:
    """End *engine* and remove its bridge; its images stay for the next start."""
    _clear_up(engine)
    bridge.remove(engine.bridge_name)


def empty(url: str, keep: Sequence[str]) -> None:
    """Remove all containers, networks, volumes and images but those tagged *keep*."""
    client = _client(url, timeout_seconds=60)
    try:
        for container in client.containers.list(all=True):
            container.remove(force=True, v=True)
        client.networks.prune()
        for volume in client.volumes.list():
            volume.remove(force=True)
        client.api.prune_builds(all=True)
        for image in client.images.list():
            if image.id and not set(image.tags) & set(keep):
                client.images.remove(image.id, force=True)
    finally:
        client.close()


def _client(url: str, timeout_seconds: int = 5) -> docker.DockerClient:
    return docker.DockerClient(base_url=url, timeout=timeout_seconds)


def _need_root_and_dockerd() -> None:
    if sys.platform != "linux" or os.geteuid() != 0:
        raise CannotStart(
            "No Docker engine answers, and only root on Linux can start one. "
            "Start Docker, or set DOCKER_HOST to an engine that you may use."
        )
    if not shutil.which("dockerd"):
        raise CannotStart("No Docker engine answers and dockerd is missing. Install docker.io.")


def _settings(engine: Engine, network: bridge.Bridge) -> dict[str, object]:
    return {
        "data-root": str(engine.home / "data"),
        "exec-root": str(engine.home / "exec"),
        "pidfile": str(engine.pid_file),
        "hosts": [engine.url, *engine.hosts],
        "bridge": network.name,
        "default-address-pools": [{"base": str(network.pool), "size": 24}],
        "storage-driver": _storage_driver(engine.home / "data"),
        "log-level": "warn",
        "shutdown-timeout": SHUTDOWN_SECONDS,
        **engine.options,
    }


def _storage_driver(data: Path) -> str:
    """Choose overlay2 where the file system carries it, else vfs (a container in a container)."""
    probe = data.parent / "overlay-probe"
    for name in ("lower", "upper", "work", "merged"):
        (probe / name).mkdir(parents=True, exist_ok=True)
    layers = f"lowerdir={probe}/lower,upperdir={probe}/upper,workdir={probe}/work"
    mounted = subprocess.run(
        ["mount", "-t", "overlay", "overlay", "-o", layers, str(probe / "merged")],
        capture_output=True,
        check=False,
    )
    if mounted.returncode == 0:
        subprocess.run(["umount", str(probe / "merged")], check=True)
    shutil.rmtree(probe)
    return "overlay2" if mounted.returncode == 0 else "vfs"


def _clear_up(engine: Engine) -> None:
    """End what runs for this engine, also after a kill, and let go of its mounts."""
    if engine.pid_file.exists():
        pid = int(engine.pid_file.read_text() or 0)
        if pid and _is_dockerd_of(engine, pid):
            daemons.stop(pid, grace_seconds=SHUTDOWN_SECONDS + daemons.GRACE_SECONDS)
    daemons.stop_all_naming(engine.home, programs=("dockerd", "containerd"))
    mounts = Path("/proc/mounts")
    if mounts.exists():
        points = [line.split()[1] for line in mounts.read_text().splitlines()]
        for point in sorted(points, reverse=True):
            if point.startswith(f"{engine.home}/"):
                subprocess.run(["umount", "--lazy", point], capture_output=True, check=False)
    engine.pid_file.unlink(missing_ok=True)
    engine.socket.unlink(missing_ok=True)


def _is_dockerd_of(engine: Engine, pid: int) -> bool:
    command = Path(f"/proc/{pid}/cmdline")
    return command.exists() and str(engine.home) in command.read_text().replace("\0", " ")
