"""Simulated racks in a file that several processes share."""

import json
from datetime import timedelta
from pathlib import Path

from engine.adapters.memory import Behaviour, MemoryRack, MemoryWorld
from engine.ports.rack import Hook, Phase
from tests.contract.rack.memory_stage import SteppedClock
from tests.contract.rack.specs import service, target

IMAGE = "sha256:" + "1" * 64
BEFORE = Hook.BEFORE_PROMOTE


def test_a_world_opened_again_is_as_it_was_left(tmp_path: Path) -> None:
    clock = SteppedClock()
    first = target(1, service(image=IMAGE))
    MemoryRack("staging", MemoryWorld(tmp_path / "world.json"), clock).start(first)

    again = MemoryWorld(tmp_path / "world.json")

    assert [found.release for found in MemoryRack("staging", again, clock).processes()] == ["R1"]
    assert again.journal == ("staging: start router", "staging: start P1 web 1")


def test_two_openings_of_one_file_see_each_others_changes(tmp_path: Path) -> None:
    clock = SteppedClock()
    bot, terminal = (MemoryWorld(tmp_path / "world.json") for _ in range(2))
    first = target(1, service(image=IMAGE))
    MemoryRack("staging", bot, clock).start(first)
    terminal.behave("shop", Behaviour(never_healthy="GET {path} answered 500"))

    seen = MemoryRack("staging", bot, clock).observe(first).of("web")

    assert (seen.phase, seen.reason) == (Phase.STARTING, "GET /health answered 500")


def test_no_value_of_the_environment_gets_into_the_file(tmp_path: Path) -> None:
    secret = service(image=IMAGE, version="hunter2", fingerprint="f")
    rack = MemoryRack("staging", MemoryWorld(tmp_path / "world.json"), SteppedClock())
    rack.start(target(1, secret))

    assert "hunter2" not in (tmp_path / "world.json").read_text()


def test_shares_hooks_and_what_was_counted_outlast_the_process(tmp_path: Path) -> None:
    clock = SteppedClock()

    def opened() -> MemoryRack:
        world = MemoryWorld(tmp_path / "world.json", requests_per_second=10)
        return MemoryRack("staging", world, clock)

    for number in (1, 2):
        web = service(image=IMAGE, version=str(number), hooks={BEFORE: ("migrate",)})
        wanted = target(number, web)
        opened().start(wanted)
        clock.at += timedelta(seconds=2)
        opened().shift(wanted, percent=100 if number == 1 else 50)
    opened().run_hook(wanted, "web", BEFORE)
    clock.at += timedelta(seconds=10)

    assert opened().observe(wanted).of("web").share == 50
    assert opened().run_hook(wanted, "web", BEFORE).exit_code == 0
    samples = opened().measure(wanted, since=clock.at - timedelta(seconds=11)).samples
    assert [(one.old.requests, one.new.requests) for one in samples] == [(5, 5)] * 10


def test_a_file_of_a_version_without_hooks_and_shares_is_read(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    first = target(1, service(image=IMAGE))
    MemoryRack("staging", MemoryWorld(path), SteppedClock()).start(first)
    written = json.loads(path.read_text())
    for name in ("hooks", "divisions"):
        del written["racks"]["staging"][name]
    del written["racks"]["staging"]["processes"][0]["weight"]
    path.write_text(json.dumps(written))

    rack = MemoryRack("staging", MemoryWorld(path), SteppedClock())

    assert [found.release for found in rack.processes()] == ["R1"]
