"""All stories that are stopped at every moment."""

from engine.lifecycle import TOUCHES_LIVE, is_final
from storage.promotions import RUNNING, WAITING
from storage.records import PromotionStatus
from tests.crash.bad_stories import BAD_STORIES, SICK_LATER
from tests.crash.good_stories import APPROVE, CANARY, GOOD_STORIES, PROMOTE
from tests.crash.story import At, Story, is_away, nobody_is_there, says

P = PromotionStatus


def canceled_at(status: P, story: Story = PROMOTE) -> Story:
    """Ada takes a promotion back that has just come to *status*."""
    untouched = status not in TOUCHES_LIVE
    return Story(
        name=f"cancel what is {status}",
        begins=At(story=story, status=status),
        racks=story.racks,
        steps=(says("cancel", "{newest}"),),
        status=P.CANCELED if untouched else P.ROLLED_BACK,
        live="Old" if story is not APPROVE else None,
        tells=("ended",) if status in WAITING else ("cancel_asked", "ended"),
    )


COME_TO = {P.AWAITING_APPROVAL: APPROVE, P.HOLDING: CANARY, P.ROLLING_BACK: SICK_LATER}
CANCELED = [
    canceled_at(status, COME_TO.get(status, PROMOTE)) for status in P if not is_final(status)
]


def abandoned_at(status: P) -> Story:
    """The rack is away from *status* on, for longer than any deadline."""
    end = P.ROLLED_BACK if status in TOUCHES_LIVE else P.FAILED
    tells: tuple[str, ...] = ("trouble", "ended")
    match status:
        case P.PREPARING:
            tells = ("ended",)
        case P.STARTING | P.VERIFYING:
            tells = ("trouble", "ended", "cleared")
        case P.RETIRING:
            end, tells = P.SUCCEEDED, ("ended", "cleared")
    return Story(
        name=f"lose the rack while {status}",
        begins=At(story=CANARY if status is P.HOLDING else PROMOTE, status=status),
        steps=(is_away("staging", seconds=90_010), nobody_is_there(seconds=90_000)),
        status=end,
        live="New" if end is P.SUCCEEDED else "Old",
        tells=tells,
    )


ABANDONED = [abandoned_at(status) for status in RUNNING if status is not P.ROLLING_BACK]

STORIES = (*GOOD_STORIES, *BAD_STORIES, *CANCELED, *ABANDONED)
