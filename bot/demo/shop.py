"""The sample app's Git repository, made anew for the demo with its history still to come."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

BRANCH = "main"
EXAMPLES = Path(__file__).parents[2] / "examples"
FIX = "02-fix-cart-total.patch"
MISTAKE = "03-try-the-new-pool-settings.patch"  # its health check fails
HIDDEN_MISTAKE = "04-try-the-new-payment-client.patch"  # only every tenth page fails
BAKE_SECONDS = re.compile(r"bake_seconds: \d+")
AUTHOR = {
    "GIT_AUTHOR_NAME": "Ada Lovelace",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada Lovelace",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The sample app's repository, or a clone of it."""

    path: Path
    remote: str | None = None  # where changes are pushed at once; None: this one is read itself

    def apply(self, patch: str) -> None:
        """Commit one of the changes that the examples hold."""
        self._git("am", "--quiet", str(EXAMPLES / "shop-changes" / patch))
        self.push(BRANCH)

    def change(self, version: str, subject: str, *, branch: str = BRANCH) -> str:
        """Commit and push another version on *branch*; return its sha."""
        sha = self.commit(version, subject, branch=branch)
        self.push(branch)
        return sha

    def commit(self, version: str, subject: str, *, branch: str = BRANCH) -> str:
        """Commit another version on *branch*, on top of what is pushed; return its sha."""
        if self.remote:
            self._git("fetch", "--quiet", self.remote, BRANCH)
            self._git("checkout", "--quiet", "--force", "-B", branch, "FETCH_HEAD")
        (self.path / "version.txt").write_text(f"{version}\n", "utf-8")
        self._git("commit", "--quiet", "--all", "--message", subject)
        return self._git("rev-parse", "HEAD").strip()

    def take_back(self, commits: int, subject: str) -> None:
        """Undo the last *commits* by one more."""
        self._git("revert", "--no-commit", f"HEAD~{commits}..HEAD")
        self._git("commit", "--quiet", "--message", subject)
        self.push()

    def bake_for(self, seconds: int) -> None:
        """Let the last commit say that new releases are watched so long."""
        manifest = self.path / "compose.yaml"
        text = BAKE_SECONDS.sub(f"bake_seconds: {seconds}", manifest.read_text("utf-8"))
        manifest.write_text(text, "utf-8")
        self._git("commit", "--quiet", "--all", "--amend", "--no-edit")
        self.push(BRANCH)

    def push(self, branch: str = BRANCH) -> None:
        """Push what is committed, where there is anywhere to push it."""
        if self.remote:
            self._git("push", "--quiet", "--force", self.remote, f"HEAD:refs/heads/{branch}")

    def _git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.path), *words],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **AUTHOR},
        )
        return done.stdout


def make_shop(folder: Path, remote: str | None = None) -> Shop:
    """Make the clone with its first commit, and push that; whatever *folder* held is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(EXAMPLES / "shop", folder, ignore=shutil.ignore_patterns("__pycache__"))
    shop = Shop(path=folder, remote=remote)
    shop._git("init", "--quiet", "--initial-branch", "main")  # noqa: SLF001  its own maker
    shop._git("add", "--all")  # noqa: SLF001
    shop._git("commit", "--quiet", "--message", "Open the shop")  # noqa: SLF001
    shop.push(BRANCH)
    return shop
