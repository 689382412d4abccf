"""Names of branches, tags and commits as people read them."""

BRANCH = "refs/heads/"
TAG = "refs/tags/"
RELEASE = "release/"


def branch_of(ref: str) -> str | None:
    """Return the branch that *ref* means; None for a tag or a release of the forge."""
    if ref.startswith(BRANCH):
        return ref.removeprefix(BRANCH)
    return None if ref.startswith((TAG, RELEASE)) else ref


def short(ref: str) -> str:
    """Return the name alone: "main", "v1"."""
    for prefix in (BRANCH, TAG, RELEASE):
        if ref.startswith(prefix):
            return ref.removeprefix(prefix)
    return ref


def kind_and_name(ref: str) -> str:
    """Name what moved: "Branch main", "Tag v1"."""
    if ref.startswith(TAG):
        return f"Tag {short(ref)}"
    return f"Release {short(ref)}" if ref.startswith(RELEASE) else f"Branch {short(ref)}"


def short_sha(sha: str) -> str:
    """Return the first seven digits, as the forge shows them."""
    return sha[:7]
