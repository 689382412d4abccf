"""1,000 signed deliveries at 10 at a time, a tenth of them replays, beside a bare endpoint.

Ours understands each, records it and begins the jobs that are due, in the running bot with 200
workflows on a simulated rack, whose jobs begin, show their cards and go on meanwhile. The bare
endpoint only checks the signature. Both are processes of their own and get the same deliveries.
"""

import contextlib
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import yaml

from bench.ack import free_port
from bench.deliveries import MAIN, OTHER, SECRET, Answered, Story, deliver, first_sha, story
from bench.measure import Aim, Figures, Result, parser, percentile, report
from bench.processes import process, slack_environment, wait_until_ready, workspace
from bot.settings import load
from bot.wiring import wire
from engine.world import World
from storage import jobs, watched
from storage.store import Store
from storage.workflow_records import Head, JobStatus

DELIVERIES, REPLAYS, WORKFLOWS = 1000, 100, 200
RACK = "staging"
P99_LIMIT_MS = 250.0
SETTLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The jobs that were there in the end."""

    jobs: int
    missing: int  # due, and not there
    undue: int  # there, and not due
    duplicates: int
    begun: int  # had begun when the last delivery was answered
    repeats_told: int  # replays that were answered as such


def main() -> int:
    """Measure, print, and return the exit code."""
    arguments = parser(__doc__ or "").parse_args()
    told = story(repositories(), DELIVERIES, REPLAYS)
    with tempfile.TemporaryDirectory() as folder:
        ours, made = measure_ours(Path(folder), told)
    return report(result_of(told, ours, made, measure_peer(told)), as_json=arguments.json)


def repositories() -> list[str]:
    """Name a repository for each app; each has one workflow."""
    return [f"acme/app-{number:03}" for number in range(WORKFLOWS)]


def measure_ours(folder: Path, told: Story) -> tuple[Answered, Made]:
    """Deliver to the real bot, and see what it made of it."""
    with workspace() as facts, our_bot(folder, facts) as (url, database):
        answered = deliver(url, told.deliveries)
        store = Store(database)
        try:
            return answered, made_of(store, told, answered)
        finally:
            store.close()


def measure_peer(told: Story) -> Answered:
    """Deliver the same to the endpoint that only checks signatures."""
    port = free_port()
    words = ["-c", "from bench.bare_webhook import main; main()"]
    with process(words, {"PORT": str(port)}):
        wait_until_ready(port)
        return deliver(f"http://127.0.0.1:{port}", told.deliveries)


@contextlib.contextmanager
def our_bot(folder: Path, facts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Run ``rackhand run`` with a workflow for each repository; give its URL and database.

    Its GitHub is away: nothing that is delivered makes it ask there.
    """
    database, port, away = f"sqlite:///{folder / 'rackhand.db'}", free_port(), free_port()
    config = folder / "rackhand.yml"
    config.write_text(yaml.safe_dump(settings(f"127.0.0.1:{away}") | {"database": database}))
    environment = slack_environment(facts) | {
        "RACKHAND_SECRET_KEY": secrets.token_hex(32),
        "GITHUB_WEBHOOK_SECRET": SECRET,
        "GITHUB_TOKEN": "a token",
        "GITHUB_API_URL": f"http://127.0.0.1:{away}",
        "PORT": str(port),
        "LOG_LEVEL": "WARNING",
    }
    wired = wire(load(config, environment))
    try:
        see_all(wired.world)
    finally:
        wired.close()
    with process(["-m", "bot", "--config", str(config), "run"], environment):
        wait_until_ready(port)
        yield f"http://127.0.0.1:{port}", database


def settings(host: str) -> dict[str, object]:
    """Return what rackhand.yml says: an app and a workflow for each repository."""
    names = {repo: repo.partition("/")[2] for repo in repositories()}
    tasks = [{"wait": "1h"}, "build", {"promote": RACK}]
    return {
        "slack": {"channel": "#deploys"},
        "racks": {RACK: {"provider": "memory", "color": "green"}},
        "apps": {app: {"repo": f"http://{host}/{repo}.git"} for repo, app in names.items()},
        "workflows": {
            f"deliver-{app}": {"app": app, "on": {"push": "main"}, "tasks": tasks}
            for app in names.values()
        },
    }


def see_all(world: World) -> None:
    """Record where all branches are, as first looks would have, and the next looks for tomorrow."""
    now = world.clock.now()
    with world.store.write() as transaction:
        for one in watched.all_of_them(transaction):
            tomorrow = now + timedelta(days=1)
            watched.change(transaction, one.repo, looked_at=now, due_at=tomorrow)
            for ref in (MAIN, OTHER):
                sha = first_sha(one.repo, ref)
                head = Head(repo=one.repo, ref=ref, sha=sha, changes=0, seen_at=now)
                watched.add_head(transaction, head)


def made_of(store: Store, told: Story, answered: Answered) -> Made:
    """Count the jobs once each workflow's first has begun."""
    with store.read() as transaction:
        begun = sum(job.started_at is not None for job in jobs.latest(transaction, limit=10_000))
    due = Counter((repo.partition("/")[2], sha) for repo, sha in told.due)
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        with store.read() as transaction:
            found = jobs.latest(transaction, limit=10_000)
        running = {job.workflow for job in found if job.status is not JobStatus.QUEUED}
        if len(running) == len({app for app, _ in due}):
            break
        time.sleep(0.5)
    made = Counter((job.app, job.sha) for job in found)
    return Made(
        jobs=len(found),
        missing=len(due.keys() - made.keys()),
        undue=len(made.keys() - due.keys()),
        duplicates=made.total() - len(made),
        begun=begun,
        repeats_told=sum(answer["status"] == "repeated" for answer in answered.answers),
    )


def result_of(told: Story, ours: Answered, made: Made, peer: Answered) -> Result:
    """Return rates and percentiles of both, and the limits that were asked for."""
    figures = answers(ours)
    counted = {
        "jobs_due": float(len(told.due)),
        "jobs_made": float(made.jobs),
        "jobs_begun_meanwhile": float(made.begun),
        "replays_answered_as_repeated": float(made.repeats_told),
    }
    return Result(
        name="webhooks",
        ours={**figures, **counted},
        peer=answers(peer),
        peer_is="a Starlette endpoint that checks the signature and does nothing else",
        aims=[
            Aim(
                what="99 % of answers, ms",
                value=figures["answer_p99_ms"],
                limit=P99_LIMIT_MS,
                better="lower",
            ),
            *_exactly(
                {
                    "jobs made twice": made.duplicates,
                    "jobs due and not made": made.missing,
                    "jobs made and not due": made.undue,
                    "deliveries refused": ours.refused,
                }
            ),
        ],
    )


def answers(answered: Answered) -> Figures:
    """Return how fast deliveries were answered."""
    times: Sequence[float] = answered.after_s
    return {
        "accepted_per_s": (len(times) - answered.refused) / answered.seconds,
        "answer_p50_ms": percentile(times, 50) * 1000,
        "answer_p99_ms": percentile(times, 99) * 1000,
    }


def _exactly(counts: Mapping[str, int]) -> Iterator[Aim]:
    for what, value in counts.items():
        yield Aim(what=what, value=float(value), limit=0.0, better="lower")


if __name__ == "__main__":
    sys.exit(main())
