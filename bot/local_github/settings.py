"""What a local GitHub is started with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Level = Literal["read", "write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account. The e-mail ties commits to it."""

    login: str
    name: str
    email: str
    kind: Literal["User", "Organization", "Bot"] = "User"
    is_admin: bool = False  # of every repository


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositorySpec:
    """A repository that exists from the start, empty unless its folder already holds commits."""

    owner: str
    name: str
    private: bool = False
    default_branch: str = "main"
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSpec:
    """A personal access token: classic with *scopes*, or fine-grained with *permissions*."""

    token: str = field(repr=False)
    login: str
    scopes: tuple[str, ...] = ("repo",)
    permissions: Mapping[str, Level] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSpec:
    """A GitHub App that is installed on every repository of *owner*."""

    id: int
    slug: str
    name: str
    owner: str
    public_key: str  # PEM; the caller keeps the private half
    installation_id: int
    permissions: Mapping[str, Level]
    webhook_url: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    events: tuple[str, ...] = ("*",)


ORGANIZATION = "acme"
PEOPLE = (
    Person(login=ORGANIZATION, name="Acme", email="hello@example.com", kind="Organization"),
    Person(login="ada", name="Ada Brandt", email="ada@example.com", is_admin=True),
    Person(login="grace", name="Grace Okafor", email="grace@example.com"),
    Person(login="linus", name="Linus Ek", email="linus@example.com"),
    Person(login="rackhand", name="Rackhand", email="rackhand@example.com", is_admin=True),
)
REPOSITORIES = (RepositorySpec(owner=ORGANIZATION, name="shop", description="The shop front"),)
TOKENS = (TokenSpec(token="ghp_localGitHub", login="rackhand", scopes=("repo", "admin:repo_hook")),)  # noqa: S106


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubSettings:
    """One frozen description. Repositories are in *folder*; the rest lives in memory only."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 0  # 0: any free one
    operator_token: str = field(default="gho_localOperator", repr=False)  # of page and client
    people: tuple[Person, ...] = PEOPLE
    repositories: tuple[RepositorySpec, ...] = REPOSITORIES
    tokens: tuple[TokenSpec, ...] = TOKENS
    apps: tuple[AppSpec, ...] = ()
    requests_an_hour: int = 5000  # of each token
    installation_token_seconds: float = 3600.0
    delivery_timeout_seconds: float = 10.0
