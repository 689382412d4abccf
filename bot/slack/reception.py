"""From what arrived to its reply: who asks, about which card, in which words."""

from dataclasses import replace

from bot.slack.command_side import CommandSide
from bot.slack.inbound import Arrival
from bot.slack.people import Known, People
from bot.slack.typed import words_of
from commands.reply import Reply
from commands.request import Request


class Reception:
    """Turns arrivals into requests and has them answered. Calls may take seconds."""

    def __init__(self, side: CommandSide, people: People) -> None:
        self._side = side
        self._people = people

    def answer(self, arrival: Arrival, home_team: str) -> Reply:
        """Have the arrival answered. Raises ``UserError`` for text that is no command line."""
        words = arrival.words if arrival.text is None else words_of(arrival.text)
        known = self.who(arrival, home_team)
        subject = (
            self._side.subject_of_thread(arrival.channel, arrival.card_ts)
            if arrival.channel and arrival.card_ts
            else None
        )
        return self._side.dispatch(
            Request(
                actor=known.person,
                standing=known.standing,
                origin=arrival.origin,
                words=words,
                key=arrival.key,
                channel=arrival.channel,
                channel_name=arrival.channel_name,
                subject=subject,
                secret_words=arrival.secret_words,
            )
        )

    def preview(self, arrival: Arrival, home_team: str) -> Reply:
        """Have it said what the words would do."""
        looking = replace(
            arrival, words=(*arrival.words, "--preview"), key=f"{arrival.key}:preview"
        )
        return self.answer(looking, home_team)

    def home(self, arrival: Arrival, home_team: str) -> Reply:
        """Have App Home drawn for whoever opened it."""
        known = self.who(arrival, home_team)
        return self._side.home(known.person, known.standing)

    def who(self, arrival: Arrival, home_team: str) -> Known:
        """Return the asker with their standing."""
        return self._people.who(arrival.asker, home_team)
