"""Waiting for what a person will see."""

from bot.workspace.client import Visitor
from bot.workspace.seen import SeenMessage, SeenView


def whisper(visitor: Visitor, text: str, channel: str | None = None) -> SeenMessage:
    """Return the newest message that only *visitor* sees and that holds *text*."""

    def look() -> SeenMessage | None:
        seen = [one for one in visitor.ephemerals(channel) if text in one.plain_text]
        return seen[-1] if seen else None

    return visitor.wait_for(look)


def modal(visitor: Visitor, text: str) -> SeenView:
    """Return the open dialog once it shows *text*."""

    def look() -> SeenView | None:
        shown = visitor.modal()
        return shown if shown and text in shown.plain_text else None

    return visitor.wait_for(look)


def home(visitor: Visitor, text: str) -> SeenView:
    """Return App Home once it shows *text*."""

    def look() -> SeenView | None:
        shown = visitor.home()
        return shown if shown and text in shown.plain_text else None

    return visitor.wait_for(look)
