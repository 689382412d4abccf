"""A workflow as it is shown: its drawing, what is in its way, and what may be done with it."""

from commands import flow
from commands.context import Context
from commands.reply import Actions, Button, Confirm, Facts, Note, Part, Reply, Text, Tone
from engine.errors import UserError
from engine.marks import literal, moment
from engine.workflows import keeping
from engine.workflows.checking import cautions
from engine.workflows.definition import Definition
from engine.workflows.reading import definition_of
from engine.workflows.watching import repository_of
from storage import apps, watched
from storage.workflow_records import Workflow

OPENS = "workflow"  # the builder's dialog


def saved(context: Context, workflow: Workflow, what: str) -> Reply:
    """Return the answer to a workflow that was made or changed, drawn as it is now."""
    return Reply(
        title=f"Workflow {workflow.name}",
        parts=(
            Text(text=what, tone=Tone.GOOD),
            *drawing(context, workflow),
            *in_the_way(context, workflow),
            Actions(buttons=what_to_do(workflow)),
        ),
    )


def drawing(context: Context, workflow: Workflow) -> tuple[Part, ...]:
    """Draw a workflow."""
    definition = readable(workflow)
    about = literal(workflow.definition.get("description", ""))
    drawn = Text(text=flow.draw(context.world, definition)) if definition else None
    return tuple(part for part in (Note(text=about) if about else None, drawn) if part)


def in_the_way(context: Context, workflow: Workflow) -> tuple[Text, ...]:
    """Say what keeps it from doing its work just now."""
    found: list[Text] = []
    if workflow.paused_at:
        by = (workflow.paused_by,) if workflow.paused_by else ()
        who = "{0} paused it" if by else "Paused"
        text = f"{who} {moment(workflow.paused_at)}. Nothing begins by itself since then."
        found.append(Text(text=text, tone=Tone.WAITING, people=by))
    try:
        definition = definition_of(workflow)
    except UserError as error:
        return (*found, Text(text=str(error), tone=Tone.BAD))
    said = [
        *(f"`{one.path}`: {one.text}" for one in keeping.check(context.world, definition)),
        *cautions(context.world, definition),
        *_of_forge(context, workflow, definition),
    ]
    return (*found, *(Text(text=text, tone=Tone.BAD) for text in said))


def _of_forge(context: Context, workflow: Workflow, definition: Definition) -> tuple[str, ...]:
    """Say what the last look at the repository came to, where it failed."""
    with context.world.store.read() as transaction:
        app = apps.get(transaction, workflow.app)
        repo = repository_of(context.world, app.repo) if app and definition.triggers else None
        one = watched.get(transaction, repo) if repo else None
    if one is None or not one.trouble:
        return ()
    since = f" That is so since {moment(one.trouble_since)}." if one.trouble_since else ""
    return (f"{one.trouble}{since}",)


def facts(workflow: Workflow) -> Facts:
    """Say where it is defined, and where its cards go."""
    made = "rackhand.yml"
    if workflow.created_by:
        place = "a terminal" if workflow.created_by.team == "terminal" else "Slack"
        made = f"{place}, by {literal(workflow.created_by.name)}"
    return Facts(
        pairs=(
            ("App", literal(workflow.app)),
            ("Channel", literal(workflow.definition.get("channel") or "the app's")),
            ("Defined in", made),
            ("Changed", moment(workflow.changed_at)),
        )
    )


def what_to_do(workflow: Workflow) -> tuple[Button, ...]:
    """Return what can be done with it."""
    name = workflow.name
    pause_it = Button(label="Pause", words=("workflows", "pause", name))
    buttons = [
        Button(label="Run", words=("workflows", "run", name), style="primary"),
        resume_button(name) if workflow.paused_at else pause_it,
        Button(label="Copy as YAML", words=("workflows", "yaml", name)),
    ]
    if not workflow.in_file:
        buttons.insert(2, Button(label="Edit…", words=("workflows", "edit", name), opens=OPENS))
        confirm = Confirm(
            title=f"Delete {name}?",
            text="Queued jobs are canceled; those that have begun go on.",
            ok="Delete",
            danger=True,
        )
        words = ("workflows", "delete", name)
        buttons.append(Button(label="Delete", words=words, style="danger", confirm=confirm))
    return tuple(buttons)


def resume_button(name: str) -> Button:
    """Return the button that resumes it."""
    return Button(label="Resume", words=("workflows", "resume", name))


def new_button() -> Button:
    """Return the button that opens the builder."""
    return Button(label="New workflow…", words=("workflows", "new"), opens=OPENS)


def readable(workflow: Workflow) -> Definition | None:
    """Return what it says; None where this Rackhand cannot read it."""
    try:
        return definition_of(workflow)
    except UserError:
        return None
