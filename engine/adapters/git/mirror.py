"""A cached copy of one repository's history, made anew whenever it is found broken."""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from engine.adapters.git.command import Git
from engine.adapters.process import GLANCE_SECONDS, Finished
from engine.errors import Canceled, Unreachable

LOCAL_SECONDS = 120.0
HEAD_REF = "refs/rackhand/HEAD"
REFSPECS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")


class Broken(Exception):
    """The mirror does not answer as a whole one would; *finished* is what git said."""

    def __init__(self, finished: Finished) -> None:
        """Keep what git said, for when a new mirror does no better."""
        super().__init__(finished.errors)
        self.finished = finished


class Mirror:
    """The bare repository in *folder*. Its methods expect that the caller holds ``locked``."""

    def __init__(self, git: Git, folder: Path, fetch_seconds: float) -> None:
        """Nothing is made before the first fetch, which may take *fetch_seconds*."""
        self._fetch_seconds = fetch_seconds
        self._git = git
        self._folder = folder

    @contextlib.contextmanager
    def locked(self, canceled: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """Keep other threads and processes from the mirror.

        Raises ``Unreachable`` when another one does not let go of it in time.
        """
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{self._folder}.lock", thread_local=False)
        ends_at = time.monotonic() + self._fetch_seconds
        while True:
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=GLANCE_SECONDS)
                break
            if canceled():
                raise Canceled
            if time.monotonic() > ends_at:
                raise Unreachable(
                    f"Another fetch of {self._git.address.shown} has not ended in time.",
                    remedy="Try again in a while.",
                )
        try:
            yield
        finally:
            lock.release()

    def fetch(self, canceled: Callable[[], bool] = lambda: False) -> None:
        """Bring branches and tags up to date."""
        if not self._folder.exists():
            self._make()
        fetched = self._fetch(REFSPECS, canceled)
        if fetched.code == 0:
            return
        if not self._remote_answers(canceled):
            raise self._git.error(fetched)
        self._make()  # the repository is well, so the mirror is not
        fetched = self._fetch(REFSPECS, canceled)
        if fetched.code != 0:
            raise self._git.error(fetched)

    def fetch_head(self) -> None:
        """Bring HEAD_REF up to date; an empty repository has nothing for it."""
        self._fetch((f"+HEAD:{HEAD_REF}",), lambda: False)

    def fetch_commit(self, sha: str, canceled: Callable[[], bool] = lambda: False) -> bool:
        """Fetch a commit that no branch or tag may lead to; tell whether there is one."""
        if self.has_commit(sha):
            return True
        self._fetch((f"+{sha}:refs/rackhand/{sha}",), canceled)
        return self.has_commit(sha)

    def has_commit(self, sha: str) -> bool:
        """Whether the mirror holds the commit itself. Says nothing of what it leads to."""
        found = self._local("cat-file", "-e", f"{sha}^{{commit}}")
        return found.code == 0

    def ask(self, *words: str) -> str:
        """Return what git answers from the mirror alone. Raises ``Broken``."""
        answer = self._local(*words)
        if answer.code != 0:
            raise self._git.space_error(answer) or Broken(answer)
        return answer.output

    def commits_that_begin_with(self, prefix: str) -> list[str]:
        """Return the full shas of the commits that a shortened one may mean."""
        objects = self.ask("rev-parse", f"--disambiguate={prefix}").split()
        return [sha for sha in objects if self._local("cat-file", "-t", sha).output == "commit\n"]

    def write_files(self, sha: str, into: Path, canceled: Callable[[], bool]) -> None:
        """Write the files of a commit into a directory. Raises ``Broken``.

        By way of an index of its own: unlike ``git archive`` this leaves out nothing and changes
        nothing, and git itself refuses paths that lead out of the directory.
        """
        index = into.parent / f".{into.name}.index"
        try:
            for words in (
                ("read-tree", sha),
                (f"--work-tree={into}", "checkout-index", "--all", "--force", "--quiet"),
            ):
                done = self._git(
                    *words,
                    folder=self._folder,
                    index=index,
                    deadline_seconds=self._fetch_seconds,
                    canceled=canceled,
                )
                if done.code != 0:
                    raise self._git.space_error(done) or Broken(done)
        finally:
            for left in (index, index.with_name(f"{index.name}.lock")):
                left.unlink(missing_ok=True)

    def remake(self, canceled: Callable[[], bool] = lambda: False) -> None:
        """Throw the mirror away and fetch it anew."""
        self._make()
        self.fetch(canceled)

    def _make(self) -> None:
        """Put an empty mirror in place, whole or not at all."""
        begun = self._folder.with_name(f"{self._folder.name}.begun")
        for folder in (begun, self._folder):
            if folder.exists():
                shutil.rmtree(folder)
        made = self._git("init", "--bare", "--quiet", str(begun), deadline_seconds=LOCAL_SECONDS)
        if made.code != 0:
            raise self._git.error(made)
        begun.rename(self._folder)

    def _fetch(self, refspecs: tuple[str, ...], canceled: Callable[[], bool]) -> Finished:
        return self._git(
            "fetch",
            "--quiet",
            "--prune",
            "--no-tags",
            "--no-write-fetch-head",
            "--recurse-submodules=no",
            "--",
            self._git.address.url,
            *refspecs,
            folder=self._folder,
            deadline_seconds=self._fetch_seconds,
            canceled=canceled,
        )

    def _remote_answers(self, canceled: Callable[[], bool]) -> bool:
        answer = self._git(
            "ls-remote",
            "--quiet",
            "--",
            self._git.address.url,
            "HEAD",
            deadline_seconds=LOCAL_SECONDS,
            canceled=canceled,
        )
        return answer.code == 0

    def _local(self, *words: str) -> Finished:
        return self._git(*words, folder=self._folder, deadline_seconds=LOCAL_SECONDS)
