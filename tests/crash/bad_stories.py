"""Stories of promotions that end otherwise, or never begin."""

from engine.adapters.memory import Behaviour
from storage.records import PromotionStatus
from tests.crash.beginnings import (
    EXITS,
    FAILING,
    SICK,
    SLOW,
    nothing_live,
    one_live,
    one_live_with_hooks,
    one_live_with_traffic,
)
from tests.crash.good_stories import APPROVE, CANARY, FIRST, HOOKS, PROMOTE, QUEUED, RESTART, WELL
from tests.crash.story import (
    SWEEP_EVERY,
    At,
    Story,
    behaves,
    is_away,
    loses_its_images,
    loses_old_processes,
    nobody_is_there,
    reaches,
    says,
    waits,
)

P = PromotionStatus
BROKEN = ("starting", "trouble", "ended")

SICK_RELEASE = Story(
    name="promote what is never healthy",
    begins=one_live,
    steps=(
        behaves("new", SICK),
        says("promote", "{new}"),
        reaches(P.VERIFYING),
        nobody_is_there(seconds=125),
    ),
    status=P.FAILED,
    live="Old",
    tells=BROKEN,
)
EXITING_RELEASE = Story(
    name="promote what exits",
    begins=one_live,
    steps=(behaves("new", EXITS), says("promote", "{new}")),
    status=P.FAILED,
    live="Old",
    tells=BROKEN,
)
BROKEN_FIRST = Story(
    name="promote for the first time what exits",
    begins=nothing_live,
    steps=(behaves("new", EXITS), says("promote", "{new}")),
    status=P.FAILED,
    live=None,
    tells=BROKEN,
)
SICK_LATER = Story(
    name="take back what turns unhealthy while it is watched",
    begins=one_live,
    steps=(says("promote", "{new}"), reaches(P.BAKING), behaves("new", SICK)),
    status=P.ROLLED_BACK,
    live="Old",
    tells=("starting", "healthy", "live", "trouble", "locked", "ended"),
)
OVERTAKEN = Story(
    name="roll back while a restart is under way",
    begins=At(story=RESTART, status=P.VERIFYING),
    steps=(says("rollback", "--rack", "staging"),),
    status=P.SUCCEEDED,
    live="Old",
    tells=WELL,
)
BREACH = Story(
    name="take back what fails requests",
    begins=one_live_with_traffic,
    steps=(behaves("new", FAILING), says("promote", "{new}")),
    status=P.ROLLED_BACK,
    live="Old",
    tells=("starting", "healthy", "live", "trouble", "locked", "ended", "plot"),
)
HOOK_FAILS = Story(
    name="promote what fails before it starts",
    begins=one_live_with_hooks,
    steps=(behaves("new", Behaviour(hook_exit_code=3)), says("promote", "{new}")),
    status=P.FAILED,
    live="Old",
    tells=("trouble", "ended"),
)
HOOK_FAILS_LATER = Story(
    name="take back what fails after it is live",
    begins=At(story=HOOKS, status=P.BAKING),
    steps=(behaves("new", Behaviour(hook_exit_code=3)),),
    status=P.ROLLED_BACK,
    live="Old",
    tells=("trouble", "ended"),
)
NOBODY_MOVES_ON = Story(
    name="hold what nobody moves on",
    begins=At(story=CANARY, status=P.HOLDING),
    steps=(nobody_is_there(seconds=5 * 3600),),
    status=P.ROLLED_BACK,
    live="Old",
    tells=("trouble", "ended"),
)
AWAY = Story(
    name="promote on a rack that is away for a while",
    begins=one_live,
    steps=(
        behaves("new", SLOW),
        says("promote", "{new}"),
        reaches(P.VERIFYING),
        is_away("staging", seconds=6),
    ),
    status=P.SUCCEEDED,
    live="New",
    tells=WELL,
)


