"""``chat.*``: write, change and remove messages."""

import json
from typing import Any

from bot.workspace.api.call import Call
from bot.workspace.api.methods import Answer, method
from bot.workspace.blocks.check import check_attachments, check_blocks, check_tables
from bot.workspace.channels import Channel
from bot.workspace.errors import SlackError
from bot.workspace.messages import Json, Message
from bot.workspace.people import BOT_USER_ID

_MOST_POSTED = 40_000
_MOST_UPDATED = 4_000
_MOST_METADATA = 16_000


def content_of(call: Call) -> Json:
    """Read and check text, blocks, attachments and metadata: those that were given."""
    content: Json = {}
    if "text" in call.arguments:
        content["text"] = call.text("text")
    for name, check in (("blocks", check_blocks), ("attachments", check_attachments)):
        value = call.json(name, f"invalid_{name}_format")
        if value is not None:
            check(value)
            content[name] = value
    check_tables(content.get("blocks", []), content.get("attachments", []))
    metadata = call.json("metadata", "invalid_metadata_format")
    if metadata is not None:
        content["metadata"] = _metadata(metadata)
    return content


def _metadata(given: Any) -> Json | None:
    if given == {}:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    if not isinstance(given.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(given)) > _MOST_METADATA:
        raise SlackError("metadata_too_large")
    return given


def _need_something(content: Json) -> None:
    if not (content.get("text") or content.get("blocks") or content.get("attachments")):
        raise SlackError("no_text")


def _target(call: Call) -> Channel:
    """Return where to post: a channel by id or name, or a person's direct message."""
    (name,) = call.required("channel")
    workspace = call.workspace
    if (user := workspace.people.find(name)) and user.id == name and not user.is_bot:
        return workspace.direct_channel(user.id)
    found = workspace.channels.find(name)
    channel = workspace.visible_channel(found.id if found else name)
    if channel.archived:
        raise SlackError("is_archived")
    if not channel.has(BOT_USER_ID):
        call_scopes = workspace.app.scopes
        if channel.kind != "channel" or "chat:write.public" not in call_scopes:
            raise SlackError("not_in_channel")
    return channel


def _thread(call: Call, channel: Channel) -> str | None:
    """Return the thread to post in.

    Where the parent is gone altogether, Slack posts into the channel instead and says nothing:
    only the answer's lack of a ``thread_ts`` tells.
    """
    ts = call.text("thread_ts")
    if not ts:
        return None
    parent = channel.messages.get(ts)
    if parent is None:
        return None
    if parent.subtype == "tombstone":
        raise SlackError("cannot_reply_to_message")
    return parent.thread_ts or ts


@method("chat.postMessage", scope="chat:write")
async def chat_post_message(call: Call) -> Answer:
    """Write a message into a channel or thread."""
    channel = _target(call)
    content = content_of(call)
    _need_something(content)
    if len(content.get("text", "")) > _MOST_POSTED:
        raise SlackError("msg_too_long")
    thread_ts = _thread(call, channel)
    broadcast = call.flag("reply_broadcast") and thread_ts is not None
    message = call.workspace.post(
        channel, user=BOT_USER_ID, thread_ts=thread_ts, broadcast=broadcast, **content
    )
    call.events.message(channel, message)
    shown = channel.message_json(message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


@method("chat.postEphemeral", scope="chat:write")
async def chat_post_ephemeral(call: Call) -> Answer:
    """Show a message to one person in a channel."""
    channel = _target(call)
    (user,) = call.required("user")
    if not channel.has(user):
        raise SlackError("user_not_in_channel")
    content = content_of(call)
    _need_something(content)
    content.pop("metadata", None)
    message = call.workspace.post(
        channel,
        user=BOT_USER_ID,
        only_for=user,
        thread_ts=call.text("thread_ts") or None,
        **content,
    )
    return {"message_ts": message.ts}


def _own_message(call: Call, refusal: str) -> tuple[Channel, Message]:
    _, ts = call.required("channel", "ts")
    channel = call.channel()
    message = channel.messages.get(ts)
    if message is None or message.subtype == "tombstone":
        raise SlackError("message_not_found")
    if message.user != BOT_USER_ID:
        raise SlackError(refusal)
    return channel, message


@method("chat.update", scope="chat:write")
async def chat_update(call: Call) -> Answer:
    """Change a message of the bot's own.

    Text without blocks takes the blocks away; what is not given otherwise stays. Only an edit of
    the text alone is marked as edited.
    """
    channel, message = _own_message(call, "cant_update_message")
    if channel.archived:
        raise SlackError("is_archived")
    content = content_of(call)
    if "text" not in content and "blocks" not in content and "attachments" not in content:
        raise SlackError("no_text")
    if len(content.get("text", "")) > _MOST_UPDATED:
        raise SlackError("msg_too_long")
    if content.get("text") and "blocks" not in content:
        content["blocks"] = []
    if not content.get("blocks") and content.get("text", message.text) != message.text:
        content["edited_ts"] = call.workspace.timestamps.next()
    before = channel.message_json(message)
    call.workspace.edit(channel, message, **content)
    call.events.changed(channel, message, before)
    shown = channel.message_json(message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


@method("chat.delete", scope="chat:write")
async def chat_delete(call: Call) -> Answer:
    """Remove a message of the bot's own."""
    channel, message = _own_message(call, "cant_delete_message")
    call.workspace.delete(channel, message.ts)
    call.events.deleted(channel, message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink")
async def chat_get_permalink(call: Call) -> Answer:
    """Return the address of a message in the page."""
    _, ts = call.required("channel", "message_ts")
    channel = call.channel()
    message = channel.messages.get(ts)
    if message is None:
        raise SlackError("message_not_found")
    link = f"{call.workspace.base_url}archives/{channel.id}/p{ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}
