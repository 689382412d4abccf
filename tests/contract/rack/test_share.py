"""Traffic that old and new processes of any rack share, as in a canary."""

from functools import partial

from engine.ports.rack import Phase
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import Stage, answers, begin, make_live, see, take_over
from tests.contract.rack.test_broken_off import repeat_until_whole

VOLUMES = ("data:/data",)


def test_the_share_goes_up_and_down_in_steps_and_ends_with_all(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    assert stage.rack.observe(second).of("web").share == 0

    for percent, fewest, most in ((10, 5, 15), (50, 40, 60), (10, 5, 15)):
        stage.rack.shift(second, percent=percent)
        seen = stage.rack.observe(second).of("web")
        assert (seen.phase, seen.share) == (Phase.HEALTHY, percent)
        assert fewest <= answers(stage, "shop.test", times=100)["2"] <= most

    take_over(stage, second)
    assert stage.rack.observe(second).of("web").share is None
    assert answers(stage, "shop.test", times=10) == {"2": 10}


def test_a_share_is_of_the_traffic_whatever_the_number_of_processes(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image, replicas=3)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    stage.rack.shift(second, percent=50)

    assert stage.rack.observe(second).of("web").share == 50
    assert 40 <= answers(stage, "shop.test", times=100)["2"] <= 60


def test_new_processes_get_equal_parts_again_once_they_have_all(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image, replicas=2)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    stage.rack.shift(second, percent=10)
    make_live(stage, second)
    third = target(3, service(image=stage.image, version="3"))
    begin(stage, third)
    stage.rack.shift(third, percent=50)

    assert 40 <= answers(stage, "shop.test", times=100)["3"] <= 60


def test_a_share_is_known_to_a_bot_started_anew(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    stage.rack.shift(second, percent=20)

    assert stage.restarted().observe(second).of("web").share == 20


def test_a_revert_from_a_share_gives_the_old_ones_all_again(stage: Stage) -> None:
    first = target(1, service(image=stage.image, replicas=2))
    make_live(stage, first)
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    stage.rack.shift(second, percent=50)
    stage.rack.revert(second)

    seen = stage.rack.observe(first).of("web")
    assert (seen.phase, seen.ready, seen.share) == (Phase.RETIRED, 2, None)
    assert answers(stage, "shop.test", times=10) == {"1": 10}
    assert {found.release for found in stage.rack.processes("shop")} == {"R1"}


def test_only_routed_services_that_can_run_beside_their_old_ones_share(stage: Stage) -> None:
    services = [
        (
            service(image=stage.image, version=text),
            service("db", image=stage.image, version=text, host="db.test", volumes=VOLUMES),
            service("worker", image=stage.image, version=text, host=None),
            service("cache", image=stage.image, host=None),
        )
        for text in ("1", "2")
    ]
    make_live(stage, target(1, *services[0]))
    second = target(2, *services[1])
    begin(stage, second)
    stage.rack.shift(second, percent=50)

    seen = stage.rack.observe(second)
    assert [found.share for found in seen.services] == [50, None, None, None]
    assert seen.of("db").waits_for_shift
    assert answers(stage, "db.test", times=5) == {"1": 5}
    databases = [found for found in stage.rack.processes("shop") if found.service == "db"]
    assert [found.release for found in databases] == ["R1"]


def test_a_share_broken_off_everywhere_is_the_one_that_was_asked_for(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    for percent in (50, 10):
        shift = partial(stage.rack.shift, second, percent=percent)
        assert repeat_until_whole(stage, shift), "it was broken off at its changes"
        assert stage.rack.observe(second).of("web").share == percent
    breaks = repeat_until_whole(stage, lambda: stage.rack.revert(second))

    assert breaks
    assert answers(stage, "shop.test", times=10) == {"1": 10}


def test_a_share_comes_back_after_its_router_was_lost(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    make_live(stage, first)
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    stage.rack.shift(second, percent=30)
    stage.lose_router()
    stage.rack.repair([first])

    def is_shared_again(_: object) -> bool:
        stage.rack.shift(second, percent=30)
        return stage.rack.observe(second).of("web").share == 30

    see(stage, second, is_shared_again)
    assert 15 <= answers(stage, "shop.test", times=100)["2"] <= 45
