"""What the Slack edge asks of the rest of the bot."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.slack.builder.side import BuilderSide
from commands.reply import Reply
from commands.request import Request, Standing
from storage.records import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSide:
    """The functions that answer; none of them knows Slack."""

    dispatch: Callable[[Request], Reply]  # never raises; an empty reply: answered before
    home: Callable[[Person, Standing], Reply]
    subject_of_thread: Callable[[str, str], str | None]  # channel id and ts → whose card it is
    builder: BuilderSide
