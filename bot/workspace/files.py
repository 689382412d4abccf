"""Files that the bot uploads: asked for, sent, then shared."""

import mimetypes
import secrets
import struct
import time
from collections import OrderedDict
from dataclasses import dataclass

from bot.workspace.ids import slack_id
from bot.workspace.messages import Json
from bot.workspace.people import BOT_USER_ID, TEAM_ID

_KEPT = 500
_PREVIEW_LINES = 6
_PNG_BEGINS = b"\x89PNG\r\n\x1a\n"
_PNG_SIZE = slice(16, 24)  # in the header, which comes first
_TEXT_TYPES = {"txt": "text", "log": "text", "md": "markdown", "json": "json", "yml": "yaml"}


@dataclass(slots=True, kw_only=True)
class File:
    """One file; *content* is None until it was sent."""

    id: str
    name: str
    title: str
    ticket: str
    length: int
    snippet_type: str | None = None
    alt_text: str = ""
    content: bytes | None = None
    shared_in: list[str]

    @property
    def extension(self) -> str:
        """The last part of the name, in small letters."""
        return self.name.rpartition(".")[2].lower()

    @property
    def mimetype(self) -> str:
        """Guessed from the name; text where a snippet type was given."""
        if self.snippet_type or self.extension in _TEXT_TYPES:
            return "text/plain"
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def as_json(self, base_url: str) -> Json:
        """Return the file object of the Web API."""
        content = self.content or b""
        link = f"{base_url}files/{self.id}/{self.name}"
        shown: Json = {
            "id": self.id,
            "created": int(time.time()),
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": self.snippet_type or _TEXT_TYPES.get(self.extension, self.extension),
            "size": len(content),
            "mode": "snippet" if self.mimetype == "text/plain" else "hosted",
            "user": BOT_USER_ID,
            "user_team": TEAM_ID,
            "is_public": True,
            "url_private": link,
            "url_private_download": link,
            "permalink": link,
            "channels": self.shared_in,
        }
        if self.mimetype.startswith("image/"):
            shown |= {"alt_txt": self.alt_text, **_size_of(content)}
        if self.mimetype == "text/plain":
            lines = content.decode("utf-8", "replace").splitlines()
            shown["lines"] = len(lines)
            shown["preview"] = "\n".join(lines[:_PREVIEW_LINES])
            shown["lines_more"] = max(0, len(lines) - _PREVIEW_LINES)
        return shown


def _size_of(content: bytes) -> Json:
    """Return width and height of a PNG, so that its room is kept before it is there."""
    if not content.startswith(_PNG_BEGINS) or len(content) < _PNG_SIZE.stop:
        return {}
    width, height = struct.unpack(">II", content[_PNG_SIZE])
    return {"original_w": width, "original_h": height}


class Files:
    """All files, the oldest forgotten beyond a bound."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[str, File] = OrderedDict()

    def reserve(
        self, name: str, length: int, *, snippet_type: str | None = None, alt_text: str = ""
    ) -> File:
        """Make room for a file that is yet to be sent."""
        file = File(
            id=slack_id("F"),
            name=name,
            title=name,
            ticket=secrets.token_urlsafe(24),
            length=length,
            snippet_type=snippet_type,
            alt_text=alt_text,
            shared_in=[],
        )
        self._by_id[file.id] = file
        while len(self._by_id) > _KEPT:
            self._by_id.popitem(last=False)
        return file

    def find(self, file_id: str) -> File | None:
        """Return the file with this id."""
        return self._by_id.get(file_id)

    def by_ticket(self, ticket: str) -> File | None:
        """Return the file whose content this upload link takes."""
        return next((file for file in self._by_id.values() if file.ticket == ticket), None)
