"""A Bolt app that acknowledges ``/rack`` and does nothing else: what the framework itself takes."""

import os

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler


def main() -> None:
    """Serve until the process is ended."""
    app = App(token=os.environ["SLACK_BOT_TOKEN"], token_verification_enabled=False)
    app.client.base_url = os.environ["SLACK_API_URL"]

    @app.command("/rack")
    def acknowledge(ack: Ack) -> None:
        ack()

    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()  # type: ignore[no-untyped-call]
