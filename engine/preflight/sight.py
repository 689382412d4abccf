"""Asking a rack how it is, for no longer than somebody with an open dialog will wait."""

from dataclasses import replace

from engine.errors import PortError
from engine.preflight.facts import ImageSight, ImageSource, Plan, Sight
from engine.preflight.patience import TooSlow, within
from engine.world import World
from storage.records import Image

PATIENCE_SECONDS = 4.0  # for the rack, and again for the others that may hold its images


def look(world: World, plan: Plan) -> Sight:
    """Ask the plan's rack for what it has of the images, and how much room. Never fails."""
    images = plan.question.release.images

    def ask() -> Sight:
        rack = world.rack(plan.rack)
        return Sight(
            capabilities=rack.capabilities,
            free_bytes=rack.status().free_bytes,
            images=tuple(
                ImageSight(service=image.service, source=ImageSource.THERE)
                for image in images
                if rack.has_image(image.image_id)
            ),
        )

    try:
        seen = within(PATIENCE_SECONDS, ask)
    except TooSlow:
        seconds = f"{PATIENCE_SECONDS:g} s"
        return Sight(answers=False, detail=f"{plan.rack} has not answered within {seconds}.")
    except PortError as error:
        return Sight(answers=False, detail=error.detail)
    there = {image.service for image in seen.images}
    missing = tuple(image for image in images if image.service not in there)
    return replace(seen, images=(*seen.images, *_elsewhere(world, plan.rack, missing)))


def _elsewhere(world: World, rack: str, missing: tuple[Image, ...]) -> tuple[ImageSight, ...]:
    """Say where images will come from, as ``engine.images`` will look for them."""
    if not missing:
        return ()
    try:
        return within(
            PATIENCE_SECONDS, lambda: tuple(_source(world, rack, image) for image in missing)
        )
    except TooSlow:
        return tuple(
            ImageSight(service=image.service, source=ImageSource.UNKNOWN) for image in missing
        )


def _source(world: World, rack: str, image: Image) -> ImageSight:
    if image.manifest_digest and world.registry:
        return ImageSight(service=image.service, source=ImageSource.REGISTRY)
    source = ImageSource.NOWHERE
    for name in world.racks:
        if name == rack:
            continue
        try:
            if world.rack(name).has_image(image.image_id):
                return ImageSight(service=image.service, source=ImageSource.OTHER_RACK, rack=name)
        except PortError:
            source = ImageSource.UNKNOWN
    return ImageSight(service=image.service, source=source)
