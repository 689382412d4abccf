"""What follows from what webhooks say, in whichever order and however often they say it."""

import pytest

from commands.home import home
from commands.request import Standing
from engine.workflows import hints
from engine.workflows.moves import move_job, move_task
from storage import jobs
from storage.workflow_records import JobStatus, TaskStatus
from tests.integration.github.hub import MAIN, REPO, Hub
from tests.reading import text_of
from tests.worlds import ADA


def outcomes(hub: Hub, *deliveries: object) -> list[str]:
    answers = hub.send(*deliveries)  # type: ignore[arg-type]
    return [answer.json().get("outcome", answer.json()["status"]) for answer in answers]


def sha_of(hub: Hub, ref: str = MAIN) -> str:
    return hub.forge.repositories[REPO].heads[ref]


def test_a_push_begins_its_job_at_once_and_asks_the_forge_nothing(anywhere: Hub) -> None:
    asked = anywhere.forge.calls.copy()
    assert outcomes(anywhere, anywhere.push("Fix cart")) == ["began jobs"]
    assert anywhere.forge.calls == asked
    (job,) = anywhere.jobs()
    assert (job.ref, job.sha, job.subject) == (MAIN, sha_of(anywhere), "Fix cart")
    assert (job.author, job.author_email) == ("Ada Lovelace", "ada@example.com")


def test_a_delivery_that_comes_twice_is_taken_once(anywhere: Hub) -> None:
    push = anywhere.push("Fix cart")
    first, second = anywhere.send(push, push)
    assert (first.status_code, second.status_code) == (202, 200)
    assert second.json() == {"status": "repeated"}
    assert len(anywhere.jobs()) == 1


def test_a_push_that_is_sent_anew_under_another_id_begins_nothing_twice(anywhere: Hub) -> None:
    first = anywhere.push("Fix cart")
    again = anywhere.pushed(MAIN, anywhere.forge.repositories[REPO].parents[sha_of(anywhere)] or "")
    assert outcomes(anywhere, first, again) == ["began jobs", "known already"]
    assert len(anywhere.jobs()) == 1


def test_a_push_that_a_look_has_seen_before_begins_nothing_again(anywhere: Hub) -> None:
    push = anywhere.push("Fix cart")
    anywhere.poll()
    assert outcomes(anywhere, push) == ["known already"]
    anywhere.poll()
    assert len(anywhere.jobs()) == 1


def test_pushes_in_order_begin_a_job_each(hub: Hub) -> None:
    assert outcomes(hub, hub.push("One"), hub.push("Two")) == ["began jobs"] * 2
    assert len({sha for _, sha in hub.begun()}) == 2


def test_pushes_that_come_in_the_wrong_order_begin_the_newest_by_a_look(hub: Hub) -> None:
    first, second = hub.push("One"), hub.push("Two")
    assert outcomes(hub, second, first) == ["the repository is looked at", "began jobs"]
    hub.scene.clock.pass_time(11)
    hub.look()
    assert hub.begun()[-1] == (MAIN, sha_of(hub))
    assert len(hub.begun()) == len(set(hub.begun()))


@pytest.mark.parametrize("ref", ["refs/heads/release/1", "refs/tags/v1"])
def test_a_branch_or_tag_that_begins_is_looked_at_at_once(quiet_hub: Hub, ref: str) -> None:
    quiet_hub.begin_with(on={"push": "release/*", "tag": "v*"})
    quiet_hub.look()
    quiet_hub.forge.repositories[REPO].heads[ref] = sha_of(quiet_hub)
    began = quiet_hub.pushed(ref, hints.NO_SHA)
    quiet_hub.scene.clock.pass_time(5)
    assert outcomes(quiet_hub, began) == ["the repository is looked at"]
    quiet_hub.look()
    assert quiet_hub.begun() == [(ref, sha_of(quiet_hub))]


def test_a_force_push_is_looked_at_before_it_begins_anything(hub: Hub) -> None:
    base = sha_of(hub)
    outcomes(hub, hub.push("Removed"))
    removed = sha_of(hub)
    assert outcomes(hub, hub.push("Instead", onto=base)) == ["the repository is looked at"]
    hub.look()
    assert hub.begun() == [(MAIN, removed), (MAIN, sha_of(hub))]
    assert hub.jobs()[0].reason == f"A force-push removed {removed[:7]} from main."


def test_a_branch_that_goes_is_looked_at(hub: Hub) -> None:
    gone = hub.delete(MAIN)
    assert outcomes(hub, gone) == ["the repository is looked at"]
    hub.look()
    assert hub.head() is None


def test_what_is_said_of_other_repositories_is_left_alone(hub: Hub) -> None:
    stray = hub.delivery("create", repo="acme/other", ref="x", ref_type="branch")
    assert outcomes(hub, stray) == ["no workflow is about this repository"]


def test_a_merge_that_is_known_from_its_push_is_not_looked_for(hub: Hub) -> None:
    push = hub.push("Merge #7")
    merged = hub.delivery(
        "pull_request",
        action="closed",
        pull_request={"merged": True, "merge_commit_sha": sha_of(hub)},
    )
    assert outcomes(hub, push, merged) == ["began jobs", "known already"]


