"""Which processes share a service's traffic at the router, and by which weights."""

from dataclasses import replace

import pytest

from engine.adapters.docker.container import Container
from engine.adapters.docker.sharing import divided, shares
from engine.adapters.docker.snapshot import ServerState, Snapshot
from engine.adapters.docker.table import Table, present
from engine.adapters.placement import Traffic
from engine.errors import Refused
from engine.ports.rack import ServiceSpec, Target
from tests.unit.racks.containers import WEB, container

PLACE, OTHER_PLACE = "http-4s-01", "tcp-4s-01"
READY, STANDBY, DRAINING = Traffic.READY, Traffic.STANDBY, Traffic.DRAINING


def target(spec: ServiceSpec = WEB, *, replicas: int = 1) -> Target:
    return Target(
        app="shop", release="R2", promotion="P2", services=(replace(spec, replicas=replicas),)
    )


def numbered(promotion: str, count: int) -> list[Container]:
    return [
        replace(container(f"{promotion}-{number}", promotion), number=number)
        for number in range(1, count + 1)
    ]


def seen(
    containers: list[Container], traffic: Traffic, weight: int = 1, place: str = PLACE
) -> dict[str, ServerState]:
    return {
        one.name: ServerState(
            name=one.name,
            place=place,
            address="10.0.0.5:8080",
            traffic=traffic,
            weight=weight,
            is_up=True,
            sessions=0,
            seconds_since_change=0,
            is_checked=True,
            check_status="L7OK",
            check_code="200",
            check_milliseconds=1,
        )
        for one in containers
    }


def router(*servers: dict[str, ServerState]) -> Snapshot:
    merged = {name: one for some in servers for name, one in some.items()}
    return Snapshot(servers=merged, hosts={"shop.test": PLACE})


def weights(table: Table) -> dict[str, int]:
    return {name: one.weight for name, one in table.servers.items() if one.traffic is READY}


def test_both_sides_get_weights_that_make_the_share() -> None:
    old, new = numbered("P1", 2), numbered("P2", 1)
    snapshot = router(seen(old, READY), seen(new, STANDBY))
    table = divided(present([*old, *new], snapshot), target(), [*old, *new], 50)

    assert weights(table) == {"P1-1": 128, "P1-2": 128, "P2-1": 256}


def test_a_share_is_read_back_from_the_router() -> None:
    old, new = numbered("P1", 1), numbered("P2", 1)
    members = [*old, *new]

    assert shares(target(), members, router(seen(old, READY), seen(new, STANDBY))) == {"web": 0}
    shared = router(seen(old, READY, 252), seen(new, READY, 28))
    assert shares(target(), members, shared) == {"web": 10}
    assert shares(target(), members, router(seen(old, DRAINING), seen(new, READY))) == {}
    assert shares(target(), new, router(seen(new, READY))) == {}


def test_nothing_is_divided_of_a_service_whose_old_process_has_to_stop_first() -> None:
    spec = replace(WEB, volumes=("data:/data",))
    old, new = numbered("P1", 1), numbered("P2", 1)
    snapshot = router(seen(old, READY), seen(new, STANDBY))
    before = present([*old, *new], snapshot)

    assert divided(before, target(spec), [*old, *new], 10) == before
    assert shares(target(spec), [*old, *new], snapshot) == {}


@pytest.mark.parametrize(
    ("percent", "count", "place", "why"),
    [
        (1, 8, PLACE, "1 % is too fine for its processes, 8 new and 1 old"),
        (50, 1, OTHER_PLACE, "another kind"),
    ],
)
def test_what_cannot_be_divided_is_refused_with_why_and_what_to_do(
    percent: int, count: int, place: str, why: str
) -> None:
    old, new = numbered("P1", 1), numbered("P2", count)
    members = [*old, *new]
    snapshot = router(seen(old, READY), seen(new, STANDBY, place=place))

    with pytest.raises(Refused, match=why) as refused:
        divided(present(members, snapshot), target(replicas=count), members, percent)
    assert "without `--canary`" in refused.value.remedy
