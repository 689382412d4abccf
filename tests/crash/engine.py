"""A stage on a real Docker engine, and what is seen of it past the bot."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import httpx
import psutil

from bot.workspace.running import RunningWorkspace
from engine.adapters.docker import DockerRack
from engine.adapters.placement import Traffic
from storage import promotions
from tests.crash.stage import Stage, stage_in
from tests.services.requirement import free_port

HOST = "shop.localhost"


@dataclass
class EngineStage:
    """The stage, and the address of each rack's router."""

    stage: Stage
    engines: Mapping[str, str]
    ports: dict[str, int]

    def page(self, rack: str = "staging") -> str:
        """What a browser gets through the router."""
        url = f"http://127.0.0.1:{self.ports[rack]}/"
        answer = httpx.get(url, headers={"Host": HOST}, timeout=10, trust_env=False)
        return answer.text if answer.status_code == 200 else str(answer.status_code)

    def is_clean(self, rack: str = "staging") -> None:
        """Check that the rack holds what is live and nothing else, and that all of it serves."""
        with self.stage.world.store.read() as transaction:
            live = promotions.live_on(transaction, app="shop", rack=rack)
        assert live
        with closing(docker.DockerClient(self.engines[rack])) as client:
            mine: dict[str, Any] = {"label": f"rackhand.rack={rack}"}
            containers = client.containers.list(all=True, filters=mine)
            networks = [str(network.name) for network in client.networks.list(filters=mine)]
        processes = [one for one in containers if "rackhand.service" in one.labels]
        routers = [one for one in containers if one not in processes]
        assert len(processes) == 2
        assert {one.status for one in containers} == {"running"}
        assert {one.labels["rackhand.promotion"] for one in processes} == {live.promotion_id}
        assert [one.name for one in routers] == [f"rackhand-{rack}-router"]
        assert networks == [f"rackhand-{rack}"]
        self._routes_to({str(one.name) for one in processes}, rack)

    def _routes_to(self, names: set[str], rack: str) -> None:
        adapter = self.stage.world.rack(rack)
        assert isinstance(adapter, DockerRack)
        seen = adapter._router.look()
        assert seen
        assert set(seen.servers) == names
        assert {server.traffic for server in seen.servers.values()} == {Traffic.READY}
        assert seen.hosts == {HOST: next(iter(seen.servers.values())).place}


def builds_under_way(build_id: str) -> list[int]:
    """The docker commands that build it."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(f"rackhand-build-{build_id}" in word for word in process.info["cmdline"] or ())
    ]


@contextmanager
def engine_stage(
    folder: Path, workspace: RunningWorkspace, engines: Mapping[str, str]
) -> Iterator[EngineStage]:
    """Set up a Rackhand whose racks are on real engines."""
    ports = {rack: free_port() for rack in engines}
    racks: dict[str, dict[str, object]] = {
        rack: {
            "provider": "docker",
            "engine": url,
            "router": {"http": ports[rack], "bind": "127.0.0.1"},
        }
        for rack, url in engines.items()
    }
    with stage_in(folder, workspace, racks) as stage:
        yield EngineStage(stage=stage, engines=engines, ports=ports)
