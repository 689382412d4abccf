"""The contract's stage on a simulated rack."""

import itertools
from datetime import UTC, datetime, timedelta

from engine.adapters.memory import Behaviour, MemoryRack, MemoryWorld
from engine.adapters.memory.traffic import split
from engine.adapters.placement import Traffic
from engine.ports.rack import Rack, ServiceSpec, Target
from tests.contract.rack.stage import BrokenOff, Stage


class SteppedClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class MemoryStage:
    """Asks the world's state where a real stage would ask a router."""

    image = "sha256:" + "1" * 64
    absent_image = "sha256:" + "0" * 64

    def __init__(
        self,
        name: str = "staging",
        world: MemoryWorld | None = None,
        clock: SteppedClock | None = None,
    ) -> None:
        self.world = world or MemoryWorld(any_image=False)
        self.clock = clock or SteppedClock()
        self.rack: Rack = MemoryRack(name, self.world, self.clock)
        self.world.add_image(name, self.image)
        self._images = itertools.count(2)
        self._turns = itertools.count()

    def now(self) -> datetime:
        return self.clock.now()

    def pass_time(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)

    def answer(self, host: str) -> str:
        state = self.world.rack(self.rack.name)
        if host.lower() not in state.hosts:
            return "404"
        app, service = state.hosts[host.lower()].split("/")
        serving = [
            process
            for process in state.processes
            if (process.app, process.service) == (app, service) and process.traffic is Traffic.READY
        ]
        if not serving:
            return "503"
        taken = split(1, [process.weight for process in serving], next(self._turns))
        return serving[taken.index(1)].fingerprint.split()[1]

    def keep_busy(self, target: Target, service: ServiceSpec, *, seconds: float) -> None:
        whose = f"{target.app}/{service.name}"
        self.world.behave(whose, Behaviour(session_seconds=seconds, sessions=1))

    def send(
        self, service: ServiceSpec, *, per_second: int, seconds: int, failed_percent: int = 0
    ) -> int:
        asked = Behaviour(requests_per_second=per_second, failed_percent=failed_percent)
        self.world.behave(self.image, asked)
        self.clock.at = self.clock.at.replace(microsecond=0) + timedelta(seconds=1 + seconds)
        return per_second * seconds

    def lose_router(self) -> None:
        self.world.lose_router(self.rack.name)

    def restarted(self) -> Rack:
        return MemoryRack(self.rack.name, self.world, self.clock)

    def neighbour(self) -> Stage:
        return MemoryStage("production", self.world, self.clock)

    def break_off_after(self, *, changes: int | None) -> None:
        made = itertools.count()

        def count(_: str) -> None:
            if next(made) == changes:
                raise BrokenOff

        self.world.on_call = count

    def add_image_of(self, app: str) -> str:
        image_id = f"sha256:{next(self._images):064x}"
        self.world.add_image(self.rack.name, image_id, app=app)
        return image_id
