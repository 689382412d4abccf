"""The router's places, tables and files."""

from dataclasses import replace

import pytest

from engine.adapters.docker.configuration import (
    CHECK_HOSTS,
    CONFIG,
    HOSTS,
    PATHS,
    digest_of,
    render,
)
from engine.adapters.docker.slots import COUNTS, Kind, free_place, kind_of
from engine.adapters.docker.table import EMPTY, Server, Table
from engine.adapters.placement import Traffic
from engine.errors import Refused
from engine.ports.rack import HealthCheck, HealthKind

CHECK = HealthCheck(kind=HealthKind.HTTP, path="/health up", interval_seconds=5)


def server(name: str, traffic: Traffic) -> Server:
    return Server(
        name=name,
        place="http-4s-01",
        address="10.0.0.5:8080",
        traffic=traffic,
        check=CHECK,
        check_host="shop.test",
    )


def files(*servers: Server, **hosts: str) -> dict[str, str]:
    table = Table(servers={one.name: one for one in servers}, hosts=hosts)
    rendered = render(table, rack="staging", certificates={})
    return {path: content.decode() for path, content in rendered.items()}


def lines_of(name: str, config: str) -> list[str]:
    return [line.strip() for line in config.splitlines() if f" {name} " in line]


def test_a_server_with_traffic_is_in_the_file_with_its_check() -> None:
    (line,) = lines_of("web", files(server("web", Traffic.READY))[CONFIG])

    assert line == (
        "server web 10.0.0.5:8080 check inter 5000ms fastinter 1000ms downinter 100ms "
        "rise 2 fall 3 weight 1"
    )


def test_a_share_of_the_traffic_outlives_a_restart() -> None:
    shared = replace(server("web", Traffic.READY), weight=28)

    (line,) = lines_of("web", files(shared)[CONFIG])

    assert line.endswith("weight 28")


def test_a_server_that_drains_is_in_the_file_without_weight() -> None:
    (line,) = lines_of("web", files(server("web", Traffic.DRAINING))[CONFIG])

    assert line.endswith("weight 0")


def test_a_server_that_stands_by_is_left_out() -> None:
    written = files(server("web", Traffic.STANDBY))

    assert lines_of("web", written[CONFIG]) == []
    assert written[PATHS] == ""


def test_the_maps_lead_hosts_to_places_and_servers_to_their_checks() -> None:
    written = files(server("web", Traffic.READY), **{"shop.test": "http-4s-01"})

    assert written[HOSTS] == "shop.test http-4s-01\n"
    assert written[PATHS] == "web /health%20up\n"
    assert written[CHECK_HOSTS] == "web shop.test\n"


def test_files_are_told_apart_by_their_digest() -> None:
    one = Table(servers={}, hosts={"a.test": "http-4s-01"})
    first = render(EMPTY, rack="staging", certificates={})

    assert digest_of(first) == digest_of(render(EMPTY, rack="staging", certificates={}))
    assert digest_of(first) != digest_of(render(one, rack="staging", certificates={}))
    assert digest_of(first) != digest_of(render(EMPTY, rack="other", certificates={}))


def test_https_is_listened_for_only_with_certificates() -> None:
    with_some = render(EMPTY, rack="staging", certificates={"a.pem": b"pem"})[CONFIG].decode()

    assert "ssl crt" in with_some
    assert "ssl crt" not in files()[CONFIG]


@pytest.mark.parametrize(("asked", "given"), [(0.5, 1), (1, 1), (3, 4), (4, 4), (20, 30), (90, 30)])
def test_a_check_gets_the_least_patience_that_is_enough(asked: float, given: int) -> None:
    assert kind_of(replace(CHECK, timeout_seconds=asked)).timeout_seconds == given


@pytest.mark.parametrize(
    ("kind", "protocol"),
    [
        (HealthKind.HTTP, "http"),
        (HealthKind.TCP, "tcp"),
        (HealthKind.CONTAINER, "tcp"),
        (HealthKind.STAYS_UP, "tcp"),
    ],
)
def test_only_http_checks_speak_http(kind: HealthKind, protocol: str) -> None:
    assert kind_of(replace(CHECK, kind=kind)).protocol == protocol


def test_the_first_free_place_is_taken_until_none_is_left() -> None:
    kind = Kind(protocol="tcp", timeout_seconds=1)

    assert free_place(kind, ["tcp-1s-01", "tcp-1s-03"]) == "tcp-1s-02"
    with pytest.raises(Refused, match=f"all {COUNTS[1]}"):
        free_place(kind, kind.names)
