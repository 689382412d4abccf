"""An image is gone from the engine before or while it is promoted."""

from storage.records import PromotionStatus
from tests.integration.trouble.rack_app import files, forget_image
from tests.integration.trouble.rack_scene import HOST, RealScene, once_before
from tests.integration.trouble.visitor import visitor

P = PromotionStatus


def image_of(scene: RealScene, release: str) -> str:
    (image,) = scene.release(release).images
    return image.image_id


def test_an_image_that_somebody_removed_after_the_build_is_told_at_once(real: RealScene) -> None:
    old = real.with_old()
    new = real.built("New", files())
    forget_image(real.urls["staging"], image_of(real, new))
    with visitor(real.ports["staging"], HOST) as seen:
        promotion_id = real.did("promote", new)
        real.settle()

    assert real.promotion(promotion_id).status is P.FAILED
    (told,) = real.told(promotion_id)
    assert told.startswith(
        "Failed. The image of `web` is on no rack any more. Build the commit again. "
        f"{old} is live on staging."
    )
    assert real.milestones(promotion_id) == ["ended"]
    assert seen.runs == [old]
    real.only_this_lives(old)


def test_an_image_that_goes_right_before_the_start_ends_the_promotion_and_leaves_nothing(
    real: RealScene,
) -> None:
    old = real.with_old()
    new = real.built("New", files())
    once_before(
        real.adapters["staging"],
        "start",
        lambda: forget_image(real.urls["staging"], image_of(real, new)),
    )
    with visitor(real.ports["staging"], HOST) as seen:
        promotion_id = real.did("promote", new)
        real.settle()

    assert real.promotion(promotion_id).status is P.FAILED
    assert real.told(promotion_id)[-1].startswith(
        f"Failed. `web`: its image {image_of(real, new)[:19]} is not on staging. "
        f"Build the release again. {old} is live on staging."
    )
    assert real.milestones(promotion_id) == ["starting", "trouble", "ended"]
    assert seen.runs == [old]
    real.only_this_lives(old)

    again = real.built("Again", files())
    real.went_live(again)
    real.only_this_lives(again)
