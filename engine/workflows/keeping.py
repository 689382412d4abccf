"""Making, changing, pausing and deleting workflows, and what they are checked against before."""

from collections.abc import Mapping
from dataclasses import replace as replaced

from engine import lookup
from engine.asking import Asking
from engine.errors import UserError
from engine.lookup import nearest, shown
from engine.marks import literal, moment
from engine.workflows.checking import check as check
from engine.workflows.checking import check_in
from engine.workflows.definition import Definition
from engine.workflows.jobs import cancel_queued
from engine.workflows.notices import notice
from engine.workflows.reading import NAME, refusal
from engine.workflows.watching import keep_watch_in
from engine.workflows.written import plain_of
from engine.world import World
from storage import apps, workflows
from storage.store import Conflict, Stale, Transaction
from storage.workflow_records import Workflow


def create(world: World, asking: Asking, name: str, definition: Definition) -> Workflow:
    """Make a workflow. Raises ``UserError`` for a name that is taken, or naming all faults."""
    if not NAME.match(name):
        raise UserError(
            f"`{shown(name)}` cannot be the name of a workflow.",
            why="Names have small letters, digits and dashes, begin with a letter, and have at "
            "most 40 characters.",
        )
    now = world.clock.now()
    made = Workflow(
        name=name,
        app=definition.app,
        definition=plain_of(definition),
        revision=1,
        in_file=False,
        created_by=asking.person,
        created_at=now,
        changed_at=now,
    )
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        there = workflows.get(transaction, name)
        if there:
            raise UserError(
                f"There is a workflow `{name}` already.",
                why="It is in rackhand.yml." if there.in_file else f"It is of {there.app}.",
                remedy="Take another name.",
            )
        _refuse_faults(world, transaction, name, definition)
        workflows.add(transaction, made)
        keep_watch_in(world, transaction)
    return made


def replace(
    world: World, asking: Asking, name: str, definition: Definition, *, revision: int
) -> Workflow:
    """Give a workflow another definition; jobs that are there keep the old one.

    *revision* is that of the workflow which the asker saw. Raises ``UserError`` where somebody
    changed it since, for one of rackhand.yml, and naming all faults.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        workflow = _of_slack(transaction, name)
        if workflow.revision != revision:
            raise _changed_meanwhile(workflow)
        _refuse_faults(world, transaction, name, definition)
        changes = {
            "app": definition.app,
            "definition": plain_of(definition),
            "changed_at": world.clock.now(),
        }
        changed = _change(transaction, workflow, **changes)
        keep_watch_in(world, transaction)
    return changed


def pause(world: World, asking: Asking, name: str) -> Workflow:
    """Let nothing begin by itself, and let what is queued wait. What runs goes on.

    Raises ``UserError`` where it is paused already.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        workflow = lookup.workflow(transaction, name)
        if workflow.paused_at:
            raise UserError(f"The workflow `{name}` is paused already.", why=how_paused(workflow))
        now = world.clock.now()
        paused = _change(transaction, workflow, paused_by=asking.person, paused_at=now)
        then = "Nothing begins by itself until somebody resumes it."
        _tell(world, transaction, asking, paused, "paused", then)
        return paused


def resume(world: World, asking: Asking, name: str) -> Workflow:
    """Let a paused workflow begin jobs again, and return it as it was while it was paused.

    What was pushed meanwhile begins nothing afterwards. Raises ``UserError`` where it is not
    paused.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        workflow = lookup.workflow(transaction, name)
        if workflow.paused_at is None:
            raise UserError(f"The workflow `{name}` is not paused.")
        resumed = _change(transaction, workflow, paused_by=None, paused_at=None)
        then = f"Nothing was begun by itself since {moment(workflow.paused_at)}."
        _tell(world, transaction, asking, resumed, "resumed", then)
        return workflow


def delete(world: World, asking: Asking, name: str) -> Workflow:
    """Delete a workflow and cancel its queued jobs; those that have begun go on to their end.

    Raises ``UserError`` for one of rackhand.yml.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        workflow = _of_slack(transaction, name)
        workflows.remove(transaction, name)
        reason = f"{literal(asking.person.name)} deleted the workflow {name}."
        cancel_queued(world, transaction, name, reason)
        keep_watch_in(world, transaction)
    return workflow


