"""What a look finds out by itself, without a webhook."""

from datetime import timedelta

import pytest

from engine.workflows import look
from storage import claims, watched
from storage.workflow_records import TriggerKind
from tests.integration.github.hub import MAIN, POLL_SECONDS, REPO, Hub


def sha_of(hub: Hub, ref: str = MAIN) -> str:
    return hub.forge.repositories[REPO].heads[ref]


def test_the_first_look_records_where_things_are_and_begins_nothing(quiet_hub: Hub) -> None:
    quiet_hub.begin_with(on={"push": "*", "tag": "*", "release": "*"})
    quiet_hub.push("Work", branch="feature/a")
    quiet_hub.forge.publish(REPO, "v1")
    quiet_hub.look()
    assert quiet_hub.begun() == []
    for ref in (MAIN, "refs/heads/feature/a", "refs/tags/v1"):
        head = quiet_hub.head(ref)
        assert head
        assert head.sha == sha_of(quiet_hub, ref)
    assert quiet_hub.head("release/v1")


def test_a_push_begins_a_job_with_what_is_known_of_its_commit(hub: Hub) -> None:
    hub.push("Fix cart")
    hub.poll()
    (job,) = hub.jobs()
    assert (job.ref, job.sha, job.subject) == (MAIN, sha_of(hub), "Fix cart")
    assert (job.author, job.author_email) == ("Ada Lovelace", "ada@example.com")
    assert (job.asked_by.team, job.asked_by.user) == ("github", "ada")
    assert job.trigger is TriggerKind.PUSH


def test_a_push_is_looked_for_no_sooner_than_the_next_look_is_due(hub: Hub) -> None:
    hub.push("Fix cart")
    hub.look()
    assert hub.begun() == []
    assert hub.watched().due_at > hub.scene.clock.now()


def test_pushes_between_two_looks_begin_one_job_for_the_newest(hub: Hub) -> None:
    hub.push("One")
    hub.push("Two")
    hub.poll()
    hub.poll()
    assert hub.begun() == [(MAIN, sha_of(hub))]


def test_a_branch_that_no_pattern_names_begins_nothing(hub: Hub) -> None:
    hub.push("Try it", branch="experiment")
    hub.poll()
    assert hub.begun() == []
    assert hub.head("refs/heads/experiment")


@pytest.mark.parametrize(
    ("pattern", "branch"), [("release/*", "release/2.0"), ("*", "a/b"), ("v?", "v1")]
)
def test_a_branch_that_is_new_begins_a_job_where_a_pattern_names_it(
    quiet_hub: Hub, pattern: str, branch: str
) -> None:
    quiet_hub.begin_with(on={"push": pattern})
    quiet_hub.look()
    quiet_hub.push("New", branch=branch)
    quiet_hub.poll()
    assert [job.ref for job in quiet_hub.jobs()] == [f"refs/heads/{branch}"]


def test_a_tag_and_a_release_of_it_begin_what_each_of_them_begins(quiet_hub: Hub) -> None:
    quiet_hub.begin_with(name="tagged", on={"tag": "v*"})
    quiet_hub.begin_with(name="published", on={"release": "v*"})
    quiet_hub.look()
    quiet_hub.forge.publish(REPO, "v1")
    quiet_hub.forge.publish(REPO, "draft-1")
    quiet_hub.poll()
    found = {(job.workflow, job.ref, job.trigger) for job in quiet_hub.jobs()}
    assert found == {
        ("tagged", "refs/tags/v1", TriggerKind.TAG),
        ("published", "release/v1", TriggerKind.RELEASE),
    }


def test_an_old_release_that_comes_back_into_the_list_begins_nothing(quiet_hub: Hub) -> None:
    quiet_hub.begin_with(on={"release": "*"})
    for number in range(31):
        quiet_hub.forge.publish(REPO, f"v{number}")
    quiet_hub.look()
    quiet_hub.scene.clock.pass_time(86400)
    quiet_hub.look()
    releases = quiet_hub.forge.repositories[REPO].releases
    del releases[0]
    quiet_hub.poll()
    assert quiet_hub.head("release/v0")
    assert quiet_hub.begun() == []


def test_a_branch_that_comes_back_at_the_same_commit_begins_a_job_again(quiet_hub: Hub) -> None:
    quiet_hub.begin_with(on={"push": "topic"})
    quiet_hub.look()
    quiet_hub.push("Work", branch="topic")
    quiet_hub.poll()
    sha = sha_of(quiet_hub, "refs/heads/topic")
    quiet_hub.delete("refs/heads/topic")
    quiet_hub.poll()
    assert quiet_hub.head("refs/heads/topic") is None
    quiet_hub.forge.repositories[REPO].heads["refs/heads/topic"] = sha
    quiet_hub.poll()
    assert quiet_hub.begun() == [("refs/heads/topic", sha)] * 2


