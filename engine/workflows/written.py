"""From a ``Definition`` to what is stored and typed: its plain form, and its YAML."""

import itertools
import re
import shlex
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import yaml

from engine.workflows import definition as d
from engine.workflows.definition import Definition, Settings, TaskSpec, Trigger
from engine.workflows.places import UNIT_SECONDS
from engine.workflows.task_reading import MAIN, TOGETHER

WIDTH = 88  # columns, where a text has blanks to break at
BOOL = "tag:yaml.org,2002:bool"


def plain_of(definition: Definition) -> dict[str, Any]:
    """Return the plain form of a workflow, without what is as it would be anyway."""
    plain: dict[str, Any] = {"app": definition.app}
    if definition.description:
        plain["description"] = definition.description
    if definition.channel:
        plain["channel"] = definition.channel
    if definition.triggers:
        plain["on"] = _plain_triggers(definition.triggers)
    steps = itertools.groupby(definition.tasks, key=lambda task: task.step)
    plain["tasks"] = [_plain_step(list(tasks)) for _, tasks in steps]
    return plain


def plain_settings(settings: Settings) -> dict[str, Any]:
    """Return what one task is told, by the words of the YAML."""
    default = _DEFAULTS.get(type(settings))
    return {
        _WORDS.get(field.name, field.name): _plain_value(field.name, value)
        for field in fields(settings)
        if (value := getattr(settings, field.name)) != getattr(default, field.name, None)
    }


def to_yaml(name: str, plain: Mapping[str, Any]) -> str:
    """Return the YAML of one workflow as it may stand in rackhand.yml."""
    return all_to_yaml({name: plain})


def all_to_yaml(named: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the YAML of several workflows."""
    return yaml.dump(
        {"workflows": {name: _body(plain) for name, plain in named.items()}},
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=WIDTH,
    )


def written_seconds(seconds: float) -> str:
    """Return a length of time in the largest unit that says it whole: "90s", "5m", "7d"."""
    for unit in ("d", "h", "m"):
        if seconds and seconds % UNIT_SECONDS[unit] == 0:
            return f"{int(seconds // UNIT_SECONDS[unit])}{unit}"
    return f"{int(seconds)}s" if seconds == int(seconds) else f"{seconds!r}s"


def _body(plain: Mapping[str, Any]) -> dict[str, Any]:
    body = dict(plain)
    if "on" in body:
        body["on"] = _in_lines(body["on"])
    body["tasks"] = [_laid_out(task) for task in plain.get("tasks", ())]
    return body


def _plain_triggers(triggers: tuple[Trigger, ...]) -> Any:
    groups = [
        {str(kind): patterns[0] if len(patterns) == 1 else patterns}
        for kind, same in itertools.groupby(triggers, key=lambda trigger: trigger.kind)
        if (patterns := [trigger.pattern for trigger in same])
    ]
    return groups[0] if len(groups) == 1 else groups


def _plain_step(tasks: list[TaskSpec]) -> Any:
    plain = [_plain_task(task) for task in tasks]
    return plain[0] if len(plain) == 1 else {TOGETHER: plain}


def _plain_task(task: TaskSpec) -> Any:
    settings = plain_settings(task.settings)
    if not settings:
        return str(task.kind)
    main = MAIN.get(task.kind)
    return {str(task.kind): settings[main] if main and list(settings) == [main] else settings}


def _laid_out(task: Any) -> Any:
    """Return a plain task with its settings in one line."""
    if not isinstance(task, Mapping):
        return task
    return {
        word: [_laid_out(one) for one in inner] if word == TOGETHER else _in_lines(inner)
        for word, inner in task.items()
    }


def _in_lines(value: Any) -> Any:
    """Return a value with each mapping in one line."""
    if isinstance(value, list):
        return [_in_lines(one) for one in value]
    return _Inline(value) if isinstance(value, Mapping) else value


def _plain_value(field: str, value: Any) -> Any:
    if field.endswith("seconds"):
        return written_seconds(value)
    if field == "command":
        return shlex.join(value)
    return list(value) if isinstance(value, tuple) else value


_WORDS = {
    "timeout_seconds": "timeout",
    "settle_seconds": "settle",
    "offer_seconds": "offer",
    "pause_seconds": "pause",
    "seconds": "for",
}
_DEFAULTS: Mapping[type[Settings], Settings] = {
    d.WaitForChecks: d.WaitForChecks(),
    d.BuildImages: d.BuildImages(),
    d.Promote: d.Promote(rack=""),
    d.RunCommand: d.RunCommand(rack="", service="", command=()),
    d.Notify: d.Notify(text=""),
}


class _Inline(dict[str, Any]):
    """A mapping that is written within one line."""


class _Dumper(yaml.SafeDumper):
    """Writes ``on`` as a key without quotes, as everybody does who writes workflows."""

    yaml_implicit_resolvers = {  # noqa: RUF012  as PyYAML declares it
        first: [(tag, pattern) for tag, pattern in resolvers if tag != BOOL]
        for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  PyYAML's signature
        """Write everything out: an anchor would only puzzle."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent lists within mappings too, as people do."""
        super().increase_indent(flow, indentless=False)


_Dumper.add_implicit_resolver(BOOL, re.compile(r"(?i:true|false)\Z"), list("tTfF"))


def _represent_inline(dumper: yaml.SafeDumper, value: _Inline) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", list(value.items()), flow_style=True)


_Dumper.add_representer(_Inline, _represent_inline)
