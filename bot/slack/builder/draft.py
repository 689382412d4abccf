"""A workflow while it is being built: what the dialog carries from one click to the next."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.slack.limits import METADATA

PUSH, TAG, RELEASE, HAND, KEPT = "push", "tag", "release", "hand", "kept"
TOGETHER = "together"
BUILD = "build"

Plain = Mapping[str, Any]


class TooLarge(Exception):
    """It holds more than a dialog of Slack can carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTask:
    """One task, in the plain form of the YAML."""

    plain: Any  # "build", or {"promote": {…}}
    joined: bool = False  # it goes side by side with the one before it

    @property
    def kind(self) -> str:
        """The word that it begins with."""
        return self.plain if isinstance(self.plain, str) else str(next(iter(self.plain)))

    @property
    def settings(self) -> Any:
        """What it is told: a mapping, one word for the usual case, or nothing."""
        return None if isinstance(self.plain, str) else next(iter(self.plain.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All that was entered so far."""

    name: str = ""
    app: str = ""
    when: str = PUSH
    pattern: str = ""
    kept: Any = None  # what begins it, where the dialog cannot show that
    tasks: tuple[DraftTask, ...] = ()
    description: str = ""
    channel: str | None = None
    revision: int | None = None  # that it was opened at; None: it is new

    def plain(self) -> dict[str, Any]:
        """Return the workflow in the plain form of the YAML."""
        found: dict[str, Any] = {"app": self.app}
        if self.description:
            found["description"] = self.description
        if self.channel:
            found["channel"] = self.channel
        if self.when == KEPT:
            found["on"] = self.kept
        elif self.when != HAND:
            found["on"] = {self.when: self.pattern or "*"}
        return {**found, "tasks": _grouped(self.tasks)}

    def with_task(self, index: int, plain: Any) -> "Draft":
        """Return it with another task at *index*, or one more at the end."""
        if index >= len(self.tasks):
            return replace(self, tasks=(*self.tasks, DraftTask(plain=plain)))
        changed = replace(self.tasks[index], plain=plain)
        return self._with(self.tasks[:index], [changed], self.tasks[index + 1 :])

    def without_task(self, index: int) -> "Draft":
        """Return it without the task at *index*."""
        return self._with(self.tasks[:index], self.tasks[index + 1 :])

    def moved(self, index: int, by: int) -> "Draft":
        """Return it with the task at *index* that many places further on."""
        goal = index + by
        if not 0 <= goal < len(self.tasks):
            return self
        tasks = list(self.tasks)
        tasks.insert(goal, replace(tasks.pop(index), joined=False))
        return self._with(tasks)

    def joined(self, index: int) -> "Draft":
        """Return it with the task at *index* side by side with the one before, or alone again."""
        task = self.tasks[index]
        changed = replace(task, joined=not task.joined)
        return self._with(self.tasks[:index], [changed], self.tasks[index + 1 :])

    def _with(self, *parts: Iterable[DraftTask]) -> "Draft":
        tasks = [task for part in parts for task in part]
        if tasks:
            tasks[0] = replace(tasks[0], joined=False)
        return replace(self, tasks=tuple(tasks))


def of_plain(name: str, plain: Plain, *, revision: int | None) -> Draft:
    """Return the draft of a workflow on record, or of a template."""
    when, pattern, kept = _beginning(plain.get("on"))
    tasks: list[DraftTask] = []
    for step in plain.get("tasks", ()):
        inner = step[TOGETHER] if isinstance(step, Mapping) and TOGETHER in step else [step]
        tasks += [DraftTask(plain=one, joined=number > 0) for number, one in enumerate(inner)]
    return Draft(
        name=name,
        app=str(plain.get("app", "")),
        when=when,
        pattern=pattern,
        kept=kept,
        tasks=tuple(tasks),
        description=str(plain.get("description", "")),
        channel=plain.get("channel"),
        revision=revision,
    )


def pack(draft: Draft, **more: Any) -> str:
    """Return what a view carries. Raises ``TooLarge``."""
    packed = json.dumps({"draft": asdict(draft), **more}, separators=(",", ":"))
    if len(packed) > METADATA:
        raise TooLarge
    return packed


def unpack(text: str) -> tuple[Draft, dict[str, Any]]:
    """Read what a view carried: the draft, and what else was packed with it."""
    packed = json.loads(text)
    facts = packed.pop("draft")
    tasks = tuple(DraftTask(**task) for task in facts.pop("tasks"))
    return Draft(**facts, tasks=tasks), packed


def _beginning(on: Any) -> tuple[str, str, Any]:
    if not on:
        return HAND, "", None
    if isinstance(on, Mapping) and len(on) == 1:
        word, pattern = next(iter(on.items()))
        if isinstance(pattern, str) and word in {PUSH, TAG, RELEASE}:
            return str(word), pattern, None
    return KEPT, "", on


def _grouped(tasks: Sequence[DraftTask]) -> list[Any]:
    steps: list[list[Any]] = []
    for task in tasks:
        if task.joined and steps:
            steps[-1].append(task.plain)
        else:
            steps.append([task.plain])
    return [step[0] if len(step) == 1 else {TOGETHER: step} for step in steps]
