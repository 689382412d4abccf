"""Where a card can go: its channel, else the default one, else the person who asked."""

from bot.relay.poster import Poster, RateLimited, Rejected, Unsure
from engine.world import World
from storage import builds, promotions
from storage.records import Outgoing

TERMINAL = "terminal"


class Places:
    """The channels that take cards, and those that did not."""

    def __init__(self, world: World, poster: Poster) -> None:
        """Channels that refuse are remembered until the process ends."""
        self._world = world
        self._poster = poster
        self._refused: set[str] = set()
        self._joined: set[str] = set()

    def of(self, outgoing: Outgoing) -> list[str]:
        """Return the channels to try for a card, the best first."""
        wanted = [outgoing.channel, self._world.default_channel, self._asker(outgoing.subject)]
        places = [place for place in dict.fromkeys(wanted) if place]
        return [place for place in places if place not in self._refused] or places[-1:]

    def refuse(self, channel: str) -> None:
        """Remember that *channel* is archived, gone, or closed to us; join it where that helps."""
        if channel not in self._joined and self._join(channel):
            self._joined.add(channel)
            return
        self._refused.add(channel)

    def _join(self, channel: str) -> bool:
        if not channel.startswith("C"):
            return False
        try:
            self._poster.join(channel)
        except (Rejected, RateLimited, Unsure):
            return False
        return True

    def _asker(self, subject: str) -> str | None:
        with self._world.store.read() as transaction:
            found = builds.get(transaction, subject) or promotions.get(transaction, subject)
        if found is None or found.asked_by.team == TERMINAL:
            return None
        return found.asked_by.user
