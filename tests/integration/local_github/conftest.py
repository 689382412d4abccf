"""A local GitHub a module, and for each test a repository of its own in it."""

import itertools
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import Auth, Github
from github.Repository import Repository

from bot.local_github.client import Client
from bot.local_github.git.command import environment
from bot.local_github.running import RunningGitHub, running_github
from bot.local_github.settings import AppSpec, GitHubSettings, Level, TokenSpec
from tests.integration.local_github.receiver import Receiver

NUMBERS = itertools.count(1)
SECRET = "a secret between two"
READS: Mapping[str, Level] = {"metadata": "read", "contents": "read", "statuses": "read"}
TOKENS = (
    TokenSpec(token="ghp_all", login="rackhand", scopes=("repo", "admin:repo_hook")),
    TokenSpec(token="ghp_status", login="rackhand", scopes=("repo:status",)),
    TokenSpec(token="ghp_public", login="grace", scopes=("public_repo",)),
    TokenSpec(token="ghp_none", login="grace", scopes=()),
    TokenSpec(token="github_pat_reads", login="grace", permissions=READS),
)


@pytest.fixture(scope="session")
def app_key() -> str:
    """The private key of the App that is installed on ``acme``."""
    return make_key()


def make_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    encryption = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, encryption).decode()


def public_half(private_key: str) -> str:
    key = serialization.load_pem_private_key(private_key.encode(), None).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


@pytest.fixture(scope="module")
def app(app_key: str) -> AppSpec:
    return AppSpec(
        id=4711,
        slug="rackhand-app",
        name="Rackhand",
        owner="acme",
        public_key=public_half(app_key),
        installation_id=815,
        permissions={
            "metadata": "read",
            "contents": "read",
            "statuses": "write",
            "checks": "read",
            "pull_requests": "read",
            "deployments": "write",
        },
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, app: AppSpec) -> Iterator[RunningGitHub]:
    folder = tmp_path_factory.mktemp("repositories")
    settings = GitHubSettings(folder=folder, tokens=TOKENS, apps=(app,), delivery_timeout_seconds=1)
    with running_github(settings) as github:
        yield github


@pytest.fixture
def local(running: RunningGitHub) -> Iterator[RunningGitHub]:
    """A local GitHub on which nothing is ordered."""
    yield running
    running.controls.clear_faults()


def run_git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Ada Brandt", "-c", "user.email=ada@example.com")
    ended = subprocess.run(
        ["git", *who, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


@dataclass
class Checkout:
    """A repository, a clone of it, and who works there."""

    name: str
    folder: Path
    client: Client
    url: str

    def git(self, *arguments: str) -> str:
        return run_git(self.folder, *arguments)

    def commit(self, message: str, files: Mapping[str, str] | None = None) -> str:
        """Commit *files* (the message itself where none are given) and return the sha."""
        for path, content in (files or {"notes": message}).items():
            (self.folder / path).write_text(content)
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", message)
        return self.git("rev-parse", "HEAD")

    def push(self, *arguments: str) -> str:
        """Push (the branch one is on where nothing is said) and return the sha of HEAD."""
        self.git("push", "--quiet", "origin", *(arguments or ("HEAD",)))
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, message: str) -> str:
        """Push a new branch with one commit, and go back to where one was."""
        self.git("checkout", "--quiet", "-b", name)
        sha = self.commit(message, {name.replace("/", "-"): message})
        self.push()
        self.git("checkout", "--quiet", "-")
        return sha


def check_out(
    github: RunningGitHub, template: Path, folder: Path, *, private: bool = False
) -> Checkout:
    name = f"shop-{next(NUMBERS)}"
    github.controls.create_repository("acme", name, private=private)
    url = github.git_url(f"acme/{name}", github.operator_git_token)
    shutil.copytree(template, folder)
    with (folder / ".git" / "config").open("a") as file:
        file.write(f'[remote "origin"]\n    url = {url}\n')
    client = github.client(f"acme/{name}")
    checkout = Checkout(name=f"acme/{name}", folder=folder, client=client, url=url)
    checkout.push()
    return checkout


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working copy with one commit on ``main``, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "README").write_text("A shop\n")
    run_git(folder, "init", "--quiet", "--initial-branch=main")
    run_git(folder, "add", ".")
    run_git(folder, "commit", "--quiet", "-m", "Open the shop")
    return folder


@pytest.fixture
def shop(local: RunningGitHub, template: Path, tmp_path: Path) -> Checkout:
    """A public repository with one commit on ``main``."""
    return check_out(local, template, tmp_path / "shop")


@pytest.fixture
def private_shop(local: RunningGitHub, template: Path, tmp_path: Path) -> Checkout:
    """A private repository with one commit on ``main``."""
    return check_out(local, template, tmp_path / "private", private=True)


def signed_in(github: RunningGitHub, token: str) -> Github:
    """Return the real PyGithub, which gives up at the first refusal."""
    return signed_in_at(github.api_url, token)


def signed_in_at(api_url: str, token: str) -> Github:
    auth = Auth.Token(token)
    return Github(base_url=api_url, auth=auth, retry=None, seconds_between_writes=0)


@pytest.fixture
def seen(local: RunningGitHub, shop: Checkout) -> Repository:
    """The repository as the real PyGithub has it, with a token that may all."""
    return signed_in(local, "ghp_all").get_repo(shop.name)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening
