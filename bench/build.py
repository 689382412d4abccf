"""Our build, from command to release candidate, beside ``docker build`` of the same commit.

Both build the sample app's two images with BuildKit on the same engine, side by side, in turns:
cold (every step anew) and cached. Ours fetches and checks out the commit, keeps the log and writes
the release down; the peer has its checkout already.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.measure import Aim, Result, parser, report
from bot.demo.stage import github_for, set_up
from bot.local_github.running import running_github
from bot.process import running_bot
from bot.workspace.manifest import load_manifest
from bot.workspace.running import running_workspace
from bot.workspace.settings import WorkspaceSettings
from commands.request import Origin, Request, Standing
from commands.run import run
from engine.adapters.docker_cli import find_cli
from engine.lifecycle import is_final
from engine.world import World
from scripts import base_images
from scripts.demo import engine_for_the_demo
from storage import builds, ids
from storage.records import BuildStatus, Person

RUNS = 5
FACTOR, SECONDS = 1.05, 0.5  # what ours may take: so many times the peer's, and so much more
TARGETS = ("web", "worker")
LOOK_SECONDS = 0.01
PERSON = Person(team="bench", user="bench", name="bench")


def main() -> int:
    """Measure, print, and return the exit code."""
    arguments = parser(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder, quiet(), engine_for_the_demo() as engine:
        base_images.ensure(engine)
        times = measure(Path(folder), engine)
    return report(result_of(times), as_json=arguments.json)


@contextmanager
def quiet() -> Iterator[None]:
    """Send what setting up prints to standard error: standard output is for the result."""
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def measure(folder: Path, engine: str) -> Mapping[str, list[float]]:
    """Return the seconds of each run, ours and the peer's, cold and cached."""
    times: dict[str, list[float]] = {
        name: [] for name in ("ours_cold", "peer_cold", "ours_cached", "peer_cached")
    }
    workspace_settings = WorkspaceSettings(manifest=load_manifest(Path("manifest.yml")))
    github_settings = github_for(folder / "demo")
    with (
        running_workspace(workspace_settings) as workspace,
        running_github(github_settings) as github,
    ):
        stage = set_up(folder / "demo", engine, workspace, github)
        with running_bot(stage.settings) as world:
            build_ours(world, cold=False)  # both begin with a warm engine and a fetched mirror
            build_peer(stage.shop.path, engine, cold=False)
            for _ in range(RUNS):
                for name, cold in (("cold", True), ("cached", False)):
                    times[f"ours_{name}"].append(build_ours(world, cold=cold))
                    times[f"peer_{name}"].append(build_peer(stage.shop.path, engine, cold=cold))
    return times


def build_ours(world: World, *, cold: bool) -> float:
    """Say the command; return the seconds until its release candidate is on record."""
    started = time.perf_counter()
    words = ("build", "shop", "--rack", "staging", *(("--no-cache",) if cold else ()))
    reply = run(
        world,
        Request(
            actor=PERSON,
            standing=Standing.MEMBER,
            origin=Origin.TERMINAL,
            words=words,
            key=ids.new_id("K"),
        ),
    )
    assert reply.follow, reply
    while True:
        with world.store.read() as transaction:
            build = builds.get(transaction, reply.follow)
        if build and is_final(build.status):
            assert build.status is BuildStatus.SUCCEEDED, build.reason
            return time.perf_counter() - started
        time.sleep(LOOK_SECONDS)


def build_peer(checkout: Path, engine: str, *, cold: bool) -> float:
    """Have the docker command build both images; return the seconds until both are there."""
    cli = find_cli()
    if cli is None:
        raise SystemExit("No docker command here builds with BuildKit: install docker.io.")
    environment = {**os.environ, **cli.build_environment, "DOCKER_HOST": engine}

    def build(target: str) -> None:
        words = ["--target", target, "--tag", f"peer/{target}", *(["--no-cache"] if cold else [])]
        subprocess.run(
            [cli.path, *cli.build_words, *words, str(checkout)],
            env=environment,
            check=True,
            capture_output=True,
        )

    started = time.perf_counter()
    with ThreadPoolExecutor(len(TARGETS)) as pool:
        list(pool.map(build, TARGETS))
    return time.perf_counter() - started


def result_of(times: Mapping[str, list[float]]) -> Result:
    """Return medians, and how far ours is beyond what it may take."""
    middle = {name: median(values) for name, values in times.items()}
    return Result(
        name="build",
        ours={f"{kind}_s": middle[f"ours_{kind}"] for kind in ("cold", "cached")},
        peer={f"{kind}_s": middle[f"peer_{kind}"] for kind in ("cold", "cached")},
        aims=[
            Aim(
                what=f"{kind}: seconds over {FACTOR} × docker build",
                value=middle[f"ours_{kind}"] - FACTOR * middle[f"peer_{kind}"],
                limit=SECONDS,
                better="lower",
            )
            for kind in ("cold", "cached")
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
