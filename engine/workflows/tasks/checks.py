"""The task that waits until the checks of the job's exact commit are green."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from engine import lookup
from engine.announce import in_words
from engine.durations import duration
from engine.errors import Limited, Unreachable, UserError
from engine.marks import link, literal, moment
from engine.ports.forge import Check, Checks, CheckState, Forge
from engine.workflows.decide import Notice, Outcome
from engine.workflows.definition import WaitForChecks
from engine.workflows.refs import branch_of, short_sha
from engine.workflows.tasks.work import Work
from engine.world import World
from storage.workflow_records import Job, Task, TaskStatus

T = TaskStatus
LOOK = timedelta(seconds=15)  # a webhook makes it earlier
TOLD_AFTER = timedelta(minutes=1)  # a forge that is away for less is not worth a word
SHOWN = 20  # checks kept for the card
NAMED = 5  # checks named in one sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the checks of a commit stand, as far as they count."""

    red: tuple[Check, ...]
    pending: tuple[str, ...]
    missing: tuple[str, ...]  # required, and never heard of
    is_green: bool


def look(work: Work) -> Outcome:
    """Ask the forge how the checks stand. Time in which it is away does not count."""
    job, task, now = work.job, work.task, work.now
    settings = work.settings
    assert isinstance(settings, WaitForChecks)
    forge, repo = _where(work.world, job)
    try:
        seen = forge.checks(repo, job.sha, branch=branch_of(job.ref))
    except Unreachable as error:
        return _away(forge, task, error, now)
    return decide(job, _back(task, now), settings, seen, now, back=_told_back(forge, task, now))


def decide(
    job: Job,
    task: Task,
    settings: WaitForChecks,
    seen: Checks,
    now: datetime,
    *,
    back: tuple[Notice, ...] = (),
) -> Outcome:
    """Say what becomes of the task with these checks."""
    standing = stand(seen, settings.required or seen.required or ())
    kept = {
        "found": _shown(seen, settings),
        "deadline_at": task.deadline_at,
        "look_at": now + LOOK,
        "progress": _progress(standing, seen),
    }
    if standing.red:
        return Outcome(then=T.FAILED, changes={**kept, "reason": _red(standing.red)}, notices=back)
    if standing.is_green:
        return Outcome(then=T.SUCCEEDED, changes=kept, notices=back)
    if task.deadline_at is not None and now >= task.deadline_at:
        reason = _late(standing, timedelta(seconds=settings.timeout_seconds))
        return Outcome(then=T.FAILED, changes={**kept, "reason": reason}, notices=back)
    since = task.started_at or now
    if now - since >= timedelta(seconds=settings.settle_seconds):
        back = (*back, *_unheard_of(job, task, standing, seen))
    return Outcome(changes=kept, notices=back)


def stand(seen: Checks, required: tuple[str, ...]) -> Standing:
    """Say how the checks stand: those *required*, or all where none is."""
    by_name = {check.name: check for check in seen.found}
    wanted = required or tuple(by_name)
    known = [by_name[name] for name in wanted if name in by_name]
    return Standing(
        red=tuple(check for check in known if check.state is CheckState.FAILED),
        pending=tuple(check.name for check in known if check.state is CheckState.PENDING),
        missing=tuple(name for name in wanted if name not in by_name),
        is_green=bool(wanted)
        and len(known) == len(wanted)
        and all(check.state is CheckState.PASSED for check in known),
    )


def _where(world: World, job: Job) -> tuple[Forge, str]:
    """Return the forge, and what it calls the job's repository."""
    if world.forge is None:
        raise UserError(
            "The checks cannot be read.",
            why="Rackhand has no access to GitHub.",
            remedy="GITHUB_TOKEN, or a GitHub App, opens it; docs/configuration.md says how.",
        )
    with world.store.read() as transaction:
        app = lookup.app(transaction, job.app)
    repo = world.forge.name_of(app.repo)
    if repo is None:
        raise UserError(
            f"The checks of {literal(app.repo)} cannot be read.",
            why=f"It is not on {world.forge.host}.",
            remedy="Leave `wait_for_checks` out of the workflow.",
        )
    return world.forge, repo


