"""What every builder does, real or simulated."""

import re
from collections.abc import Callable

import pytest

from engine.errors import Canceled
from engine.ports.builder import BuildEvent, BuildFailed, BuildSpec, Built
from tests.contract.builder.conftest import Bench, Watcher

Run = Callable[[BuildSpec], Built]
SpecOf = Callable[..., BuildSpec]


def test_a_build_yields_an_image_id(run: Run, spec_of: SpecOf) -> None:
    built = run(spec_of("FROM BASE\nRUN true\n"))
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", built.image_id)
    assert built.seconds >= 0


def test_the_same_content_built_again_is_the_same_image(run: Run, spec_of: SpecOf) -> None:
    first = run(spec_of("FROM BASE\nRUN echo same > /same\n"))
    again = run(spec_of("FROM BASE\nRUN echo same > /same\n", build_id="BANOTHERXXX"))
    assert again.image_id == first.image_id


def test_other_content_is_another_image(run: Run, spec_of: SpecOf) -> None:
    first = run(spec_of("FROM BASE\nRUN echo one > /file\n"))
    assert run(spec_of("FROM BASE\nRUN echo two > /file\n")).image_id != first.image_id


def test_each_step_is_told_once_with_its_number(
    run: Run, spec_of: SpecOf, watcher: Watcher
) -> None:
    run(spec_of("FROM BASE\nRUN echo a > /a\nRUN echo b > /b\n"))
    numbers = [step.split()[0] for step in watcher.steps]
    last = len(numbers)  # the classic builder adds a step for each label
    assert last >= 3
    assert numbers == [f"{number}/{last}" for number in range(1, last + 1)]
    assert watcher.steps[1] == f"2/{last} RUN echo a > /a"
    assert {event.service for event in watcher.events} == {"web"}


def test_a_failing_step_is_named_with_its_exit_code(run: Run, spec_of: SpecOf) -> None:
    with pytest.raises(BuildFailed) as failure:
        run(spec_of("FROM BASE\nRUN true\nRUN exit 3\n"))
    assert failure.value.service == "web"
    assert "exit 3" in failure.value.detail
    assert "exit code 3" in failure.value.detail


def test_a_missing_dockerfile_is_named(run: Run, spec_of: SpecOf) -> None:
    with pytest.raises(BuildFailed, match=r"Dockerfile.production"):
        run(spec_of("FROM BASE\n", dockerfile="Dockerfile.production"))


def test_a_missing_target_is_named(run: Run, spec_of: SpecOf) -> None:
    with pytest.raises(BuildFailed, match="nowhere"):
        run(spec_of("FROM BASE AS here\n", target="nowhere"))


def test_an_earlier_stage_can_be_the_target(run: Run, spec_of: SpecOf) -> None:
    dockerfile = "FROM BASE AS early\nEXPOSE 81\nFROM BASE AS late\nEXPOSE 82\n"
    assert run(spec_of(dockerfile, target="early")).port == 81
    assert run(spec_of(dockerfile, target="late")).port == 82


def test_the_lowest_exposed_tcp_port_is_told(run: Run, spec_of: SpecOf) -> None:
    assert run(spec_of("FROM BASE\nEXPOSE 9000 53/udp 8080/tcp\n")).port == 8080
    assert run(spec_of("FROM BASE\n")).port is None


def test_it_is_told_whether_the_image_brings_a_healthcheck(run: Run, spec_of: SpecOf) -> None:
    assert run(spec_of("FROM BASE\nHEALTHCHECK CMD true\n")).has_healthcheck
    assert not run(spec_of("FROM BASE\nHEALTHCHECK NONE\n")).has_healthcheck
    assert not run(spec_of("FROM BASE\n")).has_healthcheck


def test_a_cancel_ends_a_step_that_is_under_way(bench: Bench, spec_of: SpecOf) -> None:
    seen: list[BuildEvent] = []

    def canceled() -> bool:
        return any(event.step and event.step.startswith("2/") for event in seen)

    with pytest.raises(Canceled):
        bench.builder.build(
            spec_of(f"FROM BASE\n{bench.slow_step}\n"), on_event=seen.append, canceled=canceled
        )


def test_a_build_canceled_before_it_began_does_nothing(bench: Bench, spec_of: SpecOf) -> None:
    seen: list[BuildEvent] = []
    with pytest.raises(Canceled):
        bench.builder.build(spec_of("FROM BASE\n"), on_event=seen.append, canceled=lambda: True)
    assert not any(event.step for event in seen)


def test_a_build_that_ended_leaves_no_orphan(bench: Bench, run: Run, spec_of: SpecOf) -> None:
    run(spec_of("FROM BASE\n"))
    assert bench.builder.end_orphans("BCONTRACTXX") == 0
