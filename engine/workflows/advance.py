"""One job's tick: claim it, see what its tasks made, plan, act, record and tell."""

from datetime import timedelta

from engine import lookup
from engine.announce import card, in_words
from engine.errors import PortError, Unreachable, UserError
from engine.leases import held
from engine.workflows import tell
from engine.workflows.decide import Notice, Outcome, Plan, is_superseded, plan
from engine.workflows.line import made_for
from engine.workflows.moves import move_job, move_task, skip
from engine.workflows.reading import settings_of
from engine.workflows.tasks import KINDS, times
from engine.workflows.tasks.work import Work
from engine.world import World
from storage import jobs, promotions
from storage.records import Promotion
from storage.store import Stale, Transaction
from storage.workflow_records import Job, JobStatus, Task, TaskStatus, job_of

J = JobStatus
T = TaskStatus
AGAIN = timedelta(seconds=2)  # until the next try, where something did not answer
STEPS_A_TICK = 20  # a job with nothing to wait for passes several tasks in one tick


def advance(world: World, job_id: str) -> None:
    """Take a job as far as it can go now. A repeat goes on from where it stands."""
    with held(world, f"job:{job_id}") as lease:
        if lease is None:
            return
        for _ in range(STEPS_A_TICK):
            lease.check()
            try:
                if not _step(world, job_id):
                    return
            except Stale:
                continue  # somebody canceled it meanwhile: read it anew


def _step(world: World, job_id: str) -> bool:
    """Take one step; return whether anything has moved."""
    with world.store.read() as transaction:
        job = lookup.job(transaction, job_id)
        tasks = jobs.tasks_of(transaction, job_id)
        made = made_for(transaction, tasks)
    step = plan(job, tasks, made, world.clock.now())
    if step.status or step.skip or step.begin:
        with world.store.write() as transaction:
            _move(world, transaction, job, step)
        return True
    moved = [_look(world, job, task) for task in step.look]
    moved += [_stop(world, job, task) for task in step.stop]
    if step.end:
        with world.store.write() as transaction:
            _end(world, transaction, job, step.end, is_superseded(tasks, made))
    return any(moved)


def _move(world: World, transaction: Transaction, job: Job, step: Plan) -> None:
    """Begin what is next, or skip what will not be; both change nothing outside."""
    if step.status:
        move_job(world, transaction, job, step.status)
        return
    if step.skip:
        skip(world, transaction, job)
        return
    now = world.clock.now()
    for task in step.begin:
        changes = {"started_at": now, **times(settings_of(task), now)}
        move_task(world, transaction, job, task, T.RUNNING, **changes)


def _look(world: World, job: Job, task: Task) -> bool:
    try:
        outcome = KINDS[task.kind].look(Work(world=world, job=job, task=task))
    except UserError as error:
        outcome = Outcome(then=T.FAILED, changes={"reason": in_words(error)})
    except Unreachable as error:
        outcome = _unreached(world, task, error)
    except PortError as error:
        outcome = Outcome(then=T.FAILED, changes={"reason": in_words(error)})
    return _record(world, job, task, outcome)


def _stop(world: World, job: Job, task: Task) -> bool:
    try:
        outcome = KINDS[task.kind].stop(Work(world=world, job=job, task=task))
    except PortError as error:
        outcome = _unreached(world, task, error)
    return _record(world, job, task, outcome)


def _unreached(world: World, task: Task, error: PortError) -> Outcome:
    """Keep the task where it is, and say once that it has to wait."""
    words = in_words(error)
    notice = Notice(
        name=f"waits:{task.position}", text=f"{tell.capital(tell.named(task))}: {words}"
    )
    changes = {"progress": words, "look_at": world.clock.now() + AGAIN}
    return Outcome(changes=changes, notices=(notice,))


def _record(world: World, job: Job, task: Task, outcome: Outcome) -> bool:
    """Write down what became of a task, and tell it; True when it moved."""
    changes = {
        name: value for name, value in outcome.changes.items() if getattr(task, name) != value
    }
    if not (outcome.then or changes or outcome.notices):
        return False
    with world.store.write() as transaction:
        now = world.clock.now()
        for notice in outcome.notices:
            tell.notice(transaction, job, notice.name, notice.text, now, notice.tone)
        if outcome.then:
            move_task(world, transaction, job, task, outcome.then, **changes)
            return True
        if changes:
            jobs.change_task(transaction, task, **changes)
            if changes.keys() - {"look_at"}:
                card(transaction, job, now)
        return bool(changes.keys() & {"made", "release_id"})


def _end(
    world: World, transaction: Transaction, job: Job, end: JobStatus, superseded: Promotion | None
) -> None:
    if end is J.SUPERSEDED and superseded:
        newer = _newer_job(transaction, superseded)
        if newer:
            carries = (*newer.carries, *job.carries, job.id)
            jobs.change(transaction, newer, carries=carries)
            card(transaction, newer, world.clock.now())
        by = newer.id if newer else None
        move_job(world, transaction, job, end, reason=superseded.reason, superseded_by=by)
        return
    move_job(world, transaction, job, end, **_reason(transaction, job, end))


def _reason(transaction: Transaction, job: Job, end: JobStatus) -> dict[str, str]:
    """Return why it ended, of a job whose tasks are why."""
    if job.reason or end not in {J.FAILED, J.CANCELED}:
        return {}
    ends = {T.FAILED, T.CANCELED}
    causes = [one for one in jobs.tasks_of(transaction, job.id) if one.status in ends]
    found = [f"{tell.named(one)}: {one.reason}" for one in causes if one.reason]
    return {"reason": found[0]} if found else {}


def _newer_job(transaction: Transaction, superseded: Promotion) -> Job | None:
    """Return the open job whose promotion took the place of this one."""
    latest = promotions.latest(transaction, app=superseded.app, rack=superseded.rack)
    for promotion in latest:
        if promotion.created_at > superseded.created_at and promotion.for_task:
            return jobs.get(transaction, str(job_of(promotion.for_task)))
    return None
