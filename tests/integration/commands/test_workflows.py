"""Workflows from the command tree: what is shown of them, and what people may do with them."""

import pytest

from commands.reply import Button, Code, Reply
from commands.request import Standing
from engine.workflows import keeping
from engine.workflows.reading import parse_yaml, read_yaml
from storage import watched, workflows
from storage.workflow_records import JobStatus, Workflow
from tests.worlds import ADA, BOB, Scene, buttons_of, text_of

YAML = """\
workflows:
  delivery:
    app: web
    description: From a green merge to production
    on: {push: main}
    tasks:
      - wait_for_checks
      - build
      - promote: staging
      - promote: {rack: production, on_click: true}
"""
REPO = "web"


def made(scene: Scene, yaml: str = YAML) -> None:
    reply = scene.say("workflows", "new", "--yaml", yaml)
    assert not reply.failed, text_of(reply)


def on_record(scene: Scene, name: str = "delivery") -> Workflow | None:
    with scene.store.read() as transaction:
        return workflows.get(transaction, name)


def is_watched(scene: Scene) -> bool:
    with scene.store.read() as transaction:
        return bool(watched.all_of_them(transaction))


def button(reply: Reply, label: str) -> Button:
    return next(one for one in buttons_of(reply.parts) if one.label == label)


def notices(scene: Scene) -> list[str]:
    return [one.body["text"] for one in scene.outgoing("notice")]


def test_a_workflow_is_listed_with_what_begins_it_its_tasks_and_its_last_job(scene: Scene) -> None:
    made(scene)
    sha = scene.push("Fix cart")
    job = scene.job_for("delivery", sha)

    said = text_of(scene.say("workflows"))
    assert "delivery" in said
    assert "on push to main" in said
    assert "checks → build → staging → production (click)" in said
    assert f"{job} queued" in said


def test_without_workflows_the_list_says_how_one_is_made(scene: Scene) -> None:
    reply = scene.say("workflows")
    assert "/rack workflows new" in text_of(reply)
    assert button(reply, "New workflow…").opens == "workflow"


def test_the_info_of_a_workflow_draws_it_and_offers_what_can_be_done(scene: Scene) -> None:
    made(scene)
    reply = scene.say("workflows", "info", "delivery")
    said = text_of(reply)
    assert "on push to main → ① checks → ② build → ③ promote 🟢 staging" in said
    assert "④ promote 🔴 production (click)" in said
    assert "From a green merge to production" in said
    labels = [one.label for one in buttons_of(reply.parts)]
    assert labels == ["Run", "Pause", "Edit…", "Copy as YAML", "Delete"]
    assert button(reply, "Delete").confirm


def test_a_wrong_name_is_answered_with_the_nearest(scene: Scene) -> None:
    made(scene)
    said = text_of(scene.say("workflows", "info", "delivry"))
    assert "There is no workflow delivry" in said
    assert "Did you mean delivery?" in said


def test_what_is_copied_as_yaml_makes_the_same_workflow(scene: Scene) -> None:
    made(scene)
    before = on_record(scene)
    reply = scene.say("workflows", "yaml", "delivery")
    (code,) = [part for part in reply.parts if isinstance(part, Code)]
    scene.say("workflows", "delete", "delivery")
    made(scene, code.text)
    after = on_record(scene)
    assert before
    assert after
    assert after.definition == before.definition


def test_all_workflows_are_exported_in_the_form_of_the_file(scene: Scene) -> None:
    assert "No workflow yet." in text_of(scene.say("workflows", "yaml"))
    made(scene)
    made(scene, YAML.replace("delivery", "hotfix"))
    (code,) = scene.say("workflows", "yaml").parts
    assert isinstance(code, Code)
    plain, _ = parse_yaml(code.text)
    assert list(plain["workflows"]) == ["delivery", "hotfix"]
    for number in range(12):
        made(scene, YAML.replace("delivery", f"copy-{number}"))
    long = scene.say("workflows", "yaml")
    assert long.file, "what is too long for a message is a file"
    assert long.file[0] == "workflows.yml"
    assert len(parse_yaml(long.file[1])[0]["workflows"]) == 14


