"""Which commits lie between what is live and what becomes live, as far as they are known here."""

import logging

from engine.errors import PortError
from engine.ports.source import History
from engine.preflight.facts import Plan
from engine.preflight.patience import TooSlow, within
from engine.world import World

PATIENCE_SECONDS = 2.0  # it is only good to know: no dialog waits for it any longer

log = logging.getLogger(__name__)


def history(world: World, plan: Plan) -> History | None:
    """Ask the source, beside all that the digest covers. Never fails: None is "not known"."""
    live = plan.live_release
    if live is None or not plan.repo or live.sha == plan.question.release.sha:
        return None
    base, head = live.sha, plan.question.release.sha
    try:
        return within(PATIENCE_SECONDS, lambda: world.source.between(plan.repo, base, head))
    except (PortError, TooSlow):
        return None
    except Exception:  # whatever is wrong with a history, the dialog is about something else
        log.exception("history broke", extra={"app": plan.app})
        return None
