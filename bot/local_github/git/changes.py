"""What a push changed: the refs before and after it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.local_github.git.store import Tip

_BRANCH = "refs/heads/"
_TAG = "refs/tags/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One branch or tag that was moved, made (*before* is None) or removed (*after* is None)."""

    ref: str
    before: Tip | None
    after: Tip | None
    others: Mapping[str, Tip]  # every other branch and tag as it was before

    @property
    def is_branch(self) -> bool:
        """Whether it is a branch, not a tag."""
        return self.ref.startswith(_BRANCH)

    @property
    def name(self) -> str:
        """The name that people know it by."""
        return self.ref.removeprefix(_BRANCH).removeprefix(_TAG)


def changes(before: Mapping[str, Tip], after: Mapping[str, Tip]) -> tuple[Change, ...]:
    """Return every branch and tag that differs, by name."""
    names = sorted(before.keys() | after.keys())
    return tuple(
        Change(
            ref=ref,
            before=before.get(ref),
            after=after.get(ref),
            others={name: tip for name, tip in before.items() if name != ref},
        )
        for ref in names
        if ref.startswith((_BRANCH, _TAG)) and before.get(ref) != after.get(ref)
    )
