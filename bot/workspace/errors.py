"""How the workspace says no, in Slack's own codes."""

from collections.abc import Sequence


class SlackError(Exception):
    """An ``{"ok": false}`` answer. *messages* go to ``response_metadata`` as Slack words them."""

    def __init__(self, code: str, *, messages: Sequence[str] = (), **facts: object) -> None:
        """*facts* are further fields of the answer, such as ``needed`` and ``provided``."""
        super().__init__(code)
        self.code = code
        self.messages = tuple(messages)
        self.facts = facts


class Undelivered(Exception):
    """The app did not take a payload in time, or answered with a failure."""

    def __init__(self, code: str) -> None:
        """*code* is what Slack shows to the person who acted, such as ``operation_timeout``."""
        super().__init__(code)
        self.code = code


class Impossible(Exception):
    """Somebody asked for an act that the client of Slack would not offer."""
