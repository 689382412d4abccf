"""What any rack tells of its processes and of itself."""

from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import Stage, begin, make_live, take_over


def test_a_process_tells_where_it_comes_from(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))

    (process,) = stage.rack.processes("shop")

    assert (process.app, process.service) == ("shop", "web")
    assert (process.release, process.promotion) == ("R1", "P1")
    assert process.status == "healthy"
    assert process.started_at.tzinfo is not None
    assert len(process.id) == 12


def test_an_old_process_is_draining_after_the_shift(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    take_over(stage, second)

    statuses = {found.release: found.status for found in stage.rack.processes("shop")}

    assert statuses == {"R1": "draining", "R2": "healthy"}


def test_all_apps_are_listed_unless_one_is_named(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    make_live(stage, target(2, service("job", image=stage.image, host=None), app="blog"))

    assert {found.app for found in stage.rack.processes()} == {"shop", "blog"}
    assert {found.app for found in stage.rack.processes("blog")} == {"blog"}


def test_logs_are_the_last_lines_of_all_processes_in_order(stage: Stage) -> None:
    web = service(image=stage.image, replicas=2)
    make_live(stage, target(1, web, service("job", image=stage.image, host=None)))

    lines = stage.rack.logs("shop", service=None, since=None, tail=100)

    assert {line.service for line in lines} == {"web", "job"}
    assert list(lines) == sorted(lines, key=lambda line: line.at)
    assert stage.rack.logs("shop", service=None, since=None, tail=2) == lines[-2:]
    only = stage.rack.logs("shop", service="job", since=None, tail=100)
    assert {line.service for line in only} == {"job"}
    assert stage.rack.logs("shop", service=None, since=None, tail=0) == ()


def test_logs_since_a_moment_leave_out_what_was_before(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    (process,) = stage.rack.processes("shop")
    stage.pass_time(1.1)
    make_live(stage, target(2, service("job", image=stage.image, host=None), app="blog"))
    (later,) = stage.rack.processes("blog")

    assert stage.rack.logs("shop", service=None, since=process.started_at, tail=9)
    assert not stage.rack.logs("shop", service=None, since=later.started_at, tail=9)


def test_a_rack_without_promotions_is_empty(stage: Stage) -> None:
    rack = stage.neighbour().rack

    assert rack.processes() == ()
    assert rack.logs("shop", service=None, since=None, tail=9) == ()
    assert rack.status().router == "absent"


def test_a_rack_tells_its_engine_and_its_router(stage: Stage) -> None:
    stage.rack.prepare(target(1, service(image=stage.image)))

    assert stage.rack.status().engine
    assert stage.rack.status().router != "absent"
