"""The workspace itself: every part of its state, and the few acts that several parts share."""

import time
from typing import Any

from bot.workspace.changes import Changes
from bot.workspace.channels import Channel, Channels
from bot.workspace.errors import SlackError
from bot.workspace.faults import Faults
from bot.workspace.files import Files
from bot.workspace.ids import Timestamps, slack_id
from bot.workspace.limits import RateLimits
from bot.workspace.manifest import AppManifest, read_manifest
from bot.workspace.messages import Json, Message
from bot.workspace.people import BOT_USER_ID, People
from bot.workspace.responses import ResponseUrls
from bot.workspace.settings import ChannelSpec, WorkspaceSettings
from bot.workspace.triggers import Triggers
from bot.workspace.views import Views, named_blocks


class Workspace:
    """All state, in memory. Used from one event loop only, so nothing here is locked."""

    def __init__(self, settings: WorkspaceSettings) -> None:
        self.settings = settings
        self.app: AppManifest = read_manifest(settings.manifest)
        self.base_url = ""  # known once the server listens; ends with a slash
        self.people = People(
            settings.members,
            bot_handle=self.app.features.bot_user.display_name.lower(),
            bot_name=self.app.display_information.name,
        )
        self.channels = Channels()
        self.timestamps = Timestamps()
        self.changes = Changes()
        self.triggers = Triggers(settings.trigger_seconds)
        self.response_urls = ResponseUrls()
        self.views = Views()
        self.files = Files()
        self.faults = Faults()
        self.limits = RateLimits(enabled=settings.rate_limits)
        for spec in settings.channels:
            self.make_channel(spec)

    def make_channel(self, spec: ChannelSpec) -> Channel:
        """Make a channel with everybody in it who may be."""
        members = [user.id for user in self.people.humans if spec.shared or not user.is_stranger]
        if spec.has_bot:
            members.append(BOT_USER_ID)
        return self.channels.add(
            Channel(
                id=slack_id("G" if spec.private else "C"),
                name=spec.name,
                topic=spec.topic,
                kind="group" if spec.private else "channel",
                shared=spec.shared,
                created=int(time.time()),
                kept=self.settings.kept_messages,
                members=members,
            )
        )

    def direct_channel(self, user: str) -> Channel:
        """Return the direct message between *user* and the bot, made where it is missing."""
        found = self.channels.direct([user, BOT_USER_ID])
        return found or self.channels.add(
            Channel(
                id=slack_id("D"),
                name=f"direct-{user}",
                kind="im",
                created=int(time.time()),
                kept=self.settings.kept_messages,
                members=[user, BOT_USER_ID],
            )
        )

    def post(self, channel: Channel, **content: Any) -> Message:
        """Write a message into *channel*; *content* is that of ``Message``."""
        content["blocks"] = named_blocks(content.get("blocks") or [])
        content["attachments"] = numbered_attachments(content.get("attachments") or [])
        message = Message(channel=channel.id, ts=self.timestamps.next(), **content)
        channel.add(message)
        if message.is_reply and (parent := channel.messages.get(message.thread_ts or "")):
            parent.version += 1
        self.changes.touch(channel.id)
        return message

    def edit(self, channel: Channel, message: Message, **content: Any) -> None:
        """Change what a message says."""
        if "blocks" in content:
            content["blocks"] = named_blocks(content["blocks"])
        if "attachments" in content:
            content["attachments"] = numbered_attachments(content["attachments"])
        for name, value in content.items():
            setattr(message, name, value)
        message.version += 1
        self.changes.touch(channel.id)

    def delete(self, channel: Channel, ts: str) -> None:
        """Take a message away; an ephemeral one leaves nothing."""
        if channel.ephemerals.pop(ts, None) is None:
            channel.remove(ts)
        self.changes.touch(channel.id)

    def whisper(self, channel: Channel, user: str, text: str, *, author: str, **more: Any) -> None:
        """Show *text* to one person only."""
        self.post(channel, user=author, text=text, only_for=user, **more)

    def visible_channel(self, channel_id: str) -> Channel:
        """Return a channel that the bot may know of. Raises ``SlackError``."""
        channel = self.channels.get(channel_id)
        if channel is None or (channel.is_private and not channel.has(BOT_USER_ID)):
            raise SlackError("channel_not_found")
        return channel


def numbered_attachments(attachments: list[Json]) -> list[Json]:
    """Give attachments their number, and ids to the blocks in them."""
    numbered = []
    for number, attachment in enumerate(attachments, start=1):
        shown: Json = {"id": number, "fallback": "[no preview available]"} | attachment
        if shown.get("blocks"):
            shown["blocks"] = named_blocks(shown["blocks"])
        numbered.append(shown)
    return numbered
