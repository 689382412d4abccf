"""Who somebody is, as Slack says."""

from typing import Any

import pytest
from slack_sdk.errors import SlackClientError

from bot.slack.inbound import Asker
from bot.slack.people import KNOWN_FOR_SECONDS, People, standing_of
from commands.request import Standing

ADA = Asker(team="T1", user="U0ADA", name="ada")
USER = {"id": "U0ADA", "team_id": "T1", "name": "ada", "profile": {"display_name": "Ada B"}}


class Directory:
    """Answers users.info, or fails as Slack may."""

    def __init__(self) -> None:
        self.user: dict[str, Any] = dict(USER)
        self.fault: Exception | None = None
        self.asked = 0

    def users_info(self, *, user: str) -> dict[str, Any]:
        self.asked += 1
        if self.fault:
            raise self.fault
        return {"ok": True, "user": self.user}


@pytest.mark.parametrize(
    ("more", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_ultra_restricted": True}, Standing.GUEST),
        ({"is_bot": True}, Standing.BOT),
        ({"is_workflow_bot": True}, Standing.BOT),
        ({"is_stranger": True}, Standing.OUTSIDER),
        ({"team_id": "T2"}, Standing.OUTSIDER),
        ({"team_id": "T2", "is_restricted": True}, Standing.OUTSIDER),
        ({"team_id": "E1", "enterprise_user": {"teams": ["T1", "T3"]}}, Standing.MEMBER),
        ({"team_id": None}, Standing.OUTSIDER),
        ({"deleted": True}, Standing.UNKNOWN),
    ],
)
def test_standing_is_the_least_that_is_said(more: dict[str, Any], standing: Standing) -> None:
    assert standing_of(USER | more, "T1") is standing


def test_an_answer_is_remembered_for_five_minutes() -> None:
    directory, now = Directory(), [0.0]
    people = People(directory, clock=lambda: now[0])  # type: ignore[arg-type]
    assert people.who(ADA, "T1").person.name == "Ada B"
    directory.user["is_restricted"] = True
    now[0] = KNOWN_FOR_SECONDS - 1
    assert people.who(ADA, "T1").standing is Standing.MEMBER
    now[0] = KNOWN_FOR_SECONDS
    assert people.who(ADA, "T1").standing is Standing.GUEST
    assert directory.asked == 2


@pytest.mark.parametrize("fault", [SlackClientError("no"), TimeoutError(), ConnectionResetError()])
def test_nobody_may_act_while_slack_does_not_say_who_they_are(fault: Exception) -> None:
    directory = Directory()
    people = People(directory)  # type: ignore[arg-type]
    directory.fault = fault
    assert people.who(ADA, "T1").standing is Standing.UNKNOWN
    assert people.who(ADA, "T1").person.user == "U0ADA"
    directory.fault = None
    assert people.who(ADA, "T1").standing is Standing.MEMBER
