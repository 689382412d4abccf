"""``conversations.*``: channels, their members and what was said in them."""

from bot.workspace.api.call import Call, page
from bot.workspace.api.methods import Answer, method
from bot.workspace.errors import SlackError
from bot.workspace.messages import Message
from bot.workspace.people import BOT_USER_ID

_KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
_READ_SCOPES = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


@method("conversations.info")
async def conversations_info(call: Call) -> Answer:
    """Tell about one channel."""
    channel = call.channel()
    call.scope_of(channel, "read")
    return {"channel": channel.as_json()}


@method("conversations.list")
async def conversations_list(call: Call) -> Answer:
    """List channels of the asked types, page by page."""
    kinds = []
    for name in call.text("types", "public_channel").split(","):
        if name.strip() not in _KINDS:
            raise SlackError("invalid_types")
        kinds.append(_KINDS[name.strip()])
    for kind in kinds:
        call.need_scope(f"{_READ_SCOPES[kind]}:read")
    without_archived = call.flag("exclude_archived")
    found = [
        channel
        for channel in call.workspace.channels
        if channel.kind in kinds
        and not (without_archived and channel.archived)
        and (not channel.is_private or channel.has(BOT_USER_ID))
    ]
    shown, cursor = page(found, limit=call.whole("limit", 100), cursor=call.text("cursor"))
    channels = [channel.as_json() for channel in shown]
    return {"channels": channels, "response_metadata": {"next_cursor": cursor}}


def _within(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = call.text("oldest"), call.text("latest")
    inclusive = call.flag("inclusive")
    lower = _seconds(oldest) if oldest else float("-inf")
    upper = _seconds(latest) if latest else float("inf")

    def inside(message: Message) -> bool:
        at = float(message.ts)
        return lower < at < upper or (inclusive and at in {lower, upper})

    return [message for message in messages if inside(message)]


def _seconds(ts: str) -> float:
    try:
        return float(ts)
    except ValueError as error:
        raise SlackError("invalid_ts_latest") from error


@method("conversations.history")
async def conversations_history(call: Call) -> Answer:
    """Return what the channel shows, newest first."""
    channel = call.joined_channel()
    call.scope_of(channel, "history")
    found = _within(call, list(channel.roots()))
    shown, cursor = page(found, limit=call.whole("limit", 100), cursor=call.text("cursor"))
    with_metadata = call.flag("include_all_metadata")
    answer: Answer = {
        "messages": [channel.message_json(m, with_metadata=with_metadata) for m in shown],
        "has_more": bool(cursor),
        "pin_count": 0,
    }
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


@method("conversations.replies")
async def conversations_replies(call: Call) -> Answer:
    """Return a thread, its parent first."""
    _, ts = call.required("channel", "ts")
    channel = call.joined_channel()
    call.scope_of(channel, "history")
    message = channel.messages.get(ts)
    if message is None:
        raise SlackError("thread_not_found")
    parent = channel.messages.get(message.thread_ts or ts, message)
    replies = _within(call, channel.replies(parent.ts))
    thread = [parent, *replies]
    shown, cursor = page(thread, limit=call.whole("limit", 1000), cursor=call.text("cursor"))
    with_metadata = call.flag("include_all_metadata")
    answer: Answer = {
        "messages": [channel.message_json(m, with_metadata=with_metadata) for m in shown],
        "has_more": bool(cursor),
    }
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


@method("conversations.join", scope="channels:join")
async def conversations_join(call: Call) -> Answer:
    """Let the bot join a public channel; a repeat warns."""
    channel = call.channel()
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    if channel.has(BOT_USER_ID):
        return {
            "channel": channel.as_json(),
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    call.events.join(channel, BOT_USER_ID)
    return {"channel": channel.as_json()}


@method("conversations.open", scope="im:write")
async def conversations_open(call: Call) -> Answer:
    """Open the direct message with one person; a repeat returns the same."""
    (users,) = call.required("users")
    user = call.workspace.people.find(users)
    if user is None or user.id != users:
        raise SlackError("user_not_found")
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    return {"channel": {"id": call.workspace.direct_channel(user.id).id}}


@method("conversations.members")
async def conversations_members(call: Call) -> Answer:
    """List the members of a channel, page by page."""
    channel = call.channel()
    call.scope_of(channel, "read")
    limit = call.whole("limit", 100)
    shown, cursor = page(channel.members, limit=limit, cursor=call.text("cursor"))
    return {"members": shown, "response_metadata": {"next_cursor": cursor}}
