"""What the builder asks of the rest of the bot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from commands.building import Findings, Offers
from storage.workflow_records import Workflow


class Look(Protocol):
    """Looks at a workflow that is being built."""

    def __call__(self, name: str, plain: Mapping[str, Any], *, is_new: bool) -> Findings:
        """Say what there is to say of it; may ask the forge, and take seconds."""
        ...


class Check(Protocol):
    """Checks a workflow that is to be saved."""

    def __call__(
        self, name: str, plain: Mapping[str, Any], *, is_new: bool
    ) -> tuple[tuple[str, str], ...]:
        """Return what is wrong with it, each with its path; asks nobody outside."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderSide:
    """The functions that answer; none of them knows Slack."""

    offers: Callable[[], Offers]
    on_record: Callable[[str], Workflow | None]
    template: Callable[[str, str | None], tuple[str, Mapping[str, Any]] | None]
    """A template's name and an app → the name that the workflow gets, and its plain form."""
    look: Look
    check: Check
