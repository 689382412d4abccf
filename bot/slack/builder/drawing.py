"""The builder's dialogs as views: the workflow as a whole, and one of its tasks."""

from collections.abc import Sequence

from bot.slack.builder import forms
from bot.slack.builder.draft import HAND, KEPT, PUSH, RELEASE, TAG, Draft, pack
from bot.slack.builder.task_forms import NAMES, Around, blocks, has_form
from bot.slack.buttons import plain_text
from bot.slack.limits import VIEW, VIEW_TITLE, Block
from bot.slack.render import view_blocks
from commands.building import Findings, Offers
from commands.flow import number_of
from commands.reply import Heading, Note, Part, Reply, Text, Tone
from engine.marks import literal
from storage.workflow_records import TaskKind

WORKFLOW = "workflow"  # callback ids; the first is also what a button's ``opens`` says
TASK = "workflow_task"
ADD = "wf:add"
TOUCH = "wf:task"  # the menu beside a task
WHEN = {
    PUSH: "A push or merge to a branch",
    TAG: "A new tag",
    RELEASE: "A GitHub release",
    HAND: "By hand only",
}
PATTERNS = {PUSH: "Branch", TAG: "Tag", RELEASE: "Tag of the release"}
EDIT, UP, DOWN, JOIN, REMOVE = "edit", "up", "down", "join", "remove"
FAULTS_SHOWN = 5


def workflow_view(draft: Draft, offers: Offers, findings: Findings, origin: str) -> Block:
    """Draw the workflow as it is by now. Raises ``TooLarge``."""
    title = "Edit a workflow" if draft.revision is not None else "New workflow"
    return {
        "type": "modal",
        "callback_id": WORKFLOW,
        "private_metadata": pack(draft, origin=origin),
        "title": plain_text(title, VIEW_TITLE),
        "submit": plain_text("Save", VIEW_TITLE),
        "close": plain_text("Cancel", VIEW_TITLE),
        "blocks": [
            *_head(draft, offers),
            *_shown([Text(text=note) for note in findings.notes]),
            *_tasks(draft),
            *_end(draft, findings),
        ],
    }


def task_view(
    draft: Draft, index: int, kind: TaskKind, around: Around, *, root: str, origin: str
) -> Block:
    """Draw the form of one task of the workflow in the view *root*. Raises ``TooLarge``."""
    is_new = index >= len(draft.tasks)
    settings = None if is_new else draft.tasks[index].settings
    packed = pack(draft, origin=origin, root=root, index=index, kind=str(kind))
    return {
        "type": "modal",
        "callback_id": TASK,
        "private_metadata": packed,
        "title": plain_text(NAMES[kind], VIEW_TITLE),
        "submit": plain_text("Add" if is_new else "Change", VIEW_TITLE),
        "close": plain_text("Back", VIEW_TITLE),
        "blocks": blocks(kind, settings, around),
    }


def _head(draft: Draft, offers: Offers) -> list[Block]:
    names = [(app.name, app.name) for app in offers.apps]
    found = [
        forms.text_input(
            "name",
            "Name",
            draft.name,
            hint="Small letters, digits and dashes, as in deliver-web.",
            longest=40,
        )
        if draft.revision is None
        else _said(f"*{literal(draft.name)}*"),
        forms.select("app", "App", names, draft.app, asks=True),
    ]
    if app := next((one for one in offers.apps if one.name == draft.app), None):
        hosted = app.hosted or f"{app.repo}: not on GitHub, so nothing but a click begins it"
        found.append(_note(f"Repository: {literal(hosted)}"))
    whens = [*WHEN.items(), *([(KEPT, "As its YAML says")] if draft.kept else [])]
    found.append(forms.select("when", "Begins with", whens, draft.when, asks=True))
    if draft.when in PATTERNS:
        found.append(
            forms.text_input(
                "pattern",
                PATTERNS[draft.when],
                draft.pattern,
                block_id=pattern_block(draft),
                hint="A name, or a pattern such as release/* or v*. Enter looks whether it exists.",
                asks=True,
            )
        )
    return found


def pattern_block(draft: Draft) -> str:
    """Return the id of the pattern's input: another one for each app, which has its own branch."""
    return f"pattern-{draft.when}-{draft.app}"


def _tasks(draft: Draft) -> list[Block]:
    found = _shown([Heading(text="Tasks, in this order")])
    number = -1
    for index, task in enumerate(draft.tasks):
        number += not task.joined
        beside = " (side by side)" if task.joined else ""
        text = f"{number_of(number)} {_in_words(task.kind, task.settings)}{beside}"
        found.append(
            {
                "type": "section",
                "block_id": f"task-{index}",
                "text": plain_text(text, 3_000),
                "accessory": _menu(draft, index),
            }
        )
    kinds = [(str(kind), name) for kind, name in NAMES.items()]
    add: Block = {
        "type": "static_select",
        "action_id": ADD,
        "placeholder": plain_text("Add a task…", 150),
        "options": [forms.option(*one) for one in kinds],
    }
    # Another id for each number of tasks: Slack would keep what was chosen last.
    return [*found, {"type": "actions", "block_id": f"add-{len(draft.tasks)}", "elements": [add]}]


def _menu(draft: Draft, index: int) -> Block:
    task = draft.tasks[index]
    entries = [
        (EDIT, "Edit…", has_form(TaskKind(task.kind))),
        (UP, "Move up", index > 0),
        (DOWN, "Move down", index < len(draft.tasks) - 1),
        (JOIN, "On its own" if task.joined else "Side by side with the one above", index > 0),
        (REMOVE, "Remove", True),
    ]
    return {
        "type": "overflow",
        "action_id": f"{TOUCH}:{index}",
        "options": [forms.option(f"{act}:{index}", label) for act, label, can in entries if can],
    }


def _in_words(kind: str, settings: object) -> str:
    name = NAMES[TaskKind(kind)]
    if isinstance(settings, dict):
        parts = [
            "when somebody clicks"
            if key == "on_click"
            else f"{value}"
            if key in {"rack", "for", "text", "command"}
            else f"{key} {', '.join(value) if isinstance(value, list) else value}"
            for key, value in settings.items()
            if key != "on_click" or str(value).lower() in {"true", "yes", "on"}
        ]
        return f"{name}: {' · '.join(parts)}" if parts else name
    return f"{name}: {settings}" if settings else name


def _end(draft: Draft, findings: Findings) -> list[Block]:
    parts: list[Part] = []
    if findings.flow:
        parts.append(Text(text=findings.flow))
    if draft.app and draft.tasks:
        shown = findings.faults[:FAULTS_SHOWN]
        parts += [Text(text=text, tone=Tone.WAITING) for text in shown]
    return _shown(parts)


def _said(text: str) -> Block:
    return _shown([Text(text=text)])[0]


def _note(text: str) -> Block:
    return _shown([Note(text=text)])[0]


def _shown(parts: Sequence[Part]) -> list[Block]:
    return view_blocks(Reply(parts=tuple(parts)), VIEW) if parts else []
