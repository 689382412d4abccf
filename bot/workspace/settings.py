"""What a workspace is started with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.workspace.people import MEMBERS, User


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec:
    """A channel that exists from the start."""

    name: str
    topic: str = ""
    private: bool = False
    has_bot: bool = True
    shared: bool = False  # with the other workspace, so that its people are in it


CHANNELS = (
    ChannelSpec(name="deploys", topic="What goes where, and when", shared=True),
    ChannelSpec(name="web", topic="The shop front", shared=True),
    ChannelSpec(name="random", topic="Anything else", has_bot=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSettings:
    """One frozen description; the workspace keeps nothing on disk."""

    manifest: Mapping[str, Any]
    host: str = "127.0.0.1"
    port: int = 0  # 0: any free one
    bot_token: str = field(default="xoxb-local-workspace", repr=False)
    app_token: str = field(default="xapp-local-workspace", repr=False)
    signing_secret: str = field(default="local-signing-secret", repr=False)
    request_url: str | None = None  # where the bot takes signed HTTP; None: Socket Mode
    members: tuple[User, ...] = MEMBERS
    channels: tuple[ChannelSpec, ...] = CHANNELS
    rate_limits: bool = False
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    retry_factor: float = 1.0  # of the waits before an event is sent again
    kept_messages: int = 5000  # a channel; the oldest are forgotten
