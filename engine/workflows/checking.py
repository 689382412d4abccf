"""What a workflow is checked against: apps, racks and the forge, as they are just now."""

from collections.abc import Iterable, Iterator

from engine.lookup import nearest, shown
from engine.target import manifest_of
from engine.workflows.definition import (
    BuildImages,
    Definition,
    Fault,
    Promote,
    RunCommand,
    WaitForChecks,
)
from engine.workflows.reading import task_paths
from engine.workflows.watching import repository_of
from engine.world import World
from storage import apps, releases
from storage.records import App, Release
from storage.store import Transaction


def check(world: World, definition: Definition) -> tuple[Fault, ...]:
    """Say what it names that is not there. A workflow with such faults is not saved."""
    with world.store.read() as transaction:
        return check_in(world, transaction, definition)


def check_in(world: World, transaction: Transaction, definition: Definition) -> tuple[Fault, ...]:
    """Do so in a transaction that is open."""
    names = [app.name for app in apps.all_of_them(transaction)]
    faults = list(rack_faults(definition, world.racks))
    if definition.app not in names:
        hint = nearest(definition.app, names) or "`/rack apps` lists them."
        faults.insert(
            0, Fault(path="app", text=f"there is no app `{shown(definition.app)}`. {hint}")
        )
    faults += _canary_faults(world, definition)
    faults += _build_faults(world, definition)
    return tuple(faults)


def rack_faults(definition: Definition, racks: Iterable[str]) -> Iterator[Fault]:
    """Name the racks that are not there, with the nearest that is."""
    known = tuple(racks)
    for path, settings in _with_paths(definition):
        if isinstance(settings, Promote | RunCommand) and settings.rack not in known:
            hint = nearest(settings.rack, known) or "`/rack racks` lists them."
            yield Fault(path=path, text=f"there is no rack `{shown(settings.rack)}`. {hint}")


def cautions(world: World, definition: Definition) -> tuple[str, ...]:
    """Say what would keep it from doing its work as things are; it is saved all the same."""
    with world.store.read() as transaction:
        app = apps.get(transaction, definition.app)
        latest = releases.latest(transaction, app=definition.app, limit=1)
    found = [_of_forge(world, definition, app)] if app else []
    if latest:
        found += _of_services(definition, latest[0])
    return tuple(text for text in found if text)


def _of_forge(world: World, definition: Definition, app: App) -> str:
    waits = any(isinstance(task.settings, WaitForChecks) for task in definition.tasks)
    if (not definition.triggers and not waits) or repository_of(world, app.repo):
        return ""
    goes_without = "its checks cannot be seen" if waits else ""
    by_hand = "it can only be begun by hand" if definition.triggers else ""
    so = " and ".join(part for part in (by_hand, goes_without) if part)
    if world.forge is None:
        return f"GitHub is not set up here, so {so}. GITHUB_TOKEN, or a GitHub App, opens it."
    return f"The repository of {app.name} is not on {world.forge.host}, so {so}."


def _of_services(definition: Definition, latest: Release) -> list[str]:
    services = [service.name for service in manifest_of(latest).services]
    return [
        f"`{path}`: `{shown(settings.service)}` is no service of {latest.id}, the newest release. "
        f"{nearest(settings.service, services)}".rstrip()
        for path, settings in _with_paths(definition)
        if isinstance(settings, RunCommand) and settings.service not in services
    ]


def _canary_faults(world: World, definition: Definition) -> Iterator[Fault]:
    for path, settings in _with_paths(definition):
        if not isinstance(settings, Promote) or not settings.canary:
            continue
        rack = settings.rack
        if rack in world.racks and not world.rack(rack).capabilities.weights:
            text = f"{rack} cannot divide the traffic. Take `canary` out."
            yield Fault(path=f"{path}.canary", text=text)


def _build_faults(world: World, definition: Definition) -> Iterator[Fault]:
    """Tell of a build of which nothing says where: only tasks name racks."""
    named = any(isinstance(task.settings, Promote | RunCommand) for task in definition.tasks)
    if named or len(world.racks) == 1:
        return
    for path, settings in _with_paths(definition):
        if isinstance(settings, BuildImages):
            text = "it is not said on which rack to build. Add a task such as `promote: staging`."
            yield Fault(path=path, text=text)


def _with_paths(definition: Definition) -> Iterator[tuple[str, object]]:
    settings = (task.settings for task in definition.tasks)
    return zip(task_paths(definition), settings, strict=True)
