"""The alternative under the same kind of trouble: ``docker compose up -d`` killed at random.

Nobody runs it again, as nothing does so by itself; only then the command is run once more, in
peace, to have a whole app for the next try.
"""

import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.compose_peer import COMMAND_SECONDS, ComposePeer, compose_peer
from bench.sample_app import REPLICAS

SETTLE_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of all updates."""

    updates: int
    as_they_should: int  # the whole app is of one release
    leftovers: int  # dead containers, and such as are too many


def killed_updates(folder: Path, engine: str, image: str, count: int, seed: int) -> Outcome:
    """Update the app so often, each time killed at a moment that chance chooses."""
    chance = random.Random(seed)
    whole = left = 0
    with compose_peer(folder, engine, image) as peer:
        began = time.monotonic()
        peer.update("in-peace")
        usual_seconds = time.monotonic() - began
        for number in range(1, count + 1):
            after_seconds = chance.uniform(0.0, usual_seconds)
            seen = _killed(peer, f"release-{number}", after_seconds)
            alive = {release: count for release, count in seen.items() if release != "dead"}
            is_whole = list(alive.values()) == [REPLICAS]
            whole += is_whole
            left += seen["dead"] + max(0, sum(alive.values()) - REPLICAS)
            print(
                f"docker compose {number} killed after {after_seconds:.3f} s: {dict(seen)}",
                file=sys.stderr,
                flush=True,
            )
            peer.update(f"repaired-{number}")
    return Outcome(updates=count, as_they_should=whole, leftovers=left)


def _killed(peer: ComposePeer, mark: str, after_seconds: float) -> Counter[str]:
    """Kill one update; return how many containers of each release there are then."""
    process = peer.begin(mark)
    time.sleep(after_seconds)
    process.send_signal(signal.SIGKILL)
    process.wait(COMMAND_SECONDS)
    time.sleep(SETTLE_SECONDS)
    return peer.releases()
