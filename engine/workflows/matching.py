"""Which workflows a repository has, and which of them a branch, tag or release begins."""

import logging
from fnmatch import fnmatchcase

from engine.errors import UserError
from engine.workflows.reading import definition_of
from engine.workflows.refs import BRANCH, RELEASE, TAG
from engine.world import World
from storage import apps, workflows
from storage.store import Transaction
from storage.workflow_records import TriggerKind, Workflow

KINDS = {BRANCH: TriggerKind.PUSH, TAG: TriggerKind.TAG, RELEASE: TriggerKind.RELEASE}

log = logging.getLogger(__name__)


def concerned(world: World, transaction: Transaction, repo: str) -> list[Workflow]:
    """Read the workflows of the apps that live in a repository, by name."""
    if world.forge is None:
        return []
    found = [
        workflow
        for app in apps.with_repo_like(transaction, repo)  # an app's URL holds the name of it
        if world.forge.name_of(app.repo) == repo
        for workflow in workflows.all_of_them(transaction, app=app.name)
    ]
    return sorted(found, key=lambda one: one.name)


def kind_of(ref: str) -> TriggerKind | None:
    """Return what kind of trigger *ref* pulls; None for what begins nothing, as notes."""
    return next((kind for prefix, kind in KINDS.items() if ref.startswith(prefix)), None)


def begins_with(workflow: Workflow, ref: str) -> bool:
    """Whether a move of *ref* begins a job of the workflow, now that it is or is not paused."""
    kind = kind_of(ref)
    if workflow.paused_at or kind is None:
        return False
    try:
        triggers = definition_of(workflow).triggers
    except UserError as error:
        log.warning("workflow not readable", extra={"workflow": workflow.name, "why": str(error)})
        return False
    prefix = next(prefix for prefix in KINDS if ref.startswith(prefix))
    name = ref.removeprefix(prefix)
    return any(one.kind is kind and fnmatchcase(name, one.pattern) for one in triggers)
