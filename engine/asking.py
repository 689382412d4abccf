"""Who asks for a change, and the key by which the same request, delivered twice, acts once."""

from dataclasses import dataclass

from engine.world import World
from storage import claims
from storage.records import Person
from storage.store import Transaction


class Repeated(Exception):
    """This very request was taken before; nothing was done now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One person's wish to change something."""

    person: Person
    key: str
    channel: str | None = None  # where it was asked; cards go there when an app names no channel

    def claim(self, world: World, transaction: Transaction) -> None:
        """Take the request in the transaction of its change; ``Repeated`` the second time."""
        if not claims.first_time(transaction, self.key, world.clock.now(), None):
            raise Repeated(self.key)


def card_channel(world: World, asking: Asking, app_channel: str | None) -> str | None:
    """Return where the card goes: the app's channel, else the default, else where it was asked."""
    return app_channel or world.default_channel or asking.channel
