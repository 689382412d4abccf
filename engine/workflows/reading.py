"""From a workflow as it is typed or stored to its ``Definition``, with every fault at once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.errors import UserError
from engine.lookup import nearest, shown
from engine.manifest.document import root_of
from engine.manifest.values import Value
from engine.workflows.definition import (
    BuildImages,
    Definition,
    Fault,
    Promote,
    Reading,
    RunCommand,
    Settings,
    Trigger,
    WaitForChecks,
)
from engine.workflows.places import Faults, Place
from engine.workflows.task_reading import TaskRead, read_settings, read_tasks
from storage.workflow_records import Job, Task, TriggerKind, Workflow

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
KEYS = ("app", "description", "channel", "on", "tasks")
NEEDED = {"app": "`app: NAME`", "tasks": "the list of its tasks, each as `- build`"}
TRIGGERS = (TriggerKind.PUSH, TriggerKind.TAG, TriggerKind.RELEASE)
TRIGGERS_LIMIT = 20
FILE = "the workflow"  # what a text is called that has no file


def read(name: str, plain: Any, *, lines: Mapping[str, int] | None = None) -> Reading:
    """Read the plain form of one workflow.

    *lines* are those of the YAML that it was parsed from, by path. Never raises: what is wrong
    comes back as faults, and then there is no definition.
    """
    faults = Faults(lines=lines or {})
    place = Place(path="", value=plain, faults=faults)
    if not NAME.match(name):
        faults.add(
            "name",
            f"`{shown(name)}` cannot be the name of a workflow. Names have small letters, digits "
            "and dashes, begin with a letter, and have at most 40 characters.",
        )
    if not isinstance(plain, Mapping):
        place.fault("this is no workflow. Write `app:`, `on:` and `tasks:`, each in its line.")
        return Reading(definition=None, faults=tuple(faults.found))
    keys = place.keys(KEYS, needed=NEEDED)
    triggers, tasks = keys.get("on"), keys.get("tasks")
    tasks_read = read_tasks(tasks) if tasks else ()
    definition = Definition(
        app=keys.word("app", ""),
        triggers=_triggers(triggers) if triggers else (),
        tasks=tuple(one.task for one in tasks_read if one.task),
        channel=keys.word("channel", None),
        description=keys.text("description", ""),
    )
    for path, text in _contradictions(tasks_read):
        faults.add(path, text)
    in_order = sorted(faults.found, key=lambda fault: fault.line or 0)
    return Reading(definition=None if in_order else definition, faults=tuple(in_order))


def parse_yaml(text: str, file: str = FILE) -> tuple[Any, dict[str, int]]:
    """Return the plain form of a YAML text, and the line of each path in it.

    Keys and values stay as they are written: ``on`` is a key, and ``1.0`` a tag. Raises
    ``UserError`` that names the line of what is not YAML.
    """
    node = root_of(text.encode("utf-8", "replace"), file)
    lines: dict[str, int] = {}
    if node is None:
        return None, lines
    return _plain(Value(file=file, path="", line=1, node=node), lines), lines


def plain_of_value(value: Value) -> tuple[Any, dict[str, int]]:
    """Return the plain form of a part of a YAML document, and the line of each path in it."""
    lines: dict[str, int] = {}
    return _plain(value, lines), lines


def read_yaml(text: str, *, name: str | None = None, file: str = FILE) -> tuple[str, Reading]:
    """Read the YAML of one workflow: its own keys, or ``workflows:`` with the one in it.

    *name* goes before the name that the text has. Raises ``UserError`` for a text that is not
    YAML, has several workflows, or no name.
    """
    plain, lines = parse_yaml(text, file)
    if isinstance(plain, Mapping) and "workflows" in plain:
        named = plain["workflows"]
        if len(plain) > 1 or not isinstance(named, Mapping) or len(named) != 1:
            raise UserError(
                "That is not one workflow.",
                remedy="Write `workflows:`, below it one name, and below that its keys.",
            )
        own = str(next(iter(named)))
        prefix = f"workflows.{own}"
        inner = {
            path.removeprefix(prefix).removeprefix("."): line
            for path, line in lines.items()
            if path == prefix or path.startswith((f"{prefix}.", f"{prefix}["))
        }
        return name or own, read(name or own, named[own], lines=inner)
    if not name:
        raise UserError(
            "That workflow has no name.", remedy="Put `workflows:` and its name above its keys."
        )
    return name, read(name, plain, lines=lines)


def definition_of(source: Workflow | Job) -> Definition:
    """Return what a workflow on record says, or said when the job was made.

    Raises ``UserError`` where this Rackhand cannot read it (another one wrote it).
    """
    name = source.name if isinstance(source, Workflow) else source.workflow
    reading = read(name, source.definition)
    if reading.definition is None:
        raise refusal(name, reading.faults)
    return reading.definition


def settings_of(task: Task) -> Settings:
    """Return what a task on record is told; raises ``UserError`` where that cannot be read."""
    faults = Faults()
    settings = read_settings(task.kind, Place(path=task.kind, value=task.settings, faults=faults))
    if faults.found:
        raise refusal(f"task {task.position + 1} of {task.job_id}", tuple(faults.found))
    return settings


def refusal(name: str, faults: tuple[Fault, ...]) -> UserError:
    """Make the error that tells all faults, each in its line."""
    count = "a fault" if len(faults) == 1 else f"{len(faults)} faults"
    return UserError(
        f"The workflow `{shown(name)}` has {count}, so nothing was done:",
        why="".join(f"\n• {in_words(fault)}" for fault in faults),
    )


def in_words(fault: Fault) -> str:
    """Say a fault in one line: where, what, and what to do."""
    line = f"line {fault.line}" if fault.line else ""
    path = f"`{shown(fault.path)}`" if fault.path else ""
    place = ", ".join(part for part in (line, path) if part)
    return f"{place}: {fault.text}" if place else fault.text


def task_paths(definition: Definition) -> list[str]:
    """Return the path of each task: "tasks[1].promote", "tasks[2].together[0].promote"."""
    steps = [task.step for task in definition.tasks]
    order = {step: number for number, step in enumerate(dict.fromkeys(steps))}
    paths: list[str] = []
    for position, task in enumerate(definition.tasks):
        path = f"tasks[{order[task.step]}]"
        if steps.count(task.step) > 1:
            path += f".together[{steps[:position].count(task.step)}]"
        paths.append(f"{path}.{task.kind}")
    return paths


def _plain(value: Value, lines: dict[str, int]) -> Any:
    lines[value.path] = value.line
    if value.is_mapping:
        return {name: _plain(inner, lines) for name, inner in value.entries().items()}
    if value.is_list:
        return [_plain(inner, lines) for inner in value.elements()]
    return None if value.is_null else str(value.node.value)


def _triggers(place: Place) -> tuple[Trigger, ...]:
    triggers = [trigger for one in place.one_or_more() for trigger in _of_one(one)]
    for number, trigger in enumerate(triggers):
        if trigger in triggers[:number]:
            place.fault(f"names `{trigger.kind}: {shown(trigger.pattern)}` twice.")
    if len(triggers) > TRIGGERS_LIMIT:
        place.fault(f"has {len(triggers)} triggers; there may be {TRIGGERS_LIMIT}.")
    return tuple(triggers)


def _of_one(place: Place) -> Iterator[Trigger]:
    """Give the triggers of "push", or of a mapping such as ``{push: [main, dev]}``."""
    if isinstance(place.value, str):
        place = Place(path=place.path, value={place.value: "*"}, faults=place.faults)
    if not isinstance(place.value, Mapping) or not place.value:
        place.fault("must say what begins a job, such as `{push: main}`.")
        return
    for word, value in place.value.items():
        inner = place.at(str(word), value)
        if word not in TRIGGERS:
            hint = nearest(str(word), TRIGGERS) or (
                "There are `push`, `tag` and `release`; without `on` it is begun by hand only."
            )
            inner.fault(f"nothing begins with `{shown(str(word))}`. {hint}")
            continue
        for one in inner.one_or_more():
            yield Trigger(kind=TriggerKind(word), pattern=_pattern(one))


def _pattern(place: Place) -> str:
    pattern = place.word()
    if pattern.startswith("refs/"):
        place.fault("must be written without `refs/`: `main`, `release/*` or `v*`.")
    return pattern


def _contradictions(read_so_far: Sequence[TaskRead]) -> Iterator[tuple[str, str]]:
    """Tell what each task for itself may say, but not all together.

    Nothing where a task is missing, since it may be the one that the others want.
    """
    tasks = [(one.path, one.task) for one in read_so_far if one.task]
    if len(tasks) < len(read_so_far):
        return
    built_in: int | None = None
    promoted: dict[str, str] = {}
    for path, task in tasks:
        match task.settings:
            case WaitForChecks() as checks if checks.settle_seconds > checks.timeout_seconds:
                yield path, "has a `settle` that is longer than its `timeout`."
            case BuildImages():
                if built_in is not None:
                    yield path, "comes twice. One build serves all racks: take this one out."
                built_in = task.step if built_in is None else built_in
            case Promote() | RunCommand() as settings:
                if built_in is None or task.step == built_in:
                    yield path, "comes before anything is built. Put `- build` above it."
                if isinstance(settings, Promote) and settings.rack:
                    before = promoted.setdefault(settings.rack, path)
                    if before != path:
                        rack = shown(settings.rack)
                        yield path, f"`{rack}` has the release already, by `{before}`."
            case _:
                pass
