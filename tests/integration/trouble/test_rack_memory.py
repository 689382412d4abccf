"""The kernel kills a process that wants more memory than its container may have."""

import re

from storage.records import PromotionStatus
from tests.integration.trouble.rack_app import EATS_MEGABYTES, files
from tests.integration.trouble.rack_scene import RealScene

P = PromotionStatus


def limit_memory(scene: RealScene, release: str, megabytes: int) -> None:
    """Give the processes of a release less memory, or more, while they run."""
    limit = megabytes * 2**20
    for container in scene.containers(release=release):
        container.update(mem_limit=limit, memswap_limit=limit)


def eat(scene: RealScene, release: str) -> None:
    """Let the processes of a release eat, now and whenever they are started again."""
    for container in scene.containers(release=release):
        assert container.exec_run(["touch", "/eat"]).exit_code == 0


def told_of_health(scene: RealScene, promotion_id: str) -> list[str]:
    return [text for text in scene.told(promotion_id) if text.startswith(("Unhealthy", "Well"))]


def test_a_release_that_runs_out_of_memory_while_it_is_watched_is_taken_back(
    real: RealScene,
) -> None:
    old = real.with_old()
    new = real.built("New", files(bake_seconds=600))
    promotion_id = real.did("promote", new)
    real.until(promotion_id, P.BAKING)
    limit_memory(real, new, EATS_MEGABYTES // 2)
    eat(real, new)
    real.settle()

    promotion = real.promotion(promotion_id)
    assert promotion.status is P.ROLLED_BACK
    assert promotion.reason
    assert promotion.reason.startswith("`web` is unhealthy: exited with code 137 after ")
    assert promotion.reason.endswith(" (out of memory).")
    assert real.milestones(promotion_id) == [
        *("starting", "healthy", "live"),
        *("trouble", "locked", "ended"),
    ]
    real.say("unlock", "web", "--reason", "It may have more memory now.")
    real.only_this_lives(old)


def test_a_live_release_that_runs_out_of_memory_is_told_once_and_so_is_its_recovery(
    real: RealScene,
) -> None:
    release = real.built("Hungry", files())
    promotion_id = real.went_live(release)
    limit_memory(real, release, EATS_MEGABYTES // 2)
    eat(real, release)

    def is_told(count: int) -> bool:
        real.clock.skip(5)
        return len(told_of_health(real, promotion_id)) == count

    real.see(lambda: is_told(1), "that it is unhealthy")
    (illness,) = told_of_health(real, promotion_id)
    assert illness.startswith(f"Unhealthy: {release} of web on staging. web has 0 of 1 healthy ")
    assert re.search(r" Last seen: exited with code 137 after \d+ s \(out of memory\)\.$", illness)

    limit_memory(real, release, 3 * EATS_MEGABYTES)
    real.see(lambda: is_told(2), "that it is well again")
    assert told_of_health(real, promotion_id)[1] == f"Well again: {release} of web on staging."
    assert real.page() == release
