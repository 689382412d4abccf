"""What the app may do here: its Slack app manifest (v2), read and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class SlashCommand(_Part):
    """A command such as ``/rack``."""

    command: str = Field(pattern=r"^/[a-z0-9_-]{1,31}$")
    description: str = Field(max_length=2000)
    usage_hint: str = Field(default="", max_length=1000)
    should_escape: bool = False


class Shortcut(_Part):
    """A named act in the menus of the client: on a message, or anywhere."""

    name: str = Field(max_length=24)
    type: Literal["message", "global"]
    callback_id: str = Field(max_length=255)
    description: str = Field(max_length=150)


class _DisplayInformation(_Part):
    name: str = Field(max_length=35)
    description: str = Field(default="", max_length=140)
    background_color: str = "#4a4a4a"


class _BotUser(_Part):
    display_name: str = Field(max_length=80)
    always_online: bool = False


class _AppHome(_Part):
    home_tab_enabled: bool = False
    messages_tab_enabled: bool = False
    messages_tab_read_only_enabled: bool = True


class _Features(_Part):
    bot_user: _BotUser
    app_home: _AppHome = _AppHome()
    slash_commands: tuple[SlashCommand, ...] = ()
    shortcuts: tuple[Shortcut, ...] = Field(default=(), max_length=10)


class _Scopes(_Part):
    bot: tuple[str, ...] = ()


class _OAuth(_Part):
    scopes: _Scopes = _Scopes()


class _Events(_Part):
    bot_events: tuple[str, ...] = ()


class _Interactivity(_Part):
    is_enabled: bool = False


class _Settings(_Part):
    event_subscriptions: _Events = _Events()
    interactivity: _Interactivity = _Interactivity()
    socket_mode_enabled: bool = False


class AppManifest(_Part):
    """The parts of a manifest that decide what reaches the app and what it may call."""

    display_information: _DisplayInformation
    features: _Features
    oauth_config: _OAuth = _OAuth()
    settings: _Settings = _Settings()

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes granted to the bot token."""
        return frozenset(self.oauth_config.scopes.bot)

    @property
    def events(self) -> frozenset[str]:
        """The event types that the app is subscribed to."""
        return frozenset(self.settings.event_subscriptions.bot_events)

    def command(self, name: str) -> SlashCommand | None:
        """Return the declared slash command called *name*, with its slash."""
        return next((c for c in self.features.slash_commands if c.command == name), None)

    def shortcut(self, callback_id: str) -> Shortcut | None:
        """Return the declared shortcut with this id."""
        return next((s for s in self.features.shortcuts if s.callback_id == callback_id), None)


def read_manifest(manifest: Mapping[str, Any]) -> AppManifest:
    """Check a manifest. Raises ``ValueError`` that names every fault by its path."""
    try:
        return AppManifest.model_validate(dict(manifest))
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        )
        raise ValueError(f"The app manifest is not valid. {faults}.") from error


def load_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest file. Raises ``ValueError`` where it is not a YAML mapping."""
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(loaded, dict):
        raise ValueError(  # noqa: TRY004 - the file is at fault, not the caller
            f"{path} is not an app manifest: it must be a YAML mapping."
        )
    return loaded
