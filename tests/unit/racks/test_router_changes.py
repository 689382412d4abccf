"""In which order the running router is changed."""

from dataclasses import replace

from engine.adapters.docker.changes import Changes
from engine.adapters.docker.runtime_api import RuntimeApi
from engine.adapters.docker.snapshot import ServerState, Snapshot
from engine.adapters.docker.table import FULL, Server, Table
from engine.adapters.placement import Traffic
from engine.ports.rack import HealthCheck, HealthKind

CHECK = HealthCheck(kind=HealthKind.HTTP)


def server(name: str, traffic: Traffic, weight: int = FULL) -> Server:
    return Server(
        name=name,
        place="http-4s-01",
        address="10.0.0.5:8080",
        traffic=traffic,
        check=CHECK,
        check_host="shop.test",
        weight=weight,
    )


class FakeRouter(RuntimeApi):
    """Does what it is told to its servers, and remembers the order."""

    def __init__(self, *servers: Server) -> None:
        self.servers = {one.name: one for one in servers}
        self.told: list[str] = []
        self.shares: list[int] = []  # of the servers named new, after each command

    def ask(self, command: str) -> str:
        return ""

    def tell(self, *commands: str, answers: tuple[str, ...] = ("",)) -> None:
        for command in commands:
            self._do(command)

    def _do(self, command: str) -> None:
        self.told.append(command)
        match command.split():
            case ["set", "server", name, "weight", weight]:
                self._change(name, weight=int(weight))
            case ["set", "server", name, "state", state]:
                traffic = {"ready": Traffic.READY, "drain": Traffic.DRAINING}[state]
                self._change(name, traffic=traffic)
        ready = [one for one in self.servers.values() if one.traffic is Traffic.READY]
        new = sum(one.weight for one in ready if one.name.startswith("new"))
        self.shares.append(round(100 * new / sum(one.weight for one in ready)))

    def look(self) -> Snapshot:
        return Snapshot(servers={one.name: _seen(one) for one in self.servers.values()}, hosts={})

    def _change(self, name: str, **changes: object) -> None:
        known = self.servers[name.rpartition("/")[2]]
        self.servers[known.name] = replace(known, **changes)  # type: ignore[arg-type]


def _seen(one: Server) -> ServerState:
    return ServerState(
        name=one.name,
        place=one.place,
        address=one.address,
        traffic=one.traffic,
        weight=one.weight,
        is_up=True,
        sessions=0,
        seconds_since_change=0,
        is_checked=True,
        check_status="L7OK",
        check_code="200",
        check_milliseconds=1,
    )


def bring_about(router: FakeRouter, *servers: Server) -> None:
    table = Table(servers={one.name: one for one in servers}, hosts={})
    Changes(router, router.look).bring_about(table)


READY, DRAINING, STANDBY = Traffic.READY, Traffic.DRAINING, Traffic.STANDBY


def test_a_canary_never_gets_more_on_the_way_than_it_is_to_have() -> None:
    router = FakeRouter(server("old", READY), server("new", STANDBY))
    bring_about(router, server("old", READY, 252), server("new", READY, 28))
    assert router.shares == [0, 0, 10], "the old one's weight rises before the new one is ready"

    bring_about(router, server("old", READY, 256), server("new", READY, 256))
    assert all(10 <= share <= 50 for share in router.shares[3:])
    assert router.shares[-1] == 50


def test_a_canary_never_gets_less_on_the_way_to_all_of_the_traffic() -> None:
    router = FakeRouter(server("old", READY, 28), server("new", READY, 252))
    bring_about(router, server("old", DRAINING), server("new", READY))

    assert router.shares == [100, 100]
    assert router.servers["new"].weight == FULL


def test_a_canary_that_is_taken_back_loses_its_traffic_before_weights_change() -> None:
    router = FakeRouter(server("old", READY, 252), server("new", READY, 28))
    bring_about(router, server("old", READY), server("new", DRAINING))

    assert router.shares == [0, 0]
    assert router.servers["old"].weight == FULL


def test_one_that_the_file_had_drained_gets_its_weight_before_its_traffic() -> None:
    router = FakeRouter(server("old", READY), server("new", DRAINING, 0))
    bring_about(router, server("old", READY), server("new", READY))

    assert router.told[-2:] == [
        "set server http-4s-01/new weight 1",
        "set server http-4s-01/new state ready",
    ]
