"""Asks GitHub's REST API below a repository, and says its refusals in the port's errors.

PyGithub's requester is asked directly: its objects cannot ask conditionally for a list, ask more
often than they show, and take a redirect of a write for its success.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from github import GithubException, RateLimitExceededException
from github.Requester import Requester
from requests.utils import parse_header_links

from engine.adapters.github.access import GitHubAccess
from engine.adapters.github.accounts import Account, Accounts
from engine.adapters.github.addresses import web_host
from engine.adapters.github.allowance import limited
from engine.adapters.github.refusals import Purpose, is_limit, refusal
from engine.adapters.github.seen import Page, Seen
from engine.adapters.github.transport import Answer, answer_of, ask, spoken
from engine.errors import NotFound, PortError
from engine.ports.clock import Clock
from engine.ports.forge import Limits

REDIRECTS = {302, 307, 308}  # of a write to a repository that moved; PyGithub follows 301 itself
PAGE = 100
MOST_PAGES = 100
NOTHING: Mapping[str, str | int] = {}


class Client:
    """One GitHub, asked as whoever opens the repository that is asked about. Thread-safe."""

    def __init__(self, access: GitHubAccess, clock: Clock) -> None:
        """Nothing is asked yet."""
        self.host = web_host(access.api_url)
        self.scheme = access.api_url.partition("://")[0]
        self._clock = clock
        self._accounts = Accounts(access)
        self._seen = Seen()
        self._moved: dict[str, str] = {}  # old name → new name

    @property
    def is_app(self) -> bool:
        """Whether a GitHub App asks, and no token."""
        return self._accounts.is_app

    def ask_as_itself(self, url: str, purpose: Purpose) -> Answer:
        """Ask as the token's owner, or as the App rather than one of its installations."""
        return self._ask(self._accounts.own, "GET", url, purpose, repo="")

    def limits(self) -> Limits | None:
        """Return the limits of the account that may ask the least."""
        known = [found for one in self._accounts.all_of_them() if (found := one.allowance.limits())]
        return min(known, key=lambda one: one.remaining, default=None)

    def token(self, repo: str) -> str:
        """Return what opens a repository for git as well."""
        account = self._account(repo)
        try:
            with spoken(self.host):
                return account.auth.token
        except GithubException as error:
            purpose = Purpose(doing="read", what=f"repository {repo}")
            raise self._refused(account, answer_of(error), purpose, repo) from error

    def moved(self, repo: str, name: str) -> None:
        """Ask about *repo* under the name that it has now."""
        if name != repo:
            self._moved[repo] = name
        else:
            self._moved.pop(repo, None)

    def get(
        self,
        repo: str,
        path: str,
        purpose: Purpose,
        *,
        parameters: Mapping[str, str | int] = NOTHING,
    ) -> Any:
        """Read what is below a repository, and keep nothing of it: it may be large."""
        account, url = self._account(repo), self._url(repo, path, parameters)
        return self._ask(account, "GET", url, purpose, repo).body

    def look(
        self,
        repo: str,
        path: str,
        purpose: Purpose,
        *,
        parameters: Mapping[str, str | int] = NOTHING,
    ) -> Any:
        """Read what is read often; what is as it was last time costs no allowance."""
        return self._page(repo, self._url(repo, path, parameters), purpose).body

    def pages(
        self,
        repo: str,
        path: str,
        purpose: Purpose,
        *,
        parameters: Mapping[str, str | int] = NOTHING,
    ) -> Iterator[Any]:
        """Read all pages of a list, each as ``look`` does."""
        url: str | None = self._url(repo, path, {"per_page": PAGE, **parameters})
        for _ in range(MOST_PAGES):
            if url is None:
                return
            page = self._page(repo, url, purpose)
            yield page.body
            url = page.following

    def send(self, verb: str, repo: str, path: str, body: Any, purpose: Purpose) -> Any:
        """Write something below a repository. What a repeat does is up to the path."""
        account = self._account(repo)
        answer = self._ask(account, verb, self._url(repo, path), purpose, repo, body=body)
        if answer.status in REDIRECTS and "location" in answer.headers:
            url = answer.headers["location"]
            answer = self._ask(account, verb, url, purpose, repo, body=body)
        return answer.body

    def close(self) -> None:
        """End connections."""
        self._accounts.close()

    def _url(self, repo: str, path: str, parameters: Mapping[str, str | int] = NOTHING) -> str:
        query = f"?{urlencode(parameters)}" if parameters else ""
        return f"/repos/{quote(self._moved.get(repo, repo))}{path}{query}"

    def _page(self, repo: str, url: str, purpose: Purpose) -> Page:
        old = self._seen.get(repo, url)
        headers = {"If-None-Match": old.etag} if old and old.etag else {}
        answer = self._ask(self._account(repo), "GET", url, purpose, repo, headers=headers)
        if answer.status == 304:
            assert old
            return old
        page = Page(
            body=answer.body,
            following=_following(answer.headers.get("link", "")),
            etag=answer.headers.get("etag"),
        )
        if page.etag:
            self._seen.keep(repo, url, page)
        return page

    def _account(self, repo: str) -> Account:
        """Return who asks about a repository; the App's installation there is found once."""
        name = self._moved.get(repo, repo)
        if known := self._accounts.known(name):
            return known
        purpose = Purpose(doing="see the installation on", what=f"repository {name}")
        url = f"/repos/{quote(name)}/installation"
        try:
            answer = self._ask(self._accounts.own, "GET", url, purpose, repo)
        except NotFound as error:
            raise self._not_installed(name) from error
        return self._accounts.learn(name, answer.body["id"])

    def _ask(
        self,
        account: Account,
        verb: str,
        url: str,
        purpose: Purpose,
        repo: str,
        *,
        headers: Mapping[str, str] = {},
        body: Any = None,
    ) -> Answer:
        account.allowance.check(self.host, self._clock.now())
        answer = ask(account, verb, url, headers=headers, body=body, host=self.host)
        if not answer.of_token:
            account.allowance.note(answer.headers, self._clock.now())
        if answer.status >= 400:
            raise self._refused(account, answer, purpose, repo, writes=verb != "GET")
        account.allowance.succeeded()
        return answer

    def _refused(
        self,
        account: Account,
        answer: Answer,
        purpose: Purpose,
        repo: str,
        *,
        writes: bool = False,
    ) -> PortError:
        if is_limit(answer) or _is_limit_by_its_text(answer):
            now = self._clock.now()
            return limited(self.host, account.allowance.pause(answer.headers, now))
        if answer.of_token and answer.status in {403, 404}:
            self._accounts.forget(repo)  # it may be installed again, under another number
            return self._not_installed(repo)
        return refusal(answer, purpose, host=self.host, is_app=self._accounts.is_app, writes=writes)

    def _not_installed(self, repo: str) -> NotFound:
        return NotFound(
            f"The GitHub App is not installed on {repo}, or {self.host} has no such repository.",
            remedy="Install it there, and do not suspend it.",
        )


def _is_limit_by_its_text(answer: Answer) -> bool:
    """Whether PyGithub reads it as a limit: old GitHub Enterprise tells it by no header."""
    if answer.status != 403 or not isinstance(answer.body, dict):
        return False
    error = Requester.createException(answer.status, dict(answer.headers), answer.body)
    return isinstance(error, RateLimitExceededException)


def _following(link: str) -> str | None:
    """Return where the next page is."""
    links = parse_header_links(link) if link else []
    return next((one["url"] for one in links if one.get("rel") == "next"), None)
