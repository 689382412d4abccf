"""Who calls: what a token, an App's signature or nothing at all stands for, and what it opens."""

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import jwt

from bot.local_github.budget import ANONYMOUS_KEY
from bot.local_github.people import bot_login
from bot.local_github.settings import AppSpec, GitHubSettings, Level

_LONGEST_APP_SECONDS = 600  # that an App may sign itself in for


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One way to call. At most one of *scopes* and *permissions* limits it."""

    key: str = field(repr=False)  # what its budget is counted under
    login: str | None = None
    scopes: tuple[str, ...] | None = None  # of a classic token
    permissions: Mapping[str, Level] | None = None  # of a fine-grained or installation token
    app: AppSpec | None = None  # acts as this App's bot, or signs in as the App itself
    signed_in_as_app: bool = False
    is_operator: bool = False  # page and client: may all, meets no trouble, counts nowhere
    expires_at: float | None = None  # seconds of the epoch

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody said who they are."""
        return self.login is None and not self.signed_in_as_app


ANONYMOUS = Caller(key=ANONYMOUS_KEY)


class BadCredentials(Exception):
    """Nobody is known by that token, or not any more."""


class Credentials:
    """Finds the caller for what a request brings."""

    def __init__(self, settings: GitHubSettings, apps: Iterable[AppSpec]) -> None:
        self._settings = settings
        self._apps = {app.id: app for app in apps}
        self._tokens = {
            spec.token: Caller(
                key=spec.token,
                login=spec.login,
                scopes=None if spec.permissions is not None else spec.scopes,
                permissions=spec.permissions,
            )
            for spec in settings.tokens
        }

    def caller(self, token: str | None, act_as: str | None = None) -> Caller:
        """Return who brings *token*; *act_as* names whom the operator acts as.

        Raises ``BadCredentials``.
        """
        if token is None:
            return ANONYMOUS
        if secrets.compare_digest(token.encode(), self._settings.operator_token.encode()):
            return self._operator(act_as)
        if token.count(".") == 2:
            return self._signed(token)
        known = self._tokens.get(token)
        if known is None or (known.expires_at is not None and known.expires_at < time.time()):
            raise BadCredentials
        return known

    def _operator(self, act_as: str | None) -> Caller:
        slug = (act_as or "").removesuffix("[bot]")
        acting = next((app for app in self._apps.values() if app.slug == slug), None)
        if acting and act_as == bot_login(acting):
            return Caller(key="operator", login=act_as, app=acting, is_operator=True)
        login = act_as or next(one.login for one in self._settings.people if one.kind == "User")
        return Caller(key="operator", login=login, is_operator=True)

    def _signed(self, token: str) -> Caller:
        try:
            issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
            app = self._apps[int(issuer)]
            claims = jwt.decode(
                token, app.public_key, algorithms=["RS256"], options={"require": ["exp", "iat"]}
            )
        except (jwt.InvalidTokenError, KeyError, ValueError) as error:
            raise BadCredentials from error
        if claims["exp"] - time.time() > _LONGEST_APP_SECONDS:
            raise BadCredentials
        return Caller(key=f"app {app.id}", app=app, signed_in_as_app=True)

    def install(self, app: AppSpec, permissions: Mapping[str, Level]) -> tuple[str, float]:
        """Return a new installation token and when it expires, in seconds of the epoch."""
        token = f"ghs_{secrets.token_hex(18)}"
        expires = time.time() + self._settings.installation_token_seconds
        self._tokens[token] = Caller(
            key=f"installation {app.installation_id}",
            login=bot_login(app),
            permissions=dict(permissions),
            app=app,
            expires_at=expires,
        )
        return token, expires

    def revoke(self, token: str) -> None:
        """Let a token be worth nothing from now on; a repeat does nothing."""
        self._tokens.pop(token, None)
