"""Services with a volume, whose old process must stop before the new one starts."""

from engine.ports.rack import Phase
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import Stage, begin, make_live, reach, take_over

VOLUMES = ("data:/data",)


def running(stage: Stage) -> set[str]:
    found = stage.rack.processes("shop")
    return {process.release for process in found if process.status != "exited"}


def test_the_first_of_its_kind_starts_like_any_other(stage: Stage) -> None:
    first = target(1, service("db", image=stage.image, host=None, volumes=VOLUMES))
    begin(stage, first)

    assert not stage.rack.observe(first).of("db").waits_for_shift
    assert running(stage) == {"R1"}


def test_a_changed_one_waits_for_the_shift(stage: Stage) -> None:
    make_live(stage, target(1, service("db", image=stage.image, host=None, volumes=VOLUMES)))
    second = target(2, service("db", image=stage.image, host=None, version="2", volumes=VOLUMES))
    begin(stage, second)

    seen = stage.rack.observe(second).of("db")
    assert (seen.phase, seen.waits_for_shift) == (Phase.ABSENT, True)
    assert running(stage) == {"R1"}


def test_old_and_new_never_run_together(stage: Stage) -> None:
    make_live(stage, target(1, service("db", image=stage.image, host=None, volumes=VOLUMES)))
    second = target(2, service("db", image=stage.image, host=None, version="2", volumes=VOLUMES))
    begin(stage, second)
    stage.rack.shift(second)

    assert running(stage) == {"R2"}
    reach(stage, second, Phase.DRAINED)
    assert {found.release for found in stage.rack.processes("shop")} == {"R1", "R2"}
    stage.rack.retire(second)
    assert {found.release for found in stage.rack.processes("shop")} == {"R2"}


def test_a_revert_starts_the_old_one_again(stage: Stage) -> None:
    first = target(1, service("db", image=stage.image, volumes=VOLUMES))
    make_live(stage, first)
    second = target(2, service("db", image=stage.image, version="2", volumes=VOLUMES))
    begin(stage, second)
    take_over(stage, second)
    assert stage.answer("shop.test") == "2"
    stage.rack.revert(second)

    assert running(stage) == {"R1"}
    reach(stage, first, Phase.RETIRED)
    assert stage.answer("shop.test") == "1"


def test_a_failed_replacement_is_taken_back(stage: Stage) -> None:
    first = target(1, service("db", image=stage.image, volumes=VOLUMES))
    make_live(stage, first)
    second = target(2, service("db", image=stage.image, version="2", fail="crash", volumes=VOLUMES))
    begin(stage, second)
    stage.rack.shift(second)
    reach(stage, second, Phase.UNHEALTHY)
    stage.rack.revert(second)

    reach(stage, first, Phase.RETIRED)
    assert stage.answer("shop.test") == "1"


def test_an_unchanged_one_is_not_touched_by_the_rest(stage: Stage) -> None:
    db = service("db", image=stage.image, host=None, volumes=VOLUMES)
    make_live(stage, target(1, service(image=stage.image), db))
    before = [found.id for found in stage.rack.processes("shop") if found.service == "db"]
    make_live(stage, target(2, service(image=stage.image, version="2"), db))

    assert before == [found.id for found in stage.rack.processes("shop") if found.service == "db"]


def test_other_services_take_over_once_it_is_replaced(stage: Stage) -> None:
    db = service("db", image=stage.image, host=None, volumes=VOLUMES)
    make_live(stage, target(1, service(image=stage.image), db))
    changed = service("db", image=stage.image, host=None, version="2", volumes=VOLUMES)
    make_live(stage, target(2, service(image=stage.image, version="2"), changed))

    assert stage.answer("shop.test") == "2"
    assert running(stage) == {"R2"}
