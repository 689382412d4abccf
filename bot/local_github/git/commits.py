"""Commits as git keeps them."""

from dataclasses import dataclass
from datetime import UTC, datetime

# hash, tree, parents, author, committer, message; fields end with \x1f, commits with \x1e
FORMAT = "%H%x1f%T%x1f%P%x1f%an%x1f%ae%x1f%at%x1f%cn%x1f%ce%x1f%ct%x1f%B%x1e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who, and when."""

    name: str
    email: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedTag:
    """A tag that is an object of its own."""

    sha: str
    name: str
    target: str
    target_kind: str  # "commit", or "tag" for a tag of a tag
    tagger: Signature
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """What one commit, or a whole comparison, did to one file."""

    path: str
    status: str  # "added", "removed", "modified"
    additions: int
    deletions: int
    blob: str


def parse_commits(output: str) -> tuple[Commit, ...]:
    """Read what ``git log --format=FORMAT`` printed."""
    return tuple(_commit(part) for part in output.split("\x1e") if part.strip())


def _commit(text: str) -> Commit:
    fields = text.lstrip("\n").split("\x1f")
    sha, tree, parents, name, email, at, committer, committer_email, committed_at, message = fields
    return Commit(
        sha=sha,
        tree=tree,
        parents=tuple(parents.split()),
        author=Signature(name=name, email=email, at=_moment(at)),
        committer=Signature(name=committer, email=committer_email, at=_moment(committed_at)),
        message=message.rstrip("\n"),
    )


def parse_tag(sha: str, content: str) -> AnnotatedTag:
    """Read what ``git cat-file tag`` printed."""
    head, _, message = content.partition("\n\n")
    fields = dict(line.split(" ", 1) for line in head.splitlines())
    name, _, rest = fields.get("tagger", "unknown <> 0 +0000").partition(" <")
    email, _, at = rest.partition("> ")
    return AnnotatedTag(
        sha=sha,
        name=fields["tag"],
        target=fields["object"],
        target_kind=fields["type"],
        tagger=Signature(name=name, email=email, at=_moment(at.split()[0])),
        message=message.rstrip("\n"),
    )


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


_STATUS = {"A": "added", "D": "removed"}


def parse_files(output: str) -> tuple[ChangedFile, ...]:
    """Read what ``git diff-tree --raw --numstat -z --no-renames`` printed."""
    parts = output.split("\0")
    kinds: dict[str, tuple[str, str]] = {}
    files: list[ChangedFile] = []
    position = 0
    while position < len(parts) and parts[position]:
        part = parts[position]
        if part.startswith(":"):
            _old_mode, _new_mode, old, new, letter = part[1:].split(" ")
            blob = old if letter == "D" else new
            kinds[parts[position + 1]] = (_STATUS.get(letter, "modified"), blob)
            position += 2
            continue
        added, deleted, path = part.split("\t", 2)
        status, blob = kinds[path]
        files.append(
            ChangedFile(
                path=path,
                status=status,
                additions=0 if added == "-" else int(added),  # "-": the file is binary
                deletions=0 if deleted == "-" else int(deleted),
                blob=blob,
            )
        )
        position += 1
    return tuple(files)
