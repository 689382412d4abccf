"""Which processes a target wants."""

from dataclasses import dataclass

from engine.adapters.placement import dropped, in_start_order, place, unwanted
from engine.ports.rack import Target
from tests.contract.rack.specs import service, target


@dataclass(frozen=True)
class Member:
    id: str
    promotion: str
    created: float
    number: int = 1
    service: str = "web"
    fingerprint: str = "web 1  shop.test"


def placed(wanted: Target, *members: Member) -> tuple[set[str], set[str], tuple[int, ...]]:
    (placement,) = place(wanted, members)
    return (
        {member.id for member in placement.wanted},
        {member.id for member in placement.old},
        placement.missing,
    )


def web(replicas: int = 1, version: str = "1") -> Target:
    return target(2, service(image="i", replicas=replicas, version=version))


def test_all_replicas_are_missing_from_an_empty_rack() -> None:
    assert placed(web(replicas=3)) == (set(), set(), (1, 2, 3))


def test_only_the_numbers_that_are_not_there_are_missing() -> None:
    assert placed(web(replicas=3), Member("b", "P2", 5, number=2)) == ({"b"}, set(), (1, 3))


def test_a_changed_process_is_old() -> None:
    old = Member("a", "P1", 1)
    assert placed(web(version="2"), old) == (set(), {"a"}, (1,))


def test_the_eldest_are_kept_first() -> None:
    younger, elder = Member("b", "P1", 2, number=2), Member("a", "P1", 1)
    assert placed(web(), younger, elder) == ({"a"}, {"b"}, ())


def test_a_later_promotions_equal_process_is_not_taken_for_a_kept_one() -> None:
    own, later = Member("a", "P2", 1), Member("b", "P3", 2)
    assert placed(web(), own, later) == ({"a"}, {"b"}, ())


def test_a_restart_keeps_nothing() -> None:
    again = target(2, service(image="i"), again=True)
    assert placed(again, Member("a", "P1", 1)) == (set(), {"a"}, (1,))


def test_a_changed_service_with_a_volume_waits_while_an_old_process_is_there() -> None:
    db = target(2, service(image="i", version="2", volumes=("d:/data",)))

    assert place(db, [Member("a", "P1", 1)])[0].waits_for_shift
    assert not place(db, [])[0].waits_for_shift


def test_a_dropped_services_processes_are_unwanted() -> None:
    cron = Member("c", "P1", 1, service="cron", fingerprint="cron")
    kept = Member("a", "P1", 1)

    assert dropped(web(), [cron, kept]) == (cron,)
    assert unwanted(web(), [cron, kept]) == (cron,)


def test_services_are_sorted_by_dependence_and_a_circle_does_no_harm() -> None:
    a = service("a", image="i", depends_on=("b",))
    b = service("b", image="i", depends_on=("c", "elsewhere"))
    c = service("c", image="i", depends_on=("a",))

    assert [spec.name for spec in in_start_order((a, b, c))] == ["c", "b", "a"]
