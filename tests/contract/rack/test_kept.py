"""Services that a release does not change, and their numbers."""

from engine.ports.rack import Phase
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import Stage, begin, make_live, reach, take_over


def ids(stage: Stage, name: str) -> set[str]:
    return {found.id for found in stage.rack.processes("shop") if found.service == name}


def test_an_unchanged_service_keeps_its_process(stage: Stage) -> None:
    cache = service("cache", image=stage.image, host=None)
    make_live(stage, target(1, service(image=stage.image), cache))
    before = ids(stage, "cache")
    second = target(2, service(image=stage.image, version="2"), cache)
    begin(stage, second)

    assert stage.rack.observe(second).of("cache").kept
    assert not stage.rack.observe(second).of("web").kept
    take_over(stage, second)
    stage.rack.retire(second)
    assert ids(stage, "cache") == before
    assert stage.answer("shop.test") == "2"


def test_an_unchanged_routed_service_goes_on_serving(stage: Stage) -> None:
    web = service(image=stage.image)
    make_live(stage, target(1, web))
    make_live(stage, target(2, web))

    assert stage.answer("shop.test") == "1"
    assert [found.promotion for found in stage.rack.processes("shop")] == ["P1"]


def test_a_restart_replaces_even_what_is_unchanged(stage: Stage) -> None:
    web = service(image=stage.image)
    make_live(stage, target(1, web))
    before = ids(stage, "web")
    make_live(stage, target(2, web, again=True))

    assert ids(stage, "web").isdisjoint(before)
    assert len(ids(stage, "web")) == 1
    assert stage.answer("shop.test") == "1"


def test_more_replicas_are_started_beside_the_kept_ones(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    before = ids(stage, "web")
    more = target(2, service(image=stage.image, replicas=3))
    begin(stage, more)

    seen = stage.rack.observe(more).of("web")
    assert (seen.phase, seen.ready, seen.kept) == (Phase.HEALTHY, 3, False)
    take_over(stage, more)
    reach(stage, more, Phase.RETIRED)
    assert before < ids(stage, "web")
    assert len(ids(stage, "web")) == 3


def test_fewer_replicas_leave_the_eldest(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    eldest = ids(stage, "web")
    make_live(stage, target(2, service(image=stage.image, replicas=3)))
    make_live(stage, target(3, service(image=stage.image)))

    assert ids(stage, "web") == eldest
    assert stage.answer("shop.test") == "1"


def test_a_revert_of_more_replicas_leaves_the_kept_ones_at_work(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    make_live(stage, first)
    before = ids(stage, "web")
    more = target(2, service(image=stage.image, replicas=2))
    begin(stage, more)
    take_over(stage, more)
    stage.rack.revert(more)

    assert ids(stage, "web") == before
    assert stage.answer("shop.test") == "1"


def test_a_revert_of_fewer_replicas_puts_all_back_to_work(stage: Stage) -> None:
    first = target(1, service(image=stage.image, replicas=2))
    make_live(stage, first)
    fewer = target(2, service(image=stage.image))
    begin(stage, fewer)
    take_over(stage, fewer)
    stage.rack.revert(fewer)

    seen = stage.rack.observe(first).of("web")
    assert (seen.phase, seen.ready) == (Phase.RETIRED, 2)
