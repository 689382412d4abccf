"""How fast the relay may speak: posts a channel, edits and looks in the whole workspace."""

from datetime import datetime

from bot.relay.budget import Budget
from bot.relay.poster import RateLimited

EDIT = "chat.update"
LOOK = "conversations."  # one budget for histories and replies, of which Slack allows 50 each
POSTS = frozenset({"chat.postMessage", "chat.postEphemeral"})


class Rates:
    """Slack's budgets, below its own of one post a second, and 50 edits and 50 looks a minute."""

    def __init__(self) -> None:
        """Begin with full budgets; a process that was killed may have spent some of them."""
        self._posts = Budget(burst=3, per_second=1.0)
        self._edits = Budget(burst=10, per_second=40 / 60)
        self._looks = Budget(burst=10, per_second=40 / 60)
        self._ids: dict[str, str] = {}  # "#deploys" and its id share one budget

    def may_post(self, channel: str, now: datetime) -> bool:
        """Whether a message may leave for *channel*."""
        return self._posts.allows(self._key(channel), now)

    def posting(self, channel: str, now: datetime) -> None:
        """Count a message that leaves."""
        self._posts.spend(self._key(channel), now)

    def posted(self, channel: str, channel_id: str, now: datetime) -> None:
        """Learn the id of a channel that was known by name or by its person only."""
        if self._key(channel) != channel_id:
            self._ids[channel] = channel_id
            self._posts.spend(channel_id, now)

    def may_edit(self, now: datetime) -> bool:
        """Whether an edit may leave."""
        return self._edits.allows(EDIT, now)

    def editing(self, now: datetime) -> None:
        """Count an edit that leaves."""
        self._edits.spend(EDIT, now)

    def may_look(self, now: datetime) -> bool:
        """Whether a look for a message that may have arrived may leave."""
        return self._looks.allows(LOOK, now)

    def looking(self, now: datetime) -> None:
        """Count a look that leaves."""
        self._looks.spend(LOOK, now)

    def close(self, limited: RateLimited, now: datetime) -> None:
        """Slack asked to wait: nothing of this kind leaves before, the rest may."""
        if limited.method == EDIT:
            self._edits.close(EDIT, now, seconds=limited.seconds)
        elif limited.method in POSTS:
            self._posts.close(self._key(limited.channel), now, seconds=limited.seconds)
        elif limited.method.startswith(LOOK):
            self._looks.close(LOOK, now, seconds=limited.seconds)

    def _key(self, channel: str) -> str:
        return self._ids.get(channel, channel)
