"""A hundred promotions at once telling into ten channels that keep Slack's limits.

In real time: the bot's own ticks on a simulated rack, and a workspace in a process of its own that
answers 429 like Slack. Every tenth release crashes. Beside it, after it and under the same load,
runs a relay that posts as fast as it can and honours Retry-After.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bench.fleet import SERVICE, Fleet, fleet
from bench.measure import Aim, Result, parser, report
from bench.naive_relay import NaiveRelay
from bench.processes import workspace
from bench.telling import finals_told, read_all, seconds_allowed, seconds_to_last_message
from bot.relay.poster import Poster
from bot.relay.relay import Relay
from bot.scheduler import Ticks
from bot.workspace.client import Visitor
from bot.workspace.controls import Controls
from engine.adapters.memory import Behaviour
from engine.world import World
from storage import outbox, promotions

PROMOTIONS = 100
CHANNELS = tuple(f"bench-{number}" for number in range(10))
BAKE_SECONDS = 2.0
CRASHING = 10  # one in so many
LOOK_SECONDS = 0.5
LIMIT_SECONDS = 600.0
CALL_SECONDS = 15
FACTOR = 1.2  # of the time that our budgets allow
TOO_MANY = 429

MakeRelay = Callable[[World, Poster], Relay | NaiveRelay]


class CountingClient(WebClient):
    """Counts the calls that Slack took, and those that it refused for being too many."""

    def __init__(self, url: str, token: str) -> None:
        """Never try again by itself."""
        super().__init__(token=token, base_url=url, timeout=CALL_SECONDS, retry_handlers=[])
        self.taken: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def api_call(self, api_method: str, **arguments: Any) -> Any:
        """Call, and count."""
        try:
            answer = super().api_call(api_method, **arguments)
        except SlackApiError as error:
            if error.response.status_code == TOO_MANY:
                self.refused[api_method] += 1
            raise
        self.taken[api_method] += 1
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one relay did."""

    finals: int
    refused: int
    posts: int
    edits: int
    seconds: float
    seconds_allowed: float


def main() -> int:
    """Measure, print, and return the exit code."""
    arguments = parser(__doc__ or "")
    arguments.add_argument("--promotions", type=int, default=PROMOTIONS)
    asked = arguments.parse_args()
    ours = measure(asked.promotions, Relay)
    peer = measure(asked.promotions, NaiveRelay)
    return report(result_of(ours, peer, count=asked.promotions), as_json=asked.json)


def measure(count: int, make_relay: MakeRelay) -> Outcome:
    """Let *count* promotions run and be told of, all at once. Raises ``TimeoutError``."""
    channels = [f"#{name}" for name in CHANNELS]
    with (
        tempfile.TemporaryDirectory() as folder,
        workspace() as facts,
        fleet(Path(folder), count, bake_seconds=BAKE_SECONDS, channels=channels) as one,
    ):
        make_channels(facts["url"])
        client = CountingClient(facts["api_url"], facts["bot_token"])
        ids = tell_all(one, make_relay(one.world, Poster(client)))
        told = read_all(one.world, ids)
        return Outcome(
            finals=finals_told(one.world, facts["url"], told),
            refused=client.refused.total(),
            posts=client.taken["chat.postMessage"],
            edits=client.taken["chat.update"],
            seconds=seconds_to_last_message(told),
            seconds_allowed=seconds_allowed(told),
        )


def make_channels(url: str) -> None:
    """Make the channels with the bot in them, and have Slack's limits kept from now on."""
    with Visitor(url) as host:
        for name in CHANNELS:
            host.make_channel(name)
            host.invite("rackhand", name)
    with Controls(url) as controls:
        controls.rate_limits(enabled=True)


def tell_all(one: Fleet, relay: Relay | NaiveRelay) -> Sequence[str]:
    """Promote every app at once and return the promotions once all of them is told."""
    for app in list(one.newer)[::CRASHING]:
        crash = Behaviour(exit_code=3, exit_after_seconds=0.5)
        (image,) = one.newer[app].images
        assert image.service == SERVICE
        one.simulated.behave(image.image_id, crash)
    ticks = Ticks(one.world, cast(Relay, relay))
    ticks.start()
    try:
        ids = [one.promote(app) for app in one.newer]
        wait_until_told(one.world)
    finally:
        ticks.stop()
    return ids


def wait_until_told(world: World) -> None:
    """Return once every promotion has ended and nothing is left to tell."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        with world.store.read() as transaction:
            left = len(promotions.unfinished(transaction)) + outbox.pending_count(transaction)
        if not left:
            return
        time.sleep(LOOK_SECONDS)
    raise TimeoutError(f"{left} things are still to be told after {LIMIT_SECONDS:.0f} s.")


def result_of(ours: Outcome, peer: Outcome, *, count: int) -> Result:
    """Return the figures of both, and the limits that were asked for."""
    return Result(
        name="relay",
        ours=figures(ours) | {"seconds_that_budgets_allow": ours.seconds_allowed},
        peer=figures(peer),
        aims=[
            Aim(what="final states told", value=ours.finals, limit=count, better="higher"),
            Aim(what="calls refused with 429", value=ours.refused, limit=0, better="lower"),
            Aim(
                what="time to the last message, over what our budgets allow",
                value=ours.seconds / ours.seconds_allowed,
                limit=FACTOR,
                better="lower",
            ),
        ],
    )


def figures(outcome: Outcome) -> dict[str, float]:
    """Name what both did."""
    return {
        "final_states_told": outcome.finals,
        "refused_with_429": outcome.refused,
        "posts": outcome.posts,
        "edits": outcome.edits,
        "seconds_to_last_message": outcome.seconds,
    }


if __name__ == "__main__":
    sys.exit(main())
