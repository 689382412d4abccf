"""What can be seen of a world: in the end, at each tick, and before each change of a rack."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from engine.adapters.memory.look import sessions
from engine.adapters.memory.state import SimulatedProcess
from engine.lifecycle import is_final
from storage import builds, claims, locks, outbox, promotions
from storage.records import PromotionStatus
from storage.workflow_records import Job
from tests.worlds import Scene

OF_A_MOMENT = re.compile(r":(\d{4}-\d\d-\d\dT.*|J[A-Z]{10})")
STOPS = ("stop", "remove")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A world at rest, without the names that chance has given."""

    promotions: tuple[tuple[str, ...], ...]  # what, its end, and what its thread told, in order
    builds: tuple[tuple[str, ...], ...]
    live: Mapping[tuple[str, str], str]  # app and rack → commit
    processes: Mapping[str, Counter[tuple[str, ...]]]  # by rack
    routes: Mapping[str, Mapping[str, str]]
    images: Mapping[str, frozenset[str]]
    hooks: Counter[str]  # how often each was run
    locks: tuple[tuple[str, str], ...]
    jobs: tuple[tuple[str, ...], ...]  # each with its end, its tasks' ends, and what it told
    shown: tuple[str, ...]  # on the forge: of commits, and the last deployment to each rack


def ending_of(scene: Scene) -> Ending:
    """Look at everything that a story may have changed."""
    with scene.store.read() as transaction:
        all_builds = builds.latest(transaction, limit=1_000)[::-1]
        all_live = promotions.all_live(transaction)
        all_locks = locks.all_locks(transaction)
    states = {rack: scene.memory.rack(rack) for rack in scene.world.racks}
    return Ending(
        promotions=tuple(
            (one.kind, one.status, commit(scene, one.release_id), *milestones(scene, one.id))
            for one in scene.all_promotions()
        ),
        builds=tuple((one.status, *milestones(scene, one.id)) for one in all_builds),
        live={(one.app, one.rack): commit(scene, one.release_id) for one in all_live},
        processes={
            rack: Counter(_without_chance(scene, one) for one in state.processes)
            for rack, state in states.items()
        },
        routes={rack: state.hosts for rack, state in states.items()},
        images={rack: frozenset(state.images) for rack, state in states.items()},
        hooks=hooks_run(scene),
        locks=tuple((one.app, one.rack) for one in all_locks),
        jobs=tuple(_of_job(scene, one) for one in scene.all_jobs()),
        shown=_shown(scene),
    )


def hooks_run(scene: Scene) -> Counter[str]:
    """How often each hook of a service was run, by the racks' own journal."""
    lines = [line.split(": ")[1].split() for line in scene.memory.journal]
    return Counter(" ".join(words[2:]) for words in lines if words[0] == "run")


def milestones(scene: Scene, subject: str) -> tuple[str, ...]:
    """The names of a thread's milestones and files in order, each as often as it was told."""
    keys = [one.key for one in scene.outgoing(subject) if one.kind in outbox.IN_THREAD]
    return tuple(OF_A_MOMENT.sub("", key.removeprefix(f"{subject}:")) for key in keys)


def everything_is_cleared_up(scene: Scene) -> None:
    """Assert that nothing is left of what has ended: no lease, process, route or checkout."""
    with scene.store.read() as transaction:
        assert claims.owners(transaction) == set(), "somebody still holds a lease"
        live = {(one.rack, one.app): one for one in promotions.all_live(transaction)}
    for one in scene.all_promotions():
        assert is_final(one.status) or one.status is PromotionStatus.AWAITING_APPROVAL
        assert not one.leftovers, f"something is left of {one.id}"
    for rack in scene.world.racks:
        wanted = {one.release_id for (place, _), one in live.items() if place == rack}
        shas = {commit(scene, one) for one in wanted}
        found = {commit(scene, one.release) for one in scene.processes(rack)}
        assert found == shas, f"{rack} runs other releases than the live ones"
        assert not scene.memory.rack(rack).hooks, f"{rack} still has the process of a hook"
        apps = {of.split("/")[0] for of in scene.memory.rack(rack).hosts.values()}
        assert apps == {app for place, app in live if place == rack}, f"{rack} has an old route"
    assert not list(scene.world.work_folder.glob("*")), "a checkout is left"


def somebody_always_serves(scene: Scene) -> None:
    """Assert that requests reach a process wherever a release is live."""
    for rack in scene.world.racks:
        assert scene.serving(rack) or not scene.live(rack), f"nothing serves on {rack}"


def nobody_is_cut_off(scene: Scene, change: str) -> None:
    """Assert that no process is stopped by *change* while it answers requests.

    Sessions that have had their drain time are ended before, and are told of.
    """
    verb, *named = change.split(" ")
    if verb not in STOPS or len(named) != 3:
        return
    promotion, service, number = named
    for rack in scene.world.racks:
        for one in scene.processes(rack):
            if (one.promotion, one.service, str(one.number)) == (promotion, service, number):
                left = sessions(one, scene.memory.behaviour_of(one), scene.clock.now())
                assert not left, f"{change}: {left} requests are cut off"


def commit(scene: Scene, release: str) -> str:
    """The subject of the commit that a release is of; in a story each has its own."""
    return scene.release(release).subject


def _of_job(scene: Scene, job: Job) -> tuple[str, ...]:
    ends = [f"{task.kind} {task.status}" for task in scene.tasks(job.id)]
    notes = [one.kind for one in scene.outgoing(job.id) if one.kind == "notice"]
    return (job.subject, job.status, *ends, *milestones(scene, job.id), *notes)


def _shown(scene: Scene) -> tuple[str, ...]:
    statuses = [
        f"{scene.source.commits[sha][0].subject} {context}: {one.state}"
        for there in scene.forge.repositories.values()
        for (sha, context), one in there.statuses.items()
    ]
    newest = {one.environment: one for one in scene.forge.deployments.values()}
    deployments = [
        f"{where} {scene.source.commits[one.sha][0].subject}: {one.states[-1].state}"
        for where, one in newest.items()
    ]
    return (*statuses, *deployments)


def _without_chance(scene: Scene, process: SimulatedProcess) -> tuple[str, ...]:
    return (
        process.app,
        process.service,
        str(process.number),
        commit(scene, process.release),
        process.traffic,
        "stopped" if process.stopped_at else "runs",
    )
