"""``workflows new`` and ``workflows edit``: from a template or from YAML, where no dialog is."""

from pathlib import Path

import click

from commands import words
from commands.context import Context
from commands.reply import Actions, Button, Code, Note, Reply, Text
from commands.request import Origin
from commands.tree import app_option, pass_context
from commands.workflow_parts import OPENS, saved
from commands.workflows import workflow_group
from engine import lookup
from engine.errors import UserError
from engine.lookup import nearest, shown
from engine.workflows import keeping
from engine.workflows.definition import Definition
from engine.workflows.reading import read_yaml, refusal
from engine.workflows.templates import TEMPLATES, Template, free_name, racks_for
from engine.workflows.written import to_yaml
from storage import workflows

FENCE = "```"


@workflow_group.command("new")
@click.option("--template", metavar="NAME", help="continuous-delivery, or qa-app.")
@click.option("--racks", metavar="A,B", help="The template's racks, in its order.")
@click.option("--branch", metavar="NAME", help="What begins it; the app's branch otherwise.")
@click.option("--yaml", "text", metavar="TEXT", help="The whole workflow as YAML.")
@click.option("--file", metavar="PATH", help="A file with that YAML; at a terminal only.")
@click.option("--name", metavar="NAME", help="What it is called.")
@app_option
@pass_context
def new(
    context: Context,
    template: str | None,
    racks: str | None,
    branch: str | None,
    text: str | None,
    file: str | None,
    name: str | None,
    app: str | None,
) -> Reply:
    """Make a workflow: from a template, from YAML, or in Slack by a dialog."""
    if text is not None or file is not None:
        name, definition = _of_yaml(_given(context, text, file), name)
    elif template is not None:
        name, definition = _of_template(context, _template(template), name, app, branch, racks)
    else:
        return _ways(context, app)
    asking = context.asking()
    made = keeping.create(context.world, asking, name, definition)
    return saved(context, made, f"Made *{made.name}*.")


@workflow_group.command("edit")
@click.argument("name")
@click.option("--yaml", "text", metavar="TEXT", help="The whole workflow as YAML.")
@click.option("--file", metavar="PATH", help="A file with that YAML; at a terminal only.")
@click.option(
    "--revision", type=int, metavar="N", help="Refuse if it was changed after this revision."
)
@pass_context
def edit(
    context: Context, name: str, text: str | None, file: str | None, revision: int | None
) -> Reply:
    """Change what a workflow says. Jobs that have been made keep what it said before."""
    with context.world.store.read() as transaction:
        workflow = lookup.workflow(transaction, name)
    if text is None and file is None:
        return Reply(
            title=f"Workflow {name}, revision {workflow.revision}",
            parts=(
                Code(text=to_yaml(name, workflow.definition)),
                Note(
                    text=f"With `/rack workflows edit {name} --revision {workflow.revision} "
                    "--yaml TEXT` it says something else."
                ),
                Actions(
                    buttons=(Button(label="Edit…", words=("workflows", "edit", name), opens=OPENS),)
                ),
            ),
        )
    _, definition = _of_yaml(_given(context, text, file), name)
    asking = context.asking()
    changed = keeping.replace(
        context.world,
        asking,
        name,
        definition,
        revision=workflow.revision if revision is None else revision,
    )
    return saved(context, changed, f"Changed *{name}*. Jobs that are there keep what it said.")


def _ways(context: Context, app: str | None) -> Reply:
    """Offer the templates and an empty workflow, for the app that is meant where that is clear."""
    try:
        of_app: tuple[str, ...] = ("--app", context.app(app))
    except UserError:
        if app:
            raise
        of_app = ()
    templates = tuple(
        Button(
            label=f"{one.title}…",
            words=("workflows", "new", "--template", one.name, *of_app),
            opens=OPENS,
        )
        for one in TEMPLATES.values()
    )
    empty = Button(label="Empty…", words=("workflows", "new"), opens=OPENS)
    return Reply(
        title="New workflow",
        parts=(
            *(
                Text(text=f"*{one.title}* (`{one.name}`): {one.description}")
                for one in TEMPLATES.values()
            ),
            Actions(buttons=(*templates, empty)),
            Note(
                text="In words: `/rack workflows new --template qa-app --app NAME --racks A,B`, "
                "or `--yaml TEXT`."
            ),
        ),
    )


def _given(context: Context, text: str | None, file: str | None) -> str:
    """Return the YAML that was typed, without the marks of a code block, or that a file holds."""
    if file is None:
        lines = (text or "").strip()
        if lines.startswith(FENCE) and lines.endswith(FENCE) and len(lines) > len(FENCE):
            return lines.removeprefix(FENCE).removesuffix(FENCE)
        return lines
    if context.request.origin is not Origin.TERMINAL:
        raise UserError(
            "Files can be named at a terminal only.", remedy="Paste the YAML with `--yaml TEXT`."
        )
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "It is not UTF-8 text"
        raise UserError(f"`{shown(file)}` cannot be read.", why=f"{why}.") from error


def _of_yaml(text: str, name: str | None) -> tuple[str, Definition]:
    found, reading = read_yaml(text, name=name)
    if reading.definition is None:
        raise refusal(found, reading.faults)
    return found, reading.definition


def _template(name: str) -> Template:
    if name in TEMPLATES:
        return TEMPLATES[name]
    known = words.listed([f"`{one}`" for one in TEMPLATES])
    raise UserError(
        f"There is no template `{shown(name)}`.",
        why=nearest(name, TEMPLATES),
        remedy=f"There are {known}.",
    )


def _of_template(
    context: Context,
    template: Template,
    name: str | None,
    app: str | None,
    branch: str | None,
    racks: str | None,
) -> tuple[str, Definition]:
    chosen = context.app(app)
    with context.world.store.read() as transaction:
        known = lookup.app(transaction, chosen)
        taken = {one.name for one in workflows.all_of_them(transaction)}
    given = [one.strip() for one in racks.split(",")] if racks else None
    wanted = given or racks_for(template, context.world.racks) or ()
    if len(wanted) != len(template.racks):
        raise UserError(
            f"{template.title} needs {words.count(len(template.racks), 'rack')}, "
            f"not {len(wanted)}.",
            remedy=f"Name with `--racks` in this order: {', '.join(template.racks).lower()}.",
        )
    definition = template.make(chosen, branch or known.branch, wanted)
    return name or free_name(template, chosen, taken), definition
