"""What the workflow builder offers, and what it says of a workflow before it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from commands import flow
from commands.context import tag_of
from commands.reply import RackTag
from engine.errors import NotFound, PortError
from engine.ports.forge import Forge
from engine.workflows.checking import check
from engine.workflows.reading import in_words, read
from engine.workflows.refs import BRANCH
from engine.workflows.templates import TEMPLATES, free_name, racks_for
from engine.workflows.written import plain_of
from engine.world import World
from storage import apps, workflows
from storage.records import App
from storage.workflow_records import Workflow

WILD = frozenset("*?[")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOffer:
    """An app that a workflow can be for."""

    name: str
    repo: str
    branch: str
    hosted: str | None  # as the forge names the repository; None: it is hosted elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What there is to choose from."""

    apps: tuple[AppOffer, ...]
    racks: tuple[RackTag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What there is to say of a workflow that is being built."""

    faults: tuple[str, ...] = ()  # it cannot be saved so
    notes: tuple[str, ...] = ()  # good to know
    checks: tuple[str, ...] = ()  # names that were seen on the branch
    flow: str = ""  # its drawing, with marks; empty while it cannot be read


def offers(world: World) -> Offers:
    """Read what can be chosen."""
    with world.store.read() as transaction:
        known = apps.all_of_them(transaction)
    return Offers(
        apps=tuple(_offer(world, app) for app in known),
        racks=tuple(tag_of(world, name) for name in world.racks),
    )


def template(world: World, name: str, app: str | None) -> tuple[str, Mapping[str, Any]] | None:
    """Return a template under a name that is free, filled in for an app, the first by default.

    None where there is no such template, no app, or too few racks for it.
    """
    chosen = TEMPLATES.get(name)
    with world.store.read() as transaction:
        known = apps.all_of_them(transaction)
        taken = {one.name for one in workflows.all_of_them(transaction)}
    racks = racks_for(chosen, world.racks) if chosen else None
    found = next((one for one in known if app in (None, one.name)), None)
    if chosen is None or racks is None or found is None:
        return None
    definition = chosen.make(found.name, found.branch, racks)
    return free_name(chosen, found.name, taken), plain_of(definition)


def on_record(world: World, name: str) -> Workflow | None:
    """Read a workflow that is to be edited."""
    with world.store.read() as transaction:
        return workflows.get(transaction, name)


def faults(
    world: World, name: str, plain: Mapping[str, Any], *, is_new: bool
) -> tuple[tuple[str, str], ...]:
    """Say what is wrong with a workflow, each fault with its path. Asks nobody outside."""
    reading = read(name, plain)
    if reading.definition is None:
        return tuple((fault.path, in_words(fault)) for fault in reading.faults)
    found = [(one.path, in_words(one)) for one in check(world, reading.definition)]
    if is_new and on_record(world, name):
        found.append(("name", f"There is a workflow `{name}` already. Choose another name."))
    return tuple(found)


def findings(world: World, name: str, plain: Mapping[str, Any], *, is_new: bool) -> Findings:
    """Look at a workflow as it is by now, and ask the forge what it says of the branch."""
    reading = read(name, plain)
    told = tuple(text for _, text in faults(world, name, plain, is_new=is_new))
    notes, checks = _of_branch(world, plain)
    return Findings(
        faults=told,
        notes=notes,
        checks=checks,
        flow=flow.draw(world, reading.definition) if reading.definition else "",
    )


def _offer(world: World, app: App) -> AppOffer:
    hosted = world.forge.name_of(app.repo) if world.forge else None
    return AppOffer(name=app.name, repo=app.repo, branch=app.branch, hosted=hosted)


def _of_branch(world: World, plain: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say whether the branch is there, and name the checks that were seen on it."""
    with world.store.read() as transaction:
        app = apps.get(transaction, str(plain.get("app", "")))
    on = plain.get("on")
    branch = on.get("push") if isinstance(on, Mapping) else None
    if app is None or not isinstance(branch, str) or WILD & set(branch):
        return (), ()
    hosted = world.forge.name_of(app.repo) if world.forge else None
    if world.forge is None or hosted is None:
        return (), ()
    try:
        sha = world.forge.heads(hosted).get(f"{BRANCH}{branch}")
        if sha is None:
            return (f"{hosted} has no branch `{branch}` yet.",), ()
        return (f"`{branch}` of {hosted} is at `{sha[:7]}`.",), _checks(
            world.forge, hosted, sha, branch
        )
    except NotFound:
        return (f"{world.forge.host} shows no repository {hosted}.",), ()
    except PortError as error:
        return (f"The branch could not be looked up: {error.detail}",), ()


def _checks(forge: Forge, hosted: str, sha: str, branch: str) -> tuple[str, ...]:
    seen = forge.checks(hosted, sha, branch=branch)
    return tuple(dict.fromkeys([*(seen.required or ()), *(one.name for one in seen.found)]))
