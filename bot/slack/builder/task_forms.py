"""One form for each kind of task: its inputs, and the plain form of what was entered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.builder import forms
from bot.slack.limits import Block
from commands import words
from commands.reply import RackTag
from engine.workflows.places import Faults, Place
from engine.workflows.task_reading import MAIN, read_settings
from storage.workflow_records import TaskKind

K = TaskKind
NAMES: Mapping[TaskKind, str] = {
    K.WAIT_FOR_CHECKS: "Wait for green checks",
    K.BUILD: "Build the images",
    K.PROMOTE: "Promote on a rack",
    K.RUN: "Run a command",
    K.WAIT: "Wait a while",
    K.NOTIFY: "Say something",
}
BY_ITSELF, ON_CLICK = "false", "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the forms offer to choose from."""

    racks: Sequence[RackTag]
    checks: Sequence[str] = ()  # seen on the branch


def has_form(kind: TaskKind) -> bool:
    """Whether there is anything to enter: a build needs nothing to be told."""
    return kind is not K.BUILD


def blocks(kind: TaskKind, settings: Any, around: Around) -> list[Block]:
    """Draw the inputs of one kind, filled with the *settings* of a plain task."""
    return _FORMS[kind](_mapping(kind, settings), around)


def plain(kind: TaskKind, values: Mapping[str, Any]) -> Any:
    """Return the plain task that was entered, without what was left empty."""
    settings = {name: value for name, value in values.items() if value not in ("", [], None)}
    if settings.get("on_click") == BY_ITSELF:
        del settings["on_click"]
    more = [line.strip() for line in str(settings.pop("others", "")).splitlines() if line.strip()]
    if more:
        settings["required"] = [*settings.get("required", ()), *more]
    return {str(kind): settings} if settings else str(kind)


def faults_of(kind: TaskKind, values: Mapping[str, Any]) -> dict[str, str]:
    """Say what is wrong with what was entered, by the name of the input."""
    found = Faults()
    entered = plain(kind, values)
    settings = None if isinstance(entered, str) else entered[str(kind)]
    read_settings(kind, Place(path=str(kind), value=settings, faults=found))
    names = list(values)
    told: dict[str, str] = {}
    for fault in found.found:
        name = fault.path.removeprefix(f"{kind}").lstrip(".").split("[")[0]
        told.setdefault(name if name in names else names[0], _sentence(fault.text))
    return told


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _mapping(kind: TaskKind, settings: Any) -> Mapping[str, Any]:
    """Return the settings of a plain task by name, also where it is only one word."""
    if settings is None:
        return {}
    return settings if isinstance(settings, Mapping) else {MAIN[kind]: settings}


def _checks(settings: Mapping[str, Any], around: Around) -> list[Block]:
    required = settings.get("required") or []
    chosen = [required] if isinstance(required, str) else list(required)
    seen = list(around.checks)
    found: list[Block] = []
    if seen:
        hint = "Seen on the branch. None: what the branch's protection says, else all there are."
        found.append(forms.many("required", "Checks that must be green", seen, chosen, hint))
    others = "\n".join(one for one in chosen if one not in seen)
    label = "Others that must be green, one a line" if seen else "Checks that must be green"
    hint = "" if seen else "One a line. None: what the branch's protection says, else all."
    return [
        *found,
        forms.text_input(
            "others", label, others, hint=hint, optional=True, multiline=True, longest=1_000
        ),
        forms.text_input(
            "timeout",
            "Give up after",
            str(settings.get("timeout", "")),
            hint="As in 30m or 2h; an hour where nothing is written.",
            optional=True,
        ),
    ]


def _promote(settings: Mapping[str, Any], around: Around) -> list[Block]:
    on_click = str(settings.get("on_click", "")).lower() in {"true", "yes", "on"}
    return [
        _rack(settings, around),
        forms.choice(
            "on_click",
            "When",
            [(BY_ITSELF, "By itself"), (ON_CLICK, "When somebody clicks")],
            ON_CLICK if on_click else BY_ITSELF,
        ),
        forms.text_input(
            "canary",
            "Canary",
            _canary(settings.get("canary")),
            hint="Percents of the traffic, as in 10,50,100. Empty: all at once.",
            optional=True,
        ),
        forms.text_input(
            "pause",
            "Pause between its steps",
            str(settings.get("pause", "")),
            hint="As in 5m. Empty: somebody moves it on.",
            optional=True,
        ),
    ]


def _run(settings: Mapping[str, Any], around: Around) -> list[Block]:
    return [
        _rack(settings, around),
        forms.text_input("service", "Service", str(settings.get("service", ""))),
        forms.text_input(
            "command",
            "Command",
            str(settings.get("command", "")),
            hint="Runs once, in a process of its own, with the service's image and environment.",
            longest=2_000,
        ),
        forms.text_input(
            "timeout",
            "Stop it after",
            str(settings.get("timeout", "")),
            hint="As in 10m, which it is where nothing is written.",
            optional=True,
        ),
    ]


def _wait(settings: Mapping[str, Any], _: Around) -> list[Block]:
    return [forms.text_input("for", "How long", str(settings.get("for", "")), hint="As in 10m.")]


def _notify(settings: Mapping[str, Any], _: Around) -> list[Block]:
    hint = "May name {app}, {commit}, {subject}, {author}, {release} and {job}."
    return [
        forms.text_input(
            "text", "Text", str(settings.get("text", "")), hint=hint, multiline=True, longest=2_000
        ),
        forms.text_input(
            "channel",
            "Channel",
            str(settings.get("channel", "")),
            hint="As in #web. Empty: where the job's card is.",
            optional=True,
        ),
    ]


def _rack(settings: Mapping[str, Any], around: Around) -> Block:
    racks = [(tag.name, words.rack(tag)) for tag in around.racks]
    return forms.select("rack", "Rack", racks, settings.get("rack"))


def _canary(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value or "")


_FORMS: Mapping[TaskKind, Callable[[Mapping[str, Any], Around], list[Block]]] = {
    K.WAIT_FOR_CHECKS: _checks,
    K.BUILD: lambda _, __: [],
    K.PROMOTE: _promote,
    K.RUN: _run,
    K.WAIT: _wait,
    K.NOTIFY: _notify,
}
