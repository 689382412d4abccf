"""Hooks on a real engine: what they reach, who reaches them, and when they go."""

import docker

from engine.ports.rack import Hook, HookRun, ServiceSpec, Target
from tests.contract.rack.docker_stage import DockerStage
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import begin, make_live, take_over

BEFORE = Hook.BEFORE_PROMOTE
LOOK_UP = "import socket, sys; print(sorted(socket.gethostbyname_ex(sys.argv[1])[2]))"
HANG = ("python", "-c", "import time; print('waiting', flush=True); time.sleep(600)")


def web(stage: DockerStage, version: str, *command: str) -> ServiceSpec:
    hooks = {BEFORE: command} if command else {}
    return service(image=stage.image, version=version, hooks=hooks)


def run_to_its_end(stage: DockerStage, wanted: Target) -> HookRun:
    for _ in range(300):
        run = stage.rack.run_hook(wanted, "web", BEFORE)
        if not run.running:
            return run
        stage.pass_time(0.1)
    raise AssertionError(f"it does not end: {run}")


def hooks(engine: docker.DockerClient) -> set[str]:
    found = engine.containers.list(all=True, filters={"label": "rackhand.hook"})
    return {str(container.name) for container in found}


def test_a_hook_reaches_the_services_of_its_app_and_is_not_taken_for_one(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    db = service("db", image=stage.image, host=None)
    make_live(stage, target(1, web(stage, "1"), db))
    second = target(2, web(stage, "2", "python", "-c", LOOK_UP, "db"), db)

    assert run_to_its_end(stage, second).exit_code == 0

    third = target(3, web(stage, "3", *HANG), db)
    assert stage.rack.run_hook(third, "web", BEFORE).running
    looked_up = engine.containers.get("staging-shop-db-P1-1").exec_run(
        ["python", "-c", LOOK_UP, "web"]
    )
    assert looked_up.exit_code == 0
    assert isinstance(looked_up.output, bytes)
    assert looked_up.output.decode().count("'") == 2, "web is one process, its hook none"
    assert {found.release for found in stage.rack.processes("shop")} == {"R1"}


def test_a_hook_is_never_started_again_by_the_engine(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    first = target(1, web(stage, "1", "python", "-c", "import sys; sys.exit(9)"))
    stage.rack.prepare(first)
    assert run_to_its_end(stage, first).exit_code == 9
    stage.pass_time(1)

    (name,) = hooks(engine)
    assert engine.containers.get(name).attrs["RestartCount"] == 0
    assert stage.rack.run_hook(first, "web", BEFORE).exit_code == 9


def test_a_hook_whose_command_is_not_there_is_told_and_cleared_up(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    first = target(1, web(stage, "1", "no-such-program"))
    stage.rack.prepare(first)

    try:
        run = run_to_its_end(stage, first)
        assert run.exit_code == 127
        assert "no-such-program" in " ".join(run.last_log)
    finally:
        stage.rack.revert(first)
    assert hooks(engine) == set()


def test_a_promotion_that_ends_removes_what_earlier_ones_left_and_nothing_younger(
    stage: DockerStage, engine: docker.DockerClient
) -> None:
    first, second, third = (target(number, web(stage, str(number), "true")) for number in (1, 2, 3))
    stage.rack.prepare(first)
    run_to_its_end(stage, first)
    begin(stage, second)
    run_to_its_end(stage, second)
    run_to_its_end(stage, third)
    take_over(stage, second)
    stage.rack.retire(second)

    assert hooks(engine) == {"staging-shop-web-P3-before_promote"}
