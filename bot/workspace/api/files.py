"""``files.*``: the three steps of an upload, and what a file is."""

from bot.workspace.api.call import Call
from bot.workspace.api.chat import content_of
from bot.workspace.api.methods import Answer, method
from bot.workspace.channels import Channel
from bot.workspace.errors import SlackError
from bot.workspace.files import File
from bot.workspace.people import BOT_USER_ID


@method("files.getUploadURLExternal", scope="files:write")
async def files_get_upload_url_external(call: Call) -> Answer:
    """Reserve a file and return where to send its content."""
    filename, _ = call.required("filename", "length")
    length = call.whole("length", 0, most=1_000_000_000)
    file = call.workspace.files.reserve(
        filename,
        length,
        snippet_type=call.text("snippet_type") or None,
        alt_text=call.text("alt_txt"),
    )
    upload_url = f"{call.workspace.base_url}upload/v1/{file.ticket}"
    return {"upload_url": upload_url, "file_id": file.id}


def _sent_files(call: Call) -> list[File]:
    call.required("files")
    given = call.json("files", "invalid_arguments")
    if not isinstance(given, list) or not given:
        raise SlackError("invalid_arguments", messages=["[ERROR] must provide an array"])
    files = []
    for entry in given:
        file = call.workspace.files.find(str(entry.get("id"))) if isinstance(entry, dict) else None
        if file is None or file.content is None:
            raise SlackError("file_not_found")
        file.title = str(entry.get("title") or file.name)
        files.append(file)
    return files


def _shared_channels(call: Call) -> list[Channel]:
    names = [call.text("channel_id"), *call.text("channels").split(",")]
    channels = []
    for name in filter(None, names):
        channel = call.workspace.visible_channel(name)
        if channel.archived:
            raise SlackError("is_archived")
        if not channel.has(BOT_USER_ID):
            raise SlackError("not_in_channel")
        channels.append(channel)
    return channels


@method("files.completeUploadExternal", scope="files:write")
async def files_complete_upload_external(call: Call) -> Answer:
    """Share sent files in a channel or thread, with a comment."""
    files = _sent_files(call)
    channels = _shared_channels(call)
    content = content_of(call)
    for channel in channels:
        for file in files:
            file.shared_in.append(channel.id)
        thread_ts = call.text("thread_ts") or None
        if thread_ts and thread_ts not in channel.messages:
            raise SlackError("invalid_thread_ts")
        message = call.workspace.post(
            channel,
            user=BOT_USER_ID,
            text=call.text("initial_comment"),
            blocks=content.get("blocks", []),
            files=[file.as_json(call.workspace.base_url) for file in files],
            thread_ts=thread_ts,
        )
        call.events.message(channel, message)
    return {"files": [file.as_json(call.workspace.base_url) for file in files]}


@method("files.info", scope="files:read")
async def files_info(call: Call) -> Answer:
    """Tell about a file."""
    (file_id,) = call.required("file")
    file = call.workspace.files.find(file_id)
    if file is None or file.content is None:
        raise SlackError("file_not_found")
    return {"file": file.as_json(call.workspace.base_url)}
