"""What the operator wrote: rackhand.yml and the environment, read once, all faults together."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.github_access import Given, access_to_github
from bot.workflow_settings import plain_workflows
from engine.adapters.github import GitHubAccess
from engine.errors import UserError

Color = Literal["green", "red", "blue", "yellow", "purple", "orange", "brown", "white", "black"]
NAME_PATTERN = r"^[a-z][a-z0-9-]{0,39}$"


class Section(BaseModel):
    """A part of the file. An unknown key is a fault: it would be ignored in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SlackSection(Section):
    """Where cards go when an app names no channel."""

    channel: str | None = None


class RouterSection(Section):
    """The HTTP entrance of a rack."""

    http: int = Field(default=80, ge=1, le=65535)
    https: int | None = Field(default=None, ge=1, le=65535)
    certificates: Path | None = None
    image: str = "haproxy:lts"
    bind: str = "0.0.0.0"  # noqa: S104  a router is there to be reached


class RackSection(Section):
    """One rack."""

    provider: Literal["docker", "memory"] = "docker"
    engine: str = "unix:///var/run/docker.sock"
    tls: Path | None = None  # folder with ca.pem, cert.pem and key.pem, for tcp://
    ssh_options: tuple[str, ...] = ()
    router: RouterSection = RouterSection()
    color: Color = "blue"
    protected: bool = False
    bake_seconds: float = Field(default=60.0, ge=0)
    domain: str = "localhost"


class AppSection(Section):
    """One app that Slack may not change."""

    repo: str
    branch: str = "main"
    manifest: str | None = None
    channel: str | None = None


class RegistrySection(Section):
    """Where images travel between engines. Credentials come from the environment."""

    address: str


class GitSection(Section):
    """What opens the private repositories of one host."""

    token_variable: str | None = None  # the environment variable that holds the token
    username: str = "x-access-token"
    key_file: Path | None = None
    known_hosts_file: Path | None = None


class GitHubSection(Section):
    """GitHub, where repositories begin jobs. Token and key come from the environment."""

    poll_seconds: float = Field(default=60.0, ge=1)  # between two looks at a repository
    app_id: int | None = Field(default=None, ge=1)
    installation_id: int | None = Field(default=None, ge=1)
    key_file: Path | None = None


class BuildsSection(Section):
    """How builds are run."""

    at_once: int = Field(default=4, ge=1, le=64)
    services_at_once: int = Field(default=2, ge=1, le=16)
    images_kept: int = Field(default=10, ge=1, le=1000)
    folder: Path = Path("rackhand-work")


class FileSettings(Section):
    """All of rackhand.yml."""

    slack: SlackSection = SlackSection()
    racks: dict[str, RackSection] = Field(min_length=1)
    apps: dict[str, AppSection] = {}
    workflows: dict[str, Any] = {}  # the plain forms that engine.workflows.reading reads
    registry: RegistrySection | None = None
    git: dict[str, GitSection] = {}  # by host name
    github: GitHubSection = GitHubSection()
    builds: BuildsSection = BuildsSection()
    database: str = "sqlite:///rackhand.db"


class Secrets(BaseModel):
    """What the environment holds. Shown as stars wherever it is printed."""

    model_config = ConfigDict(frozen=True)

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    rackhand_secret_key: SecretStr | None = None
    rackhand_database_url: SecretStr | None = None
    registry_username: str | None = None
    registry_password: SecretStr | None = None
    github_token: SecretStr | None = None
    github_app_private_key: SecretStr | None = None
    github_webhook_secret: SecretStr | None = None
    github_api_url: str = "https://api.github.com"
    port: int = 3000


class Settings(BaseModel):
    """Everything that the process was told."""

    model_config = ConfigDict(frozen=True)

    file: FileSettings
    secrets: Secrets
    folder: Path  # relative paths in the file begin here
    git_tokens: dict[str, SecretStr] = {}  # by host name
    github: GitHubAccess | None = None  # None: nothing that opens GitHub was given

    @property
    def database_url(self) -> str:
        """The database: of the environment, else of the file."""
        override = self.secrets.rackhand_database_url
        return override.get_secret_value() if override else self.file.database

    @property
    def secret_key(self) -> str:
        """The key that environments are sealed with; raises ``UserError`` where there is none."""
        return self.require("rackhand_secret_key", "seals the values of environments")

    def require(self, name: str, purpose: str) -> str:
        """Return a secret; raises ``UserError`` saying what it is for where it is not set."""
        value: SecretStr | None = getattr(self.secrets, name)
        if value is None or not value.get_secret_value():
            raise UserError(
                f"{name.upper()} is not set.",
                why=f"It {purpose}.",
                remedy="Set it in the environment that Rackhand runs in.",
            )
        return value.get_secret_value()


