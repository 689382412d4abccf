"""Getting a release's images to the engine that runs it, and removing those nobody needs."""

from collections.abc import Callable, Iterator
from functools import partial

from engine import lookup
from engine.errors import Canceled, NotFound
from engine.ports.rack import Rack
from engine.world import World
from storage import builds, promotions, releases
from storage.records import Image, Promotion, Release


def bring(
    world: World,
    promotion: Promotion,
    *,
    canceled: Callable[[], bool],
    tell: Callable[[str, str], None],
) -> None:
    """Make sure that the rack holds every image of the promotion's release.

    Through the registry where the image was pushed to one, else straight from another rack that
    holds it. *tell* is given a service and where its image comes from, before it sets out: a
    process that dies afterwards could not know it any more. A repeat moves only what is still
    missing. Raises ``NotFound`` when no rack has an image any more and ``Canceled`` when the
    promotion was.
    """
    with world.store.read() as transaction:
        release = lookup.release(transaction, promotion.release_id)
    rack = world.rack(promotion.rack)
    for image in release.images:
        if rack.has_image(image.image_id):
            continue
        if canceled():
            raise Canceled
        _bring_one(world, rack, image, canceled, tell)


def _bring_one(
    world: World,
    rack: Rack,
    image: Image,
    canceled: Callable[[], bool],
    tell: Callable[[str, str], None],
) -> None:
    if image.manifest_digest and world.registry:
        tell(image.service, f"`{image.service}` comes through the registry, verified by digest.")
        world.registry.pull(rack.name, image.manifest_digest, image.image_id)
        return
    for name in world.racks:
        if name == rack.name:
            continue
        other = world.rack(name)
        if other.has_image(image.image_id):
            tell(image.service, f"`{image.service}` comes from {name}, verified by digest.")
            archive = _until(canceled, other.save_image(image.image_id))
            rack.load_image(image.image_id, archive)
            return
    raise NotFound(
        f"The image of `{image.service}` is on no rack any more.",
        remedy="Build the commit again.",
    )


def _until(canceled: Callable[[], bool], archive: Iterator[bytes]) -> Iterator[bytes]:
    """Pass the archive on, but cut it when the wish is gone: a cut stream leaves no image."""
    for number, chunk in enumerate(archive):
        if number % 64 == 0 and canceled():
            raise Canceled
        yield chunk


def wanted(world: World, app: str) -> list[str]:
    """Return the ids of the images of *app* that must stay on every rack.

    Those of the last healthy releases of each rack, of what is live or under way, and of the
    newest candidates, which somebody may be about to promote.
    """
    with world.store.read() as transaction:
        keep: list[Release] = []
        for rack in world.racks:
            newest = partial(releases.latest, transaction, app=app, rack=rack)
            keep += newest(healthy=True, limit=world.images_kept) + newest(limit=world.images_kept)
            unfinished = promotions.unfinished(transaction, app=app, rack=rack)
            names = [promotion.release_id for promotion in unfinished]
            if live := promotions.live_on(transaction, app=app, rack=rack):
                names.append(live.release_id)
            keep += [lookup.release(transaction, name) for name in names]
    return sorted({image.image_id for release in keep for image in release.images})


def prune(world: World, *, app: str, rack: str) -> int:
    """Remove the images of *app* on *rack* that nobody needs; return how many.

    Does nothing while a build of the app runs: its images belong to no release yet.
    """
    with world.store.read() as transaction:
        if any(build.app == app for build in builds.unfinished(transaction)):
            return 0
    return world.rack(rack).prune(wanted(world, app), app=app)
