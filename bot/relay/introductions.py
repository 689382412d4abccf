"""Who in Slack wrote a commit: people who are known by their e-mail address are looked up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from commands.reply import CardView, Note, Part, Text
from storage.records import Person

EMAIL = "email"  # the team of people who are known by their address only
KNOWN_FOR = timedelta(hours=1)
MOST_KNOWN = 10_000

Lookup = Callable[[str], Person | None]


class Introductions:
    """Slack's users by e-mail address; each is asked for once an hour."""

    def __init__(self, lookup: Lookup) -> None:
        """*lookup* asks Slack, and returns None for an address that is nobody's."""
        self._lookup = lookup
        self._known: dict[str, tuple[datetime, Person | None]] = {}

    def introduce(self, view: CardView, now: datetime) -> CardView:
        """Return the card with its people as Slack knows them."""
        return replace(view, parts=tuple(self._part(part, now) for part in view.parts))

    def _part(self, part: Part, now: datetime) -> Part:
        if isinstance(part, Text | Note) and any(one.team == EMAIL for one in part.people):
            return replace(part, people=tuple(self._person(one, now) for one in part.people))
        return part

    def _person(self, person: Person, now: datetime) -> Person:
        if person.team != EMAIL:
            return person
        kept = self._known.get(person.user)
        if kept is None or now - kept[0] > KNOWN_FOR:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            kept = (now, self._lookup(person.user))
            self._known[person.user] = kept
        return kept[1] or person
