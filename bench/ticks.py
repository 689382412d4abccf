"""What a tick costs with 10 to 10,000 apps of which five are promoted, and a health sweep.

Rackhand's own processor time: what the simulated rack takes by itself is shown apart, and what
else the machine does meanwhile does not count. A second passes before each tick, so that each
measures the traffic too, as every fourth does in life. The alternative is a controller that takes
the same five promotions on, but first observes every live app at each tick.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.fleet import RACK, Fleet, fleet
from bench.measure import Aim, Result, parser, report
from bot.scheduler import TICK_SECONDS
from engine import advance, queue, watch
from engine.target import target_of
from storage import promotions
from storage.records import PromotionStatus

SIZES = (10, 100, 1000, 10_000)
ACTIVE = 5
TICKS, SWEEPS, NAIVE_TICKS = 40, 3, 1
BAKE_SECONDS = 3600.0  # longer than the benchmark: the five stay under way
STEADY_SECONDS = 60.0
MEASURED_EVERY_SECONDS = 1.0  # a promotion's traffic
FLAT = 1.2  # the most that a tick may cost with the most apps, over its cost with the fewest


@dataclass(slots=True)
class Costs:
    """What was measured of one kind of work at one size, a value each time that it was done."""

    own_ms: list[float] = field(default_factory=list)
    rack_ms: list[float] = field(default_factory=list)
    calls: list[float] = field(default_factory=list)


Work = Callable[[Fleet], object]
Measured = dict[str, list[Costs]]  # kind of work → its costs at each size


def main() -> int:
    """Measure, print, and return the exit code."""
    arguments = parser(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        fleets = [
            stack.enter_context(fleet(Path(folder), size, bake_seconds=BAKE_SECONDS))
            for size in SIZES
        ]
        for one in fleets:
            make_busy(one)
        gc.collect()
        gc.freeze()  # the simulated processes: on a real rack they are not in our memory
        measured = measure(fleets)
    return report(result_of(measured), as_json=arguments.json)


def make_busy(one: Fleet) -> None:
    """Promote five apps and tick until all of them bake. Raises ``TimeoutError``."""
    for app in list(one.newer)[:ACTIVE]:
        one.promote(app)
    deadline = time.monotonic() + STEADY_SECONDS
    while time.monotonic() < deadline:
        tick(one)
        with one.world.store.read() as transaction:
            baking = promotions.with_status(transaction, (PromotionStatus.BAKING,))
        if len(baking) == ACTIVE:
            return
        time.sleep(TICK_SECONDS)
    raise TimeoutError(f"The promotions do not bake after {STEADY_SECONDS:.0f} s.")


def tick(one: Fleet) -> None:
    """Do what the scheduler does for promotions at each tick, one after the other."""
    for promotion_id in queue.due(one.world):
        advance.advance(one.world, promotion_id)


def sweep(one: Fleet) -> None:
    """Do what the scheduler does for the health of what is live."""
    watch.sweep(one.world, RACK)


def naive_tick(one: Fleet) -> None:
    """Observe every live app, whether anything of it is under way or not, then go on as we do."""
    with one.world.store.read() as transaction:
        for live in promotions.all_live(transaction, rack=RACK):
            promotion = promotions.get(transaction, live.promotion_id)
            assert promotion
            one.world.rack(RACK).observe(target_of(one.world, transaction, promotion))
    tick(one)


def measure(fleets: Sequence[Fleet]) -> Measured:
    """Do each kind of work several times at each size, in turns."""
    return {
        "tick": costs(fleets, tick, times=TICKS),
        "sweep": costs(fleets, sweep, times=SWEEPS),
        "naive": costs(fleets, naive_tick, times=NAIVE_TICKS),
    }


def costs(fleets: Sequence[Fleet], work: Work, *, times: int) -> list[Costs]:
    """Return what *work* cost at each size. It is done once before with few apps, to warm up."""
    found = [Costs() for _ in fleets]
    work(fleets[0])
    for _ in range(times):
        for one, cost in zip(fleets, found, strict=True):
            one.clock.push(MEASURED_EVERY_SECONDS)
            one.rack.forget()
            began = time.process_time()
            work(one)
            took = time.process_time() - began
            cost.own_ms.append((took - one.rack.seconds) * 1000)
            cost.rack_ms.append(one.rack.seconds * 1000)
            cost.calls.append(one.rack.calls.total())
    return found


def result_of(measured: Measured) -> Result:
    """Return medians at each size, slopes, and the limits that were asked for."""
    tick_costs, sweep_costs = measured["tick"], measured["sweep"]
    ours = figures(tick_costs, "tick") | figures(sweep_costs, "sweep", least=True)
    ours["sweep_slope_cpu_ms_an_app"] = slope_ms(sweep_costs)
    return Result(
        name="ticks",
        ours=ours,
        peer=figures(measured["naive"], "tick"),
        aims=[
            Aim(
                what="a tick with the most apps over one with the fewest",
                value=median(tick_costs[-1].own_ms) / median(tick_costs[0].own_ms),
                limit=FLAT,
                better="lower",
            ),
            Aim(
                what="rack calls that a tick makes more with the most apps",
                value=max(tick_costs[-1].calls) - max(tick_costs[0].calls),
                limit=0,
                better="lower",
            ),
            Aim(
                what="rack calls that a sweep makes more with the most apps",
                value=max(sweep_costs[-1].calls) - max(sweep_costs[0].calls),
                limit=0,
                better="lower",
            ),
            Aim(
                what="what a sweep costs an app with the most apps over that with a tenth of them",
                value=growth(sweep_costs),
                limit=FLAT,
                better="lower",
            ),
        ],
    )


def figures(found: Sequence[Costs], name: str, *, least: bool = False) -> dict[str, float]:
    """Return the median, or the *least*, of each size; calls are the most there were."""
    typical = min if least else median
    shown = {}
    for size, cost in zip(SIZES, found, strict=True):
        shown[f"{name}_{size}_apps_cpu_ms"] = typical(cost.own_ms)
        shown[f"{name}_{size}_apps_rack_cpu_ms"] = typical(cost.rack_ms)
        shown[f"{name}_{size}_apps_rack_calls"] = max(cost.calls)
    return shown


def growth(found: Sequence[Costs]) -> float:
    """Return how much more an app costs at the largest size than at the one before."""
    return (min(found[-1].own_ms) / SIZES[-1]) / (min(found[-2].own_ms) / SIZES[-2])


def slope_ms(found: Sequence[Costs]) -> float:
    """Return what one more app costs, by the least squares over all sizes."""
    times = [min(cost.own_ms) for cost in found]
    mean_size, mean_time = sum(SIZES) / len(SIZES), sum(times) / len(times)
    spread = sum((size - mean_size) ** 2 for size in SIZES)
    together = zip(SIZES, times, strict=True)
    return sum((size - mean_size) * (time_ - mean_time) for size, time_ in together) / spread


if __name__ == "__main__":
    sys.exit(main())
