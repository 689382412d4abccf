"""What a command knows when it runs: the world, the request, and what the words leave open."""

from dataclasses import dataclass

from commands import policy
from commands.reply import RackTag
from commands.request import Request
from engine import lookup
from engine.asking import Asking
from engine.errors import UserError
from engine.world import World
from storage import apps, builds, jobs, promotions
from storage.records import App, Build, Promotion
from storage.workflow_records import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One request being answered."""

    world: World
    request: Request

    def asking(self) -> Asking:
        """Say who asks, for a change. Raises ``UserError`` for those who may only look."""
        policy.may_act(self.request)
        return Asking(person=self.request.actor, key=self.request.key, channel=self.request.channel)

    def tag(self, rack: str) -> RackTag:
        """Return the rack as it is shown."""
        spec = self.world.rack_spec(rack)
        return RackTag(name=spec.name, color=spec.color, protected=spec.protected)

    def rack(self, named: str | None) -> str:
        """Return the rack that is meant: named, the thread's, one's own, the channel's, the only.

        Raises ``UserError`` where none of these says which.
        """
        chosen = named or self._rack_of_thread() or self.switched() or self._only_rack()
        if chosen is None:
            names = ", ".join(f"`{name}`" for name in self.world.racks)
            raise UserError(
                "Which rack?",
                why=f"There are {names}.",
                remedy="Add `--rack NAME`, or choose one for yourself with `/rack switch NAME`.",
            )
        return self.world.rack_spec(chosen).name

    def app(self, named: str | None) -> str:
        """Return the app that is meant: named, the thread's, the channel's, or the only one.

        Raises ``UserError`` where none of these says which.
        """
        with self.world.store.read() as transaction:
            if named:
                return lookup.app(transaction, named).name
            known = apps.all_of_them(transaction)
        if subject := self.subject():
            return subject.app
        here = [app for app in known if self._is_here(app)]
        for candidates in (here, known):
            if len(candidates) == 1:
                return candidates[0].name
        if not known:
            raise UserError(
                "There is no app yet.", remedy="`/rack apps create NAME --repo URL` makes one."
            )
        names = ", ".join(f"`{app.name}`" for app in known)
        raise UserError("Which app?", why=f"There are {names}.", remedy="Add `--app NAME`.")

    def subject(self) -> Build | Promotion | Job | None:
        """Return the build, promotion or job in whose thread this was said."""
        if self.request.subject is None:
            return None
        with self.world.store.read() as transaction:
            return (
                builds.get(transaction, self.request.subject)
                or promotions.get(transaction, self.request.subject)
                or jobs.get(transaction, self.request.subject)
            )

    def switched(self) -> str | None:
        """Return the rack that the person, else the channel, has switched to."""
        with self.world.store.read() as transaction:
            own = apps.switched_to(transaction, self.own_scope)
            channel = self.channel_scope
            chosen = own or (apps.switched_to(transaction, channel) if channel else None)
        return chosen if chosen in self.world.racks else None

    @property
    def own_scope(self) -> str:
        """The key under which the person's own switch is kept."""
        return f"user:{self.request.actor.team}:{self.request.actor.user}"

    @property
    def channel_scope(self) -> str | None:
        """The key under which the channel's switch is kept."""
        return f"channel:{self.request.channel}" if self.request.channel else None

    def _rack_of_thread(self) -> str | None:
        subject = self.subject()
        return None if subject is None or isinstance(subject, Job) else subject.rack

    def _only_rack(self) -> str | None:
        names = list(self.world.racks)
        return names[0] if len(names) == 1 else None

    def _is_here(self, app: App) -> bool:
        if not app.channel:
            return False
        return app.channel.lstrip("#") in {self.request.channel, self.request.channel_name}


def tag_of(world: World, rack: str) -> RackTag:
    """Return the rack of something on record, which may have left rackhand.yml since."""
    spec = world.racks.get(rack)
    if spec is None:
        return RackTag(name=rack, color="white")
    return RackTag(name=spec.name, color=spec.color, protected=spec.protected)
