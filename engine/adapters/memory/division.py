"""How an app's traffic is divided among its simulated processes, now and in the last hour. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.adapters.memory.state import Division, RackState, Receiver, SimulatedProcess
from engine.adapters.placement import ALL, Look, Placement, Traffic, divisible

REMEMBERED_SECONDS = 3_600


def shares(
    placements: Sequence[Placement[SimulatedProcess]], looks: Mapping[str, Look]
) -> dict[str, int]:
    """Return the percent that the new processes get, of each service that divides its traffic."""
    return {
        placement.spec.name: _share(placement)
        for placement in placements
        if divisible(placement, looks)
    }


def weights(
    placement: Placement[SimulatedProcess], percent: int
) -> tuple[tuple[SimulatedProcess, int], ...]:
    """Return with which weights the wanted processes get *percent* of a service's traffic.

    New ones come first. Only those old ones share it that have traffic, or had it last.
    """
    olds = _with(Traffic.READY, placement.old) or _with(Traffic.DRAINING, placement.old)
    return (
        *((process, percent * len(olds)) for process in placement.wanted),
        *((process, (ALL - percent) * len(placement.wanted)) for process in olds),
    )


def noted(state: RackState, app: str, second: int) -> RackState:
    """Return the rack with the app's present division kept, where it is another than before."""
    known = state.divisions.get(app, ())
    present = _division(state, app, second)
    if known and (known[-1].receivers, known[-1].is_routed) == (
        present.receivers,
        present.is_routed,
    ):
        return state
    if not known and not present.receivers:
        return state  # it has never had traffic
    # A clock that was set back has what is later now happen anew.
    earlier = [one for one in known if one.second < second]
    forgotten = sum(one.second <= second - REMEMBERED_SECONDS for one in earlier[1:])
    divisions = (*earlier[forgotten:], present)
    return replace(state, divisions={**state.divisions, app: divisions})


def _division(state: RackState, app: str, second: int) -> Division:
    found: Counter[tuple[str, str, str, str]] = Counter()
    for process in state.processes:
        if process.app == app and process.traffic is Traffic.READY and process.weight:
            key = (process.service, process.promotion, process.image, process.failure)
            found[key] += process.weight
    return Division(
        second=second,
        receivers=tuple(
            Receiver(
                service=service, promotion=promotion, image=image, failure=failure, weight=weight
            )
            for (service, promotion, image, failure), weight in found.items()
        ),
        is_routed=any(of.startswith(f"{app}/") for of in state.hosts.values()),
    )


def _share(placement: Placement[SimulatedProcess]) -> int:
    new = sum(process.weight for process in _with(Traffic.READY, placement.wanted))
    old = sum(process.weight for process in _with(Traffic.READY, placement.old))
    return round(ALL * new / (new + old)) if new + old else 0


def _with(traffic: Traffic, processes: Sequence[SimulatedProcess]) -> list[SimulatedProcess]:
    return [process for process in processes if process.traffic is traffic]
