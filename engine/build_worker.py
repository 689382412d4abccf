"""One build's work, from the queue to a release candidate, under a lease that shows it alive."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import announce, lookup
from engine import release as release_story
from engine.announce import in_words
from engine.build_watch import BuildWatch
from engine.checkouts import folder_for
from engine.errors import Canceled, NoSpace, PortError, UserError
from engine.leases import LeaseLost, held
from engine.lifecycle import BUILD_ATTEMPTS, check_step, is_final
from engine.manifest import build_specs, read_manifest, to_plain, with_built
from engine.marks import literal
from engine.ports.builder import BuildFailed, BuildSpec, Built
from engine.world import World
from storage import apps, builds
from storage.records import Build, BuildStatus, Image
from storage.store import Transaction

B = BuildStatus
log = logging.getLogger(__name__)


def due(world: World) -> list[str]:
    """Return the ids of the builds that want a worker, oldest first."""
    with world.store.read() as transaction:
        return [build.id for build in builds.unfinished(transaction)]


def work(world: World, build_id: str) -> None:
    """Build it, unless another worker does. Blocks until it has ended.

    A build that a killed process left is taken up again under its id, at most twice, after its
    orphans are ended.
    """
    with held(world, f"build:{build_id}") as lease:
        if lease is None:
            return
        build = _take_up(world, build_id)
        if build is None:
            return
        with folder_for(world, build.id) as folder:
            watch = BuildWatch(world, build, lease)
            try:
                _run(world, build, folder, watch)
            except LeaseLost:
                log.info(
                    "build handed over",
                    extra={"build": build_id, "stopping": world.stopping.is_set()},
                )
            finally:
                watch.close()


def _take_up(world: World, build_id: str) -> Build | None:
    """Begin an attempt, or end a build that was canceled or has crashed too often."""
    with world.store.read() as transaction:
        build = lookup.build(transaction, build_id)
    if is_final(build.status):
        return None
    if build.status is not B.QUEUED:
        orphans = world.builder(build.rack).end_orphans(build.id)
        log.info("build taken up again", extra={"build": build.id, "orphans": orphans})
    with world.store.write() as transaction:
        now = world.clock.now()
        if build.status is not B.QUEUED:
            build = _move(world, transaction, build, B.QUEUED)
        if build.cancel_asked_by:
            _end(world, transaction, build, B.CANCELED, "")
            return None
        if build.attempts >= BUILD_ATTEMPTS:
            reason = f"Its worker died {build.attempts} times. Rackhand's own log says why."
            _end(world, transaction, build, B.FAILED, reason)
            return None
        if apps.get(transaction, build.app) is None:
            reason = f"There is no app `{build.app}` any more."
            _end(world, transaction, build, B.FAILED, reason)
            return None
        return _move(
            world,
            transaction,
            build,
            B.FETCHING,
            attempts=build.attempts + 1,
            started_at=now,  # each attempt has the whole time: the last one may have died long ago
            progress=f"fetching {build.ref}",
        )


def _run(world: World, build: Build, folder: Path, watch: BuildWatch) -> None:
    """Take the build from its fetch to its end, whatever the end is."""
    try:
        build = _fetch(world, build, folder, watch)
        manifest = read_manifest(folder, path=watch.app.manifest, app=build.app)
        specs = build_specs(manifest, folder, build_id=build.id, app=build.app,
                            no_cache=build.no_cache)  # fmt: skip
        build = _advance(world, build, B.BUILDING, watch, manifest=to_plain(manifest),
                         notices=(*manifest.notices, *_builder_notice(world, build)))  # fmt: skip
        built = _build_all(world, build, specs, watch)
        build = _advance(
            world,
            build,
            B.PUSHING,
            watch,
            images=tuple(
                Image(service=name, image_id=image.image_id, seconds=image.seconds)
                for name, image in built.items()
            ),
            manifest=to_plain(with_built(manifest, built)),
        )
        images = _push_all(world, build, watch)
        _succeed(world, build, images, watch)
    except Canceled:
        _stop(world, build, watch)
    except BuildFailed as error:
        reason = f"`{error.service}` did not build: {literal(error.detail)}"
        _finish(world, build, B.FAILED, reason, watch)
    except NoSpace as error:
        _finish(world, build, B.FAILED, f"The disk is full. {in_words(error)}", watch)
    except (PortError, UserError) as error:
        _finish(world, build, B.FAILED, in_words(error), watch)


def _stop(world: World, build: Build, watch: BuildWatch) -> None:
    """End a build that was told to stop, by whatever told it."""
    try:
        watch.check()
    except Canceled:
        _finish(world, build, B.CANCELED, "", watch)
    except UserError as error:
        _finish(world, build, B.FAILED, in_words(error), watch)


def _fetch(world: World, build: Build, folder: Path, watch: BuildWatch) -> Build:
    commit = world.source.resolve(watch.app.repo, build.ref)
    watch.check()
    with world.store.write() as transaction:
        known = replace(build, sha=commit.sha, subject=commit.subject, author=commit.author)
        builds.change(transaction, build, sha=known.sha, subject=known.subject, author=known.author)
        build = known
        announce.card(transaction, build, world.clock.now())
    world.source.check_out(watch.app.repo, commit.sha, folder, canceled=watch.is_over)
    return build


def _builder_notice(world: World, build: Build) -> tuple[str, ...]:
    notice = world.builder(build.rack).notice
    return (notice,) if notice else ()


def _build_all(
    world: World, build: Build, specs: list[BuildSpec], watch: BuildWatch
) -> dict[str, Built]:
    """Build the services side by side; the first that fails stops the others."""
    builder = world.builder(build.rack)

    def build_one(spec: BuildSpec) -> Built:
        try:
            return builder.build(spec, on_event=watch.tell, canceled=watch.is_over)
        except Exception:
            watch.stop_others()
            raise

    with ThreadPoolExecutor(world.services_at_once, thread_name_prefix=build.id) as pool:
        results = {spec.service: pool.submit(build_one, spec) for spec in specs}
    _raise_the_cause([result.exception() for result in results.values()])
    return {service: result.result() for service, result in results.items()}


def _raise_the_cause(errors: list[BaseException | None]) -> None:
    """Raise the error that stopped the others, not the ``Canceled`` of those it stopped."""
    found = [error for error in errors if error is not None]
    causes = [error for error in found if not isinstance(error, Canceled)]
    if found:
        raise (causes or found)[0]


def _push_all(world: World, build: Build, watch: BuildWatch) -> tuple[Image, ...]:
    if world.registry is None:
        return build.images
    pushed = []
    for image in build.images:
        watch.check()
        digest = world.registry.push(image.image_id, app=build.app, service=image.service)
        pushed.append(replace(image, manifest_digest=digest))
    return tuple(pushed)


def _succeed(world: World, build: Build, images: tuple[Image, ...], watch: BuildWatch) -> None:
    watch.check()
    watch.log.close()
    with world.store.write() as transaction:
        now = world.clock.now()
        build = replace(lookup.build(transaction, build.id), images=images)
        if build.cancel_asked_by:
            raise Canceled
        release = release_story.of_build(world, transaction, build)
        build = _move(
            world, transaction, build, B.SUCCEEDED,
            images=images, release_id=release.id, finished_at=now, progress=None,
        )  # fmt: skip
        seconds = (now - (build.started_at or now)).total_seconds()
        announce.milestone(
            transaction, build, "ended",
            f"{build.id} built in {seconds:.0f} s → release candidate *{release.id}*.",
            at=now, tone="good",
        )  # fmt: skip
        for number, notice in enumerate(build.notices):
            announce.milestone(transaction, build, f"notice:{number}", notice, at=now)


def _finish(
    world: World, build: Build, status: BuildStatus, reason: str, watch: BuildWatch
) -> None:
    """Record the end that *status* is; the build may have been canceled meanwhile."""
    watch.log.close()
    with world.store.write() as transaction:
        current = lookup.build(transaction, build.id)
        _end(world, transaction, current, status, reason, tail=watch.log.tail)


def _end(
    world: World,
    transaction: Transaction,
    build: Build,
    status: BuildStatus,
    reason: str,
    tail: tuple[str, ...] = (),
) -> None:
    now = world.clock.now()
    failed = status is B.FAILED
    ended = _move(
        world, transaction, build, status,
        reason=reason or None, finished_at=now, progress=None, log_tail=tail if failed else (),
    )  # fmt: skip
    text = f"*Failed.* {reason}" if failed else "*Canceled* by {0}."
    announce.milestone(
        transaction, ended, "ended", text, at=now, tone="bad" if failed else "muted",
        people=(build.cancel_asked_by,) if build.cancel_asked_by else (),
        code=ended.log_tail, broadcast=failed,
    )  # fmt: skip
    if failed and tail:
        announce.log_file(transaction, ended, now)


def _advance(
    world: World, build: Build, status: BuildStatus, watch: BuildWatch, **changes: Any
) -> Build:
    watch.check()
    with world.store.write() as transaction:
        return _move(world, transaction, build, status, **changes)


def _move(
    world: World, transaction: Transaction, build: Build, status: BuildStatus, **changes: Any
) -> Build:
    check_step(build.status, status)
    builds.change(transaction, build, status=status, **changes)
    moved = replace(build, status=status, **changes)
    announce.card(transaction, moved, world.clock.now())
    return moved