def name_workflows(world: World, named: Mapping[str, Definition]) -> None:
    """Make the file's workflows known, at the start; who paused one is kept.

    Raises ``UserError`` for a name that was made in Slack too, and for an app that is nowhere.
    """
    now = world.clock.now()
    rows = [
        Workflow(
            name=name,
            app=definition.app,
            definition=plain_of(definition),
            revision=1,
            in_file=True,
            created_by=None,
            created_at=now,
            changed_at=now,
        )
        for name, definition in named.items()
    ]
    try:
        with world.store.write() as transaction:
            _refuse_unknown_apps(transaction, named)
            workflows.replace_those_of_file(transaction, rows)
            keep_watch_in(world, transaction)
    except Conflict as error:
        with world.store.read() as transaction:
            made = {one.name for one in workflows.all_of_them(transaction) if not one.in_file}
        both = ", ".join(sorted(made & set(named)))
        raise UserError(
            f"These workflows are in rackhand.yml and were made in Slack too: {both}.",
            remedy="Take them out of the file, or rename them there.",
        ) from error


def how_paused(workflow: Workflow) -> str:
    """Say who paused it and when."""
    if workflow.paused_at is None:
        return ""
    by = literal(workflow.paused_by.name) if workflow.paused_by else "Somebody"
    return f"{by} paused it {moment(workflow.paused_at)}."


def _tell(
    world: World,
    transaction: Transaction,
    asking: Asking,
    workflow: Workflow,
    did: str,
    then: str,
) -> None:
    """Tell the channel of its jobs what somebody did with a workflow."""
    said = f"{literal(asking.person.name)} {did} the workflow *{workflow.name}*. {then}"
    key = f"workflow:{workflow.name}:{workflow.revision}:{asking.key}"
    notice(world, transaction, [workflow], key, said, at=world.clock.now())


def _of_slack(transaction: Transaction, name: str) -> Workflow:
    workflow = lookup.workflow(transaction, name)
    if workflow.in_file:
        raise UserError(
            f"The workflow `{name}` is in rackhand.yml, so it cannot be changed here.",
            remedy="Change it in the file and restart Rackhand. Pausing it works here too.",
        )
    return workflow


def _refuse_faults(
    world: World, transaction: Transaction, name: str, definition: Definition
) -> None:
    if faults := check_in(world, transaction, definition):
        raise refusal(name, faults)


def _refuse_unknown_apps(transaction: Transaction, named: Mapping[str, Definition]) -> None:
    known = [app.name for app in apps.all_of_them(transaction)]
    missing = [
        f"- workflows.{name}.app: there is no app {definition.app}. "
        f"{nearest(definition.app, known)}".rstrip()
        for name, definition in named.items()
        if definition.app not in known
    ]
    if missing:
        raise UserError(
            "rackhand.yml has workflows of apps that are not there:",
            why="\n".join(missing),
            remedy="Name the app below `apps:`, or make it with `rackhand apps create`.",
        )


def _change(transaction: Transaction, workflow: Workflow, **changes: object) -> Workflow:
    try:
        workflows.change(transaction, workflow, **changes)
    except Stale as error:
        raise _changed_meanwhile(workflow) from error
    return replaced(workflow, revision=workflow.revision + 1, **changes)  # type: ignore[arg-type]


def _changed_meanwhile(workflow: Workflow) -> UserError:
    return UserError(
        f"Somebody changed the workflow `{workflow.name}` meanwhile, so nothing was saved.",
        why=how_paused(workflow) or f"It was changed {moment(workflow.changed_at)}.",
        remedy=f"Look at it with `/rack workflows info {workflow.name}`, and edit it again.",
    )
