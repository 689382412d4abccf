"""Lets a Rackhand that is killed over and over take turns, and looks at what came of it."""

import random
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import leftovers
from bench.bots import Bot, bot_in
from bench.deployed import APP, RACK, deployed
from bench.killing import killed_at_random
from bench.processes import workspace
from bench.reading import Heard, heard, milestones, names
from bench.sample_app import BROKEN, make_repository
from bench.turns import EVERY_KIND, Kind, Turns, in_chance_order
from bot.workspace.client import Visitor
from engine.lifecycle import is_final
from storage.records import BuildStatus

MEMORY_RACK = "memory"
MEMORY_BROKEN = ("FAIL=crash", "FAIL=unhealthy")
MEMORY_LIFE_SECONDS, ENGINE_LIFE_SECONDS = 6.0, 10.0  # the longest that a process may live
CHANNELS = tuple(f"chaos-{number}" for number in range(10))
TURN_SECONDS = 120.0  # all turns of an app may take so long, each
SETTLE_SECONDS = 600.0
SWEEP_SECONDS = 7.0  # one sweep of a rack is surely over


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of all turns on one kind of rack."""

    turns: int
    as_they_should: int
    kills: int
    heard: Heard
    leftovers: int
    seconds: float


def on_memory(folder: Path, counts: Mapping[str, Mapping[Kind, int]], seed: int) -> Outcome:
    """Let apps on a simulated rack take turns side by side; *counts* is by app."""
    apps = list(counts)
    repository = make_repository(folder / "repository")
    settings = {
        "slack": {"channel": "#deploys"},
        "racks": {MEMORY_RACK: {"provider": "memory", "color": "green"}},
        "apps": {
            app: {
                "repo": str(repository),
                "branch": "main",
                "channel": f"#{CHANNELS[number % len(CHANNELS)]}",
            }
            for number, app in enumerate(apps)
        },
    }
    with (
        workspace() as facts,
        bot_in(folder, facts, settings, quick_start=True) as bot,
        Visitor(facts["url"]) as ada,
    ):
        for name in CHANNELS:
            ada.make_channel(name)
            ada.invite("rackhand", name)
        bot.start()
        _go_live(bot, apps)
        return _disturbed(
            Turns(bot=bot, rack=MEMORY_RACK, broken_by=MEMORY_BROKEN),
            ada,
            counts,
            seed,
            life_seconds=MEMORY_LIFE_SECONDS,
            left_over=lambda: leftovers.of_simulated_rack(bot, MEMORY_RACK),
        )


def on_engine(folder: Path, counts: Mapping[Kind, int], engine: str, seed: int) -> Outcome:
    """Let the sample app take turns on a real engine."""
    with workspace() as facts, deployed(folder, facts, engine, quick_start=True) as app:
        tags = leftovers.image_tags(engine)
        turns = Turns(bot=app.bot, rack=RACK, broken_by=BROKEN)
        return _disturbed(
            turns,
            app.ada,
            {APP: counts},
            seed,
            life_seconds=ENGINE_LIFE_SECONDS,
            left_over=lambda: leftovers.of_engine(app.bot, RACK, engine, tags=tags),
        )


def _disturbed(
    turns: Turns,
    ada: Visitor,
    counts: Mapping[str, Mapping[Kind, int]],
    seed: int,
    *,
    life_seconds: float,
    left_over: Callable[[], int],
) -> Outcome:
    """Take a turn of each kind in peace, then all the others with a bot that is being killed."""
    bot, chance, rack = turns.bot, random.Random(seed), turns.rack
    expected = _in_peace(turns, next(iter(counts)))
    bot.end(signal.SIGTERM)
    turns.done.clear()
    kinds = {app: in_chance_order(chance, wanted) for app, wanted in counts.items()}
    began = time.monotonic()
    with killed_at_random(bot, chance, longest_seconds=life_seconds) as kills:
        turns.take(kinds, TURN_SECONDS * max(len(one) for one in kinds.values()))
    bot.wait_until(
        lambda: not leftovers.unfinished(bot), SETTLE_SECONDS, "an end of all that is to be told"
    )
    seconds = time.monotonic() - began
    time.sleep(SWEEP_SECONDS)
    found, left = heard(bot, ada, turns.done, expected), left_over()
    bot.end(signal.SIGTERM)  # the lease of the one that lives is none that was left
    left += leftovers.of_database(bot, rack)
    return Outcome(
        turns=len(turns.done),
        as_they_should=sum(turn.as_it_should for turn in turns.done),
        kills=len(kills.after_seconds),
        heard=found,
        leftovers=left,
        seconds=seconds,
    )


def _in_peace(turns: Turns, app: str) -> Mapping[Kind, Sequence[str]]:
    """Return the milestones that each kind of turn tells when nobody disturbs it."""
    turns.take({app: EVERY_KIND}, TURN_SECONDS * len(EVERY_KIND))
    if not all(turn.as_it_should for turn in turns.done):
        raise SystemExit("Even without a kill a turn did not end as it should.")
    return {turn.kind: names(milestones(turns.bot, turn.id)) for turn in turns.done}


def _go_live(bot: Bot, apps: Sequence[str]) -> None:
    """Build each app and make it live, all side by side."""
    builds = [bot.begin("build", app, "--rack", MEMORY_RACK) for app in apps]
    for build in builds:
        if bot.ends(build, SETTLE_SECONDS).status is not BuildStatus.SUCCEEDED:
            raise SystemExit(f"{build} failed on a simulated rack.")
    begun = [bot.begin("promote", "--app", app, "--rack", MEMORY_RACK) for app in apps]
    bot.wait_until(
        lambda: all(is_final(bot.subject(one).status) for one in begun), SETTLE_SECONDS, "live apps"
    )
