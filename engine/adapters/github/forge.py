"""GitHub as the forge, with github.com or GitHub Enterprise behind it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from engine.adapters.github import checks, reading, showing, standing
from engine.adapters.github.access import GitHubAccess
from engine.adapters.github.addresses import repository_name
from engine.adapters.github.client import PAGE, Client
from engine.adapters.github.heads import Heads
from engine.adapters.github.refusals import Purpose
from engine.adapters.github.standing import Standing
from engine.errors import NotFound
from engine.ports.clock import Clock, SystemClock
from engine.ports.forge import (
    Checks,
    CommitFacts,
    Comparison,
    DeploymentState,
    ForgeRelease,
    Limits,
    PullRequest,
    Repository,
    StatusState,
)

RELEASES = 30
REQUIRED_KEPT = timedelta(minutes=1)  # a refused look costs allowance, and it is asked often


class GitHubForge:
    """Implements the forge port; see there for what each method does. Thread-safe.

    Repositories that moved are followed: they are asked about under either name.
    """

    def __init__(self, access: GitHubAccess, clock: Clock | None = None) -> None:
        """Nothing is asked yet."""
        self._clock = clock or SystemClock()
        self._client = Client(access, self._clock)
        self._heads = Heads(self._client)
        self._required: dict[tuple[str, str], tuple[datetime, tuple[str, ...] | None]] = {}

    @property
    def host(self) -> str:
        """The host that people see."""
        return self._client.host

    def name_of(self, repo_url: str) -> str | None:
        """Return "owner/name" of a repository's URL."""
        return repository_name(repo_url, self.host)

    def page_of(self, repo: str, *, base: str | None, head: str) -> str:
        """Return the page of a comparison, or of a commit."""
        part = f"compare/{quote(base)}...{quote(head)}" if base else f"commit/{quote(head)}"
        return f"{self._client.scheme}://{self.host}/{repo}/{part}"

    def limits(self) -> Limits | None:
        """Tell what the last answers said of the account that may ask the least."""
        return self._client.limits()

    def token(self, repo_url: str) -> str | None:
        """Return what opens a repository for git; None where that has to go without.

        It goes without at other hosts, and where the App is not installed: the repository may be
        public. An App's token is good for an hour, so it is asked for each time.
        """
        name = self.name_of(repo_url)
        if name is None:
            return None
        try:
            return self._client.token(name)
        except NotFound:
            return None

    def repository(self, repo: str) -> Repository:
        """Look a repository up, following a move."""
        self._client.moved(repo, repo)  # what has the name by now may be another one
        purpose = Purpose(doing="read", what=f"repository {repo}")
        found = reading.repository(self._client.look(repo, "", purpose))
        self._client.moved(repo, found.name)
        return found

    def heads(self, repo: str) -> dict[str, str]:
        """Read where all branches and tags are."""
        return {**self._heads.read(repo, "heads"), **self._heads.read(repo, "tags")}

    def releases(self, repo: str) -> Sequence[ForgeRelease]:
        """Read the newest published releases."""
        purpose = Purpose(doing="read the releases of", what=f"repository {repo}")
        newest = self._client.look(repo, "/releases", purpose, parameters={"per_page": RELEASES})
        tags = self._heads.read(repo, "tags") if newest else {}
        return [found for one in newest if (found := reading.release(one, tags))]

    def commit(self, repo: str, sha: str) -> CommitFacts:
        """Read one commit."""
        purpose = Purpose(doing="read", what=f"commit {sha[:7]} of {repo}")
        return reading.commit(self._client.get(repo, f"/commits/{quote(sha)}", purpose))

    def compare(self, repo: str, base: str, head: str) -> Comparison:
        """Say what *head* has that *base* has not."""
        purpose = Purpose(doing="compare", what=f"commits {base[:7]} and {head[:7]} of {repo}")
        path = f"/compare/{quote(base)}...{quote(head)}"
        return reading.comparison(self._client.get(repo, path, purpose))

    def pull_requests(self, repo: str, sha: str) -> Sequence[PullRequest]:
        """Read the pull requests that a commit belongs to."""
        what = f"commit {sha[:7]} of {repo}"
        purpose = Purpose(doing="read the pull requests of", what=what)
        path = f"/commits/{quote(sha)}/pulls"
        found = self._client.get(repo, path, purpose, parameters={"per_page": PAGE})
        return [reading.pull_request(one) for one in found]

    def checks(self, repo: str, sha: str, *, branch: str | None) -> Checks:
        """Read the newest check of each name, and what *branch* requires."""
        return Checks(
            found=checks.found(self._client, repo, sha),
            required=self._required_by(repo, branch) if branch else None,
        )

    def set_status(
        self,
        repo: str,
        sha: str,
        *,
        context: str,
        state: StatusState,
        description: str,
        url: str | None,
    ) -> None:
        """Show a commit status."""
        showing.status(
            self._client,
            repo,
            sha,
            context=context,
            state=state,
            description=description,
            url=url,
        )

    def deployment(
        self, repo: str, sha: str, *, environment: str, description: str, key: str
    ) -> str:
        """Find or make a deployment."""
        return showing.deployment(
            self._client, repo, sha, environment=environment, description=description, key=key
        )

    def set_deployment(
        self,
        repo: str,
        deployment_id: str,
        *,
        state: DeploymentState,
        description: str,
        environment_url: str | None,
        log_url: str | None,
    ) -> None:
        """Show how a deployment stands."""
        showing.deployment_state(
            self._client,
            repo,
            deployment_id,
            state=state,
            description=description,
            environment_url=environment_url,
            log_url=log_url,
        )

    def comment(self, repo: str, number: int, *, text: str, key: str) -> None:
        """Write a comment, or edit the one with the same key."""
        showing.comment(self._client, repo, number, text=text, key=key)

    def standing(self) -> Standing:
        """Tell who asks, and what it lacks. Raises as the port does."""
        return standing.at_github(self._client)

    def lacks_in(self, repo: str) -> tuple[str, ...]:
        """Tell what is lacking in one repository. Raises as the port does."""
        return standing.in_repository(self._client, repo)

    def close(self) -> None:
        """End connections."""
        self._client.close()

    def _required_by(self, repo: str, branch: str) -> tuple[str, ...] | None:
        now = self._clock.now()
        known = self._required.get((repo, branch))
        if known and now < known[0] + REQUIRED_KEPT:
            return known[1]
        names = checks.required(self._client, repo, branch)
        self._required[repo, branch] = (now, names)
        return names
