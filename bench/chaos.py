"""200 promotions and rollbacks on simulated racks and 20 on an engine, in a process killed anyhow.

Rackhand is a process of its own that is killed with SIGKILL at random moments and started again,
until all has been asked for and has ended; then it may finish what is to be told. Apps take their
turns side by side: promotions, rollbacks, releases that cannot live. What each must come to, and
what its thread must tell, is what the same kind of turn did in the same run before anybody was
killed. Seeds and moments are printed on standard error.
"""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import docker

from bench import disturbed
from bench.build import quiet
from bench.compose_chaos import Outcome as PeerOutcome
from bench.compose_chaos import killed_updates
from bench.measure import Aim, Figures, Result, parser, report
from bench.own_engine import own_engine
from bench.processes import end_cleanly_when_asked
from bench.turns import Kind

PEER = (
    "docker compose up -d (Debian's docker-compose) on the same engine, each of its updates killed "
    "with SIGKILL at a random moment; it ended as it should where the whole app is of one release, "
    "old or new, though nobody runs the command again"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is done."""

    apps: int = 20  # on the simulated rack
    turns: Mapping[Kind, int]  # of each of them
    on_engine: Mapping[Kind, int]

    @property
    def in_memory(self) -> int:
        """How many turns there are on the simulated rack."""
        return self.apps * sum(self.turns.values())

    @property
    def in_all(self) -> int:
        """How many turns there are."""
        return self.in_memory + sum(self.on_engine.values())


FULL = Plan(
    turns={Kind.PROMOTE: 6, Kind.ROLLBACK: 3, Kind.BROKEN: 1},
    on_engine={Kind.PROMOTE: 12, Kind.ROLLBACK: 6, Kind.BROKEN: 2},
)
QUICK = Plan(
    apps=4,
    turns={Kind.PROMOTE: 1, Kind.ROLLBACK: 1, Kind.BROKEN: 1},
    on_engine={Kind.PROMOTE: 1, Kind.ROLLBACK: 1, Kind.BROKEN: 1},
)


def main() -> int:
    """Measure, print, and return the exit code."""
    options = parser(__doc__ or "")
    options.add_argument("--seed", type=int, default=7, help="of the moments and the turns")
    options.add_argument("--quick", action="store_true", help="check the benchmark: two minutes")
    given = options.parse_args()
    plan = QUICK if given.quick else FULL
    end_cleanly_when_asked()
    print(f"seed {given.seed}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as name, quiet(), own_engine("chaos") as engine:
        folder = Path(name)
        counts = {f"shop-{number}": plan.turns for number in range(plan.apps)}
        memory = disturbed.on_memory(folder / "memory", counts, given.seed)
        real = disturbed.on_engine(folder / "engine", plan.on_engine, engine, given.seed)
        peer = killed_updates(
            folder / "peer", engine, _image(engine), sum(plan.on_engine.values()), given.seed
        )
    return report(result_of(memory, real, peer, plan, given.seed), as_json=given.json)


def result_of(
    memory: disturbed.Outcome, real: disturbed.Outcome, peer: PeerOutcome, plan: Plan, seed: int
) -> Result:
    """Return the figures of both, and the limits that were asked for."""
    told = memory.heard + real.heard
    ended_well = memory.as_they_should + real.as_they_should
    left = memory.leftovers + real.leftovers
    ours: Figures = {
        "seed": seed,
        "turns_on_memory": memory.turns,
        "as_they_should_on_memory": memory.as_they_should,
        "kills_on_memory": memory.kills,
        "leftovers_on_memory": memory.leftovers,
        "seconds_on_memory": memory.seconds,
        "turns_on_engine": real.turns,
        "as_they_should_on_engine": real.as_they_should,
        "kills_on_engine": real.kills,
        "leftovers_on_engine": real.leftovers,
        "seconds_on_engine": real.seconds,
        "share_as_they_should_on_engine": real.as_they_should / real.turns,
        "messages": told.messages,
        "duplicates": told.duplicates,
        "losses": told.losses,
    }
    return Result(
        name="chaos",
        ours=ours,
        peer={
            "turns_on_engine": peer.updates,
            "as_they_should_on_engine": peer.as_they_should,
            "kills_on_engine": peer.updates,
            "leftovers_on_engine": peer.leftovers,
            "share_as_they_should_on_engine": peer.as_they_should / peer.updates,
        },
        peer_is=PEER,
        aims=[
            Aim(what="ended as they should", value=ended_well, limit=plan.in_all, better="higher"),
            Aim(what="messages said twice", value=told.duplicates, limit=0, better="lower"),
            Aim(what="messages lost", value=told.losses, limit=0, better="lower"),
            Aim(what="leftovers", value=left, limit=0, better="lower"),
        ],
    )


def _image(engine: str) -> str:
    """Return the image of the sample app that Rackhand has built on the engine."""
    client = docker.DockerClient(engine)
    try:
        found = client.images.list(filters={"reference": "rackhand/shop/web"})
        return str(found[0].id)
    finally:
        client.close()


if __name__ == "__main__":
    sys.exit(main())
