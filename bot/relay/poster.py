"""Slack's Web API as the relay needs it, its errors told apart by what surely happened."""

import json
import logging
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.relay.files import Attachment
from bot.slack.render import Drawing
from storage.records import Person

EVENT = "rackhand_told"  # metadata.event_type of everything the relay posts
PAGE = 200  # messages; what is looked for was posted a moment ago
PAGES = 5
CLOCK_SKEW = timedelta(minutes=2)  # between Slack and this machine, at the most
CHANNEL_PAGES = 10  # of a thousand each: only where a channel is known by name after a crash
UNSURE_CODES = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
AWAY_CODES = frozenset(  # the operator can mend these: until then everything waits
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
)
UNDRAWABLE_CODES = frozenset(
    {
        "attachment_payload_limit_exceeded",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "too_many_attachments",
    }
)
PLAIN_LIMIT = 3_000  # characters of a message whose drawing Slack refused

log = logging.getLogger(__name__)


class RateLimited(Exception):
    """Slack asked to wait. Nothing was posted."""

    def __init__(self, method: str, channel: str, seconds: float) -> None:
        """*seconds* is what Slack's Retry-After says of *method*, for posts in *channel*."""
        super().__init__(f"{method} in {channel or 'any channel'}: wait {seconds:g} s")
        self.method = method
        self.channel = channel
        self.seconds = seconds


class Rejected(Exception):
    """Slack answered no, with its error code. Nothing was posted."""

    def __init__(self, code: str) -> None:
        """*code* is Slack's, such as ``is_archived``."""
        super().__init__(code)
        self.code = code


class Away(Exception):
    """Slack cannot be reached, or knows us no more. Nothing was posted."""


class Unsure(Exception):
    """Nobody knows whether it arrived: look before posting again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message stands."""

    channel: str  # id
    ts: str
    thread_ts: str | None = None


