"""What a job does is told in the thread of the job's card."""

from dataclasses import replace

from engine import announce, lookup
from engine import build as build_story
from engine.asking import Asking
from storage import jobs, outbox
from storage.records import Person
from storage.workflow_records import Job, JobStatus, Task, TaskKind, TaskStatus, TriggerKind
from tests.integration.relay.office import ADA, Office

JOB = "JABCDEFGHJK"


def begin_job(office: Office, *, email: str | None = None) -> Job:
    now = office.scene.clock.now()
    job = Job(
        id=JOB,
        workflow="delivery",
        app="web",
        definition={},
        trigger=TriggerKind.PUSH,
        cause="push",
        ref="refs/heads/main",
        sha="4f2c1ab" * 5,
        status=JobStatus.RUNNING,
        asked_by=Person(team="github", user="ada", name="Ada"),
        channel="#deploys",
        created_at=now,
        status_since=now,
        subject="Fix cart",
        author="Ada B.",
        author_email=email,
    )
    task = Task(
        job_id=JOB,
        position=0,
        step=0,
        kind=TaskKind.BUILD,
        settings={},
        status=TaskStatus.RUNNING,
        status_since=now,
    )
    with office.scene.store.write() as transaction:
        assert jobs.add(transaction, job, [task])
        announce.card(transaction, job, now)
    return job


def build_for(office: Office) -> str:
    world = replace(office.scene.world, default_channel="#deploys")
    asking = Asking(person=ADA, key="task")
    key = f"{JOB}:0:1"
    return build_story.ask(world, asking, app="web", rack="staging", ref=None, for_task=key).id


def test_a_build_of_a_job_has_its_card_and_its_milestones_in_the_jobs_thread(
    office: Office,
) -> None:
    begin_job(office)
    build = build_for(office)
    office.tell(build, "step one")
    office.drain()

    (card,) = [one for one in office.ada.messages() if "Fix cart" in one.plain_text]
    replies = [one.plain_text for one in office.ada.thread(card.ts)]
    assert any(f"build {build}" in text and "Waiting for a free worker" in text for text in replies)
    assert any("staging" in text and "step one" in text for text in replies)


def test_its_card_waits_for_the_card_of_the_job(office: Office) -> None:
    build = build_for(office)
    office.tick(20)
    assert not office.ada.messages()

    begin_job(office)
    office.drain()

    with office.scene.store.read() as transaction:
        card, root = outbox.card(transaction, build), outbox.card(transaction, JOB)
    assert card
    assert root
    assert card.thread_ts == root.ts


def test_a_card_in_a_deleted_thread_comes_back_with_the_job(office: Office) -> None:
    begin_job(office)
    office.drain()
    with office.scene.store.read() as transaction:
        root = outbox.card(transaction, JOB)
    assert root
    office.controls.delete_message(root.channel, root.ts)
    build_for(office)
    office.drain()

    with office.scene.store.read() as transaction:
        new_root = outbox.card(transaction, JOB)
    assert new_root
    assert new_root.ts != root.ts


def test_the_author_is_mentioned_where_slack_knows_the_address(office: Office) -> None:
    begin_job(office, email="grace@example.com")
    office.drain()

    (card,) = [one for one in office.ada.messages() if "Fix cart" in one.plain_text]
    assert "@grace" in card.plain_text or "Grace" in card.plain_text


def test_who_is_not_in_slack_is_named(office: Office) -> None:
    begin_job(office, email="nobody@elsewhere.example")
    office.drain()

    (card,) = [one for one in office.ada.messages() if "Fix cart" in one.plain_text]
    assert "Ada B." in card.plain_text


def test_the_subject_of_the_thread_is_the_job(office: Office) -> None:
    job = begin_job(office)
    with office.scene.store.read() as transaction:
        assert lookup.job(transaction, job.id.lower()) == job
