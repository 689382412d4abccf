"""Where all branches and tags are, asked so that nothing is paid where nothing moved."""

from collections.abc import Mapping
from typing import Any, Literal

from engine.adapters.github.client import Client
from engine.adapters.github.refusals import Conflict, Purpose

DEEPEST = 10  # tags of tags that are followed

Kind = Literal["heads", "tags"]


class Heads:
    """Reads refs, and remembers where the objects of annotated tags lead: they never change."""

    def __init__(self, client: Client) -> None:
        """Nothing is asked yet."""
        self._client = client
        self._commits: dict[str, str | None] = {}  # by the sha of a tag's object

    def read(self, repo: str, kind: Kind) -> dict[str, str]:
        """Return ref → sha of its commit. An empty repository has none."""
        what = "branches" if kind == "heads" else "tags"
        purpose = Purpose(doing=f"read the {what} of", what=f"repository {repo}")
        found = {}
        try:
            for page in self._client.pages(repo, f"/git/matching-refs/{kind}/", purpose):
                for one in page:
                    if sha := self._commit(repo, one["object"], purpose):
                        found[one["ref"]] = sha
        except Conflict:  # it has no commit yet
            return {}
        return found

    def _commit(self, repo: str, target: Mapping[str, Any], purpose: Purpose) -> str | None:
        """Return the commit behind a ref; None for a tag on a file or folder."""
        first = str(target["sha"])
        if target["type"] == "commit":
            return first
        if first not in self._commits:
            self._commits[first] = self._peeled(repo, target, purpose)
        return self._commits[first]

    def _peeled(self, repo: str, target: Mapping[str, Any], purpose: Purpose) -> str | None:
        for _ in range(DEEPEST):
            if target["type"] != "tag":
                break
            target = self._client.get(repo, f"/git/tags/{target['sha']}", purpose)["object"]
        return str(target["sha"]) if target["type"] == "commit" else None