class Poster:
    """Posts, edits and finds messages."""

    def __init__(self, client: WebClient) -> None:
        """*client* must not retry by itself: that could post twice."""
        self._client = client
        self._ids: dict[str, str] = {}  # of channels and people: Slack lists 20 times a minute

    def post(
        self,
        drawing: Drawing,
        *,
        channel: str,
        key: str,
        thread_ts: str | None = None,
        broadcast: bool = False,
    ) -> Place:
        """Post a message that carries *key*.

        Where the thread's parent is gone, Slack posts into the channel and says so only by the
        place's lack of a ``thread_ts``.
        """
        answer = self._show(
            "chat.postMessage",
            drawing,
            channel=channel,
            thread_ts=thread_ts,
            reply_broadcast=broadcast or None,
            metadata=_metadata(key),
            unfurl_links=False,
            unfurl_media=False,
        )
        thread_ts = (answer.get("message") or {}).get("thread_ts")
        return Place(channel=str(answer["channel"]), ts=str(answer["ts"]), thread_ts=thread_ts)

    def edit(self, drawing: Drawing, *, channel: str, ts: str, key: str) -> None:
        """Replace a message by another drawing."""
        self._show("chat.update", drawing, channel=channel, ts=ts, metadata=_metadata(key))

    def find(
        self, *, channel: str, key: str, thread_ts: str | None, since: datetime
    ) -> Place | None:
        """Return where a message of ours stands that carries *key*, if it arrived.

        Looks only at what was posted *since* then.
        """
        channel = self._id_of(channel)
        for message in self._messages(channel, thread_ts, since):
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("key") == key:
                return Place(channel=channel, ts=str(message["ts"]), thread_ts=thread_ts)
        return None

    def has_file(self, name: str, *, channel: str, thread_ts: str, since: datetime) -> bool:
        """Whether a file of this name was put into a thread *since* then."""
        return any(
            found.get("name") == name
            for message in self._messages(channel, thread_ts, since)
            for found in message.get("files") or ()
        )

    def _messages(
        self, channel: str, thread_ts: str | None, since: datetime
    ) -> Iterator[dict[str, Any]]:
        """Read the messages of a channel, or those of a thread, posted *since* then."""
        if thread_ts:
            method, where = "conversations.replies", {"channel": channel, "ts": thread_ts}
        else:
            method, where = "conversations.history", {"channel": channel}
        oldest = f"{(since - CLOCK_SKEW).timestamp():.6f}"
        cursor: str | None = None
        for _ in range(PAGES):
            answer = self._call(
                method,
                **where,
                oldest=oldest,
                limit=PAGE,
                include_all_metadata=True,
                cursor=cursor,
            )
            yield from answer.get("messages") or []
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    def _id_of(self, channel: str) -> str:
        """Return the id of a channel that may be a name or a person: histories want ids."""
        if not channel.startswith(("#", "U", "W")):
            return channel
        if channel not in self._ids:
            self._ids[channel] = self._asked_id_of(channel)
        return self._ids[channel]

    def _asked_id_of(self, channel: str) -> str:
        if channel.startswith(("U", "W")):
            return str(self._call("conversations.open", users=channel)["channel"]["id"])
        cursor: str | None = None
        for _ in range(CHANNEL_PAGES):
            answer = self._call(
                "conversations.list", limit=1000, exclude_archived=True, cursor=cursor
            )
            for found in answer["channels"]:
                if found["name"] == channel[1:]:
                    return str(found["id"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        raise Rejected("channel_not_found")

    def join(self, channel: str) -> None:
        """Join a public channel."""
        self._call("conversations.join", channel=self._id_of(channel))

    def whisper(self, text: str, *, channel: str, user: str) -> None:
        """Show one person a line that nobody else sees."""
        self._call("chat.postEphemeral", channel=channel, user=user, text=text)

    def person_of(self, email: str) -> Person | None:
        """Return the member with this address; None where there is none, or Slack does not say."""
        try:
            user = self._call("users.lookupByEmail", email=email)["user"]
        except (Rejected, RateLimited, Unsure):
            return None
        return Person(team=str(user["team_id"]), user=str(user["id"]), name=str(user["name"]))

    def permalink(self, *, channel: str, ts: str) -> str:
        """Return the address of a message."""
        answer = self._call("chat.getPermalink", channel=channel, message_ts=ts)
        return str(answer["permalink"])

    def upload(self, file: Attachment, *, channel: str, thread_ts: str) -> None:
        """Put a file into a thread."""
        try:
            self._client.files_upload_v2(
                channel=channel,
                thread_ts=thread_ts,
                filename=file.name,
                title=file.name,
                content=file.content,
                alt_txt=file.alt_text,
            )
        except SlackApiError as error:
            raise _translated(error, "files.upload", channel) from error
        except (SlackClientError, OSError) as error:
            raise Unsure(str(error)) from error

    def _show(self, method: str, drawing: Drawing, **arguments: Any) -> Any:
        """Send what a message shows; as plain text where Slack does not take the drawing."""
        try:
            return self._call(method, **_content(drawing), **arguments)
        except Rejected as rejected:
            if rejected.code not in UNDRAWABLE_CODES:
                raise
            log.exception("drawing refused", extra={"code": rejected.code})
            plain = replace(drawing, text=drawing.text[:PLAIN_LIMIT], blocks=[], attachments=[])
            return self._call(method, **_content(plain), **arguments)

    def _call(self, method: str, **arguments: Any) -> Any:
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            return self._client.api_call(method, json=given)
        except SlackApiError as error:
            raise _translated(error, method, str(given.get("channel", ""))) from error
        except URLError as error:
            if isinstance(error.reason, ConnectionRefusedError | socket.gaierror):
                raise Away(str(error)) from error
            raise Unsure(str(error)) from error
        except (SlackClientError, HTTPException, OSError, json.JSONDecodeError) as error:
            raise Unsure(str(error)) from error


def _content(drawing: Drawing) -> dict[str, Any]:
    """Return what a message shows. Empty lists are sent too: an edit must not keep old ones."""
    return {
        "text": drawing.text,
        "blocks": drawing.blocks,
        "attachments": drawing.attachments,
    }


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": EVENT, "event_payload": {"key": key}}


def _translated(error: SlackApiError, method: str, channel: str) -> Exception:
    response = error.response
    if response.status_code == 429:
        return RateLimited(method, channel, float(response.headers.get("Retry-After", 1)))
    code = str(response.get("error", "")) if isinstance(response.data, dict) else ""
    if not re.fullmatch(r"[a-z0-9_]+", code):  # a proxy's page, or nothing: not Slack's word
        code = ""
    if code in AWAY_CODES:
        return Away(f"Slack answers {code}: look at the bot's token")
    if response.status_code >= 500 or code in UNSURE_CODES or not code:
        return Unsure(code or f"HTTP {response.status_code}")
    return Rejected(code)
