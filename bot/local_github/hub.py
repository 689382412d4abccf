"""All that the local GitHub knows, and the lock that lets one request at a time at it."""

import itertools
import threading
from datetime import UTC, datetime
from pathlib import Path

from bot.local_github.budget import Budget
from bot.local_github.credentials import Credentials
from bot.local_github.faults import Faults
from bot.local_github.git.store import GitStore
from bot.local_github.people import ACTIONS, People
from bot.local_github.repository import Repositories, Repository
from bot.local_github.settings import AppSpec, GitHubSettings, RepositorySpec
from bot.local_github.shapes.basics import Urls

_FIRST_ID = 100_001  # no number is mistaken for that of a pull request


class Hub:
    """The state. Whoever reads or changes it holds ``lock``."""

    def __init__(self, settings: GitHubSettings) -> None:
        self.settings = settings
        self.since = datetime.now(UTC)
        self.lock = threading.RLock()
        self.urls = Urls()
        self.apps = (ACTIONS, *settings.apps)
        self.people = People(settings.people, self.apps)
        self.credentials = Credentials(settings, self.apps)
        self.budget = Budget(settings.requests_an_hour)
        self.faults = Faults()
        self.repositories = Repositories()
        self._ids = itertools.count(_FIRST_ID)
        for spec in settings.repositories:
            self.create_repository(spec)

    def next_id(self) -> int:
        """Return a number that nothing else has."""
        return next(self._ids)

    def now(self) -> datetime:
        """Return the time, in whole seconds as GitHub tells it."""
        return datetime.now(UTC).replace(microsecond=0)

    def app(self, slug: str) -> AppSpec:
        """Return the App with this slug; raises ``KeyError`` for none."""
        found = next((app for app in self.apps if app.slug == slug), None)
        if found is None:
            raise KeyError(slug)
        return found

    def create_repository(self, spec: RepositorySpec) -> Repository:
        """Make a repository, and its folder where there is none.

        Raises ``ValueError`` where the name is taken or the owner has no account.
        """
        owner = self.people.find(spec.owner)
        full_name = f"{spec.owner}/{spec.name}"
        if owner is None or self.repositories.find(full_name):
            why = "is there already" if owner else "has an owner that nobody knows"
            raise ValueError(f"{full_name} {why}.")
        git = GitStore(self._folder(spec))
        git.create(spec.default_branch)
        now = self.now()
        repository = Repository(
            id=self.next_id(),
            owner=owner.login,
            name=spec.name,
            private=spec.private,
            default_branch=spec.default_branch,
            description=spec.description,
            created_at=now,
            pushed_at=now,
            git=git,
            seen=git.refs(),
        )
        self.repositories.add(repository)
        return repository

    def _folder(self, spec: RepositorySpec) -> Path:
        return (self.settings.folder / spec.owner / f"{spec.name}.git").absolute()