def _shown(seen: Checks, settings: WaitForChecks) -> dict[str, Any]:
    """Return the checks for the card: those that are not green first."""
    worst_first = sorted(seen.found, key=lambda one: one.state is CheckState.PASSED)
    required = settings.required or seen.required
    return {
        "checks": [
            {"name": one.name, "state": str(one.state), "url": one.url}
            for one in worst_first[:SHOWN]
        ],
        "required": list(required) if required else None,
    }


def _away(forge: Forge, task: Task, error: Unreachable, now: datetime) -> Outcome:
    """Stay as it is, and say since when the forge does not answer."""
    found = dict(task.found or {})
    since = _away_since(task) or now
    found["away_since"] = since.isoformat()
    look_at = now + LOOK
    if isinstance(error, Limited):
        look_at = max(look_at, min(error.until, now + timedelta(minutes=15)))
    notices: tuple[Notice, ...] = ()
    if now - since >= TOLD_AFTER:
        found["away_told"] = True
        text = (
            f"{forge.host} does not answer since {moment(since)}: {in_words(error)} The checks "
            "wait, and so does their timeout."
        )
        notices = (Notice(name=f"away:{since.isoformat()}", text=text),)
    progress = f"{forge.host} does not answer since {moment(since)}"
    changes = {"found": found, "look_at": look_at, "progress": progress}
    return Outcome(changes=changes, notices=notices)


def _back(task: Task, now: datetime) -> Task:
    """Return the task with its deadline put off by the time that the forge was away."""
    since = _away_since(task)
    if since is None or task.deadline_at is None:
        return task
    return replace(task, deadline_at=task.deadline_at + (now - since))


def _told_back(forge: Forge, task: Task, now: datetime) -> tuple[Notice, ...]:
    since = _away_since(task)
    if since is None or not (task.found or {}).get("away_told"):
        return ()
    text = f"{forge.host} answers again after {duration(now - since)}."
    return (Notice(name=f"back:{since.isoformat()}", text=text, tone="muted"),)


def _away_since(task: Task) -> datetime | None:
    since = (task.found or {}).get("away_since")
    return datetime.fromisoformat(since) if since else None


def _progress(standing: Standing, seen: Checks) -> str | None:
    if not seen.found and not standing.missing:
        return "no checks yet"
    parts = []
    if standing.pending:
        parts.append(f"{_named(standing.pending)} pending")
    if standing.missing:
        parts.append(f"{_named(standing.missing)} not reported yet")
    return ", ".join(parts) or None


def _red(red: tuple[Check, ...]) -> str:
    names = ", ".join(link(check.name, check.url) for check in red[:NAMED])
    more = f" and {len(red) - NAMED} more" if len(red) > NAMED else ""
    return f"{names}{more} {'is' if len(red) == 1 else 'are'} red."


def _late(standing: Standing, timeout: timedelta) -> str:
    parts = []
    if standing.pending:
        parts.append(f"{_named(standing.pending)} had not ended")
    if standing.missing:
        parts.append(f"{_named(standing.missing)} never reported")
    waited = ", and ".join(parts) or "No check ever reported"
    return f"{waited} within {duration(timeout)}."


def _unheard_of(job: Job, task: Task, standing: Standing, seen: Checks) -> tuple[Notice, ...]:
    """Tell once what nobody has heard of: a check may be misspelt, or its service be down."""
    until = f" It waits for them until {moment(task.deadline_at)}." if task.deadline_at else ""
    commit = short_sha(job.sha)
    if standing.missing:
        text = f"{_named(standing.missing)} has not reported on {commit} yet."
    elif not seen.found:
        text = f"No checks yet on {commit}."
    else:
        return ()
    return (Notice(name=f"unheard_of:{task.position}", text=text + until),)


def _named(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{literal(name)}`" for name in names[:NAMED])
    return shown + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
