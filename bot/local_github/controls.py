"""Orders troubles, and what no route of GitHub does, from a running local GitHub."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from bot.local_github.faults import FaultKind

_TIMEOUT_SECONDS = 30.0


class Controls:
    """One method for each order; all take effect before they return."""

    def __init__(self, url: str) -> None:
        """*url* is that of the page."""
        self._client = httpx.Client(base_url=url, timeout=_TIMEOUT_SECONDS, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close kept connections."""
        self._client.close()

    def _order(self, order: str, /, **facts: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.post(f"control/{order}", json=facts).json()
        if not answer.pop("ok"):
            raise ValueError(answer["error"])
        return answer

    def fault(
        self,
        kind: FaultKind,
        *,
        path: str = "*",
        method: str = "*",
        times: int = 1,
        status: int = 502,
        seconds: float = 1.0,
    ) -> None:
        """Let the next *times* requests whose path is like *path* go wrong.

        Kinds: ``http_error`` (*status*), ``slow`` (by *seconds*), ``secondary_limit`` (403, or 429
        where *status* says so, with Retry-After *seconds*), ``drop_before`` (the connection is
        cut, nothing done) and ``drop_after`` (done, then cut). The path of an API call begins
        below ``/api/v3``.
        """
        self._order(
            "fault",
            kind=kind,
            path=path,
            method=method,
            times=times,
            status=status,
            seconds=seconds,
        )

    def clear_faults(self) -> None:
        """Withdraw every order: reachable, within limits, telling hooks, nothing kept back."""
        self._order("clear_faults")

    def down(self, seconds: float) -> None:
        """Let nobody reach the API or git for a while."""
        self._order("down", seconds=seconds)

    def exhaust(self, seconds: float) -> None:
        """Let every token have used up its hour, which ends in *seconds*."""
        self._order("exhaust", seconds=seconds)

    def hide(self, sha: str, times: int = 1) -> None:
        """Let the next *times* requests that ask for a commit or its branch not see it yet."""
        self._order("hide", sha=sha, times=times)

    def webhooks(self, *, on: bool) -> None:
        """Switch webhooks off, so that only who asks learns anything, or on again."""
        self._order("webhooks", on=on)

    def duplicate(self, event: str = "*", times: int = 1) -> None:
        """Deliver the next *times* events of this name twice."""
        self._order("duplicate", event=event, times=times)

    def hold(self) -> None:
        """Keep deliveries back."""
        self._order("hold")

    def release(self, *, reverse: bool = False) -> None:
        """Send what was kept back, the newest first where *reverse*."""
        self._order("release", reverse=reverse)

    def settle(self, seconds: float = 10.0) -> None:
        """Wait until every delivery was made; raises ``TimeoutError``."""
        if not self._order("settle", seconds=seconds)["settled"]:
            raise TimeoutError(f"Deliveries are still under way after {seconds} s.")

    def create_repository(
        self, owner: str, name: str, *, private: bool = False, default_branch: str = "main"
    ) -> None:
        """Make a repository; raises ``ValueError`` where it is there already."""
        facts = {"owner": owner, "name": name, "default_branch": default_branch}
        self._order("create_repository", private=private, **facts)

    def move_repository(
        self, repository: str, *, name: str | None = None, owner: str | None = None
    ) -> None:
        """Rename a repository or transfer it; its old address leads to the new one."""
        facts = {"name": name, "owner": owner}
        given = {key: value for key, value in facts.items() if value}
        self._order("move_repository", repository=repository, **given)

    def protect(self, repository: str, branch: str, contexts: Sequence[str] | None) -> None:
        """Let a branch require checks; None takes the protection away."""
        given = None if contexts is None else list(contexts)
        self._order("protect", repository=repository, branch=branch, contexts=given)

    def require(self, repository: str, branch: str, contexts: Sequence[str]) -> None:
        """Let a ruleset require checks of a branch, which everybody may read."""
        self._order("require", repository=repository, branch=branch, contexts=list(contexts))

    def workflow_run(
        self, repository: str, sha: str, name: str = "CI", conclusion: str | None = None
    ) -> None:
        """Begin a run of GitHub Actions on a commit, or end the one that is under way."""
        self._order(
            "workflow_run", repository=repository, sha=sha, name=name, conclusion=conclusion
        )

    def revoke(self, token: str) -> None:
        """Let a token be worth nothing from now on."""
        self._order("revoke", token=token)
