"""What holds of every forge that people are shown something at."""

import pytest

from engine.errors import NotFound, Unreachable
from engine.ports.forge import OWN_CONTEXT, DeploymentState, StatusState
from tests.contract.forge.stage import Stage

CONTEXT = f"{OWN_CONTEXT}continuous-delivery"


def show(stage: Stage, sha: str, state: StatusState, description: str = "On its way") -> None:
    stage.forge.set_status(
        stage.repo,
        sha,
        context=CONTEXT,
        state=state,
        description=description,
        url="https://chat.example/J1",
    )


def deploy(stage: Stage, sha: str, key: str = "J1:2:deployment") -> str:
    return stage.forge.deployment(stage.repo, sha, environment="staging", description="R1", key=key)


def set_state(stage: Stage, deployment: str, state: DeploymentState, url: str | None) -> None:
    stage.forge.set_deployment(
        stage.repo,
        deployment,
        state=state,
        description="R1",
        environment_url=url,
        log_url=None,
    )


def test_a_status_is_shown_and_shown_anew(stage: Stage) -> None:
    sha = stage.push("Fix cart")
    show(stage, sha, StatusState.PENDING)
    assert stage.status(sha, CONTEXT) == ("pending", "On its way", "https://chat.example/J1")
    show(stage, sha, StatusState.SUCCESS, "Live on staging")
    assert stage.status(sha, CONTEXT) == ("success", "Live on staging", "https://chat.example/J1")


def test_our_own_statuses_are_no_checks(stage: Stage) -> None:
    sha = stage.push("Fix cart")
    show(stage, sha, StatusState.PENDING)
    assert stage.forge.checks(stage.repo, sha, branch=None).found == ()


def test_a_deployment_goes_through_its_states(stage: Stage) -> None:
    sha = stage.push("Fix cart")
    made = deploy(stage, sha)
    set_state(stage, made, DeploymentState.IN_PROGRESS, None)
    set_state(stage, made, DeploymentState.SUCCESS, "https://shop.example")
    (found,) = stage.deployments()
    assert (found.environment, found.sha) == ("staging", sha)
    assert found.states == ("in_progress", "success")
    assert found.environment_url == "https://shop.example"


def test_a_deployment_with_the_same_key_is_found_again(stage: Stage) -> None:
    sha = stage.push("Fix cart")
    made = deploy(stage, sha)
    other = deploy(stage, sha, key="J2:2:deployment")
    assert other != made
    assert deploy(stage, sha) == made
    assert len(stage.deployments()) == 2


def test_a_deployment_whose_making_got_no_answer_is_not_made_twice(stage: Stage) -> None:
    sha = stage.push("Fix cart")
    stage.lose_next_answer("deployments")
    with pytest.raises(Unreachable):
        deploy(stage, sha)
    set_state(stage, deploy(stage, sha), DeploymentState.IN_PROGRESS, None)
    assert [one.states for one in stage.deployments()] == [("in_progress",)]


def test_a_comment_with_the_same_key_is_edited(stage: Stage) -> None:
    stage.push("Fix cart", branch="fix-cart")
    number = stage.propose("fix-cart", "Fix the cart")
    stage.forge.comment(stage.repo, number, text="Live on staging", key="J1:2:comment")
    stage.forge.comment(stage.repo, number, text="Live on production", key="J1:3:comment")
    stage.forge.comment(stage.repo, number, text="Live on staging again", key="J1:2:comment")
    first, second = stage.comments(number)
    assert first.endswith("Live on staging again")
    assert second.endswith("Live on production")


def test_a_comment_whose_writing_got_no_answer_is_not_written_twice(stage: Stage) -> None:
    stage.push("Fix cart", branch="fix-cart")
    number = stage.propose("fix-cart", "Fix the cart")
    stage.lose_next_answer("comments")
    with pytest.raises(Unreachable):
        stage.forge.comment(stage.repo, number, text="Live", key="J1:2:comment")
    stage.forge.comment(stage.repo, number, text="Live", key="J1:2:comment")
    assert len(stage.comments(number)) == 1


def test_nothing_is_shown_on_what_is_not_there(stage: Stage) -> None:
    with pytest.raises(NotFound):
        stage.forge.comment(stage.repo, 999, text="Live", key="J1:2:comment")
    with pytest.raises(NotFound):
        set_state(stage, "999999999", DeploymentState.SUCCESS, None)


def test_a_repository_that_moved_is_written_to_under_its_old_name(stage: Stage) -> None:
    sha = stage.push("Fix cart")
    stage.move()
    show(stage, sha, StatusState.SUCCESS)
    assert stage.status(sha, CONTEXT) is not None
