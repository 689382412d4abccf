"""From a push on GitHub to live on staging, beside the sum of what cannot be saved.

The demo's sample app goes the way of the Continuous Delivery workflow: a commit is pushed over
HTTP, a signed webhook tells of it, its check turns green at once, it is built, and promoted on a
Docker engine; the clock stops once the router answers with the new version. The parts are measured
in the same run and in turns: ``docker build`` of a commit of the same kind, and how long the app's
health takes by itself. That is the longer of its two services' own: web is asked once a second and
has to pass twice, and worker, which has no check, has to stay up for five seconds.
"""

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import docker
import httpx

from bench import health_time
from bench.build import build_peer, quiet
from bench.measure import Aim, Result, parser, report
from bot.demo.show import take_down
from bot.demo.stage import HOST, REPOSITORY, Stage, github_for, set_up
from bot.local_github.client import Client
from bot.local_github.running import running_github
from bot.process import running_bot
from bot.workspace.manifest import load_manifest
from bot.workspace.running import running_workspace
from bot.workspace.settings import WorkspaceSettings
from commands.request import Origin, Request, Standing
from commands.run import run
from engine.ports.rack import HealthCheck, HealthKind
from engine.world import World
from scripts import base_images
from scripts.demo import engine_for_the_demo
from storage import ids, jobs
from storage.records import Person

ROUNDS = 5
OVERHEAD_SECONDS = 3.0
CHECK = "ci/test"
RACK = "staging"
UP_SECONDS = HealthCheck(kind=HealthKind.STAYS_UP).up_seconds
TASKS = ("wait_for_checks", "build", "promote")
LOOK_SECONDS = 0.02
LONGEST_SECONDS = 180.0
SETTLE_SECONDS = 1.0  # between two rounds, once the last promotion has ended
PERSON = Person(team="bench", user="bench", name="bench")
WORKFLOW = """
workflows:
  delivery:
    app: shop
    on: {push: main}
    tasks: [wait_for_checks, build, {promote: staging}]
"""


def main() -> int:
    """Measure, print, and return the exit code."""
    arguments = parser(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder, quiet(), engine_for_the_demo() as engine:
        base_images.ensure(engine)
        times = measure(Path(folder), engine)
    return report(result_of(times), as_json=arguments.json)


def measure(folder: Path, engine: str) -> Mapping[str, list[float]]:
    """Return the seconds of each round: the whole way, and each part of it by itself."""
    times: dict[str, list[float]] = {"whole": [], "build": [], "health": []}
    times |= {f"task_{kind}": [] for kind in TASKS}
    workspace_settings = WorkspaceSettings(manifest=load_manifest(Path("manifest.yml")))
    with (
        running_workspace(workspace_settings) as workspace,
        running_github(github_for(folder)) as github,
    ):
        stage = set_up(folder, engine, workspace, github)
        stage.shop.bake_for(1)
        try:
            with running_bot(stage.settings) as world:
                _say(world, "workflows", "new", "--yaml", WORKFLOW)
                client = github.client(REPOSITORY)
                _deliver(world, stage, client, "100")  # the first has nothing beside it
                for number in range(ROUNDS):
                    times["whole"].append(_deliver(world, stage, client, f"1{number}1"))
                    for kind, seconds in _of_newest_job(world).items():
                        times[f"task_{kind}"].append(seconds)
                    _mark(stage, f"1{number}2")
                    times["build"].append(build_peer(stage.shop.path, engine, cold=False))
                    times["health"].append(_health(engine))
        finally:
            take_down(stage)
    return times


def _deliver(world: World, stage: Stage, github: Client, version: str) -> float:
    """Push a version whose check is green; return the seconds until staging shows it."""
    sha = stage.shop.commit(version, f"Version {version}")
    started = time.perf_counter()
    stage.shop.push()
    github.check_run(sha, CHECK, "success")
    address = f"http://127.0.0.1:{stage.ports[RACK]}/api"
    with httpx.Client(headers={"Host": HOST}, trust_env=False, timeout=5.0) as visitor:
        while _shown(visitor, address) != version:
            if time.perf_counter() - started > LONGEST_SECONDS:
                raise TimeoutError(f"Version {version} did not go live.")
            time.sleep(LOOK_SECONDS)
    took = time.perf_counter() - started
    while "running" in str(_say(world, "jobs")):
        time.sleep(SETTLE_SECONDS)
    time.sleep(SETTLE_SECONDS)
    return took


def _of_newest_job(world: World) -> Mapping[str, float]:
    """Return how long each of its tasks took; a promotion ends only once its bake is over."""
    with world.store.read() as transaction:
        (job,) = jobs.latest(transaction, limit=1)
        tasks = jobs.tasks_of(transaction, job.id)
    return {
        str(one.kind): (one.finished_at - one.started_at).total_seconds()
        for one in tasks
        if one.started_at and one.finished_at
    }


def _shown(visitor: httpx.Client, address: str) -> str | None:
    try:
        answer = visitor.get(address)
        return str(answer.json()["version"]) if answer.status_code == httpx.codes.OK else None
    except (httpx.HTTPError, ValueError):
        return None


def _mark(stage: Stage, version: str) -> None:
    """Change the checkout as a commit would: the peer builds something new as well."""
    (stage.shop.path / "version.txt").write_text(f"{version}\n", "utf-8")


def _health(engine: str) -> float:
    """Return how long it takes until both services that the peer has just built are healthy."""
    client = docker.DockerClient(engine)
    try:
        web = health_time.measure(engine, client.images.get("peer/web").id or "", "bridge")
        return max(web, _stays_up(client, "peer/worker"))
    finally:
        client.close()


def _stays_up(client: docker.DockerClient, image: str) -> float:
    """Start a process that has no check, and return how long it takes to have stayed up."""
    began = time.monotonic()
    container = client.containers.create(image, init=True)
    try:
        container.start()
        time.sleep(UP_SECONDS)
        container.reload()
        assert container.status == "running", container.logs()
        return time.monotonic() - began
    finally:
        container.remove(force=True)


def _say(world: World, *words: str) -> object:
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
    assert not reply.failed, reply
    return reply


def result_of(times: Mapping[str, list[float]]) -> Result:
    """Return medians, and how much longer the whole takes than its parts."""
    whole, build, health = (median(times[name]) for name in ("whole", "build", "health"))
    return Result(
        name="merge",
        ours={
            "push_to_live_s": whole,
            "push_to_live_max_s": max(times["whole"]),
            **{f"task_{kind}_s": median(times[f"task_{kind}"]) for kind in TASKS},
        },
        peer={"push_to_live_s": build + health, "build_s": build, "health_s": health},
        peer_is="the sum of docker build and the time that the app's health takes by itself",
        aims=[
            Aim(
                what="seconds over docker build and the wait for health",
                value=whole - build - health,
                limit=OVERHEAD_SECONDS,
                better="lower",
            )
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
