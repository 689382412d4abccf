"""What is sent to the app, whichever way it goes."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

EnvelopeKind = Literal["events_api", "slash_commands", "interactive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One payload."""

    kind: EnvelopeKind
    payload: dict[str, Any]
    takes_answer: bool = False  # whether the acknowledgement may carry a payload back
    retry_attempt: int = 0
    retry_reason: str = ""


class Transport(Protocol):
    """A way to the app."""

    async def send(self, envelope: Envelope) -> dict[str, Any]:
        """Deliver, and return what the acknowledgement carried (nothing: ``{}``).

        Raises ``Undelivered`` when the app does not acknowledge in time or at all.
        """
        ...
