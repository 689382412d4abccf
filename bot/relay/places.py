"""Where a card can go: its channel, else the default one, else the person who asked."""

from datetime import datetime, timedelta

from bot.relay.poster import Poster, RateLimited, Rejected, Unsure
from bot.slack.spans import is_in_slack
from engine.world import World
from storage import builds, jobs, promotions
from storage.records import Outgoing

REFUSED_FOR = timedelta(minutes=10)  # then a channel may have been brought back
CLOSED = frozenset(  # codes that speak of the place, not of the message
    {
        "cannot_dm_bot",
        "channel_not_found",
        "ekm_access_denied",
        "is_archived",
        "messages_tab_disabled",
        "not_in_channel",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "user_disabled",
        "user_not_found",
    }
)


class Places:
    """The channels that take cards, and those that did not."""

    def __init__(self, world: World, poster: Poster) -> None:
        """What is remembered only saves calls that Slack would refuse again."""
        self._world = world
        self._poster = poster
        self._refused: dict[str, datetime] = {}
        self._joined: set[str] = set()
        self._ids: dict[str, str] = {}

    def of(self, outgoing: Outgoing) -> list[str]:
        """Return the channels to try for a card, the best first; none where all have refused."""
        wanted = [outgoing.channel, self._world.default_channel, self._asker(outgoing.subject)]
        return [place for place in dict.fromkeys(wanted) if place and not self._is_refused(place)]

    def learn(self, channel: str, channel_id: str) -> None:
        """Remember that *channel*, perhaps a name, is the one with this id."""
        self._ids[channel] = channel_id

    def open(self, channel: str, code: str) -> bool:
        """Whether a channel that refused with *code* takes messages after all: it was joined.

        One that does not is left out for a while.
        """
        if code == "not_in_channel" and channel not in self._joined and self._join(channel):
            self._joined.add(channel)
            return True
        self._refused[self._ids.get(channel, channel)] = self._world.clock.now()
        return False

    def _is_refused(self, channel: str) -> bool:
        refused_at = self._refused.get(self._ids.get(channel, channel))
        return refused_at is not None and self._world.clock.now() - refused_at < REFUSED_FOR

    def _join(self, channel: str) -> bool:
        try:
            self._poster.join(channel)
        except (Rejected, RateLimited, Unsure):
            return False
        return True

    def _asker(self, subject: str) -> str | None:
        with self._world.store.read() as transaction:
            found = (
                builds.get(transaction, subject)
                or promotions.get(transaction, subject)
                or jobs.get(transaction, subject)
            )
        return found.asked_by.user if found and is_in_slack(found.asked_by) else None
