"""Whose turn it is to start, and whose traffic can be shared."""

from dataclasses import dataclass
from typing import Any

from engine.adapters.placement import (
    Condition,
    Look,
    Traffic,
    View,
    observe,
    replaceable,
    startable,
)
from engine.ports.rack import Phase, ServiceObservation, ServiceSpec, Target
from tests.contract.rack.specs import service, target

PASSING, PENDING, FAILED = Condition.PASSING, Condition.PENDING, Condition.FAILED


@dataclass(frozen=True)
class Member:
    spec: ServiceSpec
    promotion: str = "P2"
    number: int = 1
    condition: Condition = PASSING
    traffic: Traffic = Traffic.STANDBY
    running: bool = True
    created: float = 0.0

    @property
    def service(self) -> str:
        return self.spec.name

    @property
    def fingerprint(self) -> str:
        return self.spec.fingerprint

    @property
    def id(self) -> str:
        return f"{self.promotion} {self.service} {self.number}"


def looks(*members: Member) -> dict[str, Look]:
    return {
        one.id: Look(condition=one.condition, traffic=one.traffic, running=one.running)
        for one in members
    }


def turn(wanted: Target, *members: Member) -> list[tuple[str, int]]:
    return [(spec.name, number) for spec, number in startable(wanted, members, looks(*members))]


def replaced(wanted: Target, *members: Member) -> list[str]:
    return [found.spec.name for found in replaceable(wanted, members, looks(*members))]


def seen(wanted: Target, *members: Member, **more: Any) -> ServiceObservation:
    view = View(
        target=wanted, members=members, looks=looks(*members), last_log=lambda _: (), **more
    )
    return observe(view).services[0]


def spec(name: str, *, needs: tuple[str, ...] = (), **more: Any) -> ServiceSpec:
    return service(name, image="i", depends_on=needs, host=f"{name}.test", **more)


DB = spec("db")
WEB = spec("web", needs=("db",))
DISK = ("disk:/data",)


def test_only_what_waits_for_nobody_starts_on_an_empty_rack() -> None:
    assert turn(target(2, WEB, DB)) == [("db", 1)]


def test_a_service_waits_for_the_last_process_of_another() -> None:
    db = spec("db", replicas=2)
    both = target(2, WEB, db)

    assert turn(both, Member(db)) == [("db", 2)]
    assert turn(both, Member(db), Member(db, number=2, condition=PENDING)) == []
    assert turn(both, Member(db), Member(db, number=2)) == [("web", 1)]


def test_a_kept_service_must_pass_too() -> None:
    both = target(2, WEB, DB)

    assert turn(both, Member(DB, "P1", condition=FAILED)) == []
    assert turn(both, Member(DB, "P1")) == [("web", 1)]


def test_old_processes_of_a_changed_service_do_not_stand_for_the_new_ones() -> None:
    both = target(2, WEB, spec("db", version="2"))

    assert turn(both, Member(DB, "P1")) == [("db", 1)]


def test_in_a_circle_the_first_by_order_starts_and_the_rest_follow() -> None:
    a, b = spec("a", needs=("b",)), spec("b", needs=("a",))

    assert turn(target(2, a, b)) == [("b", 1)]
    assert turn(target(2, a, b), Member(b)) == [("a", 1)]


def test_a_service_that_needs_itself_or_a_stranger_starts() -> None:
    assert turn(target(2, spec("a", needs=("a", "stranger")))) == [("a", 1)]


def test_a_service_scaled_to_nothing_keeps_nobody_waiting() -> None:
    assert turn(target(2, WEB, spec("db", replicas=0))) == [("web", 1)]


def test_parallelism_counts_own_processes_that_do_not_pass_yet() -> None:
    web = spec("web", replicas=4, parallelism=2)
    one = target(2, web)
    first, second = Member(web), Member(web, number=2)
    late = Member(web, number=2, condition=PENDING)

    assert turn(one) == [("web", 1), ("web", 2)]
    assert turn(one, first, late) == [("web", 3)]
    assert turn(one, first, second) == [("web", 3), ("web", 4)]
    assert turn(one, Member(web, condition=FAILED), late) == []


def test_kept_processes_leave_the_parallelism_to_new_ones() -> None:
    web = spec("web", replicas=3, parallelism=1)

    assert turn(target(2, web), Member(web, "P1", condition=PENDING)) == [("web", 1)]


def test_what_waits_for_the_shift_neither_starts_nor_keeps_others_waiting() -> None:
    both = target(2, WEB, spec("db", version="2", volumes=DISK))

    assert turn(both, Member(DB, "P1")) == [("web", 1)]


def test_in_the_shift_it_is_replaced_once_what_it_needs_is_there() -> None:
    disk = spec("disk", version="2", volumes=DISK)
    db = spec("db", version="2", needs=("disk",), volumes=DISK)
    both = target(2, db, disk)
    olds = Member(spec("disk"), "P1"), Member(DB, "P1")

    assert replaced(both, *olds) == ["disk"]
    assert replaced(both, *olds, Member(disk, condition=PENDING)) == ["disk"]
    assert replaced(both, *olds, Member(disk)) == ["disk", "db"]


def test_what_can_run_beside_its_old_process_is_not_replaced_in_the_shift() -> None:
    assert replaced(target(2, spec("web", version="2")), Member(spec("web"), "P1")) == []
    kept = spec("db", volumes=DISK)
    assert replaced(target(2, kept), Member(kept, "P1")) == []


OLD = Member(spec("web"), "P1", traffic=Traffic.READY)
NEXT = spec("web", version="2")


def test_a_divided_service_is_healthy_and_tells_its_share() -> None:
    new = Member(NEXT, traffic=Traffic.READY)
    found = seen(target(2, NEXT), OLD, new, shares={"web": 30})

    assert (found.phase, found.share) == (Phase.HEALTHY, 30)


def test_new_processes_beside_old_ones_with_all_the_traffic_have_none_of_it() -> None:
    assert seen(target(2, NEXT), OLD, Member(NEXT)).share == 0


def test_what_cannot_share_has_no_share() -> None:
    drained = Member(spec("web"), "P1", traffic=Traffic.DRAINING)
    assert seen(target(2, NEXT), drained, Member(NEXT, traffic=Traffic.READY)).share is None
    assert seen(target(2, NEXT), Member(NEXT)).share is None
    assert seen(target(2, spec("web")), OLD).share is None
    on_disk = spec("web", version="2", volumes=DISK)
    assert seen(target(2, on_disk), OLD).share is None


def test_a_target_is_not_alone_while_a_hooks_process_is_there() -> None:
    new = Member(NEXT, traffic=Traffic.READY)

    assert seen(target(2, NEXT), new, one_offs=1).phase is Phase.DRAINED
    assert seen(target(2, NEXT), new).phase is Phase.RETIRED
