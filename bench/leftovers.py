"""Counts what is left that nobody wants, in the database, on a simulated rack, on an engine."""

import sys
from collections.abc import Collection, Iterable
from contextlib import closing

import docker
from docker.models.containers import Container

from bench.bots import Bot
from engine.adapters.memory import MemoryWorld
from storage import builds, claims, outbox, promotions

PROMOTION, SERVICE = "rackhand.promotion", "rackhand.service"
ADMIN_PORT = 9999  # of the router, inside its container


def unfinished(bot: Bot) -> int:
    """Count what is under way or still to be told."""
    with bot.world.store.read() as transaction:
        running = [*builds.unfinished(transaction), *promotions.unfinished(transaction)]
        return len(running) + outbox.pending_count(transaction)


def of_database(bot: Bot, rack: str) -> int:
    """Count rows of work that has ended: leases, waiting and running promotions, things to tell."""
    with bot.world.store.read() as transaction:
        found = {
            "leases": sorted(claims.owners(transaction)),
            "promotions": [one.id for one in promotions.unfinished(transaction)],
            "to clear up": [one.id for one in promotions.with_leftovers(transaction, rack=rack)],
            "builds": [one.id for one in builds.unfinished(transaction)],
            "to tell": ["one"] * outbox.pending_count(transaction),
        }
    return sum(_counted(what, ids) for what, ids in found.items())


def of_simulated_rack(bot: Bot, rack: str) -> int:
    """Count processes of what is not live, and hosts that lead to no live app."""
    live = _live(bot, rack)
    state = MemoryWorld(bot.config.with_name("rackhand-memory.json")).rack(rack)
    strange = [one.id for one in state.processes if one.promotion not in live.values()]
    hosts = [host for host, place in state.hosts.items() if place.split("/")[0] not in live]
    hooks = [one.promotion for one in state.hooks]
    return _counted("processes", strange) + _counted("hosts", hosts) + _counted("hooks", hooks)


def of_engine(bot: Bot, rack: str, engine: str, *, tags: Collection[str]) -> int:
    """Count containers, networks, router entries and image tags that what is live does not need.

    *tags* are the images' names from before.
    """
    live = set(_live(bot, rack).values())
    with closing(docker.DockerClient(engine)) as client:
        filters: dict[str, str | list[str] | bool] = {"label": f"rackhand.rack={rack}"}
        containers = client.containers.list(all=True, filters=filters)
        processes = [one for one in containers if one.labels.get(PROMOTION) in live]
        router = client.containers.get(f"rackhand-{rack}-router")
        strange = [one.name for one in containers if one not in processes and one != router]
        networks = [one.name for one in client.networks.list(filters=filters)]
        networks.remove(f"rackhand-{rack}")
        servers = _servers(router) - {str(one.name) for one in processes}
        new_tags = image_tags(engine) ^ set(tags)
    return (
        _counted("containers", strange)
        + _counted("networks", networks)
        + _counted("router entries", servers)
        + _counted("image tags", new_tags)
    )


def image_tags(engine: str) -> set[str]:
    """Return the names of all images on an engine."""
    with closing(docker.DockerClient(engine)) as client:
        return {tag for image in client.images.list() for tag in image.tags}


def _servers(router: Container) -> set[str]:
    """Ask the router itself which servers it has."""
    command = f"echo 'show servers state' | busybox nc 127.0.0.1 {ADMIN_PORT}"
    answer = router.exec_run(["busybox", "sh", "-c", command])
    assert isinstance(answer.output, bytes)
    lines = answer.output.decode().splitlines()
    rows = [line.split() for line in lines if line and line[0].isdigit()]
    return {row[3] for row in rows if len(row) > 3}


def _live(bot: Bot, rack: str) -> dict[str, str]:
    """Return the promotion behind what is live, by app."""
    with bot.world.store.read() as transaction:
        return {one.app: one.promotion_id for one in promotions.all_live(transaction, rack=rack)}


def _counted(what: str, found: Iterable[str | None]) -> int:
    names = sorted(str(one) for one in found)
    if names:
        print(f"left over, {what}: {', '.join(names)}", file=sys.stderr, flush=True)
    return len(names)
