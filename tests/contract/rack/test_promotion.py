"""The way of a promotion on any rack, from nothing to the old processes' end."""

import pytest

from engine.errors import Refused
from engine.ports.rack import Phase
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import Stage, begin, make_live, reach, see, take_over


def test_a_service_is_absent_before_its_start(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    stage.rack.prepare(first)

    seen = stage.rack.observe(first).of("web")

    assert (seen.phase, seen.ready, seen.wanted) == (Phase.ABSENT, 0, 1)


def test_a_started_service_becomes_healthy_and_gets_no_traffic(stage: Stage) -> None:
    first = target(1, service(image=stage.image, replicas=2))
    begin(stage, first)

    seen = stage.rack.observe(first).of("web")

    assert (seen.phase, seen.ready, seen.wanted) == (Phase.HEALTHY, 2, 2)
    assert stage.answer("shop.test") in {"404", "503"}


def test_a_first_promotion_ends_with_its_processes_alone(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    begin(stage, first)
    take_over(stage, first)

    assert reach(stage, first, Phase.RETIRED).of("web").in_flight == 0
    assert stage.answer("shop.test") == "1"


def test_a_repeated_start_starts_nothing_twice(stage: Stage) -> None:
    first = target(1, service(image=stage.image, replicas=2))
    stage.rack.prepare(first)
    stage.rack.start(first)
    stage.restarted().start(first)

    assert len(stage.rack.processes("shop")) == 2


def test_the_old_release_keeps_the_traffic_until_the_shift(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    begin(stage, target(2, service(image=stage.image, version="2")))

    assert stage.answer("shop.test") == "1"


def test_a_shift_moves_the_traffic_and_keeps_the_old_process_warm(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    take_over(stage, second)

    seen = reach(stage, second, Phase.DRAINED)

    assert seen.of("web").phase is Phase.DRAINED
    assert stage.answer("shop.test") == "2"
    assert {process.release for process in stage.rack.processes("shop")} == {"R1", "R2"}


def test_a_shift_before_all_is_healthy_moves_nothing(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    second = target(2, service(image=stage.image, version="2", fail="unhealthy"))
    stage.rack.prepare(second)
    stage.rack.start(second)
    stage.rack.shift(second)

    assert stage.answer("shop.test") == "1"


def test_retiring_removes_the_old_processes_only(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image, replicas=2)))
    second = target(2, service(image=stage.image, version="2", replicas=2))
    make_live(stage, second)

    assert [process.release for process in stage.rack.processes("shop")] == ["R2", "R2"]
    assert stage.answer("shop.test") == "2"


def test_a_request_in_flight_is_waited_for(stage: Stage) -> None:
    old = service(image=stage.image)
    make_live(stage, target(1, old))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    stage.keep_busy(target(1, old), old, seconds=2)
    take_over(stage, second)

    assert stage.rack.observe(second).of("web").phase is Phase.SERVING
    assert stage.rack.observe(second).of("web").in_flight == 1
    assert stage.rack.cut(second) == 0, "its drain time is not over"
    assert reach(stage, second, Phase.DRAINED).of("web").in_flight == 0


def test_sessions_past_their_drain_time_are_cut(stage: Stage) -> None:
    old = service(image=stage.image, drain_seconds=1)
    make_live(stage, target(1, old))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    stage.keep_busy(target(1, old), old, seconds=20)
    take_over(stage, second)
    stage.pass_time(2.1)

    assert stage.rack.cut(second) == 1
    reach(stage, second, Phase.DRAINED, seconds=2)


def test_a_service_that_the_target_dropped_goes_with_the_old_ones(stage: Stage) -> None:
    web = service(image=stage.image)
    make_live(stage, target(1, web, service("admin", image=stage.image, host="admin.test")))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    take_over(stage, second)

    assert reach(stage, second, Phase.DRAINED).of("web").phase is Phase.DRAINED
    stage.rack.retire(second)
    reach(stage, second, Phase.RETIRED)
    assert {process.service for process in stage.rack.processes("shop")} == {"web"}
    assert stage.answer("admin.test") == "404"


def test_an_unrouted_service_needs_no_shift_of_its_own(stage: Stage) -> None:
    make_live(stage, target(1, service("worker", image=stage.image, host=None)))
    second = target(2, service("worker", image=stage.image, host=None, version="2"))
    begin(stage, second)

    assert reach(stage, second, Phase.SERVING).of("worker").phase is Phase.DRAINED
    stage.rack.retire(second)
    assert [process.release for process in stage.rack.processes("shop")] == ["R2"]


def test_hosts_of_one_service_are_compared_without_regard_to_case(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image, host="Shop.Test")))

    assert stage.answer("shop.test") == "1"
    assert stage.answer("SHOP.test") == "1"


def test_a_host_that_another_app_has_is_refused_with_its_name(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))

    with pytest.raises(Refused, match=r"shop\.test.*shop"):
        stage.rack.prepare(target(2, service(image=stage.image), app="blog"))


def test_a_new_host_leads_to_the_service_and_a_dropped_one_to_nothing(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    make_live(stage, target(2, service(image=stage.image, version="2", host="new.test")))

    assert stage.answer("new.test") == "2"
    assert stage.answer("shop.test") == "404"


def test_two_racks_on_one_engine_do_not_see_each_other(stage: Stage) -> None:
    neighbour = stage.neighbour()
    make_live(stage, target(1, service(image=stage.image)))
    make_live(neighbour, target(2, service(image=stage.image, version="2")))

    assert [process.release for process in stage.rack.processes()] == ["R1"]
    assert [process.release for process in neighbour.rack.processes()] == ["R2"]
    assert (stage.answer("shop.test"), neighbour.answer("shop.test")) == ("1", "2")


def test_services_start_after_those_that_they_depend_on(stage: Stage) -> None:
    web = service(image=stage.image, depends_on=("worker",))
    both = target(1, web, service("worker", image=stage.image, host=None))
    begin(stage, both)

    seen = see(stage, both, lambda seen: seen.of("web").ready == 1)

    assert [found.service for found in seen.services] == ["web", "worker"]
    order = sorted(stage.rack.processes("shop"), key=lambda process: process.started_at)
    assert order[0].service == "worker"
