"""In which order, and how many at a time, any rack starts processes."""

from collections import Counter

from engine.ports.rack import Observation, Phase, Target
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import Stage, begin, make_live, see, take_over


def started(stage: Stage) -> Counter[str]:
    return Counter(found.service for found in stage.rack.processes("shop"))


def try_to_start(stage: Stage, wanted: Target) -> None:
    """Start it and, since that may take several calls, go on for a while."""
    stage.rack.prepare(wanted)
    for _ in range(4):
        stage.rack.start(wanted)
        stage.pass_time(0.5)


def test_a_service_waits_until_all_that_it_depends_on_is_healthy(stage: Stage) -> None:
    web = service(image=stage.image, depends_on=("api",))
    api = service("api", image=stage.image, host="api.test", replicas=2)
    both = target(1, web, api)
    stage.rack.prepare(both)
    stage.rack.start(both)
    assert started(stage) == {"api": 2}
    assert stage.rack.observe(both).of("web").phase is Phase.ABSENT

    see(stage, both, lambda seen: seen.of("api").ready == 2)
    stage.rack.start(both)

    assert started(stage) == {"api": 2, "web": 1}


def test_a_service_does_not_start_while_one_that_it_depends_on_is_ill(stage: Stage) -> None:
    web = service(image=stage.image, depends_on=("api",))
    api = service("api", image=stage.image, host="api.test", fail="unhealthy")
    try_to_start(stage, target(1, web, api))

    assert started(stage) == {"api": 1}


def test_a_circle_and_an_unknown_service_keep_nobody_waiting_for_ever(stage: Stage) -> None:
    web = service(image=stage.image, depends_on=("api", "elsewhere"))
    api = service("api", image=stage.image, host="api.test", depends_on=("web",))
    begin(stage, target(1, web, api))

    assert started(stage) == {"api": 1, "web": 1}


def test_so_many_as_the_parallelism_says_are_started_at_a_time(stage: Stage) -> None:
    first = target(1, service(image=stage.image, replicas=3, parallelism=2))
    stage.rack.prepare(first)

    def all_there(_: Observation) -> bool:
        stage.rack.start(first)
        there = started(stage)["web"]
        ready = stage.rack.observe(first).of("web").ready  # what passed before ``start`` looked too
        assert there - ready <= 2
        return ready == 3

    stage.rack.start(first)
    assert started(stage) == {"web": 2}
    see(stage, first, all_there)


def test_no_more_are_started_while_the_first_do_not_pass(stage: Stage) -> None:
    first = target(1, service(image=stage.image, replicas=3, parallelism=1, fail="unhealthy"))
    try_to_start(stage, first)

    assert started(stage) == {"web": 1}
    assert stage.rack.observe(first).of("web").reason == "GET /health answered 500"


def test_one_that_waits_for_the_shift_keeps_nobody_waiting(stage: Stage) -> None:
    def version(text: str) -> Target:
        web = service(image=stage.image, version=text, depends_on=("db",))
        db = service("db", image=stage.image, host=None, version=text, volumes=("data:/data",))
        return target(int(text), web, db)

    make_live(stage, version("1"))
    second = version("2")
    begin(stage, second)
    assert started(stage) == {"db": 1, "web": 2}
    take_over(stage, second)

    assert stage.answer("shop.test") == "2"
