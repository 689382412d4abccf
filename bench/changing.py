"""Changing the sample app under load, through Rackhand and through ``docker compose up -d``."""

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench import health_time
from bench.compose_peer import ROUTER_PORT as PEER_ROUTER_PORT
from bench.compose_peer import compose_peer
from bench.deployed import NETWORK, ROUTER_PORT, Change, Deployed, deployed
from bench.processes import workspace
from bench.sample_app import BROKEN, HOST
from bench.visitors import KINDS
from bench.visits import RATE, Visits, visited
from storage.records import PromotionStatus

SEED = 3
SETTLE_SECONDS = 3.0
LONGEST_WAIT_SECONDS = 240.0  # for visitors to come up to the number that was asked for
SCALES = (3, 2, 4, 3, 2)
MIDDLE = frozenset({PromotionStatus.SHIFTING, PromotionStatus.DRAINING, PromotionStatus.BAKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is done."""

    promotions: int = 20
    others: int = 5  # rollbacks, broken releases, changes of scale: so many of each
    undisturbed_seconds: float = 60.0
    requests: int = 100_000  # while the app is changed

    @property
    def changes(self) -> int:
        """How many there are in all."""
        return self.promotions + 3 * self.others


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One new release that was asked for, in seconds of the monotonic clock."""

    clicked: float
    ended: float
    mark: str  # what it says
    is_killed: bool = False  # Rackhand was killed meanwhile


@dataclass(slots=True)
class Run:
    """What was done to the app and when, and what visitors saw of it."""

    visits: Visits = field(default_factory=Visits)
    undisturbed: tuple[float, float] = (0.0, 0.0)
    disturbed: tuple[float, float] = (0.0, 0.0)
    updates: list[Update] = field(default_factory=list)
    ended_well: int = 0
    health_seconds: float = 0.0  # that the app's check takes by itself


def through_rackhand(folder: Path, engine: str, plan: Plan) -> tuple[Run, str]:
    """Change the app in Slack; return also the image, which stays on the engine."""
    run = Run()
    with workspace() as facts, deployed(folder, facts, engine) as app:
        image = app.image()
        with visited(app.router_address(), ROUTER_PORT, HOST, folder) as run.visits:
            run.undisturbed = _leave_alone(plan)
            run.health_seconds = health_time.measure(engine, image, NETWORK)
            began = time.monotonic()
            for number, change in enumerate(_changes(app, plan), 1):
                _note(run, change)
                _say(f"{number}/{plan.changes} {_shown(change)}")
            _wait_for_visitors(began, plan)
            run.disturbed = (began, time.monotonic())
    return run, image


def through_compose(folder: Path, engine: str, image: str, plan: Plan) -> Run:
    """Update the app by the command, as often as it was promoted."""
    run = Run()
    with (
        compose_peer(folder, engine, image) as peer,
        visited(peer.router_address(), PEER_ROUTER_PORT, HOST, folder) as run.visits,
    ):
        run.undisturbed = _leave_alone(plan)
        began = time.monotonic()
        for number in range(1, plan.promotions + 1):
            mark, clicked = f"release-{number}", time.monotonic()
            peer.update(mark)
            time.sleep(SETTLE_SECONDS)  # its router has still to find and check the new ones
            run.updates.append(Update(clicked=clicked, ended=time.monotonic(), mark=mark))
            _say(f"{number}/{plan.promotions} docker compose up -d")
        run.disturbed = (began, time.monotonic())
    return run


def _changes(app: Deployed, plan: Plan) -> Iterator[Change]:
    """Do all changes in an order that chance has made; a promotion is first."""
    kinds = ["promotion"] * (plan.promotions - 1)
    for kind in ("rollback", "broken", "scale"):
        kinds += [kind] * plan.others
    random.Random(SEED).shuffle(kinds)
    done = dict.fromkeys(kinds, 0)
    for kind in ["promotion", *kinds]:
        number = done[kind] = done[kind] + 1
        match kind:
            case "promotion":
                is_the_one = number == plan.promotions // 2 + 1
                yield app.promote(f"release-{number}", killed_at=MIDDLE if is_the_one else None)
            case "rollback":
                yield app.roll_back()
            case "broken":
                yield app.promote_broken(BROKEN[number % len(BROKEN)])
            case "scale":
                yield app.scale(SCALES[(number - 1) % len(SCALES)])


def _note(run: Run, change: Change) -> None:
    expected = PromotionStatus.FAILED if change.what == "broken" else PromotionStatus.SUCCEEDED
    run.ended_well += change.promotion.status is expected
    if change.what not in {"broken", "scale"} and change.mark is not None:
        run.updates.append(
            Update(
                clicked=change.clicked,
                ended=change.ended,
                mark=change.mark,
                is_killed=change.is_killed,
            )
        )


def _shown(change: Change) -> str:
    """Say how a change went, and after how many seconds which of its milestones was on record."""
    steps = ", ".join(f"{name} {seconds:.2f}" for name, seconds in change.milestones)
    return f"{change.what}: {change.promotion.status} ({steps}) {change.promotion.reason or ''}"


def _leave_alone(plan: Plan) -> tuple[float, float]:
    time.sleep(SETTLE_SECONDS)
    began = time.monotonic()
    time.sleep(plan.undisturbed_seconds)
    return began, time.monotonic()


def _wait_for_visitors(began: float, plan: Plan) -> None:
    """Let them go on until they have surely asked as often as was asked for."""
    wanted = plan.requests / (RATE * len(KINDS)) * 1.02
    time.sleep(min(LONGEST_WAIT_SECONDS, max(0.0, began + wanted - time.monotonic())))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