def test_a_paused_workflow_begins_nothing_and_nothing_of_that_time_later(hub: Hub) -> None:
    hub.pause()
    hub.push("While it is paused")
    hub.poll()
    hub.pause(at=False)
    hub.poll()
    assert hub.begun() == []
    hub.push("After it")
    hub.poll()
    assert hub.begun() == [(MAIN, sha_of(hub))]


def test_a_branch_that_is_deleted_ends_the_job_that_waits_of_it(hub: Hub) -> None:
    hub.push("Fix cart")
    hub.poll()
    hub.delete(MAIN)
    hub.poll()
    (job,) = hub.jobs()
    assert job.reason == "Branch main was deleted."


def test_a_force_push_ends_only_the_jobs_whose_commits_it_removed(hub: Hub) -> None:
    hub.push("Kept")
    hub.poll()
    kept = sha_of(hub)
    hub.push("Removed")
    hub.poll()
    hub.push("Instead", onto=kept)
    hub.poll()
    reasons = [job.reason for job in hub.jobs()]
    removed = hub.jobs()[1].sha[:7]
    assert reasons == [None, f"A force-push removed {removed} from main.", None]


def test_nobody_looks_while_another_process_does(hub: Hub) -> None:
    hub.push("Fix cart")
    hub.scene.clock.pass_time(POLL_SECONDS)
    with hub.scene.store.write() as transaction:
        now = hub.scene.clock.now()
        assert claims.lease(transaction, f"look:{REPO}", "another", now, 30.0)
    asked = hub.forge.calls.copy()
    hub.look()
    assert hub.forge.calls == asked
    assert hub.begun() == []


def test_an_answer_older_than_what_is_known_already_moves_nothing_back(hub: Hub) -> None:
    old = sha_of(hub)
    hub.send(hub.push("Fix cart"))
    new = sha_of(hub)
    heads = hub.forge.repositories[REPO].heads
    heads[MAIN] = old  # a replica of the forge that has not heard of the push
    with hub.scene.store.write() as transaction:
        watched.look_now(transaction, REPO, hub.scene.clock.now())
    hub.look()
    heads[MAIN] = new
    hub.scene.clock.pass_time(30)
    hub.look()
    hub.poll()
    assert hub.begun() == [(MAIN, new)]


def test_a_commit_that_a_webhook_told_of_is_looked_for_again_soon(hub: Hub) -> None:
    told = hub.push("Fix cart", branch="new")
    heads = hub.forge.repositories[REPO].heads
    sha = heads.pop("refs/heads/new")  # not visible yet
    hub.send(told)
    waits = []
    for _ in range(5):
        hub.look()
        one = hub.watched()
        waits.append(round((one.due_at - hub.scene.clock.now()).total_seconds()))
        hub.scene.clock.at = one.due_at
    assert waits == [1, 1, 2, 4, 8]
    heads["refs/heads/new"] = sha
    hub.look()
    assert hub.head("refs/heads/new")
    assert hub.watched().expects is None


def test_a_commit_that_never_shows_is_given_up_after_a_minute(hub: Hub) -> None:
    told = hub.push("Fix cart", branch="gone")
    del hub.forge.repositories[REPO].heads["refs/heads/gone"]
    hub.send(told)
    began = hub.scene.clock.now()
    while hub.watched().expects:
        hub.look()
        hub.scene.clock.at = hub.watched().due_at
    given_up = hub.scene.clock.now() - timedelta(seconds=POLL_SECONDS) - began
    assert timedelta(seconds=60) <= given_up < timedelta(seconds=70)


def test_a_move_that_is_told_of_while_a_look_asks_is_not_undone_by_it(hub: Hub) -> None:
    """The look has read the old heads when the webhook comes."""
    old_heads = hub.forge.heads

    def heads(repo: str) -> dict[str, str]:
        answer = old_heads(repo)
        hub.scene.clock.pass_time(0.1)
        hub.forge.heads = old_heads  # type: ignore[method-assign]
        hub.send(hub.push("Meanwhile"))
        return answer

    hub.forge.heads = heads  # type: ignore[method-assign]
    hub.poll()
    look.look(hub.scene.world, REPO)
    hub.scene.clock.pass_time(30)
    hub.poll()
    assert hub.begun() == [(MAIN, sha_of(hub))]


def test_what_moves_during_the_first_look_begins_a_job_at_the_next(quiet_hub: Hub) -> None:
    quiet_hub.begin_with()
    old_heads = quiet_hub.forge.heads

    def heads(repo: str) -> dict[str, str]:
        answer = old_heads(repo)
        quiet_hub.scene.clock.pass_time(0.1)
        quiet_hub.forge.heads = old_heads  # type: ignore[method-assign]
        quiet_hub.send(quiet_hub.push("Meanwhile"))
        return answer

    quiet_hub.forge.heads = heads  # type: ignore[method-assign]
    quiet_hub.look()
    for _ in range(12):
        quiet_hub.scene.clock.pass_time(1)
        quiet_hub.look()
    assert quiet_hub.begun() == [(MAIN, sha_of(quiet_hub))]
