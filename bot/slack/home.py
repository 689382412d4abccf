"""App Home: drawn anew for the person who opens it or presses a button in it."""

from slack_sdk import WebClient

from bot.slack.boundary import contained
from bot.slack.inbound import Arrival
from bot.slack.reception import Reception
from bot.slack.render import draw_home


class Home:
    """Publishes App Home."""

    def __init__(self, client: WebClient, reception: Reception) -> None:
        self._client = client
        self._reception = reception

    def publish(self, arrival: Arrival, home_team: str) -> None:
        """Show *arrival*'s person their Home as it is now, or why it cannot be shown."""
        contained(
            lambda: self._reception.home(arrival, home_team),
            lambda reply: self._client.views_publish(
                user_id=arrival.asker.user, view=draw_home(reply)
            ),
        )
