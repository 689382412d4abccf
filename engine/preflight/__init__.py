"""What a promotion would do and what stands in its way, found out before anybody agrees to it."""

from engine.preflight.commits import history
from engine.preflight.concerns import Concern, Level, concerns, gaps, refuse_canary
from engine.preflight.digest import Seen, WorldChanged, digest, refuse_if_changed
from engine.preflight.facts import (
    EnvironmentChange,
    Fate,
    ImageSight,
    ImageSource,
    Plan,
    Question,
    ServiceChange,
    Sight,
)
from engine.preflight.gather import plan
from engine.preflight.sight import look

__all__ = [
    "Concern",
    "EnvironmentChange",
    "Fate",
    "ImageSight",
    "ImageSource",
    "Level",
    "Plan",
    "Question",
    "Seen",
    "ServiceChange",
    "Sight",
    "WorldChanged",
    "concerns",
    "digest",
    "gaps",
    "history",
    "look",
    "plan",
    "refuse_canary",
    "refuse_if_changed",
]
