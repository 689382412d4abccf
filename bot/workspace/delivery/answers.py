"""What the app says back: response URLs and the answers inside acknowledgements."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.workspace.blocks.check import check_attachments, check_blocks, check_tables
from bot.workspace.channels import Channel
from bot.workspace.delivery.events import Events
from bot.workspace.errors import SlackError
from bot.workspace.messages import Json, Message
from bot.workspace.people import BOT_USER_ID
from bot.workspace.responses import ResponseUrl
from bot.workspace.workspace import Workspace

_CONTENT = ("text", "blocks", "attachments", "metadata")


class Answers:
    """Turns answers into messages."""

    def __init__(self, workspace: Workspace, events: Events) -> None:
        self._workspace = workspace
        self._events = events

    async def __call__(self, request: Request) -> Response:
        """Take a POST to a response URL."""
        try:
            body = await request.json()
        except ValueError:
            return PlainTextResponse("invalid_payload", status_code=400)
        if not isinstance(body, dict):
            return PlainTextResponse("invalid_payload", status_code=400)
        link = self._workspace.response_urls.use(request.url.path.lstrip("/"))
        if isinstance(link, str):
            return JSONResponse({"ok": False, "error": link}, status_code=404)
        try:
            self.take(link, body)
        except SlackError as error:
            refusal: Json = {"ok": False, "error": error.code}
            if error.messages:
                refusal["response_metadata"] = {"messages": list(error.messages)}
            return JSONResponse(refusal, status_code=500 if error.code == "no_text" else 400)
        return PlainTextResponse("ok")

    def take(self, link: ResponseUrl, body: dict[str, Any]) -> None:
        """Do what an answer asks: post, replace or delete. Raises ``SlackError``."""
        channel = self._workspace.channels.get(link.channel)
        if channel is None or channel.archived:
            raise SlackError("is_archived" if channel else "channel_not_found")
        source = channel.find(link.message_ts) if link.message_ts else None
        if _flag(body, "delete_original"):
            if source:
                self._workspace.delete(channel, source.ts)
            return
        content = _checked(body)
        if _flag(body, "replace_original") and source:
            defaults: Json = {"text": "", "blocks": [], "attachments": []}
            self._workspace.edit(channel, source, **(defaults | content))
            return
        self._post(link, channel, body, content)

    def _post(
        self, link: ResponseUrl, channel: Channel, body: dict[str, Any], content: Json
    ) -> Message:
        in_channel = body.get("response_type") == "in_channel"
        thread_ts = str(body.get("thread_ts") or "") or None
        if not in_channel and link.thread_ts:
            thread_ts = thread_ts or link.thread_ts  # Slack shows it where the click was
        message = self._workspace.post(
            channel,
            user=BOT_USER_ID,
            only_for=None if in_channel else link.user,
            thread_ts=thread_ts,
            **content,
        )
        self._events.message(channel, message)
        return message


def _flag(body: dict[str, Any], name: str) -> bool:
    return str(body.get(name)).lower() == "true"


def _checked(body: dict[str, Any]) -> Json:
    content = {name: body[name] for name in _CONTENT if body.get(name)}
    if not content:
        raise SlackError("no_text")
    if "blocks" in content:
        check_blocks(content["blocks"])
    if "attachments" in content:
        check_attachments(content["attachments"])
    check_tables(content.get("blocks", []), content.get("attachments", []))
    return content
