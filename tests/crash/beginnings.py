"""Where stories begin, and how the processes in them behave."""

from collections.abc import Mapping

from engine.adapters.memory import Behaviour
from tests.worlds import Scene, compose

APP = compose("web", bake_seconds="1", drain_seconds="3")
SICK = Behaviour(never_healthy="GET {path} answered 500")
SLOW = Behaviour(seconds_to_healthy=10)
EXITS = Behaviour(exit_code=3, exit_after_seconds=0.5)
BUSY = Behaviour(session_seconds=2, sessions=3)
ENDLESS = Behaviour(session_seconds=600, sessions=3)

HOOKED = compose(
    "web", bake_seconds="1", drain_seconds="3", before_promote="migrate", after_promote="warm"
)
BUSY_TRAFFIC = Behaviour(requests_per_second=50)
FAILING = Behaviour(requests_per_second=50, failed_percent=50)
JUDGED = compose("web", bake_seconds="20")


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


def one_live_with_hooks(scene: Scene) -> Mapping[str, str]:
    """A release serves, and a newer candidate has commands to run before and after."""
    names = one_live(scene)
    return {**names, "new": scene.built("Hooked", HOOKED)}


def one_live_with_traffic(scene: Scene) -> Mapping[str, str]:
    """A release has been answering many requests for a while."""
    old = scene.built("Old", JUDGED)
    scene.behave(old, BUSY_TRAFFIC)
    scene.went_live(old)
    scene.pass_time(60)
    return {"old": old, "new": scene.built("New", JUDGED)}
