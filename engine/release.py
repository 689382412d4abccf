"""Making releases: of a build, of another environment, and on another rack."""

from dataclasses import replace

from engine import lookup
from engine.asking import Asking
from engine.environment import changed, new_version
from engine.errors import UserError
from engine.world import World
from storage import ids, promotions, releases
from storage.records import Build, Environment, Person, Release
from storage.store import Transaction


def of_build(world: World, transaction: Transaction, build: Build) -> Release:
    """Make the release candidate of a build that has just succeeded."""
    assert build.sha is not None, "a build that succeeded knows its commit"
    assert build.manifest is not None, "and its manifest"
    environment = current_environment(transaction, app=build.app, rack=build.rack)
    release = Release(
        id=ids.new_id("R"),
        app=build.app,
        rack=build.rack,
        build_id=build.id,
        sha=build.sha,
        subject=build.subject or "",
        author=build.author or "",
        images=build.images,
        manifest=build.manifest,
        environment_id=environment.id if environment else None,
        description=f"{build.sha[:7]} {build.subject or ''}".strip(),
        created_by=build.asked_by,
        created_at=world.clock.now(),
    )
    releases.add(transaction, release)
    return release


def current_environment(transaction: Transaction, *, app: str, rack: str) -> Environment | None:
    """Read the environment that a new release gets: the live one, else what was set so far."""
    live = promotions.live_on(transaction, app=app, rack=rack)
    if live is None:
        return releases.latest_environment(transaction, app=app, rack=rack)
    release = releases.get(transaction, live.release_id)
    if release is None or release.environment_id is None:
        return None
    return releases.environment(transaction, release.environment_id)


def left_out(transaction: Transaction, *, app: str, rack: str) -> Environment | None:
    """Read the newest version of the environment where it is newer than the live one.

    It was never promoted, or taken back: a change, which starts from what is live, leaves it out.
    """
    if promotions.live_on(transaction, app=app, rack=rack) is None:
        return None
    current = current_environment(transaction, app=app, rack=rack)
    newest = releases.latest_environment(transaction, app=app, rack=rack)
    is_newer = newest and (current is None or newest.created_at > current.created_at)
    return newest if is_newer else None


def on_rack(
    world: World, transaction: Transaction, release: Release, rack: str, by: Person
) -> Release:
    """Return a release of the same build on *rack* with that rack's environment.

    One that exists already and has the rack's present environment is used again, so that a
    repeated promotion names the same release.
    """
    if release.rack == rack:
        return release
    environment = current_environment(transaction, app=release.app, rack=rack)
    environment_id = environment.id if environment else None
    found = releases.copy_on(transaction, rack=rack, build_id=release.build_id)
    if found and found.environment_id == environment_id:
        return found
    copy = replace(
        release,
        id=ids.new_id("R"),
        rack=rack,
        environment_id=environment_id,
        copied_from=release.id,
        created_by=by,
        created_at=world.clock.now(),
        healthy_at=None,
    )
    releases.add(transaction, copy)
    return copy


def rebased(world: World, transaction: Transaction, release: Release, by: Person) -> Release:
    """Return a release of the same build with the environment that is live now.

    One that exists already is used again, so that two who ask at once name the same release.
    """
    environment = current_environment(transaction, app=release.app, rack=release.rack)
    environment_id = environment.id if environment else None
    if release.environment_id == environment_id:
        return release
    found = releases.copy_on(transaction, rack=release.rack, build_id=release.build_id)
    if found and found.environment_id == environment_id:
        return found
    copy = replace(
        release,
        id=ids.new_id("R"),
        environment_id=environment_id,
        description=f"{release.description} (with the present environment)",
        created_by=by,
        created_at=world.clock.now(),
        healthy_at=None,
    )
    releases.add(transaction, copy)
    return copy


def stale_environment(transaction: Transaction, release: Release) -> tuple[str, ...]:
    """Say what promoting *release* would take back of the live environment, by names only.

    Empty when the release has the live environment, or nothing is live yet.
    """
    live = promotions.live_on(transaction, app=release.app, rack=release.rack)
    if live is None:
        return ()
    current = current_environment(transaction, app=release.app, rack=release.rack)
    own = (
        releases.environment(transaction, release.environment_id)
        if release.environment_id
        else None
    )
    if current is None or (own and own.created_at >= current.created_at):
        return ()
    own_names = set(own.names) if own else set()
    live_names = set(current.names)
    lost = [f"`{name}` is removed" for name in sorted(live_names - own_names)]
    back = [f"`{name}` comes back" for name in sorted(own_names - live_names)]
    return (*lost, *back) or ("values go back to what they were before",)


def change_environment(
    world: World,
    asking: Asking,
    *,
    app: str,
    rack: str,
    to_set: dict[str, str],
    to_unset: tuple[str, ...],
) -> tuple[Environment, Release | None]:
    """Make a new version of the environment, and a release of it where something is live.

    Before the first promotion the version is kept for the first release and no release is made.
    Raises ``UserError`` when nothing would change.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        lookup.app(transaction, app)
        live = promotions.live_on(transaction, app=app, rack=rack)
        old = current_environment(transaction, app=app, rack=rack)
        values, description = changed(world.vault.open(old), to_set=to_set, to_unset=to_unset)
        environment = new_version(
            world.vault,
            app=app,
            rack=rack,
            values=values,
            description=description,
            by=asking.person,
            at=world.clock.now(),
        )
        releases.add_environment(transaction, environment)
        if live is None:
            return environment, None
        current = releases.get(transaction, live.release_id)
        if current is None:
            raise UserError(f"The live release {live.release_id} is not on record.")
        release = replace(
            current,
            id=ids.new_id("R"),
            environment_id=environment.id,
            description=description,
            created_by=asking.person,
            created_at=world.clock.now(),
            copied_from=None,
            healthy_at=None,
        )
        releases.add(transaction, release)
        return environment, release