def test_a_merge_whose_push_was_lost_is_looked_for(hub: Hub) -> None:
    hub.push("Merge #7")
    merged = hub.delivery(
        "pull_request",
        action="closed",
        pull_request={"merged": True, "merge_commit_sha": sha_of(hub)},
    )
    assert outcomes(hub, merged) == ["the repository is looked at"]
    hub.look()
    assert hub.begun() == [(MAIN, sha_of(hub))]


def test_a_release_is_looked_for_once_it_is_published(quiet_hub: Hub) -> None:
    quiet_hub.begin_with(on={"release": "*"})
    quiet_hub.look()
    quiet_hub.forge.publish(REPO, "v1")
    release = {"tag_name": "v1"}
    drafted = quiet_hub.delivery("release", action="created", release=release)
    published = quiet_hub.delivery("release", action="published", release=release)
    quiet_hub.scene.clock.pass_time(5)
    assert outcomes(quiet_hub, drafted, published) == [
        "nothing to do",
        "the repository is looked at",
    ]
    quiet_hub.look()
    assert [job.ref for job in quiet_hub.jobs()] == ["release/v1"]


@pytest.mark.parametrize("event", ["check_run", "check_suite", "workflow_run"])
def test_checks_are_looked_at_at_once_when_one_of_them_changed(quiet_hub: Hub, event: str) -> None:
    hub = quiet_hub
    hub.begin_with("wait_for_checks", {"wait": "1h"})
    hub.look()
    hub.scene.clock.pass_time(30)
    outcomes(hub, hub.push("Fix cart"))
    (job,) = hub.jobs()
    task = begun_task(hub)
    elsewhere = hub.delivery(event, payload={event: {"head_sha": "0" * 39 + "1"}})
    changed = hub.delivery(event, payload={event: {"head_sha": job.sha}})
    status = hub.delivery("status", sha=job.sha, context="ci/test", state="success")
    ours = hub.delivery("status", sha=job.sha, context="rackhand/delivery", state="pending")
    assert outcomes(hub, elsewhere, ours) == ["nothing to do"] * 2
    assert hub.scene.tasks(job.id)[0].look_at == task
    now = hub.scene.clock.now()
    assert outcomes(hub, changed) == ["the checks are looked at"]
    assert hub.scene.tasks(job.id)[0].look_at == now
    assert outcomes(hub, status) == ["the checks are looked at"]


def begun_task(hub: Hub) -> object:
    """Let the job's first task begin, to be looked at in an hour; return when that is."""
    (job,) = hub.jobs()
    task = hub.scene.tasks(job.id)[0]
    later = hub.scene.clock.now().replace(hour=23)
    with hub.scene.store.write() as transaction:
        running = move_job(hub.scene.world, transaction, job, JobStatus.RUNNING, holds_line=True)
        begun = move_task(hub.scene.world, transaction, running, task, TaskStatus.RUNNING)
        jobs.change_task(transaction, begun, look_at=later)
    return later


def test_when_the_forge_was_heard_last_is_known_and_also_that_it_never_was(hub: Hub) -> None:
    assert hints.heard_at(hub.scene.world) is None
    first = hub.scene.clock.now()
    hub.send(hub.delivery("ping", zen="Keep it logically awesome."))
    assert hints.heard_at(hub.scene.world) == first
    hub.scene.clock.pass_time(3600)
    then = hub.scene.clock.now()
    hub.send(hub.delivery("star", action="created"))
    assert hints.heard_at(hub.scene.world) == then


def test_app_home_says_whether_webhooks_come(hub: Hub) -> None:
    def shown() -> str:
        return text_of(home(hub.scene.world, ADA, Standing.MEMBER))

    assert "No webhook was ever received. Repositories are looked at every" in shown()
    hub.send(hub.delivery("ping"))
    assert "The last webhook came" in shown()


def test_a_push_before_the_first_look_begins_its_job_and_the_look_begins_none(
    quiet_hub: Hub,
) -> None:
    quiet_hub.begin_with()
    assert outcomes(quiet_hub, quiet_hub.push("At once")) == ["began jobs"]
    quiet_hub.look()
    quiet_hub.poll()
    assert quiet_hub.begun() == [(MAIN, sha_of(quiet_hub))]


def test_a_push_that_comes_after_a_look_has_seen_a_newer_one_begins_nothing(hub: Hub) -> None:
    late = hub.push("One")
    hub.push("Two")
    hub.poll()
    assert outcomes(hub, late) == ["the repository is looked at"]
    hub.look()
    assert hub.begun() == [(MAIN, sha_of(hub))]


def test_a_push_that_comes_after_it_was_wound_back_begins_nothing_again(hub: Hub) -> None:
    base = sha_of(hub)
    late = hub.push("Wound back")
    hub.poll()
    hub.rewind(base)
    hub.poll()
    before = hub.begun()
    assert outcomes(hub, late) == ["the repository is looked at"]
    hub.poll()
    assert hub.begun() == before
    assert before[-1] == (MAIN, base)
