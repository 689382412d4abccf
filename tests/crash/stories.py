"""The stories of promotions that are stopped at every moment."""

from collections.abc import Mapping

from engine.adapters.memory import Behaviour
from engine.lifecycle import TOUCHES_LIVE, is_final
from engine.promote import NOT_CANCELABLE
from storage.promotions import RUNNING, WAITING
from storage.records import BuildStatus, PromotionStatus
from tests.crash.story import (
    At,
    Story,
    behaves,
    is_away,
    loses_its_images,
    nobody_is_there,
    reaches,
    says,
)
from tests.worlds import BOB, Scene, compose

B = BuildStatus
P = PromotionStatus
APP = compose("web", bake_seconds="1", drain_seconds="3")
SICK = Behaviour(never_healthy="GET {path} answered 500")
SLOW = Behaviour(seconds_to_healthy=10)
EXITS = Behaviour(exit_code=3, exit_after_seconds=0.5)
BUSY = Behaviour(session_seconds=2, sessions=3)
ENDLESS = Behaviour(session_seconds=600, sessions=3)

WELL = ("starting", "healthy", "live", "ended")
BROKEN = ("starting", "trouble", "ended")


# Where stories begin.


def nothing_live(scene: Scene) -> Mapping[str, str]:
    """There is a candidate, and nothing was ever promoted."""
    return {"new": scene.built("New", APP)}


def one_live(scene: Scene) -> Mapping[str, str]:
    """A release serves, its requests take two seconds, and there is a newer candidate."""
    old = scene.built("Old", APP)
    scene.behave(old, BUSY)
    scene.went_live(old)
    return {"old": old, "new": scene.built("New", APP)}


def two_were_live(scene: Scene) -> Mapping[str, str]:
    """A release serves that has taken the place of another."""
    names = one_live(scene)
    scene.went_live(names["new"])
    return names


def with_a_commit(scene: Scene) -> Mapping[str, str]:
    """A release serves, and there is a commit that was never built."""
    names = one_live(scene)
    scene.source.commit("Newest", APP)
    return names


# Stories that go well.

PROMOTE = Story(
    name="promote",
    begins=one_live,
    steps=(says("promote", "{new}"),),
    status=P.SUCCEEDED,
    live="New",
    tells=WELL,
)
FIRST = Story(
    name="promote for the first time",
    begins=nothing_live,
    steps=(says("promote", "{new}"),),
    status=P.SUCCEEDED,
    live="New",
    tells=WELL,
)
CUT = Story(
    name="promote over requests that never end",
    begins=one_live,
    steps=(behaves("old", ENDLESS), says("promote", "{new}")),
    status=P.SUCCEEDED,
    live="New",
    tells=("starting", "healthy", "live", "notice:draining", "ended"),
)
ROLLBACK = Story(
    name="roll back",
    begins=two_were_live,
    steps=(says("rollback", "--rack", "staging"),),
    status=P.SUCCEEDED,
    live="Old",
    tells=WELL,
)
SCALE = Story(
    name="scale",
    begins=one_live,
    steps=(says("scale", "web=2", "--rack", "staging"),),
    status=P.SUCCEEDED,
    live="Old",
    tells=WELL,
)
RESTART = Story(
    name="restart",
    begins=two_were_live,
    steps=(says("restart", "--rack", "staging"),),
    status=P.SUCCEEDED,
    live="New",
    tells=WELL,
)
BUILD = Story(
    name="build and promote",
    begins=with_a_commit,
    steps=(says("build", "--rack", "staging"), reaches(B.SUCCEEDED), says("promote")),
    status=P.SUCCEEDED,
    live="Newest",
    tells=WELL,
)
APPROVE = Story(
    name="promote once somebody approves",
    begins=one_live,
    racks=("staging", "production"),
    protect=True,
    steps=(
        says("promote", "{new}", "--rack", "production"),
        says("approve", "{newest}", who=BOB),
    ),
    status=P.SUCCEEDED,
    live="New",
    tells=("awaits_approval", "approved", *WELL),
)
ELSEWHERE = Story(
    name="promote on another rack that lacks the image",
    begins=one_live,
    racks=("staging", "production"),
    any_image=False,
    steps=(says("promote", "{new}", "--rack", "production"),),
    status=P.SUCCEEDED,
    live="New",
    tells=("notice:image:web", *WELL),
)
QUEUED = Story(
    name="restart behind a promotion",
    begins=At(story=PROMOTE, status=P.BAKING),
    steps=(says("restart", "--rack", "staging"),),
    status=P.SUCCEEDED,
    live="New",
    tells=("waits", *WELL),
)

# Stories that do not.

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
    tells=("starting", "healthy", "live", "trouble", "ended"),
)
OVERTAKEN = Story(
    name="roll back while a restart is under way",
    begins=At(story=RESTART, status=P.VERIFYING),
    steps=(says("rollback", "--rack", "staging"),),
    status=P.SUCCEEDED,
    live="Old",
    tells=WELL,
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


CANCELED = [
    canceled_at(status, APPROVE if status is P.AWAITING_APPROVAL else PROMOTE)
    for status in P
    if not is_final(status) and status not in NOT_CANCELABLE | {P.HOLDING}
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
        begins=At(story=PROMOTE, status=status),
        steps=(is_away("staging", seconds=90_010), nobody_is_there(seconds=90_000)),
        status=end,
        live="New" if end is P.SUCCEEDED else "Old",
        tells=tells,
    )


ABANDONED = [
    abandoned_at(status) for status in RUNNING if status not in {P.HOLDING, P.ROLLING_BACK}
]

STORIES = [
    PROMOTE,
    FIRST,
    ROLLBACK,
    SCALE,
    RESTART,
    BUILD,
    APPROVE,
    ELSEWHERE,
    QUEUED,
    SICK_RELEASE,
    EXITING_RELEASE,
    BROKEN_FIRST,
    SICK_LATER,
    OVERTAKEN,
    AWAY,
    IMAGELESS,
    SICK_TOO_LATE,
    TAKEN_BACK_TOO_LATE,
    TAKEN_BACK_TO_NOTHING,
    TOO_LONG_A_QUEUE,
    MAKES_WAY,
    NOBODY_APPROVES,
    NEWER_OFFER,
    *CANCELED,
    *ABANDONED,
]
