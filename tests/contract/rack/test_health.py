"""What any rack says of services that are not well."""

from engine.ports.rack import Phase
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import Stage, make_live, see


def test_a_process_that_exits_is_unhealthy_with_its_code(stage: Stage) -> None:
    broken = target(1, service(image=stage.image, fail="crash"))
    stage.rack.prepare(broken)
    stage.rack.start(broken)

    seen = see(stage, broken, lambda seen: seen.of("web").phase is Phase.UNHEALTHY).of("web")

    assert seen.reason.startswith("exited with code 3 after ")
    assert 0 < len(seen.last_log) <= 20


def test_a_check_that_does_not_pass_is_told_but_not_yet_given_up(stage: Stage) -> None:
    broken = target(1, service(image=stage.image, fail="unhealthy"))
    stage.rack.prepare(broken)
    stage.rack.start(broken)

    see(stage, broken, lambda seen: seen.of("web").reason == "GET /health answered 500")
    stage.pass_time(2)

    assert stage.rack.observe(broken).of("web").phase is Phase.STARTING
    assert stage.rack.observe(broken).of("web").ready == 0


def test_one_broken_replica_makes_its_service_unhealthy_and_no_other(stage: Stage) -> None:
    both = target(
        1,
        service(image=stage.image),
        service("worker", image=stage.image, host=None, fail="crash"),
    )
    stage.rack.prepare(both)
    stage.rack.start(both)

    seen = see(stage, both, lambda seen: seen.of("worker").phase is Phase.UNHEALTHY)

    assert seen.of("web").phase is not Phase.UNHEALTHY


def test_a_broken_release_costs_the_live_one_nothing(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    make_live(stage, first)
    broken = target(2, service(image=stage.image, version="2", fail="crash"))
    stage.rack.prepare(broken)
    stage.rack.start(broken)
    see(stage, broken, lambda seen: seen.of("web").phase is Phase.UNHEALTHY)
    stage.rack.revert(broken)

    assert stage.answer("shop.test") == "1"
    assert stage.rack.observe(first).of("web").phase is Phase.RETIRED
