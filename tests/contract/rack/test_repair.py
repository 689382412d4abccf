"""Mending the routes of any rack."""

from engine.ports.rack import Phase
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import Stage, begin, make_live, reach, take_over


def test_nothing_is_mended_where_all_is_well(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    make_live(stage, first)

    assert stage.rack.repair([first]) == ()


def test_a_lost_router_is_made_again_and_serves_what_is_live(stage: Stage) -> None:
    first = target(1, service(image=stage.image, replicas=2))
    make_live(stage, first)
    blog = target(2, service(image=stage.image, version="7", host="blog.test"), app="blog")
    make_live(stage, blog)
    stage.lose_router()

    told = stage.restarted().repair([first, blog])

    assert told
    assert (stage.answer("shop.test"), stage.answer("blog.test")) == ("1", "7")
    reach(stage, first, Phase.RETIRED)
    assert stage.rack.repair([first, blog]) == ()


def test_a_repair_leaves_a_shift_under_way_alone(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    make_live(stage, first)
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    take_over(stage, second)

    assert stage.rack.repair([first]) == ()
    assert stage.answer("shop.test") == "2"


def test_a_promotion_goes_on_after_its_router_was_lost(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    make_live(stage, first)
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    stage.lose_router()

    assert stage.rack.observe(second).of("web").phase is Phase.ABSENT
    stage.rack.repair([first])
    stage.rack.start(second)
    begin(stage, second)
    take_over(stage, second)
    assert stage.answer("shop.test") == "2"


def test_a_reverted_shift_survives_the_loss_of_its_router(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    take_over(stage, second)
    stage.lose_router()
    stage.rack.repair([second])
    stage.rack.revert(second)

    assert stage.answer("shop.test") == "1"