def test_a_paused_workflow_says_who_paused_it_and_begins_nothing_until_it_is_resumed(
    scene: Scene,
) -> None:
    made(scene)
    assert not scene.say("workflows", "pause", "delivery", who=BOB).failed
    reply = scene.say("workflows", "info", "delivery")
    assert "Bob paused it" in text_of(reply)
    assert "paused" in text_of(scene.say("workflows"))
    assert "is paused" in text_of(scene.say("workflows", "run", "delivery"))
    again = scene.say("workflows", "pause", "delivery")
    assert again.failed
    assert "paused already. Bob paused it" in text_of(again)

    resumed = scene.press(button(reply, "Resume"))
    assert "Nothing was begun by itself since" in text_of(resumed)
    paused, said = notices(scene)
    assert paused.startswith("Bob paused the workflow *delivery*")
    assert said.startswith("Ada resumed the workflow *delivery*")
    assert scene.say("workflows", "resume", "delivery").failed


def test_a_deleted_workflow_cancels_its_queued_jobs_with_the_reason(scene: Scene) -> None:
    made(scene)
    job = scene.job_for("delivery", scene.push("Fix cart"))
    reply = scene.say("workflows", "delete", "delivery", who=BOB)
    assert "on: {push: main}" in text_of(reply), "so that it can be made again"
    assert on_record(scene) is None
    assert scene.job(job).status is JobStatus.CANCELED
    assert scene.job(job).reason == "Bob deleted the workflow delivery."


def test_a_job_is_begun_by_hand(scene: Scene) -> None:
    made(scene)
    sha = scene.push("Fix cart")
    reply = scene.say("workflows", "run", "delivery")
    assert reply.follow
    assert scene.job(reply.follow).sha == sha
    assert scene.job(reply.follow).asked_by == ADA


@pytest.mark.parametrize("verb", ["pause", "delete", "run"])
def test_a_guest_may_look_at_workflows_and_change_none(scene: Scene, verb: str) -> None:
    made(scene)
    refused = scene.say("workflows", verb, "delivery", standing=Standing.GUEST)
    assert "Guests of the workspace may look" in text_of(refused)
    assert not scene.say("workflows", "info", "delivery", standing=Standing.GUEST).failed


def test_a_request_that_is_delivered_twice_makes_one_workflow(scene: Scene) -> None:
    scene.say("workflows", "new", "--yaml", YAML, key="once")
    assert scene.say("workflows", "new", "--yaml", YAML, key="once") == Reply(), "no complaint"
    assert on_record(scene)


def test_a_name_that_is_taken_is_refused(scene: Scene) -> None:
    made(scene)
    said = text_of(scene.say("workflows", "new", "--yaml", YAML))
    assert "There is a workflow delivery already. It is of web." in said


def test_its_repository_is_watched_as_long_as_a_workflow_has_triggers(scene: Scene) -> None:
    made(scene)
    assert is_watched(scene)
    by_hand = YAML.replace("    on: {push: main}\n", "")
    assert not scene.say("workflows", "edit", "delivery", "--yaml", by_hand).failed
    assert not is_watched(scene)
    scene.say("workflows", "edit", "delivery", "--yaml", YAML)
    assert is_watched(scene)
    scene.say("workflows", "pause", "delivery")
    assert is_watched(scene), "what moves meanwhile is to be known"
    scene.say("workflows", "delete", "delivery")
    assert not is_watched(scene)


def test_trouble_with_the_repository_is_shown_with_the_workflow(scene: Scene) -> None:
    made(scene)
    with scene.store.write() as transaction:
        (one,) = watched.all_of_them(transaction)
        watched.change(
            transaction,
            one.repo,
            trouble="The token may not read it.",
            trouble_since=scene.clock.now(),
        )
    said = text_of(scene.say("workflows", "info", "delivery"))
    assert "The token may not read it. That is so since" in said


def test_a_workflow_of_the_file_can_be_paused_and_not_changed(scene: Scene) -> None:
    definition = read_yaml(YAML)[1].definition
    assert definition
    keeping.name_workflows(scene.world, {"delivery": definition})
    labels = [one.label for one in buttons_of(scene.say("workflows", "info", "delivery").parts)]
    assert labels == ["Run", "Pause", "Copy as YAML"]
    for verb in (("delete", "delivery"), ("edit", "delivery", "--yaml", YAML)):
        assert "is in rackhand.yml" in text_of(scene.say("workflows", *verb))
    assert not scene.say("workflows", "pause", "delivery").failed

    keeping.name_workflows(scene.world, {"delivery": definition})
    kept = on_record(scene)
    assert kept
    assert kept.paused_by == ADA, "a restart resumes nothing"
    assert kept.revision == 2, "that of the pause"
