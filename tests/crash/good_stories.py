"""Stories of promotions that succeed."""

from storage.records import BuildStatus, PromotionStatus
from tests.crash.beginnings import (
    ENDLESS,
    nothing_live,
    one_live,
    one_live_with_hooks,
    two_were_live,
    with_a_commit,
)
from tests.crash.story import At, Story, behaves, reaches, says, waits
from tests.worlds import BOB

B = BuildStatus
P = PromotionStatus
WELL = ("starting", "healthy", "live", "ended")

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
    tells=("starting", "healthy", "live", "notice:cut", "ended"),
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

CANARY = Story(
    name="promote in steps by a click",
    begins=one_live,
    steps=(
        says("promote", "{new}", "--canary", "50,100"),
        reaches(P.HOLDING),
        says("advance", "{newest}", who=BOB),
    ),
    status=P.SUCCEEDED,
    live="New",
    tells=("starting", "healthy", "holds:0", "moved_on:0", "live", "ended"),
)
CANARY_BY_ITSELF = Story(
    name="promote in steps by itself",
    begins=one_live,
    steps=(says("promote", "{new}", "--canary", "10,50,100", "--pause", "2s"),),
    status=P.SUCCEEDED,
    live="New",
    tells=("starting", "healthy", "holds:0", "holds:1", "live", "ended"),
)
HOOKS = Story(
    name="promote with hooks",
    begins=one_live_with_hooks,
    steps=(says("promote", "{new}"),),
    status=P.SUCCEEDED,
    live="Hooked",
    tells=(
        "hook:before_promote:web",
        "starting",
        "healthy",
        "live",
        "hook:after_promote:web",
        "ended",
    ),
)
LOCKED = Story(
    name="lock and unlock what waits",
    begins=At(story=QUEUED, status=P.QUEUED),
    steps=(
        says("lock", "web", "--rack", "staging", "--reason", "Freeze"),
        waits(8),
        says("unlock", "web", "--rack", "staging", "--reason", "Thaw"),
    ),
    status=P.SUCCEEDED,
    live="New",
    tells=("locked", "unlocked", *WELL),
)

GOOD_STORIES = (
    PROMOTE,
    FIRST,
    ROLLBACK,
    SCALE,
    RESTART,
    BUILD,
    APPROVE,
    ELSEWHERE,
    QUEUED,
    CANARY,
    CANARY_BY_ITSELF,
    HOOKS,
    LOCKED,
)
