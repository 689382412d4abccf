"""The drawing of a workflow: what begins it, and its tasks in their order, as plain text."""

import itertools
from collections.abc import Iterator, Sequence

from commands import words
from commands.context import tag_of
from engine.durations import of_seconds
from engine.marks import literal
from engine.workflows import definition as d
from engine.workflows.definition import Definition, Settings, TaskSpec
from engine.world import World
from storage.workflow_records import TriggerKind

DIGITS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚"
NAMED = 3  # checks or patterns that are named
COMMAND_SHOWN = 40  # characters
ARROW = " → "


def draw(world: World, definition: Definition) -> str:
    """Draw a workflow for a text: one line, and those tasks below each other that go together.

    "on push to main → ① checks → ② build → ③ promote 🟢 staging"
    """
    return literal(_drawn(world, definition))


def _drawn(world: World, definition: Definition) -> str:
    lines = [when(definition)]
    for number, together in enumerate(_steps(definition.tasks)):
        said = [f"{number_of(number)} {says(world, task.settings)}" for task in together]
        if len(said) == 1:
            lines[-1] += ARROW + said[0] if lines[-1] else f"→ {said[0]}"
        else:
            lines[-1] = f"{lines[-1]} →".strip()
            lines += [f"{corner} {one}" for corner, one in zip(_corners(said), said, strict=True)]
            lines.append("")
    return "\n".join(lines).rstrip("\n")


def when(definition: Definition) -> str:
    """Say what begins it: "on push to main", "on push to main, on tag v*", "by hand"."""
    said = []
    for kind, same in itertools.groupby(definition.triggers, key=lambda trigger: trigger.kind):
        patterns = [trigger.pattern for trigger in same]
        said.append(_trigger(kind, patterns))
    return ", ".join(said) or "by hand"


def in_short(definition: Definition) -> str:
    """Say its tasks for a table: "checks → build → staging → production (click)"."""
    return ARROW.join(
        " + ".join(_short(task.settings) for task in together)
        for together in _steps(definition.tasks)
    )


def number_of(step: int) -> str:
    """Return the sign of a step, counted from 0: tasks that go side by side share one."""
    return DIGITS[step] if step < len(DIGITS) else f"{step + 1}."


def says(world: World, settings: Settings) -> str:
    """Say what a task does: "promote 🔴 production 🔒 (click)". Carries no marks."""
    match settings:
        case d.WaitForChecks(required=required):
            return "checks" + (f" ({words.some(list(required), NAMED)})" if required else "")
        case d.BuildImages(no_cache=no_cache):
            return "build" + (" (no cache)" if no_cache else "")
        case d.Promote():
            notes = [*_canary(settings), *(["click"] if settings.on_click else [])]
            more = f" ({', '.join(notes)})" if notes else ""
            return f"promote {words.rack(tag_of(world, settings.rack))}{more}"
        case d.RunCommand(rack=rack, service=service, command=command):
            where = words.rack(tag_of(world, rack))
            return f"run {_cut(' '.join(command))} in {service} on {where}"
        case d.Wait(seconds=seconds):
            return f"wait {of_seconds(seconds)}"
        case d.Notify(channel=channel):
            return "notify" + (f" {channel}" if channel else "")


def _short(settings: Settings) -> str:
    match settings:
        case d.WaitForChecks():
            return "checks"
        case d.Promote(rack=rack, on_click=on_click):
            return f"{rack} (click)" if on_click else rack
        case d.RunCommand(command=command):
            return f"run {command[0]}"
        case d.Wait(seconds=seconds):
            return f"wait {of_seconds(seconds)}"
        case d.Notify():
            return "notify"
        case d.BuildImages():
            return "build"


def _trigger(kind: TriggerKind, patterns: Sequence[str]) -> str:
    shown = list(patterns[:NAMED])
    if len(patterns) > NAMED:
        shown.append(f"{len(patterns) - NAMED} more")
    named = "" if shown == ["*"] else words.listed(shown, "or")
    match kind:
        case TriggerKind.PUSH:
            return f"on push to {named}" if named else "on push to any branch"
        case TriggerKind.TAG:
            return f"on tag {named}" if named else "on any tag"
        case _:
            return f"on GitHub release {named}" if named else "on a GitHub release"


def _canary(settings: d.Promote) -> list[str]:
    if not settings.canary:
        return []
    pause = f", {of_seconds(settings.pause_seconds)} apart" if settings.pause_seconds else ""
    return [f"canary {settings.canary} %{pause}"]


def _steps(tasks: Sequence[TaskSpec]) -> Iterator[list[TaskSpec]]:
    for _, together in itertools.groupby(tasks, key=lambda task: task.step):
        yield list(together)


def _corners(said: Sequence[str]) -> list[str]:
    return ["┌", *("├" for _ in said[2:]), "└"]


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= COMMAND_SHOWN else line[:COMMAND_SHOWN] + "…"
