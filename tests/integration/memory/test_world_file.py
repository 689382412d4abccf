"""Simulated racks in a file that several processes share."""

from pathlib import Path

from engine.adapters.memory import Behaviour, MemoryRack, MemoryWorld
from engine.ports.rack import Phase
from tests.contract.rack.memory_stage import SteppedClock
from tests.contract.rack.specs import service, target

IMAGE = "sha256:" + "1" * 64


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
