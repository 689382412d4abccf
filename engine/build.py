"""Asking for a build, and asking for its end."""

from engine import announce, lookup
from engine.asking import Asking, card_channel
from engine.errors import UserError
from engine.lifecycle import check_step, is_final
from engine.marks import literal
from engine.world import World
from storage import builds, ids
from storage.records import Build, BuildStatus, Person
from storage.store import Transaction

REF_LIMIT = 250  # characters: what file systems let a ref's name have


def ask(
    world: World,
    asking: Asking,
    *,
    app: str,
    rack: str,
    ref: str | None,
    no_cache: bool = False,
    for_task: str | None = None,
) -> Build:
    """Put a build into the queue; a worker takes it up at its next tick.

    *for_task* is the key of the workflow's task that asks; its card stands in the job's thread.
    Raises ``UserError`` for an unknown app or rack, or a ref that cannot be one.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        found = lookup.app(transaction, app)
        ref = ref or found.branch
        if len(ref) > REF_LIMIT:
            raise UserError(
                f"That ref is {len(ref)} characters long.",
                why=f"A branch, tag or commit has at most {REF_LIMIT}.",
                remedy=f"Name one of them, such as `--ref {found.branch}`.",
            )
        build = Build(
            id=ids.new_id("B"),
            app=app,
            rack=world.rack_spec(rack).name,
            ref=ref,
            no_cache=no_cache,
            status=BuildStatus.QUEUED,
            asked_by=asking.person,
            channel=card_channel(world, asking, found.channel),
            created_at=world.clock.now(),
            for_task=for_task,
        )
        builds.add(transaction, build)
        announce.card(transaction, build, build.created_at)
        announce.link_elsewhere(transaction, build, asking, build.created_at)
    return build


def cancel(world: World, asking: Asking, build_id: str) -> Build:
    """Cancel a build: at once while it waits, else its worker ends it within a second.

    Raises ``UserError`` for one that has ended or is being canceled already.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        build = lookup.build(transaction, build_id)
        if is_final(build.status) or build.cancel_asked_by:
            raise UserError(
                f"There is nothing left to cancel of {build.id}.", why=how_it_stands(build)
            )
        _stop(world, transaction, build, asking.person)
    return build


def how_it_stands(build: Build) -> str:
    """Say in one sentence where the build is, and who ended it where a person did."""
    if build.cancel_asked_by:
        done = build.status is BuildStatus.CANCELED
        name = literal(build.cancel_asked_by.name)
        return f"{name} canceled it." if done else f"{name} has asked to cancel it."
    return {
        BuildStatus.QUEUED: "It waits for a free worker.",
        BuildStatus.FETCHING: "Its commit is being fetched.",
        BuildStatus.BUILDING: "Its images are being built.",
        BuildStatus.PUSHING: "Its images are being pushed.",
        BuildStatus.SUCCEEDED: f"It succeeded; its release is {build.release_id}.",
        BuildStatus.FAILED: "It failed.",
        BuildStatus.CANCELED: "It was canceled.",
    }[build.status]


def _stop(world: World, transaction: Transaction, build: Build, person: Person) -> None:
    now = world.clock.now()
    if build.status is BuildStatus.QUEUED:
        check_step(build.status, BuildStatus.CANCELED)
        builds.change(
            transaction,
            build,
            status=BuildStatus.CANCELED,
            cancel_asked_by=person,
            finished_at=now,
        )
        announce.milestone(
            transaction, build, "ended", "*Canceled* by {0} before it began.", at=now,
            people=(person,),
        )  # fmt: skip
    else:
        builds.change(transaction, build, cancel_asked_by=person)
    announce.card(transaction, build, now)
