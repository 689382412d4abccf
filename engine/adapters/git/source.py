"""Git repositories as the source of builds."""

import contextlib
import errno
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from engine.adapters.git.address import Address, parse
from engine.adapters.git.command import Git, no_space
from engine.adapters.git.credentials import GitCredentials
from engine.adapters.git.mirror import HEAD_REF, Broken, Mirror
from engine.errors import Canceled, NotFound, PortError, Refused, Unreachable
from engine.lookup import nearest
from engine.ports.source import SUBJECTS, Commit, History

SHA = re.compile(r"[0-9a-f]{4,40}\Z")
FULL_LENGTH = 40
SHOWN_LENGTH = 100  # characters of an unknown ref that an answer repeats


class GitSource:
    """Resolves and checks out through one mirror per repository below *cache*.

    *credentials* are by host name; a token is sent to that host only, and only where nobody
    between can read it. *token_of* is asked for the token of an http(s) URL that they have none
    for, each time, since some expire; it may raise the errors of a port. *environment* is for git
    itself, such as another HOME.
    """

    def __init__(
        self,
        cache: Path,
        *,
        credentials: Mapping[str, GitCredentials] | None = None,
        token_of: Callable[[str], str | None] | None = None,
        environment: Mapping[str, str] | None = None,
        fetch_seconds: float = 600.0,
    ) -> None:
        """*cache* is made when it is needed and may be deleted at any time."""
        self._fetch_seconds = fetch_seconds
        self._cache = cache.absolute()
        self._credentials = dict(credentials or {})
        self._token_of = token_of
        self._environment = dict(environment or {})

    def resolve(self, repo: str, ref: str) -> Commit:
        """Fetch what is new and find the commit; see the port."""
        git, mirror = self._open(repo)
        with _full_disk_told(), mirror.locked():
            mirror.fetch()
            try:
                return _resolve(git, mirror, ref)
            except Broken:
                mirror.remake()
            try:
                return _resolve(git, mirror, ref)
            except Broken as error:
                raise git.reading_error(error.finished) from error

    def check_out(self, repo: str, sha: str, into: Path, *, canceled: Callable[[], bool]) -> None:
        """Write the files of a full sha; see the port. Fetches only what the mirror lacks."""
        git, mirror = self._open(repo)
        _check_sha(sha)
        with _full_disk_told(), mirror.locked(canceled):
            into.mkdir(parents=True, exist_ok=True)
            try:
                _write_files(git, mirror, sha, into, canceled)
            except Broken:
                mirror.remake(canceled)
            else:
                return
            try:
                _write_files(git, mirror, sha, into, canceled)
            except Broken as error:
                raise git.reading_error(error.finished) from error

    def between(self, repo: str, base: str, head: str) -> History:
        """Compare two commits by the mirror alone; see the port."""
        address = parse(repo)
        git = Git(address, GitCredentials(), self._environment)
        folder = self._cache / f"{address.key}.git"
        for sha in (base, head):
            _check_sha(sha)
        if not folder.exists():
            raise NotFound(f"{address.shown} was never fetched.")
        mirror = Mirror(git, folder, self._fetch_seconds)
        try:
            with _full_disk_told(), mirror.locked(canceled=lambda: True):
                return _between(mirror, base, head)
        except Canceled as error:
            raise Unreachable(f"{address.shown} is being fetched.") from error
        except Broken as error:
            raise git.reading_error(error.finished) from error

    def _open(self, repo: str) -> tuple[Git, Mirror]:
        address = parse(repo)
        _check_path(address)
        credentials = self._credentials_for(address)
        _check_line(address, credentials)
        git = Git(address, credentials, self._environment)
        return git, Mirror(git, self._cache / f"{address.key}.git", self._fetch_seconds)

    def _credentials_for(self, address: Address) -> GitCredentials:
        found = self._credentials.get(address.host, GitCredentials())
        if found.token or address.password or self._token_of is None:
            return found
        if not (address.is_http and address.is_private_line):
            return found
        return replace(found, token=self._token_of(address.url))


