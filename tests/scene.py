"""A Rackhand that a test speaks to and lets time pass for."""

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from commands.reply import Button, Reply
from commands.request import Origin, Request, Standing
from commands.run import run
from engine import advance, build_worker, checkouts, queue, watch
from engine.adapters.memory import Behaviour, MemoryRack, MemoryWorld
from engine.adapters.memory.state import SimulatedProcess
from engine.adapters.memory_builder import MemoryBuilder
from engine.adapters.placement import Traffic
from engine.asking import Asking
from engine.workflows import advance as job_advance
from engine.workflows import jobs as job_story
from engine.workflows import line
from engine.workflows import look as looking
from engine.workflows.people import pusher
from engine.world import RackSpec, World
from storage import builds, claims, jobs, outbox, promotions, releases, workflows
from storage.records import (
    Build,
    Live,
    Outgoing,
    Person,
    Promotion,
    PromotionStatus,
    Release,
)
from storage.store import Store
from storage.workflow_records import Job, JobStatus, Task, TaskStatus, TriggerKind, Workflow
from tests.fakes import DOCKERFILE, FakeClock, FakeSource, Files
from tests.fakes_forge import FakeForge
from tests.reading import as_read, text_of

ADA = Person(team="T1", user="U1", name="Ada")
BOB = Person(team="T1", user="U2", name="Bob")
RACKS = {
    "staging": RackSpec(name="staging", provider="memory", color="green", bake_seconds=0),
    "production": RackSpec(
        name="production", provider="memory", color="red", protected=True, bake_seconds=0
    ),
}
SECRET_KEY = "a key for tests"


def compose(*services: str, **settings: str) -> Files:
    """Files of a Compose app: each service is built and routed; *settings* go under all."""
    lines = ["services:"]
    for service in services:
        lines += [f"  {service}:", "    build: .", "    x-rackhand:", "      port: 8080"]
        lines += [f"      {name}: {value}" for name, value in settings.items()]
    return {**DOCKERFILE, "compose.yaml": "\n".join(lines) + "\n"}


