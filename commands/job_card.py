"""The card of a job: the commit, each task with its state, and what can be done now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from commands import words
from commands.context import tag_of
from commands.drawn import sentences
from commands.flow import number_of
from commands.offered import approve_button, cancel_button
from commands.reply import Actions, Button, CardView, Note, Part, Text, Tone
from engine.lifecycle import is_final
from engine.marks import link, literal, moment
from engine.workflows.definition import Notify, Promote, RunCommand, Settings, Wait
from engine.workflows.reading import settings_of
from engine.workflows.refs import short
from engine.world import World
from storage import apps, jobs, promotions
from storage.records import Person, Promotion, PromotionStatus
from storage.store import Transaction
from storage.workflow_records import Job, JobStatus, Task, TaskKind, TaskStatus, TriggerKind

J = JobStatus
T = TaskStatus
TONES = {
    J.QUEUED: Tone.WAITING,
    J.RUNNING: Tone.BUSY,
    J.WAITING: Tone.WAITING,
    J.SUCCEEDED: Tone.GOOD,
    J.FAILED: Tone.BAD,
    J.CANCELED: Tone.MUTED,
    J.SUPERSEDED: Tone.MUTED,
}
TASK_TONES = {
    T.RUNNING: Tone.BUSY,
    T.WAITING: Tone.WAITING,
    T.SUCCEEDED: Tone.GOOD,
    T.FAILED: Tone.BAD,
}
SHOWN_CHECKS = 6
SHOWN_COMMITS = 5
TRIGGERS = {
    TriggerKind.PUSH: "push to {}",
    TriggerKind.TAG: "tag {}",
    TriggerKind.RELEASE: "release {}",
    TriggerKind.HAND: "by hand on {}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is on record beside the job itself."""

    tasks: tuple[Task, ...]
    repo: str  # URL of the app's repository; empty where the app is gone
    offers: Mapping[int, Promotion]  # by the position of the task that waits for a click


def around(transaction: Transaction, job: Job) -> Around:
    """Read what the card shows beside the job."""
    tasks = tuple(jobs.tasks_of(transaction, job.id))
    offers = {}
    for task in tasks:
        if task.status is T.WAITING and task.made:
            promotion = promotions.get(transaction, task.made)
            if promotion and promotion.status is PromotionStatus.AWAITING_APPROVAL:
                offers[task.position] = promotion
    app = apps.get(transaction, job.app)
    return Around(tasks=tasks, repo=app.repo if app else "", offers=offers)


def draw(world: World, job: Job, around: Around) -> CardView:
    """Draw the card."""
    parts: list[Part] = [_commit(world, job, around.repo)]
    if state := state_of(job):
        parts.append(Text(text=state))
    for task in around.tasks:
        parts += _task(world, job, task, around.offers.get(task.position))
    if buttons := buttons_of(world, job, around):
        parts.append(Actions(buttons=buttons))
    parts.append(_footer(world, job))
    return CardView(
        subject=job.id,
        title=f"{job.app} · {job.workflow}",
        rack=None,
        tone=TONES[job.status],
        parts=tuple(parts),
    )


def state_of(job: Job) -> str:
    """Say what there is to know of the job as a whole; nothing while its tasks tell it."""
    match job.status:
        case J.QUEUED:
            return "*Queued*: it begins once the job before it ends or waits for a person."
        case J.SUPERSEDED:
            return sentences("*Superseded.*", job.reason)
        case J.CANCELED if job.cancel_asked_by:
            return sentences(f"*{literal(job.cancel_asked_by.name)} canceled it.*", job.reason)
        case J.CANCELED:
            return sentences("*Canceled.*", job.reason)
        case J.FAILED:
            return sentences("*Failed.*", job.reason)
        case J.SUCCEEDED:
            return "*Done.*"
    if job.cancel_asked_by:
        return f"*{literal(job.cancel_asked_by.name)} canceled it.* Its tasks are being stopped."
    return ""


def author_of(job: Job) -> Person:
    """Return who wrote the commit, so that Slack's user of that address can be mentioned."""
    if job.author_email:
        return Person(team="email", user=job.author_email, name=job.author)
    return Person(team="github", user="", name=job.author or job.asked_by.name)


def buttons_of(world: World, job: Job, around: Around) -> tuple[Button, ...]:
    """Return what can be done with the job now."""
    found: list[Button] = []
    for task in around.tasks:
        if offer := around.offers.get(task.position):
            rack = tag_of(world, offer.rack).name
            found.append(approve_button(offer.id, label=f"Promote to {rack}…"))
    if not is_final(job.status):
        if job.cancel_asked_by is None:
            found.append(cancel_button(job.id))
        return tuple(found)
    if job.status in {J.FAILED, J.CANCELED}:
        found.append(Button(label="Retry from here", words=("jobs", "retry", job.id)))
    failed = [task for task in around.tasks if task.status is T.FAILED and task.made]
    found += [
        Button(label="Log", words=("builds", "logs", str(task.made)))
        for task in failed
        if task.kind is TaskKind.BUILD
    ]
    return tuple(found)


