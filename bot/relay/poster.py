"""Slack's Web API as the relay needs it, its errors told apart by what surely happened."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack.render import Drawing

EVENT = "rackhand_told"  # metadata.event_type of everything the relay posts
SEARCHED = 200  # messages looked through for one that may have arrived
CHANNEL_PAGES = 10  # of a thousand each: only where a channel is known by name after a crash
UNSURE_CODES = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)


class RateLimited(Exception):
    """Slack asked to wait. Nothing was posted."""

    def __init__(self, seconds: float) -> None:
        """*seconds* is what Slack's Retry-After says."""
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class Rejected(Exception):
    """Slack answered no, with its error code. Nothing was posted."""

    def __init__(self, code: str) -> None:
        """*code* is Slack's, such as ``is_archived``."""
        super().__init__(code)
        self.code = code


class Away(Exception):
    """Slack cannot be reached at all. Nothing was posted."""


class Unsure(Exception):
    """Nobody knows whether it arrived: look before posting again."""


class Poster:
    """Posts, edits and finds messages."""

    def __init__(self, client: WebClient) -> None:
        """*client* must not retry by itself: that could post twice."""
        self._client = client

    def post(
        self,
        drawing: Drawing,
        *,
        channel: str,
        key: str,
        thread_ts: str | None = None,
        broadcast: bool = False,
    ) -> tuple[str, str]:
        """Post a message that carries *key*; return its channel id and ts."""
        answer = self._call(
            "chat.postMessage",
            channel=channel,
            thread_ts=thread_ts,
            reply_broadcast=broadcast or None,
            metadata={"event_type": EVENT, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
            **_content(drawing),
        )
        return str(answer["channel"]), str(answer["ts"])

    def edit(self, drawing: Drawing, *, channel: str, ts: str, key: str) -> None:
        """Replace a message by another drawing."""
        self._call(
            "chat.update",
            channel=channel,
            ts=ts,
            metadata={"event_type": EVENT, "event_payload": {"key": key}},
            **_content(drawing),
        )

    def find(self, *, channel: str, key: str, thread_ts: str | None) -> tuple[str, str] | None:
        """Return channel id and ts of a message of ours that carries *key*, if it arrived."""
        channel = self._id_of(channel)
        for message in self._messages(channel, thread_ts):
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("key") == key:
                return channel, str(message["ts"])
        return None

    def has_file(self, name: str, *, channel: str, thread_ts: str) -> bool:
        """Whether a thread holds a file of this name."""
        return any(
            found.get("name") == name
            for message in self._messages(channel, thread_ts)
            for found in message.get("files") or ()
        )

    def _messages(self, channel: str, thread_ts: str | None) -> Iterator[dict[str, Any]]:
        """Read the latest messages of a channel, or those of a thread."""
        if thread_ts:
            method, where = "conversations.replies", {"channel": channel, "ts": thread_ts}
        else:
            method, where = "conversations.history", {"channel": channel}
        cursor: str | None = None
        for _ in range(SEARCHED // 100):
            answer = self._call(
                method, **where, limit=100, include_all_metadata=True, cursor=cursor
            )
            yield from answer.get("messages") or []
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    def _id_of(self, channel: str) -> str:
        """Return the id of a channel that may be a name or a person: histories want ids."""
        if channel.startswith("U"):
            return str(self._call("conversations.open", users=channel)["channel"]["id"])
        if not channel.startswith("#"):
            return channel
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

    def join(self, channel: str) -> str:
        """Join a public channel by its id."""
        answer = self._call("conversations.join", channel=channel)
        return str(answer["channel"]["id"])

    def whisper(self, text: str, *, channel: str, user: str) -> None:
        """Show one person a line that nobody else sees."""
        self._call("chat.postEphemeral", channel=channel, user=user, text=text)

    def permalink(self, *, channel: str, ts: str) -> str:
        """Return the address of a message."""
        answer = self._call("chat.getPermalink", channel=channel, message_ts=ts)
        return str(answer["permalink"])

    def upload(self, *, channel: str, thread_ts: str, name: str, text: str) -> None:
        """Put a text file into a thread."""
        try:
            self._client.files_upload_v2(
                channel=channel, thread_ts=thread_ts, filename=name, title=name, content=text
            )
        except SlackApiError as error:
            raise _translated(error) from error
        except (SlackClientError, OSError) as error:
            raise Unsure(str(error)) from error

    def _call(self, method: str, **arguments: Any) -> Any:
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            return self._client.api_call(method, json=given)
        except SlackApiError as error:
            raise _translated(error) from error
        except URLError as error:
            if isinstance(error.reason, ConnectionRefusedError):
                raise Away(str(error)) from error
            raise Unsure(str(error)) from error
        except (SlackClientError, OSError, json.JSONDecodeError) as error:
            raise Unsure(str(error)) from error


def _content(drawing: Drawing) -> dict[str, Any]:
    """Return what a message shows. Empty lists are sent too: an edit must not keep old ones."""
    return {
        "text": drawing.text,
        "blocks": drawing.blocks,
        "attachments": drawing.attachments,
    }


def _translated(error: SlackApiError) -> Exception:
    response = error.response
    if response.status_code == 429:
        return RateLimited(float(response.headers.get("Retry-After", 1)))
    code = str(response.get("error", "")) if isinstance(response.data, dict) else ""
    if response.status_code >= 500 or code in UNSURE_CODES or not code:
        return Unsure(code or f"HTTP {response.status_code}")
    return Rejected(code)
