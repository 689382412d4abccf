"""Images in threads."""

import io

from PIL import Image
from slack_sdk import WebClient

from bot.workspace.client import Visitor


def test_an_image_shows_with_its_text_and_its_size(
    slack: WebClient, deploys: str, ada: Visitor
) -> None:
    ts = str(slack.chat_postMessage(channel=deploys, text="card")["ts"])
    image = io.BytesIO()
    Image.new("RGB", (100, 70)).save(image, format="PNG")
    slack.files_upload_v2(
        channel=deploys,
        thread_ts=ts,
        filename="web.png",
        content=image.getvalue(),
        alt_txt="0 requests failed",
    )
    reply = ada.thread(ts)[-1]

    shown = reply.raw["files"][0]
    assert reply.plain_text == "[image web.png: 0 requests failed]"
    assert (shown["original_w"], shown["original_h"]) == (100, 70)
    assert (shown["mimetype"], shown["mode"]) == ("image/png", "hosted")
    assert ada.file_bytes(reply) == image.getvalue()
