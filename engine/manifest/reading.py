"""What the sections of a manifest share while it is read: where it lies, and its notices."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.lookup import nearest
from engine.manifest.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One manifest being read. Sections add to *notices*."""

    checkout: Path
    folder: Path  # of the manifest, inside the checkout: its relative paths begin here
    notices: list[str] = field(default_factory=list)

    def notice(self, value: Value, text: str) -> None:
        """Tell people something about one key."""
        self.notices.append(f"`{value.file}`, line {value.line}: `{value.path}` {text}")

    def leave_out(
        self,
        entries: Mapping[str, Value],
        supported: Collection[str],
        reasons: Mapping[str, str] | None = None,
    ) -> None:
        """Tell of every key that has no effect. ``x-`` keys are nobody's and stay unmentioned.

        *reasons* holds known keys, each with what to do instead or an empty text; for a key that
        is not among them the nearest supported one is offered.
        """
        for name, value in entries.items():
            if name in supported or name.startswith("x-"):
                continue
            said = "is not supported and has no effect"
            if reasons and name in reasons:
                self.notice(value, f"{said}{f': {reasons[name]}' if reasons[name] else ''}.")
            else:
                self.notice(value, f"{said}. {nearest(name, supported)}".rstrip())
