"""Who somebody is, as Slack says, and what standing that gives them."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.slack.inbound import Asker
from commands.request import Standing
from storage.records import Person

KNOWN_FOR_SECONDS = 300.0
_MOST_KNOWN = 10_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person with their standing."""

    person: Person
    standing: Standing


class People:
    """Asks Slack about people, and remembers the answer for five minutes."""

    def __init__(self, client: WebClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        """*client* asks with a short timeout; *clock* counts seconds."""
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Known]] = {}

    def who(self, asker: Asker, home_team: str) -> Known:
        """Return who the asker is, seen from *home_team*, where the bot lives.

        Where Slack does not answer the standing is UNKNOWN, and the next request asks again.
        """
        with self._lock:
            kept = self._known.get(asker.user)
        if kept and self._clock() - kept[0] < KNOWN_FOR_SECONDS:
            return kept[1]
        told = self._ask(asker.user)
        if told is None:
            person = Person(team=asker.team, user=asker.user, name=asker.name or asker.user)
            return Known(person=person, standing=Standing.UNKNOWN)
        known = Known(
            person=Person(
                team=str(told.get("team_id") or asker.team),
                user=asker.user,
                name=_name(told) or asker.name or asker.user,
            ),
            standing=standing_of(told, home_team),
        )
        with self._lock:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[asker.user] = (self._clock(), known)
        return known

    def _ask(self, user: str) -> Mapping[str, Any] | None:
        try:
            answer = self._client.users_info(user=user)
        except (SlackClientError, OSError) as error:
            log.warning("person not looked up", extra={"user": user, "error": str(error)[:200]})
            return None
        found = answer.get("user")
        return found if isinstance(found, dict) else None


def standing_of(user: Mapping[str, Any], home_team: str) -> Standing:
    """Read the standing from what ``users.info`` says. The least that is said of them counts."""
    if user.get("is_bot") or user.get("is_workflow_bot"):
        return Standing.BOT
    if user.get("is_stranger") or not _is_of(user, home_team):
        return Standing.OUTSIDER
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Standing.GUEST
    return Standing.UNKNOWN if user.get("deleted") else Standing.MEMBER


def _is_of(user: Mapping[str, Any], home_team: str) -> bool:
    """Whether the account is of the bot's workspace; an organization's people have several."""
    teams = (user.get("enterprise_user") or {}).get("teams") or []
    return user.get("team_id") == home_team or home_team in teams


def _name(user: Mapping[str, Any]) -> str:
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("name"))
    return next((str(name) for name in names if name), "")
