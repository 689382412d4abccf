"""What the contract needs of a rack beside the port: to pass time, to ask it from outside."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from engine.ports.rack import Observation, Phase, Rack, ServiceSpec, Target

ORDER = tuple(Phase)


class Stage(Protocol):
    """A rack to try things on; everything on it is gone when the test ends."""

    rack: Rack
    image: str  # of ``specs.PROGRAM``; it is on the rack
    absent_image: str  # an image id that the rack does not have

    def pass_time(self, seconds: float) -> None:
        """Let at least *seconds* pass."""
        ...

    def now(self) -> datetime:
        """Return the rack's time."""
        ...

    def answer(self, host: str) -> str:
        """Ask the router for *host*; return the version that answers, or "404", "503"."""
        ...

    def keep_busy(self, target: Target, service: ServiceSpec, *, seconds: float) -> None:
        """Have one request in flight on the service, that takes *seconds* to its end."""
        ...

    def send(
        self, service: ServiceSpec, *, per_second: int, seconds: int, failed_percent: int = 0
    ) -> int:
        """Send requests through so many whole seconds; return how many in all, once those are over.

        *failed_percent* of them go to ``/broken``, which is answered with 500.
        """
        ...

    def lose_router(self) -> None:
        """Take the router away, as somebody might by accident."""
        ...

    def restarted(self) -> Rack:
        """Return the rack as a bot started anew sees it."""
        ...

    def neighbour(self) -> "Stage":
        """Another rack on the same engine."""
        ...

    def break_off_after(self, *, changes: int | None) -> None:
        """Let a ``BrokenOff`` come in place of the adapter's next but *changes* change."""
        ...

    def add_image_of(self, app: str) -> str:
        """Put a new image on the rack, as a build of *app* does; return its id."""
        ...


class BrokenOff(BaseException):
    """The bot was killed here."""


def reach(stage: Stage, target: Target, phase: Phase, *, seconds: float = 30) -> Observation:
    """Let time pass until all services have come as far as *phase*."""

    def is_there(seen: Observation) -> bool:
        wanted = ORDER.index(phase)
        return all(ORDER.index(service.phase) >= wanted for service in seen.services)

    return see(stage, target, is_there, seconds=seconds)


def see(
    stage: Stage, target: Target, wanted: Callable[[Observation], bool], *, seconds: float = 30
) -> Observation:
    """Let time pass until the observation is as *wanted*; fails after *seconds* of it."""
    step_seconds = 0.1
    for _ in range(int(seconds / step_seconds)):
        seen = stage.rack.observe(target)
        if wanted(seen):
            return seen
        stage.pass_time(step_seconds)
    raise AssertionError(f"not seen within {seconds} s: {seen}")


def answers(stage: Stage, host: str, *, times: int) -> Counter[str]:
    """Ask for *host* so often; return how often each version answered."""
    return Counter(stage.answer(host) for _ in range(times))


def begin(stage: Stage, target: Target) -> None:
    """Start the target, as often as it takes, until it is healthy."""
    healthy = {Phase.HEALTHY, Phase.SERVING, Phase.DRAINED, Phase.RETIRED}

    def has_begun(seen: Observation) -> bool:
        left = [service for service in seen.services if not service.waits_for_shift]
        if any(service.phase is Phase.ABSENT for service in left):
            stage.rack.start(target)
        return all(service.phase in healthy for service in left)

    stage.rack.prepare(target)
    stage.rack.start(target)
    see(stage, target, has_begun)


def take_over(stage: Stage, target: Target) -> None:
    """Shift until the target has all the traffic."""

    def has_shifted(seen: Observation) -> bool:
        serving = {Phase.SERVING, Phase.DRAINED, Phase.RETIRED}
        if all(service.phase in serving for service in seen.services):
            return True
        stage.rack.shift(target)
        return False

    see(stage, target, has_shifted)


def make_live(stage: Stage, target: Target) -> None:
    """Take the target through a whole promotion."""
    begin(stage, target)
    take_over(stage, target)
    reach(stage, target, Phase.DRAINED)
    stage.rack.retire(target)
    reach(stage, target, Phase.RETIRED)
