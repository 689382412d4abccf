"""Who asks GitHub: one token, or the App's installation where a repository is."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from github import Auth, Github
from github.Requester import Requester

from engine.adapters.github.access import GitHubAccess
from engine.adapters.github.allowance import Allowance

# At DEBUG it writes whole answers into the log, and with them the tokens of installations.
logging.getLogger("github.Requester").setLevel(logging.INFO)


@dataclass(slots=True, kw_only=True)
class Account:
    """One identity at GitHub, with an allowance of its own.

    A requester holds the request it is at in itself, so each serves one thread at a time.
    """

    auth: Auth.Auth
    pattern: Requester  # the others are made after it
    allowance: Allowance = field(default_factory=Allowance)
    _idle: list[Requester] = field(default_factory=list)

    @contextmanager
    def requester(self) -> Iterator[Requester]:
        """Lend a requester that nobody else has."""
        try:
            one = self._idle.pop()
        except IndexError:
            one = self.pattern.withAuth(self.auth)
        try:
            yield one
        finally:
            self._idle.append(one)

    def close(self) -> None:
        """End the connections that are idle."""
        while self._idle:
            self._idle.pop().close()


class InstallationToken(Auth.Auth):
    """The token of an App's installation, made anew before its hour is over, by one at a time."""

    def __init__(self, minted: Auth.AppInstallationAuth) -> None:
        """*minted* knows how to ask for a token; it is not for several threads."""
        self._minted = minted
        self._lock = threading.Lock()

    @property
    def token_type(self) -> str:
        """As the Authorization header has it."""
        return "token"

    @property
    def token(self) -> str:
        """A token that is good for now. Raises what PyGithub raises where none is given."""
        with self._lock:
            return self._minted.token


class Accounts:
    """The accounts of this process, found by the repository that is asked about."""

    def __init__(self, access: GitHubAccess) -> None:
        """Nothing is asked yet."""
        self._access = access
        self._lock = threading.Lock()
        self._installations: dict[str, int] = {}  # by repository
        self._accounts: dict[int, Account] = {}  # by installation
        self.own = self._own()  # the token's, or the App's as itself

    @property
    def is_app(self) -> bool:
        """Whether an App asks, and no token."""
        return isinstance(self.own.auth, Auth.AppAuth)

    def known(self, repo: str) -> Account | None:
        """Return who asks about a repository, or None where its installation has to be found."""
        if not self.is_app:
            return self.own
        number = self._access.installation_id or self._installations.get(repo)
        return self._installed(number) if number else None

    def learn(self, repo: str, installation_id: int) -> Account:
        """Remember which installation opens a repository."""
        self._installations[repo] = installation_id
        return self._installed(installation_id)

    def forget(self, repo: str) -> None:
        """Have the installation of a repository found anew: it may have been made again."""
        self._installations.pop(repo, None)

    def all_of_them(self) -> list[Account]:
        """Return every account that was used."""
        return [self.own, *self._accounts.values()]

    def close(self) -> None:
        """End connections."""
        for account in self.all_of_them():
            account.close()

    def _own(self) -> Account:
        access = self._access
        auth: Auth.Auth
        if access.app_id and access.private_key:
            auth = Auth.AppAuth(access.app_id, access.private_key)
        else:
            assert access.token, "an App's key or a token is needed"
            auth = Auth.Token(access.token)
        # Waiting is ours: PyGithub neither tries again nor sleeps between requests.
        client = Github(
            auth=auth,
            base_url=access.api_url.rstrip("/"),
            timeout=access.timeout_seconds,
            user_agent="rackhand",
            per_page=100,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        )
        return Account(auth=auth, pattern=client.requester)

    def _installed(self, number: int) -> Account:
        with self._lock:
            if number not in self._accounts:
                app = self.own.auth
                assert isinstance(app, Auth.AppAuth)
                minted = app.get_installation_auth(number, requester=self.own.pattern)
                auth = InstallationToken(minted)
                self._accounts[number] = Account(auth=auth, pattern=self.own.pattern)
            return self._accounts[number]
