"""Following a repository that was renamed or given to another owner."""

from engine.marks import literal
from engine.workflows.matching import concerned
from engine.workflows.notices import notice
from engine.world import World
from storage import watched
from storage.store import Transaction
from storage.workflow_records import Watched


def follow(world: World, transaction: Transaction, one: Watched, name: str) -> None:
    """Record what the forge calls the repository now, and tell it once. A repeat tells nothing.

    What is known of its branches stays under the name that its apps have, so nothing begins anew.
    """
    is_own = name.lower() == one.repo.lower()
    moved_to = None if is_own else name
    if (moved_to or "").lower() == (one.moved_to or "").lower():
        return
    watched.change(transaction, one.repo, moved_to=moved_to)
    if moved_to is None:
        return
    now = world.clock.now()
    found = concerned(world, transaction, one.repo)
    apps = ", ".join(f"`{app}`" for app in sorted({workflow.app for workflow in found}))
    notice(
        world,
        transaction,
        found,
        f"moved:{one.repo}:{name}",
        f"*{literal(one.repo)}* is called *{literal(name)}* now. Its workflows go on by its new "
        f"name. Change `repo` of {apps} before somebody else takes the old one.",
        at=now,
        tone="waiting",
    )