IMAGELESS = Story(
    name="promote what is on no rack any more",
    begins=one_live,
    racks=("staging", "production"),
    any_image=False,
    steps=(loses_its_images("staging"), says("promote", "{new}", "--rack", "production")),
    status=P.FAILED,
    live=None,
    tells=("ended",),
)
SICK_TOO_LATE = Story(
    name="turn unhealthy while old processes are stopped",
    begins=At(story=PROMOTE, status=P.RETIRING),
    steps=(behaves("new", SICK),),
    status=P.FAILED,
    live="New",
    tells=("ended",),
)
TAKEN_BACK_TOO_LATE = Story(
    name="take back on a rack that goes away",
    begins=At(story=SICK_LATER, status=P.ROLLING_BACK),
    steps=(is_away("staging", seconds=700), nobody_is_there(seconds=695)),
    status=P.ROLLBACK_FAILED,
    live="Old",
    tells=("ended", "cleared"),
)
WAITED_NO_LONGER = Story(
    name="cancel what is taken back on a rack that is away",
    begins=At(story=SICK_LATER, status=P.ROLLING_BACK),
    steps=(
        is_away("staging", seconds=45),
        says("cancel", "{newest}"),
        nobody_is_there(seconds=35),
    ),
    status=P.ROLLBACK_FAILED,
    live="Old",
    tells=("cancel_asked", "ended", "cleared"),
)
CANCELED_WITHOUT_THE_OLD = Story(
    name="cancel once the old process is gone",
    begins=At(story=PROMOTE, status=P.RETIRING),
    steps=(loses_old_processes("staging"), says("cancel", "{newest}")),
    status=P.ROLLED_BACK,
    live="Old",
    tells=("cancel_asked", "ended"),
)
OLD_ONE_NEVER_COMES_BACK = Story(
    name="cancel once the old process is gone and does not get healthy again",
    begins=At(story=PROMOTE, status=P.RETIRING),
    steps=(
        behaves("old", SICK),
        loses_old_processes("staging"),
        says("cancel", "{newest}"),
        reaches(P.ROLLING_BACK),
        nobody_is_there(seconds=1_100),
        reaches(P.ROLLBACK_FAILED),
        waits(SWEEP_EVERY),
        nobody_is_there(seconds=125),
    ),
    status=P.ROLLBACK_FAILED,
    live="New",
    tells=("cancel_asked", "ended", "cleared"),
)
TAKEN_BACK_TO_NOTHING = Story(
    name="cancel the first of all",
    begins=At(story=FIRST, status=P.BAKING),
    steps=(says("cancel", "{newest}"),),
    status=P.FAILED,
    live=None,
    tells=("cancel_asked", "ended"),
)

# Stories of those that never begin.

TOO_LONG_A_QUEUE = Story(
    name="wait for half a day",
    begins=At(story=PROMOTE, status=P.QUEUED),
    steps=(nobody_is_there(seconds=13 * 3600),),
    status=P.FAILED,
    live="Old",
    tells=("ended",),
)
MAKES_WAY = Story(
    name="roll back while others are under way and wait",
    begins=At(story=QUEUED, status=P.QUEUED),
    steps=(says("rollback", "--rack", "staging"),),
    status=P.SUCCEEDED,
    live="Old",
    tells=WELL,
)
NOBODY_APPROVES = Story(
    name="offer what nobody approves",
    begins=At(story=APPROVE, status=P.AWAITING_APPROVAL),
    racks=APPROVE.racks,
    steps=(nobody_is_there(seconds=25 * 3600),),
    status=P.EXPIRED,
    live=None,
    tells=("ended",),
)
NEWER_OFFER = Story(
    name="offer another instead",
    begins=At(story=APPROVE, status=P.AWAITING_APPROVAL),
    racks=APPROVE.racks,
    steps=(says("promote", "{old}", "--rack", "production"),),
    status=P.AWAITING_APPROVAL,
    live=None,
    tells=("awaits_approval",),
)

BAD_STORIES = (
    SICK_RELEASE,
    EXITING_RELEASE,
    BROKEN_FIRST,
    SICK_LATER,
    OVERTAKEN,
    BREACH,
    HOOK_FAILS,
    HOOK_FAILS_LATER,
    NOBODY_MOVES_ON,
    AWAY,
    IMAGELESS,
    SICK_TOO_LATE,
    TAKEN_BACK_TOO_LATE,
    WAITED_NO_LONGER,
    CANCELED_WITHOUT_THE_OLD,
    OLD_ONE_NEVER_COMES_BACK,
    TAKEN_BACK_TO_NOTHING,
    TOO_LONG_A_QUEUE,
    MAKES_WAY,
    NOBODY_APPROVES,
    NEWER_OFFER,
)
