"""Taking a promotion back on any rack."""

from engine.ports.rack import Phase
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import Stage, begin, make_live, take_over


def test_a_revert_before_the_shift_removes_only_what_was_started(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    make_live(stage, first)
    before = stage.rack.processes("shop")
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    stage.rack.revert(second)

    assert [found.id for found in stage.rack.processes("shop")] == [found.id for found in before]
    assert stage.answer("shop.test") == "1"


def test_a_revert_after_the_shift_gives_the_traffic_back(stage: Stage) -> None:
    first = target(1, service(image=stage.image, replicas=2))
    make_live(stage, first)
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    take_over(stage, second)
    stage.rack.revert(second)

    assert stage.answer("shop.test") == "1"
    assert stage.rack.observe(first).of("web").phase is Phase.RETIRED
    assert stage.rack.observe(first).of("web").ready == 2
    assert {process.release for process in stage.rack.processes("shop")} == {"R1"}


def test_a_revert_of_a_first_promotion_leaves_nothing(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    begin(stage, first)
    take_over(stage, first)
    stage.rack.revert(first)

    assert stage.rack.processes("shop") == ()
    assert stage.answer("shop.test") == "404"


def test_a_revert_brings_a_changed_host_back(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    second = target(2, service(image=stage.image, version="2", host="new.test"))
    begin(stage, second)
    take_over(stage, second)
    stage.rack.revert(second)

    assert (stage.answer("shop.test"), stage.answer("new.test")) == ("1", "404")


def test_a_revert_of_nothing_changes_nothing(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    stage.rack.revert(target(2, service(image=stage.image, version="2")))

    assert stage.answer("shop.test") == "1"


def test_a_service_that_the_target_dropped_serves_again_after_a_revert(stage: Stage) -> None:
    web = service(image=stage.image)
    make_live(stage, target(1, web, service("admin", image=stage.image, host="admin.test")))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    take_over(stage, second)
    stage.rack.revert(second)

    assert (stage.answer("shop.test"), stage.answer("admin.test")) == ("1", "1")


def test_a_release_can_be_promoted_after_it_was_reverted(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    take_over(stage, second)
    stage.rack.revert(second)
    make_live(stage, target(3, service(image=stage.image, version="2")))

    assert stage.answer("shop.test") == "2"
    assert [process.promotion for process in stage.rack.processes("shop")] == ["P3"]
