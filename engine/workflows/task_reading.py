"""The tasks of a workflow as they are typed: each kind with its settings."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.canary import LONGEST_PAUSE_SECONDS, read_canary
from engine.errors import UserError
from engine.lookup import nearest, shown
from engine.workflows import definition as d
from engine.workflows.definition import Settings, TaskSpec
from engine.workflows.places import Keys, Place
from storage.workflow_records import TaskKind

TOGETHER = "together"
TASKS_LIMIT = 30
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
LONGEST_WAIT_SECONDS = 30 * DAY
MESSAGE_LIMIT = 2000  # characters: a message of Slack has room for it
COMMAND_LIMIT = 2000
MAIN = {TaskKind.PROMOTE: "rack", TaskKind.WAIT: "for", TaskKind.NOTIFY: "text"}
KEYS: Mapping[TaskKind, tuple[str, ...]] = {
    TaskKind.WAIT_FOR_CHECKS: ("timeout", "required", "settle"),
    TaskKind.BUILD: ("no_cache",),
    TaskKind.PROMOTE: ("rack", "on_click", "offer", "canary", "pause"),
    TaskKind.RUN: ("rack", "service", "command", "timeout"),
    TaskKind.WAIT: ("for",),
    TaskKind.NOTIFY: ("text", "channel"),
}
NEEDED: Mapping[TaskKind, Mapping[str, str]] = {
    TaskKind.PROMOTE: {"rack": "`promote: staging`"},
    TaskKind.RUN: {
        "rack": "`rack: staging`",
        "service": "`service: web`",
        "command": '`command: "bin/smoke --fast"`',
    },
    TaskKind.WAIT: {"for": "`wait: 10m`"},
    TaskKind.NOTIFY: {"text": '`notify: "On staging now"`'},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRead:
    """One task with where it stands; None for one of which not even the kind can be read."""

    path: str
    task: TaskSpec | None


def read_tasks(place: Place) -> tuple[TaskRead, ...]:
    """Read the list of tasks, those that go side by side with the same step."""
    if not isinstance(place.value, list | tuple) or not place.value:
        place.fault("must be a list of tasks. Write each as `- build` below it.")
        return ()
    tasks = [
        _task(one, step)
        for step, entry in enumerate(place.elements())
        for one in _side_by_side(entry)
    ]
    if len(tasks) > TASKS_LIMIT:
        place.fault(f"has {len(tasks)} tasks; there may be {TASKS_LIMIT}. Make two workflows.")
    return tuple(tasks)


def read_settings(kind: TaskKind, place: Place) -> Settings:
    """Read what one kind of task is told."""
    keys = place.keys(KEYS[kind], needed=NEEDED.get(kind, {}), main=MAIN.get(kind))
    return READERS[kind](keys)


def _side_by_side(entry: Place) -> list[Place]:
    """Return the tasks that an entry of the list stands for."""
    value = entry.value
    if not isinstance(value, Mapping) or list(value) != [TOGETHER]:
        return [entry]
    inner = entry.at(TOGETHER, value[TOGETHER])
    if not isinstance(inner.value, list | tuple) or not inner.value:
        inner.fault("must be a list of tasks that go side by side.")
        return []
    return list(inner.elements())


def _task(entry: Place, step: int) -> TaskRead:
    unread = TaskRead(path=entry.path, task=None)
    if isinstance(entry.value, str):
        word, inner = entry.value, Place(path=entry.path, value=None, faults=entry.faults)
    elif isinstance(entry.value, Mapping) and len(entry.value) == 1:
        word = str(next(iter(entry.value)))
        inner = entry.at(word, entry.value[word])
    else:
        _say_what_a_task_is(entry)
        return unread
    if word not in tuple(TaskKind):
        _say_which_there_are(entry, word)
        return unread
    kind = TaskKind(word)
    task = TaskSpec(kind=kind, step=step, settings=read_settings(kind, inner))
    return TaskRead(path=inner.path, task=task)


def _say_what_a_task_is(entry: Place) -> None:
    written = entry.value if isinstance(entry.value, Mapping) else {}
    kinds = [word for word in written if word in tuple(TaskKind)]
    if kinds:
        others = ", ".join(f"`{shown(str(key))}`" for key in written if key != kinds[0])
        entry.fault(
            f"says more than one thing: write {others} within `{kinds[0]}`, or as a task of its "
            f"own. Settings look like this: `{kinds[0]}: {{key: value}}`."
        )
        return
    entry.fault("is no task. Write one such as `build` or `promote: staging`.")


def _say_which_there_are(entry: Place, word: str) -> None:
    if word == TOGETHER:
        entry.fault("`together` cannot stand within another.")
        return
    first = word.replace(":", " ").split(" ")[0]
    if first in tuple(TaskKind):
        entry.fault(f"`{shown(word)}` lacks its colon: write `{first}: …`.")
        return
    known = ", ".join(f"`{kind}`" for kind in TaskKind)
    entry.fault(
        f"there is no task `{shown(word)}`. "
        f"{nearest(word, TaskKind) or f'There are {known} and `together`.'}"
    )


def _wait_for_checks(keys: Keys) -> d.WaitForChecks:
    timeout = keys.seconds("timeout", d.CHECKS_TIMEOUT_SECONDS, least=1, most=7 * DAY)
    settle = keys.seconds("settle", d.SETTLE_SECONDS, least=0, most=HOUR)
    required = keys.get("required")
    return d.WaitForChecks(
        timeout_seconds=timeout,
        required=tuple(one.text() for one in required.one_or_more()) if required else (),
        settle_seconds=settle,
    )


def _build(keys: Keys) -> d.BuildImages:
    return d.BuildImages(no_cache=keys.truth("no_cache"))


def _promote(keys: Keys) -> d.Promote:
    canary = keys.get("canary")
    pause = keys.get("pause")
    if pause and not canary:
        pause.fault('belongs to a canary. Add `canary: "10,50,100"`, or take it out.')
    return d.Promote(
        rack=keys.word("rack", ""),
        on_click=keys.truth("on_click"),
        offer_seconds=keys.seconds("offer", d.OFFER_SECONDS, least=MINUTE, most=30 * DAY),
        canary=_canary(canary) if canary else None,
        pause_seconds=keys.seconds("pause", None, least=1, most=LONGEST_PAUSE_SECONDS),
    )


def _canary(place: Place) -> str:
    if isinstance(place.value, list | tuple):
        text = ",".join(str(step) for step in place.value)
    else:
        text = place.text()
    try:
        if text:
            read_canary(text)
    except UserError as error:
        place.fault(f'{error.what} Write percents that rise, such as "10,50,100".')
    return text


def _run(keys: Keys) -> d.RunCommand:
    command = keys.get("command")
    return d.RunCommand(
        rack=keys.word("rack", ""),
        service=keys.word("service", ""),
        command=_command(command) if command else (),
        timeout_seconds=keys.seconds("timeout", d.RUN_TIMEOUT_SECONDS, least=1, most=DAY),
    )


def _command(place: Place) -> tuple[str, ...]:
    if isinstance(place.value, list | tuple) and place.value:
        return tuple(
            "" if word.value == "" else word.text(limit=COMMAND_LIMIT) for word in place.elements()
        )
    written = place.text(limit=COMMAND_LIMIT)
    try:
        words = tuple(shlex.split(written))
    except ValueError:
        place.fault("has a quote that is not closed.")
        return ()
    if written and not words:
        place.fault("is empty. Write the command that is run.")
    return words


def _wait(keys: Keys) -> d.Wait:
    return d.Wait(seconds=keys.seconds("for", 0.0, least=1, most=LONGEST_WAIT_SECONDS))


def _notify(keys: Keys) -> d.Notify:
    return d.Notify(
        text=keys.text("text", "", limit=MESSAGE_LIMIT), channel=keys.word("channel", None)
    )


READERS: Mapping[TaskKind, Callable[[Keys], Settings]] = {
    TaskKind.WAIT_FOR_CHECKS: _wait_for_checks,
    TaskKind.BUILD: _build,
    TaskKind.PROMOTE: _promote,
    TaskKind.RUN: _run,
    TaskKind.WAIT: _wait,
    TaskKind.NOTIFY: _notify,
}