def load(path: Path, environment: Mapping[str, str]) -> Settings:
    """Read the file and the environment; raises ``UserError`` naming every fault at once."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        document = yaml.safe_load(text)
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror}.",
            remedy="Write one as in docs/configuration.md, or name another with --config.",
        ) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UserError(
            f"{path}, line {line}: this is not valid YAML: {error.problem}.",
            remedy="Check the indentation and quotes there and in the line above.",
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not valid YAML: {error}") from error
    faults: list[str] = []
    file = _file(document if document is not None else {}, faults, path, node)
    given = {name: environment.get(name.upper()) for name in Secrets.model_fields}
    known = {name: value for name, value in given.items() if value}
    secrets = _validated(Secrets, known, faults, path, None)
    if file is not None:
        faults += _bad_names(file, path)
    tokens = _git_tokens(file, environment, faults) if file is not None else {}
    folder = path.resolve().parent
    github = _github(file, secrets, folder, faults) if file and secrets else None
    if faults or file is None or secrets is None:
        raise UserError(f"{path} has faults:", why="\n".join(f"- {fault}" for fault in faults))
    return Settings(file=file, secrets=secrets, folder=folder, git_tokens=tokens, github=github)


def _github(
    file: FileSettings, secrets: Secrets, folder: Path, faults: list[str]
) -> GitHubAccess | None:
    section, token, key = file.github, secrets.github_token, secrets.github_app_private_key
    given = Given(
        api_url=secrets.github_api_url,
        token=token.get_secret_value() if token else None,
        app_id=section.app_id,
        installation_id=section.installation_id,
        private_key=key.get_secret_value() if key else None,
        key_file=folder / section.key_file if section.key_file else None,
    )
    return access_to_github(given, faults)


def _file(document: Any, faults: list[str], path: Path, node: yaml.Node | None) -> Any:
    """Read the sections of the file, and its workflows by their own reader."""
    rest = document
    racks: list[str] = []
    if isinstance(document, dict):
        rest = {key: value for key, value in document.items() if key != "workflows"}
        named = document.get("racks")
        racks = [str(name) for name in named] if isinstance(named, dict) else []
    file = _validated(FileSettings, rest, faults, path, node)
    workflows = plain_workflows(node, path, racks, faults)
    return file.model_copy(update={"workflows": workflows}) if file else None


def _git_tokens(
    file: FileSettings, environment: Mapping[str, str], faults: list[str]
) -> dict[str, SecretStr]:
    tokens = {}
    for host, section in file.git.items():
        if section.token_variable is None:
            continue
        if token := environment.get(section.token_variable):
            tokens[host] = SecretStr(token)
        else:
            faults.append(f"environment: {section.token_variable}: git.{host} wants it, set it")
    return tokens


def _bad_names(file: FileSettings, path: Path) -> list[str]:
    return [
        f"{path}: {kind}.{name}: a name has small letters, digits and dashes, begins with a "
        "letter and has at most 40 characters"
        for kind, names in (("racks", file.racks), ("apps", file.apps))
        for name in names
        if not re.match(NAME_PATTERN, name)
    ]


def _validated(
    kind: type[Any], value: Any, faults: list[str], path: Path, node: yaml.Node | None
) -> Any:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        for fault in error.errors():
            keys = [str(key) for key in fault["loc"]]
            line = _line_of(node, keys)
            place = f"{path}, line {line}" if line else "environment"
            name = ".".join(keys) if node else ".".join(keys).upper()
            faults.append(f"{place}: {name}: {fault['msg'][:1].lower()}{fault['msg'][1:]}")
        return None


def _line_of(node: yaml.Node | None, keys: list[str]) -> int | None:
    """Return the line of the deepest of *keys* that the file has."""
    if node is None:
        return None
    line = node.start_mark.line + 1
    for key in keys:
        if not isinstance(node, yaml.MappingNode):
            break
        found = [(name, value) for name, value in node.value if name.value == key]
        if not found:
            break
        line, node = found[0][0].start_mark.line + 1, found[0][1]
    return line
