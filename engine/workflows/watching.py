"""Which repositories are watched: those of apps whose workflows have a trigger."""

from engine.world import World
from storage import apps, watched, workflows
from storage.store import Transaction


def keep_watch(world: World) -> None:
    """Watch what the workflows on record need, and nothing else; a repeat changes nothing."""
    with world.store.write() as transaction:
        keep_watch_in(world, transaction)


def keep_watch_in(world: World, transaction: Transaction) -> None:
    """Do so in the transaction that changed workflows or apps.

    A repository that is watched already keeps all that is known of it. A paused workflow's is
    watched on: what moves meanwhile is to be known when it is resumed. Without a forge everything
    stays as it is, for the process that has one.
    """
    if world.forge is None:
        return
    wanted = _wanted(world, transaction)
    known = {one.repo for one in watched.all_of_them(transaction)}
    for repo in sorted(wanted - known):
        watched.watch(transaction, repo, world.clock.now())
    for repo in sorted(known - wanted):
        watched.forget(transaction, repo)


def repository_of(world: World, repo_url: str) -> str | None:
    """Return the repository as the forge names it; None for one that is hosted elsewhere."""
    return world.forge.name_of(repo_url) if world.forge else None


def _wanted(world: World, transaction: Transaction) -> set[str]:
    triggered = {one.app for one in workflows.all_of_them(transaction) if one.definition.get("on")}
    names = (
        repository_of(world, app.repo)
        for app in apps.all_of_them(transaction)
        if app.name in triggered
    )
    return {name for name in names if name}
