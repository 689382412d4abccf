"""Who is in the workspace, and how the Web API tells of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

TEAM_ID = "T01RACKHAND"
TEAM_NAME = "Acme"
TEAM_DOMAIN = "acme"
PARTNER_TEAM_ID = "T02PARTNERS"
APP_ID = "A01RACKHAND"
BOT_ID = "B01RACKHAND"
BOT_USER_ID = "U01RACKHAND"
SLACKBOT_ID = "USLACKBOT"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One account: a member, a guest, somebody of another workspace, or a bot."""

    id: str
    handle: str
    name: str
    title: str = ""
    team_id: str = TEAM_ID
    is_guest: bool = False
    is_bot: bool = False
    is_admin: bool = False

    @property
    def is_stranger(self) -> bool:
        """Whether this is a member of another workspace, met in a shared channel."""
        return self.team_id != TEAM_ID

    def as_json(self, *, with_email: bool) -> dict[str, Any]:
        """Return the user object that ``users.info`` answers with."""
        profile: dict[str, Any] = {
            "real_name": self.name,
            "display_name": self.handle,
            "title": self.title,
            "team": self.team_id,
        }
        if with_email and not self.is_bot:
            profile["email"] = f"{self.handle}@example.com"
        if self.is_bot:
            profile |= {"api_app_id": APP_ID, "bot_id": BOT_ID}
        user: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.handle,
            "real_name": self.name,
            "deleted": False,
            "tz": "Etc/UTC",
            "tz_label": "Coordinated Universal Time",
            "tz_offset": 0,
            "profile": profile,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
        }
        if self.is_stranger:
            user["is_stranger"] = True
        return user


MEMBERS = (
    User(id="U01ADA0001", handle="ada", name="Ada Brandt", title="Platform", is_admin=True),
    User(id="U01GRACE01", handle="grace", name="Grace Okafor", title="Web"),
    User(id="U01LINUS01", handle="linus", name="Linus Ek", title="On call"),
    User(id="U01PAT0001", handle="pat", name="Pat Morgan", title="Contractor", is_guest=True),
    User(
        id="U02ROBIN01",
        handle="robin",
        name="Robin Vale",
        title="Partner Ltd",
        team_id=PARTNER_TEAM_ID,
    ),
)
SLACKBOT = User(id=SLACKBOT_ID, handle="slackbot", name="Slackbot", is_bot=True)


class People:
    """Everybody, found by id or handle."""

    def __init__(self, members: Iterable[User], *, bot_handle: str, bot_name: str) -> None:
        self.bot = User(id=BOT_USER_ID, handle=bot_handle, name=bot_name, is_bot=True)
        everybody = (*members, self.bot, SLACKBOT)
        self._by_id = {user.id: user for user in everybody}
        self._by_handle = {user.handle: user for user in everybody}

    def __iter__(self) -> Iterator[User]:
        return iter(self._by_id.values())

    def find(self, name: str) -> User | None:
        """Return the user with this id or handle, with or without ``@``; None for nobody."""
        bare = name.removeprefix("@")
        return self._by_id.get(bare) or self._by_handle.get(bare)

    def by_email(self, email: str) -> User | None:
        """Return the person with this address; None for nobody."""
        handle, _, host = email.lower().partition("@")
        user = self._by_handle.get(handle)
        return user if user and host == "example.com" and not user.is_bot else None

    @property
    def humans(self) -> tuple[User, ...]:
        """Everybody whom one can act as."""
        return tuple(user for user in self if not user.is_bot)