@dataclass
class Scene:
    """A Rackhand that a test speaks to and lets time pass for."""

    world: World
    clock: FakeClock
    source: FakeSource
    memory: MemoryWorld
    builder: MemoryBuilder
    forge: FakeForge
    on_tick: list[Callable[["Scene"], None]] = field(default_factory=list)
    keys: Iterator[int] = field(default_factory=itertools.count)

    @property
    def store(self) -> Store:
        return self.world.store

    def say(
        self,
        *words: str,
        who: Person = ADA,
        standing: Standing = Standing.MEMBER,
        origin: Origin = Origin.SLASH,
        key: str | None = None,
        channel: str | None = "C1",
        subject: str | None = None,
        secret_words: tuple[str, ...] = (),
    ) -> Reply:
        """Say a command and return its reply."""
        request = Request(
            actor=who,
            standing=standing,
            origin=origin,
            words=words,
            key=key or f"key-{next(self.keys)}",
            channel=channel,
            subject=subject,
            secret_words=secret_words,
        )
        reply = run(self.world, request)
        self.clock.pass_time(0.001)  # no two wishes are of the same moment
        return reply

    def did(self, *words: str, who: Person = ADA, subject: str | None = None) -> str:
        """Say a command that must begin something, and return the id of what it began."""
        reply = self.say(*words, who=who, subject=subject)
        assert reply.follow, f"{words} began nothing: {text_of(reply)}"
        return reply.follow

    def press(self, button: Button, *, who: Person = ADA, subject: str | None = None) -> Reply:
        """Press a button; one that opens a dialog is agreed to."""
        agreed = ("--yes",) if button.opens == "confirm" else ()
        return self.say(*button.words, *agreed, who=who, origin=Origin.BUTTON, subject=subject)

    # time

    def tick(self, seconds: float = 1.0, *, sweep: bool = True) -> None:
        """Do once what ``bot.scheduler`` does all the time, then let time pass."""
        for repo in looking.due(self.world):
            looking.look(self.world, repo)
        self.tick_jobs()
        for build_id in build_worker.due(self.world):
            build_worker.work(self.world, build_id)
        for promotion_id in queue.due(self.world):
            advance.advance(self.world, promotion_id)
        for rack in self.world.racks if sweep else ():
            watch.sweep(self.world, rack)
        for look in self.on_tick:
            look(self)
        self.clock.pass_time(seconds)

    def tick_jobs(self) -> None:
        """Do once what is to be done for jobs, and nothing else."""
        for job_id in line.due(self.world):
            job_advance.advance(self.world, job_id)

    def start_anew(self) -> None:
        """Let the process be gone; the next one makes everything anew and goes on."""
        dead = self.world.owner
        self.store.close()
        adapters = {name: MemoryRack(name, self.memory, self.clock) for name in self.world.racks}
        self.world = replace(
            self.world,
            store=Store(self.store.url),
            rack=adapters.__getitem__,
            stopping=threading.Event(),
            owner=f"next bot {next(self.keys)}",
        )
        with self.store.write() as transaction:
            claims.take_from(transaction, dead)
        checkouts.clear(self.world)

    def settle(self, *, seconds: float = 1.0, ticks: int = 400) -> None:
        """Tick until nothing is under way but what waits for a person."""
        for _ in range(ticks):
            if not self.under_way():
                return
            self.tick(seconds)
        raise AssertionError(f"still under way: {self.under_way()}")

    def pass_time(self, seconds: float, *, step: float = 5.0) -> None:
        """Tick for so long."""
        end = self.clock.now().timestamp() + seconds
        while (left := end - self.clock.now().timestamp()) > 0:
            self.tick(min(step, left))

    def until(self, promotion_id: str, *statuses: PromotionStatus) -> Promotion:
        """Tick until the promotion has one of *statuses*."""
        for _ in range(2_000):
            found = self.promotion(promotion_id)
            if found.status in statuses:
                return found
            self.tick()
        raise AssertionError(f"{found.status}, never {statuses}")

    def until_task(self, job_id: str, position: int, *statuses: TaskStatus) -> Task:
        """Tick until the task at *position* of a job has one of *statuses*."""
        for _ in range(2_000):
            found = self.tasks(job_id)[position]
            if found.status in statuses:
                return found
            self.tick()
        raise AssertionError(f"{found.status}, never {statuses}")

    def under_way(self) -> list[str]:
        """What has not ended, but for what waits for a person."""
        with self.store.read() as transaction:
            found: list[Build | Promotion | Job] = [
                *builds.unfinished(transaction),
                *promotions.unfinished(transaction),
                *jobs.with_status(transaction, jobs.OPEN),
            ]
            paused = {one.name for one in workflows.all_of_them(transaction) if one.paused_at}
        stirred = set(line.stirred(self.world))
        return [
            one.id for one in found if one.id in stirred or not _waits_for_a_person(one, paused)
        ]

    # short ways

    def built(self, subject: str = "Fix cart", files: Files = DOCKERFILE, **names: str) -> str:
        """Commit, build and return the release candidate's id."""
        self.source.commit(subject, files)
        build = self.did("build", "--rack", names.get("rack", "staging"), "--app", "web")
        self.settle()
        made = self.build(build)
        assert made.release_id, f"{made.status}: {made.reason}"
        return made.release_id

    def workflow(self, name: str, *tasks: Any, app: str = "web", **keys: Any) -> Workflow:
        """Have a workflow with these tasks, as its YAML has them; begun by pushes to main."""
        now = self.clock.now()
        made = Workflow(
            name=name,
            app=app,
            definition={"app": app, "on": {"push": "main"}, "tasks": list(tasks), **keys},
            revision=1,
            in_file=False,
            created_by=ADA,
            created_at=now,
            changed_at=now,
        )
        with self.store.write() as transaction:
            workflows.add(transaction, made)
        return made

    def push(self, subject: str, files: Files = DOCKERFILE, *, app: str = "web") -> str:
        """Push a commit to main, on the forge and where builds fetch it; return its sha."""
        sha = self.source.commit(subject, files)
        return self.forge.push(app, subject, sha=sha)

    def job_for(self, workflow: str, sha: str, *, ref: str = "refs/heads/main") -> str:
        """Begin a job for a commit as a push does, and return its id."""
        subject = self.source.commits[sha][0].subject
        with self.store.write() as transaction:
            found = workflows.get(transaction, workflow)
            assert found
            job = job_story.begin(
                self.world,
                transaction,
                found,
                ref=ref,
                sha=sha,
                cause=f"{ref}@{sha}#{next(self.keys)}",
                trigger=TriggerKind.PUSH,
                asked_by=pusher("ada", "Ada Lovelace"),
                subject=subject,
                author="Ada Lovelace",
            )
        assert job
        self.clock.pass_time(0.001)
        return job.id

    def cancel_job(self, job_id: str, *, who: Person = ADA) -> Job:
        """Ask for the end of a job."""
        asking = Asking(person=who, key=f"key-{next(self.keys)}")
        return job_story.cancel(self.world, asking, job_id)

    def retry_job(self, job_id: str, *, who: Person = ADA) -> str:
        """Ask for a job again, from where it failed, and return the id of the new one."""
        asking = Asking(person=who, key=f"key-{next(self.keys)}")
        return job_story.retry(self.world, asking, job_id).id

    def built_candidate(self, subject: str, files: Files = DOCKERFILE) -> str:
        """Build a release beside whatever else is under way."""
        self.source.commit(subject, files)
        build = self.did("build", "--rack", "staging", "--app", "web")
        build_worker.work(self.world, build)
        release = self.build(build).release_id
        assert release
        return release

    def went_live(self, release: str, *words: str) -> str:
        """Promote a release to a good end and return the promotion's id."""
        promotion = self.did("promote", release, *words)
        self.settle()
        assert self.promotion(promotion).status is PromotionStatus.SUCCEEDED
        return promotion

    def behave(self, release: str, behaviour: Behaviour) -> None:
        """Let all processes of a release behave so."""
        for image in self.release(release).images:
            self.memory.behave(image.image_id, behaviour)

    # what is on record

    def build(self, build_id: str) -> Build:
        with self.store.read() as transaction:
            found = builds.get(transaction, build_id)
        assert found
        return found

    def promotion(self, promotion_id: str) -> Promotion:
        with self.store.read() as transaction:
            found = promotions.get(transaction, promotion_id)
        assert found
        return found

    def job(self, job_id: str) -> Job:
        with self.store.read() as transaction:
            found = jobs.get(transaction, job_id)
        assert found
        return found

    def all_jobs(self) -> list[Job]:
        """Oldest first."""
        with self.store.read() as transaction:
            return jobs.latest(transaction, limit=10_000)[::-1]

    def tasks(self, job_id: str) -> list[Task]:
        with self.store.read() as transaction:
            return jobs.tasks_of(transaction, job_id)

    def all_promotions(self) -> list[Promotion]:
        """Oldest first."""
        with self.store.read() as transaction:
            return promotions.latest(transaction, limit=10_000)[::-1]

    def release(self, release_id: str) -> Release:
        with self.store.read() as transaction:
            found = releases.get(transaction, release_id)
        assert found
        return found

    def live(self, rack: str = "staging") -> Live | None:
        with self.store.read() as transaction:
            return promotions.live_on(transaction, app="web", rack=rack)

    def live_release(self, rack: str = "staging") -> str | None:
        live = self.live(rack)
        return live.release_id if live else None

    def environment(self, release_id: str) -> dict[str, str]:
        with self.store.read() as transaction:
            environment_id = self.release(release_id).environment_id
            found = releases.environment(transaction, environment_id) if environment_id else None
        return self.world.vault.open(found)

    def outgoing(self, subject: str) -> list[Outgoing]:
        with self.store.read() as transaction:
            return outbox.of_subject(transaction, subject)

    def told(self, subject: str) -> list[str]:
        """The texts of a thread in order, as people read them."""
        return [
            as_read(one.body["text"], [Person(**who) for who in one.body["people"]])
            for one in self.outgoing(subject)
            if one.kind == "milestone"
        ]

    # what is seen on the rack

    def processes(self, rack: str = "staging") -> tuple[SimulatedProcess, ...]:
        return self.memory.rack(rack).processes

    def serving(self, rack: str = "staging") -> set[str]:
        """The promotions whose routed processes get traffic."""
        return {one.promotion for one in self.processes(rack) if one.traffic is Traffic.READY}

    def serving_releases(self, rack: str = "staging") -> set[str]:
        return {one.release for one in self.processes(rack) if one.traffic is Traffic.READY}


def _waits_for_a_person(one: Build | Promotion | Job, paused: set[str]) -> bool:
    if isinstance(one, Job) and one.workflow in paused:
        return one.status is JobStatus.QUEUED or one.status is JobStatus.WAITING
    return one.status in {JobStatus.WAITING, PromotionStatus.AWAITING_APPROVAL}
