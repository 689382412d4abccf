"""The steps of a promotion on a Docker rack, in the order that loses no request."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from engine.adapters.docker import serving, sharing
from engine.adapters.docker import table as tables
from engine.adapters.docker.container import CREATED, Container
from engine.adapters.docker.containers import Containers
from engine.adapters.docker.hosts import hosts_of_target, refuse_taken
from engine.adapters.docker.images import Images
from engine.adapters.docker.networks import Networks
from engine.adapters.docker.router import Router
from engine.adapters.docker.snapshot import NOTHING, Snapshot
from engine.adapters.docker.table import Table
from engine.adapters.placement import (
    Condition,
    Look,
    Placement,
    Traffic,
    divided,
    may_take_over,
    place,
    replaceable,
    startable,
    unwanted,
)
from engine.ports.rack import Observation, Phase, Target

NOT_HEALTHY = frozenset({Phase.ABSENT, Phase.STARTING, Phase.UNHEALTHY})
GLANCE_SECONDS = 0.1


class Rollout:
    """Performs the steps; each completes what an interrupted earlier call began."""

    def __init__(
        self,
        containers: Containers,
        networks: Networks,
        images: Images,
        router: Router,
        look: Callable[[Target], tuple[Sequence[Container], Mapping[str, Look]]],
        observe: Callable[[Target], Observation],
    ) -> None:
        """*look* returns an app's processes and how each looks; *observe* judges the target."""
        self._containers = containers
        self._networks = networks
        self._images = images
        self._router = router
        self._look = look
        self._observe = observe

    def prepare(self, target: Target) -> None:
        """Make sure of images, hosts, networks and router."""
        for spec in target.services:
            self._images.make_sure(spec.image, needed_by=spec.name)
        self._networks.make_sure()
        if len(target.services) > 1:
            self._networks.make_sure(target.app)
        self._router.make_sure()
        self._check_hosts(target)

    def start(self, target: Target) -> None:
        """Start what is missing and whose turn it is."""
        self.prepare(target)
        members, looks = self._look(target)
        for placement in place(target, members):
            if not placement.waits_for_shift:
                for container in placement.kept:
                    self._put_to_work(target, container)
                self._finish(target, placement)
        self._containers.start_replicas(target, startable(target, members, looks))
        self._stand_by(target)

    def divide(self, target: Target, percent: int) -> None:
        """Let the new processes have a share, once all are healthy that do not wait."""
        self._router.make_sure()
        self._check_hosts(target)
        self._stand_by(target)
        found = self._observe(target).services
        if any(seen.phase in NOT_HEALTHY and not seen.waits_for_shift for seen in found):
            return
        self._change(
            target.app, lambda table, members: sharing.divided(table, target, members, percent)
        )

    def shift(self, target: Target) -> None:
        """Replace stop-first services; once all is healthy, move the traffic."""
        self._router.make_sure()
        members, looks = self._look(target)
        to_replace = replaceable(target, members, looks)
        if to_replace or not _all_pass(target, members, looks):
            self._check_hosts(target)
            self._replace(target, to_replace)
            self._stand_by(target)
            if any(seen.phase in NOT_HEALTHY for seen in self._observe(target).services):
                return
        self._change(
            target.app,
            lambda table, members: serving.shifted(table, target, members),
            hosts_for=target,
        )

    def cut(self, target: Target, before: Callable[[int], None] | None) -> int:
        """End the sessions of old processes that have had their drain time; return how many."""
        members = self._containers.of(target.app)
        snapshot = self._router.look() or NOTHING
        if not _has_traffic(target, members, snapshot):
            self.shift(target)  # the router was lost: the new processes first
            return 0
        overdue = [
            snapshot.servers[container.name]
            for container in unwanted(target, members)
            if container.name in snapshot.servers
            and snapshot.servers[container.name].traffic is Traffic.DRAINING
            and snapshot.servers[container.name].sessions
            and snapshot.servers[container.name].seconds_since_change
            >= container.terms.drain_seconds
        ]
        count = sum(server.sessions for server in overdue)
        if count and before:
            before(count)
        self._router.cut(overdue)
        return count

    def retire(self, target: Target) -> None:
        """Take what the target does not want off the router, then stop and remove it."""
        self._router.make_sure()
        self._change(target.app, lambda table, members: serving.retired(table, target, members))
        self._containers.remove(unwanted(target, self._containers.of(target.app)))

    def revert(self, target: Target, to: Target | None) -> None:
        """Let the old processes have all traffic again, then remove the promotion's own."""
        self._router.make_sure()
        if to is not None and not self._is_back(to):
            return
        own, others = divided(target, self._containers.of(target.app), to=to)
        self._take_off([container for container in own if container.terms.stop_first])
        for container in others:
            if container.terms.stop_first and not container.is_running:
                self._containers.start(container.name)
        if to is not None:
            self._replace_gone(to)
        self._change(
            target.app, lambda table, members: serving.reverted(table, target, members, to)
        )
        self._wait_until_idle(own)
        self._change(target.app, lambda table, _: tables.without(table, own))
        self._containers.remove(own)

    def _is_back(self, to: Target) -> bool:
        """Whether all of *to* may take over; what is gone or was stopped is started."""
        members, looks = self._look(to)
        if may_take_over(to, members, looks):
            return True
        for placement in place(to, members):
            if not placement.spec.stop_first:
                for container in placement.wanted:
                    self._put_to_work(to, container)
        self.start(to)
        return False

    def _replace_gone(self, to: Target) -> None:
        """Start anew what *to* wants of stop-first services, now that the others have stopped."""
        for placement in place(to, self._containers.of(to.app)):
            if placement.spec.stop_first:
                self._finish(to, placement)
                missing = [(placement.spec, number) for number in placement.missing]
                self._containers.start_replicas(to, missing)

    def _check_hosts(self, target: Target) -> None:
        """Raise ``Refused`` for a host that leads to another app."""
        snapshot = self._router.look() or NOTHING
        if snapshot.hosts.keys() & hosts_of_target(target):
            everything = self._containers.of()
            refuse_taken(target, tables.present(everything, snapshot), everything)

    def _finish(self, target: Target, placement: Placement[Container]) -> None:
        """Start what an interrupted call has only made."""
        for container in placement.own:
            if container.state == CREATED:
                self._containers.finish(
                    container.name, target, container.service, already=container.networks
                )

    def _put_to_work(self, target: Target, container: Container) -> None:
        """Start a kept process that somebody stopped, and let the app's others reach it."""
        if len(target.services) > 1:
            self._containers.join(
                container.name, target.app, container.service, already=container.networks
            )
        if not container.is_running:
            self._containers.start(container.name)

    def _stand_by(self, target: Target) -> None:
        """Let the router check what is wanted; nothing gets traffic by it."""
        self._change(target.app, lambda table, members: serving.standing_by(table, target, members))

    def _replace(self, target: Target, placements: Iterable[Placement[Container]]) -> None:
        """Stop the old processes of stop-first services, then start the new ones."""
        for placement in placements:
            self._take_off(placement.old)
            self._finish(target, placement)
            missing = [(placement.spec, number) for number in placement.missing]
            self._containers.start_replicas(target, missing)

    def _take_off(self, leaving: Sequence[Container]) -> None:
        """Stop processes and leave them where they are; they are drained as they stop."""
        if not leaving:
            return
        self._change(
            leaving[0].app,
            lambda table, members: tables.with_traffic(
                table, members, serving.ready(table, leaving), Traffic.DRAINING
            ),
        )
        self._containers.stop(leaving)
        self._change(leaving[0].app, lambda table, _: tables.without(table, leaving))

    def _wait_until_idle(self, leaving: Sequence[Container]) -> None:
        """Wait for the last sessions, no longer than the services' drain time."""
        patience = max((container.terms.drain_seconds for container in leaving), default=0.0)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            servers = (self._router.look() or NOTHING).servers
            names = [container.name for container in leaving if container.name in servers]
            if not any(servers[name].sessions for name in names):
                return
            time.sleep(GLANCE_SECONDS)

    def _change(
        self,
        app: str,
        change: Callable[[Table, list[Container]], Table],
        *,
        hosts_for: Target | None = None,
    ) -> None:
        """Change what the router serves of an app, on the ground of how everything is now.

        Raises ``Refused`` where a host of *hosts_for* leads to another app by then.
        """
        with self._router.lock:
            snapshot = self._router.look() or NOTHING
            everything = self._containers.of()
            members = [container for container in everything if container.app == app]
            present = tables.present(everything, snapshot)
            if hosts_for is not None:
                refuse_taken(hosts_for, present, everything)
            table = change(present, members)
            if not tables.is_served(table, snapshot):
                self._router.apply(table)


def _all_pass(target: Target, members: Sequence[Container], looks: Mapping[str, Look]) -> bool:
    """Whether all is there and healthy; what is routed and passes is known to the router."""
    return all(
        not placement.missing
        and all(looks[one.id].condition is Condition.PASSING for one in placement.wanted)
        for placement in place(target, members)
    )


def _has_traffic(target: Target, members: list[Container], snapshot: Snapshot) -> bool:
    """Whether the wanted processes have it, as they have since the shift."""
    return all(
        container.name in snapshot.servers
        and snapshot.servers[container.name].traffic is Traffic.READY
        for placement in place(target, members)
        for container in placement.wanted
        if placement.spec.port is not None
    )