def _commit(world: World, job: Job, repo_url: str) -> Text:
    """Say the commit and who wrote it, with a link to what is new in it."""
    text = f"`{job.sha[:7]}` {literal(job.subject)} · {{0}}"
    repo = world.forge.name_of(repo_url) if world.forge else None
    if world.forge and repo:
        page = world.forge.page_of(repo, base=job.before, head=job.sha)
        text += f" · {link('compare' if job.before else 'commit', page)}"
    return Text(text=text, people=(author_of(job),))


def _task(world: World, job: Job, task: Task, offer: Promotion | None) -> tuple[Part, ...]:
    """Say one task in a line, and below it what its people should know."""
    name = task_name(world, task)
    state = _state(task)
    line = Text(
        text=f"{number_of(task.step)} {name}" + (f" · {state}" if state else ""),
        tone=TASK_TONES.get(task.status),
    )
    return (line, *_below(job, task, offer))


def task_name(world: World, task: Task) -> str:
    """Name a task of a job."""
    return name_of(world, settings_of(task), task.kind)


def name_of(world: World, settings: Settings, kind: TaskKind) -> str:
    """Name a task: "Promote 🔴 production", "Build"."""
    match settings:
        case Promote(rack=rack):
            return f"Promote *{words.rack(tag_of(world, rack))}*"
        case RunCommand(rack=rack, service=service, command=command):
            where = words.rack(tag_of(world, rack))
            return f"Run `{literal(' '.join(command))}` in {literal(service)} on *{where}*"
        case Wait(seconds=seconds):
            return f"Wait {words.duration(timedelta(seconds=seconds))}"
        case Notify(channel=channel):
            return "Notify" + (f" {literal(channel)}" if channel else "")
    return {TaskKind.WAIT_FOR_CHECKS: "Checks"}.get(kind, "Build")


def _state(task: Task) -> str:
    took = _took(task)
    match task.status:
        case T.PENDING:
            return ""
        case T.RUNNING:
            return sentences(*(literal(task.progress),) if task.progress else ("under way",))
        case T.WAITING:
            return f"waiting for a person since {moment(task.status_since)}"
        case T.SUCCEEDED:
            made = task.release_id or task.made
            return " · ".join(part for part in (made, took) if part) or "done"
        case T.FAILED:
            return f"failed{f' after {took}' if took else ''}"
        case T.SKIPPED:
            return "skipped"
    return "canceled"


def _took(task: Task) -> str | None:
    if task.started_at is None or task.finished_at is None:
        return None
    return words.duration(task.finished_at - task.started_at)


def _below(job: Job, task: Task, offer: Promotion | None) -> tuple[Part, ...]:
    if task.kind is TaskKind.WAIT_FOR_CHECKS and task.status in {T.RUNNING, T.FAILED}:
        return tuple(Note(text=text) for text in _checks(task.found or {}))
    if offer and task.kind is TaskKind.PROMOTE:
        who = "Any member of this workspace may click; guests may not."
        until = f" Offered until {moment(offer.deadline_at)}." if offer.deadline_at else ""
        return (Note(text=who + until), *(Note(text=text) for text in carried(task.found or {})))
    if task.status is T.FAILED and task.reason and job.reason != task.reason:
        return (Note(text=task.reason),)
    return ()


def _checks(found: Mapping[str, Any]) -> list[str]:
    """Name the checks that block, with their links."""
    lines = []
    for state, word in (("failed", "Red"), ("pending", "Not finished")):
        open_ones = [one for one in found.get("checks", ()) if one["state"] == state]
        if open_ones:
            shown = [link(one["name"], one.get("url")) for one in open_ones[:SHOWN_CHECKS]]
            more = len(open_ones) - len(shown)
            lines.append(f"{word}: {', '.join(shown)}" + (f" and {more} more" if more else ""))
    return lines


def carried(found: Mapping[str, Any]) -> list[str]:
    """Say which commits and pull requests a candidate carries, as far as that is known."""
    lines = []
    commits = list(found.get("commits", ()))
    total = int(found.get("total", len(commits)))
    if total:
        label = words.count(total, "commit")
        since = f" since {found['since']}" if found.get("since") else ""
        back = " Some that are live now are not in it." if found.get("goes_back") else ""
        lines.append(f"Carries {link(label, found.get('url'))}{since}.{back}")
        lines += [
            f"`{one['sha'][:7]}` {literal(one['subject'])} · {literal(one['author'])}"
            for one in commits[-SHOWN_COMMITS:]
        ]
    pulls = [link(f"#{one['number']} {one['title']}", one["url"]) for one in found.get("pulls", ())]
    if pulls:
        lines.append("Pull requests: " + ", ".join(pulls[:SHOWN_COMMITS]))
    return lines


def _footer(world: World, job: Job) -> Note:
    """Say what began it, and how long it took or has taken."""
    began = TRIGGERS[job.trigger].format(f"`{literal(short(job.ref))}`")
    ended_at = job.finished_at or world.clock.now()
    took = words.duration(ended_at - (job.started_at or job.created_at))
    length = f"took {took}" if job.finished_at else f"{took} so far"
    retry = f" · retry of {job.retry_of}" if job.retry_of else ""
    carries = f" · in place of {words.some(list(job.carries), 3)}" if job.carries else ""
    by = " · {0}" if job.trigger is TriggerKind.HAND else ""
    return Note(text=f"{began}{by} · {length}{carries}{retry} · {job.id}", people=(job.asked_by,))