@contextlib.contextmanager
def _full_disk_told() -> Iterator[None]:
    """Turn this machine's own complaint about a full disk into the port's."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise no_space() from error
        raise


def _check_sha(sha: str) -> None:
    if not SHA.match(sha) or len(sha) != FULL_LENGTH:
        raise NotFound(f"`{sha[:SHOWN_LENGTH]}` is no full sha of a commit.")


def _check_path(address: Address) -> None:
    if address.scheme == "file" and not Path(address.url).exists():
        raise NotFound(f"There is no repository {address.shown}.", remedy="Check its path.")


def _check_line(address: Address, credentials: GitCredentials) -> None:
    has_secret = bool(address.password or credentials.token)
    if address.is_http and has_secret and not address.is_private_line:
        raise Refused(
            f"No password is sent to {address.shown}: on plain HTTP anybody could read it.",
            remedy="Use its https:// address.",
        )


def _write_files(
    git: Git, mirror: Mirror, sha: str, into: Path, canceled: Callable[[], bool]
) -> None:
    if not mirror.has_commit(sha):
        mirror.fetch(canceled)
        if not mirror.fetch_commit(sha, canceled):
            raise NotFound(
                f"There is no commit `{sha[:7]}` in {git.address.shown} any more.",
                remedy="It may have been pushed over. Build the branch again.",
            )
    mirror.write_files(sha, into.absolute(), canceled)


def _between(mirror: Mirror, base: str, head: str) -> History:
    for sha in (base, head):
        if not mirror.has_commit(sha):
            raise NotFound(f"The commit `{sha[:7]}` was never fetched.")
    sides = mirror.ask("rev-list", "--left-right", "--count", f"{base}...{head}", "--")
    dropped, added = (int(number) for number in sides.split())
    span = f"{base}..{head}" if added else f"{head}..{base}"
    subjects = mirror.ask(
        "log", f"--max-count={SUBJECTS}", "--no-show-signature", "--format=%s", span, "--"
    )
    return History(added=added, dropped=dropped, subjects=tuple(subjects.splitlines()))


def _resolve(git: Git, mirror: Mirror, ref: str) -> Commit:
    """Look among branches, then tags, then commits. No text of *ref* ever reaches git's parser."""
    if ref == "HEAD":
        mirror.fetch_head()
    names = mirror.ask("for-each-ref", "--format=%(refname)").splitlines()
    for name in (f"refs/heads/{ref}", f"refs/tags/{ref}", ref, HEAD_REF if ref == "HEAD" else ref):
        if name in names:
            return _commit(git, mirror, name, ref)
    prefix = ref.lower()
    if SHA.match(prefix):
        return _commit(git, mirror, _full_sha(git, mirror, prefix, names), ref)
    raise _no_such_ref(git, ref, names)


def _full_sha(git: Git, mirror: Mirror, prefix: str, names: list[str]) -> str:
    if len(prefix) == FULL_LENGTH:
        if mirror.fetch_commit(prefix):
            return prefix
        raise _no_such_ref(git, prefix, names)
    found = mirror.commits_that_begin_with(prefix)
    if len(found) == 1:
        return found[0]
    if not found:
        raise _no_such_ref(git, prefix, names)
    raise NotFound(
        f"`{prefix}` fits {len(found)} commits in {git.address.shown}.",
        remedy=f"Write more of it: {', '.join(sha[:12] for sha in found[:3])}.",
    )


def _commit(git: Git, mirror: Mirror, name: str, ref: str) -> Commit:
    """Read the commit that *name*, a full refname or sha, leads to."""
    kind = mirror.ask("cat-file", "-t", f"{name}^{{}}").strip()
    if kind != "commit":
        raise NotFound(f"`{ref[:SHOWN_LENGTH]}` in {git.address.shown} is a {kind}, no commit.")
    line = mirror.ask("log", "-1", "--no-show-signature", "--format=%H%x00%s%x00%an", name, "--")
    sha, subject, author = line.rstrip("\n").split("\0")
    return Commit(sha=sha, subject=subject, author=author)


def _no_such_ref(git: Git, ref: str, names: list[str]) -> PortError:
    short = [name.split("/", maxsplit=2)[2] for name in names if not name.startswith("refs/rack")]
    shown = "".join(sign for sign in ref if sign.isprintable())[:SHOWN_LENGTH]
    remedy = nearest(ref[:SHOWN_LENGTH], short)
    if not short:
        remedy = "The repository is empty: push a branch to it."
    return NotFound(
        f"There is no branch, tag or commit `{shown}` in {git.address.shown}.", remedy=remedy
    )
