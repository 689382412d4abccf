"""The two workflows that most teams begin with, made for an app, a branch and racks."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.workflows.definition import (
    BuildImages,
    Definition,
    Promote,
    Settings,
    TaskSpec,
    Trigger,
    WaitForChecks,
)
from engine.world import RackSpec
from storage.workflow_records import TaskKind, TriggerKind

NAME_LIMIT = 40  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A workflow that lacks only its app, its branch and its racks."""

    name: str
    title: str
    description: str
    racks: tuple[str, ...]  # what each of its racks is for, in their order
    make: Callable[[str, str, Sequence[str]], Definition]  # of app, branch and racks


def continuous_delivery(app: str, branch: str, racks: Sequence[str]) -> Definition:
    """Bring each green commit of a branch live on one rack."""
    return _workflow(
        app,
        branch,
        "Each green commit goes live by itself",
        WaitForChecks(),
        BuildImages(),
        Promote(rack=racks[0]),
    )


def qa_app(app: str, branch: str, racks: Sequence[str]) -> Definition:
    """Bring each green commit live where people verify it; one click takes it further."""
    return _workflow(
        app,
        branch,
        f"Verified on {racks[0]}, promoted to {racks[1]} by a click",
        WaitForChecks(),
        BuildImages(),
        Promote(rack=racks[0]),
        Promote(rack=racks[1], on_click=True),
    )


TEMPLATES: Mapping[str, Template] = {
    "continuous-delivery": Template(
        name="continuous-delivery",
        title="Continuous Delivery",
        description="Push or merge → checks green → build → live, all by itself.",
        racks=("Goes live on",),
        make=continuous_delivery,
    ),
    "qa-app": Template(
        name="qa-app",
        title="QA app",
        description="Merge → checks green → build → live for QA; people verify it, and one click "
        "promotes it.",
        racks=("Verified on", "Promoted by a click to"),
        make=qa_app,
    ),
}


def racks_for(template: Template, racks: Mapping[str, RackSpec]) -> tuple[str, ...] | None:
    """Propose racks for a template: first those that ask nobody. None where there are too few."""
    if len(racks) < len(template.racks):
        return None
    return tuple(sorted(racks, key=lambda name: racks[name].protected)[: len(template.racks)])


def free_name(template: Template, app: str, taken: Collection[str]) -> str:
    """Propose a name that no workflow has yet: "qa-app", "shop-qa-app", "shop-qa-app-2"."""
    for name in (template.name, f"{app}-{template.name}"[:NAME_LIMIT]):
        if name not in taken:
            return name
    number = 2
    while (name := f"{app[: NAME_LIMIT - 20]}-{template.name}"[:36] + f"-{number}") in taken:
        number += 1
    return name


def _workflow(app: str, branch: str, description: str, *settings: Settings) -> Definition:
    kinds = {
        WaitForChecks: TaskKind.WAIT_FOR_CHECKS,
        BuildImages: TaskKind.BUILD,
        Promote: TaskKind.PROMOTE,
    }
    return Definition(
        app=app,
        description=description,
        triggers=(Trigger(kind=TriggerKind.PUSH, pattern=branch),),
        tasks=tuple(
            TaskSpec(kind=kinds[type(one)], step=step, settings=one)
            for step, one in enumerate(settings)
        ),
    )
