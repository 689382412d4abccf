"""What holds of every forge that does not answer, or does not want to."""

import pytest

from engine.errors import Forbidden, Limited, Unreachable
from engine.ports.forge import OWN_CONTEXT, StatusState
from tests.contract.forge.stage import Stage


def test_a_forge_that_is_away_is_unreachable(stage: Stage) -> None:
    stage.go_down()
    with pytest.raises(Unreachable) as caught:
        stage.forge.heads(stage.repo)
    assert not isinstance(caught.value, Limited)
    assert stage.forge.host in caught.value.detail


def test_a_forge_that_was_asked_too_often_says_until_when(stage: Stage) -> None:
    stage.forge.heads(stage.repo)
    known = stage.forge.limits()
    assert known is not None
    assert known.paused_until is None
    stage.refuse_to_be_asked()
    with pytest.raises(Limited) as caught:
        stage.forge.repository(stage.repo)
    told = stage.forge.limits()
    assert told is not None
    assert told.paused_until == caught.value.until
    assert caught.value.until > known.resets_at.min.replace(tzinfo=known.resets_at.tzinfo)


def test_a_token_that_lacks_a_right_is_told_which(stage: Stage) -> None:
    sha = stage.push("Fix cart")
    stage.forbid_statuses()
    with pytest.raises(Forbidden, match=r"it lacks .*repo"):
        stage.forge.set_status(
            stage.repo,
            sha,
            context=f"{OWN_CONTEXT}qa",
            state=StatusState.SUCCESS,
            description="Live",
            url=None,
        )
    assert stage.forge.heads(stage.repo)["refs/heads/main"] == sha
